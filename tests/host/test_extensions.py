import pytest

from scenewright.host.extensions import ExtensionManager


@pytest.fixture
def manager(tmp_path, monkeypatch):
    (tmp_path / "my.tool/config").mkdir(parents=True)
    (tmp_path / "my.tool/config/extension.toml").write_text(
        '[package]\nversion = "1.2.3"\n[[python.module]]\nname = "my_tool_module"\n')
    (tmp_path / "my_tool_module.py").write_text(
        "import omni.ext\nEVENTS = []\n"
        "class Tool(omni.ext.IExt):\n"
        "    def on_startup(self, ext_id):\n        EVENTS.append(ext_id)\n"
        "    def on_shutdown(self):\n        EVENTS.append('down')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    manager = ExtensionManager()
    manager.add_path(tmp_path)
    return manager


def test_enabling_starts_each_iext_once_and_disabling_stops_it(manager):
    assert manager.set_extension_enabled_immediate("my_tool_module", True)
    assert manager.set_extension_enabled_immediate("my_tool_module", True)
    import my_tool_module

    assert my_tool_module.EVENTS == ["my_tool_module-1.2.3"]
    manager.set_extension_enabled_immediate("my_tool_module", False)
    assert my_tool_module.EVENTS == ["my_tool_module-1.2.3", "down"]
    assert not manager.is_extension_enabled("my_tool_module")


def test_the_product_is_discovered_with_its_version():
    manager = ExtensionManager()
    manager.discover()
    assert manager.get_extension_path("scenewright.sdg").endswith("scenewright.sdg")


def test_a_broken_manifest_is_a_readable_error(tmp_path):
    (tmp_path / "x/config").mkdir(parents=True)
    (tmp_path / "x/config/extension.toml").write_text("[package\n")
    with pytest.raises(ValueError, match=r"extension\.toml: not a valid extension manifest"):
        ExtensionManager().add_path(tmp_path)
