"""BOP scene files and models_info, from the fragments of a dataset's frames."""

import logging
import math
import os
import posixpath
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.annotators.identity import object_id
from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import canonical_json, write_file_atomic, write_lines_atomic
from scenewright.sdg.dataset.fragments import Fragments
from scenewright.sdg.writers.bop_models import MODEL_FOLDER, farthest_distance, read_ply

__all__ = ["join_bop"]

_log = logging.getLogger(__name__)
_IMAGES_PER_SCENE = 1000


def join_bop(root: Path, names: list[str], context: JoinContext) -> list[str]:
    """Write ``scene_camera.json``, ``scene_gt.json`` and ``scene_gt_info.json`` of each scene, and the files of the dataset.

    Raises:
        OSError: if a fragment cannot be read or a file cannot be written.
    """
    fragments = Fragments(root, names, context)
    split = fragments.constants["split"]
    blocks: dict[int, list[str]] = {}
    for name in names:
        blocks.setdefault(int(posixpath.splitext(posixpath.basename(name))[0]) // _IMAGES_PER_SCENE, []).append(name)
    written = []
    for block in blocks.values():
        part = Fragments(root, block, context)
        for scene in sorted({image["bop"]["scene"] for image, _ in part.by_image()}):
            for kind in ("scene_camera", "scene_gt", "scene_gt_info"):
                written.append(f"{split}/{scene:06d}/{kind}.json")
                write_lines_atomic(root / written[-1], _scene_lines(part, scene, kind, fragments.class_ids))
    models = _models(fragments)
    for name, number in fragments.class_ids.items():
        source = root / MODEL_FOLDER / f"{object_id(name):014x}.ply"
        if source.exists():
            data = source.read_bytes()
            written.append(f"models/obj_{number:06d}.ply")
            write_file_atomic(os.fspath(root / written[-1]), data)
            models[str(number)] = _mesh_info(read_ply(data)[0])
    written.append("models/models_info.json")
    write_lines_atomic(root / written[-1], [canonical_json(models, indent=2)])
    if "test" in fragments.splits():
        written.append("test_targets_bop19.json")
        write_lines_atomic(root / written[-1], _listed(_targets(fragments), "[]"))
    return written


def _scene_lines(fragments: Fragments, scene: int, kind: str, ids: dict[str, int]) -> Iterator[str]:
    rows = (
        f'"{image["bop"]["image"]}": {canonical_json(_entry(image, kind, ids))}'
        for image, _ in fragments.by_image()
        if image["bop"]["scene"] == scene
    )
    return _listed(rows, "{}")


def _entry(image: dict[str, Any], kind: str, ids: dict[str, int]) -> Any:
    if kind == "scene_camera":
        return image["bop"]["camera"]
    if kind == "scene_gt_info":
        return [row["info"] for row in image["objects"]]
    keys = ("cam_R_m2c", "cam_t_m2c")
    return [{**{key: row[key] for key in keys}, "obj_id": ids[row["category"]]} for row in image["objects"]]


def _models(fragments: Fragments) -> dict[str, Any]:
    extents: dict[str, list[list[float]]] = {}
    differing = set()
    for fragment in fragments:
        for row in (row for image in fragment["images"] for row in image["objects"]):
            low, high = row["extent"]
            known = extents.setdefault(row["category"], [low, high])
            if max(math.dist(low, known[0]), math.dist(high, known[1])) > 1e-3 * math.dist(low, high):
                differing.add(row["category"])
            extents[row["category"]] = [list(map(min, known[0], low)), list(map(max, known[1], high))]
    if differing:
        listed = ", ".join(sorted(differing))
        _log.warning("bop: objects of these classes differ in size, which one BOP model cannot say: %s.", listed)
    found = {}
    for name, (low, high) in sorted(extents.items(), key=lambda item: fragments.class_ids[item[0]]):
        size = [b - a for a, b in zip(low, high, strict=True)]
        row = {f"min_{axis}": value for axis, value in zip("xyz", low, strict=True)}
        row |= {f"size_{axis}": value for axis, value in zip("xyz", size, strict=True)}
        found[str(fragments.class_ids[name])] = {"diameter": math.hypot(*size), **row}
    return found


def _mesh_info(points: np.ndarray) -> dict[str, float]:
    """Return what models_info says of a model: box and diameter, the largest distance between two vertices [mm]."""
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    row = {f"min_{axis}": float(value) for axis, value in zip("xyz", low, strict=True)}
    row |= {f"size_{axis}": float(value) for axis, value in zip("xyz", high - low, strict=True)}
    return {"diameter": farthest_distance(points), **row}


def _targets(fragments: Fragments) -> Iterator[str]:
    for image, _ in fragments.by_image("test"):
        seen = (row for row in image["objects"] if row["info"]["visib_fract"] >= 0.1)  # as BOP's own targets
        counts = Counter(fragments.class_ids[row["category"]] for row in seen)
        for number, count in sorted(counts.items()):
            where = {"im_id": image["bop"]["image"], "scene_id": image["bop"]["scene"]}
            yield canonical_json({**where, "inst_count": count, "obj_id": number})


def _listed(rows: Iterator[str], brackets: str) -> Iterator[str]:
    yield brackets[0]
    before = next(rows, None)
    for row in rows:
        yield f"{before},"
        before = row
    yield brackets[1] if before is None else f"{before}\n{brackets[1]}"
