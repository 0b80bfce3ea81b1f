"""Queries, world transforms and physics schemas."""

import pytest
from pxr import Gf, Sdf, UsdGeom, UsdPhysics

from scenewright.replicator import functional
from scenewright.replicator.functional import create, create_batch, get, physics, utils


def names(prims):
    return [prim.GetName() for prim in prims]


def test_prims_by_path_type_and_label(stage):
    create.xform(name="World")
    create.cube(parent="/World", name="RedCube", semantics={"class": "mug"})
    create.sphere(parent="/World", name="Ball", semantics={"class": ["ball", "mug"]})
    create.cube(name="Other", as_mesh=True)
    assert names(get.prims(path_pattern="cube$")) == ["RedCube"]
    assert get.prims(path_pattern="cube$", ignore_case=False) == []
    assert names(get.prims(path_match="/World/")) == ["RedCube", "Ball"]
    assert names(get.prims(prim_types=["cube", "Mesh"])) == ["RedCube", "Other"]
    assert names(get.prims(prim_types_exclusion="Camera", path_pattern_exclusion="Omni|World")) == ["Other"]
    assert names(get.prims(semantics={"class": "mug"})) == ["RedCube", "Ball"]
    assert names(get.prims(semantics=[("class", "mug")], semantics_exclusion=[("class", "ball")])) == ["RedCube"]
    with pytest.raises(ValueError, match=r"path_pattern='\[' is no regular expression"):
        get.prims(path_pattern="[")
    assert get.prim_at_path("/World/Ball").GetName() == "Ball"
    assert names(get.prim_at_paths(["/World/Ball", Sdf.Path("/Other")])) == ["Ball", "Other"]


def test_world_transform_of_children(stage):
    parent = create.xform(position=(1, 2, 3), scale=2)
    child = create.cube(parent=parent, position=(1, 0, 0))
    assert utils.get_world_position(child) == Gf.Vec3d(3, 2, 3)
    assert utils.get_world_transform(str(child.GetPath()))[0][0] == 2


def test_colliders_reach_shapes_below(stage):
    mug = create.xform(name="Mug")
    mesh, ball = create.cube(parent=mug, as_mesh=True), create.sphere(parent=mug)
    physics.apply_collider(mug, approximation="none")
    assert mesh.HasAPI(UsdPhysics.CollisionAPI) and ball.HasAPI(UsdPhysics.CollisionAPI)
    assert UsdPhysics.MeshCollisionAPI(mesh).GetApproximationAttr().Get() == "none"
    assert not ball.HasAPI(UsdPhysics.MeshCollisionAPI) and not mug.HasAPI(UsdPhysics.CollisionAPI)
    with pytest.raises(ValueError, match="Unknown approximation 'box'"):
        physics.apply_collider(mug, approximation="box")


def test_rigid_bodies_and_their_attributes(stage):
    cubes = create_batch.cube(2, as_mesh=True)
    physics.apply_rigid_body(cubes, with_collider=True, kinematicEnabled=True, mass=[1, 2], disableGravity=True,
                             angularDamping=0.5, velocity=(1, 0, 0), myOwnFlag=3)
    body = UsdPhysics.RigidBodyAPI(cubes[1])
    assert body.GetKinematicEnabledAttr().Get() and body.GetVelocityAttr().Get() == Gf.Vec3f(1, 0, 0)
    assert [UsdPhysics.MassAPI(cube).GetMassAttr().Get() for cube in cubes] == [1.0, 2.0]
    assert UsdPhysics.MeshCollisionAPI(cubes[0]).GetApproximationAttr().Get() == "convexHull"
    assert cubes[0].GetAttribute("physxRigidBody:disableGravity").Get() is True
    assert cubes[0].GetAttribute("physxRigidBody:angularDamping").GetTypeName() == "float"
    assert cubes[0].GetAttribute("physxRigidBody:myOwnFlag").Get() == 3
    assert "PhysxRigidBodyAPI" in cubes[0].GetPrimTypeInfo().GetAppliedAPISchemas()


def test_physics_scene(stage):
    scene = physics.create_physics_scene(path="/PhysicsScene", timeStepsPerSecond=120, enableCCD=True, broadphaseType="MBP",
                                         gravityMagnitude=9.81)
    assert scene.IsA(UsdPhysics.Scene)
    assert UsdPhysics.Scene(scene).GetGravityMagnitudeAttr().Get() == pytest.approx(9.81)
    assert scene.GetAttribute("physxScene:timeStepsPerSecond").Get() == 120
    assert scene.GetAttribute("physxScene:broadphaseType").Get() == "MBP"
    with pytest.raises(ValueError, match="path='scene one'"):
        physics.create_physics_scene("scene one")


def test_the_package_offers_its_modules_and_the_io_functions():
    assert set(functional.__all__) <= set(dir(functional))
    for name in functional.__all__:
        assert getattr(functional, name) is not None
    with pytest.raises(AttributeError, match="creat"):
        functional.creat  # noqa: B018


def test_instances_collide_as_a_whole(stage):
    create.cube(name="Part", parent="/Proto")
    instance = UsdGeom.Xform.Define(stage, "/Copy").GetPrim()
    instance.GetReferences().AddInternalReference("/Proto")
    instance.SetInstanceable(True)
    physics.apply_collider(instance)
    assert instance.HasAPI(UsdPhysics.CollisionAPI)
