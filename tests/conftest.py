"""Shared by all rooms: the portable host is active, and what a process keeps is as in a new one for every test."""

import os
import sys

os.environ.setdefault("SCENEWRIGHT_THREADS", "2")

import pytest

from scenewright.host.activation import activate
from scenewright.host.app import get_app
from scenewright.host.settings import get_settings

activate()

_SETTINGS_AT_START = dict(get_settings()._values)


def _forget() -> None:
    get_settings()._values.clear()
    get_settings()._values.update(_SETTINGS_AT_START)
    get_app().exit_code = None  # a script that a test ran may have asked the application to quit
    if "scenewright.replicator.seeds" in sys.modules:
        sys.modules["scenewright.replicator.seeds"].set_global_seed(0)


@pytest.fixture(autouse=True)
def process_state():
    """Settings, the global seed and the application are those of a new process, before and after each test."""
    _forget()
    yield
    _forget()
