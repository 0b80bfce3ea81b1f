import numpy as np
import pytest
from pxr import Sdf

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.furniture import read_furniture
from scenewright.sdg.assets.sources import ZipFiles


def test_a_row_has_what_the_library_states(library):
    with ZipFiles(library()) as files:
        (row,) = read_furniture(files)
    assert (row.key, row.name, row.category, row.tags) == ("chairOne", "Office chair", "Office", ("Seat", "Office"))
    assert (row.model, row.icon, row.creator, row.licence) == ("chair/chair.obj", "chair.png", "Ada Løv", "CC-BY-3.0")
    assert row.size == pytest.approx((0.6, 0.9, 0.455)) and row.rotation is None


@pytest.mark.parametrize(("words", "licence"), [
    ("Public domain", "CC0-1.0"), ("CC-0", "CC0-1.0"),
    ("Creative Commons Attribution 3.0 United States license  (c) X", "CC-BY-3.0-US"),
    ("Attribution 4.0", "CC-BY-4.0"), ("Free Art License", "LAL-1.3"), ("ask  me", "ask me")])
def test_licences_by_their_names(library, words, licence):
    with ZipFiles(library(f"license#1={words}\n")) as files:
        assert read_furniture(files)[0].licence == licence


@pytest.mark.parametrize("line", ["width#1=x", "width#1=0", "height#1=-3", "depth#1=1e30"])
def test_a_size_that_is_none(library, line):
    with ZipFiles(library(line + "\n")) as files:
        assert read_furniture(files)[0].size is None


def test_imported_in_true_size_turned_and_named(library, import_one):
    record, stage = import_one(library("modelRotation#1=0 0 1 0 1 0 -1 0 0\n"))
    assert record.size == pytest.approx((0.6, 0.9, 0.455))
    assert (record.id, record.label) == ("chair_one", "office_chair")
    assert (record.licence, record.attribution) == ("CC-BY-3.0", "Ada Løv")
    assert record.size_from == "catalogue" and record.source == "Test.sh3f/chair/chair.obj"
    assert any("proportions" in note for note in record.notes)
    assert dict(stage.GetRootLayer().customLayerData) == {"attribution": "Ada Løv", "licence": "CC-BY-3.0",
                                                          "source": "Test.sh3f/chair/chair.obj"}
    # Turned by 90 degrees about y, the file's +x is its -z: it lies at the back, +y of the asset.
    points = np.array(stage.GetPrimAtPath("/chair_one/Geometry/Box").GetAttribute("points").Get())
    assert np.ptp(points, axis=0) == pytest.approx([0.6, 0.9, 0.455], rel=1e-5)
    texture = stage.GetPrimAtPath("/chair_one/Looks/wood/OmniPBR").GetAttribute("inputs:diffuse_texture").Get()
    assert isinstance(texture, Sdf.AssetPath) and texture.resolvedPath.endswith("textures/grain.png")


@pytest.mark.parametrize(("extra", "reason"), [("model#1=/../../etc/passwd\n", r"not in|leads out|cannot"),
                                               ("model#1=gone.obj\n", "not in")])
def test_models_that_are_not_there_are_refused(library, import_one, extra, reason):
    with pytest.raises(AssetError, match=reason):
        import_one(library(extra))


def test_an_archive_without_a_catalogue_is_no_library(zip_file):
    with ZipFiles(zip_file({"a.txt": b""})) as files, pytest.raises(AssetError, match="no furniture library"):
        read_furniture(files)
