"""``rep.physics``: physics properties of the prims of the context, and simulation inside the graph.

Whatever is authored here, or is on the stage already, is simulated while the timeline plays: see `replicator.simulation`.
Constants outside of triggers are authored at once; distributions are drawn for each prim when the trigger around them fires.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pxr import Gf, Sdf, Usd, UsdPhysics, UsdShade

from scenewright.host.simulation import get_simulation
from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional import physics as write
from scenewright.replicator.functional.layer_writes import AttributeColumn, column_of_rows, write_attributes
from scenewright.replicator.functional.prim_arguments import unknown_name
from scenewright.replicator.functional.prim_definition import unique_paths
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode
from scenewright.replicator.graph.sampling import is_dynamic, rows
from scenewright.replicator.graph.targets import target_node
from scenewright.replicator.session import current_session
from scenewright.replicator.simulation.engine import simulation_engine
from scenewright.replicator.simulation.records import PhysicsError

__all__ = ["PhysicsError", "collider", "drive_properties", "mass", "physics_material", "rigid_body", "simulate",
           "simulation_engine"]

__getattr__ = unavailable_names(__name__, ())

_T = Sdf.ValueTypeNames
_MATERIALS = "/Replicator/PhysicsMaterials"


def rigid_body(velocity: Any = (0.0, 0.0, 0.0), angular_velocity: Any = (0.0, 0.0, 0.0), contact_offset: Any = None,
               rest_offset: Any = None, overwrite: bool | None = None, input_prims: Any = None) -> ReplicatorItem:
    """Make prims rigid bodies; prims without a collider at or below them get one, the convex hull of each mesh.

    Args:
        velocity: Initial velocity [stage units/s].
        angular_velocity: Initial angular velocity [degrees/s].
        contact_offset: Of their colliders, see `collider`.
        rest_offset: Likewise.
        overwrite: False leaves prims alone that are rigid bodies already.
        input_prims: Prims to change; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on.
    """
    inputs = {"velocity": velocity, "angular_velocity": angular_velocity, "contact_offset": contact_offset,
              "rest_offset": rest_offset}

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if overwrite is False and node.execution <= 0:
            prims = [prim for prim in prims if not prim.HasAPI(UsdPhysics.RigidBodyAPI)]
        if not prims:
            return
        bare = [prim for prim in prims if not _colliders(prim)]
        write.apply_rigid_body(prims)
        if bare:
            write.apply_collider(bare)
        speeds = [column_of_rows(attribute, _T.Vector3f, rows(node.inputs[key], len(prims), 3))
                  for key, attribute in (("velocity", "physics:velocity"), ("angular_velocity", "physics:angularVelocity"))]
        write_attributes(prims, speeds)
        _write_offsets(node, prims)

    return _act("rigid_body", apply, inputs, input_prims)


def collider(approximation_shape: str = "convexHull", contact_offset: Any = None, rest_offset: Any = None,
             input_prims: Any = None) -> ReplicatorItem:
    """Make the shapes at and below prims collide.

    Args:
        approximation_shape: Collision shape of meshes: convexHull, convexDecomposition, boundingSphere, boundingCube,
            meshSimplification, none (the triangles) or sdf. Moving bodies collide with their convex hull instead of triangles.
        contact_offset: Distance at which PhysX begins to look for contacts [stage units]; authored, not used here.
        rest_offset: Distance that surfaces keep from each other [stage units].
        input_prims: Prims to change; None = those of the context.

    Raises:
        ValueError: Unknown shape.
        OrchestratorError: There are no prims to act on.
    """
    if approximation_shape not in write.APPROXIMATIONS:
        raise ValueError("rep.physics.collider: " + unknown_name(str(approximation_shape), write.APPROXIMATIONS, "shape"))

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if prims:
            write.apply_collider(prims, approximation_shape)
            _write_offsets(node, prims)

    return _act("collider", apply, {"contact_offset": contact_offset, "rest_offset": rest_offset}, input_prims)


def mass(mass: Any = None, density: Any = None, center_of_mass: Any = None, diagonal_inertia: Any = None,
         principal_axes: Any = None, input_prims: Any = None) -> ReplicatorItem:
    """Set mass properties; what is not given follows from the colliders.

    Args:
        mass: Mass [kg at the stage's default unit].
        density: Mass per cubic stage unit.
        center_of_mass: In the prim's own space.
        diagonal_inertia: Principal moments of inertia.
        principal_axes: Quaternion (w, x, y, z) of their axes.
        input_prims: Prims to change; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on.
    """
    inputs = {"mass": mass, "density": density, "center_of_mass": center_of_mass, "diagonal_inertia": diagonal_inertia,
              "principal_axes": principal_axes}

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        for prim in prims:
            UsdPhysics.MassAPI.Apply(prim)
        columns = [_scalars(node, key, f"physics:{key}", len(prims)) for key in ("mass", "density")]
        for key, attribute, kind in (("center_of_mass", "physics:centerOfMass", _T.Point3f),
                                     ("diagonal_inertia", "physics:diagonalInertia", _T.Float3)):
            if node.inputs[key] is not None:
                columns.append(column_of_rows(attribute, kind, rows(node.inputs[key], len(prims), 3)))
        if node.inputs["principal_axes"] is not None:
            axes = rows(node.inputs["principal_axes"], len(prims), 4).tolist()
            columns.append(AttributeColumn("physics:principalAxes", _T.Quatf, [Gf.Quatf(*row) for row in axes]))
        write_attributes(prims, [column for column in columns if column is not None])

    return _act("mass", apply, inputs, input_prims)


def drive_properties(stiffness: Any = 0.0, damping: Any = 0.0, input_prims: Any = None) -> ReplicatorItem:
    """Set the drives of joints, "angular" for revolute ones and "linear" for prismatic ones.

    They push the joint to its ``drive:…:physics:targetPosition`` and to its target velocity.

    Args:
        stiffness: Stiffness of the drive.
        damping: Damping of the drive.
        input_prims: Joints; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on, or one of them is no such joint.
    """

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        for key in ("stiffness", "damping"):
            values = rows(node.inputs[key], len(prims), 1)
            for prim, value in zip(prims, values, strict=True):
                drive = UsdPhysics.DriveAPI.Apply(prim, _drive_axis(prim))
                getattr(drive, f"Create{key.capitalize()}Attr")().Set(float(value))

    return _act("drive_properties", apply, {"stiffness": stiffness, "damping": damping}, input_prims)


def physics_material(static_friction: Any = None, dynamic_friction: Any = None, restitution: Any = None,
                     input_prims: Any = None) -> ReplicatorItem:
    """Give each prim a physics material of its own.

    Args:
        static_friction: Coefficient of friction at rest; contacts here have one coefficient, the dynamic one if given.
        dynamic_friction: Coefficient of friction while sliding.
        restitution: 0 = no bounce, 1 = no energy lost.
        input_prims: Prims to change; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on.
    """
    inputs = {"static_friction": static_friction, "dynamic_friction": dynamic_friction, "restitution": restitution}
    made: dict[Sdf.Path, Sdf.Path] = {}

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        materials = [_material_of(prim, node, made) for prim in prims]
        names = {"static_friction": "physics:staticFriction", "dynamic_friction": "physics:dynamicFriction",
                 "restitution": "physics:restitution"}
        columns = [_scalars(node, key, attribute, len(prims)) for key, attribute in names.items()]
        write_attributes(materials, [column for column in columns if column is not None])

    return _act("physics_material", apply, inputs, input_prims)


def simulate(duration: Any = 1.0, name: str | None = None) -> ReplicatorItem:
    """Let the bodies of the stage move for a while whenever the trigger around it fires; the timeline stands still.

    Args:
        duration: Simulated time [s].
        name: Name of the node.
    """

    def apply(node: ActionNode) -> None:
        seconds = float(rows(node.inputs["duration"], 1, 1)[0])
        if not 0.0 <= seconds < float("inf"):
            raise ValueError(f"duration is a number of seconds of at least 0, got {seconds!r}.")
        get_simulation().simulate(seconds)

    graph = current_session().graph
    return ActionNode(graph, "physics.simulate", apply, inputs={"duration": duration}, name=name).item


def _act(kind: str, apply: Callable[[ActionNode], None], inputs: dict[str, Any], input_prims: Any) -> ReplicatorItem:
    """Make the node; run it at once where nothing in it waits for a trigger."""
    graph = current_session().graph
    node = ActionNode(graph, f"physics.{kind}", apply, inputs=inputs,
                      targets=target_node(input_prims, graph, f"rep.physics.{kind}"))
    if node.trigger is None and not any(is_dynamic(value) for value in inputs.values()) and node.prims():
        graph.pass_number += 1
        node.execute()
    return node.item


def _colliders(prim: Usd.Prim) -> list[Usd.Prim]:
    return [child for child in Usd.PrimRange(prim, Usd.TraverseInstanceProxies()) if child.HasAPI(UsdPhysics.CollisionAPI)]


def _scalars(node: ActionNode, key: str, attribute: str, count: int) -> AttributeColumn | None:
    if node.inputs[key] is None or not count:
        return None
    return AttributeColumn(attribute, _T.Float, [float(value) for value in rows(node.inputs[key], count, 1)])


def _write_offsets(node: ActionNode, prims: Sequence[Usd.Prim]) -> None:
    """Write the collision offsets of every collider at and below each prim."""
    for key, attribute in (("contact_offset", "physxCollision:contactOffset"), ("rest_offset", "physxCollision:restOffset")):
        if node.inputs[key] is None:
            continue
        values = rows(node.inputs[key], len(prims), 1)
        pairs = [(shape, float(value)) for prim, value in zip(prims, values, strict=True) for shape in _colliders(prim)
                 if not shape.IsInstanceProxy()]
        for shape, _ in pairs:
            shape.AddAppliedSchema("PhysxCollisionAPI")
        write_attributes([shape for shape, _ in pairs],
                         [AttributeColumn(attribute, _T.Float, [value for _, value in pairs], custom=True)])


def _drive_axis(prim: Usd.Prim) -> str:
    if prim.IsA(UsdPhysics.RevoluteJoint):
        return "angular"
    if prim.IsA(UsdPhysics.PrismaticJoint):
        return "linear"
    raise ValueError(f"{prim.GetPath()} ({prim.GetTypeName()}) is no revolute or prismatic joint and has no drive.")


def _material_of(prim: Usd.Prim, node: ActionNode, made: dict[Sdf.Path, Sdf.Path]) -> Usd.Prim:
    """Return the physics material of a prim; the first call makes it and binds it."""
    stage = node.graph.stage
    known = stage.GetPrimAtPath(made[prim.GetPath()]) if prim.GetPath() in made else None
    if known:
        return known
    path = unique_paths(stage, Sdf.Path(_MATERIALS), prim.GetName(), 1)[0]
    material = UsdShade.Material.Define(stage, path)
    UsdPhysics.MaterialAPI.Apply(material.GetPrim())
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(material, UsdShade.Tokens.strongerThanDescendants, "physics")
    made[prim.GetPath()] = material.GetPath()
    return material.GetPrim()
