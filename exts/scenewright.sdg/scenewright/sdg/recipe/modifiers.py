"""``modify.*``: poses, attributes, labels, visibility, materials and variants of prims."""

import numpy as np
import omni.replicator.core as rep
from pxr import Sdf, Usd, UsdGeom, UsdShade

from scenewright.sdg.recipe.findings import choices_text, did_you_mean
from scenewright.sdg.recipe.poses import (
    euler_from_matrix,
    local_bounds,
    look_at_rotation,
    matrix_from_euler,
    parent_matrices,
    up_axis,
    world_matrices,
)
from scenewright.sdg.recipe.runtime import Invocation, Operation
from scenewright.sdg.recipe.sampling import Draws, texts_of

__all__ = ["MODIFIERS", "camera_relative_operation", "pose_operation", "write_rows"]

_ROTATION_AXES = ("rotation_x", "rotation_y", "rotation_z")
_POSITION_AXES = ("position_x", "position_y", "position_z")


def pose_operation(call: Invocation) -> Operation:
    """Return ``modify.pose``: values are local; what is not given stays.

    ``size`` is the largest extent that the prim shall have [stage units], or its three extents; ``pivot`` is a point of its
    bounding box in [-1, 1] by axis, which ``position`` then places and rotation and scale leave where it is.
    """
    targets = call.movable()
    reads = call.has("look_at", "size", "pivot")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if prims:
            _write_pose(call, prims, draws)

    return Operation(call.call, call.trigger, run, reads_poses=reads)


def _write_pose(call: Invocation, prims: list[Usd.Prim], draws: Draws) -> None:
    count, poses = len(prims), call.runtime.poses
    old_position, old_rotation, old_scale = poses.current(prims)
    position = _axes(call, prims, draws, "position", _POSITION_AXES, old_position)
    scale = call.rows("scale", count, draws, "scale", 3) if call.has("scale") else None
    if call.has("size"):
        scale = _scale_for_size(call, prims, draws)
    placed = old_position if position is None else position
    rotation = _axes(call, prims, draws, "rotation", _ROTATION_AXES, old_rotation)
    order = call.args.get("rotation_order", "XYZ")
    if rotation is not None and order != "XYZ":
        rotation = euler_from_matrix(matrix_from_euler(rotation, order))
    if call.has("look_at"):
        rotation = _look_at(call, prims, draws, placed)
    if call.has("pivot"):
        position = _pivoted(call, prims, draws, position, (old_position, old_rotation, old_scale), rotation, scale)
    poses.write(prims, position, rotation, scale)


def _axes(
    call: Invocation, prims: list[Usd.Prim], draws: Draws, whole: str, axes: tuple[str, ...], old: np.ndarray
) -> np.ndarray | None:
    if call.has(whole):
        return np.array(call.rows(whole, len(prims), draws, "vec3", 3))
    if not call.has(*axes):
        return None
    values = old.copy()
    for index, axis in enumerate(axes):
        if call.has(axis):
            values[:, index] = call.rows(axis, len(prims), draws, "number", 1)[:, 0]
    return values


def _scale_for_size(call: Invocation, prims: list[Usd.Prim], draws: Draws) -> np.ndarray:
    bounds = local_bounds(prims)
    extents = bounds[:, 1] - bounds[:, 0]
    for prim, extent in zip(prims, extents, strict=True):
        if not np.nanmax(extent, initial=0.0) > 0.0:
            raise call.error(f"{prim.GetPath()} has no geometry, so it cannot be given a size.", "Use 'scale'.", "size")
    value = call.args["size"]
    wanted = call.rows("size", len(prims), draws, "scale", 3)
    if isinstance(value, int | float) or (not isinstance(value, list) and np.all(wanted == wanted[:, :1])):
        return np.repeat(wanted[:, :1] / extents.max(axis=1, keepdims=True), 3, axis=1)
    return np.where(extents > 0.0, wanted / np.where(extents > 0.0, extents, 1.0), 1.0)


def _look_at(call: Invocation, prims: list[Usd.Prim], draws: Draws, positions: np.ndarray) -> np.ndarray:
    count, parents = len(prims), parent_matrices(prims)
    eyes = np.einsum("ni,nij->nj", positions, parents[:, :3, :3]) + parents[:, 3, :3]
    up = np.broadcast_to(up_axis(call.runtime.stage), (count, 3))
    if call.has("look_at_up_axis"):
        up = call.rows("look_at_up_axis", count, draws, "vec3", 3)
    return look_at_rotation(eyes, call.points("look_at", count, draws), up, parents)


