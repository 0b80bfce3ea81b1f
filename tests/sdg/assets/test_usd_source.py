import time
import zipfile

import numpy as np
import pytest
from pxr import Usd, UsdGeom, UsdPhysics, UsdShade, UsdUtils

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.usd_source import read_usd

HEAD = '#usda 1.0\n(defaultPrim = "A"\n metersPerUnit = {unit}\n upAxis = "{up}")\n'
TRIANGLE = """def Mesh "{name}" {{
    int[] faceVertexCounts = [3]
    int[] faceVertexIndices = [0, 1, 2]
    point3f[] points = [(0, 0, 0), (100, 0, 0), (0, 200, 0)]
    uniform token subdivisionScheme = "none"
}}
"""


@pytest.fixture
def write(tmp_path):
    def write_layer(text, name="a.usda", unit=0.01, up="Y"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD.format(unit=unit, up=up) + text)
        return path

    return write_layer


@pytest.fixture
def read(write, source):
    return lambda text, **more: read_usd(source(write(text, **more)))


def test_units_and_axes_become_metres_and_z_up(write, import_one):
    record, stage = import_one(write('def Xform "A" {\n' + TRIANGLE.format(name="T") + "}\n"))
    assert record.size == (1.0, 0.0, 2.0) and record.size_from == "file"
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0


def test_transforms_and_instances_are_applied(read):
    model = read('def Xform "A" {\ndef Xform "P" (instanceable = true\n references = </Proto>) {\n'
                 "double3 xformOp:translate = (0, 0, 7)\nuniform token[] xformOpOrder = [\"xformOp:translate\"]\n}\n}\n"
                 'class Xform "Proto" {\n' + TRIANGLE.format(name="T") + "}\n")
    assert [part.points[:, 2].tolist() for part in model.parts] == [[7, 7, 7]]


def test_what_is_hidden_or_a_guide_is_left_out(read):
    hidden = 'def Xform "H" { token visibility = "invisible"\n' + TRIANGLE.format(name="T") + "}\n"
    guide = 'def Xform "G" { uniform token purpose = "guide"\n' + TRIANGLE.format(name="T") + "}\n"
    assert len(read('def Xform "A" {\n' + hidden + guide + TRIANGLE.format(name="T") + "}\n").parts) == 1
    with pytest.raises(AssetError, match="no mesh"):
        read('def Xform "A" {\n' + hidden + guide + "}\n")


def test_shapes_become_meshes(read):
    kinds = ("Cube", "Sphere", "Cylinder", "Cone", "Capsule")
    model = read('def Xform "A" {\n' + "".join(f'def {kind} "{kind}" {{}}\n' for kind in kinds) + "}\n")
    assert [np.ptp(part.points, axis=0).tolist() for part in model.parts] == [pytest.approx([2.0] * 3, abs=0.01)] * 4
    assert model.notes == ["left out: Capsule"]


def test_our_own_assets_come_through_unchanged(cube, import_one, tmp_path):
    record, stage = import_one(cube / "cube.obj", licence="CC0-1.0", attribution="Ada", label="crate")
    package = tmp_path / "cube_again.usdz"
    UsdUtils.CreateNewUsdzPackage(stage.GetRootLayer().identifier, str(package))  # says False: OmniPBR.mdl is not there
    again, two = import_one(package)
    assert (again.size, again.label, again.licence, again.attribution) == (record.size, "crate", "CC0-1.0", "Ada")
    assert (again.points, again.faces, again.textures) == (record.points, record.faces, record.textures)
    material = two.GetPrimAtPath("/cube_again/Looks/red/OmniPBR")
    assert tuple(material.GetAttribute("inputs:diffuse_color_constant").Get()) == (1, 0, 0)
    one, other = (np.array(UsdGeom.Mesh(s.GetPrimAtPath(f"{s.GetDefaultPrim().GetPath()}/Geometry/Box")).GetPointsAttr().Get())
                  for s in (stage, two))
    assert np.array_equal(one, other)


def test_subdivision_surfaces_stay_so(write, import_one):
    text = 'def Xform "A" {\n' + TRIANGLE.format(name="T").replace('"none"', '"catmullClark"') + "}\n"
    _, stage = import_one(write(text))
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/a/Geometry/T"))
    assert mesh.GetSubdivisionSchemeAttr().Get() == "catmullClark" and not mesh.GetNormalsAttr().HasAuthoredValue()


def test_display_colours_are_looks(read):
    colored = TRIANGLE.format(name="T").replace("uniform", "color3f[] primvars:displayColor = [(1, 0, 0)]\nuniform")
    model = read('def Xform "A" {\n' + colored + "}\n")
    assert model.looks[model.parts[0].looks[0]].color == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("arc", ["references = @../out.usda@", "payload = @/etc/passwd@", "references = @https://h/x.usda@",
                                 "references = @gone.usda@", "references = @a.obj@"])
def test_references_outside_are_refused_before_they_are_opened(write, source, tmp_path, arc):
    (tmp_path / "out.usda").write_text(HEAD.format(unit=1, up="Z") + 'def Xform "A" {}\n')
    path = write(f'def Xform "A" ({arc}) {{}}\n')
    (path.parent / "a.obj").write_text("v 0 0 0")
    with pytest.raises(AssetError):
        read_usd(source(path))
    from pxr import Sdf

    assert Sdf.Layer.Find(str(tmp_path / "out.usda")) is None


