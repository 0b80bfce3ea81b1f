"""A stage to simulate on, with the timeline at a steady 60 steps a second."""

import numpy as np
import omni.replicator.core as rep
import omni.timeline
import pytest
from omni.kit.app import get_app
from pxr import Gf, UsdGeom, UsdPhysics

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context


@pytest.fixture
def world():
    """A new Z-up metre stage; carb settings are put back and the timeline stopped afterwards."""
    pytest.importorskip("newton")
    settings, before = get_settings(), dict(get_settings()._values)
    get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)
    yield get_context().get_stage()
    timeline = omni.timeline.get_timeline_interface()
    timeline.stop()
    timeline.commit()
    get_context().close_stage()
    settings._values.clear()
    settings._values.update(before)


@pytest.fixture
def play():
    """Play so many updates of 1/60 s."""

    def updates(count):
        timeline = omni.timeline.get_timeline_interface()
        timeline.set_end_time(1000.0)
        timeline.play()
        for _ in range(count):
            get_app().update()

    return updates


@pytest.fixture
def stop():
    def now():
        timeline = omni.timeline.get_timeline_interface()
        timeline.stop()
        timeline.commit()

    return now


@pytest.fixture
def place():
    """World position of a prim's origin, shape (3,)."""

    def of(prim):
        return np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim).ExtractTranslation())

    return of


@pytest.fixture
def floor():
    """Define a static box whose top face is z = 0."""

    def define(stage, size=20.0):
        cube = UsdGeom.Cube.Define(stage, "/Floor")
        cube.CreateSizeAttr(1.0)
        cube.AddTranslateOp().Set(Gf.Vec3d(0, 0, -0.5))
        cube.AddScaleOp().Set(Gf.Vec3f(size, size, 1.0))
        UsdPhysics.CollisionAPI.Apply(cube.GetPrim())
        return cube.GetPrim()

    return define
