"""``validate_scene``: each rule finds its mistake where it is, and ``--fix`` changes no more than it says."""

import os
import shutil
from pathlib import Path

import pytest
from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdLux, UsdSemantics

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.stack import set_flag
from scenewright.sdg.scene_validation import ERROR, WARNING, third_party, validate_scene
from scenewright.sdg.scene_validation.own_rules import plausible_sizes

SCENES = Path(__file__).resolve().parents[3] / "usd_scenes"


@pytest.fixture
def scene(tmp_path):
    """Call for a small scene that is right; ``change`` may spoil its stage before it is saved."""

    def make(change=lambda stage: None, name="scene.usda"):
        path = tmp_path / name
        stage = Usd.Stage.CreateNew(str(path))
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/World").GetPrim())
        mug = UsdGeom.Cube.Define(stage, "/World/Mug")
        mug.CreateSizeAttr(0.1)
        mug.CreateExtentAttr([Gf.Vec3f(-0.05), Gf.Vec3f(0.05)])
        UsdSemantics.LabelsAPI.Apply(mug.GetPrim(), "class").CreateLabelsAttr(["mug"])
        UsdLux.SphereLight.Define(stage, "/World/Light").CreateIntensityAttr(1000.0)
        camera = UsdGeom.Camera.Define(stage, "/World/Camera")
        camera.AddTranslateOp().Set(Gf.Vec3d(0, 0, 2))  # looks down
        camera.CreateClippingRangeAttr(Gf.Vec2f(0.01, 100.0))
        change(stage)
        stage.GetRootLayer().Save()
        return path

    return make


def told(path, **options):
    return [(f.rule, f.severity, f.prim) for f in validate_scene(path, quick=True, **options).findings]


def test_a_scene_that_is_right_has_no_findings(scene):
    assert told(scene()) == []


@pytest.mark.parametrize("name", ["room", "shelf", "warehouse", "tabletop", "turntable"])
def test_the_shipped_scenes_have_no_errors(name):
    report = validate_scene(SCENES / name / "scene.usda", quick=True)
    assert report.findings == []


def test_muted_layers_are_not_checked(scene, tmp_path):
    def add(stage):
        other = Sdf.Layer.CreateNew(str(tmp_path / "other.usda"))
        Sdf.CreatePrimInLayer(other, "/World/Thing").specifier = Sdf.SpecifierDef
        other.GetPrimAtPath("/World/Thing").typeName = "Cube"
        other.Save()
        stage.GetRootLayer().subLayerPaths.append("./other.usda")

    path = scene(add)
    assert "/World/Thing" in {prim for _, _, prim in told(path)}
    set_flag(path, ["other"], "muteness", True)
    assert "/World/Thing" not in {prim for _, _, prim in told(path)}


def no_label(stage):
    stage.GetPrimAtPath("/World/Mug").RemoveAPI(UsdSemantics.LabelsAPI, "class")
    stage.GetPrimAtPath("/World/Mug").GetAttribute("semantics:labels:class").Clear()


def bare_neighbour(stage):
    UsdGeom.Sphere.Define(stage, "/World/Group/Ball")


def dark(stage):
    stage.GetPrimAtPath("/World/Light").GetAttribute("inputs:intensity").Set(0.0)


def looks_away(stage):
    UsdGeom.Xformable(stage.GetPrimAtPath("/World/Camera")).AddRotateXOp().Set(180.0)


def two_cameras_one_blind(stage):
    UsdGeom.Camera.Define(stage, "/World/Blind").AddTranslateOp().Set(Gf.Vec3d(0, 0, -5))


def as_centimetres(stage):
    stage.GetPrimAtPath("/World/Mug").GetAttribute("size").Set(10.0)
    stage.GetPrimAtPath("/World/Mug").GetAttribute("extent").Set([Gf.Vec3f(-5), Gf.Vec3f(5)])


def a_little_large(stage):
    UsdGeom.Xformable(stage.GetPrimAtPath("/World/Mug")).AddScaleOp().Set(Gf.Vec3f(4.0))


def old_label(stage):
    prim = stage.GetPrimAtPath("/World/Mug")
    prim.AddAppliedSchema("SemanticsAPI:Semantics_a")
    for what, value in (("Type", "colour"), ("Data", "red")):
        prim.CreateAttribute(f"semantic:Semantics_a:params:semantic{what}", Sdf.ValueTypeNames.String).Set(value)


