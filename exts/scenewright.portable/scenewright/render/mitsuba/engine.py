"""The engine: builds a Mitsuba scene round one camera and renders it."""

import logging
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.render.device.camera import ImageCamera
from scenewright.render.lens.models import Parallel, Perspective
from scenewright.render.mitsuba.emitters import emitter_of, sky_of
from scenewright.render.mitsuba.limits import check_scene, differences, special_wishes
from scenewright.render.mitsuba.materials import BsdfBuilder, is_see_through
from scenewright.render.mitsuba.shapes import write_shapes
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import LightKind, MeshRecord
from scenewright.render.scene.stage_scene import StageScene
from scenewright.render.settings import RenderSettings

if TYPE_CHECKING:
    from scenewright.render.moving_scene import MovingScene
    from scenewright.render.shutter import ShutterPlan

__all__ = ["MitsubaEngine", "load_mitsuba"]

_log = logging.getLogger(__name__)

_OLDEST_LLVM = (17,)
"""LLVM 15 ends the process on code that Dr.Jit 1.4 generates for AVX-512 ("Cannot select: fminimum")."""
_RAYS_AT_ONCE = 1 << 20
_NAMED = 20


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


@dataclass(frozen=True, eq=False)
class _Moment:
    """One picture: what is where, seen how."""

    scene: StageScene
    matrices: np.ndarray  # (N, 4, 4) of the instances
    meshes: dict[str, MeshRecord]
    image: ImageCamera
    settings: RenderSettings
    rows: tuple[int, int]  # of the picture


