"""What a dataset says about itself: Croissant metadata for machines and a card for people, both from ledger and header."""

import json
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.files import (
    FRAGMENT_FORMATS,
    LEDGER_FILE,
    PRIVATE_FOLDER,
    REPORT_FILE,
    canonical_json,
    hash_file,
    write_file_atomic,
)

__all__ = ["CARD_FILE", "CROISSANT_FILE", "write_card", "write_croissant"]

CARD_FILE = "README.md"
CROISSANT_FILE = "croissant.json"
_MIME = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "json": "application/json", "txt": "text/plain"}
_MIME |= {"tar": "application/x-tar", "parquet": "application/x-parquet", "jsonl": "application/jsonlines"}
_MIME |= {"xml": "text/xml", "yaml": "application/yaml", "npy": "application/octet-stream"}
_IMAGES = ("png", "jpg", "jpeg")
_COLOUR = ("JPEGImages", "image_02", "images", "rgb")  # folders that writers keep their pictures in
_FEW = 8  # so many files of a kind in a folder are described one by one
_COCO_FIELDS = {"id": "sc:Integer", "image_id": "sc:Integer", "category_id": "sc:Integer", "area": "sc:Integer"}
_ROW_FIELDS = {**dict.fromkeys(("image_id", "width", "height", "frame"), "sc:Integer"), "camera": "sc:Text"}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write_croissant(root: Path, named: Iterable[str], derived: Sequence[str], header: Mapping[str, Any]) -> str:
    """Write ``croissant.json`` (Croissant 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec.html).

    Files of frames are described by folder and ending; the ledger, which has their hashes, and the annotation files one by
    one. Every COCO file is a record set of its annotations, every folder of pictures one of pictures, and Hugging Face's files
    are record sets of their rows.

    Args:
        root: the dataset folder.
        named: files that the ledger names.
        derived: files that `finalise` made.
        header: the dataset's header.

    Returns:
        The relative path of the file.
    """
    sets, singles = _grouped(sorted({*named, *derived}))
    files = [_file_object(root, name) for name in [LEDGER_FILE, *singles]]
    coco = [name for name in singles if name.endswith(".json") and "/instances" in f"/{name}"]
    names = sorted(set(header["licences"].values()))
    licence = {"license": names} if names else {}
    data = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": Path(header["recipe"]["name"]).stem,
        "description": "Synthetic images with labels, made by Scenewright from a recipe.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": "1.0.0",
        **licence,
        "distribution": files + [_file_set(folder, ending) for folder, ending in sets],
        "recordSet": [
            *(_annotations(name) for name in coco),
            *(_rows(name) for name in singles if name.endswith((".parquet", "/metadata.jsonl"))),
            *(_pictures(folder, ending) for folder, ending in sets if ending in _IMAGES and _in_colour(folder)),
        ],
    }
    write_file_atomic(root / CROISSANT_FILE, (canonical_json(data, indent=2) + "\n").encode())
    return CROISSANT_FILE


