"""One camera with its pictures and labels."""

import copy
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import omni.replicator.core as rep
import warp as wp
from isaacsim.core.prims import SingleXFormPrim
from isaacsim.core.utils.render_product import set_camera_prim_path, set_resolution
from isaacsim.sensors.camera.axes import R_U_TRANSFORM, U_R_TRANSFORM, U_W_TRANSFORM, W_U_TRANSFORM, from_usd, to_usd
from isaacsim.sensors.camera.pinhole import PinholeGeometry
from pxr import UsdGeom

from scenewright.host.app import EVENT_UPDATE
from scenewright.host.events import ObserverGuard, get_eventdispatcher
from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context
from scenewright.host.timeline import GLOBAL_EVENT_PLAY, GLOBAL_EVENT_STOP, get_timeline_interface

__all__ = ["R_U_TRANSFORM", "U_R_TRANSFORM", "U_W_TRANSFORM", "W_U_TRANSFORM", "Camera", "get_all_camera_objects"]

_log = logging.getLogger(__name__)

_ANNOTATORS = ("normals", "motion_vectors", "occlusion", "distance_to_image_plane", "distance_to_camera",
               "bounding_box_2d_tight", "bounding_box_2d_loose", "bounding_box_3d", "semantic_segmentation",
               "instance_id_segmentation", "instance_segmentation", "pointcloud")


