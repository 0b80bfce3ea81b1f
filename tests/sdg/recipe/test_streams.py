"""Streams and distributions: keyed by what they should be keyed by, spread as they should be."""

import numpy as np
import pytest

from scenewright.sdg.recipe import RecipeError
from scenewright.sdg.recipe.clock import Firing
from scenewright.sdg.recipe.findings import Mark
from scenewright.sdg.recipe.sampling import Choice, Combine, Constant, Draws, Normal, Sequenced, Uniform
from scenewright.sdg.recipe.streams import stream

HERE = Mark("r.yaml", 1, 1)


def draws(step=0, execution=0, seed=0, sequence=0):
    return Draws(seed, Firing(sequence, step, execution))


def test_each_part_of_the_key_makes_another_stream():
    base = stream(1, "a/b", 2, 3, 4).random(4)
    assert np.array_equal(base, stream(1, "a/b", 2, 3, 4).random(4))
    for other in (
        (2, "a/b", 2, 3, 4),
        (1, "a/c", 2, 3, 4),
        (1, "a/b", 3, 3, 4),
        (1, "a/b", 2, 4, 4),
        (1, "a/b", 2, 3, 5),
        (12, "a/b", 2, 3, 4),
    ):
        assert not np.array_equal(base, stream(*other).random(4))


def test_streams_are_pinned():
    """The values of a seed are part of what a dataset is; they must not change between versions."""
    assert stream(0, "block/create.cube/position/distribution.uniform", 0, 0).random() == pytest.approx(
        0.35421117124035617, abs=1e-15
    )


def test_more_prims_leave_the_first_ones_as_they_were():
    source = Uniform("p", HERE, lower=(0.0, 0.0, 0.0), upper=(1.0, 2.0, 3.0))
    assert np.array_equal(source.rows(draws(), 5, "vec3"), source.rows(draws(), 8, "vec3")[:5])


def test_an_own_seed_replaces_the_recipes():
    source = Uniform("p", HERE, seed=7)
    assert np.array_equal(source.rows(draws(seed=1), 3, "number"), source.rows(draws(seed=2), 3, "number"))


def test_uniform_normal_and_log_uniform_are_spread_as_named():
    count = 20000
    uniform = Uniform("u", HERE, lower=(-1.0, 5.0), upper=(1.0, 5.0)).rows(draws(), count, "any")
    assert abs(uniform[:, 0].mean()) < 4 * (2 / 12**0.5) / count**0.5 and (uniform[:, 1] == 5.0).all()
    assert uniform[:, 0].min() >= -1.0 and uniform[:, 0].max() < 1.0
    normal = Normal("n", HERE, mean=(2.0,), std=(0.5,)).rows(draws(), count, "number")
    assert abs(normal.mean() - 2.0) < 4 * 0.5 / count**0.5 and abs(normal.std() - 0.5) < 0.02
    logs = np.log(Uniform("l", HERE, lower=(0.1,), upper=(10.0,), log=True).rows(draws(), count, "number"))
    assert abs(logs.mean()) < 4 * (2 * np.log(10) / 12**0.5) / count**0.5


def test_choice_follows_its_weights():
    source = Choice("c", HERE, choices=(1.0, 2.0, 3.0), weights=(1.0, 0.0, 3.0))
    values = source.rows(draws(), 20000, "number")[:, 0]
    assert set(values) == {1.0, 3.0}
    assert abs((values == 3.0).mean() - 0.75) < 4 * (0.75 * 0.25 / 20000) ** 0.5


def test_choice_without_replacement_takes_each_once():
    source = Choice("c", HERE, choices=tuple("abcd"), replace=False)
    assert sorted(source.rows(draws(), 4, "str")) == list("abcd")
    with pytest.raises(RecipeError, match="5 values without replacement are wanted from 4"):
        source.rows(draws(), 5, "str")


def test_nested_distributions_are_drawn_for_each_prim():
    inner = Uniform("c/0", HERE, lower=(10.0,), upper=(20.0,))
    values = Choice("c", HERE, choices=(inner, 0.0)).rows(draws(), 200, "number")[:, 0]
    drawn = values[values > 0]
    assert 60 < len(drawn) < 140 and len(set(drawn)) == len(drawn) and drawn.min() >= 10.0


def test_sequences_advance_with_executions_and_wrap():
    source = Sequenced("s", HERE, items=(1.0, 2.0, 3.0), stride=2)
    assert [source.rows(draws(step=k, execution=k), 1, "number")[0, 0] for k in range(4)] == [1.0, 3.0, 2.0, 1.0]


def test_shuffled_sequences_show_every_item_once_a_turn():
    source = Sequenced("s", HERE, items=tuple("abcde"), ordered=False)
    turns = [[source.rows(draws(step=k, execution=k), 1, "str")[0] for k in range(start, start + 5)] for start in (0, 5)]
    assert sorted(turns[0]) == sorted(turns[1]) == list("abcde")


def test_lists_of_lists_are_sequences_for_single_prims():
    source = Sequenced("s", HERE, items=([1.0, 2.0], [3.0, 4.0]))
    assert source.rows(draws(execution=1), 3, "number")[:, 0].tolist() == [2.0, 4.0, 2.0]
    vectors = Sequenced("s", HERE, items=([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))
    assert vectors.rows(draws(execution=1), 2, "vec3").tolist() == [[4.0, 5.0, 6.0]] * 2


def test_combine_stacks_components_and_parts_record_themselves():
    context = draws()
    parts = (Uniform("c/0", HERE), Constant("c/1", HERE, value=5.0))
    rows = Combine("c", HERE, parts=parts).draw(context, 4, "vec2")
    assert rows.shape == (4, 2) and (rows[:, 1] == 5.0).all()
    assert list(context.values) == ["c/0"] and len(context.values["c/0"]) == 4