def no_metadata(stage):
    for key in ("metersPerUnit", "upAxis", "defaultPrim"):
        stage.GetRootLayer().pseudoRoot.ClearInfo(key)


OLD = "/World/Mug.semantic:Semantics_a:params:semanticData"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (no_label, [("labels", ERROR, "")]),
        (bare_neighbour, [("labels", WARNING, "/World/Group/Ball")]),
        (lambda s: s.RemovePrim("/World/Light"), [("lights", ERROR, "")]),
        (dark, [("lights", ERROR, ""), ("lights", WARNING, "/World/Light")]),
        (looks_away, [("cameras", ERROR, "/World/Camera")]),
        (two_cameras_one_blind, [("cameras", WARNING, "/World/Blind")]),
        (
            lambda s: s.GetPrimAtPath("/World/Camera").GetAttribute("clippingRange").Set(Gf.Vec2f(5, 1)),
            [("cameras", ERROR, "/World/Camera")],
        ),
        (as_centimetres, [("size", ERROR, "/World/Mug")]),
        (a_little_large, [("size", WARNING, "/World/Mug")]),
        (old_label, [("old-labels", WARNING, OLD)]),
        (
            no_metadata,
            [("size", ERROR, "/World/Mug"), ("units", ERROR, ""), ("units", ERROR, ""), ("default-prim", WARNING, "")],
        ),
    ],
)
def test_each_rule_finds_its_mistake_where_it_is(scene, change, wanted):
    path = scene(change)
    report = validate_scene(path, quick=True)
    assert sorted((f.rule, f.severity, f.prim) for f in report.findings) == sorted(wanted)
    assert {f.layer for f in report.findings} == {str(path)}
    assert [f.severity for f in report.findings] == sorted(f.severity for f in report.findings)  # errors first


def test_an_asset_needs_no_lights_and_cameras(scene):
    def asset(stage):
        for name in ("Light", "Camera"):
            stage.RemovePrim(f"/World/{name}")
        Usd.ModelAPI(stage.GetDefaultPrim()).SetKind("component")

    assert told(scene(asset)) == []


def test_findings_name_the_layer_that_says_it(scene, tmp_path):
    scene(as_centimetres, "mug.usda")
    root = tmp_path / "root.usda"
    root.write_text('#usda 1.0\n(\n defaultPrim = "World"\n metersPerUnit = 1\n upAxis = "Z"\n subLayers = [@./mug.usda@]\n)\n')
    (finding,) = validate_scene(root, quick=True).findings
    assert (finding.layer, finding.prim) == (str(tmp_path / "mug.usda"), "/World/Mug")
    assert "a mug of 10 m is not plausible: 0.05 m to 0.25 m are" in finding.message


def test_labels_hold_through_instances_and_prototypes():
    report = validate_scene(SCENES / "warehouse/scene.usda", quick=True)
    assert not [f for f in report.findings if f.rule == "labels"]


def test_unlabelled_instances_are_told_once(scene, tmp_path):
    part = scene(no_label, "part.usda")
    edited = Usd.Stage.Open(str(part))
    for name in ("Light", "Camera"):
        edited.RemovePrim(f"/World/{name}")
    UsdGeom.Cone.Define(edited, "/World/Cone")
    edited.Save()

    def refer(stage):
        for index in range(2):
            prim = UsdGeom.Xform.Define(stage, f"/World/Part_{index}").GetPrim()
            prim.GetReferences().AddReference("./part.usda")
            prim.SetInstanceable(True)

    found = validate_scene(scene(refer), quick=True).findings
    assert [(f.prim, f.message) for f in found] == [(f"/World/Part_{i}", "draws 2 meshes without a label.") for i in range(2)]


def test_references_of_other_units_are_told(scene, tmp_path):
    scene(lambda stage: UsdGeom.SetStageMetersPerUnit(stage, 0.01), "part.usda")
    path = scene(lambda stage: stage.DefinePrim("/World/Part").GetReferences().AddReference("./part.usda"))
    found = [f for f in validate_scene(path, quick=True).findings if f.rule == "units"]
    assert [(f.severity, f.layer) for f in found] == [(WARNING, str(tmp_path / "part.usda"))]
    assert "metersPerUnit is 0.01" in found[0].message