class Camera(PinholeGeometry, SingleXFormPrim):
    """One camera prim, which is defined if it is not there, with a render product and annotators.

    Frames are rendered when their data is asked for, once for each update of the application, with or without the orchestrator.

    Args:
        prim_path: Path of the camera prim.
        name: Name in a scene.
        frequency: Frames per second, a divisor of the rendering frequency; None takes every frame.
        dt: Seconds between frames, instead of ``frequency``.
        resolution: (width, height) in pixels; None is (128, 128).
        position: World position, (3,).
        orientation: Quaternion in the camera's "world" axes: (1, 0, 0, 0) looks along +X with +Z up.
        translation: Local position, (3,).
        render_product_path: A render product to use; None makes one.
        annotator_device: Where arrays are: None or "cpu" gives NumPy arrays, "cuda" Warp arrays.

    Raises:
        ValueError: Both ``frequency`` and ``dt`` are given, or the prim is no camera.
    """

    def __init__(self, prim_path: str, name: str = "camera", frequency: int | None = None, dt: float | None = None,
                 resolution: tuple[int, int] | None = None, position: Sequence[float] | None = None,
                 orientation: Sequence[float] | None = None, translation: Sequence[float] | None = None,
                 render_product_path: str | None = None, annotator_device: str | None = None) -> None:
        if frequency is not None and dt is not None:
            raise ValueError("Camera: give frequency or dt, not both.")
        self._resolution = (128, 128) if resolution is None else (int(resolution[0]), int(resolution[1]))
        self._render_product: Any = None
        self._render_product_path = render_product_path
        self._annotator_device = annotator_device
        self._annotators: dict[str, Any] = {}
        self._frame: dict[str, Any] = {"rendering_time": 0, "rendering_frame": 0}
        self._guards: list[ObserverGuard] = []
        self._paused, self._due, self._taken_at = True, False, None
        self._frequency = -1
        stage = get_context().get_stage()
        prim = stage.GetPrimAtPath(prim_path)
        if not prim:
            prim = UsdGeom.Camera.Define(stage, prim_path).GetPrim()
            orientation = (1.0, 0.0, 0.0, 0.0) if orientation is None else orientation
        elif not prim.IsA(UsdGeom.Camera):
            raise ValueError(f"Camera: the prim {prim_path} is of type '{prim.GetTypeName()}', no camera.")
        turn = None if orientation is None else to_usd(orientation, "world")
        super().__init__(prim_path, name, position, translation, turn)
        self._make_pixels_square("verticalAperture")
        if frequency is not None or dt is not None:
            self.set_frequency(frequency) if dt is None else self.set_dt(dt)

    supported_annotators = property(lambda self: list(_ANNOTATORS), doc="Annotators that have methods of their own.")

    def initialize(self, physics_sim_view: Any = None, attach_rgb_annotator: bool = True) -> None:
        """Make the render product, with the "rgb" annotator unless told otherwise."""
        if self._render_product_path is None:
            self._render_product = rep.create.render_product(self.prim_path, self._resolution)
            self._render_product_path = self._render_product.path
        else:
            set_resolution(self._render_product_path, self._resolution)
            set_camera_prim_path(self._render_product_path, self.prim_path)
        if attach_rgb_annotator:
            self.attach_annotator("rgb")
        observe = get_eventdispatcher().observe_event
        self._guards = [observe(event_name=EVENT_UPDATE, on_event=lambda event: self._updated()),
                        observe(event_name=GLOBAL_EVENT_STOP, on_event=lambda event: self.pause()),
                        observe(event_name=GLOBAL_EVENT_PLAY, on_event=lambda event: self.resume())]
        self.resume()

    def destroy(self) -> None:
        """Give up annotators and the render product that ``initialize`` made."""
        for guard in self._guards:
            guard.reset()
        self._guards = []
        for name in list(self._annotators):
            self.detach_annotator(name)
        if self._render_product is not None:
            self._render_product.destroy()
        self._render_product = self._render_product_path = None

    def post_reset(self) -> None:
        """Go back to the default pose; the next update gives a frame."""
        super().post_reset()
        self._taken_at = None

    # ---- when frames are taken

    def set_frequency(self, value: int) -> None:
        """Take ``value`` frames per simulated second.

        Raises:
            ValueError: It is no divisor of the rendering frequency (``/app/runLoops/main/rateLimitFrequency``).
        """
        rendering = get_settings().get("/app/runLoops/main/rateLimitFrequency")
        if rendering is None:
            _log.warning("Camera.set_frequency(%s): the rendering frequency is not set "
                         "(/app/runLoops/main/rateLimitFrequency); every frame is taken.", value)
            self._frequency = -1
        elif value <= 0 or rendering % value:
            raise ValueError(f"Camera: a frequency is a divisor of the rendering frequency {rendering}, got {value!r}.")
        else:
            self._frequency = value

    def get_frequency(self) -> float:
        """Return the frames per simulated second, -1 for every frame."""
        return self._frequency

    def set_dt(self, value: float) -> None:
        """Take a frame each ``value`` simulated seconds; see ``set_frequency``."""
        self.set_frequency(round(1.0 / value))

    def get_dt(self) -> float:
        """Return the simulated seconds between frames, 0 for every frame."""
        return 0.0 if self._frequency < 0 else 1.0 / self._frequency

    def resume(self) -> None:
        """Take frames."""
        self._paused = False

    def pause(self) -> None:
        """Keep the present frame."""
        self._paused = True

    def is_paused(self) -> bool:
        """Return whether the present frame is kept."""
        return self._paused

    def get_current_frame(self, clone: bool = False) -> dict[str, Any]:
        """Return the latest frame: "rendering_time" [s], "rendering_frame", and the data of each annotator by name."""
        if self._due:
            self._take_frame()
        return copy.deepcopy(self._frame) if clone else self._frame

    # ---- annotators

    def attach_annotator(self, annotator_name: str, **kwargs: Any) -> None:
        """Have an annotation in every frame, under its name without "_fast".

        Args:
            annotator_name: A registered name.
            kwargs: The annotator's parameters.

        Raises:
            RuntimeError: ``initialize`` was not called.
            AnnotatorRegistryError: There is no annotation of that name.
        """
        if self._render_product_path is None:
            raise RuntimeError("Camera.initialize() must be called before attach_annotator(): it makes the render product.")
        key = annotator_name.replace("_fast", "")
        if key in self._annotators:
            _log.warning("Camera %s has the annotator %r already.", self.prim_path, key)
            return
        annotator = rep.AnnotatorRegistry.get_annotator(annotator_name, init_params=kwargs, device=self._annotator_device)
        annotator.follows_updates = True
        annotator.attach([self._render_product_path])
        self._annotators[key] = annotator
        self._frame[key] = None

    def detach_annotator(self, annotator_name: str) -> None:
        """Leave an annotation out of coming frames."""
        key = annotator_name.replace("_fast", "")
        if key not in self._annotators:
            _log.warning("Camera %s has no annotator %r.", self.prim_path, key)
            return
        self._annotators.pop(key).detach()
        self._frame.pop(key, None)

    def add_pointcloud_to_frame(self, include_unlabelled: bool = True, init_params: dict[str, Any] | None = None) -> None:
        """Have the point cloud in every frame, by default of everything that is seen."""
        self.attach_annotator("pointcloud", **{"includeUnlabelled": include_unlabelled, **(init_params or {})})

    # ---- pictures

    def get_rgba(self, device: str | None = None) -> Any:
        """Return the picture (H, W, 4) uint8, None before the first or without "rgb"."""
        return self._image("rgb", device)

    def get_rgb(self, device: str | None = None) -> Any:
        """Return the picture (H, W, 3) uint8, None before the first or without "rgb"."""
        image = self._image("rgb", device)
        return None if image is None else image[:, :, :3]

    def get_depth(self, device: str | None = None) -> Any:
        """Return distances to the image plane [m], (H, W) float32, inf where nothing is; None without that annotator."""
        return self._image("distance_to_image_plane", device)

    def get_pointcloud(self, device: str | None = None, world_frame: bool = True) -> Any:
        """Return the points that are seen [stage units], (N, 3), in the world or in the camera's ROS axes.

        They are the "pointcloud" annotator's, or else come from "distance_to_image_plane", one for each pixel, row by row.
        Without either, and before the first frame, the array is empty.
        """
        if "pointcloud" in self._annotators:
            points = (self._annotators["pointcloud"].get_data(device="cpu") or {}).get("data")
            if points is None:
                return np.array([])
            if not world_frame:
                view = self.get_view_matrix_ros()
                points = (points @ view[:3, :3].T + view[:3, 3]).astype(np.float32)
            return self._as_asked(points, device)
        depth = self._image("distance_to_image_plane", "cpu")
        if depth is None:
            return np.array([])
        rows, columns = np.mgrid[: depth.shape[0], : depth.shape[1]]
        pixels = np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5], axis=1)
        project = self.get_world_points_from_image_coords if world_frame else self.get_camera_points_from_image_coords
        far = depth.ravel() / UsdGeom.GetStageMetersPerUnit(self.prim.GetStage())
        return self._as_asked(project(pixels, far).astype(np.float32), device)

    def get_render_product_path(self) -> str | None:
        """Return the path of the render product, None before ``initialize``."""
        return self._render_product_path

    def get_resolution(self) -> tuple[int, int]:
        """Return (width, height) in pixels."""
        return self._resolution

    def set_resolution(self, value: tuple[int, int], maintain_square_pixels: bool = True) -> None:
        """Set (width, height) in pixels, and the height of the sensor so that pixels are square."""
        self._resolution = (int(value[0]), int(value[1]))
        if self._render_product_path is not None:
            set_resolution(self._render_product_path, self._resolution)
        if maintain_square_pixels:
            self._make_pixels_square("verticalAperture")

    # ---- pose

    def get_world_pose(self, camera_axes: str = "world") -> tuple[np.ndarray, np.ndarray]:
        """Return world position (3,) and quaternion (4,) of a camera with axes "world", "ros" or "usd"."""
        position, turn = SingleXFormPrim.get_world_pose(self)
        return position, from_usd(turn, camera_axes)

    def set_world_pose(self, position: Sequence[float] | None = None, orientation: Sequence[float] | None = None,
                       camera_axes: str = "world") -> None:
        """Write world position and quaternion of a camera with axes "world", "ros" or "usd"; None keeps what is there."""
        SingleXFormPrim.set_world_pose(self, position, None if orientation is None else to_usd(orientation, camera_axes))

    def get_local_pose(self, camera_axes: str = "world") -> tuple[np.ndarray, np.ndarray]:
        """Return local position (3,) and quaternion (4,) of a camera with axes "world", "ros" or "usd"."""
        position, turn = SingleXFormPrim.get_local_pose(self)
        return position, from_usd(turn, camera_axes)

    def set_local_pose(self, translation: Sequence[float] | None = None, orientation: Sequence[float] | None = None,
                       camera_axes: str = "world") -> None:
        """Write local position and quaternion of a camera with axes "world", "ros" or "usd"; None keeps what is there."""
        SingleXFormPrim.set_local_pose(self, translation, None if orientation is None else to_usd(orientation, camera_axes))

    def _image(self, name: str, device: str | None) -> Any:
        if name not in self._annotators:
            _log.warning("Camera %s has no annotator %r: attach it first.", self.prim_path, name)
            return None
        return self._annotators[name].get_data(device=device)

    def _as_asked(self, points: np.ndarray, device: str | None) -> Any:
        """Return an array where ``device`` says; a Warp array in main memory where there is no CUDA."""
        chosen = self._annotator_device if device is None else device
        if chosen in (None, "cpu"):
            return points
        return wp.array(points, dtype=wp.float32, device=chosen if wp.get_cuda_device_count() else "cpu")

    def _updated(self) -> None:
        """An update has gone by: its frame is taken now if frames have a frequency, else when somebody asks for it."""
        if self._paused:
            return
        if self._frequency < 0:
            self._due = True
            return
        now = get_timeline_interface().get_current_time()
        if self._taken_at is None or not -1e-9 < now - self._taken_at < self.get_dt() - 1e-6:
            self._take_frame()

    def _take_frame(self) -> None:
        self._due = False
        self._taken_at = self._frame["rendering_time"] = get_timeline_interface().get_current_time()
        self._frame["rendering_frame"] = round(self._taken_at / get_timeline_interface().frame_duration)
        for name, annotator in self._annotators.items():
            self._frame[name] = annotator.get_data()


def _add(name: str) -> Any:
    def add(self: Camera, init_params: dict[str, Any] | None = None) -> None:
        self.attach_annotator(name, **(init_params or {}))
    add.__doc__ = f'Have "{name}" in every frame.'
    return add


def _remove(name: str) -> Any:
    def remove(self: Camera) -> None:
        self.detach_annotator(name)
    remove.__doc__ = f'Leave "{name}" out of coming frames.'
    return remove


for _name in ("rgb", *_ANNOTATORS):
    if _name != "pointcloud":
        setattr(Camera, f"add_{_name}_to_frame", _add(_name))
    setattr(Camera, f"remove_{_name}_from_frame", _remove(_name))


def get_all_camera_objects(root_prim: str = "/") -> list[Camera]:
    """Return a ``Camera`` for each camera prim below ``root_prim``, called by its name, or its path where names repeat."""
    stage = get_context().get_stage()
    paths = [prim.GetPath() for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera) and prim.GetPath().HasPrefix(root_prim)]
    repeated = len({path.name for path in paths}) < len(paths)
    return [Camera(str(path), str(path) if repeated else path.name) for path in paths]
