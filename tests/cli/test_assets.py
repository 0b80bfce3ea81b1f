"""scenewright assets: import, list, info; one thumbnail is really drawn."""

import numpy as np
import pytest
from PIL import Image

TETRAHEDRON = "mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nusemtl red\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"


@pytest.fixture
def model(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "stand.obj").write_text(TETRAHEDRON)
    (tmp_path / "in" / "a.mtl").write_text("newmtl red\nKd 0.9 0.05 0.05\n")
    (tmp_path / "in" / "bad.obj").write_text("f 1 2 3\n")
    return tmp_path / "in" / "stand.obj"


@pytest.fixture
def in_this_process(monkeypatch):
    """Import without worker processes, which take seconds to start; they have tests of their own."""
    from scenewright.sdg.assets import importer

    real = importer.import_assets
    monkeypatch.setattr(importer, "import_assets", lambda *args: real(*args[:4], 0, args[5]))


@pytest.mark.usefixtures("in_this_process")
def test_import_list_and_info(scenewright, model, tmp_path):
    pack = tmp_path / "pack"
    choices = ["--no-thumbnail", "--size", "40cm", "--label", "wedge", "--license", "CC0-1.0", "--attribution", "Ada"]
    status, out, err = scenewright("assets", "import", model.parent, "-o", pack, *choices)
    assert status == 0 and out.endswith("1 imported, 0 kept, 1 refused.\n")
    assert "refused: in/bad.obj: a face refers to point 3 of 0." in err
    status, out, err = scenewright("assets", "list", pack, "--class", "wedge", "--min-size", "0.3", "--max-size", "50cm")
    assert status == 0 and out.split() == ["stand", "wedge", "0.40", "x", "0.40", "x", "0.40", "m", "CC0-1.0", "Ada"]
    assert "1 of 1 assets" in err
    assert scenewright("assets", "list", pack, "--license", "GPL*")[1] == ""
    assert "bad.obj" in scenewright("assets", "list", pack, "--refused")[1]
    status, out, _ = scenewright("assets", "info", f"{pack}/stand")
    assert status == 0
    for words in ("class       wedge", "0.4 x 0.4 x 0.4 m", "from: size", "in/stand.obj", "4 points, 4 faces",
                  "1 convex shape"):
        assert words in out


@pytest.mark.usefixtures("in_this_process")
def test_a_thumbnail_shows_the_asset(scenewright, model, tmp_path):
    status, _, err = scenewright("assets", "import", model, "-o", tmp_path / "pack")
    assert status == 0 and "taken as metres" in err and "stand" in err
    picture = Image.open(tmp_path / "pack/assets/stand/.thumbs/256x256/stand.usda.png")
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape == (256, 256, 3)
    red = (pixels[..., 0] > 2 * pixels[..., 1]) & (pixels[..., 0] > 60)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert 0.15 < red.mean() < 0.7
    assert min(rows[0], 255 - rows[-1], columns[0], 255 - columns[-1]) > 2  # whole
    assert max(np.ptp(rows), np.ptp(columns)) > 150  # and large


@pytest.mark.parametrize(("arguments", "words"), [
    (["import", "gone.obj", "-o", "pack"], "no file or folder 'gone.obj'"),
    (["import", "in/stand.obj", "-o", "pack", "--unit", "furlong"], "choose one of m, cm"),
    (["import", "in/stand.obj", "-o", "pack", "--size", "huge"], "is no size"),
    (["import", "in/stand.obj", "-o", "pack", "--collision", "sphere"], "choose one of hull, coacd, none"),
    (["import", "in/a.mtl", "-o", "pack"], "kind that is not read"),
    (["import", "in/stand.obj", "-o", "in"], "holds something else"),
    (["list", "in"], "no asset pack"),
    (["info", "stand"], "give PACK/ASSET"),
])
def test_what_is_wrong_is_one_line_and_writes_nothing(scenewright, model, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    more = ["--no-thumbnail"] if arguments[0] == "import" else []
    status, out, err = scenewright("assets", *arguments, *more)
    assert status == 2 and out == "" and words in err and len(err.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("in_this_process")
def test_names_of_files_do_not_reach_the_terminal_as_commands(scenewright, model, tmp_path):
    model.with_name("bad.obj").rename(model.with_name("b\x1b[2Jad.obj"))
    _, _, err = scenewright("assets", "import", model.parent, "-o", tmp_path / "pack", "--no-thumbnail")
    assert "refused: in/b?[2Jad.obj" in err and "\x1b" not in err


@pytest.mark.usefixtures("in_this_process")
def test_when_everything_is_refused_the_status_says_so(scenewright, model, tmp_path):
    status, out, _ = scenewright("assets", "import", model.with_name("bad.obj"), "-o", tmp_path / "pack", "--no-thumbnail")
    assert status == 2 and "0 imported, 0 kept, 1 refused." in out
