"""``isaacsim.core.utils.prims``: making, finding and changing prims of the current stage."""

from collections.abc import Callable, Sequence
from typing import Any

from isaacsim.core.experimental.utils import prim as finding
from isaacsim.core.experimental.utils.stage import delete_prim as _delete
from isaacsim.core.utils.stage import add_reference_to_stage
from pxr import Gf, Usd, UsdGeom, UsdPhysics

from scenewright.host.stage_context import get_context

__all__ = ["create_prim", "define_prim", "delete_prim", "find_matching_prim_paths", "get_all_matching_child_prims",
           "get_first_matching_child_prim", "get_first_matching_parent_prim", "get_prim_at_path", "get_prim_attribute_names",
           "get_prim_attribute_value", "get_prim_children", "get_prim_object_type", "get_prim_parent", "get_prim_path",
           "get_prim_property", "get_prim_type_name", "is_prim_no_delete", "is_prim_path_valid",
           "is_prim_root_path", "move_prim", "query_parent_path", "set_prim_attribute_value", "set_prim_hide_in_stage_window",
           "set_prim_no_delete", "set_prim_property", "set_prim_visibility", "set_targets"]


def get_prim_at_path(prim_path: str, fabric: bool = False) -> Usd.Prim:
    """Return the prim at a path; invalid when there is none."""
    return get_context().get_stage().GetPrimAtPath(prim_path)


def is_prim_path_valid(prim_path: str, fabric: bool = False) -> bool:
    """Return whether there is a prim at a path."""
    return bool(get_prim_at_path(prim_path))


def define_prim(prim_path: str, prim_type: str = "Xform", fabric: bool = False) -> Usd.Prim:
    """Define a prim.

    Raises:
        ValueError: There is one already.
    """
    if is_prim_path_valid(prim_path):
        raise ValueError(f"define_prim: there is a prim at {prim_path} already.")
    return get_context().get_stage().DefinePrim(prim_path, prim_type)


def delete_prim(prim_path: str) -> None:
    """Remove the prim at a path."""
    _delete(prim_path)


def create_prim(prim_path: str, prim_type: str = "Xform", position: Sequence[float] | None = None,
                translation: Sequence[float] | None = None, orientation: Sequence[float] | None = None,
                scale: Sequence[float] | None = None, usd_path: str | None = None, semantic_label: str | None = None,
                semantic_type: str = "class", attributes: dict[str, Any] | None = None) -> Usd.Prim:
    """Define a prim, reference a file, write attributes, pose and label.

    Args:
        prim_path: Where.
        prim_type: USD type.
        position: World position [stage units]; not together with ``translation``.
        translation: Local position [stage units].
        orientation: Quaternion (w, x, y, z): in the world with ``position``, else local.
        scale: Three factors.
        usd_path: File to reference.
        semantic_label: Label.
        semantic_type: Its taxonomy.
        attributes: Values by attribute name.

    Raises:
        ValueError: There is a prim already, or position and translation are both given.
        FileNotFoundError: There is no such file.
    """
    from isaacsim.core.experimental.prims import XformPrim
    from isaacsim.core.utils.semantics import add_labels

    prim = define_prim(prim_path, prim_type)
    if usd_path is not None:
        add_reference_to_stage(usd_path, prim_path, prim_type)
    for name, value in (attributes or {}).items():
        set_prim_property(prim_path, name, value)
    if semantic_label is not None:
        add_labels(prim, [semantic_label], semantic_type)
    if any(value is not None for value in (position, translation, orientation, scale)):
        XformPrim(prim_path, positions=position, translations=translation, orientations=orientation, scales=scale,
                  reset_xform_op_properties=True)
    return prim


def get_prim_children(prim: Usd.Prim) -> list[Usd.Prim]:
    """Return the children of a prim."""
    return prim.GetChildren()


def get_prim_parent(prim: Usd.Prim) -> Usd.Prim:
    """Return the parent of a prim."""
    return prim.GetParent()


def get_prim_path(prim: Usd.Prim) -> str:
    """Return the path of a prim."""
    return str(prim.GetPath())


def get_prim_type_name(prim_path: str | Usd.Prim) -> str:
    """Return the type of a prim."""
    return str(finding.get_prim_at_path(prim_path).GetTypeName())


def get_all_matching_child_prims(prim_path: str, predicate: Callable[[str], bool] = lambda path: True,
                                 depth: int | None = None) -> list[Usd.Prim]:
    """Return the prims at and below a path for which ``predicate(path)`` holds."""
    return finding.get_all_matching_child_prims(prim_path, predicate=lambda prim, path: predicate(path), include_self=True,
                                                max_depth=depth)