class MitsubaEngine:
    """Renders the records of one scene with Mitsuba.

    Plain scenes go through Mitsuba's own path tracer. Lenses other than pinhole, thin lens and orthographic, light shaping and
    links, lights without shadows or unseen by the camera, and fog are traced by :mod:`.transport` on Mitsuba's scene, surfaces
    and samplers, which needs the LLVM variant. What neither has is refused by :mod:`.limits`.
    """

    def __init__(self) -> None:
        """Load Mitsuba.

        Raises:
            ModuleNotFoundError: It is not installed.
        """
        self._mi = load_mitsuba()
        self._told: set[str] = set()

    def render(self, scene: StageScene, image: ImageCamera, settings: RenderSettings) -> np.ndarray:
        """Return (H, W, 4) float32: radiance in stage light units, and coverage; like the buffer ``hdr_color``.

        Every pixel is the mean of ``settings.samples`` paths of up to ``settings.bounces`` bounces through it (box filter).

        Raises:
            SceneError: The stage wants something that the engine would show otherwise, or that needs Mitsuba's LLVM variant
                where there is none; the message names it.
        """
        if image.record.scan_order:
            raise SceneError(f"Camera {image.record.path}: its rolling shutter needs more than one moment. Use render_moments.")
        return self._render(_Moment(scene, scene.matrices, dict(scene.meshes), image, settings, (0, image.height)))

    def render_moments(self, moving: "MovingScene", plan: "ShutterPlan", image: ImageCamera, settings: RenderSettings
                       ) -> np.ndarray:
        """Return (H, W, 4) float32 like :meth:`render`, the mean over the slices of a shutter plan.

        Each slice gets its part of ``settings.samples``, at least one.

        Raises:
            SceneError: As :meth:`render`.
        """
        samples = -(-settings.samples // plan.slices_per_line)
        total = np.zeros((image.height, image.width, 4), np.float32)
        for index, (seconds, steps) in enumerate(zip(plan.seconds.tolist(), plan.steps.tolist(), strict=True)):
            begin, end = (0, image.height) if plan.by_column else plan.lines(index)
            if begin == end or not plan.weights[index].any():
                continue
            pose = moving.pose_at(seconds, steps)
            there = ImageCamera(pose.camera, image.width, image.height, moving.meters_per_unit)
            choice = replace(settings, samples=samples, seed=_seed(settings, 1 + index))
            part = self._render(_Moment(moving.scene, pose.matrices, pose.meshes, there, choice, (begin, end)))
            weights = plan.weights[index]
            total[begin:end] += part * (weights[None, :, None] if plan.by_column else weights[begin:end, None, None])
        return total

    def _render(self, moment: _Moment) -> np.ndarray:
        """Return the wanted rows of a picture."""
        scene, settings = moment.scene, moment.settings
        check_scene(scene)
        self._tell_differences(scene)
        wishes = special_wishes(scene, settings) + self._lens_wishes(moment.image)
        vectorised = self._mi.variant().startswith("llvm")
        if wishes and not vectorised:
            raise SceneError(f"The renderer 'mitsuba' needs its LLVM variant for: {', '.join(wishes[:5])}. Install LLVM "
                             f"{_OLDEST_LLVM[0]} or later (Debian, Ubuntu: apt install libllvm19; another place: set "
                             "DRJIT_LIBLLVM_PATH to libLLVM.so), or render with path-traced.")
        mi, center = self._mi, moment.image.center
        with tempfile.TemporaryDirectory(prefix="scenewright_mitsuba_") as folder:
            parts: dict[str, Any] = {"type": "scene"}
            if not wishes:
                parts["integrator"] = _integrator(settings, scene)
                parts["sensor"] = self._sensor(moment)
            builder = BsdfBuilder(mi, scene.textures)
            parts.update(write_shapes(mi, scene, (moment.matrices, moment.meshes), center, builder, Path(folder)))
            reach = _reach(moment)
            domes = [light for light in scene.lights if light.kind == LightKind.DOME]
            for index, light in enumerate(scene.lights):
                if light.kind == LightKind.DOME:
                    if light is domes[0]:
                        parts[f"light_{index}_0"] = sky_of(mi, domes, scene.textures)
                    continue
                for number, part in enumerate(emitter_of(mi, light, center, scene.textures, reach)):
                    parts[f"light_{index}_{number}"] = part
            loaded = mi.load_dict(parts, optimize=not wishes)  # merged shapes would lose their names
        if wishes:
            return self._trace(loaded, moment)
        pixels = np.array(mi.render(loaded, spp=settings.samples, seed=_seed(settings)), dtype=np.float32)
        return pixels[..., :4]

    def _tell_differences(self, scene: StageScene) -> None:
        """Warn, once a material, of surfaces that look otherwise."""
        used = {key for instance in scene.instances for key in instance.slot_materials} - self._told
        self._told |= used
        alike: dict[str, list[str]] = {}
        for key in sorted(used):
            for what in differences(scene.materials[key]):
                alike.setdefault(what, []).append(scene.materials[key].path or "the default material")
        for what, paths in alike.items():
            more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
            _log.warning("Mitsuba shows %s%s otherwise than path-traced: %s.", ", ".join(paths[:_NAMED]), more, what)

    def _trace(self, loaded: Any, moment: _Moment) -> np.ndarray:
        """Return the rows of a picture by the path tracer of :mod:`.transport`."""
        from scenewright.render.mitsuba.air import Air
        from scenewright.render.mitsuba.camera_rays import camera_rays
        from scenewright.render.mitsuba.light_rows import LightRows
        from scenewright.render.mitsuba.transport import PathTracer

        scene, image, settings = moment.scene, moment.image, moment.settings
        rows = LightRows(scene.lights, [instance.path for instance in scene.instances])
        air = Air(settings.fog, image.center, scene.up_axis, scene.meters_per_unit) if settings.fog is not None else None
        tracer = PathTracer(loaded, rows, air, settings.bounces)
        height = moment.rows[1] - moment.rows[0]
        total, done = np.zeros((height * image.width, 4)), 0
        while done < settings.samples:
            count = min(settings.samples - done, max(1, _RAYS_AT_ONCE // (height * image.width)))
            chance = np.random.default_rng([_seed(settings), done])
            found = tracer.trace(camera_rays(image, moment.rows, count, chance), _seed(settings, 1 + done))
            total += np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0).reshape(-1, count, 4).sum(axis=1)
            done += count
        return (total / settings.samples).astype(np.float32).reshape(height, image.width, 4)

    def _lens_wishes(self, image: ImageCamera) -> list[str]:
        """Return why Mitsuba's own cameras do not do."""
        lens, open_wide = image.lens, image.data.lens_radius > 0.0
        if isinstance(lens, Perspective):
            plain = not (open_wide and any(_shift(image)))  # its thin lens cannot be shifted
        else:
            plain = isinstance(lens, Parallel) and not open_wide
        return [] if plain else [f"the lens {image.record.projection} of {image.record.path}"]

    def _sensor(self, moment: _Moment) -> dict[str, Any]:
        mi, image = self._mi, moment.image
        lens = image.lens
        film = {"type": "hdrfilm", "width": image.width, "height": image.height, "rfilter": {"type": "box"},
                "pixel_format": "rgba", "component_format": "float32", "crop_offset_x": 0, "crop_offset_y": moment.rows[0],
                "crop_width": image.width, "crop_height": moment.rows[1] - moment.rows[0]}
        near, far = image.record.clipping_range
        sensor = {"film": film, "near_clip": max(near, 1e-4), "far_clip": min(far, 1e30),
                  "sampler": {"type": "independent", "sample_count": moment.settings.samples}}
        # Mitsuba's cameras look along +Z with +X to the left
        axes = np.eye(4)
        axes[:3, 0], axes[:3, 1], axes[:3, 2] = -image.right, image.up, image.forward
        if isinstance(lens, Perspective):
            sensor["fov_axis"] = "x"
            sensor["fov"] = float(np.degrees(2.0 * np.arctan(0.5 * image.width * lens.step)))
            if image.data.lens_radius > 0.0:
                sensor["type"] = "thinlens"
                sensor["aperture_radius"] = float(image.data.lens_radius)
                sensor["focus_distance"] = float(image.data.focus_distance)
            else:
                sensor["type"] = "perspective"
                sensor["principal_point_offset_x"], sensor["principal_point_offset_y"] = _shift(image)
        else:
            half = 0.5 * image.width * lens.step
            sensor["type"] = "orthographic"
            axes[:3, 0] *= half
            axes[:3, 1] *= half
            axes[:3, 3] = image.right * (lens.start_x + half) + image.up * (lens.start_y - 0.5 * image.height * lens.step)
        sensor["to_world"] = mi.ScalarTransform4f(axes)
        return sensor


def _shift(image: ImageCamera) -> tuple[float, float]:
    """Return where a pinhole's axis meets the image, in image sizes from its middle, right and down."""
    lens = image.lens
    return lens.start_x / (lens.step * image.width) + 0.5, 0.5 - lens.start_y / (lens.step * image.height)


def _integrator(settings: RenderSettings, scene: StageScene) -> dict[str, Any]:
    # The path tracer's shadow rays end at every surface; the one for media sees through holes, and does not count them
    holes = any(is_see_through(material) for material in scene.materials.values())
    # Mitsuba counts path vertices: 2 is direct light; glass needs a few more than our bounces say to be passed
    return {"type": "volpath" if holes else "path", "max_depth": settings.bounces + 2, "rr_depth": max(settings.bounces + 2, 5)}


def _seed(settings: RenderSettings, part: int = 0) -> int:
    words = [settings.seed & 0xFFFFFFFFFFFFFFFF, settings.step & 0xFFFFFFFFFFFFFFFF, part]
    return int(np.random.SeedSequence(words).generate_state(1)[0] >> 1)


def _reach(moment: _Moment) -> float:
    """Return about how far the scene reaches from the camera; where the camera's sight ends within bounds, twice that."""
    scene, far = moment.scene, 2.0 * moment.image.record.clipping_range[1]
    far = far * 1e-3 if far < 1e15 else 0.0  # lights at infinity stand a thousand times as far away
    if not scene.instances:
        return max(1.0, far)
    places = moment.matrices[:, 3, :3] - moment.image.center
    sizes = np.abs(moment.matrices[:, :3, :3]).sum(axis=(1, 2))
    extents = {key: float(np.abs(mesh.points).max(initial=0.0)) for key, mesh in moment.meshes.items()}
    size = np.array([extents.get(i.mesh, max(i.size, default=1.0)) for i in scene.instances])
    return max(float((np.linalg.norm(places, axis=1) + sizes * np.minimum(size, 1e6)).max()), far)
