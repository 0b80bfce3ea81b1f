"""Steps, runs, writers and the timeline, with tiny images."""

import asyncio

import numpy as np
import omni.kit.app
import omni.replicator.core as rep
import omni.timeline
import pytest
from omni.replicator.core.orchestrator import OrchestratorError, Status

from scenewright.host.settings import get_settings


class Recorder(rep.Writer):
    """Keeps the payloads; writes nothing."""

    def __init__(self, fail_at=None):
        self.annotators = ["distance_to_camera"]
        self.payloads, self.finals, self.fail_at = [], 0, fail_at

    def write(self, data):
        if len(self.payloads) == self.fail_at:
            raise KeyError("missing")
        self.payloads.append(data)

    def on_final_frame(self):
        self.finals += 1


@pytest.fixture
def product(graph_stage):
    rep.functional.create.sphere(name="Ball")
    camera = rep.functional.create.camera(position=(4, 0, 0), look_at=(0, 0, 0), clipping_range=(0.01, 100))
    return rep.create.render_product(camera, (9, 9), name="view")


@pytest.fixture
def recorder(product):
    writer = Recorder()
    writer.attach(product)
    yield writer
    writer.detach()


def test_each_step_writes_each_writer_once(product, recorder):
    other = Recorder()
    other.attach(product)
    for _ in range(3):
        rep.orchestrator.step()
    assert (len(recorder.payloads), len(other.payloads)) == (3, 3)
    depth = recorder.payloads[0]["distance_to_camera"]
    assert depth.shape == (9, 9)
    assert abs(depth[4, 4] - 3.5) < 1e-4
    other.detach()
    rep.orchestrator.step()
    assert (len(recorder.payloads), len(other.payloads)) == (4, 3)


def test_a_disabled_product_is_neither_rendered_nor_written(product, recorder):
    product.hydra_texture.set_updates_enabled(False)
    rep.orchestrator.step()
    assert recorder.payloads == []
    product.hydra_texture.set_updates_enabled(True)
    rep.orchestrator.step()
    assert len(recorder.payloads) == 1


def test_a_writer_with_a_trigger_writes_when_that_fires(product):
    with rep.trigger.on_frame(interval=3) as trigger:
        pass
    writer = Recorder()
    writer.attach(product, trigger=trigger)
    for _ in range(7):
        rep.orchestrator.step()
    assert [payload["trigger_outputs"]["on_frame"] for payload in writer.payloads] == [0, 1, 2]
    writer.detach()


def test_a_writer_with_an_event_writes_the_step_after_it_was_sent(product):
    event = rep.trigger.on_custom_event("photo")
    writer = Recorder()
    writer.attach(product, trigger=event)
    rep.orchestrator.step()
    rep.utils.send_og_event("photo")
    omni.kit.app.get_app().update()
    rep.orchestrator.step()
    rep.orchestrator.step()
    assert len(writer.payloads) == 1
    writer.detach()


def test_a_writer_without_trigger_waits_to_be_scheduled(product):
    writer = Recorder()
    writer.attach(product, trigger=None)
    rep.orchestrator.step()
    writer.schedule_write()
    rep.orchestrator.step()
    rep.orchestrator.step()
    assert len(writer.payloads) == 1
    writer.detach()


def test_named_distributions_reach_the_payload(product, recorder):
    cubes = rep.create.cube(count=2, position=(0, 0, 50))
    with rep.trigger.on_frame(), cubes:
        rep.modify.pose(scale=rep.distribution.uniform(1, 2, name="size"))
    rep.orchestrator.step()
    drawn = recorder.payloads[0]["distribution_outputs"]["size"]
    scales = [prim.GetAttribute("xformOp:scale").Get()[0] for prim in cubes.get_prims()]
    assert np.allclose(drawn, scales)


def test_a_failing_writer_is_named_and_the_next_step_works(product):
    writer = Recorder(fail_at=1)
    writer.attach(product)
    rep.orchestrator.step()
    with pytest.raises(OrchestratorError, match=r"Writer 'Recorder' failed at frame 1: KeyError: 'missing'"):
        rep.orchestrator.step()
    writer.fail_at = None
    rep.orchestrator.step()
    assert len(writer.payloads) == 2
    writer.detach()


def test_preview_fills_annotators_but_writes_nothing(product, recorder):
    rep.orchestrator.preview()
    assert recorder.payloads == []
    assert recorder.get_annotator("distance_to_camera").get_data().shape == (9, 9)


