"""Poses, object coordinates, keypoints, parts and disparity against truth that is computed here in float64."""

import hashlib
import importlib
import re
from pathlib import Path

import numpy as np
import omni.kit.app as app
import omni.replicator.core as rep
import pytest
from pxr import Gf, Sdf, UsdGeom

from scenewright.sdg.annotators import (
    NoTracerError,
    derived_names,
    get,
    has_tracer,
    object_id,
    register_annotators,
    traced_names,
    unregister_annotators,
)
from scenewright.sdg.annotators.composite import DerivedAnnotator

W, H = 96, 72
FOCAL = 1.2  # focal length over aperture
create = rep.functional.create


@pytest.fixture
def camera(stage):
    return create.camera(name="Eye", position=(3, -5, 2.5), look_at=(0, 0, 0.3), focal_length=24.0, horizontal_aperture=20.0,
                         clipping_range=(0.01, 1e6))


def scatter(count=6):
    rng = np.random.default_rng(2)
    makers = (create.cube, create.sphere, create.cylinder)
    prims = []
    for index in range(count):
        prims.append(makers[index % 3](name=f"Thing{index}", position=tuple(rng.uniform(-1.3, 1.3, 3)),
                                       rotation=tuple(rng.uniform(0, 360, 3)), scale=tuple(rng.uniform(0.3, 0.9, 3)),
                                       semantics={"class": f"kind{index % 3}"}))
    return prims


def opencv_view(camera, pose_of):
    """World to camera (+x right, +y down, +z forward), row vectors."""
    return np.linalg.inv(pose_of(camera)) @ np.diag([1.0, -1.0, -1.0, 1.0])


def rays():
    """K^-1 (x, y, 1) of the pixel centres."""
    x, y = np.meshgrid(np.arange(W) + 0.5, np.arange(H) + 0.5)
    focal = FOCAL * W
    return np.stack([(x - W / 2) / focal, (y - H / 2) / focal, np.ones((H, W))], axis=-1)


@pytest.mark.parametrize("metres", [1.0, 0.01])
@pytest.mark.parametrize("origin", [(0, 0, 0), (12345.678, -9876.543, 4321.0)])
def test_poses_are_exact_far_from_the_origin_and_in_any_unit(stage, camera, look, pose_of, metres, origin):
    UsdGeom.SetStageMetersPerUnit(stage, metres)
    prims = scatter()
    for prim in (*prims, camera):
        UsdGeom.Xformable(prim).AddTranslateOp(opSuffix="far").Set(Gf.Vec3d(*origin))
        order = UsdGeom.Xformable(prim).GetOrderedXformOps()
        UsdGeom.Xformable(prim).SetXformOpOrder([order[-1], *order[:-1]])
    ((poses),) = look(rep.create.render_product(camera, (W, H)), "object_pose")
    view = opencv_view(camera, pose_of)
    records, paths = poses["data"], poses["info"]["primPaths"]
    assert len(records) >= 5
    for record, path in zip(records, paths, strict=True):
        prim = stage.GetPrimAtPath(path)
        world = pose_of(prim)
        scale = np.linalg.norm(world[:3, :3], axis=1)
        assert np.abs(record["scale"] - scale * metres).max() < 1e-5 * metres
        for name, matrix in (("objectToWorld", world), ("objectToCamera", world @ view)):
            rotation = (matrix[:3, :3] / scale[:, None]).T
            assert np.abs(record[name][:3, :3] - rotation).max() < 1e-5
            assert np.abs(record[name][:3, 3] - matrix[3, :3] * metres).max() < 1e-5
        extent = np.array(UsdGeom.Boundable.ComputeExtentFromPlugins(UsdGeom.Boundable(prim), 0.0), np.float64)
        assert np.abs([record["boxMin"], record["boxMax"]] - extent * scale * metres).max() < 1e-5
        assert record["objectId"] == object_id(path)


