import os
import zipfile

import pytest

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import Limits
from scenewright.sdg.assets.sources import FolderFiles, Source, ZipFiles


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "in"
    (root / "Textures").mkdir(parents=True)
    (root / "model.obj").write_text("x")
    (root / "Textures" / "Wood.JPG").write_text("wood")
    (tmp_path / "secret.txt").write_text("secret")
    return root


@pytest.mark.parametrize(("reference", "found"), [
    ("Textures/Wood.JPG", "Textures/Wood.JPG"), ("textures\\wood.jpg", "Textures/Wood.JPG"), ("./model.obj", "model.obj"),
    ("/Users/me/model.obj", "model.obj"), ("C:\\me\\MODEL.OBJ", "model.obj"), ("none.png", None), (".", None), ("", None),
    ("Textures", None), ('"model.obj"', "model.obj"),
])
def test_references_are_found_inside(folder, reference, found):
    assert Source(FolderFiles(folder), "model.obj").locate(reference) == found


@pytest.mark.parametrize("reference", ["../secret.txt", "Textures/../../secret.txt", "..", "..\\secret.txt", "https://host/x",
                                       "a\0b", "x" * 5000, "file:///etc/passwd"])
def test_references_that_lead_out_are_refused(folder, reference):
    with pytest.raises(AssetError):
        Source(FolderFiles(folder), "model.obj").locate(reference)


def test_encoded_references_are_decoded_once(folder):
    source = Source(FolderFiles(folder), "model.obj")
    assert source.locate("model%2Eobj", is_uri=True) == "model.obj"
    with pytest.raises(AssetError, match="leads out"):
        source.locate("%2e%2e/secret.txt", is_uri=True)


def test_links_out_of_the_folder_pipes_and_large_files_are_refused(folder, tmp_path):
    os.symlink(tmp_path / "secret.txt", folder / "link.txt")
    os.symlink(tmp_path, folder / "up")
    os.mkfifo(folder / "pipe")
    source = Source(FolderFiles(folder), "model.obj", Limits(file_bytes=3))
    for name, reason in (("link.txt", "link that leads out"), ("up/secret.txt", "link that leads out"),
                         ("pipe", "no regular file"), ("Textures/Wood.JPG", "at most 3"), ("gone", "cannot be read")):
        with pytest.raises(AssetError, match=reason):
            source.read(name)


def test_files_are_bounded_together(folder):
    source = Source(FolderFiles(folder), "model.obj", Limits(total_bytes=6))
    source.read()
    source.read("Textures/Wood.JPG")
    with pytest.raises(AssetError, match="together"):
        source.read("Textures/Wood.JPG")


@pytest.mark.parametrize("name", ["../evil.obj", "a/../../evil.obj", "/etc/evil.obj", "C:\\evil.obj", "..\\evil.obj"])
def test_archives_with_names_that_lead_out_are_refused(zip_file, name):
    with pytest.raises(AssetError, match="leads out"):
        ZipFiles(zip_file({name: b"x"}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(zip_file):
    with ZipFiles(zip_file({"a.obj": b"\0" * (8 << 20)})) as files, pytest.raises(AssetError, match="zip bomb"):
        files.read("a.obj", 1 << 30)


def test_an_archive_that_lies_about_sizes_is_refused(zip_file):
    path = zip_file({"a.obj": os.urandom(5000)}, compression=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    data[place + 24: place + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    with ZipFiles(path) as files, pytest.raises(AssetError, match=r"damaged|larger than"):
        files.read("a.obj", 1 << 30)


@pytest.mark.parametrize("kept", [0, 10, 100, -5, -30])
def test_truncated_archives_are_refused(zip_file, kept):
    path = zip_file({"a.obj": os.urandom(300)})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(AssetError, match="no readable zip archive"):
        ZipFiles(path)


def test_a_damaged_member_is_refused(zip_file):
    path = zip_file({"a.obj": os.urandom(3000)})
    data = bytearray(path.read_bytes())
    data[200] ^= 255
    path.write_bytes(data)
    with ZipFiles(path) as files, pytest.raises(AssetError, match="damaged"):
        files.read("a.obj", 1 << 30)


def test_too_many_members_are_refused(zip_file):
    with pytest.raises(AssetError, match="has 9 files"):
        ZipFiles(zip_file({f"{index}.obj": b"" for index in range(9)}), Limits(archive_members=8))
