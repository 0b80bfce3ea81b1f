"""``isaacsim.core.cloner``: one prim many times, at given poses or in a grid.

Poses, paths, errors and what is authored follow Isaac Sim's documentation and its tests (extension isaacsim.core.cloner 1.7,
Apache-2.0). There is no Fabric and no PhysX here: ``clone_in_fabric`` makes the same clones on the stage, and physics is read
from the stage, so that ``replicate_physics`` needs nothing beyond its arguments.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics, UsdUtils

from scenewright.host.stage_context import get_context

__all__ = ["Cloner", "GridCloner"]

_OPS = ("xformOp:translate", "xformOp:orient", "xformOp:scale")


class Cloner:
    """Clones prims of a stage.

    Args:
        stage: Stage; None = the current one.
    """

    def __init__(self, stage: Usd.Stage | None = None) -> None:
        self._stage = get_context().get_stage() if stage is None else stage
        self._base_env_path: str | None = None
        self._root_path: str | None = None

    def define_base_env(self, base_env_path: str) -> None:
        """Define the Scope that holds all clones."""
        UsdGeom.Scope.Define(self._stage, base_env_path)
        self._base_env_path = base_env_path

    def generate_paths(self, root_path: str, num_paths: int) -> list[str]:
        """Return ``<root_path>_0``, ``<root_path>_1``, …"""
        self._root_path = root_path + "_"
        return [f"{root_path}_{number}" for number in range(num_paths)]

    def clone(self, source_prim_path: str, prim_paths: Sequence[str], positions: Any = None, orientations: Any = None,
              replicate_physics: bool = False, base_env_path: str | None = None, root_path: str | None = None,
              copy_from_source: bool = False, unregister_physics_replication: bool = False, enable_env_ids: bool = False,
              clone_in_fabric: bool = False) -> None:
        """Clone a prim to other paths. The source may be one of them and is then posed as well.

        Args:
            source_prim_path: Path of the source; its transform becomes translate, orient and scale.
            prim_paths: Where to.
            positions: Local positions [stage units], (N, 3), array or tensor; None = the source's.
            orientations: Local quaternions (w, x, y, z), (N, 4); None = the source's.
            replicate_physics: Asks for ``base_env_path`` and ``root_path`` as Isaac Sim does; clones are simulated anyway.
            base_env_path: Scope of all clones; None = that of `define_base_env`.
            root_path: What the paths of clones begin with; None = that of `generate_paths`.
            copy_from_source: True = copies, which later changes of the source leave alone. False = clones inherit from it.
            unregister_physics_replication: Nothing is registered here.
            enable_env_ids: Clones do not collide with each other: see `filter_collisions`. Needs ``replicate_physics``.
            clone_in_fabric: Clones are on the stage.

        Raises:
            TypeError: ``source_prim_path`` is no string.
            ValueError: It is no path or there is no such prim, a number of rows is not that of ``prim_paths``, or
                ``replicate_physics`` lacks its paths.
        """
        source = self._source(source_prim_path)
        places = _rows("positions", positions, len(prim_paths), 3)
        turns = _rows("orientations", orientations, len(prim_paths), 4)
        if replicate_physics:
            self._check_replication(base_env_path, root_path)
        place, turn, scale = _split_pose(source)
        pattern = None if not copy_from_source else _copied(self._stage, source.GetPath())
        layer = self._stage.GetEditTarget().GetLayer()
        with Sdf.ChangeBlock():
            for number, path in enumerate(prim_paths):
                spec = Sdf.CreatePrimInLayer(layer, path)
                if path != source_prim_path and pattern is not None:
                    Sdf.CopySpec(pattern, source.GetPath(), layer, spec.path)
                elif path != source_prim_path:
                    spec.inheritPathList.Prepend(source_prim_path)
                here = place if places is None else Gf.Vec3d(*places[number])
                turned = turn if turns is None else Gf.Quatd(turns[number][0], *turns[number][1:])
                _write_pose(spec, here, turned, scale)
        if replicate_physics and enable_env_ids:
            self._keep_apart(f"{(base_env_path or self._base_env_path or '').rstrip('/')}/envIdGroups", prim_paths)

    def replicate_physics(self, source_prim_path: str, prim_paths: Sequence[str], base_env_path: str | None,
                          root_path: str | None, enable_env_ids: bool = False, clone_in_fabric: bool = False) -> None:
        """Check the arguments; physics of clones is read from the stage.

        Raises:
            ValueError: A path is neither given nor known from `define_base_env` and `generate_paths`.
        """
        self._check_replication(base_env_path, root_path)
        if enable_env_ids:
            self._keep_apart(f"{(base_env_path or self._base_env_path or '').rstrip('/')}/envIdGroups", prim_paths)

    def filter_collisions(self, physicsscene_path: str, collision_root_path: str, prim_paths: Sequence[str],
                          global_paths: Sequence[str] | None = None) -> None:
        """Let clones pass through each other, by collision groups whose filters are inverted for the whole scene.

        Args:
            physicsscene_path: Path of the physics scene.
            collision_root_path: Scope to make for the groups: ``group0``, ``group1``, … and ``global_group``.
            prim_paths: Clones.
            global_paths: What all of them collide with, such as the ground.

        Raises:
            ValueError: There is no such physics scene.
        """
        scene = self._stage.GetPrimAtPath(physicsscene_path)
        if not scene:
            raise ValueError(f"filter_collisions: there is no physics scene at {physicsscene_path!r}. Define one: "
                             f"UsdPhysics.Scene.Define(stage, {physicsscene_path!r}).")
        scene.CreateAttribute("physxScene:invertCollisionGroupFilter", Sdf.ValueTypeNames.Bool).Set(True)
        self._define_groups(collision_root_path, prim_paths, global_paths or (), inverted=False)

    def disable_change_listener(self) -> None:
        """Do nothing: the portable host has no listeners that clones would slow down."""

    def enable_change_listener(self) -> None:
        """Do nothing; see `disable_change_listener`."""

    def _keep_apart(self, root: str, prim_paths: Sequence[str]) -> None:
        self._define_groups(root, prim_paths, (), inverted=True)

    def _define_groups(self, root: str, prim_paths: Sequence[str], shared: Sequence[str], inverted: bool) -> None:
        UsdGeom.Scope.Define(self._stage, root)
        members = {f"group{number}": [path] for number, path in enumerate(prim_paths)}
        if shared:
            members["global_group"] = list(shared)
        everyone = f"{root}/global_group"
        for name, paths in members.items():
            group = UsdPhysics.CollisionGroup.Define(self._stage, f"{root}/{name}")
            colliders = group.GetCollidersCollectionAPI()
            colliders.CreateExpansionRuleAttr(Usd.Tokens.expandPrims)
            colliders.CreateIncludesRel().SetTargets([Sdf.Path(path) for path in paths])
            touched = [f"{root}/{other}" for other in members] if name == "global_group" else [f"{root}/{name}"]
            group.CreateFilteredGroupsRel().SetTargets([*touched, everyone] if shared and name != "global_group" else touched)
            if inverted:
                group.CreateInvertFilteredGroupsAttr(True)

    def _source(self, path: Any) -> Usd.Prim:
        if not isinstance(path, str):
            raise TypeError(f"clone: source_prim_path must be a str, got {type(path).__name__}.")
        if not Sdf.Path.IsValidPathString(path):
            raise ValueError(f"clone: source_prim_path {path!r} is not a valid SdfPath; an absolute one is like '/World/Cube'.")
        prim = self._stage.GetPrimAtPath(path)
        if not prim:
            raise ValueError(f"clone: the source prim {path!r} does not exist. Define it before it is cloned.")
        return prim

    def _check_replication(self, base_env_path: str | None, root_path: str | None) -> None:
        for name, given, known, maker in (("base_env_path", base_env_path, self._base_env_path, "define_base_env"),
                                          ("root_path", root_path, self._root_path, "generate_paths")):
            if given is None and known is None:
                raise ValueError(f"replicate_physics: {name} needs to be specified: give it, or call {maker} first.")


class GridCloner(Cloner):
    """Clones prims in a grid about the origin of their parent.

    Args:
        spacing: Between neighbours [stage units].
        num_per_row: Clones of a row; -1 = the whole part of the square root of their number.
        stage: Stage; None = the current one.
    """

    def __init__(self, spacing: float, num_per_row: int = -1, stage: Usd.Stage | None = None) -> None:
        super().__init__(stage)
        self._spacing = spacing
        self._num_per_row = num_per_row

    def get_clone_transforms(self, num_clones: int, position_offsets: Any = None,
                             orientation_offsets: Any = None) -> tuple[list, list]:
        """Return positions [stage units] and quaternions (w, x, y, z) of clones.

        With r rows of c columns, clone i is in row i // c, column i % c. Rows go from +X to -X, columns from -Y to +Y in a
        Z-up stage, from -Z to +Z in a Y-up one.

        Args:
            num_clones: Number of clones.
            position_offsets: Added to the positions, (N, 3).
            orientation_offsets: Rotations of the clones, (N, 4).

        Raises:
            ValueError: A number of rows does not match, or a count is negative.
        """
        moved = _rows("position_offsets", position_offsets, num_clones, 3)
        turned = _rows("orientation_offsets", orientation_offsets, num_clones, 4)
        if num_clones < 0:
            raise ValueError(f"GridCloner: num_clones must be non-negative, got {num_clones}.")
        if num_clones == 0:
            return [], []
        per_row = int(np.sqrt(num_clones)) if self._num_per_row == -1 else self._num_per_row
        if per_row <= 0:
            raise ValueError(f"GridCloner: num_per_row must be positive, or -1 for a square, got {per_row}.")
        rows = -(-num_clones // per_row)
        columns = -(-num_clones // rows)
        row, column = np.divmod(np.arange(num_clones), columns)
        positions = np.zeros((num_clones, 3))
        positions[:, 0] = (0.5 * (rows - 1) - row) * self._spacing
        up = UsdGeom.GetStageUpAxis(self._stage)
        positions[:, 1 if up == UsdGeom.Tokens.z else 2] = (column - 0.5 * (columns - 1)) * self._spacing
        if moved is not None:
            positions += moved
        if turned is None:
            turned = np.tile([1.0, 0.0, 0.0, 0.0], (num_clones, 1))
        return positions.tolist(), turned.tolist()

    def clone(self, source_prim_path: str, prim_paths: Sequence[str], position_offsets: Any = None,
              orientation_offsets: Any = None, replicate_physics: bool = False, base_env_path: str | None = None,
              root_path: str | None = None, copy_from_source: bool = False, enable_env_ids: bool = False,
              clone_in_fabric: bool = False) -> list:
        """Clone a prim to a grid; see `Cloner.clone` and `get_clone_transforms`.

        Returns:
            The positions of the clones.

        Raises:
            TypeError: ``source_prim_path`` is no string.
            ValueError: An argument does not fit.
        """
        positions, orientations = self.get_clone_transforms(len(prim_paths), position_offsets, orientation_offsets)
        super().clone(source_prim_path, prim_paths, positions, orientations, replicate_physics, base_env_path, root_path,
                      copy_from_source, enable_env_ids=enable_env_ids, clone_in_fabric=clone_in_fabric)
        return positions


def _rows(name: str, given: Any, count: int, width: int) -> np.ndarray | None:
    """Return rows of numbers of an array, list or tensor; None stays None.

    Raises:
        ValueError: There are not ``count`` rows of ``width``.
    """
    if given is None:
        return None
    for step in ("detach", "cpu", "numpy"):  # a torch tensor, or a Warp array, which has the last
        given = getattr(given, step)() if hasattr(given, step) else given
    values = np.asarray(given, dtype=np.float64)
    if values.shape != (count, width) and values.size:
        raise ValueError(f"Dimension mismatch between {name} and prim_paths: {name} has shape {values.shape}, and "
                         f"{count} paths need ({count}, {width}).")
    if not values.size and count:
        raise ValueError(f"Dimension mismatch between {name} and prim_paths: {name} is empty, and there are {count} paths.")
    return values.reshape(count, width)


def _split_pose(prim: Usd.Prim) -> tuple[Gf.Vec3d, Gf.Quatd, Gf.Vec3d]:
    """Make a prim's transform translate, orient and scale, so that clones inherit no other operation; return their values."""
    xformable = UsdGeom.Xformable(prim)
    transform = Gf.Transform(xformable.GetLocalTransformation())
    place, turn = transform.GetTranslation(), transform.GetRotation().GetQuat()
    scale = prim.GetAttribute("xformOp:scale")
    factors = Gf.Vec3d(scale.Get()) if scale and scale.Get() is not None else transform.GetScale()
    for name in prim.GetPropertyNames():
        if name.startswith("xformOp:") and name not in _OPS and name.count(":") == 1:
            prim.RemoveProperty(name)
    for kind, value in zip((UsdGeom.XformOp.TypeTranslate, UsdGeom.XformOp.TypeOrient, UsdGeom.XformOp.TypeScale),
                           (place, turn, factors), strict=True):
        attribute = prim.GetAttribute(f"xformOp:{UsdGeom.XformOp.GetOpTypeToken(kind)}")
        if not attribute:
            xformable.ClearXformOpOrder()
            attribute = xformable.AddXformOp(kind, UsdGeom.XformOp.PrecisionDouble).GetAttr()
        attribute.Set(type(attribute.Get())(value) if attribute.Get() is not None else value)
    prim.GetAttribute("xformOpOrder").Set(list(_OPS))
    return place, turn, factors


