"""``isaacsim.core.experimental.utils.stage``: opening, making and extending the current stage."""

from collections.abc import Sequence

from isaacsim.core.utils import stage as legacy
from pxr import Sdf, Usd, UsdGeom, UsdPhysics

from scenewright.host.app import get_app
from scenewright.host.stage_context import get_context

__all__ = ["add_reference_to_stage", "close_stage", "create_new_stage", "create_new_stage_async", "define_prim", "delete_prim",
           "generate_next_free_path", "get_current_stage", "get_stage_time_code", "get_stage_units", "get_stage_up_axis",
           "is_stage_loading", "move_prim", "open_stage", "open_stage_async", "save_stage", "set_stage_time_code",
           "set_stage_units", "set_stage_up_axis"]

close_stage = legacy.close_stage
is_stage_loading = legacy.is_stage_loading
get_stage_up_axis = legacy.get_stage_up_axis


def get_current_stage(*, backend: str | None = None) -> Usd.Stage:
    """Return the current stage.

    Raises:
        NotImplementedError: A backend other than USD is asked for.
    """
    if backend not in (None, "usd"):
        raise NotImplementedError(f"get_current_stage(backend={backend!r}): the portable host has USD only.")
    return get_context().get_stage()


def create_new_stage(*, template: str | None = None) -> Usd.Stage:
    """Make a new stage the current one and return it.

    Raises:
        NotImplementedError: A template other than "empty" is asked for.
    """
    if template not in (None, "empty"):
        raise NotImplementedError(f"create_new_stage(template={template!r}): only the empty stage is on the portable host.")
    get_context().new_stage()
    return get_context().get_stage()


async def create_new_stage_async(*, template: str | None = None) -> Usd.Stage:
    """Make a new stage the current one and return it after an update."""
    stage = create_new_stage(template=template)
    await get_app().next_update_async()
    return stage


def open_stage(usd_path: str) -> tuple[bool, Usd.Stage | None]:
    """Open ``usd_path`` as the current stage; return (True, stage).

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read as USD.
    """
    opened = get_context().open_stage(usd_path)
    return opened, get_context().get_stage()


async def open_stage_async(usd_path: str) -> tuple[bool, Usd.Stage | None]:
    """Open ``usd_path`` as the current stage; return (True, stage) after an update."""
    result = open_stage(usd_path)
    await get_app().next_update_async()
    return result


def save_stage(usd_path: str) -> bool:
    """Write the root layer to ``usd_path``; return whether that worked."""
    return get_context().save_as_stage(usd_path)


def add_reference_to_stage(usd_path: str, path: str, *, prim_type: str = "Xform",
                           variants: Sequence[tuple[str, str]] | None = None) -> Usd.Prim:
    """Define ``path`` if it is not there, add a reference, select variants and return the prim.

    Raises:
        FileNotFoundError: USD cannot open ``usd_path``.
    """
    prim = legacy.add_reference_to_stage(usd_path, path, prim_type)
    for name, selection in variants or ():
        prim.GetVariantSet(name).SetVariantSelection(selection)
    return prim


def get_stage_units() -> tuple[float, float]:
    """Return metres per unit and kilograms per unit."""
    stage = get_current_stage()
    return UsdGeom.GetStageMetersPerUnit(stage), UsdPhysics.GetStageKilogramsPerUnit(stage)


def set_stage_units(*, meters_per_unit: float | None = None, kilograms_per_unit: float | None = None) -> None:
    """Set metres per unit and kilograms per unit; None keeps."""
    if meters_per_unit is not None:
        UsdGeom.SetStageMetersPerUnit(get_current_stage(), meters_per_unit)
    if kilograms_per_unit is not None:
        UsdPhysics.SetStageKilogramsPerUnit(get_current_stage(), kilograms_per_unit)


def set_stage_up_axis(up_axis: str) -> None:
    """Set the up axis, "Y" or "Z"."""
    UsdGeom.SetStageUpAxis(get_current_stage(), up_axis)


def get_stage_time_code() -> tuple[float, float, float]:
    """Return first and last time code, and time codes per second."""
    stage = get_current_stage()
    return stage.GetStartTimeCode(), stage.GetEndTimeCode(), stage.GetTimeCodesPerSecond()


def set_stage_time_code(*, start_time_code: float | None = None, end_time_code: float | None = None,
                        time_codes_per_second: float | None = None) -> None:
    """Set first and last time code, and time codes per second; None keeps."""
    stage = get_current_stage()
    for setter, value in ((stage.SetStartTimeCode, start_time_code), (stage.SetEndTimeCode, end_time_code),
                          (stage.SetTimeCodesPerSecond, time_codes_per_second)):
        if value is not None:
            setter(value)


def define_prim(path: str, type_name: str = "Xform") -> Usd.Prim:
    """Define a prim, or return the one that is there.

    Raises:
        ValueError: ``path`` is no absolute prim path.
    """
    if not Sdf.Path.IsValidPathString(path) or not Sdf.Path(path).IsAbsoluteRootOrPrimPath():
        raise ValueError(f"define_prim: {path!r} is not an absolute prim path such as '/World/Cube'.")
    return get_current_stage().DefinePrim(path, type_name)


def delete_prim(prim: str | Usd.Prim) -> bool:
    """Remove a prim; return whether it was there."""
    path = prim if isinstance(prim, str) else prim.GetPath()
    return get_current_stage().RemovePrim(path)


def move_prim(target: str | Usd.Prim, destination: str | Usd.Prim) -> tuple[bool, str]:
    """Move a prim; return whether that worked, and where it is."""
    stage = get_current_stage()
    source = stage.GetPrimAtPath(target) if isinstance(target, str) else target
    path = str(destination if isinstance(destination, str) else destination.GetPath().AppendChild(source.GetName()))
    editor = Usd.NamespaceEditor(stage)
    editor.MovePrimAtPath(source.GetPath(), Sdf.Path(path))
    return editor.ApplyEdits(), path


def generate_next_free_path(path: str | None = None, *, prepend_default_prim: bool = True) -> str:
    """Return ``path`` (None = "/Prim"), with a number appended if that prim exists."""
    from omni.usd import get_stage_next_free_path

    return get_stage_next_free_path(get_current_stage(), path or "/Prim", prepend_default_prim)
