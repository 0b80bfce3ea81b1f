"""The façade: a USD stage in, buffers out."""

import logging
from collections.abc import Iterable, Sequence

import numpy as np
import warp as wp
from pxr import Sdf, Usd

from scenewright.render.buffers import BUFFERS, BufferSpec, buffer_spec
from scenewright.render.denoise import DENOISE_KERNELS, denoise, guide_buffers
from scenewright.render.device.camera import ImageCamera
from scenewright.render.device.instances import InstanceSnapshot
from scenewright.render.device.path_settings import Surroundings, path_settings
from scenewright.render.device.scene import DeviceScene, PlacedScene
from scenewright.render.device.strip import StripCamera, can_share_a_strip
from scenewright.render.edges import EDGE_KERNELS, refine_edges
from scenewright.render.enclosed import EnclosedCameras
from scenewright.render.film import film_data, metered_exposure
from scenewright.render.flow import FlowPair, Moment
from scenewright.render.frame import Frame
from scenewright.render.kernels.film import develop
from scenewright.render.kernels.flow import flow_pixels
from scenewright.render.kernels.labels import LABEL_BITS, LABEL_SPAN, LabelBuffers, buffer_dtype, write_labels
from scenewright.render.kernels.multihit import cover_rows
from scenewright.render.kernels.slices import add_slice
from scenewright.render.kernels.splats import blend_splats
from scenewright.render.kernels.textures import shrink_bytes, shrink_floats
from scenewright.render.kernels.trace import GuideBuffers, shade_pixels
from scenewright.render.kernels.types import Hit, PathSettings
from scenewright.render.kernels.wide_bvh import fold_tree
from scenewright.render.mitsuba import MitsubaEngine
from scenewright.render.moving_scene import MovingScene, shade_slices
from scenewright.render.oidn import denoise_with_oidn
from scenewright.render.primary import primary_kernel, trace_primary
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import CameraRecord
from scenewright.render.scene.stage_scene import StageScene
from scenewright.render.settings import RenderSettings
from scenewright.render.shutter import ShutterPlan, plan_shutter
from scenewright.render.splats import place_splats
from scenewright.render.tiles import TileLauncher, load_kernels

__all__ = ["Renderer", "compile_kernels"]

_log = logging.getLogger(__name__)

_MAX_SIDE = 16384


def compile_kernels(device: str = "cpu") -> None:
    """Compile and load every kernel for ``device``, so that worker processes find them in Warp's cache."""
    load_kernels([primary_kernel(device), write_labels, shade_pixels, develop, cover_rows, flow_pixels, blend_splats, add_slice,
                  shrink_bytes, shrink_floats, *DENOISE_KERNELS, *EDGE_KERNELS], device)
    load_kernels([fold_tree], "cpu")


