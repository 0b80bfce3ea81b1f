"""Shapes of UsdGeom, and meshes of the same shapes."""

from typing import Any

import numpy as np
import warp as wp
from isaacsim.core.experimental.objects.definition import TypedPrims, has_values
from PIL import ImageColor
from pxr import Gf, UsdGeom, Vt

__all__ = ["Capsule", "Cone", "Cube", "Cylinder", "Mesh", "Plane", "Shape", "Sphere"]


class Shape(TypedPrims):
    """Shapes with a display colour.

    Args:
        paths: Paths of new prims, or paths or regular expressions of existing ones.
        colors: Display colours, RGB in [0, 1], (3,) or (N, 3); or names and codes such as "red" and "#ff0000".
        options: See ``XformPrim``; and the sizes of the shape.
    """

    schema = UsdGeom.Gprim

    def __init__(self, paths: str | list[str], *, colors: Any = None, **options: Any) -> None:
        sizes = {name: options.pop(name) for name in list(options) if hasattr(self, f"set_{name}")}
        super().__init__(paths, **options)
        for name, values in sizes.items():
            if values is not None:
                getattr(self, f"set_{name}")(values)
        if colors is not None:
            self.set_display_colors(colors)
        self.update_extents()

    geoms = property(lambda self: [UsdGeom.Gprim(prim) for prim in self._prims], doc="The prims as shapes.")

    def set_display_colors(self, colors: Any, *, indices: Any = None) -> None:
        """Write display colours."""
        names = [colors] if isinstance(colors, str) else colors
        if not isinstance(names, wp.array) and len(names) and isinstance(names[0], str):
            colors = np.array([ImageColor.getrgb(name)[:3] for name in names]) / 255.0
        self._write("primvars:displayColor", colors, indices, lambda row: Vt.Vec3fArray([Gf.Vec3f(*map(float, row))]))

    def update_extents(self) -> None:
        """Write the extents that follow from the sizes."""
        for prim in self._prims:
            extent = UsdGeom.Boundable.ComputeExtentFromPlugins(UsdGeom.Boundable(prim), 0)
            if extent:
                UsdGeom.Boundable(prim).CreateExtentAttr(extent)


_ROUND = {"radii": ("radius", float), "heights": ("height", float), "axes": ("axis", str)}


@has_values(sizes=("size", float))
class Cube(Shape):
    """Cubes with ``sizes``, their edges [stage units]."""

    schema = UsdGeom.Cube


@has_values(radii=("radius", float))
class Sphere(Shape):
    """Balls with ``radii`` [stage units]."""

    schema = UsdGeom.Sphere


@has_values(**_ROUND)
class Cylinder(Shape):
    """Cylinders with ``radii``, ``heights`` [stage units] and ``axes`` ("X", "Y", "Z")."""

    schema = UsdGeom.Cylinder


@has_values(**_ROUND)
class Cone(Shape):
    """Cones with ``radii``, ``heights`` [stage units] and ``axes`` ("X", "Y", "Z")."""

    schema = UsdGeom.Cone


@has_values(**_ROUND)
class Capsule(Shape):
    """Capsules with ``radii``, ``heights`` without the caps [stage units] and ``axes`` ("X", "Y", "Z")."""

    schema = UsdGeom.Capsule


@has_values(widths=("width", float), lengths=("length", float), axes=("axis", str))
class Plane(Shape):
    """Rectangles with ``widths``, ``lengths`` [stage units] and ``axes``, their normals ("X", "Y", "Z")."""

    schema = UsdGeom.Plane


class Mesh(Shape):
    """Meshes of the shapes ``primitives`` ("Cube", "Sphere" …), one or one for each; existing ones are wrapped."""

    schema = UsdGeom.Mesh

    def __init__(self, paths: str | list[str], *, primitives: str | list[str] | None = None, **options: Any) -> None:
        super().__init__(paths, **options)
        kinds = [primitives] * len(self) if isinstance(primitives, str) or primitives is None else list(primitives)
        for prim, kind in zip(self._prims, kinds, strict=True):
            if kind is not None:
                _copy_shape(UsdGeom.Mesh(prim), kind)
        self.update_extents()


def _copy_shape(mesh: UsdGeom.Mesh, kind: str) -> None:
    """Give a mesh the points and faces of one of the Replicator's shapes."""
    import omni.replicator.core as rep

    make = getattr(rep.functional.create, str(kind).lower(), None)
    if make is None:
        raise ValueError(f"Mesh: primitives are Cube, Sphere, Cylinder, Cone, Plane, Torus, Disk or Capsule, got {kind!r}.")
    model = make(name="_Model", as_mesh=True)
    source = UsdGeom.Mesh(model)
    for name in ("points", "faceVertexCounts", "faceVertexIndices", "normals", "subdivisionScheme", "primvars:st"):
        attribute = source.GetPrim().GetAttribute(name)
        if attribute and attribute.HasAuthoredValue():
            target = mesh.GetPrim().CreateAttribute(name, attribute.GetTypeName(), custom=False)
            target.Set(attribute.Get())
            if attribute.GetMetadata("interpolation"):
                target.SetMetadata("interpolation", attribute.GetMetadata("interpolation"))
    model.GetStage().RemovePrim(model.GetPath())