def test_object_coordinates_are_where_the_rays_meet_the_objects(stage, camera, look, pose_of):
    prims = scatter()
    product = rep.create.render_product(camera, (W, H))
    nocs, ids = look(product, "nocs", "instance_segmentation")
    view = opencv_view(camera, pose_of)
    checked = 0
    for key, path in ids["info"]["idToLabels"].items():
        prim = stage.GetPrimAtPath(path) if path.startswith("/") else None
        if not prim or prim.GetTypeName() not in ("Sphere", "Cube"):
            continue
        to_object = np.linalg.inv(pose_of(prim) @ view)
        o, d = to_object[3, :3], rays() @ to_object[:3, :3]
        mask = ids["data"] == int(key)
        if prim.GetTypeName() == "Sphere":
            a, b, c = (d * d).sum(-1), (d * o).sum(-1), (o * o).sum() - 0.25
            t = (-b - np.sqrt(np.maximum(b * b - a * c, 0.0))) / a
        else:
            near = np.minimum((-0.5 - o) / d, (0.5 - o) / d)
            t = near.max(-1)
        scale = np.linalg.norm(pose_of(prim)[:3, :3], axis=1)
        expected = (o + t[..., None] * d) * scale / np.linalg.norm(scale) + 0.5
        assert np.abs(nocs["data"] - expected)[mask].max() < 1e-4
        checked += mask.sum()
    assert checked > 400
    assert np.array_equal(nocs["info"]["valid"], ids["data"] > 1) and not nocs["data"][~nocs["info"]["valid"]].any()
    assert nocs["data"].min() >= 0.0 and nocs["data"].max() <= 1.0
    assert len(nocs["info"]["diagonals"]) >= len(prims) - 1


def add_locator(stage, path, name, place):
    prim = stage.DefinePrim(path, "Xform")
    prim.CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set(name)
    UsdGeom.XformCommonAPI(prim).SetTranslate(Gf.Vec3d(*place))
    return prim


def test_keypoints_are_where_they_project_and_know_what_hides_them(stage, look, pose_of):
    camera = create.camera(name="Eye", focal_length=24.0, horizontal_aperture=20.0, clipping_range=(0.01, 100.0))
    box = create.cube(name="Box", position=(0, 0, -5), scale=(1, 1, 1), semantics={"class": "box"})
    create.cube(name="Screen", position=(0.3, 0.3, -3), scale=(0.3, 0.3, 0.1))  # unlabelled: hides one corner
    corners = {f"{'ab'[x]}{'ab'[y]}{'ab'[z]}": (x - 0.5, y - 0.5, z - 0.5) for x in (0, 1) for y in (0, 1) for z in (0, 1)}
    for name, place in corners.items():
        add_locator(stage, f"/Box/Corners/{name}", name, place)
    add_locator(stage, "/Box/Far", "far", (40.0, 0, 0))
    add_locator(stage, "/Box/Behind", "behind", (0, 0, 10.0))
    add_locator(stage, "/Loose", "of nobody", (0, 0, 0))
    (found,) = look(rep.create.render_product(camera, (W, H)), "keypoints")
    records, info = found["data"], found["info"]
    assert sorted(info["names"]) == sorted([*corners, "far", "behind"]) and set(info["primPaths"]) == {"/Box"}
    states = {}
    for record, name in zip(records, info["names"], strict=True):
        states[name] = info["states"][record["state"]]
        if name in corners:
            x, y, z = np.add(corners[name], (0, 0, -5))
            focal = FOCAL * W
            assert abs(record["x"] - (W / 2 - focal * x / z)) < 1e-4 and abs(record["y"] - (H / 2 + focal * y / z)) < 1e-4
            assert record["depth"] == pytest.approx(-z, abs=1e-5)
    expected = {name: "visible" if name[2] == "b" else "self-occluded" for name in corners}
    expected["bbb"] = "hidden"  # behind the screen
    expected["bba"] = states["bba"]  # behind both: whichever is nearer in its pixel
    assert states == {**expected, "far": "outside", "behind": "outside"}
    assert states["bba"] in ("hidden", "self-occluded")
    assert box


