import importlib
import os
import subprocess
import sys

import pytest

from scenewright.host.activation import available_stand_ins


def test_every_stand_in_imports_under_its_real_name():
    for name in available_stand_ins():
        assert importlib.import_module(name) is not None


def test_the_replicator_is_the_same_module_under_both_names():
    kit_name = importlib.import_module("omni.replicator.core.functional")
    assert kit_name is importlib.import_module("scenewright.replicator.functional")
    assert kit_name.__spec__.name == "scenewright.replicator.functional"


def test_a_missing_symbol_is_named_and_what_exists_is_listed():
    usd = importlib.import_module("omni.usd")
    with pytest.raises(AttributeError, match=r"'omni\.usd\.no_such_thing' has no stand-in.*get_context"):
        usd.no_such_thing  # noqa: B018


def test_a_missing_module_is_an_import_error_that_names_it():
    with pytest.raises(ModuleNotFoundError, match=r"omni\.no_such_module"):
        importlib.import_module("omni.no_such_module")


def test_deactivation_undoes_everything():
    """In a process of its own: the rest of the tests need what it takes away."""
    code = """
import sys
from pxr import Usd
methods = {name: vars(Usd.Prim)[name] for name in ("HasAPI", "ApplyAPI", "RemoveAPI", "CanApplyAPI")}
from scenewright.host.activation import activate, deactivate
for _ in range(2):
    activate()
    import omni.usd
    from pxr import PhysxSchema
    stage = Usd.Stage.CreateInMemory()
    prim = stage.DefinePrim("/A")
    assert prim.ApplyAPI(PhysxSchema.PhysxRigidBodyAPI) and prim.HasAPI(PhysxSchema.PhysxRigidBodyAPI)
    assert vars(Usd.Prim)["HasAPI"] is not methods["HasAPI"]
    deactivate()
    assert all(vars(Usd.Prim)[name] is method for name, method in methods.items())
    assert not {"omni.usd", "pxr.PhysxSchema", "carb"} & set(sys.modules)
    for name in ("omni.usd", "pxr.PhysxSchema"):
        try:
            __import__(name)
        except ImportError:
            continue
        raise SystemExit(f"{name} is still importable")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_namespace_that_is_installed_has_the_stand_ins_too(tmp_path):
    """Kit has loaded every module; so ``omni.timeline`` needs no import, with other ``omni`` packages or without."""
    (tmp_path / "omni" / "other").mkdir(parents=True)
    (tmp_path / "omni" / "other" / "__init__.py").write_text("HERE = True\n")
    code = """
from scenewright.host.activation import activate, deactivate
import omni.other
activate()
import omni.usd
assert omni.timeline.get_timeline_interface() and omni.kit.app.get_app() and omni.other.HERE
try:
    omni.nothing_of_that_name
except AttributeError as error:
    assert "'omni.nothing_of_that_name' has no stand-in" in str(error)
deactivate()
assert not hasattr(omni, "timeline") and omni.other.HERE
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
