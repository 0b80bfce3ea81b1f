"""The stage's namespace as a list of what can be drawn: gprims, meshes and point instancers."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pxr import Usd, UsdGeom, Vt

from scenewright.render.scene.gprims import read_shape
from scenewright.render.scene.mesh_library import MeshLibrary
from scenewright.render.scene.meshes import MeshSource, face_subsets, faces_without_area, read_mesh
from scenewright.render.scene.point_motion import Moment, point_moment
from scenewright.render.scene.records import ShapeKind
from scenewright.render.scene.skinning import Skins
from scenewright.render.scene.tessellate import can_tessellate, read_tessellated

__all__ = ["DEFAULT_COLOR", "Leaf", "LeafReader", "PREDICATE", "is_drawn", "prototype_prims"]

_log = logging.getLogger(__name__)

PREDICATE = Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)
"""Active, loaded, defined, not abstract prims, those below instances included."""

_PROTOTYPE_PREDICATE = Usd.TraverseInstanceProxies(Usd.PrimIsActive & Usd.PrimIsLoaded & ~Usd.PrimIsAbstract)

DEFAULT_COLOR = (0.18, 0.18, 0.18)
"""Colour of a prim without displayColor, the fallback of UsdPreviewSurface's diffuseColor."""


@dataclass(eq=False)
class Leaf:
    """A prim that is drawn, apart from where: geometry, colour and what its slots are bound to."""

    prim: Usd.Prim
    path: str
    kind: ShapeKind
    size: tuple[float, float, float, float]
    frame: np.ndarray  # (4, 4): shape space to prim space
    mesh: str
    subsets: list[UsdGeom.Subset]
    double_sided: bool
    animated: bool  # geometry has time samples
    color: tuple[float, float, float] = DEFAULT_COLOR
    color_source: Usd.Attribute | None = None  # where the colour comes from
    color_animated: bool = False  # as of the last `note_color_animation`
    has_own_color: bool = False  # authored on the prim itself rather than inherited
    is_color_known: bool = True
    materials: tuple[str, ...] = ("",)
    subset_names: tuple[str, ...] = ()

    def note_color_animation(self) -> None:
        """Take in whether the colour has time samples now."""
        self.color_animated = bool(self.color_source) and self.color_source.ValueMightBeTimeVarying()

    def slot_paths(self, path: str) -> tuple[str, ...]:
        """Return the paths of the leaf's slots when it is drawn under ``path``."""
        return (path, *(f"{path}/{name}" for name in self.subset_names))


