"""The window with the real omni.ui (``ovui``) where it can be had; what needs no toolkit is tested on any Python."""

import asyncio
from pathlib import Path

import pytest

from scenewright.host.settings import Settings

SMALL = Path(__file__).parent.parent / "sdg/dataset/data/small.yaml"


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def notes():
    return []


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL.read_text(encoding="utf-8").replace("frames: 6", "frames: 3"), encoding="utf-8")
    return path


@pytest.fixture
def run():
    """Return a function that runs a coroutine on the application's loop, as Kit does."""
    from scenewright.host.app import get_app

    def run(coroutine):
        async def limited():
            return await asyncio.wait_for(coroutine, 120)

        return get_app().run_coroutine(limited())

    return run