def test_locators_in_native_and_point_instances(stage, look):
    camera = create.camera(name="Eye", position=(0, -8, 0), look_at=(0, 0, 0), clipping_range=(0.01, 100.0))
    asset = stage.DefinePrim("/Asset", "Xform")
    asset.SetSpecifier(Sdf.SpecifierClass)
    stage.DefinePrim("/Asset/Body", "Sphere")
    add_locator(stage, "/Asset/Top", "top", (0, 0, 1.0))
    for index in range(2):
        prim = stage.DefinePrim(f"/Copy{index}", "Xform")
        prim.GetReferences().AddInternalReference("/Asset")
        prim.SetInstanceable(True)
        UsdGeom.XformCommonAPI(prim).SetTranslate((2.5 * index - 2.5, 0, 0))
        UsdGeom.XformCommonAPI(prim).SetScale((0.5, 0.5, 0.5))
        rep.functional.modify.semantics(prim, {"class": "copy"})
    points = UsdGeom.PointInstancer.Define(stage, "/Points")
    proto = stage.DefinePrim("/Points/Kinds/Ball", "Xform")
    stage.DefinePrim("/Points/Kinds/Ball/Body", "Sphere")
    rep.functional.modify.semantics(proto, {"class": "ball"})
    add_locator(stage, "/Points/Kinds/Ball/Top", "top", (0, 0, 1.0))
    points.CreatePrototypesRel().SetTargets(["/Points/Kinds/Ball"])
    points.CreateProtoIndicesAttr([0, 0, 0])
    points.CreatePositionsAttr([(1.5, 0, 0), (3, 0, 1), (-3, 0, -1.8)])
    points.CreateScalesAttr([(0.4, 0.4, 0.4)] * 3)
    found, poses = look(rep.create.render_product(camera, (W, H)), "keypoints", "object_pose")
    by_path = dict(zip(found["info"]["primPaths"], found["data"], strict=True))
    assert len(by_path) == 5 and sum(path.startswith("/Points[") for path in by_path) == 3
    for pose, path in zip(poses["data"], poses["info"]["primPaths"], strict=True):
        top = pose["objectToCamera"] @ [*(pose["scale"] * (0, 0, 1.0)), 1.0]
        focal = 24.0 / 20.955 * W
        point = by_path[path]
        assert point["instanceId"] == pose["instanceId"] and point["objectId"] == pose["objectId"]
        assert point["x"] == pytest.approx(W / 2 + focal * top[0] / top[2], abs=1e-4)
        assert point["y"] == pytest.approx(H / 2 + focal * top[1] / top[2], abs=1e-4)


def test_locators_that_are_named_by_path_or_are_missing(stage, camera, look):
    create.cube(name="Box", semantics={"class": "box"})
    stage.DefinePrim("/Box/Lid/Knob", "Xform")
    product = rep.create.render_product(camera, (W, H))
    (found,) = look(product, ("keypoints", {"locators": {"knob": "Lid/Knob"}}))
    assert found["info"]["names"] == ["knob"]
    with pytest.raises(ValueError, match=r"'tip'.*no prim of the stage is called 'Lid/Tip'.*/Box"):
        look(product, ("keypoints", {"locators": {"tip": "Lid/Tip"}}))
    with pytest.raises(ValueError, match=r"locators.*got 'Lid'"):
        get("keypoints", {"locators": "Lid"})
    for index in range(2):
        add_locator(stage, f"/Box/Twin{index}", "twin", (0, 0, 0))
    with pytest.raises(ValueError, match="two locators called 'twin'"):
        look(product, "keypoints")


def test_locators_follow_edits(stage, camera, look, capfd):
    create.cube(name="Box", semantics={"class": "box"})
    product = rep.create.render_product(camera, (W, H))
    assert look(product, "keypoints")[0]["info"]["names"] == []
    prim = add_locator(stage, "/Box/Tip", "tip", (0, 0, 0.5))
    assert look(product, "keypoints")[0]["info"]["names"] == ["tip"]
    prim.GetAttribute("scenewright:keypoint").Set("top")
    assert look(product, "keypoints")[0]["info"]["names"] == ["top"]
    assert "Can only append" not in capfd.readouterr().err


def test_parts_are_the_prims_of_an_object(stage, camera, look):
    body = stage.DefinePrim("/Robot", "Xform")
    rep.functional.modify.semantics(body, {"class": "robot"})
    for name, place in (("Arm", (-0.7, 0, 0)), ("Leg/Foot", (0.7, 0, 0))):
        prim = stage.DefinePrim(f"/Robot/{name}", "Sphere")
        UsdGeom.XformCommonAPI(prim).SetTranslate(place)
        UsdGeom.XformCommonAPI(prim).SetScale((0.5, 0.5, 0.5))
    create.cube(name="Wall", position=(0, 3, 0))
    parts, ids = look(rep.create.render_product(camera, (W, H)), "part_segmentation", "instance_segmentation")
    assert np.array_equal(parts["data"] > 0, ids["data"] > 1)
    named = parts["info"]["idToParts"]
    assert sorted(entry["part"] for entry in named.values()) == ["Arm", "Leg/Foot"]
    assert {entry["object"] for entry in named.values()} == {"/Robot"}
    assert {entry["objectId"] for entry in named.values()} == {object_id("/Robot")}
    arm = next(int(key) for key, entry in named.items() if entry["part"] == "Arm")
    assert np.nonzero(parts["data"] == arm)[1].mean() < np.nonzero((parts["data"] > 0) & (parts["data"] != arm))[1].mean()


