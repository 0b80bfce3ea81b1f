"""``isaacsim.core.utils.stage``: opening, making and extending the current stage."""

from pxr import Usd, UsdGeom

from scenewright.host.app import get_app
from scenewright.host.assets import available_asset
from scenewright.host.stage_context import get_context

__all__ = ["add_reference_to_stage", "close_stage", "create_new_stage", "create_new_stage_async", "get_current_stage",
           "get_next_free_path", "get_stage_units", "get_stage_up_axis", "is_stage_loading", "open_stage", "open_stage_async",
           "update_stage", "update_stage_async"]


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
    from pxr import Sdf, Tf

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
