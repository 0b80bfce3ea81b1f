"""What any dataset holds, whatever its layout: pictures, and the labelled objects that they show."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scenewright.sdg.reading.camera import CameraView
from scenewright.sdg.reading.masks import Mask

__all__ = ["Picture", "PictureSource", "Seen"]


@dataclass(frozen=True)
class Seen:
    """A labelled object of a picture.

    Attributes:
        name: its class.
        box: x, y, width, height [pixel, 0 = the image's left and top edge].
        area: visible pixels; None where the dataset has no masks.
        mask: visible pixels as a mask; None where there is none.
        visible: visible share of its pixels inside the image, 0 to 1; None = not known.
        distance: from the camera to the origin or centre of the object [m]; None = not known.
        keypoints: x, y [pixel] and state (0 outside, 1 hidden, 2 seen), shape (K, 3).
        corners: corners of its 3D box in the picture [pixel], shape (8, 2), bit 0 of the row = upper x; None = not known.
        cuboid: the same corners in the world [stage units], shape (8, 3).
        prim_path: prim of the object; "" where the dataset does not say.
    """

    name: str
    box: tuple[float, float, float, float]
    area: float | None = None
    mask: Mask | None = None
    visible: float | None = None
    distance: float | None = None
    keypoints: np.ndarray | None = None
    corners: np.ndarray | None = None
    cuboid: np.ndarray | None = None
    prim_path: str = ""


@dataclass(frozen=True)
class Picture:
    """One image of a dataset with what it shows.

    Attributes:
        name: path of the image relative to the dataset, as the dataset gives it.
        path: the image file; it may be missing.
        width: width that the labels assume [pixel].
        height: height that the labels assume [pixel].
        frame: index of its frame; pictures of several cameras share one.
        camera: name of its camera, "" where there is one only.
        objects: what is in view.
        view: pose and lens of the camera; None = not known.
        depth: file of distances to the image plane or to the camera, ``.npy`` [m]; None = there is none.
    """

    name: str
    path: Path
    width: int
    height: int
    frame: int = 0
    camera: str = ""
    objects: tuple[Seen, ...] = ()
    view: CameraView | None = None
    depth: Path | None = None


@dataclass
class PictureSource(ABC):
    """A dataset, opened for reading.

    Attributes:
        root: its folder.
        layout: what it is, for people: "COCO", "YOLO", "BasicWriter", "Scenewright (coco)".
        classes: declared classes in the order of their ids, in view or not.
        notes: what could not be read and what that means, one sentence each; it grows while pictures are read.
    """

    root: Path
    layout: str
    classes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of pictures."""

    @abstractmethod
    def pictures(self) -> Iterator[Picture]:
        """Yield every picture in order; memory does not grow with their number, except for what one label file holds."""