@pytest.mark.parametrize(("frames", "limit", "expected"), [(3, 0, 3), (None, 4, 4), (5, 2, 2), (2, 5, 2)])
def test_the_smaller_limit_ends_a_run(product, recorder, frames, limit, expected):
    rep.trigger.on_frame(max_execs=limit)
    rep.orchestrator.run_until_complete(num_frames=frames)
    assert len(recorder.payloads) == expected
    assert rep.orchestrator.get_status() is Status.STOPPED
    assert recorder.finals == 1


def test_an_interval_stretches_a_limited_run(product, recorder):
    rep.trigger.on_frame(interval=3, max_execs=3)
    rep.orchestrator.run_until_complete()
    assert len(recorder.payloads) == 7


def test_a_run_without_end_is_refused_where_it_would_block(product):
    with pytest.raises(OrchestratorError, match="nothing ends this run"):
        rep.orchestrator.run_until_complete()
    assert rep.orchestrator.get_is_stopped()


def test_run_returns_at_once_and_goes_on_with_updates(product, recorder):
    app = omni.kit.app.get_app()
    rep.orchestrator.run(num_frames=3)
    assert rep.orchestrator.get_is_started() and recorder.payloads == []
    app.update()
    rep.orchestrator.pause()
    app.update()
    assert len(recorder.payloads) == 1
    rep.orchestrator.resume()
    while rep.orchestrator.get_is_started():
        app.update()
    app.update()
    assert len(recorder.payloads) == 3


def test_a_run_begins_with_the_first_values(product, positions):
    item = rep.create.cube(position=(0, 0, 50))
    with rep.trigger.on_frame(), item:
        rep.modify.pose(position=rep.distribution.sequence([(0, 0, k) for k in range(10, 20)]))
    rep.orchestrator.step()
    rep.orchestrator.step()
    rep.orchestrator.run_until_complete(num_frames=1)
    assert positions(item) == [(0, 0, 10)]


def test_a_failing_frame_ends_the_run(product):
    writer = Recorder(fail_at=1)
    writer.attach(product)
    rep.orchestrator.run(num_frames=5)
    omni.kit.app.get_app().update()
    with pytest.raises(OrchestratorError, match="Recorder"):
        omni.kit.app.get_app().update()
    assert rep.orchestrator.get_is_stopped()
    writer.detach()


def test_updates_capture_while_the_timeline_plays(product, recorder):
    app, timeline = omni.kit.app.get_app(), omni.timeline.get_timeline_interface()
    app.update()
    assert recorder.payloads == []
    timeline.play()
    app.update()
    app.update()
    assert len(recorder.payloads) == 2
    rep.orchestrator.set_capture_on_play(False)
    app.update()
    assert len(recorder.payloads) == 2
    timeline.stop()


@pytest.mark.parametrize(("delta", "expected"), [(None, 1 / 60), (0.0, 0.0), (0.25, 0.25)])
def test_a_step_advances_a_timeline_that_stands_still(product, recorder, delta, expected):
    timeline = omni.timeline.get_timeline_interface()
    rep.orchestrator.step(delta_time=delta)
    assert timeline.get_current_time() == pytest.approx(expected)
    assert not timeline.is_playing()
    numerator, denominator = recorder.payloads[0]["reference_time"]
    assert numerator / denominator == pytest.approx(expected)


@pytest.mark.parametrize("pause", [True, False])
def test_a_step_pauses_a_playing_timeline_unless_told_not_to(product, pause):
    timeline = omni.timeline.get_timeline_interface()
    timeline.play()
    timeline.commit()
    rep.orchestrator.step(pause_timeline=pause, delta_time=0.0)
    assert timeline.is_playing() is not pause
    timeline.stop()


def test_time_samples_are_read_at_the_present_time(product, recorder):
    ball = product._session.stage.GetPrimAtPath("/Ball")
    place = ball.GetAttribute("xformOp:translate")
    place.Set((0, 0, 0), 0)
    place.Set((1, 0, 0), 24)
    rep.orchestrator.step(delta_time=0.5)
    rep.orchestrator.step(delta_time=0.5)
    middle = [payload["distance_to_camera"][4, 4] for payload in recorder.payloads]
    assert np.allclose(middle, [3.0, 2.5], atol=1e-3)


