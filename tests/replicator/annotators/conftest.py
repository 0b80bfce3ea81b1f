"""Captures without a renderer, whose answers can be counted by hand, and a small real stage."""

from types import SimpleNamespace

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context
from scenewright.render.scene.labels import LabelTable
from scenewright.render.scene.records import CameraRecord
from scenewright.replicator.capture import Capture


class DrawnFrame:
    """A frame made of given arrays; an entity's unoccluded pixels are given as one mask for each path."""

    def __init__(self, prim_id, paths, declared, unoccluded=None, **buffers):
        self.prim_paths = ("", *paths)
        self._buffers = {"prim_id": np.asarray(prim_id, np.uint32), **buffers}
        self.resolution = self._buffers["prim_id"].shape[::-1]
        self._declared = declared
        self._unoccluded = unoccluded or {}
        self.coverage_calls = 0
        self.camera = CameraRecord("/Camera", np.eye(4), 24.0, 20.955, 15.2908, (0.0, 0.0), (1.0, 1e6), 0.0, 400.0)

    def __getitem__(self, name):
        return self._buffers[name]

    def labels(self, semantic_filter=None, *, per_subset=False):
        return LabelTable.build(self.prim_paths, np.arange(1, len(self.prim_paths)), self._declared, semantic_filter,
                                per_subset=per_subset)

    def coverage(self, labels, *, masks=False):
        self.coverage_calls += 1
        image = self._buffers["prim_id"]
        found = []
        for entity, path in enumerate(labels.entity_paths):
            mask = self._unoccluded.get(path)
            found.append(labels.instance_of_prim[image] == entity + 2 if mask is None else np.asarray(mask, bool))
        boxes = [[c.min(initial=2**31 - 1), r.min(initial=2**31 - 1), c.max(initial=-2**31), r.max(initial=-2**31)]
                 for r, c in (np.nonzero(mask) for mask in found)]
        return SimpleNamespace(pixels=np.array([mask.sum() for mask in found], np.int64),
                               boxes=np.array(boxes, np.int32).reshape(-1, 4), masks=None)


@pytest.fixture
def draw():
    """Return a function that makes a capture of a DrawnFrame."""

    def make(prim_id, paths=(), declared=None, unoccluded=None, meters_per_unit=1.0, **buffers):
        frame = DrawnFrame(prim_id, paths, declared or {}, unoccluded, **buffers)
        product = SimpleNamespace(path="/Render/rp", name="rp")
        return Capture(product, None, None, frame, (3, 60), meters_per_unit)

    return make


@pytest.fixture
def reduce():
    """Return a function that computes an annotation of a capture."""

    def compute(capture, name, **params):
        annotator = rep.annotators.get(name, init_params=params)
        return annotator._template.compute(capture, annotator._params)

    return compute


@pytest.fixture
def stage():
    """A new Z-up metre stage that renders quickly; settings are put back afterwards."""
    settings, before = get_settings(), dict(get_settings()._values)
    context = get_context()
    context.new_stage()
    rep.orchestrator.set_capture_on_play(False)
    settings.set("/scenewright/samples", 1)
    settings.set("/scenewright/bounces", 0)
    yield context.get_stage()
    context.close_stage()
    settings._values.clear()
    settings._values.update(before)
