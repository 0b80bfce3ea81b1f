"""The USD context behind ``omni.usd``: the one open stage of the application."""

from collections.abc import Callable
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdLux, UsdUtils

from scenewright.host.assets import available_asset, proxies_wanted
from scenewright.host.event_streams import EventStream
from scenewright.host.events import get_eventdispatcher
from scenewright.host.proxy_references import ProxyReferences
from scenewright.host.settings import get_settings
from scenewright.host.timeline import get_timeline_interface

__all__ = ["StageEventType", "StageRenderingEventType", "UsdContext", "UsdContextInitialLoadSet", "get_context"]

#: The viewport cameras that every stage of Kit has: path, position and Euler angles [degrees] in a Z-up stage.
_VIEWPORT_CAMERAS = {
    "/OmniverseKit_Persp": ((5.0, 5.0, 5.0), (54.7356, 0.0, 135.0)),
    "/OmniverseKit_Top": ((0.0, 0.0, 500.0), (0.0, 0.0, 0.0)),
    "/OmniverseKit_Front": ((500.0, 0.0, 0.0), (90.0, 0.0, 90.0)),
    "/OmniverseKit_Right": ((0.0, -500.0, 0.0), (90.0, 0.0, 0.0)),
}


_camera_layers: list[Sdf.Layer] = []


class StageEventType(IntEnum):
    """What the context tells of the stage."""

    SAVED = 0
    OPENED = 2
    CLOSING = 6
    CLOSED = 7


class StageRenderingEventType(Enum):
    """What the renderer tells of."""

    NEW_FRAME = 0


class UsdContextInitialLoadSet(Enum):
    """Whether the payloads of a stage are loaded when it is opened."""

    LOAD_ALL = 0
    LOAD_NONE = 1


