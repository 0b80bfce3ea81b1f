"""A new stage and a fresh orchestrator for every test of the graph."""

import omni.replicator.core as rep
import pytest

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context


@pytest.fixture
def graph_stage():
    """A new Z-up metre stage; carb settings and the global seed are put back afterwards."""
    settings, before = get_settings(), dict(get_settings()._values)
    context = get_context()
    context.new_stage()
    rep.set_global_seed(7)
    yield context.get_stage()
    context.close_stage()
    settings._values.clear()
    settings._values.update(before)
    rep.set_global_seed(0)


@pytest.fixture
def positions():
    """Local translations of an item's prims, as a list of tuples."""

    def read(item):
        return [tuple(prim.GetAttribute("xformOp:translate").Get()) for prim in item.get_prims()]

    return read
