import os
import sys
from pathlib import Path

import numpy as np
import pytest
from pxr import UsdShade

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.gltf import read_gltf

NAME = "KHR_draco_mesh_compression"
POINTS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
ST = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], float)


@pytest.fixture
def compressed(gltf):
    """A tetrahedron in Draco only, as exporters write it: accessors without buffer views."""
    draco = pytest.importorskip("DracoPy")
    data = draco.encode(POINTS, FACES, quantization_bits=14, preserve_order=True, tex_coord=ST)
    ids = {entry["attribute_type"]: entry["unique_id"] for entry in draco.decode(data).attributes}
    gltf.json["accessors"] = [
        {"componentType": 5126, "type": "VEC3", "count": 4}, {"componentType": 5126, "type": "VEC2", "count": 4},
        {"componentType": 5123, "type": "SCALAR", "count": 12}]
    gltf.json["extensionsRequired"] = [NAME]
    gltf.primitive.update(attributes={"POSITION": 0, "TEXCOORD_0": 1}, indices=2, extensions={
        NAME: {"bufferView": gltf.view(data), "attributes": {"POSITION": ids[0], "TEXCOORD_0": ids[3]}}})
    return gltf


def read(document, glb_file, source):
    return read_gltf(source(glb_file(document)))


def test_compressed_models_are_those_that_were_compressed(compressed, png, glb_file, source):
    compressed.material(pbrMetallicRoughness={"baseColorTexture": compressed.texture(png())})
    (part,) = read(compressed, glb_file, source).parts
    corners = FACES.reshape(-1)
    assert np.abs(part.points[part.indices] - POINTS[corners]).max() < 1e-4
    assert np.abs(part.st - (ST * [1, -1] + [0, 1])[corners]).max() < 1e-4  # v is up here


@pytest.mark.parametrize(("change", "reason"), [
    (lambda d: d.json["accessors"][0].update(count=5), r"accessors\[0\] is said to have 5 x 3 numbers; 4 x 3 were decoded"),
    (lambda d: d.json["accessors"][2].update(count=3), r"accessors\[2\] is said to have 3 x 1"),
    (lambda d: d.json["accessors"][0].update(type="VEC2"), r"accessors\[0\]"),
    (lambda d: d.primitive["extensions"][NAME].update(bufferView=99), r"bufferViews\[99\]"),
    (lambda d: d.primitive["extensions"][NAME].update(attributes={"POSITION": 77}), "no attribute 77 for POSITION"),
    (lambda d: d.primitive["extensions"][NAME].update(attributes=3), "names no buffer view and attributes"),
    (lambda d: d.primitive["extensions"].update({NAME: []}), "names no buffer view and attributes"),
    (lambda d: d.primitive.update(mode=5), "no list of indexed triangles"),
    (lambda d: d.data.__setitem__(slice(-60, None), b"x" * 60), "Draco data are damaged|wild|point"),
])
def test_what_does_not_fit_is_refused(compressed, glb_file, source, change, reason):
    change(compressed)
    with pytest.raises(AssetError, match=reason):
        read(compressed, glb_file, source)


def test_any_damaged_byte_of_the_compressed_data_is_refused_or_read(compressed, glb_file, source):
    start = compressed.json["bufferViews"][-1]["byteOffset"]
    draw = np.random.default_rng(3)
    sound, refused = bytes(compressed.data), 0
    for _ in range(200):
        compressed.data[:] = sound
        for place in draw.integers(start, len(sound), 2):
            compressed.data[place] = draw.integers(0, 256)
        try:
            read(compressed, glb_file, source)
        except AssetError:
            refused += 1
    assert refused > 20


def test_without_the_library_the_extra_is_named(compressed, glb_file, source, monkeypatch):
    monkeypatch.setitem(sys.modules, "DracoPy", None)
    with pytest.raises(AssetError, match=r"needs DracoPy.*scenewright\[mesh\]"):
        read(compressed, glb_file, source)


def test_what_is_there_uncompressed_needs_no_library(gltf, glb_file, source, monkeypatch):
    monkeypatch.setitem(sys.modules, "DracoPy", None)
    gltf.primitive["extensions"] = {NAME: {"bufferView": 0, "attributes": {"POSITION": 0}}}
    assert len(read(gltf, glb_file, source).parts) == 1


@pytest.mark.verify
def test_a_model_that_khronos_publishes_both_ways_is_the_same(import_one):
    pytest.importorskip("DracoPy")
    folder = Path(os.environ.get("SCENEWRIGHT_CORPORA", "corpora")) / "assimp/usr/share/assimp/models/glTF2"
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder}: unpack the corpus there, or set SCENEWRIGHT_CORPORA")
    plain, _ = import_one(folder / "2CylinderEngine-glTF-Binary" / "2CylinderEngine.glb", collision="none")
    draco, _ = import_one(folder / "draco" / "2CylinderEngine.gltf", collision="none")
    assert draco.size == pytest.approx(plain.size, rel=1e-3)
    assert draco.faces == pytest.approx(plain.faces, rel=0.01)


def test_a_clear_coat_is_one_in_both_materials(gltf, glb_file, import_one):
    gltf.material(extensions={"KHR_materials_clearcoat": {"clearcoatFactor": 0.7, "clearcoatRoughnessFactor": 0.2}})
    record, stage = import_one(glb_file(gltf))
    (material,) = [UsdShade.Material(prim) for prim in stage.Traverse() if prim.IsA(UsdShade.Material)]
    preview, mdl = (material.ComputeSurfaceSource(context)[0] for context in ("", "mdl"))
    assert [preview.GetInput(name).Get() for name in ("clearcoat", "clearcoatRoughness")] == pytest.approx([0.7, 0.2])
    assert mdl.GetSourceAsset("mdl").path == "OmniPBR_ClearCoat.mdl"
    assert mdl.GetSourceAssetSubIdentifier("mdl") == "OmniPBR_ClearCoat" and mdl.GetInput("enable_clearcoat").Get() is True
    names = ("clearcoat_weight", "clearcoat_reflection_roughness")
    assert [mdl.GetInput(name).Get() for name in names] == pytest.approx([0.7, 0.2])
    assert not [note for note in record.notes if "coat" in note]
