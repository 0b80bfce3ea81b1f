"""Distributions of recipes against the laws that they name: Kolmogorov-Smirnov and chi-square tests with fixed seeds."""

import numpy as np
import pytest
from scipy import stats

from scenewright.sdg.recipe.clock import Firing
from scenewright.sdg.recipe.findings import Mark
from scenewright.sdg.recipe.sampling import Choice, Combine, Draws, Normal, Sequenced, Uniform

HERE = Mark("r.yaml", 1, 1)
LEAST = 1e-3
COUNT = 4000


def rows(source, count=COUNT, executions=1, kind="any"):
    """Return what successive firings draw, one under the other."""
    return np.concatenate([source.rows(Draws(9, Firing(0, step, step)), count, kind) for step in range(executions)])


LAWS = [
    (Uniform("u", HERE, lower=(-1.0, 5.0), upper=(1.0, 6.0)), [stats.uniform(-1, 2), stats.uniform(5, 1)]),
    (Normal("n", HERE, mean=(2.0, 0.0), std=(0.5, 3.0)), [stats.norm(2, 0.5), stats.norm(0, 3)]),
    (Uniform("l", HERE, lower=(0.1,), upper=(10.0,), log=True), [stats.loguniform(0.1, 10)]),
    (Combine("c", HERE, parts=(Uniform("c/0", HERE, lower=(0.0,), upper=(2.0,)), Normal("c/1", HERE, mean=(1.0,), std=(2.0,)))),
     [stats.uniform(0, 2), stats.norm(1, 2)]),
    (Choice("d", HERE, choices=(Uniform("d/0", HERE, lower=(3.0,), upper=(4.0,)),)), [stats.uniform(3, 1)]),
]


@pytest.mark.parametrize(("source", "laws"), LAWS)
@pytest.mark.parametrize(("count", "executions"), [(COUNT, 1), (1, COUNT)])
def test_continuous_distributions_follow_their_law(source, laws, count, executions):
    columns = rows(source, count, executions, {1: "number", 2: "vec2"}[len(laws)]).reshape(COUNT, -1).T
    assert len(columns) == len(laws)
    for column, law in zip(columns, laws, strict=True):
        assert stats.kstest(column, law.cdf).pvalue > LEAST
        assert stats.spearmanr(column[1:], column[:-1]).pvalue > LEAST
    if len(columns) > 1:
        assert stats.spearmanr(*columns).pvalue > LEAST


@pytest.mark.parametrize("weights", [None, (1.0, 2.0, 5.0)])
@pytest.mark.parametrize(("count", "executions"), [(COUNT, 1), (1, COUNT)])
def test_choice_goes_by_its_weights(weights, count, executions):
    values = rows(Choice("c", HERE, choices=(1.0, 2.0, 3.0), weights=weights), count, executions, "number")[:, 0]
    shares = np.array(weights or (1.0, 1.0, 1.0))
    assert stats.chisquare(np.unique(values, return_counts=True)[1], COUNT * shares / shares.sum()).pvalue > LEAST


@pytest.mark.parametrize(
    ("source", "count"),
    [
        (Choice("c", HERE, choices=(1.0, 2.0, 3.0), replace=False), 3),
        (Sequenced("s", HERE, items=(1.0, 2.0, 3.0), ordered=False), 1),
    ],
)
def test_every_order_is_as_likely(source, count):
    orders = rows(source, count, 3600 // count, "number").reshape(-1, 3)
    found, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(found) == 6
    assert stats.chisquare(counts).pvalue > LEAST
