"""What runs when: triggers, nesting, limits, restarts."""

import omni.replicator.core as rep
import pytest
from omni.replicator.core.orchestrator import OrchestratorError


def counting_node(item):
    """Change ``item`` with an ordered sequence of heights: the height tells how often the node ran."""
    with item:
        return rep.modify.pose(position=rep.distribution.sequence([(0, 0, k) for k in range(1, 100)]))


def height(item):
    return item.get_prims()[0].GetAttribute("xformOp:translate").Get()[2]


def test_constants_are_authored_at_once(graph_stage, positions):
    item = rep.create.cube(position=(1, 2, 3), count=2)
    assert positions(item) == [(1, 2, 3), (1, 2, 3)]
    assert [str(prim.GetPath()) for prim in item.get_prims()] == ["/Replicator/Cube_Xform", "/Replicator/Cube_Xform_01"]
    assert graph_stage.GetPrimAtPath("/Replicator/Cube_Xform/Cube").GetTypeName() == "Mesh"


def test_a_modifier_without_trigger_runs_once(graph_stage):
    item = rep.create.cube()
    counting_node(item)
    assert height(item) == 0
    for _ in range(3):
        rep.orchestrator.step()
    assert height(item) == 1


def test_a_modifier_in_a_trigger_runs_with_every_step(graph_stage):
    item = rep.create.cube()
    with rep.trigger.on_frame():
        counting_node(item)
    heights = []
    for _ in range(3):
        rep.orchestrator.step()
        heights.append(height(item))
    assert heights == [1, 2, 3]


@pytest.mark.parametrize("order", ["trigger-prims", "prims-trigger"])
def test_contexts_nest_both_ways(graph_stage, order):
    item = rep.create.cube()
    sequence = rep.distribution.sequence([(0, 0, k) for k in range(1, 9)])
    if order == "trigger-prims":
        with rep.trigger.on_frame(), item:
            rep.modify.pose(position=sequence)
    else:
        with item, rep.trigger.on_frame():
            rep.modify.pose(position=sequence)
    rep.orchestrator.step()
    rep.orchestrator.step()
    assert height(item) == 2


def test_the_interval_is_the_first_argument_and_the_first_frame_fires(graph_stage):
    item = rep.create.cube()
    with rep.trigger.on_frame(3):
        counting_node(item)
    heights = []
    for _ in range(7):
        rep.orchestrator.step()
        heights.append(height(item))
    assert heights == [1, 1, 1, 2, 2, 2, 3]


@pytest.mark.parametrize("limit", [{"max_execs": 2}, {"num_frames": 2}])
def test_a_limit_ends_a_trigger_but_not_the_frames(graph_stage, limit):
    item = rep.create.cube()
    with rep.trigger.on_frame(**limit):
        counting_node(item)
    for _ in range(5):
        rep.orchestrator.step()
    assert height(item) == 2


def test_events_fire_only_when_sent(graph_stage, caplog):
    item = rep.create.cube()
    with rep.trigger.on_custom_event(event_name="lift"):
        counting_node(item)
    rep.orchestrator.step()
    assert height(item) == 0
    rep.utils.send_og_event("lift")
    assert height(item) == 0
    rep.orchestrator.step()
    assert height(item) == 1
    rep.utils.send_og_event("Lift")
    assert "'lift'" in caplog.text
    rep.orchestrator.step()
    assert height(item) == 1


def test_an_event_is_handled_by_the_next_update_too(graph_stage):
    import omni.kit.app

    item = rep.create.cube()
    with rep.trigger.on_custom_event("lift"):
        counting_node(item)
    rep.utils.send_og_event("lift")
    omni.kit.app.get_app().update()
    assert height(item) == 1
    rep.orchestrator.step()
    assert height(item) == 1


def test_nodes_run_in_authoring_order(graph_stage):
    item = rep.create.cube()
    with rep.trigger.on_frame(), item:
        rep.modify.pose(position=(0, 0, 1))
        rep.modify.pose(position=(0, 0, 2))
    rep.orchestrator.step()
    assert height(item) == 2


def test_the_innermost_prims_count(graph_stage):
    outer, inner = rep.create.cube(), rep.create.cube()
    with outer, inner:
        rep.modify.pose(position=(0, 0, 4))
    rep.orchestrator.step()
    assert (height(outer), height(inner)) == (0, 4)


def test_nodes_made_between_steps_join_in(graph_stage):
    first = rep.create.cube()
    counting_node(first)
    rep.orchestrator.step()
    second = rep.create.cube()
    counting_node(second)
    rep.orchestrator.step()
    assert (height(first), height(second)) == (1, 1)


def test_stop_restarts_streams_and_counters(graph_stage, positions):
    item = rep.create.cube(count=3)
    with rep.trigger.on_frame(max_execs=2), item:
        rep.modify.pose(position=rep.distribution.uniform((-1, -1, -1), (1, 1, 1)))
    rep.orchestrator.step()
    first = positions(item)
    rep.orchestrator.step()
    assert positions(item) != first
    rep.orchestrator.stop()
    rep.orchestrator.step()
    assert positions(item) == first


def test_preview_runs_the_graph_and_the_next_step_begins_anew(graph_stage, positions):
    item = rep.create.cube()
    with rep.trigger.on_frame(), item:
        rep.modify.pose(position=rep.distribution.uniform((-1, -1, -1), (1, 1, 1)))
    rep.orchestrator.preview()
    shown = positions(item)
    assert shown != [(0, 0, 0)]
    assert rep.orchestrator.get_status() is rep.orchestrator.Status.STOPPED
    rep.orchestrator.step()
    assert positions(item) == shown


def test_a_modifier_without_prims_says_what_to_do(graph_stage):
    with pytest.raises(OrchestratorError, match=r"rep.modify.pose has no prims .* 'with <item>:'"):
        rep.modify.pose(position=(0, 0, 0))


def test_a_failing_node_names_its_line(graph_stage):
    item = rep.create.cube()
    with item:
        rep.modify.attribute("no_such", 3.0)
    with pytest.raises(OrchestratorError, match=r"rep.modify.attribute, called at .*test_schedule.py:\d+: .*no_such"):
        rep.orchestrator.step()


def test_registered_randomizers_build_in_the_context_of_the_call(graph_stage):
    item = rep.create.cube()

    def lift(by):
        with item:
            rep.modify.pose(position=rep.distribution.sequence([(0, 0, by), (0, 0, 2 * by)]))
        return item.node

    rep.randomizer.register(lift)
    with rep.trigger.on_frame():
        returned = rep.randomizer.lift(3)
    assert returned.get_prims() == item.get_prims()
    rep.orchestrator.step()
    rep.orchestrator.step()
    assert height(item) == 6
    with pytest.raises(ValueError, match="exists already"):
        rep.randomizer.register(lift, override=False)


def test_a_new_stage_begins_with_an_empty_graph(graph_stage):
    import omni.usd

    old = rep.create.cube()
    with rep.trigger.on_frame():
        counting_node(old)
    product = rep.create.render_product("/OmniverseKit_Persp", (8, 8))
    omni.usd.get_context().new_stage()
    rep.orchestrator.step()
    assert not product.is_valid
    assert height(old) == 0
    assert not omni.usd.get_context().get_stage().GetPrimAtPath("/Replicator")
    with pytest.raises(OrchestratorError, match="stage that was closed"), old:
        pass
    with pytest.raises(OrchestratorError, match=r"look_at holds .* stage that was closed"):
        rep.create.cube(look_at=old)