def _grouped(names: Iterable[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return folders of many files, as (folder, ending), and the other files; fragments are bookkeeping and left out."""
    kinds = {name: (posixpath.dirname(name), name.rpartition(".")[2]) for name in names if _shown(name)}
    counts = Counter(kinds.values())
    many = {kind for kind, count in counts.items() if count > _FEW or kind[1] in _IMAGES}
    return sorted(many), [name for name, kind in kinds.items() if kind not in many]


def _shown(name: str) -> bool:
    return not any(f"{PRIVATE_FOLDER}/{kind}/" in name for kind in FRAGMENT_FORMATS)


def _file_object(root: Path, name: str) -> dict[str, Any]:
    record = hash_file(root / name)
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{record.size} B",
        "encodingFormat": _mime(name.rpartition(".")[2]),
        "sha256": record.sha256,
    }


def _set_name(folder: str, ending: str) -> str:
    return f"{folder}/*.{ending}" if folder else f"*.{ending}"


def _file_set(folder: str, ending: str) -> dict[str, Any]:
    name = _set_name(folder, ending)
    return {"@type": "cr:FileSet", "@id": name, "name": name, "encodingFormat": _mime(ending), "includes": name}


def _annotations(name: str) -> dict[str, Any]:
    def field(key: str, kind: str) -> dict[str, Any]:
        source = {"fileObject": {"@id": name}, "extract": {"jsonPath": f"$.annotations[*].{key}"}}
        return {"@type": "cr:Field", "@id": f"{name}#{key}", "name": key, "dataType": kind, "source": source}

    fields = [field(key, kind) for key, kind in _COCO_FIELDS.items()] + [field("bbox", "cr:BoundingBox")]
    return _record_set(f"{name}#annotations", fields)


def _rows(name: str) -> dict[str, Any]:
    """Return the record set of a Hugging Face file: a row for each picture."""

    def field(key: str, kind: str) -> dict[str, Any]:
        source = {"fileObject": {"@id": name}, "extract": {"column": key}}
        return {"@type": "cr:Field", "@id": f"{name}#{key}", "name": key, "dataType": kind, "source": source}

    return _record_set(f"{name}#rows", [field(key, kind) for key, kind in _ROW_FIELDS.items()])


def _in_colour(folder: str) -> bool:
    return posixpath.basename(folder) in _COLOUR or posixpath.basename(posixpath.dirname(folder)) == "data"


def _pictures(folder: str, ending: str) -> dict[str, Any]:
    """Return the record set of a folder of pictures: name and pixels of each."""
    name = _set_name(folder, ending)

    def field(key: str, kind: str, what: str) -> dict[str, Any]:
        source = {"fileSet": {"@id": name}, "extract": {"fileProperty": what}}
        return {"@type": "cr:Field", "@id": f"{name}#{key}", "name": key, "dataType": kind, "source": source}

    fields = [field("file_name", "sc:Text", "filename"), field("image", "sc:ImageObject", "content")]
    return _record_set(f"{name}#pictures", fields)


def _record_set(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}


def _mime(ending: str) -> str:
    return _MIME.get(ending, "application/octet-stream")


def write_card(
    root: Path, frames: int, objects: Mapping[str, int], splits: Mapping[int, str], header: Mapping[str, Any]
) -> str:
    """Write ``README.md``: what is in the dataset, how it was made, and the licences of what it shows.

    Args:
        root: the dataset folder.
        frames: number of frames.
        objects: visible objects by class.
        splits: split by frame.
        header: the dataset's header.

    Returns:
        The relative path of the file.
    """
    recipe, versions = header["recipe"], header["versions"]
    parts = Counter(splits.values())
    lines = [f"# {Path(recipe['name']).stem}", "", "Synthetic images with labels, made by Scenewright.", ""]
    lines += [f"[{REPORT_FILE}]({REPORT_FILE}) shows samples and statistics; `scenewright report` makes it, here.", ""]
    lines += ["| | |", "|---|---|", f"| frames | {frames} |"]
    lines += [f"| frames of {name} | {parts[name]} |" for name in ("train", "val", "test") if parts[name]]
    lines += [f"| camera {_cell(name)} | {size[0]} × {size[1]} |" for name, size in sorted(header.get("cameras", {}).items())]
    lines += [f"| recipe | `{recipe['name']}`, seed {recipe['seed']}, SHA-256 `{recipe['sha256'][:16]}` |"]
    lines += [f"| {name} | {version} |" for name, version in sorted(versions.items())]
    lines += [f"| device | {_cell(header['device'])}, {_cell(header['cpu'])} |", "", "## Classes", ""]
    classes = sorted({*objects, *header["labels"].get("class", ())})
    lines += _class_table(classes, objects, header.get("ontology", {}))
    lines += ["", "## Licences", ""]
    if header["licences"]:
        lines += _licence_table(header["licences"], header.get("attributions", {}))
    else:
        lines += ["The assets state none (`customLayerData` with the key `licence`). Clarify them before you publish."]
    text = _front_matter(header) + "\n".join(lines) + "\n"
    write_file_atomic(root / CARD_FILE, text.encode())
    return CARD_FILE


def _class_table(classes: Sequence[str], objects: Mapping[str, int], ontology: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a row for each class; what the recipe's ontology says of it has columns where there is one."""
    if not ontology:
        rows = (f"| {_cell(name)} | {objects.get(name, 0)} |" for name in classes)
        return ["| class | visible objects |", "|---|---|", *rows]
    lines = ["| class | supercategory | Wikidata | visible objects |", "|---|---|---|---|"]
    for name in classes:
        known = ontology.get(name, {})
        code = known.get("wikidata")
        link = f"[{code}](https://www.wikidata.org/wiki/{code})" if code else ""
        lines.append(f"| {_cell(name)} | {_cell(known.get('supercategory', ''))} | {link} | {objects.get(name, 0)} |")
    return lines


def _licence_table(licences: Mapping[str, str], attributions: Mapping[str, str]) -> list[str]:
    """Return a row for each asset; who made it has a column where anything states that."""
    if not attributions:
        rows = (f"| {_cell(asset)} | {_cell(name)} |" for asset, name in sorted(licences.items()))
        return ["| asset | licence |", "|---|---|", *rows]
    lines = ["| asset | licence | made by |", "|---|---|---|"]
    for asset in sorted({*licences, *attributions}):
        cells = (asset, licences.get(asset, "not stated"), attributions.get(asset, ""))
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return lines


def _front_matter(header: Mapping[str, Any]) -> str:
    """Return the YAML block that Hugging Face reads; JSON is YAML."""
    names = sorted(set(header["licences"].values()))
    fields: dict[str, Any] = {"pretty_name": Path(header["recipe"]["name"]).stem, "tags": ["synthetic"]}
    if names:
        fields |= {"license": "other", "license_name": ", ".join(names)}
    return "---\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in fields.items()) + "---\n\n"


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
