"""Everything that the report counts, gathered in one pass over a dataset; memory grows by a few numbers per object."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scenewright.sdg.reading.images import UnreadableImage, read_image
from scenewright.sdg.reading.in_order import in_order
from scenewright.sdg.reading.pictures import Picture, PictureSource
from scenewright.sdg.report.image_measures import HUES, LEVELS, ImageMeasures, measure_image

__all__ = ["CELLS", "Statistics", "gather"]

CELLS = (36, 48)
"""Rows and columns of the map of box positions."""
_KEPT_NAMES = 12
_LARGE_MEASURED = 512


@dataclass
class Statistics:
    """What a dataset holds, in numbers.

    Attributes:
        layout: what the dataset is.
        classes: declared classes, then those that only objects have.
        images: number of images.
        empty: number of images without objects.
        measured: number of images whose pixels were looked at.
        unreadable: number of images that could not be read; ``unreadable_names`` has the first with the reason.
        notes: what else could not be read.
        objects: number of objects by class.
        images_with: number of images that show a class, by class.
        sizes: number of images by width and height.
        per_image: number of objects of each image.
        kinds: number of classes in each image.
        extents: box width and height as shares of the image's, of each object, shape (N, 2).
        pixels: area of each object [pixel]: of its mask, else of its box; empty where image sizes are not known.
        visible: visible share of objects where it is known.
        distances: distance of objects [m] where it is known.
        truncated: number of objects whose box touches the image's border.
        centres: number of boxes that cover each cell of the image, over all objects, shape `CELLS`.
        brightness: of each measured image; see `ImageMeasures`. Likewise contrast, saturation, sharpness, colors.
        levels: mean share of pixels by luma. ``hues``: mean share of colour by hue.
        hashes: perceptual hash of each measured image; thumbs, names and paths belong to them.
        cameras: position and direction in the world, and camera up axis, of each image where known, shape (M, 9).
        units: metres of a stage unit.
    """

    layout: str
    classes: list[str]
    images: int = 0
    empty: int = 0
    measured: int = 0
    unreadable: int = 0
    unreadable_names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    objects: Counter[str] = field(default_factory=Counter)
    images_with: Counter[str] = field(default_factory=Counter)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    per_image: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    extents: list[tuple[float, float]] = field(default_factory=list)
    pixels: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)
    truncated: int = 0
    centres: np.ndarray = field(default_factory=lambda: np.zeros((CELLS[0] + 1, CELLS[1] + 1)))
    brightness: list[float] = field(default_factory=list)
    contrast: list[float] = field(default_factory=list)
    saturation: list[float] = field(default_factory=list)
    sharpness: list[float] = field(default_factory=list)
    colors: list[np.ndarray] = field(default_factory=list)
    levels: np.ndarray = field(default_factory=lambda: np.zeros(LEVELS))
    hues: np.ndarray = field(default_factory=lambda: np.zeros(HUES))
    hashes: list[int] = field(default_factory=list)
    thumbs: list[np.ndarray] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    cameras: list[np.ndarray] = field(default_factory=list)
    units: float = 1.0

    @property
    def coverage(self) -> np.ndarray:
        """Share of objects whose box covers each cell of the image, shape `CELLS`."""
        summed = self.centres.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
        return summed / max(1, len(self.extents))

    def add_labels(self, picture: Picture) -> None:
        """Take in what the labels of a picture say."""
        self.images += 1
        self.empty += not picture.objects
        self.per_image.append(len(picture.objects))
        if picture.width:
            self.sizes[picture.width, picture.height] += 1
        names = Counter(item.name for item in picture.objects)
        self.objects += names
        self.images_with.update(names.keys())
        self.kinds.append(len(names))
        for item in picture.objects:
            self._add_object(item, picture)
        if picture.view is not None:
            inverse = picture.view.to_world
            self.cameras.append(np.concatenate([inverse[3, :3], inverse[2, :3], -inverse[1, :3]]))
            self.units = picture.view.meters_per_unit

    def add_pixels(self, picture: Picture, measures: ImageMeasures) -> None:
        """Take in what a picture looks like."""
        self.measured += 1
        self.brightness.append(measures.brightness)
        self.contrast.append(measures.contrast)
        self.saturation.append(measures.saturation)
        self.sharpness.append(measures.sharpness)
        self.colors.append(measures.color)
        self.levels += measures.levels
        self.hues += measures.hues
        self.hashes.append(measures.hash)
        self.thumbs.append(measures.thumb)
        self.names.append(picture.name)
        self.paths.append(picture.path)

    def _add_object(self, item: object, picture: Picture) -> None:
        size = np.array([picture.width or 1, picture.height or 1], np.float64)
        low = np.array(item.box[:2]) / size
        extent = np.array(item.box[2:]) / size
        if not (np.isfinite(low).all() and np.isfinite(extent).all() and (extent > 0).all()):
            return
        self.extents.append((float(extent[0]), float(extent[1])))
        high = low + extent
        edge = 0.5 / size if picture.width else np.full(2, 1e-6)
        self.truncated += bool((low <= edge).any() or (high >= 1.0 - edge).any())
        self._cover(low, high)
        if picture.width:
            self.pixels.append(float(item.area if item.area is not None else item.box[2] * item.box[3]))
        if item.visible is not None:
            self.visible.append(item.visible)
        if item.distance is not None:
            self.distances.append(item.distance)

    def _cover(self, low: np.ndarray, high: np.ndarray) -> None:
        """Count a box in the cells that it covers: four corners now, summed up later."""
        rows, columns = CELLS
        x0, x1 = (int(np.clip(value * columns, 0, columns)) for value in (low[0], np.nextafter(high[0], 0)))
        y0, y1 = (int(np.clip(value * rows, 0, rows)) for value in (low[1], np.nextafter(high[1], 0)))
        x1, y1 = min(x1 + 1, columns), min(y1 + 1, rows)
        self.centres[y0, x0] += 1
        self.centres[y1, x1] += 1
        self.centres[y0, x1] -= 1
        self.centres[y1, x0] -= 1


def gather(
    source: PictureSource,
    measured: int,
    on_picture: Callable[[int, Picture, ImageMeasures | None], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Statistics:
    """Go through a dataset once.

    Args:
        source: the dataset.
        measured: of how many images the pixels are looked at; evenly taken where there are more. Labels of all are counted.
        on_picture: called with number, picture and measures (None: not looked at, or not readable), in order.
        progress: called with the number of images done and of all.
    """
    found = Statistics(source.layout, list(source.classes))
    total = len(source)
    wanted = None if total <= measured else {round(i) for i in np.linspace(0, total - 1, measured)}

    def one(pair: tuple[int, Picture]) -> tuple[int, Picture, ImageMeasures | str | None]:
        number, picture = pair
        if wanted is not None and number not in wanted:
            return number, picture, None
        try:
            return number, picture, measure_image(read_image(picture.path, _LARGE_MEASURED))
        except UnreadableImage as error:
            return number, picture, str(error)

    for number, picture, measures in in_order(one, enumerate(source.pictures())):
        found.add_labels(picture)
        if isinstance(measures, str):
            found.unreadable += 1
            if found.unreadable <= _KEPT_NAMES:
                found.unreadable_names.append(f"{picture.name} {measures}")
            measures = None
        if measures is not None:
            found.add_pixels(picture, measures)
        if on_picture is not None:
            on_picture(number, picture, measures)
        if progress is not None:
            progress(number + 1, total)
    found.notes = list(dict.fromkeys(source.notes))
    found.classes = list(dict.fromkeys([*source.classes, *sorted(found.objects)]))
    return found