def stereo(stage, baseline=0.12, **changes):
    camera = create.camera(name="Left", focal_length=24.0, horizontal_aperture=20.0, clipping_range=(0.01, 100.0))
    create.camera(name="Right", focal_length=changes.pop("focal", 24.0), horizontal_aperture=20.0, clipping_range=(0.01, 100.0),
                  position=(baseline, changes.pop("up", 0.0), 0.0), **changes)
    return rep.create.render_product(camera, (W, H))


def test_disparity_is_that_of_the_points(stage, look):
    create.plane(name="Far", position=(0, 0, -4), scale=(30, 30, 1))
    create.cube(name="Near", position=(0.1, 0, -1.51), scale=(0.4, 0.4, 0.02))
    disparity, depth = look(stereo(stage), ("stereo_disparity", {"right": "/Right"}), "distance_to_image_plane")
    info, focal = disparity["info"], FOCAL * W
    near = depth < 2.0
    assert near.any() and np.abs(depth[near] - 1.5).max() < 1e-5
    expected = np.where(near, focal * 0.12 / 1.5, focal * 0.12 / 4.0)
    assert np.abs(disparity["data"] - expected).max() < 0.02
    assert info["baseline"] == pytest.approx(0.12) and info["focal"] == pytest.approx(focal)
    x = np.arange(W) + 0.5 - expected
    assert np.array_equal(info["state"] == 3, x < 0)
    # the wall is hidden in the right image where the cube covers its point there
    column = (np.arange(W) + 0.5 - W / 2) / focal
    wall = column * 4.0 - 0.12  # of the left pixel's point, to the right camera
    edge = 4.0 * (np.array([-0.1, 0.3]) - 0.12) / 1.5
    line = H // 2
    hidden = (wall > edge[0]) & (wall < edge[1]) & ~near[line] & (x[line] >= 0)
    assert hidden.sum() >= 4 and abs(int((info["state"][line] == 2).sum()) - hidden.sum()) <= 1
    assert (info["state"][near] == 1).all()


@pytest.mark.parametrize(("changes", "part"), [({"up": 0.01}, "right, down"), ({"rotation": (0, 2.0, 0)}, "turned"),
                                               ({"focal": 25.0}, "intrinsics"), ({"baseline": -0.1}, "not rectified")])
def test_a_pair_that_is_not_rectified_is_refused(stage, look, changes, part):
    create.plane(position=(0, 0, -4), scale=(30, 30, 1))
    with pytest.raises(ValueError, match=part):
        look(stereo(stage, **changes), ("stereo_disparity", {"right": "/Right"}))


def test_the_right_camera_must_be_named():
    with pytest.raises(ValueError, match=r"right.*prim path"):
        get("stereo_disparity")


def test_parts_are_subsets_where_replicator_counts_them(stage, camera, look):
    mesh = UsdGeom.Mesh.Define(stage, "/Sheet")
    mesh.CreatePointsAttr([(-1, -1, 0), (0, -1, 0), (1, -1, 0), (-1, 1, 0), (0, 1, 0), (1, 1, 0)])
    mesh.CreateFaceVertexCountsAttr([4, 4])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 4, 3, 1, 2, 5, 4])
    rep.functional.modify.semantics(mesh.GetPrim(), {"class": "sheet"})
    for name, face in (("Left", 0), ("Right", 1)):
        UsdGeom.Subset.CreateGeomSubset(mesh, name, UsdGeom.Tokens.face, [face])
    product = rep.create.render_product(camera, (W, H))
    assert [entry["part"] for entry in look(product, "part_segmentation")[0]["info"]["idToParts"].values()] == ["."]
    rep.settings.carb_settings("/syntheticdata/sensors/perSubsetSegmentation", True)
    (parts,) = look(product, "part_segmentation")
    named = {entry["part"]: int(key) for key, entry in parts["info"]["idToParts"].items()}
    assert sorted(named) == ["Left", "Right"]
    columns = [np.nonzero(parts["data"] == named[name])[1].mean() for name in ("Left", "Right")]
    assert columns[0] < columns[1]


def test_each_tile_of_a_tiled_product_is_that_of_its_camera(stage, camera, look):
    prims = scatter()
    add_locator(stage, f"{prims[0].GetPath()}/Tip", "tip", (0, 0, 0.5))
    other = create.camera(name="Other", position=(-4, -5, 1), look_at=(0, 0, 0), focal_length=24.0, horizontal_aperture=20.0)
    names = ["nocs", "object_pose", "keypoints", "part_segmentation", "amodal_segmentation", "occluders",
             "optical_flow_backward"]
    alone = [look(rep.create.render_product(one, (W, H)), *names) for one in (camera, other)]
    tiled = look(rep.create.render_product_tiled([camera, other], (W, H)), *names)
    for name, both, one, two in zip(names, tiled, *alone, strict=True):
        if both["data"].dtype.names is None:
            assert np.allclose(both["data"], np.concatenate([one["data"], two["data"]], axis=1), atol=1e-3), name
        else:
            assert len(both["data"]) == len(one["data"]) + len(two["data"]), name
        assert set(both["info"]) == set(one["info"])


