import numpy as np
import pytest
from pxr import Sdf, UsdGeom

from scenewright.render.scene.labels import LabelTable, parent_of


def table(paths, declared, semantic_filter=None, first=None, **options):
    first = np.arange(1, len(paths) + 1) if first is None else np.array(first)
    return LabelTable.build(("", *paths), first, declared, semantic_filter, **options)


def test_an_entity_takes_its_unlabelled_descendants():
    t = table(["/W/car/body", "/W/car/wheel/rim", "/W/car/wheel/tyre", "/W/tree"],
              {"/W/car": {"class": ["car"]}, "/W/car/wheel": {"class": ["wheel"]}})
    assert t.entity_paths == ("/W/car", "/W/car/wheel")
    assert t.entity_labels == ({"class": "car"}, {"class": "wheel,car"})
    assert t.instance_of_prim.tolist() == [0, 2, 3, 3, 1]
    assert t.semantic_of_prim.tolist() == [0, 2, 3, 3, 1]
    assert t.instance_of_prim.dtype == t.semantic_of_prim.dtype == t.entity_semantic.dtype == np.uint32


def test_parents_come_before_their_children_and_siblings_in_order():
    t = table(["/W/b/x", "/W/b/y", "/W/a"],
              {"/W/a": {"class": ["a"]}, "/W/b/x": {"class": ["x"]}, "/W/b": {"class": ["b"]}})
    assert t.entity_paths == ("/W/b", "/W/b/x", "/W/a")


def test_a_labelled_prim_that_draws_nothing_itself_is_no_entity():
    t = table(["/W/g/a"], {"/W/g": {"class": ["g"]}, "/W/g/a": {"class": ["a"]}, "/W/empty": {"class": ["e"]}})
    assert t.entity_paths == ("/W/g/a",)
    assert t.entity_labels == ({"class": "a,g"},)


def test_equal_label_sets_share_a_semantic_id_in_order_of_first_appearance():
    t = table(["/a", "/b", "/c"], {"/a": {"class": ["cube"]}, "/b": {"class": ["ball"]}, "/c": {"class": ["cube"]}})
    assert t.entity_semantic.tolist() == [2, 3, 2]
    assert t.semantic_labels == ({"class": "cube"}, {"class": "ball"})
    assert t.semantic_of_prim.tolist() == [0, 2, 3, 2]


def test_several_types_and_several_labels():
    car = {"class": ["car", "toy"], "maker": ["x"]}
    t = table(["/a/b"], {"/a": car, "/a/b": {"part": ["door"], "class": ["panel", "car"]}})
    assert t.entity_labels == ({"class": "panel,car,toy", "maker": "x", "part": "door"},)


def test_filtered_labels_leave_their_prims_to_the_next_entity_above():
    declared = {"/car": {"class": ["car"], "part": ["all"]}, "/car/wheel": {"part": ["wheel"]}}
    paths = ["/car/body", "/car/wheel"]
    only_class = table(paths, declared, lambda labels: {k: v for k, v in labels.items() if k == "class"})
    assert only_class.entity_paths == ("/car",)
    assert only_class.instance_of_prim.tolist() == [0, 2, 2]
    nothing = table(paths, declared, lambda labels: {})
    assert nothing.entity_paths == ()
    assert nothing.instance_of_prim.tolist() == [0, 1, 1]


def test_subsets_belong_to_their_mesh_unless_asked_for():
    paths, first = ["/m", "/m/left", "/m/right", "/n"], [1, 4]
    declared = {"/m/left": {"class": ["left"]}}
    t = table(paths, declared, first=first)
    assert t.entity_paths == ()
    assert t.leaf_paths == ("", "/m", "/m", "/m", "/n")
    assert t.instance_of_prim.tolist() == [0, 1, 1, 1, 1]
    t = table(paths, {**declared, "/m": {"class": ["mesh"]}}, first=first, per_subset=True)
    assert t.entity_paths == ("/m", "/m/left")
    assert t.entity_labels == ({"class": "mesh"}, {"class": "left,mesh"})
    assert t.leaf_paths == ("", *paths)
    assert t.instance_of_prim.tolist() == [0, 2, 3, 2, 1]


def test_parents_of_point_instances():
    line = ["/P[3]/inner[0]/mesh"]
    while line[-1]:
        line.append(parent_of(line[-1]))
    assert line == ["/P[3]/inner[0]/mesh", "/P[3]/inner[0]", "/P[3]/inner", "/P[3]", "/P", ""]


def test_an_empty_stage():
    t = table([], {})
    assert t.instance_of_prim.tolist() == [0]
    assert t.entity_paths == t.semantic_labels == ()


