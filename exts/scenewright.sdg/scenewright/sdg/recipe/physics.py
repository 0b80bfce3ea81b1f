"""``physics.*``: what makes prims bodies, and simulation inside a step; Newton moves them, through the Replicator."""

from collections.abc import Callable
from typing import Any

import omni.replicator.core as rep
from pxr import Sdf, Usd, UsdPhysics, UsdShade

from scenewright.sdg.recipe.modifiers import write_rows
from scenewright.sdg.recipe.runtime import Invocation, Operation
from scenewright.sdg.recipe.sampling import Draws

__all__ = ["PHYSICS", "PHYSICS_ERRORS", "simulate"]

PHYSICS_ERRORS: tuple[type[Exception], ...] = (rep.physics.PhysicsError,)
"""What a simulation fails with: Newton is missing, or the stage cannot be simulated."""

_MATERIALS = "/Replicator/PhysicsMaterials"
_OFFSETS = {"contact_offset": "physxCollision:contactOffset", "rest_offset": "physxCollision:restOffset"}
_FRICTION = {
    "static_friction": "physics:staticFriction",
    "dynamic_friction": "physics:dynamicFriction",
    "restitution": "physics:restitution",
}
_MASS = {
    "mass": ("physics:mass", "float", 1),
    "density": ("physics:density", "float", 1),
    "center_of_mass": ("physics:centerOfMass", "point3f", 3),
    "diagonal_inertia": ("physics:diagonalInertia", "float3", 3),
    "principal_axes": ("physics:principalAxes", "quatf", 4),
}


def simulate(seconds: float) -> None:
    """Let the bodies of the stage move for some simulated time; poses are on the stage when this returns."""
    from omni.physics.core import get_physics_simulation_interface  # a Kit without physics runs all other recipes

    get_physics_simulation_interface().simulate(seconds, 0.0)


def rigid_body_operation(call: Invocation) -> Operation:
    """Return ``physics.rigid_body``; prims without a collider at or below them get the convex hull of each mesh."""
    targets = call.targets()
    bodies = [prim for prim in targets.prims() if prim.HasAPI(UsdPhysics.RigidBodyAPI)]
    kept = {prim.GetPath() for prim in bodies} if call.args.get("overwrite") is False else set()

    def run(draws: Draws) -> None:
        prims = [prim for prim in targets.prims() if prim.GetPath() not in kept]
        if not prims:
            return
        count = len(prims)
        bare = [prim for prim in prims if not _colliders(prim)]
        rep.functional.physics.apply_rigid_body(prims)
        if bare:
            rep.functional.physics.apply_collider(bare)
        for keyword, attribute in (("velocity", "physics:velocity"), ("angular_velocity", "physics:angularVelocity")):
            rows = call.rows(keyword, count, draws, "vec3", 3).tolist() if call.has(keyword) else [[0.0, 0.0, 0.0]] * count
            write_rows(prims, attribute, [tuple(row) for row in rows], "vector3f")
        _write_offsets(call, prims)

    return Operation(call.call, call.trigger, run)


def collider_operation(call: Invocation) -> Operation:
    """Return ``physics.collider``: the shapes at and below prims collide."""
    targets, shape = call.targets(), call.args.get("approximation_shape", "convexHull")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if prims:
            rep.functional.physics.apply_collider(prims, shape)
            _write_offsets(call, prims)

    return Operation(call.call, call.trigger, run)


def mass_operation(call: Invocation) -> Operation:
    """Return ``physics.mass``; what is not given follows from the colliders."""
    targets = call.targets()

    def run(draws: Draws) -> None:
        prims = targets.prims()
        for prim in prims:
            UsdPhysics.MassAPI.Apply(prim)
        for keyword, (attribute, kind, width) in _MASS.items():
            if call.has(keyword):
                rows = call.rows(keyword, len(prims), draws, _kind(width), width).tolist()
                write_rows(prims, attribute, [row[0] if width == 1 else tuple(row) for row in rows], kind)

    return Operation(call.call, call.trigger, run)