class UsdContext:
    """Opens, makes and closes the current stage and tells hooks about it."""

    def __init__(self) -> None:
        self._stage: Usd.Stage | None = None
        self._url = ""
        self._hooks: list[Callable[[str, Usd.Stage], Any]] = []
        self._proxies: ProxyReferences | None = None

    def get_stage(self) -> Usd.Stage:
        """Return the current stage; the first call makes a new one."""
        if self._stage is None:
            self.new_stage()
        return self._stage

    def has_stage(self) -> bool:
        """Return whether a stage is open."""
        return self._stage is not None

    def new_stage(self) -> bool:
        """Close the current stage and make a new anonymous one: Z-up, metres, with the viewport cameras.

        The settings ``/scenewright/newStage/{upAxis,metersPerUnit,defaultLight}`` change that. The light, which Kit's window
        has in new stages, is left out of standalone applications.
        """
        settings = get_settings()
        stage = Usd.Stage.CreateInMemory()
        UsdGeom.SetStageUpAxis(stage, settings.get_as_string("/scenewright/newStage/upAxis") or UsdGeom.Tokens.z)
        UsdGeom.SetStageMetersPerUnit(stage, settings.get_as_float("/scenewright/newStage/metersPerUnit") or 1.0)
        if settings.get_as_bool("/scenewright/newStage/defaultLight") and not settings.get_as_bool("/scenewright/standalone"):
            _define_default_light(stage)
        self._take(stage, "")
        return True

    def open_stage(self, url: str, load_set: UsdContextInitialLoadSet | None = None) -> bool:
        """Close the current stage and open ``url``.

        Args:
            url: USD file.
            load_set: ``LOAD_NONE`` leaves payloads unloaded, until ``stage.Load()``; None = ``LOAD_ALL``.

        Raises:
            TypeError: ``load_set`` is something else.
            FileNotFoundError: There is no such file.
            ValueError: The file is no USD file that can be read; the message is USD's own.
        """
        loads = _loads(load_set)
        url = available_asset(str(url))
        if not url.startswith("anon:") and "://" not in url and not Path(url).is_file():
            raise FileNotFoundError(f"Cannot open stage: there is no file {url!r}. Check the path; 'scenewright exec "
                                    "--missing-assets=proxy' goes on with a stand-in.")
        try:
            stage = Usd.Stage.Open(url, loads)
        except Tf.ErrorException as error:
            raise ValueError(f"Cannot open stage {url!r}: {str(error).strip().splitlines()[-1].strip()}") from None
        _mute_as_kept(stage)
        self._take(stage, url)
        return True

    def attach_stage(self, stage: Usd.Stage) -> None:
        """Make ``stage`` the current one."""
        self._take(stage, stage.GetRootLayer().identifier)

    def close_stage(self) -> bool:
        """Close the current stage; harmless when there is none."""
        if self._proxies is not None:
            self._proxies.close()
            self._proxies = None
        if self._stage is not None:
            self._tell(StageEventType.CLOSING)
            stage, self._stage, self._url = self._stage, None, ""
            for hook in list(self._hooks):
                hook("closing", stage)
            self._tell(StageEventType.CLOSED)
        return True

    async def new_stage_async(self) -> tuple[bool, str]:
        """Make a new stage; return (True, "")."""
        return self.new_stage(), ""

    async def open_stage_async(self, url: str, load_set: UsdContextInitialLoadSet | None = None) -> tuple[bool, str]:
        """Open ``url``; return (True, "") or (False, what is wrong)."""
        try:
            return self.open_stage(url, load_set), ""
        except (OSError, ValueError) as error:
            return False, str(error)

    async def attach_stage_async(self, stage: Usd.Stage) -> tuple[bool, str]:
        """Make ``stage`` the current one; return (True, "")."""
        self.attach_stage(stage)
        return True, ""

    async def close_stage_async(self) -> tuple[bool, str]:
        """Close the current stage; return (True, "")."""
        return self.close_stage(), ""

    def get_stage_url(self) -> str:
        """Return where the current stage came from; empty for a new one."""
        return self._url

    def get_stage_id(self) -> int:
        """Return the stage's id in USD's stage cache."""
        cache = UsdUtils.StageCache.Get()
        stage = self.get_stage()
        found = cache.GetId(stage)
        return (found if found.IsValid() else cache.Insert(stage)).ToLongInt()

    def stage_event_name(self, event_type: StageEventType, immediate: bool = False) -> str:
        """Return the name under which ``carb.eventdispatcher`` tells of the stage; both kinds come at once."""
        return f"omni.usd.stage_event.{StageEventType(event_type).name}{':immediate' if immediate else ''}"

    def get_stage_event_stream(self) -> EventStream:
        """Return the numbered events of the stage."""
        return EventStream({kind: self.stage_event_name(kind) for kind in StageEventType})

    def stage_rendering_event_name(self, event_type: StageRenderingEventType, immediate: bool = False) -> str:
        """Return the name under which ``carb.eventdispatcher`` tells of rendering; both kinds come when a frame is there."""
        return f"omni.usd.stage_rendering.{StageRenderingEventType(event_type).name}{':immediate' if immediate else ''}"

    def get_stage_loading_status(self) -> tuple[str, int, int]:
        """Return ("", 0, 0): loading is finished when ``open_stage`` returns."""
        return "", 0, 0

    def is_new_stage(self) -> bool:
        """Return whether the stage has no file."""
        return not self._url

    def save_as_stage(self, url: str) -> bool:
        """Write the root layer to ``url``."""
        saved = self.get_stage().GetRootLayer().Export(str(url))
        if saved:
            self._tell(StageEventType.SAVED)
        return saved

    def add_stage_hook(self, hook: Callable[[str, Usd.Stage], Any]) -> None:
        """Call ``hook(event, stage)`` with event "opened" or "closing"; adding the same hook twice counts once."""
        if hook not in self._hooks:
            self._hooks.append(hook)

    def _take(self, stage: Usd.Stage, url: str) -> None:
        self.close_stage()
        _define_viewport_cameras(stage)
        get_timeline_interface().reset()
        self._stage, self._url = stage, url
        self._proxies = ProxyReferences(stage) if proxies_wanted() else None
        for hook in list(self._hooks):
            hook("opened", stage)
        self._tell(StageEventType.OPENED)

    def _tell(self, event_type: StageEventType) -> None:
        for immediate in (True, False):
            get_eventdispatcher().dispatch_event(self.stage_event_name(event_type, immediate))


