import logging

import numpy as np
import omni.replicator.core as rep
import pytest
from omni.replicator.core.orchestrator import OrchestratorError
from pxr import Usd, UsdGeom, UsdShade


def rotations(item):
    return np.array([np.array(UsdGeom.Xformable(prim).GetLocalTransformation())[:3, :3] for prim in item.get_prims()])


def shader_of(prim):
    material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
    return UsdShade.Shader(material.GetPrim().GetChild("Shader"))


def test_full_rotation_is_uniform_over_all_rotations(graph_stage):
    item = rep.create.xform(count=600)
    with item:
        rep.randomizer.rotation()
    rep.orchestrator.step()
    matrices = rotations(item)
    assert np.allclose(matrices @ np.swapaxes(matrices, 1, 2), np.eye(3), atol=1e-5)
    assert np.abs(matrices.mean(0)).max() < 0.09  # each entry has mean 0 and deviation 1/sqrt(3)
    assert np.abs((matrices**2).mean(0) - 1 / 3).max() < 0.06
    trace = np.trace(matrices, axis1=1, axis2=2)  # E[tr] = 0, E[tr^2] = 1 under the Haar measure
    assert abs(trace.mean()) < 0.15 and abs((trace**2).mean() - 1) < 0.2


def test_a_range_of_angles_is_kept(graph_stage):
    item = rep.create.xform(count=50)
    with item:
        rep.randomizer.rotation(min_angle=(0, 0, 10), max_angle=(0, 0, 20))
    rep.orchestrator.step()
    angles = np.array([prim.GetAttribute("xformOp:rotateXYZ").Get() for prim in item.get_prims()])
    assert (angles[:, :2] == 0).all() and (angles[:, 2] >= 10).all() and (angles[:, 2] <= 20).all()