def test_a_negative_time_step_is_refused(product):
    with pytest.raises(ValueError, match="at least 0 seconds, got -1"):
        rep.orchestrator.step(delta_time=-1)


def test_blocking_calls_inside_a_loop_name_the_async_one(product, recorder):
    async def script():
        with pytest.raises(OrchestratorError, match=r"await rep\.orchestrator\.step_async"):
            rep.orchestrator.step()
        await rep.orchestrator.step_async()
        await rep.orchestrator.run_until_complete_async(num_frames=2)
        await rep.orchestrator.wait_until_complete_async()

    asyncio.run(script())
    assert len(recorder.payloads) == 3


def test_a_task_of_the_application_can_run_frames(product, recorder):
    omni.kit.app.get_app().run_coroutine(rep.orchestrator.run_until_complete_async(num_frames=2))
    assert len(recorder.payloads) == 2


def test_status_callbacks_hear_every_change(product):
    heard = []
    subscription = rep.orchestrator.register_status_callback(heard.append)
    rep.orchestrator.run_until_complete(num_frames=1)
    assert heard == [Status.STARTING, Status.STARTED, Status.STOPPING, Status.STOPPED]
    subscription.reset()
    rep.orchestrator.step()
    assert len(heard) == 4


@pytest.mark.parametrize(("asked", "carb", "trigger", "override", "expected"), [
    (-1, None, 1, 0, 1), (-1, 3, 1, 0, 3), (0, 3, 1, 0, 1), (5, 3, 1, 0, 5), (5, None, 7, 0, 7), (5, None, 1, 2, 2)])
def test_subframes_come_from_the_call_carb_and_triggers(graph_stage, monkeypatch, asked, carb, trigger, override, expected):
    from scenewright.replicator.capture_loop import CaptureLoop

    seen = []
    monkeypatch.setattr(CaptureLoop, "_render", lambda self, session, subframes: seen.append(subframes) or {})
    if carb is not None:
        get_settings().set("/omni/replicator/RTSubframes", carb)
    rep.trigger.on_frame(rt_subframes=trigger)
    if override:
        rep.orchestrator.set_next_rt_subframes(override)
    rep.orchestrator.step(rt_subframes=asked)
    assert seen == [expected]


def test_a_run_and_a_step_exclude_each_other(product):
    rep.orchestrator.run(num_frames=3)
    with pytest.raises(OrchestratorError, match="a run is in progress"):
        rep.orchestrator.step()
    rep.orchestrator.stop()


def test_the_application_waits_for_a_bounded_run_at_the_end_of_a_script(product, recorder):
    rep.orchestrator.run(num_frames=3)
    omni.kit.app.get_app().run_pending_tasks()
    assert len(recorder.payloads) == 3


def test_motion_is_that_of_one_step(product):
    motion = rep.annotators.get("motion_vectors")
    motion.attach(product)
    rep.orchestrator.step()
    assert np.abs(motion.get_data()[4, 4]).max() < 1e-4
    rep.functional.modify.position("/Ball", (0, 0.1, 0))
    rep.orchestrator.step()
    # The camera at +X sees +Y on its right: 0.1 m at a depth of 3.5 m, and +x of a motion vector is left.
    expected = -0.1 / 3.5 * 24.0 / 20.955 * 9
    assert motion.get_data()[4, 4, 0] == pytest.approx(expected, rel=0.05)
    assert abs(motion.get_data()[4, 4, 1]) < 1e-3
    rep.orchestrator.step()
    assert np.abs(motion.get_data()[4, 4]).max() < 1e-4
    motion.detach()


def test_a_long_run_grows_no_graph(product):
    materials = rep.create.material_omnipbr(count=2, diffuse=rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
    item = rep.create.cube(count=3)
    with rep.trigger.on_frame(), item:
        rep.modify.pose(position=rep.distribution.uniform((4, 4, 4), (5, 5, 5)), look_at=rep.create.cube())
        rep.randomizer.color([(1, 0, 0), (0, 1, 0)])
        rep.randomizer.materials([materials, str(materials.get_prims()[0].GetPath())])
    graph = product._session.graph
    rep.orchestrator.step()
    nodes, prims = len(graph._nodes), len(list(graph.stage.Traverse()))
    for _ in range(5):
        rep.orchestrator.step()
    assert (len(graph._nodes), len(list(graph.stage.Traverse()))) == (nodes, prims)