def _loads(load_set: Any) -> Usd.Stage.InitialLoadSet:
    if load_set is None or load_set is UsdContextInitialLoadSet.LOAD_ALL:
        return Usd.Stage.LoadAll
    if load_set is UsdContextInitialLoadSet.LOAD_NONE:
        return Usd.Stage.LoadNone
    raise TypeError(f"open_stage: load_set is omni.usd.UsdContextInitialLoadSet.LOAD_ALL or LOAD_NONE, got {load_set!r}.")


def _mute_as_kept(stage: Usd.Stage) -> None:
    """Mute the layers that the root layer says are muted: Kit keeps that in ``customLayerData["omni_layer"]["muteness"]``."""
    root = stage.GetRootLayer()
    kept = root.customLayerData.get("omni_layer", {})
    table = kept.get("muteness", {}) if isinstance(kept, dict) else {}
    names = [name for name, muted in table.items() if muted] if isinstance(table, dict) else []
    muted = {root.ComputeAbsolutePath(name) for name in names} - {root.identifier}
    if muted:
        stage.MuteAndUnmuteLayers(sorted(muted), [])


def _define_default_light(stage: Usd.Stage) -> None:
    """Define the light that new stages have in Kit's window."""
    UsdGeom.Scope.Define(stage, "/Environment")
    light = UsdLux.DistantLight.Define(stage, "/Environment/defaultLight")
    light.CreateIntensityAttr(1000.0)
    light.CreateAngleAttr(1.0)
    tilt = (-45.0, 30.0, 0.0) if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y else (45.0, 0.0, 30.0)
    UsdGeom.XformCommonAPI(light).SetRotate(Gf.Vec3f(*tilt))


def _define_viewport_cameras(stage: Usd.Stage) -> None:
    """Define Kit's viewport cameras in the session layer, so that the user's layers stay as they are."""
    y_up = UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y
    unit = 1.0 / UsdGeom.GetStageMetersPerUnit(stage)
    layer = Sdf.Layer.CreateAnonymous("viewport cameras")  # a sublayer: what randomizes them is stronger
    stage.GetSessionLayer().subLayerPaths.append(layer.identifier)
    _camera_layers[:] = [layer]  # kept alive: the stage holds its identifier only
    with Usd.EditContext(stage, layer):
        for path, (position, rotation) in _VIEWPORT_CAMERAS.items():
            if stage.GetPrimAtPath(path):
                continue
            camera = UsdGeom.Camera.Define(stage, path)
            camera.CreateFocalLengthAttr(18.147562)
            camera.CreateClippingRangeAttr(Gf.Vec2f(0.01, 1.0e7))
            camera.GetPrim().CreateAttribute("omni:kit:centerOfInterest", Sdf.ValueTypeNames.Vector3d)
            matrix = Gf.Matrix4d(1.0)
            for axis, angle in zip((Gf.Vec3d.XAxis(), Gf.Vec3d.YAxis(), Gf.Vec3d.ZAxis()), rotation, strict=True):
                matrix *= Gf.Matrix4d().SetRotate(Gf.Rotation(axis, angle))
            matrix.SetTranslateOnly(Gf.Vec3d(*position) * unit)
            if y_up:
                matrix *= Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d.XAxis(), -90.0))
            camera.AddTransformOp().Set(matrix)


_context = UsdContext()


def get_context(name: str = "") -> UsdContext:
    """Return the USD context of this process."""
    return _context
