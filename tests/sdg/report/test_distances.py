"""Distances against scipy, closed forms, and what any metric must satisfy."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from scenewright.sdg.report.distances import jensen_shannon, wasserstein


@pytest.mark.parametrize("sizes", [(1, 1), (5, 50), (300, 200)])
def test_wasserstein_agrees_with_scipy_and_is_the_shift_of_a_shifted_sample(sizes):
    rng = np.random.default_rng(sizes[0])
    one, two = rng.normal(size=sizes[0]), rng.gamma(2.0, size=sizes[1]).round(1)
    assert wasserstein(one, two) == pytest.approx(wasserstein_distance(one, two), abs=1e-12)
    assert wasserstein(one, one + 3.5) == pytest.approx(3.5)


def test_jensen_shannon_agrees_with_scipy_and_runs_from_0_to_1():
    rng = np.random.default_rng(0)
    one, two = rng.integers(0, 9, 20), rng.integers(0, 9, 20)
    assert jensen_shannon(one, two) == pytest.approx(jensenshannon(one, two, 2.0), abs=1e-12)
    assert jensen_shannon(one, 5 * one) == pytest.approx(0.0, abs=1e-7)
    assert jensen_shannon([1, 0], [0, 3]) == pytest.approx(1.0)


def test_nothing_to_compare_is_an_error():
    with pytest.raises(ValueError, match="at least one value"):
        wasserstein([], [1.0])
    with pytest.raises(ValueError, match="same bins"):
        jensen_shannon([1, 2], [1])
