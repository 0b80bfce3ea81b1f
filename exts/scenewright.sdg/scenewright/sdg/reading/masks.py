"""Masks in the forms that label files have: run lengths, polygons, and ids or colours of an image."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from scenewright.sdg.writers.rle import rle_runs

__all__ = ["IdMask", "Mask", "PolygonMask", "RunMask", "id_image", "mask_of_coco"]

_FINE = 4  # outlines are drawn this much finer, since Pillow fills the pixels that they touch


class Mask(ABC):
    """The visible pixels of an object."""

    @abstractmethod
    def decode(self, height: int, width: int) -> np.ndarray:
        """Return the pixels, shape (height, width), bool.

        Raises:
            ValueError: if the label file's mask is malformed or of another size.
            OSError: if it lies in an image that cannot be read.
        """


@dataclass(frozen=True)
class RunMask(Mask):
    """Run lengths of the COCO format, compressed (a string) or not (a list)."""

    counts: str | tuple[int, ...]
    size: tuple[int, int]

    @cached_property
    def runs(self) -> np.ndarray:
        """Run lengths [pixel], background first.

        Raises:
            ValueError: if they are malformed or do not fill the size.
        """
        runs = rle_runs(self.counts) if isinstance(self.counts, str) else np.asarray(self.counts, np.int64)
        height, width = self.size
        if runs.ndim != 1 or (runs < 0).any() or int(runs.sum()) != height * width:
            raise ValueError(f"its run lengths add up to {int(runs.sum())} pixels; {height} × {width} has {height * width}")
        return runs

    def places(self) -> np.ndarray:
        """Return the pixels, numbered down the columns, shape (area,), int64."""
        lengths = self.runs[1::2]
        starts = (np.cumsum(self.runs) - self.runs)[1::2]
        skipped = np.cumsum(lengths) - lengths
        return np.repeat(starts - skipped, lengths) + np.arange(int(lengths.sum()))

    def area(self) -> int:
        """Return the number of pixels."""
        return int(self.runs[1::2].sum())

    def box(self) -> tuple[int, int, int, int] | None:
        """Return x, y, width, height of the pixels [pixel]; None where there are none."""
        runs, height = self.runs, self.size[0]
        ends = np.cumsum(runs)
        starts, last = (ends - runs)[1::2], ends[1::2] - 1
        starts, last = starts[last >= starts], last[last >= starts]
        if not len(starts):
            return None
        x_min, x_max = int(starts[0] // height), int(last[-1] // height)
        if (starts // height != last // height).any():  # a run that goes on in the next column touches both borders
            y_min, y_max = 0, height - 1
        else:
            y_min, y_max = int((starts % height).min()), int((last % height).max())
        return x_min, y_min, x_max - x_min + 1, y_max - y_min + 1

    def decode(self, height: int, width: int) -> np.ndarray:
        """Return the pixels, shape (height, width), bool."""
        if (height, width) != self.size:
            raise ValueError(f"its mask is {self.size[1]} × {self.size[0]}, the image {width} × {height}")
        return np.repeat(np.arange(len(self.runs)) % 2 == 1, self.runs).reshape(width, height).T


@dataclass(frozen=True)
class PolygonMask(Mask):
    """Outlines: x1, y1, x2, y2, … [pixel] each."""

    polygons: tuple[tuple[float, ...], ...]

    def decode(self, height: int, width: int) -> np.ndarray:
        """Return the pixels that lie inside by half or more, shape (height, width), bool."""
        mask = np.zeros((height, width), bool)
        for polygon in self.polygons:
            points = np.array(polygon, np.float64).reshape(-1, 2)
            if len(points) < 3 or not np.isfinite(points).all():
                continue
            x0, y0 = np.clip(np.floor(points.min(axis=0)).astype(int), 0, (width, height))
            x1, y1 = np.clip(np.ceil(points.max(axis=0)).astype(int), 0, (width, height))
            if x1 > x0 and y1 > y0:
                image = Image.new("L", (_FINE * int(x1 - x0), _FINE * int(y1 - y0)))
                fine = ((points - (x0, y0)) * _FINE - 0.5).reshape(-1).tolist()
                ImageDraw.Draw(image).polygon(fine, fill=255)
                mask[y0:y1, x0:x1] |= np.asarray(image.reduce(_FINE)) > 127
        return mask

    def area(self) -> float:
        """Return the enclosed area [pixel²]; bridges to holes and back cancel out."""
        return float(sum(abs(_shoelace(np.array(polygon, np.float64).reshape(-1, 2))) for polygon in self.polygons))

    def box(self) -> tuple[float, float, float, float] | None:
        """Return x, y, width, height of the outlines [pixel]; None where there are none."""
        points = np.array([value for polygon in self.polygons for value in polygon], np.float64).reshape(-1, 2)
        if not len(points):
            return None
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


@dataclass(frozen=True)
class IdMask(Mask):
    """The pixels of one id, or of one colour, of a segmentation image."""

    image: Path
    id: int

    def decode(self, height: int, width: int) -> np.ndarray:
        """Return the pixels, shape (height, width), bool."""
        ids = id_image(self.image)
        if ids.shape != (height, width):
            raise ValueError(f"its mask is {ids.shape[1]} × {ids.shape[0]}, the image {width} × {height}")
        return ids == self.id


def id_image(path: Path) -> np.ndarray:
    """Return a segmentation image as one number per pixel, shape (H, W), uint32: its id, or red + 256 green + 65536 blue + ….

    Raises:
        OSError: if the image is missing or damaged.
    """
    with Image.open(path) as image:
        pixels = np.array(image)
    if pixels.ndim == 2:
        return pixels.astype(np.uint32)
    if pixels.shape[2] == 4:
        return np.ascontiguousarray(pixels).view("<u4")[..., 0]
    return pixels[..., 0].astype(np.uint32) | pixels[..., 1].astype(np.uint32) << 8 | pixels[..., 2].astype(np.uint32) << 16


def mask_of_coco(segmentation: Any) -> Mask | None:
    """Return the mask of an annotation's ``segmentation``; None where it has none.

    Raises:
        ValueError: if it has none of the three forms.
    """
    if not segmentation:
        return None
    try:
        if isinstance(segmentation, Mapping):
            counts, (height, width) = segmentation["counts"], segmentation["size"]
            if isinstance(counts, str):
                return RunMask(counts, (int(height), int(width)))
            return RunMask(tuple(int(count) for count in counts), (int(height), int(width)))
        polygons = tuple(tuple(float(value) for value in polygon) for polygon in segmentation)
        if any(len(polygon) % 2 for polygon in polygons):
            raise ValueError("an outline has an odd count of numbers")
        return PolygonMask(polygons)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"its segmentation is neither run lengths nor polygons ({error})") from error


def _shoelace(points: Sequence[Any] | np.ndarray) -> float:
    x, y = np.asarray(points).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2.0
