"""``scenewright doctor``: what it says of the extras."""

import importlib.metadata
import json
import platform
import tomllib
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

from scenewright.cli.doctor import extra_lines

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def _metadata(monkeypatch, extras, requirements, origin=None):
    message = Message()
    for extra in extras:
        message["Provides-Extra"] = extra
    distribution = SimpleNamespace(metadata=message, requires=requirements, read_text=lambda name: origin)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: distribution)
    known = {"numpy": "2.0", "av": "13.1"}

    def version(name):
        if name in known:
            return known[name]
        raise importlib.metadata.PackageNotFoundError(name)
    monkeypatch.setattr(importlib.metadata, "version", version)


def test_extras_are_what_the_metadata_names(monkeypatch):
    _metadata(monkeypatch, ["video", "new", "ui"], [
        "numpy>=1", "av>=12; extra == 'video'", 'numpy[x]>=2 ; extra == "new"', "never-there==1; extra == 'new'",
        "ovui>=0.3; python_version == '3.12' and extra == 'ui'", "ovui; python_version == '3.12' and extra == 'video'"])
    monkeypatch.setattr(platform, "python_version_tuple", lambda: ("3", "11", "9"))
    video, new, ui = extra_lines("pkg")
    assert video == "video         installed: av 13.1 (MP4 files)"
    assert new == "new           not installed: never-there; pip install pkg[new]"
    assert ui.endswith("for another Python: ovui (python_version == '3.12')")
    monkeypatch.setattr(platform, "python_version_tuple", lambda: ("3", "12", "1"))
    assert extra_lines("pkg")[2].endswith("not installed: ovui (python_version == '3.12'); pip install pkg[ui]")


def test_a_checkout_names_its_extras_itself(monkeypatch, tmp_path):
    origin = json.dumps({"url": tmp_path.as_uri(), "dir_info": {"editable": True}})
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\n[project.optional-dependencies]\nfresh = ["av>=1"]\n')
    _metadata(monkeypatch, ["stale"], [], origin)
    assert extra_lines("p") == ["fresh         installed: av 13.1"]


def test_no_extra_of_this_project_is_left_out():
    table = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    named = [line.split()[0] for line in extra_lines("scenewright")]
    installed = importlib.metadata.distribution("scenewright").read_text("direct_url.json")
    if "editable" not in (installed or ""):
        table = importlib.metadata.metadata("scenewright").get_all("Provides-Extra")
    assert named == list(table)


def test_a_package_that_is_not_installed_has_none():
    assert extra_lines("no-such-package-at-all") == []
