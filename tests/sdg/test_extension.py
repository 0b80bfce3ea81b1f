"""The extension as Kit loads it: from its folder, by its manifest, on the portable host."""

import gc
import re
import sys
import tomllib
import weakref
from pathlib import Path

import omni.kit.actions.core
import omni.replicator.core as rep
import pytest
from PIL import Image

from scenewright.host.app import get_app
from scenewright.host.events import get_eventdispatcher
from scenewright.host.extensions import ExtensionManager

FOLDER = Path(__file__).parents[2] / "exts/scenewright.sdg"
MANIFEST = tomllib.loads((FOLDER / "config/extension.toml").read_text(encoding="utf-8"))


@pytest.fixture
def manager():
    manager = ExtensionManager()
    manager.add_path(FOLDER.parent)
    yield manager
    manager.stop_all()


def test_the_manifest_can_be_published():
    package = MANIFEST["package"]
    wanted = {"version", "title", "description", "category", "readme", "changelog", "icon", "preview_image", "keywords"}
    assert wanted <= set(package)
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    for key in ("readme", "changelog", "icon", "preview_image"):
        assert (FOLDER / package[key]).is_file(), key
    assert re.search(rf"^## \[?{re.escape(package['version'])}\b", (FOLDER / package["changelog"]).read_text(), re.MULTILINE)
    with Image.open(FOLDER / package["icon"]) as icon, Image.open(FOLDER / package["preview_image"]) as preview:
        assert icon.size == (256, 256) and preview.width >= 640
    for page in MANIFEST["documentation"]["pages"]:
        assert (FOLDER / page).is_file(), page


def test_only_what_the_core_cannot_do_without_is_required():
    required = {name for name, options in MANIFEST["dependencies"].items() if not options.get("optional")}
    assert required == {"omni.usd", "omni.timeline"}
    assert not any("-" in name for name in [FOLDER.name])


def held():
    return (sorted(rep.WriterRegistry.get_writers()), omni.kit.actions.core.get_action_registry().get_all_actions(),
            len(get_app()._update_hooks), len(get_app()._shutdown_hooks),
            {name: len(observers) for name, observers in get_eventdispatcher()._observers.items() if observers}, list(sys.path))


def test_switching_it_on_and_off_ten_times_leaves_nothing(manager, caplog):
    manager.set_extension_enabled_immediate("scenewright.sdg", True)  # other tests may have left its writers registered
    manager.set_extension_enabled_immediate("scenewright.sdg", False)
    before, instances = held(), []
    for _ in range(10):
        assert manager.set_extension_enabled_immediate("scenewright.sdg", True)
        extension = manager._extensions["scenewright.sdg"]
        assert [type(instance).__name__ for instance in extension.instances] == ["ScenewrightSdgExtension"]
        instances.append(weakref.ref(extension.instances[0]))
        assert "coco" in rep.WriterRegistry.get_writers()
        assert len(omni.kit.actions.core.get_action_registry().get_all_actions_for_extension("scenewright.sdg")) == 3
        manager.set_extension_enabled_immediate("scenewright.sdg", False)
        assert held() == before
    gc.collect()
    assert [instance() for instance in instances] == [None] * 10
    assert caplog.text == ""


def test_without_the_replicator_it_starts_and_says_what_is_missing(manager, caplog, monkeypatch):
    manager.set_extensions_excluded(["omni.replicator.core", "omni.kit.actions.core"])
    monkeypatch.setitem(sys.modules, "omni.replicator.core", None)
    assert manager.set_extension_enabled_immediate("scenewright.sdg", True)
    assert "no writers were registered" in caplog.text and "Failed" not in caplog.text
    manager.set_extension_enabled_immediate("scenewright.sdg", False)


def test_actions_do_what_they_say(manager, tmp_path):
    manager.set_extension_enabled_immediate("scenewright.sdg", True)
    recipe = tmp_path / "r.yaml"
    recipe.write_text("scenewright: {frames: -1}\n")
    findings = omni.kit.actions.core.execute_action("scenewright.sdg", "validate", str(recipe))
    assert findings and "r.yaml:1" in findings[0]
    assert omni.kit.actions.core.execute_action("scenewright.sdg", "stop") == 0
