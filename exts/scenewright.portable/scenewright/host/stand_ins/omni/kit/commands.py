"""``omni.kit.commands``: the commands that scripts run on prims, without undo."""

from collections.abc import Callable, Sequence
from typing import Any

from pxr import Sdf, Usd, UsdGeom, UsdShade

from scenewright.host.stage_context import get_context

__all__ = ["execute", "get_commands"]


def _create_prim(prim_type: str, prim_path: str | None = None, attributes: dict[str, Any] | None = None,
                 select_new_prim: bool = True, **options: Any) -> str:
    stage = get_context().get_stage()
    path = str(prim_path or f"/{prim_type}")
    if stage.GetPrimAtPath(path):
        from omni.usd import get_stage_next_free_path

        path = get_stage_next_free_path(stage, path, False)
    prim = stage.DefinePrim(path, prim_type)
    for name, value in (attributes or {}).items():
        prim.GetAttribute(name).Set(value)
    return path


def _delete_prims(paths: Sequence[Any], **options: Any) -> None:
    for path in paths:
        get_context().get_stage().RemovePrim(str(path))


def _move_prim(path_from: Any, path_to: Any, **options: Any) -> bool:
    editor = Usd.NamespaceEditor(get_context().get_stage())
    editor.MovePrimAtPath(Sdf.Path(str(path_from)), Sdf.Path(str(path_to)))
    return editor.ApplyEdits()


def _copy_prim(path_from: Any, path_to: Any = None, **options: Any) -> str:
    from omni.usd import get_stage_next_free_path

    stage = get_context().get_stage()
    target = str(path_to) if path_to else get_stage_next_free_path(stage, str(path_from), False)
    layer = stage.GetEditTarget().GetLayer()
    Sdf.CreatePrimInLayer(layer, Sdf.Path(target).GetParentPath())
    if not Sdf.CopySpec(layer, Sdf.Path(str(path_from)), layer, Sdf.Path(target)):
        raise ValueError(f"CopyPrim: {path_from} has no opinion in the edit target @{layer.identifier}@.")
    return target


def _change_property(prop_path: Any, value: Any, prev: Any = None, timecode: Any = None,
                     type_to_create_if_not_exist: Any = None, **options: Any) -> None:
    path = Sdf.Path(str(prop_path))
    prim = get_context().get_stage().GetPrimAtPath(path.GetPrimPath())
    attribute = prim.GetAttribute(path.name) if prim else None
    if not attribute and prim and type_to_create_if_not_exist is not None:
        attribute = prim.CreateAttribute(path.name, type_to_create_if_not_exist)
    if not attribute:
        raise ValueError(f"ChangeProperty: there is no attribute {path}.")
    attribute.Set(value, Usd.TimeCode.Default() if timecode is None else timecode)


def _bind_material(prim_path: Any, material_path: Any, strength: Any = None, **options: Any) -> None:
    stage = get_context().get_stage()
    material = UsdShade.Material(stage.GetPrimAtPath(str(material_path)))
    for path in prim_path if isinstance(prim_path, list | tuple) else [prim_path]:
        UsdShade.MaterialBindingAPI.Apply(stage.GetPrimAtPath(str(path))).Bind(
            material, strength or UsdShade.Tokens.weakerThanDescendants)


def _visibility(paths: Sequence[Any], visible: bool) -> None:
    for path in paths:
        imageable = UsdGeom.Imageable(get_context().get_stage().GetPrimAtPath(str(path)))
        (imageable.MakeVisible if visible else imageable.MakeInvisible)()


_COMMANDS: dict[str, Callable[..., Any]] = {
    "BindMaterial": _bind_material, "ChangeProperty": _change_property, "CopyPrim": _copy_prim, "CreatePrim": _create_prim,
    "CreatePrimWithDefaultXform": _create_prim, "DeletePrims": _delete_prims, "MovePrim": _move_prim,
    "HideSelectedPrims": lambda selected_paths, **options: _visibility(selected_paths, False),
    "ShowSelectedPrims": lambda selected_paths, **options: _visibility(selected_paths, True),
}


def get_commands() -> dict[str, Callable[..., Any]]:
    """Return the commands by name."""
    return dict(_COMMANDS)


def execute(name: str, **arguments: Any) -> tuple[bool, Any]:
    """Run a command; return (True, its result).

    Raises:
        NotImplementedError: The command has no stand-in.
    """
    command = _COMMANDS.get(name.removesuffix("Command"))
    if command is None:
        raise NotImplementedError(f"omni.kit.commands.execute({name!r}): this command has no stand-in on the portable host. "
                                  f"Available: {', '.join(sorted(_COMMANDS))}.")
    return True, command(**arguments)
