"""Optical flow against where the points are, computed here in float64."""

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import UsdGeom

W, H, F = 100, 80, 100.0  # focal length in pixels: aperture equals focal length


@pytest.fixture
def scene(stage):
    """A sheet close to the camera that moves sideways before a large one, and the flow in both directions."""
    create = rep.functional.create
    near = create.plane(name="Near", position=(-0.51, 0.01, -4), scale=(1, 1, 1), semantics={"class": "near"})
    create.plane(name="Far", position=(0, 0, -8), scale=(40, 40, 1), semantics={"class": "far"})
    camera = create.camera(name="Eye", focal_length=20, horizontal_aperture=20, clipping_range=(0.01, 100.0))
    product = rep.create.render_product(camera, (W, H))
    names = ("optical_flow_backward", "optical_flow_forward", "instance_segmentation", "motion_vectors")
    annotators = {name: rep.annotators.get(name) for name in names}
    for annotator in annotators.values():
        annotator.attach(product)

    def step():
        rep.orchestrator.step(delta_time=0.0)
        return {name: annotator.get_data() for name, annotator in annotators.items()}

    return near, camera, step


def rays():
    x, y = np.meshgrid(np.arange(W) + 0.5, np.arange(H) + 0.5)
    return np.stack([(x - W / 2) / F, (H / 2 - y) / F, np.full((H, W), -1.0)], axis=-1)


def pixels(points):
    return np.stack([W / 2 - F * points[..., 0] / points[..., 2], H / 2 + F * points[..., 1] / points[..., 2]], axis=-1)


def test_the_first_step_has_no_flow(scene):
    data = scene[2]()
    for name in ("optical_flow_backward", "optical_flow_forward"):
        assert not data[name]["data"].any() and not data[name]["info"]["state"].any()
    assert data["optical_flow_backward"]["info"]["states"] == ["none", "visible", "hidden", "outside"]


def test_both_directions_and_what_they_hide(scene):
    near, _, step = scene
    before = step()
    UsdGeom.XformCommonAPI(near).SetTranslate((0.49, 0.01, -4))
    now = step()
    backward, forward = now["optical_flow_backward"], now["optical_flow_forward"]
    on_near_now, on_near_before = now["instance_segmentation"]["data"] == 2, before["instance_segmentation"]["data"] == 2
    assert on_near_now.sum() == on_near_before.sum() == 25 * 25
    for flow, on_near, behind, sign in ((backward, on_near_now, on_near_before, -1), (forward, on_near_before, on_near_now, 1)):
        assert np.allclose(flow["data"][on_near], [sign * 25, 0], atol=1e-3)
        assert np.allclose(flow["data"][~on_near], 0, atol=1e-3)
        assert (flow["info"]["state"][on_near] == 1).all()
        # the large sheet stands still, so it is hidden exactly where the small one was or is
        assert np.array_equal(flow["info"]["state"] == 2, behind & ~on_near)
        assert (flow["info"]["state"][~behind & ~on_near] == 1).all()
    assert np.allclose(backward["data"], now["motion_vectors"][..., :2], atol=1e-3)


def test_a_camera_that_turns_and_moves(scene):
    _, camera, step = scene
    step()
    angle, move = np.radians(7.0), np.array([0.3, -0.2, 0.4])
    api = UsdGeom.XformCommonAPI(camera)
    api.SetRotate((0, 7.0, 0))
    api.SetTranslate(tuple(move))
    now = step()
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    directions = rays() @ turn.T
    on_near = now["instance_segmentation"]["data"] == 2
    depth = np.where(on_near, -4.0, -8.0)
    world = move + directions * ((depth - move[2]) / directions[..., 2])[..., None]
    here = np.stack(np.meshgrid(np.arange(W) + 0.5, np.arange(H) + 0.5), axis=-1)
    then = pixels(world)
    flow = now["optical_flow_backward"]
    assert np.abs(flow["data"] - (then - here)).max() < 2e-3
    outside = (then < 0).any(-1) | (then >= (W, H)).any(-1)
    margin = (np.abs(then) > 1e-3).all(-1) & (np.abs(then - (W, H)) > 1e-3).all(-1)
    assert outside.sum() > 200 and np.array_equal((flow["info"]["state"] == 3)[margin], outside[margin])
    # there and back again: where both directions see the point, they undo each other
    forward = now["optical_flow_forward"]
    y, x = np.nonzero(flow["info"]["state"] == 1)
    column, row = (np.floor(here[y, x] + flow["data"][y, x])).astype(int).T
    same = forward["info"]["state"][row, column] == 1
    total = flow["data"][y, x][same] + forward["data"][row[same], column[same]]
    assert np.median(np.abs(total)) < 0.3 and same.mean() > 0.95


def test_what_was_not_there_before_has_no_flow(scene):
    step = scene[2]
    step()
    rep.functional.create.sphere(name="New", position=(0, 0.8, -3), scale=0.5, semantics={"class": "new"})
    now = step()
    names = now["instance_segmentation"]["info"]["idToLabels"]
    new = now["instance_segmentation"]["data"] == next(int(key) for key, path in names.items() if path == "/New")
    state = now["optical_flow_backward"]["info"]["state"]
    assert new.any() and (state[new] == 0).all() and (state[~new] == 1).all()
    assert (now["optical_flow_forward"]["info"]["state"] == 2).sum() == pytest.approx(new.sum(), rel=0.1)


def test_points_that_move_on_a_mesh(scene, stage):
    step = scene[2]
    mesh = UsdGeom.Mesh.Define(stage, "/Sheet")
    mesh.CreateFaceVertexCountsAttr([4])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2, 3])
    points = np.array([[-1, -1, -3], [1, -1, -3], [1, 1, -3], [-1, 1, -3]], np.float32)
    mesh.CreatePointsAttr(points)
    step()
    mesh.GetPointsAttr().Set(points + np.array([0.15, 0.3, 0], np.float32))
    now = step()
    flow = now["optical_flow_backward"]
    on_sheet = (rays()[..., :2] * 3 > [-0.8, -0.6]).all(-1) & (rays()[..., :2] * 3 < [1.1, 1.2]).all(-1)
    assert np.allclose(flow["data"][on_sheet], [-5, 10], atol=1e-3)
    inside = (rays()[..., :2] * 3 > [-0.9, -0.9]).all(-1) & (rays()[..., :2] * 3 < [0.9, 0.9]).all(-1)
    assert np.allclose(now["optical_flow_forward"]["data"][inside], [5, -10], atol=1e-3)
