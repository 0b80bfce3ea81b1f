"""``isaacsim.core.utils.stage``: opening, making and extending the current stage."""

from collections.abc import Callable, Iterator

from pxr import Sdf, Usd, UsdGeom, UsdUtils

from scenewright.host.app import get_app
from scenewright.host.assets import available_asset
from scenewright.host.stage_context import get_context

__all__ = ["AXES_TOKEN", "add_reference_to_stage", "clear_stage", "close_stage", "create_new_stage", "create_new_stage_async",
           "create_new_stage_in_memory", "get_current_stage", "get_current_stage_id", "get_next_free_path", "get_stage_units",
           "get_stage_up_axis", "is_stage_loading", "open_stage", "open_stage_async", "print_stage_prim_paths", "save_stage",
           "set_stage_units", "set_stage_up_axis", "traverse_stage", "update_stage", "update_stage_async"]

AXES_TOKEN = {letter: letter.upper() for letter in "XxYyZz"}


def get_current_stage(fabric: bool = False) -> Usd.Stage:
    """Return the current stage.

    Raises:
        NotImplementedError: A Fabric stage is asked for.
    """
    if fabric:
        raise NotImplementedError("get_current_stage(fabric=True): the portable host has no Fabric.")
    return get_context().get_stage()


def create_new_stage() -> Usd.Stage:
    """Make a new stage the current one and return it."""
    get_context().new_stage()
    return get_context().get_stage()


async def create_new_stage_async() -> None:
    """Make a new stage the current one."""
    await get_context().new_stage_async()
    await get_app().next_update_async()


def open_stage(usd_path: str) -> bool:
    """Open ``usd_path`` as the current stage; return True.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read as USD.
    """
    return get_context().open_stage(usd_path)


async def open_stage_async(usd_path: str) -> tuple[bool, str]:
    """Open ``usd_path``; return (True, "") or (False, what is wrong)."""
    return await get_context().open_stage_async(usd_path)


def close_stage() -> bool:
    """Close the current stage."""
    return get_context().close_stage()


def add_reference_to_stage(usd_path: str, prim_path: str, prim_type: str = "Xform") -> Usd.Prim:
    """Define ``prim_path`` if it is not there, add a reference to ``usd_path`` and return the prim.

    Raises:
        FileNotFoundError: USD cannot open ``usd_path``.
    """
    from pxr import Tf

    usd_path = available_asset(usd_path)
    try:
        layer = Sdf.Layer.FindOrOpen(usd_path)
    except Tf.ErrorException:
        layer = None
    if layer is None:
        raise FileNotFoundError(f"Cannot reference {usd_path!r} at {prim_path}: no USD file can be opened there.")
    stage = get_current_stage()
    prim = stage.GetPrimAtPath(prim_path) or stage.DefinePrim(prim_path, prim_type)
    prim.GetReferences().AddReference(usd_path)
    return prim


def get_next_free_path(path: str, parent: str | None = None) -> str:
    """Return ``path`` below ``parent``, with a number appended if that prim exists."""
    from omni.usd import get_stage_next_free_path

    return get_stage_next_free_path(get_current_stage(), f"{parent.rstrip('/')}/{path.lstrip('/')}" if parent else path, False)


def create_new_stage_in_memory() -> Usd.Stage:
    """Return a new stage that is not the current one."""
    return Usd.Stage.CreateInMemory()


def get_current_stage_id() -> int:
    """Return the number of the current stage in USD's stage cache."""
    return UsdUtils.StageCache.Get().Insert(get_current_stage()).ToLongInt()


def save_stage(usd_path: str, save_and_reload_in_place: bool = True) -> bool:
    """Write the current stage to a file and go on with that file; return True.

    Args:
        usd_path: Where, with an ending that USD knows.
        save_and_reload_in_place: False goes on with the stage as it is.

    Raises:
        ValueError: USD does not write files of that ending.
    """
    if not Usd.Stage.IsSupportedFile(usd_path):
        raise ValueError(f"save_stage: {usd_path!r} has no ending that USD writes; give .usd, .usda or .usdc.")
    get_current_stage().GetRootLayer().Export(usd_path)
    return open_stage(usd_path) if save_and_reload_in_place else True


def clear_stage(predicate: Callable[[str], bool] | None = None) -> None:
    """Remove the prims for whose path ``predicate`` holds; by default all that a script has made."""
    stage = get_current_stage()
    kept = ("/OmniverseKit_", "/Render")
    chosen = predicate or (lambda path: not path.startswith(kept))
    for path in [prim.GetPath() for prim in stage.Traverse()]:
        if stage.GetPrimAtPath(path) and chosen(str(path)):
            stage.RemovePrim(path)


def traverse_stage(fabric: bool = False) -> Iterator[Usd.Prim]:
    """Return an iterator over the prims of the current stage."""
    return iter(get_current_stage(fabric).Traverse())


def print_stage_prim_paths(fabric: bool = False) -> None:
    """Print the paths of the prims of the current stage."""
    for prim in traverse_stage(fabric):
        print(prim.GetPath())


def set_stage_units(stage_units_in_meters: float) -> None:
    """Set metres per stage unit."""
    UsdGeom.SetStageMetersPerUnit(get_current_stage(), float(stage_units_in_meters))


def set_stage_up_axis(axis: str = "z") -> None:
    """Set the up axis: "y" or "z".

    Raises:
        ValueError: It is another.
    """
    if axis.upper() not in ("Y", "Z"):
        raise ValueError(f"set_stage_up_axis: 'y' or 'z', got {axis!r}.")
    UsdGeom.SetStageUpAxis(get_current_stage(), axis.upper())


def get_stage_units() -> float:
    """Return metres per stage unit."""
    return UsdGeom.GetStageMetersPerUnit(get_current_stage())


def get_stage_up_axis() -> str:
    """Return "Y" or "Z"."""
    return str(UsdGeom.GetStageUpAxis(get_current_stage()))


def is_stage_loading() -> bool:
    """Return False: loading is finished when a stage is opened."""
    return False


def update_stage() -> None:
    """Run one update of the application."""
    get_app().update()


async def update_stage_async() -> None:
    """Wait for one update of the application."""
    await get_app().next_update_async()