def test_colors_have_a_material_for_each_prim_and_keep_it(graph_stage):
    item = rep.create.cube(count=3)
    with rep.trigger.on_frame(), item:
        rep.randomizer.color(rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
    seen, paths = [], []
    for _ in range(2):
        rep.orchestrator.step()
        shaders = [shader_of(prim.GetChildren()[0]) for prim in item.get_prims()]
        paths.append([shader.GetPath() for shader in shaders])
        seen += [tuple(shader.GetInput("diffuse_color_constant").Get()) for shader in shaders]
    assert paths[0] == paths[1] and len(set(paths[0])) == 3
    assert len(set(seen)) == 6


def test_colors_from_a_list(graph_stage):
    item = rep.create.cube(count=30)
    with item:
        rep.randomizer.color([(1, 0, 0), (0, 1, 0)])
    rep.orchestrator.step()
    found = {tuple(shader_of(prim.GetChildren()[0]).GetInput("diffuse_color_constant").Get()) for prim in item.get_prims()}
    assert found == {(1, 0, 0), (0, 1, 0)}


def test_per_sub_mesh_colors_every_shape(graph_stage):
    parent = rep.functional.create.xform(name="Car")
    for name in ("Body", "Wheel"):
        rep.functional.create.cube(parent=parent, name=name)
    with rep.get.prim_at_path("/Car"):
        rep.randomizer.color(rep.distribution.uniform((0, 0, 0), (1, 1, 1)), per_sub_mesh=True)
    rep.orchestrator.step()
    assert len({shader_of(graph_stage.GetPrimAtPath(f"/Car/{name}")).GetPath() for name in ("Body", "Wheel")}) == 2


def test_materials_are_chosen_from_an_item(graph_stage):
    pool = rep.create.material_omnipbr(diffuse=rep.distribution.uniform((0, 0, 0), (1, 1, 1)), count=4)
    item = rep.create.cube(count=40)
    with rep.trigger.on_frame(), item:
        rep.randomizer.materials(pool)
    rep.orchestrator.step()
    first = [shader_of(prim.GetChildren()[0]).GetPath() for prim in item.get_prims()]
    assert {path.GetParentPath() for path in first} == {prim.GetPath() for prim in pool.get_prims()}
    rep.orchestrator.step()
    assert first != [shader_of(prim.GetChildren()[0]).GetPath() for prim in item.get_prims()]


def test_materials_of_mdl_files(graph_stage, tmp_path, monkeypatch):
    for name in ("Wood", "Glossy"):
        (tmp_path / f"{name}.mdl").write_text("mdl 1.6;")
    item = rep.create.cube(count=12)
    files = [str(tmp_path / "Wood.mdl"), str(tmp_path / "Glossy.mdl"), "OmniGlass.mdl"]
    with rep.trigger.on_frame(), item:
        rep.randomizer.materials(rep.distribution.choice(files))
    rep.orchestrator.step()
    shaders = [shader_of(prim.GetChildren()[0]) for prim in item.get_prims()]
    assert {shader.GetSourceAsset("mdl").path for shader in shaders} == set(files)
    assert {shader.GetSourceAssetSubIdentifier("mdl") for shader in shaders} == {"Wood", "Glossy", "OmniGlass"}
    assert len({shader.GetPath() for shader in shaders}) == 3, "one material for each file"
    with item, pytest.raises(FileNotFoundError, match=r"no MDL file 'wood\.mdl'.*--missing-assets=proxy"):
        rep.randomizer.materials(["wood.mdl"])
    monkeypatch.setattr("scenewright.replicator.graph.mdl_files.proxies_wanted", lambda: True)
    with rep.trigger.on_frame(), item:
        rep.randomizer.materials(["/none/wood.mdl"])
    rep.orchestrator.step()
    proxy = shader_of(item.get_prims()[0].GetChildren()[0])
    assert proxy.GetSourceAsset("mdl").path == "OmniPBR.mdl" and proxy.GetPath() == "/Replicator/Looks/wood/Shader"


def test_textures_are_chosen_from_a_list(graph_stage):
    item = rep.create.cube(count=20)
    with item:
        rep.randomizer.texture(["a.png", "b.png"], texture_rotate=rep.distribution.uniform(0, 90), texture_scale=2.0)
    rep.orchestrator.step()
    shaders = [shader_of(prim.GetChildren()[0]) for prim in item.get_prims()]
    assert {shader.GetInput("diffuse_texture").Get().path for shader in shaders} == {"a.png", "b.png"}
    assert len({shader.GetInput("texture_rotate").Get() for shader in shaders}) == 20
    assert {tuple(shader.GetInput("texture_scale").Get()) for shader in shaders} == {(2, 2)}


def test_scatter_rests_on_the_surface_without_collisions(graph_stage):
    floor = rep.create.plane(scale=(6, 6, 1), position=(0, 0, 1))
    item = rep.create.group([rep.create.cube(count=5, scale=0.5), rep.create.sphere(count=4, scale=0.4)])
    with rep.trigger.on_frame(), item:
        rep.randomizer.scatter_2d(surface_prims=floor, check_for_collisions=True, max_samp=(0, None, None))
    rep.orchestrator.step()
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    boxes = [cache.ComputeWorldBound(prim).ComputeAlignedRange() for prim in item.get_prims()]
    low, high = np.array([b.GetMin() for b in boxes]), np.array([b.GetMax() for b in boxes])
    assert np.allclose(low[:, 2], 1.0, atol=1e-4)
    assert ((low + high)[:, 0] / 2 <= 1e-6).all() and ((low + high)[:, :2].__abs__() / 2 <= 3).all()
    overlap = (np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None]) > 1e-5).all(-1)
    assert overlap.sum() == len(boxes)


def test_scatter_that_cannot_place_warns_and_goes_on(graph_stage, caplog, positions):
    floor = rep.create.plane(scale=0.1)
    item = rep.create.cube(count=4)
    with item:
        rep.randomizer.scatter_2d(floor, check_for_collisions=True)
    with caplog.at_level(logging.WARNING):
        rep.orchestrator.step()
    assert "no collision-free arrangement of 4 objects" in caplog.text and "test_randomizer.py" in caplog.text
    assert positions(item) == [(0, 0, 0)] * 4


