"""Several cameras in one picture: the frame of a tiled render product."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import warp as wp

from scenewright.replicator.availability import unsupported

if TYPE_CHECKING:
    from scenewright.render import Frame

__all__ = ["TiledFrame", "tile_grid"]


def tile_grid(count: int) -> tuple[int, int]:
    """Return (rows, columns) of the grid for ``count`` tiles: round(sqrt(n)) rows, as many columns as that needs."""
    rows = max(1, round(math.sqrt(count)))
    return rows, math.ceil(count / rows)


class TiledFrame:
    """Frames of equal size side by side: tile i lies in row i // columns and column i % columns; spare tiles are zero.

    What belongs to one camera (its parameters, coverage without occluders) has no meaning here and raises.

    Attributes:
        resolution: (width, height) of the whole grid.
        prim_paths: Path of each value of the ``prim_id`` buffer; [0] is "".
    """

    def __init__(self, frames: "Sequence[Frame]") -> None:
        self._frames = list(frames)
        self._rows, self._columns = tile_grid(len(self._frames))
        width, height = self._frames[0].resolution
        self.resolution = (width * self._columns, height * self._rows)
        self.prim_paths = self._frames[0].prim_paths
        self._arrays: dict[str, np.ndarray] = {}

    @property
    def tiles(self) -> "list[Frame]":
        """The frames of the tiles, in the order of their cameras."""
        return self._frames

    def place(self, index: int) -> tuple[int, int]:
        """Return where tile ``index`` begins: (x, y) [px]."""
        row, column = divmod(index, self._columns)
        width, height = self._frames[0].resolution
        return column * width, row * height

    def assembled(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Return the whole grid of the tiles' images, (H, W) or (H, W, channels)."""
        height, width = images[0].shape[:2]
        grid = np.zeros((height * self._rows, width * self._columns, *images[0].shape[2:]), images[0].dtype)
        for index, image in enumerate(images):
            x, y = self.place(index)
            grid[y:y + height, x:x + width] = image
        return grid

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a buffer of the whole grid, (H, W) or (H, W, channels)."""
        if name not in self._arrays:
            self._arrays[name] = self.assembled([np.asarray(frame[name]) for frame in self._frames])
        return self._arrays[name]

    def array(self, name: str) -> wp.array:
        """Return a buffer of the whole grid on the device of the tiles."""
        return wp.array(self[name], dtype=wp.dtype_from_numpy(self[name].dtype), device=self._frames[0].array(name).device)

    def labels(self, *args: Any, **kwargs: Any) -> Any:
        """Return who is who in ``prim_id``: see ``Frame.labels``."""
        return self._frames[0].labels(*args, **kwargs)

    @property
    def camera(self) -> NoReturn:
        """Refuse: there are several.

        Raises:
            FeatureUnavailableError: Always.
        """
        unsupported("An annotator of one camera (skeleton_data, dope, pose) on a tiled render product",
                    "Attach it to a render product of each camera.")

    def coverage(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: an entity may be in several tiles.

        Raises:
            FeatureUnavailableError: Always.
        """
        unsupported("An annotator of what one camera would see without occluders on a tiled render product",
                    "Attach it to a render product of each camera.")
