import numpy as np
import omni.replicator.core as rep
import pytest
from omni.replicator.core.orchestrator import OrchestratorError

from scenewright.replicator.session import current_session


def draws(distribution, count, executions=1, width=3):
    """Sample a distribution the way ``executions`` firings of a trigger would; shape (executions, count, …)."""
    graph, rows = current_session().graph, []
    graph.start()
    for _ in range(executions):
        graph.pass_number += 1
        rows.append(np.array(distribution.node.sample(count, width)))
    return np.array(rows)


def test_uniform_fills_its_box_and_tolerates_swapped_bounds(graph_stage):
    values = draws(rep.distribution.uniform((-1, 5, 0), (1, 3, 10)), 4000)[0]
    assert values.dtype == float
    assert (values.min(0) >= (-1, 3, 0)).all() and (values.max(0) <= (1, 5, 10)).all()
    assert np.allclose(values.mean(0), (0, 4, 5), atol=(0.05, 0.05, 0.25))
    assert np.allclose(values.std(0), np.array([2, 2, 10]) / np.sqrt(12), rtol=0.03)


def test_normal_has_its_mean_and_deviation(graph_stage):
    values = draws(rep.distribution.normal((0, 10), (1, 0.5)), 4000)[0]
    assert np.allclose(values.mean(0), (0, 10), atol=0.06)
    assert np.allclose(values.std(0), (1, 0.5), rtol=0.05)


def test_log_uniform_is_uniform_in_the_logarithm(graph_stage):
    values = np.log10(draws(rep.distribution.log_uniform(1e-3, 1e3), 4000)[0])
    assert abs(values.mean()) < 0.1 and abs(values.std() - 6 / np.sqrt(12)) < 0.06


def test_choice_follows_its_weights(graph_stage):
    picked = draws(rep.distribution.choice(["a", "b", "c"], weights=[1, 0, 3]), 4000)[0]
    assert abs((picked == "c").mean() - 0.75) < 0.03 and not (picked == "b").any()


def test_choice_without_replacement_takes_each_once(graph_stage):
    item = rep.distribution.choice(range(6), with_replacements=False)
    assert sorted(draws(item, 6)[0]) == [0, 1, 2, 3, 4, 5]
    with pytest.raises(ValueError, match="7 samples without replacement from 6"):
        draws(item, 7)


def test_choice_samples_nested_distributions_for_each_row(graph_stage):
    nested = rep.distribution.choice([rep.distribution.uniform(10, 11), 0.0])
    values = draws(nested, 400)[0]
    inside = values[values > 0]
    assert 100 < len(inside) < 300 and len(set(inside)) == len(inside) and (inside >= 10).all()


def test_choice_among_the_items_of_a_sequence_follows_the_sequence(graph_stage):
    places = [(0, 0, 1), (0, 0, 2), (0, 0, 3)]
    values = draws(rep.distribution.choice(rep.distribution.sequence(places)), 1, executions=4)
    assert values[:, 0].tolist() == [[0, 0, 1], [0, 0, 2], [0, 0, 3], [0, 0, 1]]


def test_a_sequence_advances_once_per_execution(graph_stage):
    values = draws(rep.distribution.sequence([(k, 0, 0) for k in range(3)]), 2, executions=4)
    assert values[:, :, 0].tolist() == [[0, 0], [1, 1], [2, 2], [0, 0]]
    strided = draws(rep.distribution.sequence([1, 2, 3, 4, 5], stride=2), 1, executions=4, width=1)
    assert strided.ravel().tolist() == [1, 3, 5, 2]


def test_a_two_dimensional_sequence_is_one_for_each_prim(graph_stage):
    values = draws(rep.distribution.sequence([[1.0, 2.0], [10.0, 20.0]]), 2, executions=3, width=1)
    assert values.tolist() == [[1, 10], [2, 20], [1, 10]]
    places = [[(0, 0, 1), (0, 0, 2)], [(5, 0, 0), (6, 0, 0)]]
    values = draws(rep.distribution.sequence(places), 2, executions=2)
    assert values.tolist() == [[[0, 0, 1], [5, 0, 0]], [[0, 0, 2], [6, 0, 0]]]


def test_a_shuffled_sequence_shows_everything_in_every_round(graph_stage):
    values = draws(rep.distribution.sequence(list(range(8)), ordered=False), 1, executions=16, width=1).ravel()
    assert sorted(values[:8]) == sorted(values[8:]) == list(range(8))
    assert values[:8].tolist() != values[8:].tolist()