def test_sublayers_and_textures_outside_are_refused(write, source, tmp_path, png):
    path = tmp_path / "in" / "s.usda"
    path.parent.mkdir()
    path.write_text("#usda 1.0\n(subLayers = [@../out.usda@])\n")
    with pytest.raises(AssetError, match="leads out"):
        read_usd(source(path))
    (tmp_path / "secret.png").write_bytes(png())
    stage = Usd.Stage.CreateNew(str(tmp_path / "in" / "t.usda"))
    mesh = UsdGeom.Mesh.Define(stage, "/A")
    mesh.CreatePointsAttr([(0, 0, 0), (1, 0, 0), (0, 1, 0)])
    mesh.CreateFaceVertexCountsAttr([3])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2])
    material = UsdShade.Material.Define(stage, "/M")
    shader = UsdShade.Shader.Define(stage, "/M/S")
    shader.SetSourceAsset("OmniPBR.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("OmniPBR", "mdl")
    from pxr import Sdf

    shader.CreateInput("diffuse_texture", Sdf.ValueTypeNames.Asset).Set("../secret.png")
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.CreateOutput("out", Sdf.ValueTypeNames.Token))
    UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(material)
    stage.GetRootLayer().Save()
    with pytest.raises(AssetError, match="leads out"):
        read_usd(source(tmp_path / "in" / "t.usda"))


def test_references_in_a_cycle_are_refused(write, source):
    write('def Xform "A" (references = @a.usda@) {}\n', name="b.usda")
    with pytest.raises(AssetError, match="does not compose"):
        read_usd(source(write('def Xform "A" (references = @b.usda@) {}\n')))


def test_content_that_doubles_at_each_layer_is_refused_in_no_time(write, source):
    started = time.process_time()
    write('def Xform "A" {\n' + TRIANGLE.format(name="T") + "}\n", name="l0.usda")
    for level in range(1, 40):
        twice = "".join(f'def "{name}" (references = @l{level - 1}.usda@) {{}}\n' for name in "xy")
        write(f'def Xform "A" {{\n{twice}}}\n', name=f"l{level}.usda")
    with pytest.raises(AssetError, match="composes to more"):
        read_usd(source(write('def Xform "A" (references = @l39.usda@) {}\n')))
    inner = 'def Xform "P0" {\ndef Xform "c" {}\n}\n' + "".join(
        f'def Xform "P{n}" {{\ndef "x" (references = </P{n - 1}>) {{}}\ndef "y" (references = </P{n - 1}>) {{}}\n}}\n'
        for n in range(1, 40))
    with pytest.raises(AssetError, match="composes to more"):
        read_usd(source(write(inner + 'def Xform "A" (references = </P39>) {}\n', name="self.usda")))
    assert time.process_time() - started < 10.0


@pytest.mark.parametrize(("text", "reason"), [
    ("def {", "it is damaged: .*parse error"),
    ('def Xform "A" {}\n', "no mesh"),
    ('def Xform "A" {\ndef PointInstancer "P" {}\n}\n', "point instancer"),
    ('def Xform "A" {\n' + TRIANGLE.format(name="T").replace("[0, 1, 2]", "[0, 1, 9]") + "}\n", "point 9 of 3"),
    ('def Xform "A" {\n' + TRIANGLE.format(name="T").replace("[0, 1, 2]", "[0, 1]") + "}\n", "count 3 corners; it has 2"),
    ('def Xform "A" {\n' + TRIANGLE.format(name="T").replace("(100, 0, 0)", "(inf, 0, 0)") + "}\n", "not finite"),
])
def test_damaged_layers_are_refused_with_the_reason(write, import_one, text, reason):
    with pytest.raises(AssetError, match=reason):
        import_one(write(text))


def test_packages_are_unpacked_within_the_pack(cube, import_one, tmp_path, zip_file, monkeypatch):
    _, stage = import_one(cube / "cube.obj")
    package = tmp_path / "boxed.usdz"
    UsdUtils.CreateNewUsdzPackage(stage.GetRootLayer().identifier, str(package))
    archive = zip_file({"inner/boxed2.usdz": package.read_bytes(), "readme.txt": b""})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    before = {path for path in tmp_path.rglob("*") if "pack" not in path.relative_to(tmp_path).parts}
    assert import_one(package)[0].faces == import_one(archive)[0].faces == 6
    assert {path for path in tmp_path.rglob("*") if "pack" not in path.relative_to(tmp_path).parts} == before
    assert list((tmp_path / "pack" / ".importing").iterdir()) == []


def test_hostile_packages_are_refused(tmp_path, source):
    path = tmp_path / "p.usdz"
    for files, reason in (({"../a.usda": "#usda 1.0\n"}, "leads out"), ({"a.txt": ""}, "without a USD layer"),
                          ({"a.usda": "#usda 1.0\n" + " " * (8 << 20)}, "zip bomb")):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        with pytest.raises(AssetError, match=reason):
            read_usd(source(path))
    path.write_bytes(b"PK\x03\x04 no")
    with pytest.raises(AssetError, match="zip"):
        read_usd(source(path))


def test_colliders_of_our_own_do_not_become_geometry(cube, import_one, tmp_path):
    _, stage = import_one(cube / "cube.obj")
    assert any(prim.HasAPI(UsdPhysics.CollisionAPI) for prim in stage.Traverse())
    package = tmp_path / "two.usdz"
    UsdUtils.CreateNewUsdzPackage(stage.GetRootLayer().identifier, str(package))
    _, stage = import_one(package)
    assert [prim.GetName() for prim in stage.GetPrimAtPath("/two/Geometry").GetChildren()] == ["Box"]