class Renderer:
    """Renders the cameras of one stage and follows its changes.

    Example:
        >>> renderer = Renderer(Usd.Stage.Open("scene.usda"))
        >>> frame = renderer.render("/World/Camera", (640, 360), ["ldr_color", "distance_to_camera"])
        >>> frame["ldr_color"].shape
        (360, 640, 4)
    """

    def __init__(self, stage: Usd.Stage, *, device: str = "cpu", threads: int | None = None) -> None:
        """Follow ``stage``; nothing is read before the first :meth:`sync` or :meth:`render`.

        Args:
            stage: An open stage.
            device: Warp device, ``cpu`` or ``cuda:0``.
            threads: CPU threads; default ``SCENEWRIGHT_THREADS``, else all cores.
        """
        self.stage = stage
        self.device = str(device)
        self._scene = StageScene(stage)
        self._device_scene = DeviceScene(self.device)
        self._launcher = TileLauncher(self.device, threads)
        self._time = Usd.TimeCode.Default()
        self._synced = False
        self._revision = -1
        self._cameras: dict[str, CameraRecord] = {}
        self._previous_cameras: dict[str, CameraRecord] = {}
        self._previous: InstanceSnapshot | None = None
        self._previous_time = Usd.TimeCode.Default()
        self._before: DeviceScene | None = None
        self._moments: dict[tuple, Moment] = {}
        self._moments_before: dict[tuple, Moment] = {}
        self._teleport = False
        self._hits: wp.array | None = None
        self._warned_dark = False
        self._enclosed = EnclosedCameras()
        self.follows_flow = False
        """Whether :meth:`begin_step` keeps the whole scene of the step before, which ``Frame.flow`` needs."""
        self._mitsuba: MitsubaEngine | None = None

    # ---- following the stage

    def begin_step(self) -> None:
        """Make the present transforms and cameras the previous ones: motion vectors tell what moves from here on."""
        self._previous = self._device_scene.instances.snapshot() if self._synced else None
        self._previous_cameras = dict(self._cameras)
        self._previous_time = self._time if self._synced else Usd.TimeCode.Default()
        self._before = self._device_scene.moment() if self._synced and self.follows_flow else None
        self._moments_before, self._moments = (self._moments if self.follows_flow else {}), {}

    def reset_motion(self) -> None:
        """Forget where everything was (a teleport): after the next sync nothing has moved."""
        self._teleport = True

    def sync(self, time: Usd.TimeCode = Usd.TimeCode.Default()) -> None:
        """Take in what changed on the stage.

        Raises:
            SceneError: Something on the stage cannot be rendered; the message names the prim.
        """
        self._time = time
        changes = self._scene.sync(time)
        if changes or not self._synced:
            self._device_scene.update(self._scene, changes)
        self._synced = True
        if self._revision != self._scene.revision:
            self._revision = self._scene.revision
            self._read_cameras()
        if self._teleport:
            self._previous = None  # as before the first frame: exactly no motion, not the rounding of two equal poses
            self._previous_cameras = {}
            self._previous_time = Usd.TimeCode.Default()
            self._before = None
            self._moments_before, self._moments = {}, {}
            self._teleport = False

    def _read_cameras(self) -> None:
        """Read the cameras that were rendered anew, for the motion of the next step."""
        for path in list(self._cameras):
            try:
                self._cameras[path] = self._scene.camera(path)
            except SceneError:  # removed or changed beyond use; rendering it would say so
                del self._cameras[path]

    # ---- rendering

    def render(self, camera: str | Sdf.Path, resolution: tuple[int, int], buffers: Iterable[str],
               settings: RenderSettings = RenderSettings()) -> Frame:
        """Render one image.

        Args:
            camera: Path of a camera prim.
            resolution: (width, height) in pixels.
            buffers: Names of rows of BUFFERS; only these are computed.
            settings: Choices for colour.

        Raises:
            SceneError: There is no such camera (the message lists those that exist), or the stage cannot be rendered.
            ValueError: An unknown buffer or an impossible resolution.
        """
        specs = wanted_buffers(buffers)
        load_kernels(needed_kernels(specs, settings, self.device), self.device)
        width, height = checked_resolution(resolution)
        self.sync(self._time)
        record = self._scene.camera(camera, settings.exposure)
        self._cameras.setdefault(record.path, record)
        image = self._image_camera(record, width, height)
        arrays, placed, hits = self._render_image(image, specs, settings)
        pair = self._flow_pair(image, placed, hits) if self.follows_flow else None
        return Frame(image, arrays, self._scene.label_source(), placed, self._launcher, pair)

    def render_tiles(self, cameras: Sequence[str | Sdf.Path], resolution: tuple[int, int], buffers: Iterable[str],
                     settings: RenderSettings = RenderSettings()) -> list[Frame]:
        """Render one image for each camera, in one launch where they are alike: pinholes of one clipping range.

        Args:
            cameras: Paths of camera prims.
            resolution: (width, height) of each image.
            buffers: Names of rows of BUFFERS; only these are computed.
            settings: Choices for colour.

        Raises:
            SceneError: There is no such camera (the message lists those that exist), or the stage cannot be rendered.
            ValueError: An unknown buffer or an impossible resolution.
        """
        specs, cameras = wanted_buffers(buffers), list(cameras)
        width, height = checked_resolution(resolution)
        self.sync(self._time)
        images = [ImageCamera(self._scene.camera(path, settings.exposure), width, height, self._scene.meters_per_unit,
                              self.device) for path in cameras]
        whole = (settings.mode == "mitsuba" or settings.motion_slices > 1 or settings.fog is not None or settings.auto_exposure
                 or (settings.denoise and settings.denoiser == "oidn") or self._scene.splats.prims)  # work on one image each
        if len(cameras) < 2 or whole or not can_share_a_strip(images):
            return [self.render(path, resolution, [spec.name for spec in specs], settings) for path in cameras]
        load_kernels(needed_kernels(specs, settings, self.device), self.device)
        for image in images:
            self._cameras.setdefault(image.record.path, image.record)
        strip = StripCamera(images, np.mean([image.center for image in images], axis=0), self.device)
        arrays, placed, _ = self._render_image(strip, specs, settings)
        pixels, names = width * height, self._scene.label_source()
        pairs = [self._flow_pair(self._image_camera(image.record, width, height)) if self.follows_flow else None
                 for image in images]
        return [Frame(image, {name: array[i * pixels:(i + 1) * pixels] for name, array in arrays.items()}, names, placed,
                      self._launcher, pairs[i]) for i, image in enumerate(strip.tile_cameras())]

    def _render_image(self, image: ImageCamera | StripCamera, specs: list[BufferSpec],
                      settings: RenderSettings) -> tuple[dict[str, wp.array], PlacedScene, wp.array]:
        """Return the wanted buffers of an image, the scene as it was placed for it, and the label hits."""
        self._device_scene.clear_shadows = settings.mode == "real-time"
        placed = self._device_scene.place(image.center)
        count = image.width * image.height
        arrays = {spec.name: wp.empty(count, dtype=buffer_dtype(spec), device=self.device) for spec in specs}
        hits = trace_primary(self._launcher, image, placed, hits=self._hit_memory(count))
        self._write_labels(image, placed, hits, arrays)
        if any(spec.source == "color" for spec in specs):
            self._write_color(image, placed, hits, arrays, settings)
        return arrays, placed, hits

    def _hit_memory(self, count: int) -> wp.array | None:
        """Return where the hits of an image may go: on the CPU, to get memory anew takes a tenth of the time of the labels."""
        if self.follows_flow:  # whose moments keep theirs
            return None
        if self._hits is None or len(self._hits) != count:
            self._hits = wp.empty(count, dtype=Hit, device=self.device)
        return self._hits

    def _flow_pair(self, image: ImageCamera, placed: PlacedScene | None = None, hits: wp.array | None = None) -> FlowPair:
        """Return this moment and the one before, as a camera sees them; what is known of this one need not be traced."""
        path, size = image.record.path, (image.width, image.height)
        now = Moment(self._device_scene.moment(), image, placed, hits)
        self._moments[path, size] = now
        record = self._previous_cameras.get(path)
        if self._before is None or record is None:
            return FlowPair(now, None)
        before = self._moments_before.get((path, size))
        return FlowPair(now, before or Moment(self._before, self._image_camera(record, *size)))

    def _image_camera(self, record: CameraRecord, width: int, height: int) -> ImageCamera:
        return ImageCamera(record, width, height, self._scene.meters_per_unit, self.device)

    def _image_before(self, image: ImageCamera | StripCamera) -> ImageCamera | StripCamera:
        """Return a camera as it was in the step before."""
        if isinstance(image, StripCamera):
            return StripCamera([self._image_before(camera) for camera in image.cameras], image.center, self.device)
        before = self._previous_cameras.get(image.record.path, image.record)
        return ImageCamera(before, image.width, image.height, device=self.device)

    def close(self) -> None:
        """Stop following the stage and end the threads. Frames stay valid, but can no longer compute coverage in parallel."""
        self._scene.close()
        self._launcher.close()

    def _path_settings(self, settings: RenderSettings, image: ImageCamera) -> PathSettings:
        return path_settings(settings, Surroundings(image.center, self._scene.up_axis, self._scene.meters_per_unit,
                                                    image.record.exposure, self._device_scene.mean_sky))

    def _shutter(self, image: ImageCamera, settings: RenderSettings) -> ShutterPlan | None:
        """Return the moments that make the colour of a frame, None for the one moment of the frame."""
        if settings.motion_slices < 2 and not image.record.scan_order:
            return None
        known = not (self._time.IsDefault() or self._previous_time.IsDefault())
        codes = self._time.GetValue() - self._previous_time.GetValue() if known else 0.0
        per_second = self._scene.codes_per_second
        return plan_shutter(image.record, (image.width, image.height), settings.motion_slices, settings.shutter_fraction,
                            per_second, max(codes, 0.0) / per_second)

    def _write_labels(self, image: ImageCamera, placed: PlacedScene, hits: wp.array, arrays: dict[str, wp.array]) -> None:
        wanted = {name: array for name, array in arrays.items() if name in LABEL_BITS}
        if not wanted:
            return
        buffers = LabelBuffers()
        for name, array in wanted.items():
            setattr(buffers, name, array)
        old = self._image_before(image)
        motion, old_corners = None, None
        if "motion_vectors" in wanted:
            motion, old_corners = self._device_scene.instances.motion(self._previous, old.center, not image.same_view(old))
        table = self._scene.labels() if {"instance_id", "semantic_id"} & set(wanted) else None
        luts = [None if table is None else wp.array(lut, dtype=wp.uint32, device=self.device)
                for lut in (getattr(table, "instance_of_prim", None), getattr(table, "semantic_of_prim", None))]
        bits = sum(LABEL_BITS[name] for name in wanted)
        span = LABEL_SPAN if wp.get_device(self.device).is_cpu else 1
        count = -(-image.width * image.height // span)
        self._launcher.launch(
            write_labels, count,
            [placed.data, image.data, old.data, motion, old_corners, *luts, self._scene.meters_per_unit, hits, bits, span],
            [buffers], tile=self._launcher.share(count, 8))

    def _write_color(self, image: ImageCamera, placed: PlacedScene, hits: wp.array, arrays: dict[str, wp.array],
                     settings: RenderSettings) -> None:
        if not self._device_scene.has_lights and not self._scene.splats.prims and not self._warned_dark:
            self._warned_dark = True
            _log.warning("The stage has no light that shines: colour will be black. Add a UsdLux light, such as a DomeLight.")
        count = image.width * image.height
        hdr = arrays.get("hdr_color")
        if hdr is None:
            hdr = wp.empty(count, dtype=wp.vec4, device=self.device)
        if settings.mode == "mitsuba":
            hdr.assign(self._render_with_mitsuba(image, settings).reshape(-1, 4))
        else:
            self._trace_paths(image, placed, hits, hdr, settings)
        metered = metered_exposure(hdr.numpy()) if settings.auto_exposure else None
        film = film_data(settings, image.record.exposure if metered is None else metered)
        splats = place_splats(self._scene.splats.placed(self._time), image, self.device)
        if splats is not None:
            blending = [splats.splats, splats.order, splats.starts, splats.tiles_across, image.width, hits, film]
            self._launcher.launch(blend_splats, count, blending, [hdr])
        if self._device_scene.has_lights:
            self._enclosed.look(image, hdr, hits, self._scene)
        if "ldr_color" in arrays:
            self._launcher.launch(develop, count, [hdr, film], [arrays["ldr_color"]])

    def _render_with_mitsuba(self, image: ImageCamera, settings: RenderSettings) -> np.ndarray:
        """Return radiance and coverage, (H, W, 4) float32."""
        self._mitsuba = self._mitsuba or MitsubaEngine()
        plan = self._shutter(image, settings)
        if plan is None:
            return self._mitsuba.render(self._scene, image, settings)
        with self._moving(image) as moving:
            return self._mitsuba.render_moments(moving, plan, image, settings)

    def _moving(self, image: ImageCamera) -> MovingScene:
        return MovingScene(self._scene, self._device_scene, self._time, self._previous, image.record,
                           self._previous_cameras.get(image.record.path))

    def _trace_paths(self, image: ImageCamera, placed: PlacedScene, hits: wp.array, hdr: wp.array,
                     settings: RenderSettings) -> None:
        count = image.width * image.height
        guided = settings.denoise or settings.edge_samples > 0
        guides = guide_buffers(count, self.device) if guided else GuideBuffers()
        samples = settings.samples
        plan = self._shutter(image, settings)
        if plan is None:
            path = self._path_settings(settings, image)
            self._launcher.launch(shade_pixels, count, [placed.data, image.data, path, hits, None], [hdr, guides], tile=4096)
            if settings.edge_samples > 0:
                refine_edges(self._launcher, placed, image, settings, self._path_settings, hits, hdr, guides)
        else:
            with self._moving(image) as moving:
                samples = shade_slices(self._launcher, moving, plan, image, settings, self._path_settings, hdr, guides)
        if settings.denoise and settings.denoiser == "oidn":
            clean = settings.edge_samples > 0 and plan is None and image.data.lens_radius == 0.0
            denoise_with_oidn(image, hdr, guides, fast=not settings.path_traced, clean=clean)
        elif settings.denoise:
            denoise(self._launcher, image, hdr, guides, samples)


def needed_kernels(specs: list[BufferSpec], settings: RenderSettings, device: str) -> list[wp.Kernel]:
    """Return the kernels that render some buffers."""
    kernels = [primary_kernel(device)]
    if any(spec.source == "label" for spec in specs):
        kernels.append(write_labels)
    if any(spec.source == "color" for spec in specs):
        kernels.extend((shade_pixels, develop, *(DENOISE_KERNELS if settings.denoise else ()),
                        *(EDGE_KERNELS if settings.edge_samples else ())))
    return kernels


def wanted_buffers(names: Iterable[str]) -> list[BufferSpec]:
    """Return the rows of the named buffers, each once, in the order of the table.

    Raises:
        ValueError: A name is unknown.
        TypeError: One string was given instead of a collection of names.
    """
    if isinstance(names, str):
        raise TypeError(f"buffers must be a collection of names, got the string {names!r}. Write [{names!r}].")
    wanted = {buffer_spec(name).name for name in names}
    return [spec for spec in BUFFERS.values() if spec.name in wanted]


def checked_resolution(resolution: tuple[int, int]) -> tuple[int, int]:
    """Return (width, height) as ints.

    Raises:
        ValueError: Not two whole numbers between 1 and 16384.
    """
    try:
        width, height = (int(side) for side in resolution)
        whole = width == resolution[0] and height == resolution[1]
    except (TypeError, ValueError):
        whole = False
    if not whole or not (1 <= width <= _MAX_SIDE and 1 <= height <= _MAX_SIDE):
        raise ValueError(f"resolution must be (width, height), each a whole number from 1 to {_MAX_SIDE}, got {resolution!r}.")
    return width, height
