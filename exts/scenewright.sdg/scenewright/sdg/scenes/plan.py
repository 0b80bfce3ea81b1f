"""What a builder decides: everything of a scene as plain values, before anything is written to a stage."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scenewright.sdg.scenes.assets import AssetBook
from scenewright.sdg.scenes.things import Placed, Shortfall

__all__ = ["LEVELS", "CameraPlan", "Item", "LightPlan", "Panel", "ScenePlan", "Streams", "looking_at"]

LEVELS = ("layout", "objects", "looks", "lights", "cameras")
"""What is drawn, context first: each level has a random stream of its own, so one can be drawn anew and the others kept."""


class Streams:
    """A random generator for each level.

    Args:
        generators: Level -> generator, for each of `LEVELS`.
    """

    def __init__(self, generators: Mapping[str, np.random.Generator]):
        self._generators = dict(generators)

    @classmethod
    def of_seed(cls, seed: int) -> "Streams":
        """Return the streams of a seed, by numpy's seed sequences and Philox (stable over numpy's versions)."""
        return cls(
            {
                level: np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, index])))
                for index, level in enumerate(LEVELS)
            }
        )

    def __getitem__(self, level: str) -> np.random.Generator:
        return self._generators[level]


@dataclass(frozen=True)
class Item:
    """One object of the scene.

    Attributes:
        placed: Where it stands.
        bulk: Whether it becomes one of a point instancer's instances; otherwise it is a prim of its own.
    """

    placed: Placed
    bulk: bool = False


@dataclass(frozen=True)
class Panel:
    """A box that the builder makes itself: floors, walls, ceilings. Textured in metres.

    Attributes:
        name: Of the prim.
        label: Its ``stuff`` label.
        look: Name of a material of the book's looks.
        low: Lowest corner [m], world.
        high: Highest corner [m].
        tile: Size of one repeat of the texture [m].
    """

    name: str
    label: str
    look: str
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    tile: float = 1.0


@dataclass(frozen=True)
class LightPlan:
    """A UsdLux light; `attributes` are further inputs by name."""

    name: str
    kind: str
    intensity: float
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    attributes: Mapping[str, float | str | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class CameraPlan:
    """A pinhole camera that looks at a point; lengths of the lens in millimetres."""

    name: str
    position: tuple[float, float, float]
    target: tuple[float, float, float]
    focal_length: float = 35.0
    aperture: tuple[float, float] = (36.0, 20.25)


@dataclass
class ScenePlan:
    """A whole scene.

    Attributes:
        book: The assets.
        items: Objects.
        panels: Walls, floors and ceilings.
        lights: Lights.
        cameras: Cameras.
        shortfalls: What the layout could not place.
    """

    book: AssetBook
    items: list[Item] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    lights: list[LightPlan] = field(default_factory=list)
    cameras: list[CameraPlan] = field(default_factory=list)
    shortfalls: Sequence[Shortfall] = ()

    def counts(self) -> dict[str, int]:
        """Return how many objects of each class there are."""
        out: dict[str, int] = {}
        for item in self.items:
            out[item.placed.thing.label] = out.get(item.placed.thing.label, 0) + 1
        return dict(sorted(out.items()))


def looking_at(position: Sequence[float], target: Sequence[float]) -> tuple[float, float, float]:
    """Return XYZ Euler angles [deg] of something that looks along its -Z at ``target`` with +Z of the world up."""
    backward = np.subtract(position, target).astype(float)
    backward /= max(float(np.linalg.norm(backward)), 1e-12)
    pitch = math.degrees(math.acos(float(np.clip(backward[2], -1.0, 1.0))))
    yaw = math.degrees(math.atan2(backward[0], -backward[1]))
    return (round(pitch, 4), 0.0, round(yaw, 4))