def test_a_seed_of_its_own_isolates_a_randomizer(graph_stage):
    item = rep.create.xform(count=2)
    with item:
        rep.randomizer.rotation(seed=3)
    rep.orchestrator.step()
    first = rotations(item)
    rep.set_global_seed(99)
    rep.orchestrator.stop()
    rep.orchestrator.step()
    assert np.allclose(first, rotations(item))


def test_a_randomizer_without_prims_says_what_to_do(graph_stage):
    with pytest.raises(OrchestratorError, match=r"rep.randomizer.color has no prims"):
        rep.randomizer.color([(1, 0, 0)])


@pytest.fixture
def asset_files(tmp_path):
    files = []
    for name in ("Cube", "Sphere", "Cone"):
        stage = Usd.Stage.CreateNew(str(tmp_path / f"{name}.usda"))
        root = UsdGeom.Xform.Define(stage, f"/{name}")
        getattr(UsdGeom, name).Define(stage, f"/{name}/Shape")
        stage.SetDefaultPrim(root.GetPrim())
        stage.Save()
        files.append(str(tmp_path / f"{name}.usda"))
    return files


def shown(item):
    return [str(prim.GetChildren()[0].GetFilteredChildren(Usd.TraverseInstanceProxies())[0].GetTypeName())
            for prim in item.get_prims()]


@pytest.mark.parametrize(("mode", "instances"), [("scene_instance", True), ("point_instance", True), ("reference", False)])
def test_populations_are_picked_anew(graph_stage, asset_files, positions, mode, instances):
    with rep.trigger.on_frame():
        item = rep.randomizer.instantiate(asset_files, size=6, mode=mode, semantics=[("class", "prop")])
        with item:
            rep.modify.pose(position=rep.distribution.uniform((1, 1, 1), (2, 2, 2)))
    assert [str(prim.GetPath().name) for prim in item.get_prims()[:2]] == ["Ref_Xform", "Ref_Xform_01"]
    seen = []
    for _ in range(4):
        rep.orchestrator.step()
        seen.append(shown(item))
    assert {kind for kinds in seen for kind in kinds} == {"Cube", "Sphere", "Cone"}
    assert len({tuple(kinds) for kinds in seen}) > 1 and np.min(positions(item)) >= 1
    assert item.get_prims()[0].GetChildren()[0].IsInstance() is instances
    drawn = UsdGeom.Imageable(item.get_prims()[0]).ComputeVisibility() != "invisible"
    assert drawn is (mode != "point_instance")


def rendered(width=48):
    """Ids of the pixels and boxes of a look straight down on 4 x 4 units."""
    camera = rep.functional.create.camera(position=(0, 0, 20), look_at=(0, 0, 0), focal_length=24.0, horizontal_aperture=4.8)
    product = rep.create.render_product(camera, (width, width), force_new=True)
    names = ("distance_to_camera", "instance_segmentation", "bounding_box_2d_tight", "bounding_box_3d_360")
    found = {name: rep.annotators.get(name) for name in names}
    for annotator in found.values():
        annotator.attach(product)
    rep.orchestrator.step(delta_time=0.0)
    data = {name: annotator.get_data() for name, annotator in found.items()}
    for annotator in found.values():
        annotator.detach()
    product.destroy()
    return data


def test_a_point_instancer_shows_what_scene_instances_show(graph_stage, asset_files):
    pictures = {}
    for mode in ("scene_instance", "point_instance"):
        item = rep.randomizer.instantiate(asset_files, size=4, mode=mode, seed=3, semantics=[("class", "prop")])
        with item:
            rep.modify.pose(position=rep.distribution.uniform((-1.5, -1.5, 0), (1.5, 1.5, 1), seed=4), rotation=(20, 10, 30),
                            scale=(0.3, 0.5, -0.4))
        pictures[mode] = rendered()
        rep.functional.modify.visibility(item.get_prims(), False)
        assert np.isinf(rendered()["distance_to_camera"]).all()
    one, other = pictures["scene_instance"], pictures["point_instance"]
    assert other["distance_to_camera"] == pytest.approx(one["distance_to_camera"], abs=1e-5)
    assert np.isfinite(one["distance_to_camera"]).sum() > 50
    boxes = [sorted(tuple(row)[1:5] for row in data["bounding_box_2d_tight"]["data"]) for data in (one, other)]
    assert boxes[0] == boxes[1] and len(boxes[0]) >= 3
    assert len(other["bounding_box_3d_360"]["data"]) == 4  # the invisible Xforms are no entities
    assert all("Instancer[" in path for path in other["bounding_box_3d_360"]["info"]["primPaths"])


