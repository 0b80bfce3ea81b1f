"""Annotations of one camera on a tiled render product: made for each tile, then joined."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture
    from scenewright.replicator.tiled_frame import TiledFrame

__all__ = ["compute_tiled"]


def compute_tiled(template: AnnotatorTemplate, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
    """Return what ``template`` makes of the tiles of a capture, in the order of their cameras.

    Images are put into the grid. Records and points of all tiles follow each other; their pixels are those of the grid, and
    info dictionaries are united. A flat dict has a list or an array with one entry for each tile under every key.
    """
    frame: TiledFrame = capture.frame
    tiles = [capture.once(("tile", index), lambda tile=tile: replace(capture, frame=tile, memo={}))
             for index, tile in enumerate(frame.tiles)]
    outputs = [tile.once(template.key(params), lambda tile=tile: template.compute(tile, params)) for tile in tiles]
    first = outputs[0].data
    if first is None:
        return AnnotatorOutput(None, {key: _stacked([output.info[key] for output in outputs]) for key in outputs[0].info})
    info = {key: _joined([output.info[key] for output in outputs]) for key in outputs[0].info}
    arrays = [np.asarray(output.data) for output in outputs]
    width, height = frame.tiles[0].resolution
    if arrays[0].dtype.names is not None:
        arrays = [_moved(array, frame.place(index)) for index, array in enumerate(arrays)]
    elif arrays[0].shape[:2] == (height, width):
        return AnnotatorOutput(frame.assembled(arrays), info)
    return AnnotatorOutput(np.concatenate(arrays), info)


def _moved(records: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    """Return what is in pixels in the pixels of the grid; the rest as it is."""
    names, moved = records.dtype.names or (), records.copy()
    if "x_min" in names and "z_min" not in names:
        for axis, offset in zip("xy", place, strict=True):
            for end in ("min", "max"):
                moved[f"{axis}_{end}"] += offset
    for name in {"projected_cuboid", "center_coords_image_space"}.intersection(names):
        moved[name] += place
    return moved


def _joined(values: Sequence[Any]) -> Any:
    if isinstance(values[0], Mapping):
        return {key: entry for value in values for key, entry in value.items()}
    if isinstance(values[0], np.ndarray):
        return np.concatenate(values)
    if np.isscalar(values[0]):
        return list(values)
    return [entry for value in values for entry in value]


def _stacked(values: Sequence[Any]) -> Any:
    shapes = {np.shape(value) for value in values}
    return list(values) if isinstance(values[0], str) or len(shapes) > 1 else np.stack([np.asarray(value) for value in values])
