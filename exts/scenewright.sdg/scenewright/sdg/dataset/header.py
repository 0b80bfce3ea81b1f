"""The header of a dataset: everything that its bytes depend on, and the comparison of two headers."""

import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import warp as wp
from pxr import Sdf, Usd, UsdUtils

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import HEADER_FILE, canonical_json, hash_file, write_file_atomic

__all__ = [
    "FORMAT",
    "build_header",
    "declared_labels",
    "header_differences",
    "installed_versions",
    "read_header",
    "recipe_plan",
    "write_header",
]

FORMAT = 1
"""Version of the dataset folder's layout and of its ledger."""

_LABELS = "semantics:labels:"
_USD = (".usd", ".usda", ".usdc", ".usdz")


def build_header(session: Any, device: str) -> dict[str, Any]:
    """Return the header of the dataset that ``recipe`` makes.

    It says neither how many frames were asked for nor where on this machine the recipe lies, so a longer run goes on where a
    shorter one ended, and a recipe whose paths are relative gives the same header anywhere.

    Args:
        session: the open `RecipeSession`.
        device: "cpu" or "cuda:N".
    """
    recipe = session.recipe
    assets = _with_dependencies(recipe.asset_files())
    plan = recipe_plan(recipe)
    header = {
        "format": FORMAT,
        "recipe": {
            "name": Path(recipe.path).name,
            "plan": plan,
            "seed": recipe.seed,
            "sha256": hashlib.sha256(plan.encode()).hexdigest(),
        },
        "assets": sorted((_asset_row(path, Path(recipe.path).resolve().parent) for path in assets), key=canonical_json),
        "labels": declared_labels(session.stage),
        "cameras": {name: [int(side) for side in product.resolution] for name, product in session.cameras.items()},
        "drawn_once": session.initial_values,
        "versions": installed_versions() | _renderer_versions(session.recipe.settings),
        "device": device if device == "cpu" else f"cuda: {wp.get_device(device).name}",
        "cpu": _cpu_type(),
        "licences": _stated(assets, "licence", "license"),
    }
    if attributions := _stated(assets, "attribution"):  # who is to be named, as CC-BY asks
        header["attributions"] = attributions
    if recipe.ontology is not None:
        header["ontology"] = recipe.ontology.table()
    return json.loads(canonical_json(header))  # as it will be read back


def recipe_plan(recipe: Any) -> str:
    """Return the recipe as JSON text, after overrides and variables: all that its frames depend on, and no more."""
    plain = json.loads(recipe.canonical_bytes())
    if not isinstance(plain["scenewright"].get("frames"), dict):  # steps of a sequence belong to what its frames show
        plain["scenewright"].pop("frames", None)
    return json.dumps(plain, separators=(",", ":"))


def _renderer_versions(settings: Any) -> dict[str, str]:
    """Return the versions of the extras that make the colour of this recipe's frames."""
    names = ["mitsuba", "drjit"] if settings.renderer == "mitsuba" else []
    if settings.denoise and settings.denoiser == "oidn" and settings.renderer != "mitsuba":
        names.append("pyoidn")
    return {name: importlib.metadata.version(name) for name in names if find_spec(name) is not None}


def installed_versions() -> dict[str, str]:
    """Return the versions that a dataset's bytes depend on."""
    return {
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "scenewright": _own_version(),
        "usd-core": "{}.{:02d}".format(*Usd.GetVersion()[1:]),
        "warp": wp.config.version,
    }


def declared_labels(stage: Usd.Stage) -> dict[str, list[str]]:
    """Return every label that stands on the stage, visible or not, by label type and sorted.

    Of several labels of one prim and type the first counts, as in COCO categories.
    """
    found: dict[str, set[str]] = {}
    for prim in stage.Traverse(Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)):
        for attribute in prim.GetAuthoredPropertiesInNamespace(_LABELS.rstrip(":")):
            values = attribute.Get() if isinstance(attribute, Usd.Attribute) else None
            if values:
                found.setdefault(attribute.GetName().removeprefix(_LABELS), set()).add(str(values[0]))
    return {kind: sorted(labels) for kind, labels in sorted(found.items())}


