"""The section of two datasets: how far they are apart."""

from collections.abc import Sequence
from html import escape

from scenewright.sdg.report.distances import Distance
from scenewright.sdg.report.section import Pair, Section

__all__ = ["comparison"]

_DISTANCES = """<details><summary>What the distances are</summary><p>Wasserstein-1: how far values would have to be moved, on
average, to turn one distribution into the other; beside it in standard deviations (σ) of the other dataset. Jensen–Shannon, to
base 2: 0 for the same shares, 1 where nothing is in common. Classes are matched by name.</p></details></article>"""


def comparison(pair: Pair, distances: Sequence[Distance]) -> Section:
    """How far the two datasets are apart."""
    rows = []
    for distance in distances:
        means = "" if distance.ours is None else f"{distance.ours:.3g} against {distance.theirs:.3g}"
        unit = f" {escape(distance.unit)}" if distance.unit and distance.ours is not None else ""
        scale = "σ" if distance.measure == "Wasserstein" else ""
        width = 100 * min(1.0, distance.relative / (3.0 if scale else 1.0))
        rows.append(
            f'<tr><th scope="row">{escape(distance.name)}</th><td>{distance.measure}</td>'
            f'<td class="n">{distance.value:.3g}{unit}</td>'
            f'<td class="n">{distance.relative:.2f} {scale}</td>'
            f'<td style="width:28%"><span class="far" style="width:{width:.1f}%"></span></td>'
            f"<td>{means}</td></tr>"
        )
    head = (
        "<tr><th>statistic</th><th>distance</th><th class=n>value</th><th class=n>on one scale</th><th></th><th>mean</th></tr>"
    )
    table = f'<article class="card wide"><table class="plain tight"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
    return Section("against", f"Against {pair.names[1]}", _furthest(distances) + _only(pair), table + _DISTANCES)


def _furthest(distances: Sequence[Distance]) -> str:
    shifts = [distance for distance in distances if distance.measure == "Wasserstein"]
    if not shifts:
        return "There is nothing that both datasets know."
    worst = shifts[0]
    if worst.relative < 0.25:
        return "No statistic is further than a quarter of a standard deviation away. "
    way = "higher" if worst.ours > worst.theirs else "lower"
    return f"Furthest apart: {worst.name}, {worst.relative:.1f} standard deviations ({way} here). "


def _only(pair: Pair) -> str:
    one, two = (
        {" ".join(name.replace("_", " ").split()).casefold() for name in side.objects} for side in (pair.ours, pair.theirs)
    )
    parts = []
    for here, others, who in ((one, two, pair.names[0]), (two, one, pair.names[1])):
        missing = sorted(here - others)
        if missing:
            listed = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
            parts.append(f"Only in {who}: {listed}. ")
    return "".join(parts)
