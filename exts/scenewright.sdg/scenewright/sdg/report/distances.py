"""How far apart two datasets are, statistic by statistic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scenewright.sdg.report.statistics import Statistics

__all__ = ["Distance", "compare", "jensen_shannon", "wasserstein"]


@dataclass(frozen=True)
class Distance:
    """The distance of one statistic.

    Attributes:
        name: the statistic.
        measure: "Wasserstein" or "Jensen–Shannon".
        value: the distance in the statistic's unit, or from 0 (the same) to 1 (nothing in common).
        unit: that unit.
        relative: the distance on one scale for all: Wasserstein in standard deviations of the other dataset, else ``value``.
        ours: mean of this dataset, None for Jensen–Shannon.
        theirs: mean of the other one.
    """

    name: str
    measure: str
    value: float
    unit: str
    relative: float
    ours: float | None = None
    theirs: float | None = None


_SCALARS: tuple[tuple[str, str, Callable[[Statistics], Sequence[float]]], ...] = (
    ("objects per image", "", lambda s: s.per_image),
    ("box size", "of the image's side", lambda s: [float(np.sqrt(w * h)) for w, h in s.extents]),
    ("box shape", "log₂ of width ÷ height", lambda s: [float(np.log2(w / h)) for w, h in s.extents] if s.sizes else []),
    ("visible share", "", lambda s: s.visible),
    ("distance", "m", lambda s: s.distances),
    ("brightness", "of full scale", lambda s: s.brightness),
    ("contrast", "of full scale", lambda s: s.contrast),
    ("saturation", "", lambda s: s.saturation),
    ("sharpness", "", lambda s: s.sharpness),
)


def compare(ours: Statistics, theirs: Statistics) -> list[Distance]:
    """Return the distance of every statistic that both datasets have, the largest first.

    Classes are matched by name, whatever its case.
    """
    found = []
    for name, unit, values_of in _SCALARS:
        one, two = np.asarray(values_of(ours), np.float64), np.asarray(values_of(theirs), np.float64)
        if not len(one) or not len(two):
            continue
        value = wasserstein(one, two)
        spread = float(two.std()) or float(one.std()) or 1.0
        found.append(Distance(name, "Wasserstein", value, unit, value / spread, float(one.mean()), float(two.mean())))
    for name, one, two in _shares(ours, theirs):
        if one.sum() and two.sum():
            value = jensen_shannon(one, two)
            found.append(Distance(name, "Jensen–Shannon", value, "0 to 1", value))
    return sorted(found, key=lambda distance: -distance.relative)


def wasserstein(one: np.ndarray, two: np.ndarray) -> float:
    """Return the Wasserstein-1 distance of two samples: the area between their distribution functions.

    Source: A. Ramdas, N. Trillos, M. Cuturi, On Wasserstein Two Sample Testing and Related Families of Nonparametric Tests,
    Entropy 19 (2), 2017, proposition 1.

    Raises:
        ValueError: if a sample is empty.
    """
    one, two = np.sort(np.asarray(one, np.float64)), np.sort(np.asarray(two, np.float64))
    if not len(one) or not len(two):
        raise ValueError("The distance of two samples needs at least one value in each.")
    places = np.sort(np.concatenate([one, two]))
    below_one = np.searchsorted(one, places[:-1], side="right") / len(one)
    below_two = np.searchsorted(two, places[:-1], side="right") / len(two)
    return float((np.abs(below_one - below_two) * np.diff(places)).sum())


def jensen_shannon(one: np.ndarray, two: np.ndarray) -> float:
    """Return the Jensen–Shannon distance of two histograms: 0 for the same shares, 1 where nothing is in common.

    The square root of the divergence to base 2. Sources: J. Lin, Divergence Measures Based on the Shannon Entropy, IEEE
    Transactions on Information Theory 37 (1), 1991; that its root is a metric: D. Endres, J. Schindelin, ibid. 49 (7), 2003.

    Raises:
        ValueError: if a histogram is empty or they differ in length.
    """
    one, two = np.asarray(one, np.float64), np.asarray(two, np.float64)
    if one.shape != two.shape or one.sum() <= 0 or two.sum() <= 0:
        raise ValueError("The distance of two histograms needs the same bins, and at least one entry in each.")
    p, q = one / one.sum(), two / two.sum()
    middle = (p + q) / 2.0
    divergence = 0.5 * sum(float((side[side > 0] * np.log2(side[side > 0] / middle[side > 0])).sum()) for side in (p, q))
    return float(np.sqrt(min(max(divergence, 0.0), 1.0)))


def _shares(ours: Statistics, theirs: Statistics) -> list[tuple[str, np.ndarray, np.ndarray]]:
    one, two = (_folded(side.objects) for side in (ours, theirs))
    names = sorted({*one, *two})
    classes = [np.array([float(side.get(name, 0)) for name in names]) for side in (one, two)]
    return [
        ("classes", *classes),
        ("box positions", ours.coverage.reshape(-1), theirs.coverage.reshape(-1)),
        ("tones", ours.levels, theirs.levels),
        ("hues", ours.hues, theirs.hues),
    ]


def _folded(counts: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in counts.items():
        key = " ".join(name.replace("_", " ").split()).casefold()
        found[key] = found.get(key, 0) + count
    return found