@dataclass(eq=False)
class LeafReader:
    """Reads leaves and remembers them by path until told that they changed."""

    meshes: MeshLibrary
    subdivision_level: int | None = None
    skins: Skins = field(default_factory=Skins)
    time: Usd.TimeCode = field(default_factory=Usd.TimeCode.Default)
    frame: Usd.TimeCode = field(default_factory=Usd.TimeCode.Default)
    leaves: dict[str, Leaf | None] = field(default_factory=dict)
    _prototypes: dict[str, Leaf | None] = field(default_factory=dict)  # by path inside the (unnamed) prototype
    _warned: set[str] = field(default_factory=set)

    def begin(self, time: Usd.TimeCode, frame: Usd.TimeCode | None = None) -> None:
        """Start a pass over the stage at ``time``, a moment of the frame at another time or that of the frame itself."""
        self.time = time
        self.frame = time if frame is None else frame
        self._prototypes = {}

    def forget(self, roots: set[str] | None = None) -> None:
        """Drop the leaves at and below ``roots``, or all."""
        if roots is None:
            self.leaves.clear()
            return
        for path in [p for p in self.leaves if not roots.isdisjoint(ancestors_of(p))]:
            del self.leaves[path]

    def forget_proxies(self) -> None:
        """Drop the leaves that are instance proxies."""
        kept = ((path, leaf) for path, leaf in self.leaves.items() if leaf is not None and leaf.prim)
        self.leaves = {path: leaf for path, leaf in kept if not leaf.prim.IsInstanceProxy()}

    def keep(self, drawn: set[str], hidden: set[str]) -> None:
        """Drop the leaves whose path is in neither set, and the hidden ones whose shape goes by time."""
        known, self.leaves = self.leaves, {}
        for path, leaf in known.items():
            if path in drawn or (path in hidden and (leaf is None or not leaf.animated)):
                self.leaves[path] = leaf
                if leaf is not None:
                    leaf.is_color_known = path in drawn  # edits of what is hidden are not followed

    def read(self, prim: Usd.Prim) -> Leaf | None:
        """Return the leaf for a gprim, or None where there is nothing to draw (no faces, an unsupported type).

        Raises:
            SceneError: The mesh is broken.
        """
        path = prim.GetPath().pathString
        if path in self.leaves:
            leaf = self.leaves[path]
            if leaf is not None and not leaf.is_color_known:
                self.update_color(leaf)
                leaf.note_color_animation()
            return leaf
        leaf = self._read_instanced(prim, path) if prim.IsInstanceProxy() else self._read_new(prim, path)
        if leaf is not None:
            self.update_color(leaf)
            leaf.note_color_animation()
        self.leaves[path] = leaf
        return leaf

    def reread(self, leaf: Leaf, shared: bool) -> Leaf | None:
        """Read a leaf again whose geometry changed; ``shared`` tells whether others use its mesh key."""
        fresh = self._read_new(leaf.prim, leaf.path, leaf.mesh, shared)
        if fresh is not None:
            self.update_color(fresh)
            fresh.note_color_animation()
            fresh.materials = leaf.materials
        self.leaves[leaf.path] = fresh
        return fresh

    def update_color(self, leaf: Leaf) -> bool:
        """Read the leaf's displayColor, its own or one inherited; return whether it differs from before."""
        return bool(self.update_colors([leaf]))

    def update_colors(self, leaves: Iterable[Leaf]) -> set[int]:
        """Read the leaves' displayColor; return the ids of those whose colour differs from before."""
        changed = set()
        single, firsts = [], []
        for leaf in leaves:
            value = self._color_value(leaf)
            if type(value) is Vt.Vec3fArray and len(value) == 1:
                single.append(leaf)
                firsts.append(value[0])
                continue
            color = mean_color(value) if value else DEFAULT_COLOR
            if color != leaf.color:
                leaf.color = color
                changed.add(id(leaf))
        for leaf, color in zip(single, map(tuple, np.array(Vt.Vec3fArray(firsts)).tolist()), strict=True):
            if color != leaf.color:
                leaf.color = color
                changed.add(id(leaf))
        return changed

    def _color_value(self, leaf: Leaf) -> Any:
        value = leaf.color_source.Get(self.time) if leaf.has_own_color else None
        if value:  # its own is still the one: no search through ancestors
            return value
        source = UsdGeom.PrimvarsAPI(leaf.prim).FindPrimvarWithInheritance("displayColor").GetAttr()
        leaf.color_source = source if source else None
        leaf.has_own_color = bool(source) and source.GetPrim() == leaf.prim
        return source.Get(self.time) if source else None

    def _read_instanced(self, prim: Usd.Prim, path: str) -> Leaf | None:
        """Take over what another instance of the same prototype prim gave."""
        if path in self.skins.of_prim:  # instances may have animations of their own
            return self._read_new(prim, path)
        inside = prim.GetPrimInPrototype().GetPath().pathString
        if inside not in self._prototypes:
            self._prototypes[inside] = self._read_new(prim, path)
        known = self._prototypes[inside]
        if known is None or known.path == path:
            return known
        subsets = face_subsets(prim) if known.subsets else []
        return Leaf(
            prim,
            path,
            known.kind,
            known.size,
            known.frame,
            known.mesh,
            subsets,
            known.double_sided,
            known.animated,
            subset_names=known.subset_names,
        )

    def _read_new(self, prim: Usd.Prim, path: str, replaces: str = "", shared: bool = False) -> Leaf | None:
        shape = read_shape(prim, self.time)
        if shape is not None:
            sides = UsdGeom.Gprim(prim).GetDoubleSidedAttr().Get(self.time)
            skin = self.skins.of_prim.get(path)
            frame = shape.frame if skin is None else shape.frame @ skin.rigid_frame(self.time)
            animated = shape.animated or (skin is not None and skin.animated)
            return Leaf(prim, path, shape.kind, shape.size, frame, "", [], bool(sides), animated)
        subsets: list[UsdGeom.Subset] = []
        moment = self._moment(prim, path)
        if prim.IsA(UsdGeom.Mesh):
            subsets = face_subsets(prim)
            source = read_mesh(prim, moment.values, subsets, self.subdivision_level, moment.points)
            if source is None:
                self._warn_once(path, "%s: the mesh has no points or no faces; nothing of it is drawn.", path)
            else:
                self._tell_odd_faces(source)
            if source is not None and path in self.skins.of_prim:
                self._deform(source, path)
        else:
            source = self._tessellate(prim, path, moment)
        if source is None:
            return None
        if prim.IsA(UsdGeom.PointBased) and UsdGeom.PointBased(prim).GetVelocitiesAttr().GetNumTimeSamples():
            source.animated = True
        key = self.meshes.add(source, replaces, shared)
        if not key:
            self._warn_once(path, "%s: none of its faces has three corners; nothing of it is drawn.", path)
            return None
        return Leaf(
            prim,
            path,
            ShapeKind.MESH,
            (0.0,) * 4,
            np.eye(4),
            key,
            subsets,
            source.double_sided,
            source.animated,
            subset_names=tuple(name for name, _ in source.subsets),
            materials=("",) * (1 + len(subsets)),
        )

    def _tell_odd_faces(self, source: MeshSource) -> None:
        """Warn of faces that cannot be seen; a mesh is looked at once."""
        looked = f"faces of {source.path}"
        if looked in self._warned:
            return
        self._warned.add(looked)
        short = int((source.counts < 3).sum())
        thin = faces_without_area(source.points, source.counts, source.indices)
        if short or thin:
            self._warn_once(source.path, "%s: of its %d faces, %d have fewer than three corners and %d triangles and quads "
                            "have no area; they are not seen.", source.path, len(source.counts), short, thin)

    def _deform(self, source: MeshSource, path: str) -> None:
        """Put a mesh into the pose of its skeleton; its normals are computed anew, as authored ones stand for the rest pose."""
        skin = self.skins.of_prim[path]
        source.points = skin.deformed(source.points, self.time)
        source.smooth = source.smooth or source.normals is not None
        source.normals = None
        source.animated = source.animated or skin.animated

    def _moment(self, prim: Usd.Prim, path: str) -> Moment:
        """Return when to read what of a prim."""
        if not prim.IsA(UsdGeom.PointBased):
            return Moment(self.time, self.time)
        moment = point_moment(prim, self.time, self.frame)
        if moment.is_stuck:
            self.tell_stuck(path, "faces, or the number of its points,")
        return moment

    def tell_stuck(self, path: str, what: str) -> None:
        """Warn once that a prim has no way between two moments because ``what`` of it changed."""
        self._warn_once(f"way of {path}", "%s: its %s changed within the shutter time: its own motion does not blur, it is as "
                        "at the frame's time. Author velocities at the time samples of its points or positions.", path, what)

    def _tessellate(self, prim: Usd.Prim, path: str, moment: Moment) -> MeshSource | None:
        source = read_tessellated(prim, moment.values, moment.points)
        kind = str(prim.GetTypeName())
        if source is None and not can_tessellate(prim):
            self._warn_once(kind, "%s: prims of type %s are not rendered yet (first of possibly several).", path, kind)
        return source

    def _warn_once(self, what: str, message: str, *values: str | int) -> None:
        if what not in self._warned:
            self._warned.add(what)
            _log.warning(message, *values)


