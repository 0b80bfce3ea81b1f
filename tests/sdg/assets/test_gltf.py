import struct

import numpy as np
import pytest
import trimesh

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.gltf import read_gltf


@pytest.fixture
def read(glb_file, source):
    return lambda document: read_gltf(source(glb_file(document)))


def test_triangles_coordinates_and_frame(gltf, read):
    model = read(gltf)
    (part,) = model.parts
    assert (model.unit, model.up) == (1.0, "Y")
    assert part.points.shape == (4, 3) and part.counts.tolist() == [3] * 4
    assert part.st[part.indices == 2].tolist() == [[0.0, 0.0]] * 3  # v up: (0, 1) in the file


def test_nodes_move_points_and_normals(gltf, read):
    gltf.primitive["attributes"]["NORMAL"] = gltf.accessor([[1, 1, 0]] * 4, "VEC3", 5126)
    gltf.json["nodes"] = [{"children": [1], "translation": [10, 0, 0]}, {"mesh": 0, "scale": [2, 1, 1]}]
    part = read(gltf).parts[0]
    assert part.points[1].tolist() == [12, 0, 0]
    assert part.normals[0] == pytest.approx(np.array([0.5, 1, 0]) / np.linalg.norm([0.5, 1, 0]))


def test_a_mirrored_node_keeps_its_faces_outside(gltf, read):
    gltf.json["nodes"] = [{"mesh": 0, "scale": [-1, 1, 1]}]
    part = read(gltf).parts[0]
    assert trimesh.Trimesh(part.points, part.indices.reshape(-1, 3)).volume == pytest.approx(1 / 6)


@pytest.mark.parametrize(("mode", "triangles"), [(5, [[0, 1, 2], [2, 1, 3]]), (6, [[0, 1, 2], [0, 2, 3]])])
def test_strips_and_fans(gltf, read, mode, triangles):
    gltf.primitive["mode"] = mode
    del gltf.primitive["indices"]
    assert read(gltf).parts[0].indices.reshape(-1, 3).tolist() == triangles


def test_a_skin_is_posed_by_its_joints(gltf, read):
    gltf.primitive["attributes"]["JOINTS_0"] = gltf.accessor([[0, 1, 0, 0]] * 4, "VEC4", 5121)
    gltf.primitive["attributes"]["WEIGHTS_0"] = gltf.accessor([[1, 0, 0, 0]] * 3 + [[0.5, 0.5, 0, 0]], "VEC4", 5126)
    gltf.json["skins"] = [{"joints": [1, 2]}]
    gltf.json["scenes"][0]["nodes"] = [0, 1, 2]
    gltf.json["nodes"] = [{"mesh": 0, "skin": 0, "translation": [99, 0, 0]}, {"translation": [0, 2, 0]},
                          {"translation": [0, 4, 0]}]
    assert read(gltf).parts[0].points.tolist() == [[0, 2, 0], [1, 2, 0], [0, 3, 0], [0, 3, 1]]


def test_morph_targets_are_weighted(gltf, read):
    gltf.primitive["targets"] = [{"POSITION": gltf.accessor([[0, 0, 2]] * 4, "VEC3", 5126)}]
    gltf.json["meshes"][0]["weights"] = [0.5]
    assert read(gltf).parts[0].points[0].tolist() == [0, 0, 1]


def test_sparse_accessors(gltf, read):
    values = gltf.view(np.array([[0, 0, 9]], "<f4").tobytes())
    gltf.json["accessors"][0]["sparse"] = {"count": 1, "values": {"bufferView": values},
                                           "indices": {"bufferView": gltf.view(b"\x03\x00\x00\x00"), "componentType": 5121}}
    assert read(gltf).parts[0].points[3].tolist() == [0, 0, 9]


def test_materials(gltf, read, png):
    texture, packed = gltf.texture(png()), gltf.texture(png((0, 90, 200)))
    gltf.material(name="skin", doubleSided=True, alphaMode="MASK", alphaCutoff=0.3, emissiveFactor=[0, 0.5, 0],
                  pbrMetallicRoughness={"baseColorTexture": texture, "baseColorFactor": [0.5, 1, 1, 1],
                                        "metallicRoughnessTexture": packed, "roughnessFactor": 0.8})
    model = read(gltf)
    surface = model.looks["skin"]
    assert (surface.color_map, surface.tint) == ("skin.png", (0.5, 1.0, 1.0))
    assert (surface.roughness_map, surface.roughness_channel, surface.roughness) == ("skin_2.png", "g", 0.8)
    assert (surface.metallic_map, surface.metallic_channel, surface.metallic) == ("skin_2.png", "b", 1.0)
    assert (surface.opacity_threshold, surface.double_sided) == (0.3, True)
    assert surface.emission == (0.0, 250.0, 0.0)
    assert model.images["skin.png"] == png()


def test_texture_transform_is_applied_to_coordinates(gltf, read, png):
    info = {**gltf.texture(png()), "extensions": {"KHR_texture_transform": {"offset": [0.5, 0], "scale": [2, 3]}}}
    gltf.material(pbrMetallicRoughness={"baseColorTexture": info})
    part = read(gltf).parts[0]
    assert part.st[part.indices == 3][0] == pytest.approx([0.5 + 2.0, 1.0 - 3.0])


def test_vertex_colours_show_where_the_material_leaves_them(gltf, read):
    gltf.primitive["attributes"]["COLOR_0"] = gltf.accessor([[1, 0, 0]] * 4, "VEC3", 5126)
    model = read(gltf)
    assert model.looks["default"].display_color
    assert model.parts[0].colors.tolist() == [[1, 0, 0]] * 12


