"""The engine: builds a Mitsuba scene round one camera and renders it."""

import logging
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from scenewright.render.device.camera import ImageCamera
from scenewright.render.lens.models import Parallel, Perspective
from scenewright.render.mitsuba.emitters import emitter_of
from scenewright.render.mitsuba.materials import BsdfBuilder
from scenewright.render.mitsuba.shapes import write_shapes
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.stage_scene import StageScene
from scenewright.render.settings import RenderSettings

__all__ = ["MitsubaEngine", "load_mitsuba"]

_log = logging.getLogger(__name__)

_OLDEST_LLVM = (17,)
"""LLVM 15 ends the process on code that Dr.Jit 1.4 generates for AVX-512 ("Cannot select: fminimum")."""


def load_mitsuba() -> ModuleType:
    """Return the mitsuba module with a variant set: LLVM where a library recent enough is found, else scalar.

    Raises:
        ModuleNotFoundError: Mitsuba is not installed; the message names the extra.
    """
    try:
        import mitsuba
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "The renderer 'mitsuba' needs Mitsuba 3. Install it with: pip install 'scenewright[mitsuba]'") from error
    mitsuba.set_variant("llvm_ad_rgb" if _has_llvm() else "scalar_rgb")
    return mitsuba


def _has_llvm() -> bool:
    """Return whether there is an LLVM library that Mitsuba can compile with."""
    import drjit

    version = tuple(drjit.detail.llvm_version())  # (-1, …) or (0, …) where there is none
    if version < _OLDEST_LLVM:
        _log.info("Mitsuba runs in its scalar variant: LLVM %s or later was not found.", _OLDEST_LLVM[0])
    return version >= _OLDEST_LLVM


class MitsubaEngine:
    """Renders the records of one scene with Mitsuba's path tracer."""

    def __init__(self) -> None:
        """Load Mitsuba.

        Raises:
            ModuleNotFoundError: It is not installed.
        """
        self._mi = load_mitsuba()

    def render(self, scene: StageScene, image: ImageCamera, settings: RenderSettings) -> np.ndarray:
        """Return (H, W, 4) float32: radiance in stage light units, and coverage; like the buffer ``hdr_color``.

        Every pixel is the mean of ``settings.samples`` paths of up to ``settings.bounces`` bounces through it (box filter).
        What Mitsuba has no counterpart for is drawn without it, and a warning names it once: IES profiles, light links.

        Raises:
            SceneError: The camera's lens is none of pinhole, thin lens and orthographic.
        """
        mi = self._mi
        with tempfile.TemporaryDirectory(prefix="scenewright_mitsuba_") as folder:
            parts: dict[str, Any] = {"type": "scene", "integrator": _integrator(settings)}
            parts["sensor"] = self._sensor(image, settings)
            builder = BsdfBuilder(mi, scene.textures)
            parts.update(write_shapes(mi, scene, image.center, builder, Path(folder)))
            reach = _reach(scene, image.center)
            for index, light in enumerate(scene.lights):
                for number, part in enumerate(emitter_of(mi, light, image.center, scene.textures, reach)):
                    parts[f"light_{index}_{number}"] = part
            loaded = mi.load_dict(parts)
        pixels = np.array(mi.render(loaded, spp=settings.samples, seed=_seed(settings)), dtype=np.float32)
        return pixels[..., :4]

    def _sensor(self, image: ImageCamera, settings: RenderSettings) -> dict[str, Any]:
        mi, lens = self._mi, image.lens
        film = {"type": "hdrfilm", "width": image.width, "height": image.height, "rfilter": {"type": "box"},
                "pixel_format": "rgba", "component_format": "float32"}
        near, far = image.record.clipping_range
        sensor = {"film": film, "near_clip": max(near, 1e-4), "far_clip": min(far, 1e30),
                  "sampler": {"type": "independent", "sample_count": settings.samples}}
        # Mitsuba's cameras look along +Z with +X to the left
        axes = np.eye(4)
        axes[:3, 0], axes[:3, 1], axes[:3, 2] = -image.right, image.up, image.forward
        if isinstance(lens, Perspective):
            sensor["fov_axis"] = "x"
            sensor["fov"] = float(np.degrees(2.0 * np.arctan(0.5 * image.width * lens.step)))
            sensor["principal_point_offset_x"] = lens.start_x / (lens.step * image.width) + 0.5
            sensor["principal_point_offset_y"] = 0.5 - lens.start_y / (lens.step * image.height)
            sensor["type"] = "perspective"
            if image.data.lens_radius > 0.0:
                sensor["type"] = "thinlens"
                sensor["aperture_radius"] = float(image.data.lens_radius)
                sensor["focus_distance"] = float(image.data.focus_distance)
        elif isinstance(lens, Parallel):
            half = 0.5 * image.width * lens.step
            sensor["type"] = "orthographic"
            axes[:3, 0] *= half
            axes[:3, 1] *= half
            axes[:3, 3] = image.right * (lens.start_x + half) + image.up * (lens.start_y - 0.5 * image.height * lens.step)
        else:
            raise SceneError(f"Camera {image.record.path}: the renderer 'mitsuba' has pinhole, thin-lens and orthographic "
                             f"cameras, not {image.record.projection}. Use real-time or path-traced.")
        sensor["to_world"] = mi.ScalarTransform4f(axes)
        return sensor


def _integrator(settings: RenderSettings) -> dict[str, Any]:
    # Mitsuba counts path vertices: 2 is direct light; glass needs a few more than our bounces say to be passed
    return {"type": "path", "max_depth": settings.bounces + 2, "rr_depth": max(settings.bounces + 2, 5)}


def _seed(settings: RenderSettings) -> int:
    words = [settings.seed & 0xFFFFFFFFFFFFFFFF, settings.step & 0xFFFFFFFFFFFFFFFF]
    return int(np.random.SeedSequence(words).generate_state(1)[0] >> 1)


def _reach(scene: StageScene, center: np.ndarray) -> float:
    """Return about how far the scene reaches from the camera, for lights that stand at infinity."""
    if not scene.instances:
        return 1.0
    places = scene.matrices[:, 3, :3] - center
    sizes = np.abs(scene.matrices[:, :3, :3]).sum(axis=(1, 2))
    extents = {key: float(np.abs(mesh.points).max(initial=0.0)) for key, mesh in scene.meshes.items()}
    size = np.array([extents.get(i.mesh, max(i.size, default=1.0)) for i in scene.instances])
    return float((np.linalg.norm(places, axis=1) + sizes * np.minimum(size, 1e6)).max())