def _copied(stage: Usd.Stage, path: Sdf.Path) -> Sdf.Layer:
    """Return a layer with what the stage's own layers say of a prim and of all below it."""
    found = Sdf.Layer.CreateAnonymous(".usda")
    for layer in stage.GetLayerStack():
        if layer.GetPrimAtPath(path):
            one = Sdf.Layer.CreateAnonymous(".usda")
            Sdf.CreatePrimInLayer(one, path)
            Sdf.CopySpec(layer, path, one, path)
            UsdUtils.StitchLayers(found, one)  # the first is the stronger
    return found


def _write_pose(spec: Sdf.PrimSpec, place: Gf.Vec3d, turn: Gf.Quatd, scale: Gf.Vec3d) -> None:
    kinds = (Sdf.ValueTypeNames.Double3, Sdf.ValueTypeNames.Quatd, Sdf.ValueTypeNames.Double3)
    for name, kind, value in zip(_OPS, kinds, (place, turn, scale), strict=True):
        attribute = spec.attributes.get(name) or Sdf.AttributeSpec(spec, name, kind)
        attribute.default = attribute.typeName.defaultValue.__class__(value)
    order = spec.attributes.get("xformOpOrder") or Sdf.AttributeSpec(spec, "xformOpOrder", Sdf.ValueTypeNames.TokenArray,
                                                                     Sdf.VariabilityUniform)
    order.default = list(_OPS)
