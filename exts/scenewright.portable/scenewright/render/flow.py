"""Optical flow between the step before and this one, in both directions, with what is hidden in the other image."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.kernels.flow import flow_pixels
from scenewright.render.primary import trace_primary
from scenewright.render.tiles import load_kernels

if TYPE_CHECKING:
    from scenewright.render.device.scene import DeviceScene, PlacedScene
    from scenewright.render.tiles import TileLauncher

__all__ = ["FLOW_STATES", "FlowImage", "FlowPair", "Moment"]

_TILE = 32768
FLOW_STATES = ("none", "visible", "hidden", "outside")
"""What the values of :attr:`FlowImage.state` mean, in order."""


@dataclass(frozen=True, eq=False)
class FlowImage:
    """Where the points that an image shows are in the image of another moment."""

    flow: np.ndarray
    """(H, W, 2) float32: position there less position here [px], +x right, +y down; 0 where there is no such point."""
    state: np.ndarray
    """(H, W) uint8: 0 nothing is shown here, or it is not there at the other moment; 1 seen there; 2 hidden there by something
    nearer; 3 outside that image."""


class Moment:
    """A scene that no longer changes, and a camera in it.

    Args:
        scene: The scene.
        camera: The camera, by itself and in the scene's origin.
        placed: The scene relative to the camera, where it is there already.
        hits: The camera's label hits, where they are there already.
    """

    def __init__(self, scene: "DeviceScene", camera: ImageCamera, placed: "PlacedScene | None" = None,
                 hits: wp.array | None = None) -> None:
        self.scene = scene
        self.camera = camera
        self._placed = placed
        self._hits = hits

    @property
    def placed(self) -> "PlacedScene":
        """The scene relative to the camera."""
        if self._placed is None:
            self._placed = self.scene.place(self.camera.center)
        return self._placed

    def hits(self, launcher: "TileLauncher") -> wp.array:
        """Return the nearest hit of the ray through each pixel centre, (width * height,) Hit."""
        if self._hits is None:
            self._hits = trace_primary(launcher, self.camera, self.placed)
        return self._hits


@dataclass(frozen=True, eq=False)
class FlowPair:
    """This moment and the one before; ``before`` is None where there is none, such as on the first frame of a sequence."""

    now: Moment
    before: Moment | None

    def backward(self, launcher: "TileLauncher") -> FlowImage:
        """Return the flow from this image to that of the step before."""
        return self._empty() if self.before is None else flow_between(launcher, self.now, self.before)

    def forward(self, launcher: "TileLauncher") -> FlowImage:
        """Return the flow from the image of the step before to this one, at the pixels of the image before."""
        return self._empty() if self.before is None else flow_between(launcher, self.before, self.now)

    def _empty(self) -> FlowImage:
        shape = (self.now.camera.height, self.now.camera.width)
        return FlowImage(np.zeros((*shape, 2), np.float32), np.zeros(shape, np.uint8))


def flow_between(launcher: "TileLauncher", source: Moment, target: Moment) -> FlowImage:
    """Return the flow from the image of one moment to that of another."""
    load_kernels([flow_pixels], launcher.device)
    camera, device = source.camera, launcher.device
    placed, other = source.placed, target.placed
    hits, there = source.hits(launcher), target.hits(launcher)
    motion, corners = source.scene.instances.motion(target.scene.instances.snapshot(), target.camera.center, True)
    same = int(source.scene.instances.paths == target.scene.instances.paths)
    count = camera.width * camera.height
    flow = wp.empty(count, dtype=wp.vec2, device=device)
    state = wp.empty(count, dtype=wp.uint8, device=device)
    launcher.launch(flow_pixels, count,
                    [placed.data, camera.data, motion, corners, other.data, target.camera.data, hits, there, same],
                    [flow, state], tile=_TILE)
    shape = (camera.height, camera.width)
    return FlowImage(flow.numpy().reshape(*shape, 2), state.numpy().reshape(shape))
