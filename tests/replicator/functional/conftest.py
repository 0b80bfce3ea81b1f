"""A new Z-up metre stage for every test that asks for one."""

import pytest

from scenewright.host.stage_context import get_context


@pytest.fixture
def stage():
    context = get_context()
    context.new_stage()
    yield context.get_stage()
    context.close_stage()
