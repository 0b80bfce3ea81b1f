import logging

import pytest
from pxr import Usd, UsdGeom, UsdPhysics, UsdSemantics

from scenewright.host.assets import assets_root, available_asset
from scenewright.host.proxy_assets import PROXY_SIZES, proxy_word
from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context


@pytest.fixture
def proxies():
    get_settings().set("/scenewright/missingAssets", "proxy")
    yield
    get_settings().destroy_item("/scenewright/missingAssets")


@pytest.fixture(autouse=True)
def no_root(monkeypatch):
    monkeypatch.delenv("ISAACSIM_ASSET_ROOT", raising=False)


def box_of(stage):
    box = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"]).ComputeWorldBound(stage.GetDefaultPrim())
    return tuple(round(edge, 6) for edge in box.ComputeAlignedRange().GetSize())


def test_without_proxies_a_missing_root_is_none_and_the_log_says_what_to_do(caplog):
    with caplog.at_level(logging.ERROR):
        assert assets_root() is None
    assert "--assets-root DIR" in caplog.text and "--missing-assets=proxy" in caplog.text
    assert available_asset("/nowhere/pallet.usd") == "/nowhere/pallet.usd"


def test_a_folder_that_exists_is_the_root(monkeypatch, tmp_path):
    monkeypatch.setenv("ISAACSIM_ASSET_ROOT", f"{tmp_path}/")
    assert assets_root() == str(tmp_path)


@pytest.mark.parametrize(("name", "word"), [("SM_PaletteA_01.usd", "palette"), ("SM_CardBoxD_04.usd", "cardbox"),
                                            ("003_cracker_box.usd", "cracker_box"), ("Forklift_A01.usd", "forklift"),
                                            ("xyz_flumph_7.usd", "flumph")])
def test_proxies_are_labelled_boxes_that_stand_on_their_origin(proxies, caplog, name, word):
    asked = f"{assets_root()}/Isaac/Props/{name}"
    file = available_asset(asked)
    assert file == asked and proxy_word(name) == word
    stage = Usd.Stage.Open(file)
    assert box_of(stage) == pytest.approx(PROXY_SIZES.get(word, (0.5, 0.5, 0.5)))
    assert list(UsdSemantics.LabelsAPI(stage.GetDefaultPrim(), "class").GetLabelsAttr().Get()) == [word]
    points = UsdGeom.Mesh(stage.GetDefaultPrim().GetChildren()[0]).GetPointsAttr().Get()
    assert min(point[2] for point in points) == 0.0
    assert name in caplog.text and "stands in" in caplog.text


def test_the_faces_of_a_proxy_look_outwards(proxies):
    stage = Usd.Stage.Open(available_asset(f"{assets_root()}/crate.usd"))
    mesh = UsdGeom.Mesh(stage.GetDefaultPrim().GetChildren()[0])
    points, corners = mesh.GetPointsAttr().Get(), mesh.GetFaceVertexIndicesAttr().Get()
    for face in range(6):
        a, b, c, d = (points[corner] for corner in corners[4 * face:4 * face + 4])
        centre = (a + b + c + d) / 4.0 - (points[0] + points[7]) / 2.0
        assert ((b - a) ^ (c - b)) * centre > 0.0


def test_physics_assets_are_rigid_bodies_and_environments_are_grounds(proxies):
    stage = Usd.Stage.Open(available_asset(f"{assets_root()}/Axis_Aligned_Physics/005_tomato_soup_can.usd"))
    assert stage.GetDefaultPrim().HasAPI(UsdPhysics.RigidBodyAPI)
    get_context().open_stage(f"{assets_root()}/Isaac/Environments/Grid/default_environment.usd")
    assert box_of(get_context().get_stage())[:2] == (20.0, 20.0)


def test_files_elsewhere_get_a_proxy_of_their_own(proxies, tmp_path):
    real = tmp_path / "mug.usda"
    Usd.Stage.CreateNew(str(real)).Save()
    assert available_asset(str(real)) == str(real)
    one, other = available_asset("omniverse://server/a/mug.usd"), available_asset("omniverse://server/b/mug.usd")
    assert one != other and Usd.Stage.Open(one) and Usd.Stage.Open(other)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_missing_pictures_are_grey(proxies, suffix):
    from PIL import Image

    picture = Image.open(available_asset(f"{assets_root()}/a.{suffix}")).convert("RGB")
    assert all(abs(low - 128) <= 1 and abs(high - 128) <= 1 for low, high in picture.getextrema())


def test_missing_hdr_pictures_are_read_by_the_renderer(proxies):
    from pathlib import Path

    from scenewright.render.scene.radiance_hdr import read_radiance_hdr

    assert read_radiance_hdr(Path(available_asset(f"{assets_root()}/sky.hdr")).read_bytes()) == pytest.approx(0.5, abs=0.01)


def test_missing_exr_pictures_are_grey(proxies):
    openexr = pytest.importorskip("OpenEXR")
    with openexr.File(available_asset(f"{assets_root()}/sky.exr")) as file:
        assert file.channels()["RGB"].pixels == pytest.approx(0.5)


def test_a_missing_folder_holds_three_proxies(proxies, tmp_path):
    import omni.client
    import omni.replicator.core as rep

    folder = f"{assets_root()}/Props/mugs"
    result, entries = omni.client.list(folder)
    assert result == omni.client.Result.OK
    assert [entry.relative_path for entry in entries] == ["mugs_01.usd", "mugs_02.usd", "mugs_03.usd"]
    assert omni.client.list(folder)[1] == entries
    assert Usd.Stage.Open(f"{folder}/mugs_01.usd").GetDefaultPrim()
    assert rep.utils.get_usd_files(str(tmp_path / "plates"))[0].endswith("/plates/plates_01.usd")
    assert omni.client.list(str(tmp_path))[1] == ()
    assert omni.client.list(str(tmp_path / "plates.usd")) == (omni.client.Result.ERROR_NOT_FOUND, ())


def test_a_proxy_has_the_size_that_is_told_in_the_units_of_the_stage(proxies):
    get_context().new_stage()
    stage = get_context().get_stage()
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    stage.DefinePrim("/Pallet").GetReferences().AddReference(available_asset("omniverse://server/cm/pallet.usd"))
    stage.SetDefaultPrim(stage.GetPrimAtPath("/Pallet"))
    assert box_of(stage) == pytest.approx((120, 80, 14.4))
    hall = Usd.Stage.Open(available_asset("omniverse://server/cm/warehouse.usd"))
    assert box_of(hall) == pytest.approx((2000, 2000, 10)) and UsdGeom.GetStageMetersPerUnit(hall) == pytest.approx(0.01)
    get_context().close_stage()
    get_settings().set("/scenewright/newStage/metersPerUnit", 0.1)
    try:
        assert box_of(Usd.Stage.Open(available_asset("omniverse://server/dm/pallet.usd")))[0] == pytest.approx(12)
    finally:
        get_settings().destroy_item("/scenewright/newStage/metersPerUnit")