def test_point_instances_have_labels_materials_and_visibility_of_their_own(graph_stage, asset_files):
    item = rep.randomizer.instantiate(asset_files[:1], size=3, mode="point_instance")
    with item:
        rep.modify.pose(position=[(-1.2, 0, 0), (0, 0, 0), (1.2, 0, 0)], scale=0.4)
        rep.modify.visibility([True, False, True])
    for prim, label in zip(item.get_prims(), ("left", "middle", "right"), strict=True):
        rep.functional.modify.semantics(prim, {"class": label})
    data = rendered()["bounding_box_2d_tight"]
    labels = [data["info"]["idToLabels"][str(row["semanticId"])]["class"] for row in data["data"]]
    by_place = [label for _, label in sorted(zip(data["data"]["x_min"], labels, strict=True))]
    assert by_place in (["left", "right"], ["right", "left"])
    instancer = next(prim for prim in graph_stage.Traverse() if prim.IsA(UsdGeom.PointInstancer))
    assert list(UsdGeom.PointInstancer(instancer).GetInvisibleIdsAttr().Get()) == [1]
    before = len(UsdGeom.PointInstancer(instancer).GetPrototypesRel().GetTargets())
    red = rep.functional.create.material(mdl="OmniPBR.mdl", diffuse_color_constant=(1, 0, 0))
    rep.functional.modify.material(item.get_prims()[0], red)
    rep.orchestrator.step(delta_time=0.0)
    assert len(UsdGeom.PointInstancer(instancer).GetPrototypesRel().GetTargets()) == before + 1


def test_populations_follow_weights_and_replacement(graph_stage, asset_files):
    heavy = rep.randomizer.instantiate(asset_files, size=5, weights=[0, 1, 0])
    each = rep.randomizer.instantiate(asset_files, size=3, with_replacements=False)
    rep.orchestrator.step()
    assert shown(heavy) == ["Sphere"] * 5 and sorted(shown(each)) == ["Cone", "Cube", "Sphere"]
    with pytest.raises(ValueError, match="4 assets without replacement from 3 paths"):
        rep.randomizer.instantiate(asset_files, size=4, with_replacements=False)
    with pytest.raises(FileNotFoundError, match=r"nothing\.usd"):
        rep.randomizer.instantiate(["nothing.usd"], size=1)
    with pytest.raises(ValueError, match="'scene_instance', 'point_instance' or 'reference', got 'clones'"):
        rep.randomizer.instantiate(asset_files, size=1, mode="clones")


def test_populations_of_a_distribution_follow_its_samples(graph_stage, asset_files):
    rounds = rep.distribution.choice(rep.distribution.sequence(asset_files), num_samples=50)
    with rep.trigger.on_frame():
        item = rep.randomizer.instantiate(rounds, size=4)
    seen = []
    for _ in range(4):
        rep.orchestrator.step()
        seen.append(shown(item))
    kinds = [frame[0] for frame in seen]
    assert all(frame == [frame[0]] * 4 for frame in seen), "one asset for each frame"
    assert len(set(kinds[:3])) == 3 and kinds[3] == kinds[0], "the next one with each frame"
    with pytest.raises(ValueError, match="a distribution has its own"):
        rep.randomizer.instantiate(rounds, size=1, weights=[1])
    with pytest.raises(ValueError, match="51 assets without replacement from 50 paths"):
        rep.randomizer.instantiate(rounds, size=51, with_replacements=False)
