import importlib
import logging
import sys

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
    assert manager.set_extension_enabled_immediate("my.tool", True)
    assert manager.set_extension_enabled_immediate("my.tool", True)
    my_tool_module = importlib.import_module("my_tool_module")
    assert my_tool_module.EVENTS == ["my.tool-1.2.3"]
    manager.set_extension_enabled_immediate("my.tool", False)
    assert my_tool_module.EVENTS == ["my.tool-1.2.3", "down"]
    assert not manager.is_extension_enabled("my.tool")


def test_the_product_is_discovered_with_its_version():
    manager = ExtensionManager()
    manager.discover()
    assert manager.get_extension_path("scenewright.sdg").endswith("scenewright.sdg")


def test_a_broken_manifest_is_a_readable_error(tmp_path):
    (tmp_path / "x/config").mkdir(parents=True)
    (tmp_path / "x/config/extension.toml").write_text("[package\n")
    with pytest.raises(ValueError, match=r"extension\.toml: not a valid extension manifest"):
        ExtensionManager().add_path(tmp_path)


def write(folder, name, toml, module=""):
    (folder / name / "config").mkdir(parents=True)
    (folder / name / "config/extension.toml").write_text('[package]\nversion = "1.0.0"\n' + toml)
    if module:
        (folder / name / f"{name.replace('.', '_')}.py").write_text(module)


def test_dependencies_start_first_and_optional_ones_may_be_missing(tmp_path):
    started = ("import omni.ext, sys\nclass E(omni.ext.IExt):\n"
               "  def on_startup(self): sys.modules['logging'].STARTED.append(__name__)\n")
    logging.STARTED = []
    write(tmp_path, "b.one", '[dependencies]\n"a.two" = {}\n"not.there" = {optional = true}\n"omni.usd" = {}\n'
                             '[[python.module]]\nname = "b_one"\n', started)
    write(tmp_path, "a.two", '[[python.module]]\nname = "a_two"\n[settings]\nexts."a.two".size = 3\n', started)
    manager = ExtensionManager()
    manager.add_path(tmp_path)
    try:
        assert manager.set_extension_enabled_immediate("b.one-1.0.0", True)
        assert logging.STARTED == ["a_two", "b_one"]
        import carb.settings

        assert carb.settings.get_settings().get("/exts/a.two/size") == 3
        manager.set_extension_enabled_immediate("a.two", False)
        assert not manager.is_extension_enabled("b.one"), "what needs it goes first"
        assert not {"a_two", "b_one"} & set(sys.modules)
        assert not any(str(tmp_path) in path for path in sys.path)
    finally:
        del logging.STARTED


def test_a_missing_dependency_is_named_and_nothing_starts(tmp_path, caplog):
    write(tmp_path, "b.one", '[dependencies]\n"omni.absent" = {}\n[[python.module]]\nname = "b_one"\n', "raise SystemExit\n")
    manager = ExtensionManager()
    manager.add_path(tmp_path)
    assert not manager.set_extension_enabled_immediate("b.one", True)
    assert "dependency solver failure: extension 'omni.absent' can't be satisfied (dependency of 'b.one')" in caplog.text


@pytest.mark.parametrize(("module", "says"), [
    ("raise KeyError('broken')\n", "Failed to start the Python module c_three"),
    ("import omni.ext, logging\nclass E(omni.ext.IExt):\n    def on_startup(self): logging.HELD = self\n", "E leaks"),
])
def test_failures_and_leaks_are_logged(tmp_path, caplog, module, says):
    write(tmp_path, "c.three", '[[python.module]]\nname = "c_three"\n', module)
    manager = ExtensionManager()
    manager.add_path(tmp_path)
    manager.set_extension_enabled_immediate("c.three", True)
    manager.set_extension_enabled_immediate("c.three", False)
    vars(logging).pop("HELD", None)
    assert says in caplog.text
