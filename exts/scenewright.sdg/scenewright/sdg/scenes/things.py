"""What a layout speaks of: regions and sides, things with their clearances, where they were placed, and what was not."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from scenewright.sdg.scenes.assets import SceneAsset, SceneError

__all__ = ["SIDES", "Clearance", "LayoutError", "Placed", "Region", "Shortfall", "Thing"]

SIDES = ("front", "right", "back", "left")
"""Sides of a region or thing: front = -y, right = +x, back = +y, left = -x."""


class LayoutError(SceneError):
    """A layout that must fit does not.

    Attributes:
        shortfalls: What is missing, and why.
    """

    def __init__(self, shortfalls: Sequence["Shortfall"], placed: int, remedy: str = "Enlarge the region or ask for less."):
        self.shortfalls = list(shortfalls)
        lines = "; ".join(str(one) for one in shortfalls)
        super().__init__(f"the layout does not fit ({placed} things were placed): {lines}. {remedy}")


@dataclass(frozen=True)
class Shortfall:
    """Things that a verb could not place.

    Attributes:
        what: Class of the things.
        region: Where they were to stand.
        wanted: How many were asked for.
        placed: How many stand.
        reasons: What was in the way -> how many tries ended there, most first.
    """

    what: str
    region: str
    wanted: int
    placed: int
    reasons: Mapping[str, int]

    def __str__(self) -> str:
        why = ", ".join(f"{reason} ({count}x)" if count > 1 else reason for reason, count in self.reasons.items())
        return f"{self.placed} of {self.wanted} {self.what} in {self.region}; in the way: {why or 'nothing was tried'}"


@dataclass(frozen=True)
class Clearance:
    """Room that must stay free beside a thing [m]."""

    front: float = 0.0
    back: float = 0.0
    left: float = 0.0
    right: float = 0.0


@dataclass(frozen=True)
class Thing:
    """What is to be placed: an asset with the variants that it shows and the room that it needs."""

    asset: SceneAsset
    variants: Mapping[str, str] = field(default_factory=dict)
    clearance: Clearance = Clearance()
    turned: bool = False
    """Whether its width lies along the region's y: a quarter turn more than the verb would give it."""

    @property
    def label(self) -> str:
        """Its class."""
        return self.asset.label


@dataclass(frozen=True)
class Region:
    """A level rectangle to put things on, centred at its origin; its front looks along its own -y.

    Attributes:
        name: Unique within a layout.
        size: Width (x) and depth (y) [m].
        origin: World position of its middle [m].
        yaw: Turn about z [deg].
        height: Free height above it [m].
    """

    name: str
    size: tuple[float, float]
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    height: float = math.inf

    def world(self, x: float, y: float, z: float = 0.0) -> tuple[float, float, float]:
        """Return the world position of a local point."""
        cosine, sine = math.cos(math.radians(self.yaw)), math.sin(math.radians(self.yaw))
        return (self.origin[0] + cosine * x - sine * y, self.origin[1] + sine * x + cosine * y, self.origin[2] + z)

    def part(self, name: str, x0: float, y0: float, x1: float, y1: float) -> "Region":
        """Return the rectangle between two local corners as a region of its own, with its own bookkeeping."""
        origin = self.world((x0 + x1) / 2, (y0 + y1) / 2)
        return replace(self, name=f"{self.name}/{name}", size=(x1 - x0, y1 - y0), origin=origin)


@dataclass(frozen=True)
class Placed:
    """A thing that stands somewhere.

    Attributes:
        thing: The thing.
        region: Where it stands.
        local: x, y [m], z above the region [m] and yaw [deg] of its footprint's middle in the region's frame.
        position: World position of the asset's origin [m].
        yaw: World turn about z [deg].
        serial: Number within the layout.
    """

    thing: Thing
    region: Region
    local: tuple[float, float, float, float]
    position: tuple[float, float, float]
    yaw: float
    serial: int

    def supports(self) -> list[Region]:
        """Return the thing's surfaces as regions of their own."""
        asset, out = self.thing.asset, []
        frame = Region("", (0.0, 0.0), self.position, self.yaw)
        for one in asset.surfaces():
            x0, y0, x1, y1 = one.rect
            origin = frame.world((x0 + x1) / 2, (y0 + y1) / 2, one.z)
            name = f"{asset.label}_{self.serial}/{one.name}"
            out.append(Region(name, (x1 - x0, y1 - y0), origin, self.yaw, one.height))
        return out