def _pivoted(
    call: Invocation,
    prims: list[Usd.Prim],
    draws: Draws,
    position: np.ndarray | None,
    old: tuple[np.ndarray, np.ndarray, np.ndarray],
    rotation: np.ndarray | None,
    scale: np.ndarray | None,
) -> np.ndarray:
    """Return translations that put the pivot at the position, or keep it where it was when no position is given."""
    bounds = np.nan_to_num(local_bounds(prims))
    pivot = call.rows("pivot", len(prims), draws, "vec3", 3)
    point = (bounds[:, 0] + bounds[:, 1]) / 2.0 + pivot * (bounds[:, 1] - bounds[:, 0]) / 2.0

    def turned(angles: np.ndarray, factors: np.ndarray) -> np.ndarray:
        return np.einsum("ni,nij->nj", point * factors, matrix_from_euler(angles))

    old_position, old_rotation, old_scale = old
    place = old_position + turned(old_rotation, old_scale) if position is None else position
    return place - turned(old_rotation if rotation is None else rotation, old_scale if scale is None else scale)


def orbit_operation(call: Invocation) -> Operation:
    """Return ``modify.pose_orbit``: on a sphere about a point.

    Azimuth [deg] turns about the stage's up axis, from +X towards +Y where Z is up and from +Z towards +X where Y is up;
    elevation [deg] rises from the horizon.
    """
    targets = call.movable()

    def run(draws: Draws) -> None:
        prims = targets.prims()
        count = len(prims)
        centre = call.points("barycentre", count, draws)
        distance, azimuth, elevation = (
            call.rows(name, count, draws, "number", 1)[:, 0] for name in ("distance", "azimuth", "elevation")
        )
        azimuth, elevation = np.radians(azimuth), np.radians(elevation)
        flat, rise = distance * np.cos(elevation), distance * np.sin(elevation)
        first, second = flat * np.cos(azimuth), flat * np.sin(azimuth)
        y_up = UsdGeom.GetStageUpAxis(call.runtime.stage) == UsdGeom.Tokens.y
        eyes = centre + np.stack([second, rise, first] if y_up else [first, second, rise], axis=1)
        parents = parent_matrices(prims)
        inverse = np.linalg.inv(parents)
        local = np.einsum("ni,nij->nj", eyes, inverse[:, :3, :3]) + inverse[:, 3, :3]
        rotation = None
        if call.args.get("look_at_barycentre", True):
            up = np.broadcast_to(up_axis(call.runtime.stage), (count, 3))
            rotation = look_at_rotation(eyes, centre, up, parents)
        call.runtime.poses.write(prims, local, rotation)

    return Operation(call.call, call.trigger, run, reads_poses=not isinstance(call.args["barycentre"], list))


def camera_relative_operation(call: Invocation, resolution: tuple[int, int]) -> Operation:
    """Return ``modify.pose_camera_relative``: ``distance`` along the view, -1 to 1 across and up the picture.

    Args:
        call: The call.
        resolution: (width, height) of the render product, whose aspect counts [pixels].
    """
    targets, cameras = call.movable(), call.prim_set("camera")
    lens = UsdGeom.Camera(camera_of(cameras.prims()[0], call))

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if not prims:
            return
        count = len(prims)

        def column(name: str) -> np.ndarray:
            return call.rows(name, count, draws, "number", 1)[:, 0] if call.has(name) else np.zeros(count)

        half = lens.GetHorizontalApertureAttr().Get() / lens.GetFocalLengthAttr().Get() / 2.0
        depth, across, along = (column(name) for name in ("distance", "horizontal_location", "vertical_location"))
        rise = half * resolution[1] / resolution[0]
        local = np.stack([across * half * depth, along * rise * depth, -depth, np.ones(count)], axis=1)
        world = local @ world_matrices([lens.GetPrim()])[0]
        inverse = np.linalg.inv(parent_matrices(prims))
        call.runtime.poses.write(prims, np.einsum("ni,nij->nj", world, inverse)[:, :3])

    return Operation(call.call, call.trigger, run, reads_poses=True)


def camera_of(prim: Usd.Prim, call: Invocation) -> Usd.Prim:
    """Return the camera that a prim is, or holds as its only one.

    Raises:
        RecipeError: It is none.
    """
    found = [prim] if prim.IsA(UsdGeom.Camera) else [child for child in prim.GetChildren() if child.IsA(UsdGeom.Camera)]
    if len(found) != 1:
        raise call.error(f"{prim.GetPath()} ({prim.GetTypeName() or 'no type'}) is no camera.", "Name a camera.", "camera")
    return found[0]


def write_rows(prims: list[Usd.Prim], name: str, values: list, type_name: str | None = None) -> None:
    """Write one value of an attribute to each prim."""
    if prims:
        rep.functional.modify.attribute(prims, name, values, **({"attribute_type": type_name} if type_name else {}))


