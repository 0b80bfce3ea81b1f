"""``rep.settings``: render and stage settings."""

from typing import Any

from pxr import Usd, UsdGeom, UsdPhysics

from scenewright.host.settings import get_settings
from scenewright.host.simulation import get_simulation
from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional.physics import create_physics_scene
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode
from scenewright.replicator.graph.sampling import is_dynamic, sampled
from scenewright.replicator.session import current_session

__all__ = ["carb_settings", "get_physx_timestep", "set_physx_timestep", "set_render_pathtraced", "set_render_rtx_realtime",
           "set_stage_meters_per_unit", "set_stage_up_axis"]

__getattr__ = unavailable_names(__name__, ())

_ANTIALIASING = {"off": 0, "taa": 1, "fxaa": 2, "dlss": 3, "dlaa": 4}


def carb_settings(setting: str, value: Any) -> ReplicatorItem | None:
    """Set a carb setting: now, or with each execution inside a trigger or where the value is a distribution."""
    graph = current_session().graph
    if not is_dynamic(value) and graph.current_trigger() is None:
        get_settings().set(setting, value)
        return None

    def apply(node: ActionNode) -> None:
        given = node.inputs["value"]
        drawn = sampled(given, 1)
        get_settings().set(setting, _plain(drawn[0]) if is_dynamic(given) else drawn)

    return ActionNode(graph, "settings.carb_settings", apply, inputs={"value": value}).item


def set_render_rtx_realtime(antialiasing: str = "FXAA") -> None:
    """Choose the real-time mode.

    Args:
        antialiasing: Off, TAA, FXAA, DLSS or DLAA; kept in carb, the portable renderer samples pixels instead.

    Raises:
        ValueError: ``antialiasing`` is none of these.
    """
    if str(antialiasing).lower() not in _ANTIALIASING:
        raise ValueError(f"rep.settings.set_render_rtx_realtime: antialiasing is one of off, TAA, FXAA, DLSS, DLAA, "
                         f"got {antialiasing!r}.")
    get_settings().set("/rtx/rendermode", "RaytracedLighting")
    get_settings().set("/rtx/post/aa/op", _ANTIALIASING[str(antialiasing).lower()])


def set_render_pathtraced(samples_per_pixel: int = 64) -> None:
    """Choose the path-traced mode with ``samples_per_pixel`` samples in every frame.

    Raises:
        ValueError: ``samples_per_pixel`` is below 1.
    """
    if int(samples_per_pixel) < 1:
        raise ValueError(f"rep.settings.set_render_pathtraced: samples_per_pixel is at least 1, got {samples_per_pixel!r}.")
    get_settings().set("/rtx/rendermode", "PathTracing")
    get_settings().set("/rtx/pathtracing/totalSpp", int(samples_per_pixel))


def set_stage_up_axis(up_axis: str) -> None:
    """Author the stage's up axis, "Y" or "Z".

    Raises:
        ValueError: It is neither.
    """
    if str(up_axis).upper() not in ("Y", "Z"):
        raise ValueError(f"rep.settings.set_stage_up_axis: 'Y' or 'Z', got {up_axis!r}.")
    stage = current_session().stage
    with Usd.EditContext(stage, stage.GetRootLayer()):  # stage metadata has no place in sublayers
        UsdGeom.SetStageUpAxis(stage, str(up_axis).upper())


def set_stage_meters_per_unit(meters_per_unit: float) -> None:
    """Author the length of the stage's unit [m].

    Raises:
        ValueError: It is not positive.
    """
    if not 0.0 < float(meters_per_unit) < float("inf"):
        raise ValueError(f"rep.settings.set_stage_meters_per_unit: a positive number of metres, got {meters_per_unit!r}.")
    stage = current_session().stage
    with Usd.EditContext(stage, stage.GetRootLayer()):
        UsdGeom.SetStageMetersPerUnit(stage, float(meters_per_unit))


def set_physx_timestep(dt: float) -> None:
    """Author the duration of a physics step [s] on the stage's physics scene, which is made if there is none.

    Raises:
        ValueError: It is not positive.
    """
    if not 0.0 < float(dt) < float("inf"):
        raise ValueError(f"rep.settings.set_physx_timestep: a positive number of seconds, got {dt!r}.")
    stage = current_session().stage
    scene = next((prim for prim in stage.Traverse() if prim.IsA(UsdPhysics.Scene)), None)
    path = "/PhysicsScene" if scene is None else scene.GetPath()
    create_physics_scene(path, timeStepsPerSecond=max(1, round(1.0 / float(dt))))


def get_physx_timestep() -> float:
    """Return the longest duration of a physics step [s]: 1/60 where the stage does not say."""
    return get_simulation().step_duration()


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