def drive_operation(call: Invocation) -> Operation:
    """Return ``physics.drive_properties``: drives of joints, "angular" for revolute and "linear" for prismatic ones."""
    targets = call.targets()
    for prim in targets.prims():
        _drive_axis(prim)

    def run(draws: Draws) -> None:
        prims = targets.prims()
        for keyword in ("stiffness", "damping"):
            count = len(prims)
            values = call.rows(keyword, count, draws, "number", 1)[:, 0].tolist() if call.has(keyword) else [0.0] * count
            for prim, value in zip(prims, values, strict=True):
                axis = _drive_axis(prim)
                UsdPhysics.DriveAPI.Apply(prim, axis)
                write_rows([prim], f"drive:{axis}:physics:{keyword}", [value], "float")

    return Operation(call.call, call.trigger, run)


def material_operation(call: Invocation) -> Operation:
    """Return ``physics.physics_material``: a physics material of its own for each prim."""
    targets = call.targets()
    made: dict[Sdf.Path, Usd.Prim] = {}

    def of(prim: Usd.Prim) -> Usd.Prim:
        if prim.GetPath() not in made:
            made[prim.GetPath()] = _define_material(call.runtime.stage, prim)
        return made[prim.GetPath()]

    def run(draws: Draws) -> None:
        materials = [of(prim) for prim in targets.prims()]
        for keyword, attribute in _FRICTION.items():
            if call.has(keyword):
                values = call.rows(keyword, len(materials), draws, "number", 1)[:, 0].tolist()
                write_rows(materials, attribute, values, "float")

    return Operation(call.call, call.trigger, run)


def simulate_operation(call: Invocation) -> Operation:
    """Return ``physics.simulate``: bodies move for ``duration`` seconds each time; the timeline stands still."""

    def run(draws: Draws) -> None:
        seconds = float(call.rows("duration", 1, draws, "number", 1)[0, 0]) if call.has("duration") else 1.0
        if not 0.0 <= seconds < float("inf"):
            raise call.error(f"'duration' is {seconds}.", "Give seconds, at least 0.", "duration")
        simulate(seconds)
        call.runtime.poses.follow_bodies()

    return Operation(call.call, call.trigger, run, reads_poses=True, simulates=True)


def _kind(width: int) -> str:
    return {1: "number", 3: "vec3"}.get(width, "numbers")


def _colliders(prim: Usd.Prim) -> list[Usd.Prim]:
    return [child for child in Usd.PrimRange(prim, Usd.TraverseInstanceProxies()) if child.HasAPI(UsdPhysics.CollisionAPI)]


def _write_offsets(call: Invocation, prims: list[Usd.Prim]) -> None:
    shapes = [shape for prim in prims for shape in _colliders(prim) if not shape.IsInstanceProxy()]
    for keyword, attribute in _OFFSETS.items():
        if call.has(keyword) and shapes:
            for shape in shapes:
                shape.AddAppliedSchema("PhysxCollisionAPI")
            write_rows(shapes, attribute, [float(call.args[keyword])] * len(shapes), "float")


def _drive_axis(prim: Usd.Prim) -> str:
    if prim.IsA(UsdPhysics.RevoluteJoint):
        return "angular"
    if prim.IsA(UsdPhysics.PrismaticJoint):
        return "linear"
    raise ValueError(f"{prim.GetPath()} ({prim.GetTypeName()}) is no revolute or prismatic joint and has no drive.")


def _define_material(stage: Usd.Stage, prim: Usd.Prim) -> Usd.Prim:
    path, number = Sdf.Path(_MATERIALS).AppendChild(prim.GetName()), 0
    while stage.GetPrimAtPath(path):
        number += 1
        path = Sdf.Path(_MATERIALS).AppendChild(f"{prim.GetName()}_{number:02d}")
    material = UsdShade.Material.Define(stage, path)
    UsdPhysics.MaterialAPI.Apply(material.GetPrim())
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(material, UsdShade.Tokens.strongerThanDescendants, "physics")
    return material.GetPrim()


PHYSICS: dict[str, Callable[[Invocation], Any]] = {
    "physics.rigid_body": rigid_body_operation,
    "physics.collider": collider_operation,
    "physics.mass": mass_operation,
    "physics.drive_properties": drive_operation,
    "physics.physics_material": material_operation,
    "physics.simulate": simulate_operation,
}
"""What each ``physics`` function does, from a call to an operation."""
