import os

import pytest
from pxr import Sdf

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import read_layer, write_layer


def test_a_layer_is_read_whatever_its_name(tmp_path, layer):
    for ending in ("usda", "usdc"):
        path = tmp_path / f"a.{ending}"
        write_layer(layer('def "A" { float x = 1 }'), path)
        bare = tmp_path / ".merge_file_x"
        bare.write_bytes(path.read_bytes())
        assert read_layer(bare).GetAttributeAtPath("/A.x").default == 1
    assert (tmp_path / "a.usdc").read_bytes().startswith(b"PXR-USDC")


def test_what_cannot_be_read_is_one_line(tmp_path, layer):
    crate = tmp_path / "a.usdc"
    write_layer(layer('def "A" { float[] x = [1, 2, 3] }'), crate)
    data = crate.read_bytes()
    broken = {"cut.usdc": data[: len(data) // 2], "no.usda": b"nothing", "zip.usdz": b"PK\x03\x04",
              "bad.usda": b"#usda 1.0\ndef {\n"}
    for name, content in broken.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(LayerError) as caught:
            read_layer(path)
        assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
    assert f"{tmp_path / 'bad.usda'}:2:" in str(caught.value)
    with pytest.raises(LayerError, match="no such file"):
        read_layer(tmp_path / "gone.usda")


def test_a_crate_that_is_cut_anywhere_is_refused(tmp_path, layer, capfd):
    path = tmp_path / "a.usdc"
    write_layer(layer('def "A" { string s = "text"\nfloat[] x = [1, 2, 3]\ntoken[] t = ["a", "b"] }'), path)
    data = path.read_bytes()
    for length in range(8, len(data), len(data) // 40):
        path.write_bytes(data[:length])
        with pytest.raises(LayerError):
            read_layer(path)


def test_a_damaged_crate_is_read_or_refused(tmp_path, layer, capfd):
    path = tmp_path / "a.usdc"
    write_layer(layer(f'def "A" {{ float[] x = {list(range(500))}\nstring s = "text"\n }}\ndef "B" {{ }}'), path)
    data, refused = path.read_bytes(), 0
    for start in range(88, len(data), 16):
        path.write_bytes(data[:start] + bytes(16) + data[start + 16 :])
        try:
            read_layer(path)
        except LayerError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 10


def test_a_file_is_replaced_whole_or_left(tmp_path, layer):
    path = tmp_path / "a.usda"
    path.write_text("before")
    path.chmod(0o444)
    with pytest.raises(LayerError, match="read-only"):
        write_layer(layer('def "A" { }'), path)
    assert path.read_text() == "before" and os.listdir(tmp_path) == ["a.usda"]
    path.chmod(0o640)
    write_layer(layer('def "A" { }'), path)
    assert path.stat().st_mode & 0o777 == 0o640 and os.listdir(tmp_path) == ["a.usda"]
    with pytest.raises(LayerError, match="no folder"):
        write_layer(layer(""), tmp_path / "gone" / "a.usda")
    with pytest.raises(LayerError, match="ending"):
        write_layer(layer(""), tmp_path / "a.txt")


def test_a_link_stays_a_link(tmp_path, layer):
    (tmp_path / "there").mkdir()
    write_layer(layer(""), tmp_path / "there" / "a.usda")
    (tmp_path / "a.usda").symlink_to(tmp_path / "there" / "a.usda")
    write_layer(layer('def "New" { }'), tmp_path / "a.usda")
    assert (tmp_path / "a.usda").is_symlink() and "New" in (tmp_path / "there" / "a.usda").read_text()
    assert os.listdir(tmp_path / "there") == ["a.usda"]


def test_who_has_the_layer_open_sees_what_was_written_and_loses_nothing(tmp_path, layer):
    path = tmp_path / "a.usda"
    write_layer(layer('def "A" { }'), path)
    opened = Sdf.Layer.FindOrOpen(str(path))
    write_layer(layer('def "B" { }'), path)
    assert opened.GetPrimAtPath("/B")
    opened.comment = "not saved"
    with pytest.raises(LayerError, match="not saved"):
        write_layer(layer('def "C" { }'), path)
    assert opened.comment == "not saved" and "/C" not in path.read_text()


def test_a_disk_that_is_full_is_asked_about(tmp_path, layer):
    resource = pytest.importorskip("resource")
    large = layer("\n".join(f'def "P{index}" {{ float x = {index} }}' for index in range(2000)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(LayerError, match=r"out\.usda: USD could not write the layer \(.*\)\. Is there room on the disk\?"):
            write_layer(large, tmp_path / "out.usda")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "out.usda").exists()
