"""UsdGeomPointInstancer: every instance of every prototype leaf, placed with numpy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.leaves import Leaf, ancestors_of, drawn_prims, is_drawn

__all__ = ["Placement", "Placements", "place_instancer"]

_MAX_DEPTH = 16


@dataclass(frozen=True, eq=False)
class Placement:
    """One leaf drawn K times below a root."""

    leaf: Leaf
    suffixes: list[str]
    """K paths relative to the root: "[3]/body", or "" where the leaf is the root itself."""
    transforms: np.ndarray
    """(K, 4, 4) float64: the leaf's prim space to the root's space."""
    order: np.ndarray
    """(K, D) int64: sort key of each drawing within the root."""
    lineage: tuple[str, ...]
    """Paths of the prims that the path below the root goes through, the leaf first, the prototype's root last."""


@dataclass(frozen=True, eq=False)
class Placements:
    """All that one instancer draws."""

    items: list[Placement]
    prototypes: list[Usd.Prim]
    """Roots of the prototypes, those of nested instancers included."""


def place_instancer(
    instancer: Usd.Prim, time: Usd.TimeCode, read: Callable[[Usd.Prim], Leaf | None], depth: int = 0
) -> Placements:
    """Return the drawings of ``instancer`` in its own space.

    Instance k of a prototype gets the instancer's transform of k (which includes the prototype root's own transform).
    Invisible (invisibleIds) and inactive (inactiveIds) instances are left out, as are leaves that are hidden below their
    prototype's root or have another purpose than default or render.

    Raises:
        SceneError: protoIndices, positions and prototypes do not fit together, or instancers nest in themselves.
    """
    api = UsdGeom.PointInstancer(instancer)
    path = str(instancer.GetPath())
    if depth > _MAX_DEPTH:
        raise SceneError(f"{path}: point instancers are nested more than {_MAX_DEPTH} deep; does one contain itself?")
    roots = _prototype_roots(api)
    indices = np.array(api.GetProtoIndicesAttr().Get(time) or [], dtype=np.int64)
    if not len(indices):
        return Placements([], roots)
    if indices.min() < 0 or indices.max() >= len(roots):
        raise SceneError(f"{path}: protoIndices reaches {int(indices.max())}, but there are {len(roots)} prototypes.")
    transforms = _instance_transforms(api, path, len(indices), time)
    mask = np.array(api.ComputeMaskAtTime(time), dtype=bool)
    shown = mask if len(mask) else np.ones(len(indices), bool)
    items: list[Placement] = []
    inner: list[Usd.Prim] = []
    for number, root in enumerate(roots):
        chosen = np.flatnonzero(shown & (indices == number))
        below, nested = _below(root, time, read, depth)
        inner.extend(nested)
        items.extend(_repeat(item, chosen, transforms[chosen]) for item in below if len(chosen))
    return Placements(items, [*roots, *inner])


def _prototype_roots(api: UsdGeom.PointInstancer) -> list[Usd.Prim]:
    stage = api.GetPrim().GetStage()
    roots = []
    for target in api.GetPrototypesRel().GetForwardedTargets():
        prim = stage.GetPrimAtPath(target)
        if not prim:
            raise SceneError(f"{api.GetPath()}: prototype <{target}> does not exist. Correct the prototypes relationship.")
        roots.append(prim)
    return roots


def _instance_transforms(api: UsdGeom.PointInstancer, path: str, count: int, time: Usd.TimeCode) -> np.ndarray:
    given = api.ComputeInstanceTransformsAtTime(
        time, time, UsdGeom.PointInstancer.IncludeProtoXform, UsdGeom.PointInstancer.IgnoreMask
    )
    transforms = np.array(given, dtype=np.float64).reshape(-1, 4, 4)
    if len(transforms) != count:
        sizes = {n: len(api.GetPrim().GetAttribute(n).Get(time) or []) for n in ("positions", "orientations", "scales", "ids")}
        raise SceneError(f"{path}: protoIndices has {count} entries; the other arrays must have as many (or none): {sizes}.")
    if not np.isfinite(transforms).all():
        bad = int(np.flatnonzero(~np.isfinite(transforms).all(axis=(1, 2)))[0])
        raise SceneError(f"{path}: the transform of instance {bad} is not finite. Check positions, orientations and scales.")
    return transforms


def _below(
    root: Usd.Prim, time: Usd.TimeCode, read: Callable[[Usd.Prim], Leaf | None], depth: int
) -> tuple[list[Placement], list[Usd.Prim]]:
    """Return what one prototype draws, in the space of its root."""
    cache = UsdGeom.XformCache(time)
    start = len(str(root.GetPath()))
    items: list[Placement] = []
    inner: list[Usd.Prim] = []
    for number, prim in enumerate(drawn_prims(root)):
        if not _is_drawn_below(prim, root, time):
            continue
        to_root = _relative(cache, prim, root)
        suffix = str(prim.GetPath())[start:]
        line = tuple(p for p in ancestors_of(str(prim.GetPath())) if len(p) >= start)
        if prim.IsA(UsdGeom.PointInstancer):
            nested = place_instancer(prim, time, read, depth + 1)
            inner.extend(nested.prototypes)
            for item in nested.items:
                order = np.concatenate([np.full((len(item.order), 1), number), item.order], axis=1)
                items.append(
                    Placement(
                        item.leaf, [suffix + s for s in item.suffixes], item.transforms @ to_root, order, item.lineage + line
                    )
                )
            continue
        leaf = read(prim)
        if leaf is not None:
            items.append(Placement(leaf, [suffix], to_root[None], np.array([[number]]), line))
    return items, inner


def _is_drawn_below(prim: Usd.Prim, root: Usd.Prim, time: Usd.TimeCode) -> bool:
    """Return whether a prototype's leaf is drawn: what hides the root's ancestors does not count."""
    if UsdGeom.Imageable(prim).ComputePurpose() not in (UsdGeom.Tokens.default_, UsdGeom.Tokens.render):
        return False
    if is_drawn(prim, time):
        return True
    above = root.GetParent()
    while prim and prim != above:
        attribute = UsdGeom.Imageable(prim).GetVisibilityAttr()
        if attribute and attribute.Get(time) == UsdGeom.Tokens.invisible:
            return False
        prim = prim.GetParent()
    return True


def _relative(cache: UsdGeom.XformCache, prim: Usd.Prim, root: Usd.Prim) -> np.ndarray:
    if prim == root:
        return np.eye(4)
    matrix, _ = cache.ComputeRelativeTransform(prim, root)
    return np.array(matrix)


def _repeat(item: Placement, instances: np.ndarray, transforms: np.ndarray) -> Placement:
    """Return ``item`` (K drawings below a prototype's root) once for each instance."""
    placed = item.transforms[None] @ transforms[:, None]
    tags = [f"[{k}]" for k in instances.tolist()]
    order = np.empty((len(instances), *item.order.shape[:1], item.order.shape[1] + 1), np.int64)
    order[..., 0] = instances[:, None]
    order[..., 1:] = item.order[None]
    return Placement(
        item.leaf,
        [tag + s for tag in tags for s in item.suffixes],
        placed.reshape(-1, 4, 4),
        order.reshape(-1, order.shape[2]),
        item.lineage,
    )
