"""``scenewright layers``: what each command prints and how it ends."""

import json

import pytest


@pytest.fixture
def scene(tmp_path, scenewright):
    assert scenewright("layers", "new", tmp_path / "new", "--owner", "lighting=Ada")[0] == 0
    return tmp_path / "new" / "scene.usda"


def lights(scene, intensity):
    path = scene.parent / "layers" / "lighting.usda"
    text = path.read_text()
    return text.replace('def Scope "Lights"\n    {', f'def Scope "Lights"\n    {{\n        float strong = {intensity}')


def test_new_and_status(scene, scenewright):
    status, out, _ = scenewright("layers", "status", scene)
    assert status == 0 and "layers/lighting.usda" in out and "Ada" in out and "remit: prims /World/Lights" in out
    (scene.parent / "layers" / "base.usda").unlink()
    status, out, _ = scenewright("layers", "status", scene)
    assert status == 1 and "layers/base.usda: the file is not there" in out
    status, out, _ = scenewright("layers", "status", scene, "--json")
    assert status == 1 and json.loads(out)["findings"][0]["kind"] == "missing"


def test_diff_ends_as_diff_does(scene, scenewright, tmp_path):
    layer, other = scene.parent / "layers" / "lighting.usda", tmp_path / "other.usda"
    other.write_text(lights(scene, 2))
    assert scenewright("layers", "diff", layer, layer) == (0, "", "")
    assert scenewright("layers", "diff", layer, other)[:2] == (1, "+ attribute </World/Lights.strong> = 2\n")
    status, out, _ = scenewright("layers", "diff", layer, other, "--json")
    assert status == 1 and json.loads(out)[0]["path"] == "/World/Lights.strong"
    status, _, err = scenewright("layers", "diff", layer, tmp_path / "gone.usda")
    assert status == 2 and err == f"error: {tmp_path / 'gone.usda'}: there is no such file. Correct the path.\n"


def test_merge_ends_with_one_on_a_conflict(scene, scenewright, tmp_path):
    base = scene.parent / "layers" / "lighting.usda"
    one, two, out = (tmp_path / f"{name}.usda" for name in ("one", "two", "out"))
    one.write_text(lights(scene, 1))
    two.write_text(lights(scene, 2))
    assert scenewright("layers", "merge", base, one, base, "-o", out)[0] == 0
    status, _, err = scenewright("layers", "merge", base, one, two, "-o", out)
    assert status == 1 and "conflict: " in err and "</World/Lights.strong>: ours 1, theirs 2" in err and "1 conflict" in err
    assert "strong = 1" in out.read_text()
    status, told, _ = scenewright("layers", "merge", base, one, two, "-o", out, "--json")
    assert status == 1 and json.loads(told)[0]["path"] == "/World/Lights.strong"
    assert scenewright("layers", "merge", base, one, tmp_path, "-o", out)[0] == 2


def test_flatten_lock_and_mute(scene, scenewright, tmp_path):
    assert scenewright("layers", "lock", scene, "lighting")[0] == 0
    assert scenewright("layers", "mute", scene, "lighting")[0] == 0
    assert "locked, muted" in scenewright("layers", "status", scene)[1]
    status, out, _ = scenewright("layers", "flatten", scene, "-o", tmp_path / "flat.usda")
    assert status == 0 and "muted: lighting.usda" in out and "all composed values unchanged" in out
    assert scenewright("layers", "unlock", scene, "lighting")[0] == scenewright("layers", "unmute", scene, "lighting")[0] == 0
    assert scenewright("layers", "lock", scene, "light")[0] == 2
    assert scenewright("layers", "flatten", scene, "-o", scene)[0] == 2


def test_cat_prints_text_of_any_layer(scene, scenewright, tmp_path):
    assert scenewright("layers", "flatten", scene, "-o", tmp_path / "flat.usdc")[0] == 0
    status, out, _ = scenewright("layers", "cat", tmp_path / "flat.usdc")
    assert status == 0 and out.startswith("#usda 1.0") and 'def Xform "World"' in out


def test_a_folder_outside_git_is_refused(scenewright, tmp_path):
    status, _, err = scenewright("layers", "install-git-driver", tmp_path)
    assert status == 2 and len(err.splitlines()) == 1
