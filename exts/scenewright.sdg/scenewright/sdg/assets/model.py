"""What every reader makes of its file and the writer takes: polygon parts, looks and images."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from scenewright.sdg.assets.materials import Surface

__all__ = ["Model", "Part"]


@dataclass(eq=False)
class Part:
    """One polygon mesh, in the source's own frame and unit."""

    name: str
    points: np.ndarray
    """(V, 3) float64."""
    counts: np.ndarray
    """(F,) int, corners of each face."""
    indices: np.ndarray
    """(C,) int, point of each corner."""
    looks: list[str]
    """Names of the looks that its faces wear; "" = none."""
    face_looks: np.ndarray
    """(F,) int into ``looks``."""
    normals: np.ndarray | None = None
    """(C, 3) float64 unit normals; None = to be computed, zero rows are computed too."""
    st: np.ndarray | None = None
    """(C, 2) float64 texture coordinates, v up."""
    colors: np.ndarray | None = None
    """(C, 3) float64, linear display colours."""
    creases: np.ndarray | None = None
    """(F,) float64 [deg]: faces that meet at a larger angle keep a sharp edge; None = the default angle."""
    subdivision: str = "none"
    """``none``, ``catmullClark``, ``loop`` or ``bilinear``."""
    double_sided: bool = True

    @property
    def starts(self) -> np.ndarray:
        """First corner of each face, (F,) int."""
        return np.cumsum(self.counts) - self.counts

    def face_of_corner(self) -> np.ndarray:
        """Return the face of each corner, (C,) int."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


@dataclass(eq=False)
class Model:
    """A whole source."""

    parts: list[Part]
    looks: Mapping[str, Surface] = field(default_factory=dict)
    """Their maps are keys of ``images``."""
    images: Mapping[str, bytes] = field(default_factory=dict)
    """Encoded images by the name of their file."""
    unit: float | None = None
    """Metres per unit; None where the format says nothing."""
    up: str = "Y"
    """``X``, ``Y`` or ``Z``."""
    notes: list[str] = field(default_factory=list)
    """What was left out or guessed, for people."""
    facts: dict[str, str] = field(default_factory=dict)
    """What the file states of itself: ``licence``, ``attribution``, ``label``."""