def get_prim_property(prim_path: str, property_name: str) -> Any:
    """Return the value of an attribute."""
    return finding.get_prim_attribute_value(prim_path, property_name)


def set_prim_property(prim_path: str, property_name: str, property_value: Any) -> None:
    """Set the value of an attribute.

    Raises:
        ValueError: There is no such attribute.
    """
    attribute = finding.get_prim_at_path(prim_path).GetAttribute(property_name)
    if not attribute:
        raise ValueError(f"{prim_path} has no attribute '{property_name}'.")
    kind = attribute.GetTypeName().type.pythonClass
    sized = isinstance(property_value, Sequence) and not isinstance(property_value, str)
    attribute.Set(kind(*property_value) if sized and kind is not None and kind.__module__ == Gf.__name__ else property_value)


def set_prim_visibility(prim: Usd.Prim, visible: bool) -> None:
    """Show or hide a prim."""
    imageable = UsdGeom.Imageable(prim)
    (imageable.MakeVisible if visible else imageable.MakeInvisible)()


def set_targets(prim: Usd.Prim, attribute: str, target_prim_paths: Sequence[str]) -> None:
    """Set the targets of a relationship, which is made if it is not there."""
    relationship = prim.GetRelationship(attribute) or prim.CreateRelationship(attribute)
    relationship.SetTargets([str(path) for path in target_prim_paths])


def find_matching_prim_paths(prim_path_regex: str, prim_type: str | None = None) -> list[str]:
    """Return the paths that match regular expressions, one between two slashes; of one type if ``prim_type`` is given."""
    return [path for path in finding.find_matching_prim_paths(prim_path_regex)
            if prim_type is None or get_prim_type_name(path) == prim_type]


def get_first_matching_child_prim(prim_path: str, predicate: Callable[[str], bool], fabric: bool = False) -> Usd.Prim | None:
    """Return the first prim at or below a path for which ``predicate(path)`` holds, None where there is none."""
    return finding.get_first_matching_child_prim(prim_path, predicate=lambda prim, path: predicate(path), include_self=True)


def get_first_matching_parent_prim(prim_path: str, predicate: Callable[[str], bool]) -> Usd.Prim | None:
    """Return the nearest prim above a path for which ``predicate(path)`` holds, None where there is none."""
    return finding.get_first_matching_parent_prim(prim_path, predicate=lambda prim, path: predicate(path))


def query_parent_path(prim_path: str, predicate: Callable[[str], bool]) -> bool:
    """Return whether ``predicate(path)`` holds for a prim above."""
    return get_first_matching_parent_prim(prim_path, predicate) is not None


def get_prim_attribute_names(prim_path: str, fabric: bool = False) -> list[str]:
    """Return the names of the attributes."""
    return finding.get_prim_attribute_names(prim_path)


def get_prim_attribute_value(prim_path: str, attribute_name: str, fabric: bool = False) -> Any:
    """Return the value of an attribute.

    Raises:
        ValueError: There is no such attribute.
    """
    return finding.get_prim_attribute_value(prim_path, attribute_name)


def set_prim_attribute_value(prim_path: str, attribute_name: str, value: Any, fabric: bool = False) -> None:
    """Set the value of an attribute.

    Raises:
        ValueError: There is no such attribute.
    """
    set_prim_property(prim_path, attribute_name, value)


def get_prim_object_type(prim_path: str) -> str | None:
    """Return "rigid_body", "xform" or None; articulations and joints have no stand-in here."""
    prim = finding.get_prim_at_path(prim_path)
    if prim.HasAPI(UsdPhysics.RigidBodyAPI):
        return "rigid_body"
    return "xform" if prim.IsA(UsdGeom.Xformable) else None


def is_prim_root_path(prim_path: str) -> bool:
    """Return whether a path is "/"."""
    return prim_path == "/"


def move_prim(path_from: str, path_to: str) -> None:
    """Move or rename a prim."""
    from omni.kit.commands import execute

    execute("MovePrim", path_from=path_from, path_to=path_to)


def set_prim_hide_in_stage_window(prim: Usd.Prim, hide: bool) -> None:
    """Write whether the stage window hides a prim."""
    prim.SetMetadata("hide_in_stage_window", hide)


def set_prim_no_delete(prim: Usd.Prim, no_delete: bool) -> None:
    """Write whether the user interface keeps a prim from deletion."""
    prim.SetMetadata("no_delete", no_delete)


def is_prim_no_delete(prim_path: str) -> bool:
    """Return whether the user interface keeps a prim from deletion."""
    return bool(finding.get_prim_at_path(prim_path).GetMetadata("no_delete"))
