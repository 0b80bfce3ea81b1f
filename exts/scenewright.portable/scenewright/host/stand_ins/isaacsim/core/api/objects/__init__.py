"""``isaacsim.core.api.objects``: shapes to look at (``Visual…``), to bump into (``Fixed…``) and that move (``Dynamic…``)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from isaacsim.core.api.materials import PhysicsMaterial, PreviewSurface
from isaacsim.core.prims import SingleGeometryPrim, SingleRigidPrim, SingleXFormPrim
from pxr import Usd, UsdGeom, UsdPhysics

from scenewright.host.stage_context import get_context

__all__ = ["DynamicCapsule", "DynamicCone", "DynamicCuboid", "DynamicCylinder", "DynamicSphere", "FixedCapsule", "FixedCone",
           "FixedCuboid", "FixedCylinder", "FixedSphere", "GroundPlane", "VisualCapsule", "VisualCone", "VisualCuboid",
           "VisualCylinder", "VisualSphere"]

_GREY = (0.5, 0.5, 0.5)


class _Shape(SingleGeometryPrim):
    """A shape with a colour or material; sizes [stage units] are made where the prim is new or where they are given."""

    _schema: type[UsdGeom.Gprim]
    _sizes: dict[str, float]

    def __init__(self, prim_path: str, name: str, color: Sequence[float] | None, visual_material: Any,
                 sizes: dict[str, float | None], collision: bool, pose: dict[str, Any]) -> None:
        stage = get_context().get_stage()
        new = not stage.GetPrimAtPath(prim_path)
        shape = self._schema.Define(stage, prim_path)
        for size, value in sizes.items():
            if new or value is not None:
                shape.GetPrim().GetAttribute(size).Set(float(self._sizes[size] if value is None else value))
        shape.CreateExtentAttr(UsdGeom.Boundable.ComputeExtentFromPlugins(shape, Usd.TimeCode.Default()))
        super().__init__(prim_path, name, collision=collision, **pose)
        if visual_material is None and (new or color is not None):
            visual_material = PreviewSurface(_free_path(stage, "/World/Looks/visual_material"),
                                             color=_GREY if color is None else color)
        if visual_material is not None:
            self.apply_visual_material(visual_material)

    def _size(self, name: str) -> float:
        return float(self.prim.GetAttribute(name).Get())

    def _resize(self, name: str, value: float) -> None:
        self.prim.GetAttribute(name).Set(float(value))
        shape = UsdGeom.Boundable(self.prim)
        shape.CreateExtentAttr(UsdGeom.Boundable.ComputeExtentFromPlugins(shape, Usd.TimeCode.Default()))


def _free_path(stage: Usd.Stage, path: str) -> str:
    from omni.usd import get_stage_next_free_path

    return get_stage_next_free_path(stage, path, False)


def _family(schema: type[UsdGeom.Gprim], label: str, word: str, sizes: dict[str, float]) -> tuple[type, type, type]:
    """Return the three classes of one shape.

    Their arguments are prim_path, name, position, translation, orientation, scale, visible, color (linear RGB), the sizes and
    visual_material; physics_material where it collides; mass [kg], density [kg/m^3], linear_velocity [stage units/s] and
    angular_velocity [radians/s] where it moves.
    """
    pose_names = ("position", "translation", "orientation", "scale", "visible")

    class Visual(_Shape):
        __doc__ = f"A {word} to look at."
        _schema, _sizes = schema, sizes
        _collides, _prefix = False, "visual"

        def __init__(self, prim_path: str, name: str | None = None, position: Any = None, translation: Any = None,
                     orientation: Any = None, scale: Any = None, visible: bool | None = None, color: Any = None, *given: Any,
                     visual_material: Any = None, physics_material: PhysicsMaterial | None = None, **options: Any) -> None:
            options = {**dict(zip([*sizes, "visual_material", "physics_material"], given, strict=False)), **options}
            visual_material = options.pop("visual_material", visual_material)
            physics_material = options.pop("physics_material", physics_material)
            unknown = sorted(set(options) - set(sizes))
            if unknown or (physics_material is not None and not self._collides):
                raise TypeError(f"{type(self).__name__} has no argument {(unknown or ['physics_material'])[0]!r}. Allowed: "
                                f"prim_path, name, {', '.join(pose_names)}, color, {', '.join(sizes)}, visual_material"
                                f"{', physics_material' if self._collides else ''}.")
            pose = dict(zip(pose_names, (position, translation, orientation, scale, visible), strict=True))
            super().__init__(prim_path, name or f"{self._prefix}_{word}", color, visual_material,
                             {size: options.get(size) for size in sizes}, self._collides, pose)
            if physics_material is not None:
                self.apply_physics_material(physics_material)

    for size in sizes:
        setattr(Visual, f"get_{size}", lambda self, size=size: self._size(size))
        setattr(Visual, f"set_{size}", lambda self, value, size=size: self._resize(size, value))

    class Fixed(Visual):
        __doc__ = f"A {word} to bump into."
        _collides, _prefix = True, "fixed"

    class Dynamic(SingleRigidPrim, Fixed):
        __doc__ = f"A {word} that moves."
        _prefix = "dynamic"

        def __init__(self, prim_path: str, name: str | None = None, *args: Any, mass: float | None = None,
                     density: float | None = None, linear_velocity: Any = None, angular_velocity: Any = None,
                     **options: Any) -> None:
            Fixed.__init__(self, prim_path, name, *args, **options)
            UsdPhysics.RigidBodyAPI.Apply(self.prim)
            for setter, value in ((self.set_mass, mass), (self.set_density, density),
                                  (self.set_linear_velocity, linear_velocity), (self.set_angular_velocity, angular_velocity)):
                if value is not None:
                    setter(value)

    for kind, prefix in ((Visual, "Visual"), (Fixed, "Fixed"), (Dynamic, "Dynamic")):
        kind.__name__ = kind.__qualname__ = f"{prefix}{label}"
        kind.__module__ = __name__
    return Visual, Fixed, Dynamic


_LENGTHS = {"radius": 1.0, "height": 1.0}
VisualCuboid, FixedCuboid, DynamicCuboid = _family(UsdGeom.Cube, "Cuboid", "cube", {"size": 1.0})
VisualSphere, FixedSphere, DynamicSphere = _family(UsdGeom.Sphere, "Sphere", "sphere", {"radius": 1.0})
VisualCylinder, FixedCylinder, DynamicCylinder = _family(UsdGeom.Cylinder, "Cylinder", "cylinder", _LENGTHS)
VisualCone, FixedCone, DynamicCone = _family(UsdGeom.Cone, "Cone", "cone", _LENGTHS)
VisualCapsule, FixedCapsule, DynamicCapsule = _family(UsdGeom.Capsule, "Capsule", "capsule", {"radius": 0.5, "height": 1.0})


class GroundPlane:
    """A square that is drawn and an infinite plane that things stand on.

    Args:
        prim_path: Path.
        name: Name in a scene.
        size: Edge of the square [stage units]; None = 50 m.
        z_position: Height [stage units].
        scale: Scale factors, (3,).
        visible: Whether it is shown.
        color: Linear RGB.
        physics_material: Of the plane.
        visual_material: Of the square.
    """

    def __init__(self, prim_path: str, name: str = "ground_plane", size: float | None = None, z_position: float | None = None,
                 scale: Any = None, visible: bool | None = None, color: Any = None,
                 physics_material: PhysicsMaterial | None = None, visual_material: Any = None) -> None:
        from isaacsim.core.experimental.objects import GroundPlane as Ground

        stage = get_context().get_stage()
        edge = 50.0 / UsdGeom.GetStageMetersPerUnit(stage) if size is None else float(size)
        height = [0.0, 0.0, 0.0]
        height[1 if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y else 2] = float(z_position or 0.0)
        Ground(str(prim_path), sizes=edge, colors=[float(part) for part in (_GREY if color is None else color)],
               positions=height)
        self.name, self.prim_path = name, str(prim_path)
        self.xform_prim = SingleXFormPrim(self.prim_path, name, scale=scale, visible=visible)
        self.prim = self.xform_prim.prim
        self.collision_geometry_prim = SingleGeometryPrim(f"{self.prim_path}/collisionPlane", reset_xform_properties=False)
        if physics_material is not None:
            self.apply_physics_material(physics_material)
        if visual_material is not None:
            self.xform_prim.apply_visual_material(visual_material)

    def initialize(self, physics_sim_view: Any = None) -> None:
        """Return at once."""

    def post_reset(self) -> None:
        """Go back to the default pose."""
        self.xform_prim.post_reset()

    def is_valid(self) -> bool:
        """Return whether the prim still exists."""
        return self.xform_prim.is_valid()

    def apply_physics_material(self, physics_material: PhysicsMaterial, weaker_than_descendants: bool = False) -> None:
        """Bind a ``PhysicsMaterial`` to the plane."""
        self.collision_geometry_prim.apply_physics_material(physics_material, weaker_than_descendants)

    def get_applied_physics_material(self) -> PhysicsMaterial | None:
        """Return the physics material that was applied, None where none was."""
        return self.collision_geometry_prim.get_applied_physics_material()

    def get_world_pose(self) -> tuple[np.ndarray, np.ndarray]:
        """Return world position (3,) and quaternion (4,)."""
        return self.xform_prim.get_world_pose()

    def set_world_pose(self, position: Any = None, orientation: Any = None) -> None:
        """Write world position and quaternion; None keeps what is there."""
        self.xform_prim.set_world_pose(position, orientation)