def read_header(root: str | os.PathLike) -> dict[str, Any]:
    """Return the header of a dataset folder.

    Raises:
        DatasetInputError: if the folder is no dataset, or of a format that this version does not know.
    """
    path = Path(root) / HEADER_FILE
    try:
        header = json.loads(path.read_bytes())
        known = header["format"]
    except FileNotFoundError:
        raise DatasetInputError(f"{root} is no dataset: it has no {HEADER_FILE}. Give a folder that `generate` made.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetInputError(f"{path} is no dataset header ({error}). Restore it, or choose another folder.") from error
    if known != FORMAT:
        raise DatasetInputError(f"{path} has dataset format {known}; this version reads format {FORMAT}.")
    return header


def write_header(root: str | os.PathLike, header: Mapping[str, Any]) -> None:
    """Write the header file."""
    write_file_atomic(Path(root) / HEADER_FILE, (canonical_json(header, indent=1) + "\n").encode())


def header_differences(known: Mapping[str, Any], given: Mapping[str, Any], ignore: Iterable[str] = ()) -> list[str]:
    """Return how two headers differ, one readable phrase per key.

    Args:
        known: header on disk.
        given: header of what is asked for.
        ignore: keys that do not matter.
    """
    found = []
    for key in sorted({*known, *given} - set(ignore)):
        one, two = known.get(key), given.get(key)
        if one == two:
            continue
        if key == "recipe":
            found.append(_recipe_difference(one, two))
        elif key == "assets":
            found.append(_asset_difference(one, two))
        elif isinstance(one, Mapping) and isinstance(two, Mapping):
            names = sorted(name for name in {*one, *two} if one.get(name) != two.get(name))
            found += [f"{key}.{name} was {one.get(name)}, is {two.get(name)}" for name in names]
        else:
            found.append(f"{key} was {one}, is {two}")
    return found


def _recipe_difference(one: Mapping[str, Any], two: Mapping[str, Any]) -> str:
    if one.get("seed") != two.get("seed"):
        return f"seed was {one.get('seed')}, is {two.get('seed')}"
    before, after = (dict(_leaves(json.loads(side["plan"]))) for side in (one, two))
    for key in [*before, *after]:
        if before.get(key) != after.get(key):
            return f"recipe: {key} was {before.get(key, 'not there')}, is {after.get(key, 'not there')}"
    return "recipe: the order of its blocks or its name changed"


def _leaves(value: Any, key: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, f"{key}.{name}" if key else name)
    else:
        yield key.removeprefix("blocks."), value


def _asset_difference(one: list[Mapping[str, Any]], two: list[Mapping[str, Any]]) -> str:
    before, after = ({row["name"]: row["sha256"] for row in rows} for rows in (one, two))
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return f"assets changed: {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _asset_row(path: Path, folder: Path) -> dict[str, Any]:
    record = hash_file(path)
    # What lies beside the recipe is named by its place; anything else by its name, since the way there differs by machine.
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    return {"name": name, "sha256": record.sha256, "size": record.size}


def _with_dependencies(files: Iterable[Path]) -> list[Path]:
    """Return the files and every layer and texture that they refer to in turn."""
    found = set()
    quiet = UsdUtils.CoalescingDiagnosticDelegate()  # whoever opened the scene has told what cannot be found
    for path in (Path(file).resolve() for file in files):
        found.add(path)
        if path.suffix.lower() in _USD:
            layers, assets, _ = UsdUtils.ComputeAllDependencies(str(path))
            found |= {Path(layer.realPath).resolve() for layer in layers if layer.realPath}
            found |= {Path(asset).resolve() for asset in assets}
    quiet.TakeUncoalescedDiagnostics()
    return sorted(path for path in found if path.is_file())


def _stated(assets: Iterable[Path], *keys: str) -> dict[str, str]:
    """Return what layers state under the first of some keys of their customLayerData, by file name."""
    found = {}
    for path in assets:
        layer = Sdf.Layer.FindOrOpen(str(path)) if path.suffix.lower() in _USD else None
        data = dict(layer.customLayerData) if layer else {}
        text = next((data[key] for key in keys if data.get(key)), "")
        if text:
            found[path.name] = str(text)
    return dict(sorted(found.items()))


def _own_version() -> str:
    try:
        return importlib.metadata.version("scenewright")
    except importlib.metadata.PackageNotFoundError:  # inside Kit the extension is a folder, not a distribution
        return "unknown"


def _cpu_type() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