def test_the_form_for_kit_says_the_same(stage, look, monkeypatch):
    prims = scatter()
    add_locator(stage, f"{prims[0].GetPath()}/Tip", "tip", (0, 0, 0.5))
    product = stereo(stage)
    for path in ("/Left", "/Right"):
        UsdGeom.XformCommonAPI(stage.GetPrimAtPath(path)).SetTranslate((0.12 if path == "/Right" else 0.0, 0.0, 5.0))
    wanted = [(name, {"right": "/Right"} if name == "stereo_disparity" else {}) for name in derived_names()]
    registered = look(product, *wanted)
    unregister_annotators()
    monkeypatch.delattr(rep.AnnotatorRegistry, "register_derived")
    composed = [get(name, params) for name, params in wanted]
    assert all(isinstance(annotator, DerivedAnnotator) for annotator in composed)
    for annotator in composed:
        annotator.attach(product)
    assert composed[0].get_data() is None
    rep.orchestrator.step(delta_time=0.0)
    for one, two in zip(registered, (annotator.get_data() for annotator in composed), strict=True):
        assert len(one["data"]) and np.array_equal(one["data"], two["data"]) and set(one["info"]) == set(two["info"])


def test_the_page_says_which_work_in_kit_and_they_ask_kit_for_its_own():
    page = (Path(__file__).parents[3] / "exts/scenewright.sdg/docs/ground_truth.md").read_text()
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| `")]
    in_kit = {name: kit.strip() == "yes" for names, _, portable, kit in rows for name in re.findall(r"`(\w+)`", names)
              if portable.strip() == "yes"}
    assert in_kit == {**dict.fromkeys(derived_names(), True), **dict.fromkeys(traced_names(), False)}
    kits = set(rep.AnnotatorRegistry._default_annotators) - set(traced_names())
    for name in derived_names():
        module = importlib.import_module(f"scenewright.sdg.annotators.{name}")
        params = {"semanticTypes": None, "locators": None, "right": "/Right"}
        assert {standard for standard, *_ in module.inputs(params).values()} <= kits, name


def test_before_the_extension_is_enabled_the_registry_says_how(stage, camera):
    from scenewright.replicator.annotators.unavailable import OF_EXTENSIONS

    assert OF_EXTENSIONS == dict.fromkeys(derived_names(), "scenewright.sdg")
    unregister_annotators()
    for name in derived_names():
        with pytest.raises(ValueError, match=rf"'{name}' belongs to the extension 'scenewright.sdg', which is not enabled.*"
                                             rf"set_extension_enabled_immediate\('scenewright.sdg', True\).*get\('{name}'\)"):
            rep.AnnotatorRegistry.get_annotator(name)
    app.get_app().get_extension_manager().set_extension_enabled_immediate("scenewright.sdg", True)
    for name in derived_names():
        given = {"right": "/Eye"} if name == "stereo_disparity" else {}
        assert rep.AnnotatorRegistry.get_annotator(name, init_params=given).get_name() == name
    app.get_app().get_extension_manager().set_extension_enabled_immediate("scenewright.sdg", False)
    assert not set(derived_names()) & set(rep.AnnotatorRegistry.get_registered_annotators())


def test_what_needs_the_tracer_says_so_in_kit(monkeypatch):
    register_annotators()
    known = rep.AnnotatorRegistry.get_registered_annotators()
    kits = [name for name in known if name not in traced_names()]
    monkeypatch.setattr(rep.AnnotatorRegistry, "get_registered_annotators", lambda: kits)
    assert len(kits) == len(known) - 4 and not has_tracer()
    for name in traced_names():
        with pytest.raises(NoTracerError, match=f"'{name}' needs Scenewright's own tracer"):
            get(name)


def test_an_id_is_a_function_of_the_path():
    assert object_id("/World/Car") == int(hashlib.blake2b(b"/World/Car", digest_size=8).hexdigest(), 16) >> 11
    assert object_id("/World/Car") != object_id("/World/Car1")
    assert max(object_id(f"/World/Prim{index}") for index in range(100)) < 2**53
