"""``isaacsim.core.experimental.objects`` and ``materials``: what stands on the stage."""

import numpy as np
import pytest
from isaacsim.core.experimental.materials import OmniPbrMaterial, PreviewSurfaceMaterial, RigidBodyMaterial
from isaacsim.core.experimental.objects import (
    Capsule,
    Cone,
    Cube,
    Cylinder,
    DistantLight,
    DomeLight,
    Mesh,
    Plane,
    RectLight,
    Sphere,
    SphereLight,
)
from pxr import UsdGeom, UsdPhysics, UsdShade

from scenewright.host.stage_context import get_context


@pytest.fixture
def stage():
    get_context().new_stage()
    yield get_context().get_stage()
    get_context().close_stage()


def box_of(stage, path):
    bound = UsdGeom.BBoxCache(0, ["default"]).ComputeWorldBound(stage.GetPrimAtPath(path))
    return np.array(bound.ComputeAlignedRange().GetSize())


@pytest.mark.parametrize(("make", "options", "size"), [
    (Cube, {"sizes": 0.5}, (0.5, 0.5, 0.5)), (Sphere, {"radii": [0.3]}, (0.6, 0.6, 0.6)),
    (Cylinder, {"radii": 0.2, "heights": 1.0, "axes": "X"}, (1.0, 0.4, 0.4)),
    (Cone, {"radii": 0.2, "heights": 1.0, "axes": ["Y"]}, (0.4, 1.0, 0.4)),
    (Capsule, {"radii": 0.1, "heights": 1.0}, (0.2, 0.2, 1.2)), (Plane, {"widths": 2.0, "lengths": 3.0}, (2, 3, 0)),
    (Mesh, {"primitives": "Cube", "scales": [2.0, 1.0, 1.0]}, (2, 1, 1))])
def test_shapes_have_their_sizes(stage, make, options, size):
    make("/World/Thing", positions=[1.0, 2.0, 3.0], **options)
    np.testing.assert_allclose(box_of(stage, "/World/Thing"), size, atol=1e-5)
    world = UsdGeom.Xformable(stage.GetPrimAtPath("/World/Thing")).ComputeLocalToWorldTransform(0)
    np.testing.assert_allclose(world.ExtractTranslation(), (1, 2, 3))


def test_several_at_once_and_again(stage):
    cubes = Cube([f"/World/Box_{i}" for i in range(3)], sizes=[1.0, 2.0, 3.0], colors=["red", "#00ff00", "blue"],
                 positions=np.arange(9).reshape(3, 3))
    np.testing.assert_allclose(cubes.get_sizes().numpy(), [[1], [2], [3]])
    assert tuple(cubes.geoms[1].GetDisplayColorAttr().Get()[0]) == (0, 1, 0)
    again = Cube("/World/Box_.*")
    assert len(again) == 3
    again.set_sizes(0.5, indices=[0, 2])
    np.testing.assert_allclose(cubes.get_sizes().numpy().ravel(), [0.5, 2, 0.5])
    np.testing.assert_allclose(again.get_world_poses()[0].numpy(), np.arange(9).reshape(3, 3))
    again.set_display_colors([0.25, 0.5, 1.0])
    assert tuple(cubes.geoms[2].GetDisplayColorAttr().Get()[0]) == (0.25, 0.5, 1.0)
    with pytest.raises(ValueError, match=r"Sphere: /World/Box_0.* is no Sphere"):
        Sphere("/World/Box_.*")


def test_lights(stage, tmp_path):
    sun = DistantLight("/Sun", angles=1.5)
    sun.set_intensities(300)
    dome = DomeLight(["/DomeA", "/DomeB"], texture_files=str(tmp_path / "sky.exr"))
    dome.set_intensities([100.0, 200.0])
    ball, panel = SphereLight("/Ball", radii=0.2), RectLight("/Panel", widths=2.0, heights=1.0)
    ball.set_colors([1.0, 0.5, 0.25])
    get = lambda path, name: stage.GetPrimAtPath(path).GetAttribute(name).Get()  # noqa: E731
    assert get("/Sun", "inputs:intensity") == 300 and get("/Sun", "inputs:angle") == 1.5
    assert get("/DomeB", "inputs:intensity") == 200 and dome.get_texture_files()[0].endswith("sky.exr")
    assert get("/Ball", "inputs:radius") == pytest.approx(0.2) and tuple(get("/Ball", "inputs:color")) == (1, 0.5, 0.25)
    np.testing.assert_allclose(panel.get_widths().numpy(), [[2]])
    sun.set_enabled_color_temperatures(True)
    assert sun.get_enabled_color_temperatures().numpy().tolist() == [[True]]


def test_materials_are_bound_and_have_inputs(stage):
    red, pbr = PreviewSurfaceMaterial("/Looks/red"), OmniPbrMaterial(["/Looks/a", "/Looks/b"])
    red.set_input_values("diffuseColor", [1.0, 0.0, 0.0])
    red.set_input_values("roughness", 0.25)
    pbr.set_input_values("diffuse_color_constant", [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    assert tuple(red.get_input_values("diffuseColor")[0]) == (1, 0, 0) and red.get_input_values("metallic") == [None]
    np.testing.assert_allclose(pbr.get_input_values("diffuse_color_constant")[1], (0.4, 0.5, 0.6), atol=1e-6)
    cubes = Cube(["/A", "/B"])
    cubes.apply_visual_materials(red)
    bound = lambda path: UsdShade.MaterialBindingAPI(stage.GetPrimAtPath(path)).ComputeBoundMaterial()[0].GetPath()  # noqa: E731
    assert bound("/A") == bound("/B") == "/Looks/red"
    cubes.apply_visual_materials(pbr)
    assert bound("/B") == "/Looks/b"
    rough = RigidBodyMaterial("/Rough", static_frictions=0.9, restitutions=[0.5]).materials[0]
    api = UsdPhysics.MaterialAPI(rough.GetPrim())
    assert api.GetStaticFrictionAttr().Get() == pytest.approx(0.9) and api.GetRestitutionAttr().Get() == 0.5
    with pytest.raises(ImportError, match="RTX sensors or soft bodies"):
        from isaacsim.core.experimental.materials import VolumeDeformableMaterial  # noqa: F401
