"""UsdPhysics collision groups: which colliders pass through each other."""

from pxr import Sdf, Usd, UsdPhysics

__all__ = ["separated_colliders"]

_INVERTED = "physxScene:invertCollisionGroupFilter"


def separated_colliders(stage: Usd.Stage, colliders: list[Sdf.Path]) -> list[tuple[list[str], list[str]]]:
    """Return pairs of lists of collider paths: none of the first touches any of the second.

    Groups with one ``mergeGroup`` name are one group. Two groups are apart where either of them filters the other; a group
    that inverts its filter is apart from all groups but those that it names. A scene's attribute
    ``physxScene:invertCollisionGroupFilter`` inverts the filters of all groups.

    Args:
        stage: Stage.
        colliders: Paths of the colliders.
    """
    groups = [UsdPhysics.CollisionGroup(prim) for prim in stage.Traverse() if prim.IsA(UsdPhysics.CollisionGroup)]
    if not groups:
        return []
    inverted = any(prim.GetAttribute(_INVERTED).Get() for prim in stage.Traverse() if prim.IsA(UsdPhysics.Scene))
    names = {group.GetPath(): str(group.GetMergeGroupNameAttr().Get() or group.GetPath()) for group in groups}
    members: dict[str, set[Sdf.Path]] = {name: set() for name in names.values()}
    for group in groups:
        query = group.GetCollidersCollectionAPI().ComputeMembershipQuery()
        members[names[group.GetPath()]] |= {path for path in colliders if query.IsPathIncluded(path)}
    apart: set[frozenset[str]] = set()
    for group in groups:
        own = names[group.GetPath()]
        filtered = {names[path] for path in group.GetFilteredGroupsRel().GetForwardedTargets() if path in names}
        if bool(group.GetInvertFilteredGroupsAttr().Get()) != inverted:
            filtered = set(members) - filtered
        apart |= {frozenset((own, other)) for other in filtered}
    pairs = sorted(tuple(sorted(pair)) * (2 if len(pair) == 1 else 1) for pair in apart)
    return [(sorted(map(str, members[first])), sorted(map(str, members[second]))) for first, second in pairs
            if members[first] and members[second]]
