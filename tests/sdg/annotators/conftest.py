"""A small rendered stage whose truth is known, and what annotators say of it."""

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest

from scenewright.sdg import annotators


@pytest.fixture
def stage():
    """A new stage, z up, in metres."""
    context = omni.usd.get_context()
    context.new_stage()
    rep.orchestrator.set_capture_on_play(False)
    yield context.get_stage()
    context.close_stage()


@pytest.fixture
def look():
    """Return a function that steps once and returns the data of annotators by name, and the same from Kit's composite form."""

    def run(product, *wanted):
        made = [annotators.get(*((name,) if isinstance(name, str) else name)) for name in wanted]
        for annotator in made:
            annotator.attach(product)
        rep.orchestrator.step(delta_time=0.0)
        data = [annotator.get_data() for annotator in made]
        for annotator in made:
            annotator.detach()
        return data

    return run


@pytest.fixture
def pose_of():
    """Return a function from a prim to its local to world matrix for row vectors, float64."""
    from pxr import UsdGeom

    return lambda prim: np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(0.0))
