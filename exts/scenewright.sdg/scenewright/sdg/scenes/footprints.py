"""Oriented footprints of things, and whether two of them meet."""

import math
from dataclasses import dataclass, replace

import numpy as np

from scenewright.sdg.scenes.things import Clearance

__all__ = ["TOUCH", "Footprint", "with_clearance"]

TOUCH = 1e-4
"""Things may overlap by so much [m]: they touch."""


@dataclass(frozen=True)
class Footprint:
    """An oriented rectangle over a range of heights in a region's frame.

    Attributes:
        x: Its middle [m].
        y: Its middle [m].
        half: Half its width and depth [m].
        yaw: Turn about z [deg].
        low: Height of its bottom [m].
        high: Height of its top [m].
        name: For messages.
    """

    x: float
    y: float
    half: tuple[float, float]
    yaw: float
    low: float
    high: float
    name: str

    def corners(self) -> np.ndarray:
        """Return its corners, (4, 2) [m]."""
        cosine, sine = math.cos(math.radians(self.yaw)), math.sin(math.radians(self.yaw))
        a, b = self.half
        local = np.array([(-a, -b), (a, -b), (a, b), (-a, b)])
        return np.array([self.x, self.y]) + local @ np.array([[cosine, sine], [-sine, cosine]])

    def meets(self, other: "Footprint") -> bool:
        """Return whether the two share more than a touch, by separating axes."""
        if self.low >= other.high - TOUCH or other.low >= self.high - TOUCH:
            return False
        dx, dy = other.x - self.x, other.y - self.y
        reach = math.hypot(*self.half) + math.hypot(*other.half)
        if dx * dx + dy * dy >= reach * reach:
            return False
        mine, its = self.corners(), other.corners()
        for yaw in (self.yaw, self.yaw + 90.0, other.yaw, other.yaw + 90.0):  # separating axes
            axis = np.array([math.cos(math.radians(yaw)), math.sin(math.radians(yaw))])
            a, b = mine @ axis, its @ axis
            if a.min() >= b.max() - TOUCH or b.min() >= a.max() - TOUCH:
                return False
        return True


def with_clearance(body: Footprint, clearance: Clearance) -> Footprint:
    """Return a footprint with the room round it that must stay free; the same object where none must."""
    if clearance == Clearance():
        return body
    dx, dy = (clearance.right - clearance.left) / 2, (clearance.back - clearance.front) / 2
    cosine, sine = math.cos(math.radians(body.yaw)), math.sin(math.radians(body.yaw))
    half = (body.half[0] + (clearance.left + clearance.right) / 2, body.half[1] + (clearance.front + clearance.back) / 2)
    return replace(body, x=body.x + cosine * dx - sine * dy, y=body.y + sine * dx + cosine * dy, half=half)
