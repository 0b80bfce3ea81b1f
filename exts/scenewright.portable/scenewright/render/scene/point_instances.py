"""UsdGeomPointInstancer: every instance of every prototype leaf, placed with numpy."""

from dataclasses import dataclass, field

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.leaves import Leaf, LeafReader, is_drawn, prototype_prims
from scenewright.render.scene.point_motion import Moment, instance_moment
from scenewright.render.scene.primvars import read_primvar
from scenewright.render.scene.semantics import read_labels

__all__ = ["LabelledPlacement", "Placement", "Placements", "place_instancer"]

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


@dataclass(frozen=True, eq=False)
class LabelledPlacement:
    """One labelled prim of a prototype, K times below a root."""

    labels: dict[str, list[str]]
    suffixes: list[str]
    transforms: np.ndarray
    """(K, 4, 4) float64: the labelled prim's space to the root's space."""


@dataclass(eq=False)
class Placements:
    """All that one instancer, or one prototype, draws."""

    items: list[Placement] = field(default_factory=list)
    labelled: list[LabelledPlacement] = field(default_factory=list)
    prototypes: list[Usd.Prim] = field(default_factory=list)
    """Roots of the prototypes, those of nested instancers included."""
    colors: np.ndarray | None = None
    """(N, 3) displayColor of each of the instancer's instances, drawn or not; None where it authors none."""


def place_instancer(instancer: Usd.Prim, reader: LeafReader, depth: int = 0) -> Placements:
    """Return the drawings of ``instancer`` in its own space.

    Instance k of a prototype gets the instancer's transform of k (which includes the prototype root's own transform).
    Invisible (invisibleIds) and inactive (inactiveIds) instances are left out, as are leaves that are hidden below their
    prototype's root or have another purpose than default or render. All is as of the reader's time.

    Raises:
        SceneError: protoIndices, positions and prototypes do not fit together, or instancers nest in themselves.
    """
    api = UsdGeom.PointInstancer(instancer)
    path = str(instancer.GetPath())
    if depth > _MAX_DEPTH:
        raise SceneError(f"{path}: point instancers are nested more than {_MAX_DEPTH} deep; does one contain itself?")
    placed = Placements(prototypes=_prototype_roots(api))
    moment = instance_moment(instancer, reader.time, reader.frame)
    if moment.is_stuck:
        reader.tell_stuck(path, "instances, or their number,")
    time = moment.values
    indices = np.array(api.GetProtoIndicesAttr().Get(time) or [], dtype=np.int64)
    if not len(indices):
        return placed
    roots = list(placed.prototypes)
    if indices.min() < 0 or indices.max() >= len(roots):
        raise SceneError(f"{path}: protoIndices reaches {int(indices.max())}, but there are {len(roots)} prototypes.")
    transforms = _instance_transforms(api, path, len(indices), moment)
    placed.colors = _instance_colors(instancer, len(indices), time)
    mask = np.array(api.ComputeMaskAtTime(time), dtype=bool)
    if len(mask) not in (0, len(indices)):
        raise SceneError(f"{path}: protoIndices has {len(indices)} entries, but ids, invisibleIds and inactiveIds make a mask "
                         f"of {len(mask)}. Author as many ids, or none.")
    shown = mask if len(mask) else np.ones(len(indices), bool)
    for number, root in enumerate(roots):
        chosen = np.flatnonzero(shown & (indices == number))
        if not len(chosen):
            continue
        below = _below(root, reader, depth)
        placed.prototypes.extend(below.prototypes)
        placed.items.extend(_repeat(item, chosen, transforms[chosen]) for item in below.items)
        placed.labelled.extend(
            LabelledPlacement(one.labels, *_spread(one.suffixes, one.transforms, chosen, transforms[chosen]))
            for one in below.labelled
        )
    return placed


def _prototype_roots(api: UsdGeom.PointInstancer) -> list[Usd.Prim]:
    stage = api.GetPrim().GetStage()
    roots = []
    for target in api.GetPrototypesRel().GetForwardedTargets():
        prim = stage.GetPrimAtPath(target)
        if not prim:
            raise SceneError(f"{api.GetPath()}: prototype <{target}> does not exist. Correct the prototypes relationship.")
        roots.append(prim)
    return roots


