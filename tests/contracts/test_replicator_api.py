"""The public Replicator API: every name exists or says that it is not built, with the parameters and defaults of Replicator."""

import inspect
import json
from pathlib import Path
from typing import Any

import omni.replicator.core as rep
import pytest

from scenewright.replicator.availability import FeatureUnavailableError

_NAMES = json.loads((Path(__file__).parent / "data" / "replicator_api.json").read_text(encoding="utf-8"))["names"]

#: Required in Replicator, with a default here: a script that runs there runs here.
_LENIENT = {
    ("backends.DiskBackend", "output_dir"),  # rep.backends.get() makes one that is initialised later
    ("functional.physics.create_physics_scene", "path"),
    ("tools.colorize_segmentation", "idToLabels"),
}

#: Attributes that only instances have.
_INSTANCE_ATTRIBUTES = ("Writer.", "annotators.Annotator.", "rng.ReplicatorRNG.", "BackendDispatch._",
                        "backends.BaseBackend.output", "utils.ReplicatorItem.node")


def _resolve(dotted: str) -> Any:
    import importlib

    value: Any = rep
    walked = ""
    for part in dotted.split("."):
        walked = f"{walked}.{part}" if walked else part
        try:
            value = getattr(value, part)
        except FeatureUnavailableError:
            raise
        except AttributeError:
            if part != "scripts" and not walked.startswith("scripts") and not inspect.ismodule(value):
                raise
            value = importlib.import_module(f"omni.replicator.core.{walked}")
    return value


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, list):
        return isinstance(ours, list | tuple) and len(ours) == len(theirs) and all(map(_same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs if isinstance(theirs, bool) or theirs is None else ours == theirs


def _differences(name: str, function: Any, row: dict[str, Any]) -> list[str]:
    given = inspect.signature(function).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in given.values())
    found = []
    for expected in row["params"]:
        key = expected["name"]
        if key not in given:
            if not takes_any and not expected.get("uncertain"):
                found.append(f"no parameter {key!r}")
            continue
        default = given[key].default
        if "default" in expected and not _same(default, expected["default"]):
            found.append(f"{key}={default!r} in place of {expected['default']!r}")
        if expected.get("required") and default is not inspect.Parameter.empty and (name, key) not in _LENIENT:
            found.append(f"{key} has the default {default!r}, Replicator's has none")
    if row.get("ordered", True):
        wanted = [entry["name"] for entry in row["params"] if entry["name"] in given and not entry.get("keyword")]
        positional = [key for key in given if key in wanted]
        if positional != wanted:
            found.append(f"order {positional} in place of {wanted}")
    return found


@pytest.mark.parametrize("name", sorted(_NAMES))
def test_signature(name):
    row = _NAMES[name]
    if name.startswith(_INSTANCE_ATTRIBUTES) and row["kind"] == "name":
        return
    try:
        value = _resolve(name)
    except FeatureUnavailableError as error:
        assert "not available" in str(error) and any(part in str(error) for part in name.split("."))
        return
    if row["kind"] == "name":
        return
    assert callable(value), f"rep.{name} is {value!r}"
    if "params" in row:
        assert not _differences(name, value, row), f"rep.{name}: " + "; ".join(_differences(name, value, row))
