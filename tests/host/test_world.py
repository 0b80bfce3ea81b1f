"""isaacsim.core.api and isaacsim.core.prims, and omni.isaac.core.*: worlds, scenes, objects, materials."""

import numpy as np
import pytest
from isaacsim.core.api import SimulationContext, World
from isaacsim.core.api.materials import OmniGlass, OmniPBR, PhysicsMaterial, PreviewSurface
from isaacsim.core.api.objects import DynamicCuboid, FixedCylinder, GroundPlane, VisualSphere
from isaacsim.core.prims import RigidPrim, SingleXFormPrim
from isaacsim.core.prims import XFormPrim as Frames
from isaacsim.core.utils import stage as stages
from pxr import UsdGeom, UsdPhysics, UsdShade

from scenewright.host.timeline import get_timeline_interface


@pytest.fixture
def world():
    stages.create_new_stage()
    world = World(stage_units_in_meters=1.0)
    yield world
    world.stop()
    World.clear_instance()
    stages.close_stage()
    get_timeline_interface().reset()


def test_shapes(world):
    stage = world.stage
    cube = DynamicCuboid("/World/Cube", "cube", position=[1, 2, 3], scale=[1, 1, 2], size=0.5, color=np.array([1, 0, 0]),
                         mass=2.0, linear_velocity=[0, 0, 1])
    prim = stage.GetPrimAtPath("/World/Cube")
    assert prim.HasAPI(UsdPhysics.RigidBodyAPI) and prim.HasAPI(UsdPhysics.CollisionAPI) and cube.get_size() == 0.5
    assert cube.get_mass() == 2.0 and cube.get_linear_velocity().tolist() == [0, 0, 1]
    np.testing.assert_allclose(cube.get_world_pose()[0], [1, 2, 3])
    np.testing.assert_allclose(cube.get_world_scale(), [1, 1, 2], atol=1e-6)
    material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
    assert UsdShade.Shader(material.GetPrim().GetChild("Shader")).GetInput("diffuseColor").Get() == (1, 0, 0)
    cylinder = FixedCylinder("/World/Cylinder", radius=2, physics_material=PhysicsMaterial("/World/M", dynamic_friction=0.5))
    assert (cylinder.get_radius(), cylinder.get_height(), cylinder.name) == (2, 1, "fixed_cylinder")
    assert cylinder.get_collision_enabled() and cylinder.get_applied_physics_material().get_dynamic_friction() == 0.5
    assert not cylinder.prim.HasAPI(UsdPhysics.RigidBodyAPI)
    ball = VisualSphere("/World/Ball", visible=False, visual_material=OmniPBR("/World/Blue", color=[0, 0, 1]))
    assert not ball.get_visibility() and not ball.prim.HasAPI(UsdPhysics.CollisionAPI)
    ball.set_radius(3)
    assert UsdGeom.Boundable(ball.prim).GetExtentAttr().Get()[1] == (3, 3, 3)
    assert ball.get_applied_visual_material().get_color().tolist() == [0, 0, 1]
    with pytest.raises(TypeError, match=r"'edge'\. Allowed: prim_path"):
        VisualSphere("/World/Other", edge=1)
    assert VisualSphere("/World/Ball").get_radius() == 3, "an existing shape keeps what it has"


def test_materials(world):
    surface = PreviewSurface("/World/Looks/Surface", color=[1, 0.5, 0], roughness=0.25)
    assert surface.get_roughness() == 0.25 and surface.get_metallic() is None
    shader = surface.shaders_list[0]
    assert shader.GetIdAttr().Get() == "UsdPreviewSurface"
    assert surface.material.ComputeSurfaceSource()[0].GetPath() == shader.GetPath()
    glass = OmniGlass("/World/Looks/Glass", ior=1.25)
    assert glass.get_ior() == 1.25 and glass.shaders_list[0].GetSourceAsset("mdl").path == "OmniGlass.mdl"


