"""Nodes that move the timeline and play animations, the end of time intervals, and the helpers of graph scripts."""

import omni.replicator.core as rep
import omni.timeline
import pytest
from pxr import UsdSkel

from scenewright.host.settings import get_settings
from scenewright.replicator.availability import FeatureUnavailableError
from scenewright.replicator.graph.errors import OrchestratorError


@pytest.fixture
def clock(graph_stage):
    timeline = omni.timeline.get_timeline_interface()
    timeline.set_end_time(100.0)
    yield timeline
    timeline.stop()
    timeline.commit()


@pytest.mark.parametrize(("kind", "times"), [
    ("set", [2.0, 3.0]), (None, [2.0, 3.0]), ("add", [2.0, 5.0]), ("set_frame", [2 / 60, 3 / 60]),
    ("add_frame", [2 / 60, 5 / 60])])
def test_the_timeline_is_moved(clock, kind, times):
    with rep.trigger.on_frame():
        rep.modify.timeline(rep.distribution.sequence([2.0, 3.0]), kind)
    seen = []
    for _ in times:
        rep.orchestrator.step(delta_time=0.0)
        seen.append(clock.get_current_time())
    assert seen == pytest.approx(times)


def test_time_is_set_in_seconds_and_kinds_are_checked(clock):
    rep.modify.time(1.5)
    rep.orchestrator.step(delta_time=0.0)
    assert clock.get_current_time() == 1.5
    with pytest.raises(ValueError, match="modify_type is one of set, add"):
        rep.modify.timeline(1.0, "jump")


def test_animations_are_chosen_for_each_skeleton(clock, graph_stage):
    for name in ("A", "B"):
        UsdSkel.Root.Define(graph_stage, f"/{name}")
        UsdSkel.Skeleton.Define(graph_stage, f"/{name}/Skeleton")
    clips = [UsdSkel.Animation.Define(graph_stage, f"/Clips/Clip_{i}").GetPath() for i in range(3)]
    clock.set_current_time(5.0)
    with rep.trigger.on_frame(), rep.get.prim_at_path(["/A", "/B"]):
        rep.modify.animation([str(path) for path in clips], reset_timeline=True)
    seen = []
    for _ in range(12):
        rep.orchestrator.step(delta_time=0.0)
        for name in ("A", "B"):
            skeleton = graph_stage.GetPrimAtPath(f"/{name}/Skeleton")
            seen.append(UsdSkel.BindingAPI(skeleton).GetAnimationSourceRel().GetTargets()[0])
    assert set(seen) == set(clips) and seen[0::2] != seen[1::2]
    assert clock.get_current_time() == clock.get_start_time()
    with rep.get.prim_at_path("/Clips"):
        rep.modify.animation([str(clips[0])])
    with pytest.raises(OrchestratorError, match="no Skeleton at or below /Clips"):
        rep.orchestrator.step()


def test_on_time_end_fires_after_each_interval(clock):
    frames = []
    with rep.trigger.on_time_end(interval=0.05, max_execs=2):
        rep.modify.attribute("size", 2.0, input_prims=rep.functional.create.cube(as_mesh=False))
    rep.trigger.on_condition(lambda: frames.append(None))
    rep.orchestrator.run_until_complete()
    assert len(frames) == 7  # 60 frames a second: frames 3 and 6 are the first after 0.05 and 0.1 s
    with pytest.raises(ValueError, match="on_time_end: interval"):
        rep.trigger.on_time_end(interval=0)


def test_helpers_find_enclose_and_name_prims(graph_stage):
    cube = rep.functional.create.cube(position=(1, 2, 3), name="Box")
    rep.functional.create.sphere(position=(5, 0, 0), name="Ball")
    assert rep.utils.find_prims("Box") == [cube]
    assert rep.utils.compute_aabb(["/Box", "/Ball"]) == pytest.approx([0.5, -0.5, -0.5, 5.5, 2.5, 3.5])
    with pytest.raises(ValueError, match="no prims"):
        rep.utils.compute_aabb([])
    item = rep.modify.pose(position=(0, 0, 0), input_prims="/Box")
    assert rep.utils.get_node_targets(item.node, "inputs:prims") == rep.utils.get_node_targets(item) == ["/Box"]
    assert rep.utils.get_node_targets(item.node, "outputs_prims") == ["/Box"]
    assert rep.utils.get_graph() is rep.utils.get_graph() is not None
    with pytest.raises(TypeError, match="expected a node"):
        rep.utils.get_node_targets("/Box")
    with pytest.raises(ValueError, match="inputs:prims"):
        rep.utils.get_node_targets(item, "inputs:value")


def test_sample_content_says_where_it_is_or_is_stood_in_for(graph_stage):
    for name in ("ASSETS", "ASSETS_DIR", "TEXTURES"):
        with pytest.raises(FeatureUnavailableError, match="--missing-assets=proxy"):
            getattr(rep.example, name)
    with pytest.raises(AttributeError, match="TEXTURES"):
        rep.example.TEXTURE  # noqa: B018
    get_settings().set("/scenewright/missingAssets", "proxy")
    assert isinstance(rep.example.TEXTURES, list) and len(rep.example.TEXTURES) == 4
    assert all(file.startswith(rep.example.ASSETS_DIR) for file in rep.example.ASSETS)
    with rep.create.from_usd(rep.example.ASSETS[0]):
        rep.randomizer.texture(rep.example.TEXTURES)
    rep.orchestrator.step()


def test_what_only_rtx_evaluates_says_so():
    with pytest.raises(FeatureUnavailableError, match="MDL modules, which needs RTX"):
        rep.create.mdl_from_json({})
