"""Scene queries against shapes whose distance is known in closed form, and omni.client on real files."""

import carb
import numpy as np
import omni.client
import pytest
from isaacsim.core.utils import stage as stages
from omni.physics.core import get_physics_scene_query_interface
from omni.physx import get_physx_interface, get_physx_scene_query_interface
from pxr import Gf, PhysicsSchemaTools, UsdGeom, UsdPhysics

from scenewright.host.overlap import Hull, box_hull, hulls_touch
from scenewright.host.simulation import get_simulation


@pytest.fixture
def stage():
    yield stages.create_new_stage()
    stages.close_stage()


def test_hulls_touch_when_they_are_near_enough():
    generator = np.random.default_rng(4)
    for _ in range(300):
        half, ball = generator.uniform(0.2, 2, 3), generator.uniform(-4, 4, 3)
        distance = np.linalg.norm(np.maximum(np.abs(ball) - half, 0.0))
        box = box_hull(half, np.zeros(3), Gf.Quatd(1))
        assert hulls_touch(box, Hull(ball[None], distance * 1.001 + 1e-6))
        if distance > 1e-3:
            assert not hulls_touch(box, Hull(ball[None], distance * 0.999))
    turned = box_hull(np.ones(3), np.zeros(3), Gf.Rotation(Gf.Vec3d.ZAxis(), 45).GetQuat())
    wall = Hull(np.array([[x, y, z] for x in (1.41, 2) for y in (-5, 5) for z in (-5, 5)], dtype=float))
    assert hulls_touch(turned, wall) and not hulls_touch(box_hull(np.ones(3), np.zeros(3), Gf.Quatd(1)), wall)


def collider(stage, schema, path, place, **attributes):
    prim = schema.Define(stage, path).GetPrim()
    for name, value in attributes.items():
        prim.GetAttribute(name).Set(value)
    UsdGeom.XformCommonAPI(prim).SetTranslate(Gf.Vec3d(*place))
    UsdPhysics.CollisionAPI.Apply(prim)
    return prim


def test_queries_name_colliders_and_bodies(stage):
    UsdPhysics.RigidBodyAPI.Apply(UsdGeom.Xform.Define(stage, "/Body").GetPrim())
    collider(stage, UsdGeom.Cube, "/Body/Cube", (0, 0, 0), size=1.0)
    collider(stage, UsdGeom.Sphere, "/Ball", (3, 0, 0), radius=0.5)
    collider(stage, UsdGeom.Capsule, "/Capsule", (0, 5, 0), radius=0.5, height=2.0, axis="Y")
    collider(stage, UsdGeom.Cone, "/Cone", (0, 0, 9), radius=1.0, height=2.0)
    off = collider(stage, UsdGeom.Cube, "/Off", (0, 0, 0))
    UsdPhysics.CollisionAPI(off).CreateCollisionEnabledAttr(False)
    hits = []
    queries = get_physx_scene_query_interface()
    turn = carb.Float4(0, 0, 0, 1)
    half = carb.Float3((2.49, 0.1, 0.1))
    assert queries.overlap_box(half, carb.Float3(0, 0, 0), turn, lambda hit: hits.append(hit) or True) == 1
    assert hits == [("/Body/Cube", "/Body")]
    assert queries.overlap_box((2.51, 0.1, 0.1), (0, 0, 0), turn) == 2 and queries.overlap_box((9, 9, 9), (0, 0, 0), turn) == 4
    assert queries.overlap_box((9, 9, 9), (0, 0, 0), turn, None, True) == 1
    assert queries.overlap_box((9, 9, 9), (0, 0, 0), turn, lambda hit: False) == 1
    assert queries.overlap_sphere(3.49, (0, 0, 0)) == 2 and queries.overlap_sphere(3.51, (0, 0, 0)) == 3
    assert queries.overlap_sphere(0.1, (0.95, 0, 9.9)) == 0 and queries.overlap_sphere(0.1, (0, 0, 10.05)) == 1
    seen = []
    get_physics_scene_query_interface().overlap_sphere(0.1, (0, 0, 0), seen.append)
    assert PhysicsSchemaTools.intToSdfPath(seen[0].rigid_body) == "/Body"
    with pytest.raises(ValueError, match="no path has the number"):
        PhysicsSchemaTools.intToSdfPath(10**9)
    collider(stage, UsdGeom.Plane, "/Ground", (0, 0, -20))
    assert queries.overlap_sphere(1.1, (50, 0, -19)) == 1 and queries.overlap_sphere(0.9, (50, 0, -19)) == 0


def test_physx_tells_of_steps(stage):
    told = []
    subscription = get_physx_interface().subscribe_physics_step_events(told.append)
    get_simulation().simulate(1 / 30)
    subscription.unsubscribe()
    get_simulation().simulate(1 / 30)
    get_simulation().reset()
    assert told == pytest.approx([1 / 60, 1 / 60])


def test_vectors_of_carb():
    assert carb.Float3([1, 2, 3]) == carb.Float3(1, 2, 3) == (1.0, 2.0, 3.0) and carb.Float2().y == 0.0
    assert carb.Int2(3.7, 1).x == 3
    with pytest.raises(TypeError, match=r"carb\.Float3 takes 3 numbers, got 2"):
        carb.Float3(1, 2)


def test_files_by_omni_client(tmp_path):
    folder, ok = str(tmp_path), omni.client.Result.OK
    assert omni.client.write_file(f"{folder}/sub/a.txt", b"hello") is ok
    assert bytes(omni.client.read_file(f"file://{folder}/sub/a.txt")[2]) == b"hello"
    result, entries = omni.client.list(folder)
    assert result is ok and [(entry.relative_path, bool(entry.flags & omni.client.ItemFlags.CAN_HAVE_CHILDREN))
                             for entry in entries] == [("sub", True)]
    assert omni.client.stat(f"{folder}/sub/a.txt")[1].size == 5
    assert omni.client.copy(f"{folder}/sub", f"{folder}/other") is ok
    assert omni.client.copy(f"{folder}/sub", f"{folder}/other") is omni.client.Result.ERROR_ALREADY_EXISTS
    assert omni.client.delete(f"{folder}/other") is ok and omni.client.list(f"{folder}/other")[0].name == "ERROR_NOT_FOUND"
    assert omni.client.list("omniverse://server/Assets") == (omni.client.Result.ERROR_CONNECTION, ())
    assert omni.client.combine_urls("omniverse://server/a/b.usd", "../c.usd") == "omniverse://server/c.usd"