def test_buffers_beside_and_in_the_document(gltf, tmp_path, source):
    (tmp_path / "a.gltf").write_bytes(gltf.gltf())
    assert len(read_gltf(source(tmp_path / "a.gltf")).parts) == 1
    (tmp_path / "my data.bin").write_bytes(gltf.data)
    (tmp_path / "b.gltf").write_bytes(gltf.gltf("my%20data.bin"))
    assert len(read_gltf(source(tmp_path / "b.gltf")).parts) == 1


def test_agrees_with_trimesh(tmp_path, source):
    scene = trimesh.Scene()
    turn = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3], [0.1, 0.2, 0.3])
    scene.add_geometry(trimesh.creation.box([1, 2, 3]), transform=turn)
    scene.add_geometry(trimesh.creation.icosphere(radius=0.5), transform=trimesh.transformations.translation_matrix([4, 5, 6]))
    path = tmp_path / "scene.glb"
    path.write_bytes(scene.export(file_type="glb"))
    points = np.concatenate([part.points for part in read_gltf(source(path)).parts])
    assert [points.min(axis=0), points.max(axis=0)] == [pytest.approx(bound, abs=1e-5) for bound in scene.bounds]


def breaking(**changes):
    def change(document):
        document.json.update(changes)

    return change


def with_primitive(**changes):
    return lambda document: document.primitive.update(changes)


def with_accessor(**changes):
    return lambda document: document.json["accessors"][0].update(changes)


@pytest.mark.parametrize(("change", "reason"), [
    (breaking(nodes=[{"mesh": 0, "children": [0]}]), "reached twice"),
    (breaking(nodes=[{"children": [1]}, {"children": [0], "mesh": 0}]), "reached twice"),
    (breaking(nodes=[{"mesh": 7}]), r"meshes\[7\] of 1"),
    (breaking(scenes=[{"nodes": [3]}]), r"nodes\[3\] of 1"),
    (breaking(scene="x"), "scene: input should be a valid integer"),
    (breaking(meshes="x"), "meshes"),
    (breaking(asset={"version": "1.0"}), "glTF 1.0"),
    (breaking(nodes=[{"mesh": 0, "matrix": [1.0] * 15}]), "matrix"),
    (breaking(extensionsRequired=["EXT_meshopt_compression"]), "EXT_meshopt_compression"),
    (with_primitive(indices=99), r"accessors\[99\]"),
    (with_primitive(material=3), r"materials\[3\] of 0"),
    (with_primitive(attributes={}), "no triangles"),
    (with_primitive(mode=1), "no triangles"),
    (with_accessor(count=5), "reaches to byte"),
    (with_accessor(count=10**12), "entries"),
    (with_accessor(byteOffset=10**9), "reaches to byte"),
    (with_accessor(componentType=5127), "5127"),
    (with_accessor(bufferView=44), r"bufferViews\[44\]"),
    (with_accessor(count=-1), "count"),
])
def test_damaged_documents_are_refused_with_the_reason(gltf, read, change, reason):
    change(gltf)
    with pytest.raises(AssetError, match=reason):
        read(gltf)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"solid cube", b"\xef\xbb\xbf 3"])
def test_what_is_no_gltf_is_said_to_be_none(read, data):
    with pytest.raises(AssetError, match="it is no glTF"):
        read(data)


def test_indices_beyond_the_points_are_refused(gltf, read):
    gltf.primitive["indices"] = gltf.accessor([0, 1, 60000], "SCALAR", 5123)
    with pytest.raises(AssetError, match="point 60000 of 4"):
        read(gltf)


def test_deep_nesting_is_refused(gltf, read):
    gltf.json["nodes"] = [{"children": [index + 1]} for index in range(400)] + [{"mesh": 0}]
    with pytest.raises(AssetError, match="nested deeper"):
        read(gltf)
    with pytest.raises(AssetError, match="cannot be read"):
        read(_container(b"[" * 100_000 + b"]" * 100_000))


def _container(text):
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sII", b"glTF", 2, 20 + len(text)) + struct.pack("<II", len(text), 0x4E4F534A) + text


@pytest.mark.parametrize("kept", [0, 3, 15, 19, 40, 200, -1])
def test_truncated_files_are_refused(gltf, read, kept):
    with pytest.raises(AssetError):
        read(gltf.glb()[:kept])


@pytest.mark.parametrize("uri", ["../outside.bin", "http://example.com/a.bin", "/etc/passwd", "file:///etc/passwd", "%2e%2e/x",
                                 "data:application/octet-stream;base64,@@@", "gone.bin"])
def test_buffers_outside_are_refused(gltf, tmp_path, source, uri):
    (tmp_path / "outside.bin").write_bytes(gltf.data)
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.gltf"
    path.write_bytes(gltf.gltf(uri))
    with pytest.raises(AssetError):
        read_gltf(source(path))


def test_any_damaged_byte_is_refused_or_read(gltf, read):
    """What a reader of hostile files may do: give a model, or say why not; never fail in another way."""
    good = gltf.glb()
    draw = np.random.default_rng(5)
    for _ in range(150):
        data = bytearray(good)
        for place in draw.integers(0, len(data), 4):
            data[place] = draw.integers(0, 256)
        try:
            read(bytes(data))
        except AssetError:
            pass


def test_numbers_of_the_wrong_kind_in_extensions(gltf, read, png):
    info = {**gltf.texture(png()), "extensions": {"KHR_texture_transform": {"offset": "x"}}}
    gltf.material(pbrMetallicRoughness={"baseColorTexture": info})
    with pytest.raises(AssetError, match="KHR_texture_transform"):
        read(gltf)