def _instance_transforms(api: UsdGeom.PointInstancer, path: str, count: int, moment: Moment) -> np.ndarray:
    given = api.ComputeInstanceTransformsAtTime(
        moment.points, moment.values, UsdGeom.PointInstancer.IncludeProtoXform, UsdGeom.PointInstancer.IgnoreMask
    )
    transforms = np.array(given, dtype=np.float64).reshape(-1, 4, 4)
    if len(transforms) != count:
        arrays = ("positions", "orientations", "scales", "ids")
        sizes = {name: len(api.GetPrim().GetAttribute(name).Get(moment.values) or []) for name in arrays}
        raise SceneError(f"{path}: protoIndices has {count} entries; the other arrays must have as many (or none): {sizes}.")
    if not np.isfinite(transforms).all():
        bad = int(np.flatnonzero(~np.isfinite(transforms).all(axis=(1, 2)))[0])
        raise SceneError(f"{path}: the transform of instance {bad} is not finite. Check positions, orientations and scales.")
    return transforms


def _instance_colors(instancer: Usd.Prim, count: int, time: Usd.TimeCode) -> np.ndarray | None:
    """Return the instancer's displayColor where it has one value for each instance (any interpolation but constant)."""
    values = read_primvar(UsdGeom.PrimvarsAPI(instancer).GetPrimvar("displayColor"), time)
    if values is None or values.interpolation == "constant" or len(values.values) != count:
        return None
    return values.values.astype(np.float64)


def _below(root: Usd.Prim, reader: LeafReader, depth: int) -> Placements:
    """Return what one prototype draws and labels, in the space of its root."""
    time = reader.time
    cache = UsdGeom.XformCache(time)
    start = len(str(root.GetPath()))
    placed = Placements()
    for number, prim in enumerate(prototype_prims(root)):
        suffix = str(prim.GetPath())[start:]
        labels, _ = read_labels(prim, prim.GetAppliedSchemas(), time)
        if labels:
            placed.labelled.append(LabelledPlacement(labels, [suffix], _relative(cache, prim, root)[None]))
        is_instancer = prim.IsA(UsdGeom.PointInstancer)
        if not (is_instancer or prim.IsA(UsdGeom.Gprim)) or not _is_drawn_below(prim, root, time):
            continue
        to_root = _relative(cache, prim, root)
        if is_instancer:
            _add_nested(placed, place_instancer(prim, reader, depth + 1), number, suffix, to_root)
            continue
        leaf = reader.read(prim)
        if leaf is not None:
            placed.items.append(Placement(leaf, [suffix], to_root[None], np.array([[number]])))
    return placed


def _add_nested(placed: Placements, nested: Placements, number: int, suffix: str, to_root: np.ndarray) -> None:
    """Take a nested instancer's drawings over into the space of the prototype's root that it lies below."""
    placed.prototypes.extend(nested.prototypes)
    for item in nested.items:
        order = np.concatenate([np.full((len(item.order), 1), number), item.order], axis=1)
        placed.items.append(Placement(item.leaf, [suffix + s for s in item.suffixes], item.transforms @ to_root, order))
    for one in nested.labelled:
        placed.labelled.append(LabelledPlacement(one.labels, [suffix + s for s in one.suffixes], one.transforms @ to_root))


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
    order = np.empty((len(instances), *item.order.shape[:1], item.order.shape[1] + 1), np.int64)
    order[..., 0] = instances[:, None]
    order[..., 1:] = item.order[None]
    suffixes, placed = _spread(item.suffixes, item.transforms, instances, transforms)
    return Placement(item.leaf, suffixes, placed, order.reshape(-1, order.shape[2]))


def _spread(
    suffixes: list[str], below: np.ndarray, instances: np.ndarray, transforms: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Return K paths and (K, 4, 4) transforms below a prototype's root for each of N instances: N * K, instance-major."""
    tags = [f"[{k}]" for k in instances.tolist()]
    return [tag + s for tag in tags for s in suffixes], (below[None] @ transforms[:, None]).reshape(-1, 4, 4)