def test_sublayers_need_no_units_of_their_own(scene, tmp_path):
    (tmp_path / "layer.usda").write_text('#usda 1.0\nover "World" {\n}\n')
    path = scene(lambda stage: stage.GetRootLayer().subLayerPaths.append("./layer.usda"))
    assert told(path) == []


def test_a_file_that_cannot_be_read_is_one_error(tmp_path):
    path = tmp_path / "bad.usda"
    path.write_text('#usda 1.0\ndef Xform "A" {\n')
    (finding,) = validate_scene(path).findings
    assert finding.rule == "readable" and finding.severity == ERROR and "cannot be read as USD" in finding.message
    (finding,) = validate_scene(tmp_path / "none.usda").findings
    assert "there is no USD file" in finding.message


def absolute(texture, part):
    def change(stage):
        stage.DefinePrim("/World/Part").GetReferences().AddReference(str(part))
        stage.GetPrimAtPath("/World/Light").CreateAttribute("inputs:texture:file", Sdf.ValueTypeNames.Asset).Set(
            Sdf.AssetPath(str(texture))
        )

    return change


def test_absolute_paths_become_relative_and_resolve_to_the_same_files(scene, tmp_path):
    (tmp_path / "maps").mkdir()
    texture = tmp_path / "maps" / "sky.png"
    texture.write_bytes(b"x")
    part = scene(name="part.usda")
    path = scene(absolute(texture, part))
    assert [rule for rule, *_ in told(path)].count("absolute-path") == 2
    stage = Usd.Stage.Open(str(path))
    before = stage.GetPrimAtPath("/World/Light").GetAttribute("inputs:texture:file").Get().resolvedPath
    report = validate_scene(path, fix=True, quick=True)
    assert not [f for f in report.findings if f.rule == "absolute-path"]
    assert [line for line in report.fixed if "@./maps/sky.png@" in line] and [
        line for line in report.fixed if "@./part.usda@" in line
    ]
    stage = Usd.Stage.Open(str(path))
    assert stage.GetPrimAtPath("/World/Light").GetAttribute("inputs:texture:file").Get().resolvedPath == before
    assert stage.GetPrimAtPath("/World/Part/Mug")


def test_an_absolute_path_that_leads_nowhere_stays(scene):
    path = scene(lambda stage: stage.DefinePrim("/World/Part").GetReferences().AddReference("/nowhere/part.usda"))
    found = [f for f in validate_scene(path, fix=True, quick=True).findings if f.rule == "absolute-path"]
    assert len(found) == 1 and not found[0].fixable and "@/nowhere/part.usda@" in path.read_text()


def test_fixing_writes_what_usd_assumed_so_nothing_moves(scene):
    path = scene(no_metadata)
    before = Usd.Stage.Open(str(path))
    assumed = UsdGeom.GetStageMetersPerUnit(before), UsdGeom.GetStageUpAxis(before)
    report = validate_scene(path, fix=True, quick=True)
    layer = Sdf.Layer.OpenAsAnonymous(str(path))
    assert (layer.pseudoRoot.GetInfo("metersPerUnit"), layer.pseudoRoot.GetInfo("upAxis")) == assumed
    assert layer.defaultPrim == "World" and len(report.fixed) == 3
    assert [f.rule for f in report.findings] == ["size"]  # a mug of 0.1 cm: not for --fix to guess


def test_old_labels_are_migrated(scene):
    path = scene(old_label)
    assert told(path, fix=True) == []
    stage = Usd.Stage.Open(str(path))
    prim = stage.GetPrimAtPath("/World/Mug")
    assert UsdSemantics.LabelsAPI(prim, "colour").GetLabelsAttr().Get() == ["red"]


def test_nothing_to_fix_writes_nothing(scene):
    path = scene()
    stamp = os.stat(path).st_mtime_ns
    assert validate_scene(path, fix=True, quick=True).fixed == [] and os.stat(path).st_mtime_ns == stamp


