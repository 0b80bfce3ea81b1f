"""Fixtures of the builders' tests: books of the shipped scenes, and things of any size."""

from pathlib import Path

import pytest

from scenewright.sdg.scenes import SceneAsset, Support, Thing, read_asset_book

SCENES = Path(__file__).resolve().parents[3] / "usd_scenes"


@pytest.fixture(scope="session")
def books():
    """The asset books of the three shipped scenes by name."""
    return {name: read_asset_book(SCENES / name / "assets" / "assets.yaml") for name in ("warehouse", "shelf", "room")}


@pytest.fixture(scope="session")
def thing():
    """Call with a label and a size (and what a Thing takes) for something to place; ``top`` gives it one support."""

    def make(label, size, top=False, offset=(0.0, 0.0), **more):
        supports = (Support("top", (-size[0] / 2, -size[1] / 2, size[0] / 2, size[1] / 2), size[2], 1.0),) if top else ()
        return Thing(SceneAsset(label, f"/{label}.usda", size, {}, supports, offset, label), **more)

    return make