def test_views_and_default_poses(world):
    for number in range(3):
        DynamicCuboid(f"/World/Box_{number}", position=[number, 0, 0])
    view = RigidPrim("/World/Box_.*", name="boxes")
    assert view.count == 3 and world.scene.add(view) is world.scene.get_object("boxes")
    view.set_world_poses(positions=[[0, 0, 9]], indices=[1])
    np.testing.assert_allclose(view.get_world_poses()[0], [[0, 0, 0], [0, 0, 9], [2, 0, 0]])
    view.set_velocities([[1, 2, 3, 0, 0, 1]], indices=[0])
    np.testing.assert_allclose(view.get_velocities([0]), [[1, 2, 3, 0, 0, 1]], atol=1e-6)
    view.post_reset()
    np.testing.assert_allclose(view.get_world_poses()[0][1], [1, 0, 0])
    frames = Frames(["/World/Box_0", "/World/Box_2"], visibilities=[True, False])
    assert frames.get_visibilities().tolist() == [True, False]
    single = SingleXFormPrim("/World/New/Frame", translation=[1, 1, 1])
    assert single.prim.GetTypeName() == "Xform" and single.is_valid()


def test_a_scene_knows_names(world):
    plane = world.scene.add_default_ground_plane(z_position=-1)
    assert isinstance(plane, GroundPlane) and plane.get_world_pose()[0].tolist() == [0, 0, -1]
    world.scene.add(VisualSphere("/World/Ball", "ball", position=[0, 0, 4]))
    with pytest.raises(ValueError, match="named 'ball' already"):
        world.scene.add(VisualSphere("/World/Ball2", "ball"))
    np.testing.assert_allclose(world.scene.compute_object_AABB("ball")[1], [1, 1, 5])
    world.scene.remove_object("ball")
    assert not world.scene.object_exists("ball") and not world.stage.GetPrimAtPath("/World/Ball")
    with pytest.raises(ValueError, match="no object is named 'ball'"):
        world.scene.remove_object("ball")


def test_there_is_one_world(world):
    assert World() is world and SimulationContext.instance() is world
    with pytest.raises(NotImplementedError, match="no articulations"):
        world.add_task(object())
    World.clear_instance()
    with pytest.raises(NotImplementedError, match="backend 'torch'"):
        World(backend="torch")
    assert World.instance() is None


def test_steps_move_bodies_and_tell(world):
    pytest.importorskip("newton")
    cube = world.scene.add(DynamicCuboid("/World/Cube", "cube", position=[0, 0, 5]))
    told, frames = [], []
    world.add_physics_callback("count", told.append)
    world.add_render_callback("count", frames.append)
    world.reset()
    assert world.is_playing()
    for _ in range(30):
        world.step(render=True)
    fallen = 5 - cube.get_world_pose()[0][2]
    assert fallen == pytest.approx(0.5 * 9.81 * 0.5 ** 2, rel=0.1)
    assert len(told) == world.current_time_step_index == 30 and told[0] == pytest.approx(1 / 60) and len(frames) == 30
    world.step(render=False)
    assert world.current_time == pytest.approx(31 / 60)
    world.render()
    world.step(render=True, step_sim=False)
    assert world.current_time == pytest.approx(31 / 60)
    world.remove_physics_callback("count")
    world.reset()
    np.testing.assert_allclose(cube.get_world_pose()[0], [0, 0, 5], atol=1e-5)


def test_older_names():
    from omni.isaac import core
    from omni.isaac.core import objects
    from omni.isaac.core.objects.cuboid import VisualCuboid
    from omni.isaac.core.prims import RigidPrimView, XFormPrim
    from omni.isaac.core.prims.xform_prim import XFormPrim as SameXFormPrim

    assert core.World is World and objects.DynamicCuboid is DynamicCuboid and issubclass(DynamicCuboid, VisualCuboid)
    assert RigidPrimView is RigidPrim and XFormPrim is SameXFormPrim is SingleXFormPrim
