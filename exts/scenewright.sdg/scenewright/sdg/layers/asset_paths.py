"""Asset paths that layers hold: where they are, and what is wrong with them."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pxr import Ar, Sdf

from scenewright.sdg.layers.snapshot import SpecRecord
from scenewright.sdg.layers.values import is_list_op, list_op_parts

__all__ = ["is_absolute", "path_problems"]

_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_SCHEME = re.compile(r"^[A-Za-z][\w+.-]+:")


def is_absolute(path: str) -> bool:
    """Return whether an asset path names a place on one machine: ``/...``, ``C:/...``, ``file:...``."""
    return path.startswith(("/", "\\")) or bool(_DRIVE.match(path)) or path.lower().startswith("file:")


def path_problems(layer: Sdf.Layer, records: Mapping[Sdf.Path, SpecRecord]) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, path of the spec, message) for asset paths that are absolute or lead nowhere.

    URLs are taken as they are. MDL modules without a folder are the renderer's to find. Of a tile set (``<UDIM>``) one tile
    has to be there.
    """
    for where, record in sorted(records.items()):
        for key, value in record.fields.items():
            sublayers = key == ("subLayers",)
            for path in sorted({path for path in ([item for item, _ in value] if sublayers else _paths(value)) if path}):
                told = str(where) if record.kind != "layer" else ""
                if is_absolute(path):
                    yield "absolute-path", told, f"@{path}@ is absolute; others do not have it. Make it relative to the layer."
                if not sublayers and not _found(layer, path):  # the stack tells of sublayers itself
                    yield "unresolved-path", told, f"@{path}@ cannot be found."


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, Sdf.AssetPath):
        yield value.path
    elif isinstance(value, (Sdf.Reference, Sdf.Payload)):
        yield value.assetPath
    elif isinstance(value, Sdf.AssetPathArray):
        yield from (item.path for item in value)
    elif is_list_op(value):
        parts = list_op_parts(value)
        for part in ("explicit", "prepended", "appended", "added"):
            for item in parts.get(part, ()):
                yield from _paths(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _paths(item)


def _found(layer: Sdf.Layer, path: str) -> bool:
    if _SCHEME.match(path) and not _DRIVE.match(path) and not path.lower().startswith("file:"):
        return True
    if path.endswith(".mdl") and "/" not in path:
        return True
    anchored = layer.ComputeAbsolutePath(path)
    if "<UDIM>" in path:
        folder, name = os.path.split(anchored)
        pattern = re.compile(re.escape(name).replace(re.escape("<UDIM>"), r"\d{4}"))
        return os.path.isdir(folder) and any(pattern.fullmatch(entry) for entry in os.listdir(folder))
    return bool(Ar.GetResolver().Resolve(anchored))