def attribute_operation(call: Invocation) -> Operation:
    """Return ``modify.attribute``; a wrapper Xform without the attribute stands for the only child that has it."""
    targets = call.targets()
    name, type_name = call.args["name"], call.args.get("attribute_type")
    for prim in targets.prims() if type_name is None else ():
        owner = _owner(prim, name)
        if _type_of(owner, name) is None and not owner.IsA(UsdShade.Material):
            known = [known for known in owner.GetPropertyNames() if owner.HasAttribute(known)]
            remedy = f"{did_you_mean(name, known)} Give `attribute_type` to make a new one.".strip()
            raise call.error(f"{owner.GetPath()} ({owner.GetTypeName()}) has no attribute '{name}'.", remedy, "name")

    def run(draws: Draws) -> None:
        owners = [_owner(prim, name) for prim in targets.prims()]
        values = call.objects("value", len(owners), draws, "any")
        if owners and _type_of(owners[0], name) == Sdf.ValueTypeNames.Asset:
            values = [call.runtime.file(str(value), call.mark("value")) for value in values]
        write_rows(owners, name, values, type_name)

    return Operation(call.call, call.trigger, run)


def _owner(prim: Usd.Prim, name: str) -> Usd.Prim:
    def knows(candidate: Usd.Prim) -> bool:
        return candidate.HasAttribute(name) or candidate.HasAttribute(f"inputs:{name}")

    holders = [child for child in prim.GetChildren() if knows(child)] if not knows(prim) else []
    return holders[0] if len(holders) == 1 else prim


def _type_of(prim: Usd.Prim, name: str) -> Sdf.ValueTypeName | None:
    for candidate in (name, f"inputs:{name}"):
        if prim.HasAttribute(candidate):
            return prim.GetAttribute(candidate).GetTypeName()
    return None


def semantics_operation(call: Invocation) -> Operation:
    """Return ``modify.semantics``."""
    targets, labels, mode = call.targets(), call.args["semantics"], call.args.get("mode", "add")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if prims:
            rep.functional.modify.semantics(prims, labels_by_type(labels), mode=mode)

    return Operation(call.call, call.trigger, run)


def labels_by_type(semantics: list | dict | None) -> dict[str, list[str]]:
    """Return labels by type from either form of a ``semantics`` value."""
    found: dict[str, list[str]] = {}
    for kind, labels in semantics.items() if isinstance(semantics, dict) else semantics or ():
        found.setdefault(kind, []).extend([labels] if isinstance(labels, str) else labels)
    return found


def visibility_operation(call: Invocation) -> Operation:
    """Return ``modify.visibility``."""
    targets, keyword = call.targets(), "value" if call.has("value") else "visible"

    def run(draws: Draws) -> None:
        prims, value = targets.prims(), call.args[keyword]
        if isinstance(value, list) and len(value) != len(prims):
            raise call.error(f"{len(value)} values for {len(prims)} prims.", "Give one, or one for each.", keyword)
        shown = value if isinstance(value, list) else call.objects(keyword, len(prims), draws, "bools")
        if prims:
            rep.functional.modify.visibility(prims, [bool(one) for one in shown])

    return Operation(call.call, call.trigger, run)


def material_operation(call: Invocation) -> Operation:
    """Return ``modify.material``."""
    targets = call.targets()
    call.check_materials("value")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        call.runtime.bind(prims, call.materials("value", len(prims), draws))

    return Operation(call.call, call.trigger, run)


def variant_operation(call: Invocation) -> Operation:
    """Return ``modify.variant``: the selection of a variant set."""
    targets, name = call.targets(), call.args["name"]

    def check(prim: Usd.Prim, value: str) -> None:
        sets = prim.GetVariantSets()
        if not sets.HasVariantSet(name):
            raise call.error(f"{prim.GetPath()} has no variant set '{name}'.", choices_text(name, sets.GetNames()), "name")
        known = sets.GetVariantSet(name).GetVariantNames()
        if value not in known:
            message = f"variant set '{name}' of {prim.GetPath()} has no variant '{value}'."
            raise call.error(message, choices_text(value, known), "value")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        for prim, value in zip(prims, call.objects("value", len(prims), draws, "str"), strict=True):
            check(prim, value)
            _select(call, prim, name, value)

    found = targets.prims()
    base = [(prim, prim.GetVariantSets().GetVariantSelection(name)) for prim in found]
    for prim in found:
        for value in texts_of(call.args["value"]):
            check(prim, value)

    def reset() -> None:
        for prim, value in base:
            _select(call, prim, name, value)

    return Operation(call.call, call.trigger, run, reset=reset)


def _select(call: Invocation, prim: Usd.Prim, name: str, value: str) -> None:
    """Author a variant selection; where the layer has it already, nothing is composed anew."""
    spec = call.runtime.layer.GetPrimAtPath(prim.GetPath())
    if spec is None or spec.variantSelections.get(name) != value:
        prim.GetVariantSets().GetVariantSet(name).SetVariantSelection(value)


MODIFIERS = {
    "modify.pose": pose_operation,
    "modify.pose_orbit": orbit_operation,
    "modify.attribute": attribute_operation,
    "modify.semantics": semantics_operation,
    "modify.visibility": visibility_operation,
    "modify.material": material_operation,
    "modify.variant": variant_operation,
}
"""What each ``modify`` function does, from a call to an operation."""