def test_combine_stacks_its_parts(graph_stage):
    values = draws(rep.distribution.combine([rep.distribution.uniform(0, 1), 5.0, rep.distribution.uniform(2, 3)]), 50)[0]
    assert values.shape == (50, 3) and (values[:, 1] == 5).all() and (values[:, 2] >= 2).all()
    assert len(set(values[:, 0])) == 50


def test_same_seed_same_values_and_other_nodes_do_not_matter(graph_stage):
    first = draws(rep.distribution.uniform(0, 1, seed=5), 4, executions=2)
    for _ in range(3):
        rep.distribution.uniform(0, 1)
        rep.distribution.normal(0, 1)
    assert np.array_equal(first, draws(rep.distribution.uniform(0, 1, seed=5), 4, executions=2))
    assert not np.array_equal(first[0], first[1])


def test_nodes_of_one_kind_draw_apart_and_other_kinds_do_not_shift_them(graph_stage):
    import omni.usd

    one, two = rep.distribution.uniform(0, 1), rep.distribution.uniform(0, 1)
    first, second = draws(one, 3), draws(two, 3)
    assert not np.array_equal(first, second)
    omni.usd.get_context().new_stage()
    one = rep.distribution.uniform(0, 1)
    rep.distribution.normal(0, 1)
    rep.create.cube(count=2)
    two = rep.distribution.uniform(0, 1)
    assert np.array_equal(first, draws(one, 3)) and np.array_equal(second, draws(two, 3))


def test_the_global_seed_changes_the_values(graph_stage):
    item = rep.distribution.uniform(0, 1)
    first = draws(item, 3)
    rep.set_global_seed(8)
    rep.orchestrator.stop()
    assert not np.array_equal(first, draws(item, 3))


def test_two_consumers_of_one_distribution_see_the_same_values(graph_stage, positions):
    place = rep.distribution.uniform((-1, -1, -1), (1, 1, 1))
    cubes, cones = rep.create.cube(count=2), rep.create.cone(count=4)
    with rep.trigger.on_frame():
        for item in (cubes, cones):
            with item:
                rep.modify.pose(position=place)
    rep.orchestrator.step()
    assert positions(cubes) == positions(cones)[:2]
    assert len(set(positions(cones))) == 4


def test_a_scalar_scales_uniformly(graph_stage):
    item = rep.create.cube(count=3)
    with item:
        rep.modify.pose(scale=rep.distribution.uniform(1, 2))
    rep.orchestrator.step()
    scales = np.array([prim.GetAttribute("xformOp:scale").Get() for prim in item.get_prims()])
    assert (scales == scales[:, :1]).all() and len(set(scales[:, 0])) == 3


def test_a_single_choice_needs_no_weights(graph_stage, caplog):
    picked = draws(rep.distribution.choice([True], [False] * 3), 5)[0]
    assert list(picked) == [True] * 5 and "3 weights for a single choice" in caplog.text


@pytest.mark.parametrize(("make", "message"), [
    (lambda: rep.distribution.uniform((0, 0), (1, 1, 1)), "differ in length"),
    (lambda: rep.distribution.uniform("a", 1), "lower is a number"),
    (lambda: rep.distribution.uniform(0, float("nan")), "finite"),
    (lambda: rep.distribution.normal(0, -1), "std must not be negative"),
    (lambda: rep.distribution.log_uniform(0, 1), "must be positive"),
    (lambda: rep.distribution.choice([]), "choices is empty"),
    (lambda: rep.distribution.choice([1, 2], weights=[1]), "1 weights for 2 choices"),
    (lambda: rep.distribution.choice("abc"), "choices is a list"),
    (lambda: rep.distribution.sequence([1], stride=0), "stride"),
    (lambda: rep.distribution.uniform(0, 1, num_samples=0), "num_samples"),
])
def test_bad_arguments_are_named(graph_stage, make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_a_vector_of_the_wrong_length_is_named_with_its_line(graph_stage):
    with rep.create.cube():
        rep.modify.pose(position=rep.distribution.uniform((0, 0), (1, 1)))
    with pytest.raises(OrchestratorError, match=r"test_distribution.py:\d+: Expected 3 components, got 2"):
        rep.orchestrator.step()