def ancestors_of(path: str) -> list[str]:
    """Return ``path`` and its ancestors, innermost first, "/" last."""
    result = []
    while len(path) > 1:
        result.append(path)
        path = path.rpartition("/")[0] or "/"
    return [*result, "/"]


def color_varies(prim: Usd.Prim) -> bool:
    """Return whether the prim's own displayColor is authored to vary over it."""
    attribute = prim.GetAttribute("primvars:displayColor")
    interpolation = attribute.GetMetadata("interpolation") if attribute else None
    return interpolation is not None and interpolation != UsdGeom.Tokens.constant


def mean_color(value: object) -> tuple[float, float, float]:
    """Return a constant colour, or the mean of several, as floats."""
    if len(value) == 1:
        only = value[0]
        return (only[0], only[1], only[2])
    r, g, b = np.array(value, dtype=np.float64).reshape(-1, 3).mean(axis=0).tolist()
    return (r, g, b)


def prototype_prims(root: Usd.Prim) -> list[Usd.Prim]:
    """Return the prims at and below the root of a point instancer's prototype in namespace order, drawn or not.

    Prototypes may lie below an ``over`` (so that nothing else draws them). What lies below a nested point instancer is
    left out: its prototypes are drawn by its instances alone.
    """
    found = []
    prims = iter(Usd.PrimRange(root, _PROTOTYPE_PREDICATE))
    for prim in prims:
        found.append(prim)
        if prim.IsA(UsdGeom.PointInstancer):
            prims.PruneChildren()
    return found


def is_drawn(prim: Usd.Prim, time: Usd.TimeCode) -> bool:
    """Return whether ``prim`` is visible at ``time`` and of purpose default or render."""
    imageable = UsdGeom.Imageable(prim)
    if imageable.ComputePurpose() not in (UsdGeom.Tokens.default_, UsdGeom.Tokens.render):
        return False
    return imageable.ComputeVisibility(time) != UsdGeom.Tokens.invisible