def test_files_outside_the_folder_are_left_alone(scene, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    part = scene(no_metadata, "part.usda")
    text = part.read_text()
    path = shutil.move(
        scene(lambda s: s.DefinePrim("/World/Part").GetReferences().AddReference("../part.usda", "/World")),
        inner / "scene.usda",
    )
    validate_scene(path, fix=True, quick=True)
    assert part.read_text() == text


def test_a_locked_layer_is_not_corrected(scene, tmp_path):
    part = scene(no_metadata, "part.usda")
    path = scene(lambda stage: stage.DefinePrim("/World/Part").GetReferences().AddReference("./part.usda", "/World"))
    os.chmod(part, 0o444)
    with pytest.raises(LayerError, match="read-only"):
        validate_scene(path, fix=True, quick=True)


def test_usd_core_validators_are_asked(scene):
    if not third_party.has_usd_validators():
        pytest.skip("this USD carries no validators")

    def nested(stage):
        UsdGeom.Sphere.Define(stage, "/World/Mug/Ball").CreateRadiusAttr(0.01)

    found = list(third_party.usd_findings(Usd.Stage.Open(str(scene(nested)))))
    assert [(f.rule, f.prim) for f in found] == [("usd:EncapsulationChecker", "/World/Mug/Ball")]
    assert list(third_party.usd_findings(Usd.Stage.Open(str(SCENES / "room/scene.usda")))) == []


def test_without_nvidias_validators_the_report_says_so(scene, monkeypatch):
    monkeypatch.setattr(third_party, "has_nvidia", lambda: False)
    report = validate_scene(scene())
    assert "pip install 'scenewright[validate]'" in report.skipped["NVIDIA's validators"]


def test_validators_that_break_off_are_said(scene, monkeypatch):
    def broken(stage):
        raise Tf.ErrorException("no shaders")

    monkeypatch.setattr(third_party, "usd_findings", broken)
    monkeypatch.setattr(third_party, "has_nvidia", lambda: False)
    report = validate_scene(scene())
    assert "they broke off" in report.skipped["usd-core's validators"] or not third_party.has_usd_validators()


@pytest.mark.verify
def test_nvidias_validators_are_asked(scene):
    pytest.importorskip("usd_validation_nvidia")

    def half_a_mesh(stage):
        mesh = UsdGeom.Mesh.Define(stage, "/World/Mug/Mesh")
        mesh.CreatePointsAttr([(0, 0, 0), (1, 0, 0), (0, 1, 0)])
        mesh.CreateFaceVertexCountsAttr([3])
        mesh.CreateFaceVertexIndicesAttr([0, 1, 7])

    path = scene(half_a_mesh)
    found = [f for f in validate_scene(path).findings if f.rule.startswith("nvidia:")]
    assert any(f.layer == str(path) and f.prim.startswith("/World/Mug/Mesh") and f.severity == ERROR for f in found)
    for name in ("room", "shelf", "warehouse", "tabletop", "turntable"):
        assert validate_scene(SCENES / name / "scene.usda").errors == 0


def test_sizes_are_ranges_of_known_classes():
    from scenewright.sdg.labels.ontology import BUILT_IN, open_ontology

    known = open_ontology(BUILT_IN).classes
    sizes = plausible_sizes()
    assert all(0 < low < high for low, high in sizes.values())
    assert len(set(sizes) & set(known)) > 50


def test_many_findings_of_a_rule_are_counted(scene):
    def crowd(stage):
        for index in range(40):
            UsdGeom.Sphere.Define(stage, f"/World/Ball_{index:02d}")

    lines = validate_scene(scene(crowd), quick=True).lines(most=10)
    assert len(lines) == 11 and lines[-1] == "... and 30 more warnings of the rule labels"


def test_fixing_is_quiet_and_files_have_one_name(scene, tmp_path, capfd, monkeypatch):
    """USD says of each recomposition that an arc leads nowhere; the finding says it once, with the path as typed."""

    def broken(stage):
        stage.DefinePrim("/World/Gone").GetReferences().AddReference("./gone.usda")
        stage.GetRootLayer().pseudoRoot.ClearInfo("upAxis")

    path = scene(broken)
    monkeypatch.chdir(path.parent)
    capfd.readouterr()
    report = validate_scene(path.name, fix=True, quick=True)
    assert report.fixed and "Could not open asset" not in capfd.readouterr().err
    lines = [line for line in report.lines() if "gone.usda" in line]
    assert lines and all(line.startswith(f"{path.name} <") for line in lines)
