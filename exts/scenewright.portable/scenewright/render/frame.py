"""One rendered image with all its buffers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import warp as wp

from scenewright.render.buffers import buffer_spec
from scenewright.render.coverage import EntityCoverage, cover_entities, outside_pixels
from scenewright.render.flow import FlowImage, FlowPair
from scenewright.render.scene.labels import LabelSource, LabelTable, SemanticFilter
from scenewright.render.scene.records import CameraRecord

if TYPE_CHECKING:
    from scenewright.render.device.camera import ImageCamera
    from scenewright.render.device.scene import PlacedScene
    from scenewright.render.tiles import TileLauncher

__all__ = ["Frame"]

_FIRST_ENTITY = 2


class Frame:
    """The buffers of one rendering. It keeps what it shows: the stage may move on.

    Attributes:
        resolution: (width, height).
        camera: The camera as it was rendered.
        prim_paths: Path of each value of the ``prim_id`` buffer; [0] is "".
    """

    def __init__(self, image: "ImageCamera", arrays: Mapping[str, wp.array], names: LabelSource, placed: "PlacedScene",
                 launcher: "TileLauncher", flow_pair: FlowPair | None = None) -> None:
        self.resolution: tuple[int, int] = (image.width, image.height)
        self.camera: CameraRecord = image.record
        self.prim_paths: tuple[str, ...] = names.prim_paths
        self._image = image
        self._arrays = dict(arrays)
        self._names = names
        self._placed = placed
        self._launcher = launcher
        self._flow_pair = flow_pair
        self._host: dict[str, np.ndarray] = {}

    @property
    def buffers(self) -> tuple[str, ...]:
        """Names of the buffers that were rendered."""
        return tuple(self._arrays)

    def array(self, name: str) -> wp.array:
        """Return a buffer on the device: one element a pixel, row-major, shape (H * W,).

        Raises:
            KeyError: The buffer was not asked for.
            ValueError: There is no such buffer.
        """
        buffer_spec(name)
        try:
            return self._arrays[name]
        except KeyError:
            raise KeyError(f"Buffer {name!r} was not rendered in this frame. Rendered: {', '.join(self._arrays) or 'none'}. "
                           "Name it in Renderer.render(buffers=...).") from None

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a buffer as (H, W) or (H, W, channels), dtype of its row in BUFFERS.

        On the CPU a view of the device buffer, valid as long as the frame lives; from a GPU a copy, made once.
        """
        array = self.array(name)
        if name not in self._host:
            self._host[name] = array.numpy().reshape(buffer_spec(name).shape(*self.resolution))
        return self._host[name]

    def labels(self, semantic_filter: SemanticFilter | None = None, *, per_subset: bool = False) -> LabelTable:
        """Return who is who in ``prim_id``.

        Args:
            semantic_filter: Maps the labels that one prim declares, {type: [labels]}, to those that count; an empty result is
                unlabelled. None keeps all.
            per_subset: Whether labels on GeomSubsets make entities of their own.
        """
        return self._names.labels(semantic_filter, per_subset)

    def coverage(self, labels: LabelTable, *, masks: bool = False) -> EntityCoverage:
        """Return what each labelled entity covers when nothing else stands before it.

        Args:
            labels: A table of this frame; row e of the result is its entity e.
            masks: Whether to return masks, too.

        Raises:
            ValueError: The table is not of this frame.
        """
        return cover_entities(self._placed, self._image, self._entity_of_prim(labels), len(labels.entity_paths),
                              self._launcher, masks, self._arrays.get("prim_id"))

    def outside_pixels(self, labels: LabelTable) -> tuple[np.ndarray, np.ndarray] | None:
        """Return what of each entity lies beyond the image's border, up to one image size from it.

        Pixels, (E,) float64, and their boxes, (E, 4) int32, ``NO_BOX`` where there are none; None for a lens that bends
        straight lines. What is large there is estimated from a part of the rows.

        Raises:
            ValueError: The table is not of this frame.
        """
        return outside_pixels(self._placed, self._image, self._entity_of_prim(labels), len(labels.entity_paths), self._launcher)

    def _entity_of_prim(self, labels: LabelTable) -> np.ndarray:
        """Return the entity of each prim id, (P,) int32, -1 for none."""
        if len(labels.instance_of_prim) != len(self.prim_paths):
            raise ValueError(f"The label table knows {len(labels.instance_of_prim)} prim ids, this frame has "
                             f"{len(self.prim_paths)}. Use a table from the same frame's labels().")
        entity_of_prim = labels.instance_of_prim.astype(np.int64) - _FIRST_ENTITY
        entity_of_prim[entity_of_prim < 0] = -1
        return entity_of_prim.astype(np.int32)

    def flow(self, *, forward: bool = False) -> FlowImage:
        """Return the optical flow to the step before; with ``forward`` that from the step before, at its pixels.

        Raises:
            ValueError: The renderer does not follow the flow.
        """
        if self._flow_pair is None:
            raise ValueError("This frame knows nothing of the step before. Set Renderer.follows_flow = True before the step.")
        return self._flow_pair.forward(self._launcher) if forward else self._flow_pair.backward(self._launcher)
