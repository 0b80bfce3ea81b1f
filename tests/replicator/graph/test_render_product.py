import omni.replicator.core as rep
import pytest
from pxr import UsdGeom

from scenewright.replicator.render_product import find_render_product, find_render_products


def test_names_paths_and_prims(graph_stage):
    root = graph_stage.GetRootLayer().ExportToString()
    first = rep.create.render_product("/OmniverseKit_Persp", (64, 32))
    second = rep.create.render_product("/OmniverseKit_Persp", (32, 32))
    named = rep.create.render_product("/OmniverseKit_Persp", (64, 32), name="front")
    again = rep.create.render_product("/OmniverseKit_Persp", (64, 32), name="front")
    assert [product.name for product in (first, second, named, again)] == ["Replicator", "Replicator_01", "front", "front_01"]
    prim = graph_stage.GetPrimAtPath(first.path)
    assert first.path == "/Render/OmniverseKit/HydraTextures/Replicator" and prim.GetTypeName() == "RenderProduct"
    assert prim.GetRelationship("camera").GetTargets() == ["/OmniverseKit_Persp"]
    assert tuple(prim.GetAttribute("resolution").Get()) == (64, 32)
    assert graph_stage.GetRootLayer().ExportToString() == root


def test_the_same_request_gives_the_same_product(graph_stage):
    first = rep.create.render_product("/OmniverseKit_Persp", (64, 32))
    assert rep.create.render_product("/OmniverseKit_Persp", (64, 32)) is first
    assert rep.create.render_product("/OmniverseKit_Persp", (64, 32), force_new=True) is not first


def test_several_cameras_give_a_list(graph_stage):
    cameras = rep.create.camera(count=2)
    assert [p.camera_path for p in rep.create.render_product(cameras, (8, 8))] == [
        "/Replicator/Camera_Xform/Camera", "/Replicator/Camera_Xform_01/Camera"]
    pair = rep.create.render_product(["/OmniverseKit_Persp", cameras.get_prims()[0]], (8, 8), name=["a", "b"])
    assert [product.name for product in pair] == ["a", "b"]
    assert rep.create.render_product(rep.create.camera(), (8, 8)).camera_path == "/Replicator/Camera_Xform_02/Camera"


def test_destroying_frees_the_name(graph_stage):
    product = rep.create.render_product("/OmniverseKit_Persp", (8, 8), name="front")
    path = product.path
    product.destroy()
    product.destroy()
    assert not graph_stage.GetPrimAtPath(path)
    assert rep.create.render_product("/OmniverseKit_Persp", (8, 8), name="front").path == path
    with pytest.raises(ValueError, match="does not exist any more"):
        find_render_product(product)


def test_products_are_found_by_path(graph_stage):
    product = rep.create.render_product("/OmniverseKit_Persp", (8, 8))
    assert find_render_product(product.path) is product
    assert find_render_products([product.path, [product]]) == [product, product]
    with pytest.raises(ValueError, match=r"no render product at '/Render/x'\. Existing: /Render/.*Replicator"):
        find_render_product("/Render/x")


@pytest.mark.parametrize(("camera", "resolution", "name", "message"), [
    ("/World/Cam", (8, 8), None, "No prim at '/World/Cam'"),
    ("/Box", (8, 8), None, r"/Box is of type 'Cube', not a camera\. Cameras on this stage: .*OmniverseKit_Persp"),
    ("/OmniverseKit_Persp", (0, 8), None, "positive"),
    ("/OmniverseKit_Persp", 8, None, r"\(width, height\)"),
    (["/OmniverseKit_Persp"], (8, 8), ["a", "b"], "2 names for 1 cameras"),
    ("/OmniverseKit_Persp", (8, 8), "", "must not be empty"),
])
def test_bad_requests_are_explained(graph_stage, camera, resolution, name, message):
    UsdGeom.Cube.Define(graph_stage, "/Box")
    with pytest.raises((ValueError, TypeError), match=message):
        rep.create.render_product(camera, resolution, name=name)


def test_a_product_of_a_closed_stage_is_refused(graph_stage):
    import omni.usd

    product = rep.create.render_product("/OmniverseKit_Persp", (8, 8))
    omni.usd.get_context().new_stage()
    with pytest.raises(ValueError, match="stage was closed"):
        rep.annotators.get("rgb").attach(product)
