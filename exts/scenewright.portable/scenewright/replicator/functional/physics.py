"""``rep.functional.physics``: author UsdPhysics schemas, and PhysX attributes by name.

What is authored here is simulated while the timeline plays, which needs the ``[physics]`` extra: see `replicator.simulation`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional.attribute_values import infer_type, values_for
from scenewright.replicator.functional.layer_writes import AttributeColumn, write_attributes
from scenewright.replicator.functional.prim_arguments import (
    PrimLike,
    accepts_only_named,
    current_stage,
    resolve_prims,
    unknown_name,
)

__all__ = ["apply_collider", "apply_rigid_body", "create_physics_scene"]

Prims = PrimLike | Sequence[PrimLike]
_T = Sdf.ValueTypeNames

APPROXIMATIONS = ("none", "convexHull", "convexDecomposition", "boundingSphere", "boundingCube", "meshSimplification", "sdf",
                  "sphereFill")
"""Collision shapes of meshes; "none" is the triangles themselves. "sdf" and "sphereFill" are PhysX's."""

_RIGID_BODY = {"rigidBodyEnabled": _T.Bool, "kinematicEnabled": _T.Bool, "startsAsleep": _T.Bool, "velocity": _T.Vector3f,
               "angularVelocity": _T.Vector3f}
_MASS = {"mass": _T.Float, "density": _T.Float, "centerOfMass": _T.Point3f, "diagonalInertia": _T.Float3,
         "principalAxes": _T.Quatf}
_PHYSX_BODY = {
    **dict.fromkeys(("disableGravity", "enableCCD", "enableGyroscopicForces", "retainAccelerations"), _T.Bool),
    **dict.fromkeys(("linearDamping", "angularDamping", "maxLinearVelocity", "maxAngularVelocity", "maxDepenetrationVelocity",
                     "maxContactImpulse", "sleepThreshold", "stabilizationThreshold"), _T.Float),
    **dict.fromkeys(("solverPositionIterationCount", "solverVelocityIterationCount", "lockedPosAxis", "lockedRotAxis"), _T.Int),
}
_SCENE = {"gravityDirection": _T.Vector3f, "gravityMagnitude": _T.Float}
_PHYSX_SCENE = {"timeStepsPerSecond": _T.UInt, "enableCCD": _T.Bool, "enableGPUDynamics": _T.Bool,
                "enableStabilization": _T.Bool, "broadphaseType": _T.Token, "solverType": _T.Token, "collisionSystem": _T.Token,
                "frictionType": _T.Token}


@accepts_only_named
def apply_collider(prims: Prims, approximation: str | None = "convexHull") -> None:
    """Make the shapes at and below prims collide.

    Shapes inside instances cannot be written to: there the instance itself gets the schema.

    Args:
        prims: N prims.
        approximation: Collision shape of meshes, one of `APPROXIMATIONS`; None keeps what is there. Gprims collide as they
            are.

    Raises:
        ValueError: Unknown approximation.
    """
    if approximation is not None and approximation not in APPROXIMATIONS:
        raise ValueError(unknown_name(str(approximation), APPROXIMATIONS, "approximation"))
    found = resolve_prims(prims)
    for prim in {shape.GetPath(): shape for root in found for shape in _collision_shapes(root)}.values():
        UsdPhysics.CollisionAPI.Apply(prim)
        if prim.IsA(UsdGeom.Mesh) and approximation is not None:
            UsdPhysics.MeshCollisionAPI.Apply(prim).CreateApproximationAttr(approximation)


@accepts_only_named
def apply_rigid_body(prims: Prims, with_collider: bool = False, approximation: str | None = None, **attributes: Any) -> None:
    """Make prims rigid bodies.

    Args:
        prims: N prims.
        with_collider: Whether to apply colliders too, see `apply_collider`.
        approximation: Collision shape of meshes; "convexHull" if None.
        attributes: Attribute values by name, each one value or N: those of UsdPhysics' rigid body and mass schemas
            (``kinematicEnabled``, ``velocity``, ``mass``, …) are authored as ``physics:<name>``, every other as
            ``physxRigidBody:<name>`` (``disableGravity``, ``angularDamping``, …).
    """
    found = resolve_prims(prims)
    for prim in found:
        UsdPhysics.RigidBodyAPI.Apply(prim)
        if attributes.keys() & _MASS.keys():
            UsdPhysics.MassAPI.Apply(prim)
        if attributes.keys() - _MASS.keys() - _RIGID_BODY.keys():
            prim.AddAppliedSchema("PhysxRigidBodyAPI")
    if with_collider:
        apply_collider(found, approximation or "convexHull")
    write_attributes(found, _columns(attributes, _RIGID_BODY | _MASS, "physxRigidBody:", _PHYSX_BODY, len(found)))


@accepts_only_named
def create_physics_scene(path: str | Sdf.Path = "/PhysicsScene", **attributes: Any) -> Usd.Prim:
    """Define a physics scene, or add to the one that is there.

    Args:
        path: Where.
        attributes: Attribute values by name: ``gravityDirection`` and ``gravityMagnitude`` are authored as
            ``physics:<name>``, every other as ``physxScene:<name>`` (``timeStepsPerSecond``, ``enableCCD``,
            ``broadphaseType``, …); None is left out.

    Returns:
        The PhysicsScene prim.

    Raises:
        ValueError: The path is no prim path.
    """
    if not Sdf.Path.IsValidPathString(str(path)) or not Sdf.Path(str(path)).IsAbsoluteRootOrPrimPath():
        raise ValueError(f"path={str(path)!r} is not a prim path; write it like '/PhysicsScene'")
    given = {name: value for name, value in attributes.items() if value is not None}
    prim = UsdPhysics.Scene.Define(current_stage(), Sdf.Path(str(path))).GetPrim()
    if given.keys() - _SCENE.keys():
        prim.AddAppliedSchema("PhysxSceneAPI")
    write_attributes([prim], _columns(given, _SCENE, "physxScene:", _PHYSX_SCENE, 1))
    return prim


def _columns(values: Mapping[str, Any], own: Mapping[str, Sdf.ValueTypeName], prefix: str,
             extra: Mapping[str, Sdf.ValueTypeName], count: int) -> list[AttributeColumn]:
    columns = []
    for name, value in values.items():
        type_name = own.get(name) or extra.get(name) or infer_type(value)
        if name == "principalAxes" and not isinstance(value, Gf.Quatf):
            value = Gf.Quatf(*map(float, value))
        attribute = f"physics:{name}" if name in own else prefix + name
        entries = values_for(type_name, value, count, attribute)
        columns.append(AttributeColumn(attribute, type_name, entries, custom=name not in own))
    return columns


def _collision_shapes(root: Usd.Prim) -> Iterator[Usd.Prim]:
    shapes = [prim for prim in Usd.PrimRange(root) if prim.IsA(UsdGeom.Gprim)]
    yield from shapes
    yield from (prim for prim in Usd.PrimRange(root) if prim.IsInstance())
    if not shapes and not root.IsInstance() and not any(prim.IsInstance() for prim in Usd.PrimRange(root)):
        yield root

__getattr__ = unavailable_names(__name__, ())