def test_a_table_made_from_names_knows_no_boxes():
    with pytest.raises(ValueError, match="made from names alone"):
        _ = table(["/a"], {"/a": {"class": ["a"]}}).entity_bounds


def test_labels_of_a_stage_in_both_forms(stage, open_scene, label):
    cube = UsdGeom.Cube.Define(stage, "/World/cube").GetPrim()
    label(cube, "box", "crate")
    label(cube, "red", taxonomy="color")
    ball = UsdGeom.Sphere.Define(stage, "/World/ball").GetPrim()
    for name, kind, value in (("a", "class", "ball"), ("b", "color", "blue")):
        ball.CreateAttribute(f"semantic:{name}:params:semanticType", Sdf.ValueTypeNames.String).Set(kind)
        ball.CreateAttribute(f"semantic:{name}:params:semanticData", Sdf.ValueTypeNames.String).Set(value)
    scene = open_scene(stage)
    assert scene.declared_labels == {
        "/World/cube": {"class": ["box", "crate"], "color": ["red"]}, "/World/ball": {"class": ["ball"], "color": ["blue"]}}
    assert scene.labels().entity_labels == ({"class": "box,crate", "color": "red"}, {"class": "ball", "color": "blue"})


def test_labels_added_later_are_seen(stage, open_scene, label):
    ball = UsdGeom.Sphere.Define(stage, "/ball").GetPrim()
    scene = open_scene(stage)
    assert scene.labels().entity_paths == ()
    ball.CreateAttribute("semantic:x:params:semanticType", Sdf.ValueTypeNames.String).Set("class")
    ball.CreateAttribute("semantic:x:params:semanticData", Sdf.ValueTypeNames.String).Set("ball")
    scene.sync()
    assert scene.labels().entity_labels == ({"class": "ball"},)
    label(ball, "new")
    scene.sync()
    assert scene.labels().entity_labels == ({"class": "new,ball"},)


def test_labels_with_time_samples(stage, open_scene, label):
    from pxr import Usd, UsdSemantics

    cube = UsdGeom.Cube.Define(stage, "/cube").GetPrim()
    label(cube, "closed")
    attribute = UsdSemantics.LabelsAPI(cube, "class").GetLabelsAttr()
    attribute.Set(["closed"], 0)
    attribute.Set(["open"], 10)
    scene = open_scene(stage, Usd.TimeCode(0))
    assert scene.sync(Usd.TimeCode(12)).labels
    assert scene.labels().entity_labels == ({"class": "open"},)


def test_instances_and_point_instances_are_entities_of_their_own(stage, open_scene, label):
    stage.CreateClassPrim("/Assets")
    UsdGeom.Cube.Define(stage, "/Assets/thing/body")
    label(stage.GetPrimAtPath("/Assets/thing"), "thing")
    for k in range(2):
        prim = stage.DefinePrim(f"/World/i{k}", "Xform")
        prim.GetReferences().AddInternalReference("/Assets/thing")
        prim.SetInstanceable(True)
    points = UsdGeom.PointInstancer.Define(stage, "/World/points")
    UsdGeom.Cube.Define(stage, "/World/points/proto/a")
    UsdGeom.Cube.Define(stage, "/World/points/proto/b")
    label(stage.GetPrimAtPath("/World/points/proto"), "pebble")
    label(stage.GetPrimAtPath("/World/points/proto/b"), "dot")
    label(points.GetPrim(), "gravel")
    points.CreatePrototypesRel().SetTargets(["/World/points/proto"])
    points.CreateProtoIndicesAttr([0, 0])
    points.CreatePositionsAttr([(0, 0, 0), (5, 0, 0)])
    t = open_scene(stage).labels()
    assert dict(zip(t.entity_paths, (of["class"] for of in t.entity_labels), strict=True)) == {
        "/World/i0": "thing", "/World/i1": "thing",
        "/World/points[0]": "pebble,gravel", "/World/points[0]/b": "dot,pebble,gravel",
        "/World/points[1]": "pebble,gravel", "/World/points[1]/b": "dot,pebble,gravel"}


def test_tables_are_shared_between_frames_and_keep_their_places(stage, open_scene, label):
    cube = UsdGeom.Cube.Define(stage, "/cube")
    move = cube.AddTranslateOp()
    label(cube.GetPrim(), "box")
    scene = open_scene(stage)
    before = scene.label_source()
    assert scene.label_source() is before
    move.Set((7, 0, 0))
    scene.sync()
    after = scene.labels()
    assert before.labels().entity_matrices[0, 3].tolist() == [0, 0, 0, 1]
    assert after.entity_matrices[0, 3].tolist() == [7, 0, 0, 1]
    assert after.instance_of_prim is before.labels().instance_of_prim
