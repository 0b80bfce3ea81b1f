"""``rep.create.camera`` and ``rep.create.stereo_camera``: cameras below Xforms that hold their poses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.host.settings import get_settings
from scenewright.replicator.availability import unsupported
from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional.camera_definition import CAMERA_DEFAULTS, LENS_ARGUMENTS, attribute_of, camera_columns
from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.prim_arguments import unknown_name
from scenewright.replicator.functional.prim_definition import define_prims
from scenewright.replicator.graph.creating import create_wrapped, live_columns, pose_arguments, static_inputs
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode
from scenewright.replicator.graph.sampling import is_dynamic, rows
from scenewright.replicator.session import current_session

__all__ = ["camera", "stereo_camera"]


def camera(position: Any = None, rotation: Any = None, look_at: Any = None, look_at_up_axis: Any = None,
           focal_length: Any = 24.0, focus_distance: Any = 400.0, f_stop: Any = 0.0, horizontal_aperture: Any = 20.955,
           horizontal_aperture_offset: Any = 0.0, vertical_aperture_offset: Any = 0.0,
           clipping_range: Any = (1.0, 1000000.0), projection_type: str = "pinhole", *, count: int = 1, parent: Any = None,
           name: str | None = None, tick_rate: Any = None, **lens: Any) -> ReplicatorItem:
    """Create ``count`` cameras; poses and lens values may be distributions.

    In a Z-up stage zero rotation looks along -X with +Z up, as Replicator's graph cameras do; the carb setting
    ``/scenewright/cameraZUpRotation`` = False gives USD's zero rotation (along -Z with +Y up) in every stage. ``look_at`` is
    the same in both.

    Args:
        position: Translation [stage units].
        rotation: Euler XYZ angles [degrees]; not together with ``look_at``.
        look_at: World point, prim, path or item to look at.
        look_at_up_axis: World up axis for it; None = the stage's.
        focal_length: In tenths of a stage unit, as the aperture.
        focus_distance: Stage units.
        f_stop: 0 = no depth of field.
        horizontal_aperture: In tenths of a stage unit; pixels are square.
        horizontal_aperture_offset: Lens shift, as the aperture.
        vertical_aperture_offset: Lens shift, as the aperture.
        clipping_range: Near and far [stage units].
        projection_type: "pinhole", "fisheyePolynomial", "fisheyeSpherical", "fisheyeKannalaBrandtK3",
            "fisheyeRadTanThinPrism", "omniDirectionalStereo", "pinholeOpenCV" or "generalizedProjection".
        count: Number of cameras in the item.
        parent: Path, prim or item below which to create; None = ``/Replicator``.
        name: Prim name in place of "Camera".
        tick_rate: Pictures per second [Hz], 0 = all; kept as ``omni:sensor:tickRate``, and every capture renders the camera.
        lens: Parameters of other projections (``fisheye_*``, ``openCV_focal_*``); ``render.scene.lenses`` says what they mean.

    Raises:
        ValueError: A value is out of range or the projection type does not exist.
        TypeError: An argument that does not exist.
    """
    _check_tick_rate("rep.create.camera", tick_rate)
    values = {"focal_length": focal_length, "focus_distance": focus_distance, "f_stop": f_stop,
              "horizontal_aperture": horizontal_aperture, "horizontal_aperture_offset": horizontal_aperture_offset,
              "vertical_aperture_offset": vertical_aperture_offset, "clipping_range": clipping_range, **_given(lens)}
    fixed = {**static_inputs(values), "projection_type": projection_type}
    item = create_wrapped("create.camera", "Camera", lambda stage, n: camera_columns(n, fixed), count=count, name=name,
                          parent=parent, pose=pose_arguments(position, None, rotation, look_at, look_at_up_axis),
                          turned=_has_turned_cameras())

    def drawn(stage: Usd.Stage, n: int, draws: dict[str, Any]) -> Sequence[AttributeColumn]:
        names = {attribute_of(key) for key in draws}
        return [column for column in camera_columns(n, draws)[1] if column.name in names]

    live_columns(item.node, "create.camera", values, drawn)
    if tick_rate is not None:
        _keep_tick_rate([child for prim in item.get_prims() for child in prim.GetChildren()], tick_rate)
    return item


def _check_tick_rate(caller: str, tick_rate: Any) -> None:
    if tick_rate is not None and not (isinstance(tick_rate, int | float) and tick_rate >= 0):
        raise ValueError(f"{caller}: tick_rate is a number of pictures per second, got {tick_rate!r}.")


def _keep_tick_rate(prims: Sequence[Usd.Prim], tick_rate: float) -> None:
    for prim in prims:
        if prim.IsA(UsdGeom.Camera):
            prim.CreateAttribute("omni:sensor:tickRate", Sdf.ValueTypeNames.Float).Set(float(tick_rate))


def stereo_camera(stereo_baseline: float, position: Any = None, rotation: Any = None, look_at: Any = None,
                  look_at_up_axis: Any = None, focal_length: Any = 24.0, focus_distance: Any = 400.0, f_stop: Any = 0.0,
                  horizontal_aperture: Any = 20.955, horizontal_aperture_offset: Any = 0.0,
                  vertical_aperture_offset: Any = 0.0, clipping_range: Any = (1.0, 1000000.0),
                  projection_type: str = "pinhole", *, count: int = 1, parent: Any = None, name: str | None = None,
                  tick_rate: Any = None, **lens: Any) -> ReplicatorItem:
    """Create ``count`` pairs of parallel cameras below one Xform each: see ``camera`` for the arguments.

    The item stands for the Xforms, which are midway between the two. A render product of it is two, whose names end in
    "_L" and "_R".

    Args:
        stereo_baseline: Distance between the two [stage units]; may be a distribution.
        position: Translation [stage units] of the point midway.
        rotation: Euler XYZ angles [degrees]; not together with ``look_at``.
        look_at: World point, prim, path or item to look at.
        look_at_up_axis: World up axis for it; None = the stage's.
        focal_length: In tenths of a stage unit; lens values are constants here.
        focus_distance: Stage units.
        f_stop: 0 = no depth of field.
        horizontal_aperture: In tenths of a stage unit.
        horizontal_aperture_offset: Lens shift, as the aperture.
        vertical_aperture_offset: Lens shift, as the aperture.
        clipping_range: Near and far [stage units].
        projection_type: See ``camera``.
        count: Number of pairs in the item.
        parent: Path, prim or item below which to create; None = ``/Replicator``.
        name: First part of the names in place of "StereoCamera".
        tick_rate: Pictures per second [Hz], 0 = all; kept as ``omni:sensor:tickRate``, and every capture renders the camera.
        lens: See ``camera``.

    Raises:
        ValueError: A value is out of range or the projection type does not exist.
        TypeError: An argument that does not exist.
        NotImplementedError: A lens value is a distribution.
    """
    _check_tick_rate("rep.create.stereo_camera", tick_rate)
    values = {"focal_length": focal_length, "focus_distance": focus_distance, "f_stop": f_stop,
              "horizontal_aperture": horizontal_aperture, "horizontal_aperture_offset": horizontal_aperture_offset,
              "vertical_aperture_offset": vertical_aperture_offset, "clipping_range": clipping_range, **_given(lens)}
    if any(map(is_dynamic, values.values())):
        unsupported("A distribution as a lens value of rep.create.stereo_camera", "rep.modify.attribute changes lens values.")
    fixed = {**values, "projection_type": projection_type}
    base = name or "StereoCamera"
    sides: list[Usd.Prim] = []

    def add_cameras(outer: list[Usd.Prim]) -> None:
        for side in ("Left", "Right"):
            paths = [prim.GetPath().AppendChild(f"{base}_{side}") for prim in outer]
            sides.extend(define_prims(outer[0].GetStage(), paths, *camera_columns(len(outer), fixed)))

    item = create_wrapped("create.stereo_camera", base, None, count=count, name=name, parent=parent, finish=add_cameras,
                          pose=pose_arguments(position, None, rotation, look_at, look_at_up_axis), turned=_has_turned_cameras())
    if tick_rate is not None:
        _keep_tick_rate(sides, tick_rate)
    paths = [prim.GetPath() for prim in sides]

    def spread(action: ActionNode | None = None) -> None:
        half = np.asarray(rows(stereo_baseline, count, 1), dtype=float).reshape(count) / 2.0
        offsets = np.zeros((2 * count, 3))
        offsets[:, 0] = np.concatenate([-half, half])
        write.pose([current_session().stage.GetPrimAtPath(path) for path in paths], position_value=offsets)

    if is_dynamic(stereo_baseline):
        ActionNode(current_session().graph, "create.stereo_camera", spread, inputs={"stereo_baseline": stereo_baseline},
                   targets=item.node)
    else:
        spread()
    return item


def _given(lens: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a lens that are given.

    Raises:
        TypeError: There is no such argument.
    """
    for name in lens:
        if name not in LENS_ARGUMENTS:
            raise TypeError(f"camera: {unknown_name(name, (*CAMERA_DEFAULTS, *LENS_ARGUMENTS), 'argument')}")
    return {name: value for name, value in lens.items() if value is not None}


def _has_turned_cameras() -> bool:
    setting = get_settings().get("/scenewright/cameraZUpRotation")
    wanted = setting is None or get_settings().get_as_bool("/scenewright/cameraZUpRotation")
    return wanted and UsdGeom.GetStageUpAxis(current_session().stage) == UsdGeom.Tokens.z
