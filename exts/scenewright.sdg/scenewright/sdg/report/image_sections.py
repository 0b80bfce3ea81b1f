"""The sections about images: light and colour, cameras, near-duplicates."""

from collections.abc import Sequence
from html import escape

import numpy as np

from scenewright.sdg.reading.images import UnreadableImage, read_image
from scenewright.sdg.report.charts import histogram, plan_view
from scenewright.sdg.report.samples import thumbnail_uri
from scenewright.sdg.report.section import Pair, Section, card, middle
from scenewright.sdg.report.statistics import Statistics

__all__ = ["cameras", "light", "twins"]


def light(pair: Pair) -> Section | None:
    """Brightness and colour; None where no image could be read."""
    if not pair.ours.measured:
        return None

    def share(name: str) -> list[tuple[str, Sequence[float]]]:
        return pair.series(name)

    cards = [
        card(
            "Brightness",
            middle([100 * v for v in pair.ours.brightness], "%"),
            histogram(share("brightness"), "mean luma of an image", low=0, high=1, percent=True),
        ),
        card(
            "Contrast",
            "Spread of the luma within an image.",
            histogram(share("contrast"), "standard deviation of the luma", low=0, percent=True),
        ),
        card(
            "Saturation",
            "From grey to pure colours.",
            histogram(share("saturation"), "mean saturation of an image", low=0, high=1, percent=True),
        ),
        card(
            "Sharpness",
            "Spread of the Laplacian: fine detail, and noise.",
            histogram(share("sharpness"), "standard deviation of the Laplacian", low=0),
        ),
        card("Tones", "How often each luma occurs in all images, from black to white.", _profile(pair, "levels")),
        card("Hues", "Which hues colour comes in, from red around to red.", _profile(pair, "hues")),
    ]
    return Section("light", "Light and colour", _tint(pair.ours), f'{pair.key}<div class="cards">{"".join(cards)}</div>')


def _profile(pair: Pair, what: str) -> str:
    """Draw a mean histogram as one: values stand for its bins, repeated as often as their share asks."""
    series = []
    for name, counts in pair.series(what):
        shares = np.asarray(counts, np.float64)
        shares = shares / shares.sum() if shares.sum() else shares
        middles = (np.arange(len(shares)) + 0.5) / len(shares)
        series.append((name, np.repeat(middles, np.round(shares * 20_000).astype(int)) * (360 if what == "hues" else 1)))
    bins = len(np.asarray(getattr(pair.ours, what)))
    if what == "hues":
        return histogram(series, "hue [°]: red 0, yellow 60, green 120, blue 240", low=0, high=360, bins=bins)
    return histogram(series, "luma", low=0, high=1, bins=bins, percent=True)


def _tint(side: Statistics) -> str:
    red, green, blue = np.mean(side.colors, axis=0)
    swatch = f'<i class="swatch" style="background:rgb({red:.0%} {green:.0%} {blue:.0%})"></i>'
    warm = "warm" if red > blue * 1.08 else "cool" if blue > red * 1.08 else "neutral"
    seen = "" if side.measured == side.images else f" Pixels of {side.measured:,} of {side.images:,} images were looked at."
    return f"{swatch} The mean colour is {warm}, with a luma of {100 * float(np.mean(side.brightness)):.0f} %.{seen}"


def cameras(side: Statistics) -> Section | None:
    """Where cameras stand and look; None where that is not known."""
    if not side.cameras:
        return None
    rows = np.array(side.cameras)
    if len(rows) > 1500:
        rows = rows[:: len(rows) // 1500 + 1]
    position, forward, up = rows[:, :3] * side.units, rows[:, 3:6], rows[:, 6:9]
    vertical = 1 + int(np.abs(up.mean(axis=0))[2] > np.abs(up.mean(axis=0))[1])  # stages are y up or z up
    level = [0, 3 - vertical]
    side_axis = 0 if np.ptp(position[:, level[0]]) >= np.ptp(position[:, level[1]]) else level[1]
    none = np.zeros((0, 2))
    axes = "xyz"
    flip = np.array([1, -1]) if vertical == 1 else np.array([1, 1])
    above = plan_view(
        position[:, level] * flip,
        forward[:, level] * flip,
        none,
        "Cameras seen from above",
        f"{axes[level[0]]}, {axes[level[1]]} [m]",
    )
    beside = plan_view(
        position[:, [side_axis, vertical]],
        forward[:, [side_axis, vertical]],
        none,
        "Cameras seen from the side",
        f"{axes[side_axis]}, {axes[vertical]} [m]",
    )
    pitch = np.degrees(np.arcsin(np.clip(forward[:, vertical], -1, 1)))
    heights = position[:, vertical]
    tilts = histogram([("tilt", pitch)], "tilt [°], negative looks down")
    high = histogram([("height", heights)], "height [m]")
    cards = [
        card("From above", f"{len(np.unique(position.round(4), axis=0)):,} places.", above),
        card("From the side", "The same, with their heights.", beside),
    ]
    stacked = card("Tilt", middle(pitch, "°"), tilts) + card("Height", middle(heights, "m"), high)
    cards.append(f'<div class="stack">{stacked}</div>')
    lead = "Where the cameras stand, and a line where each looks."
    return Section("cameras", "Cameras", lead, f'<div class="cards loose">{"".join(cards)}</div>')


def twins(side: Statistics, groups: Sequence[Sequence[int]]) -> Section | None:
    """Near-duplicates, as pictures; None where no image could be read."""
    if not side.measured:
        return None
    involved = sum(len(group) for group in groups)
    if not groups:
        return Section("twins", "Near-duplicates", "No two images look nearly the same.", "")
    share = 100 * involved / side.measured
    lead = (
        f"{involved:,} images ({share:.0f} %) have a near-duplicate, in {len(groups):,} groups; each adds little to a training."
    )
    parts = []
    for group in groups[:6]:
        figures = "".join(_twin(side, number) for number in group[:3])
        parts.append(f'<div><p>{len(group)} images</p><div class="row">{figures}</div></div>')
    more = f"<p>{len(groups) - 6:,} more groups are not shown.</p>" if len(groups) > 6 else ""
    return Section("twins", "Near-duplicates", lead, f'<div class="twins">{"".join(parts)}</div>{more}')


def _twin(side: Statistics, number: int) -> str:
    try:
        pixels = read_image(side.paths[number], 240)
    except UnreadableImage:  # it was there a moment ago
        pixels = side.thumbs[number]
    caption = f"<figcaption>{escape(side.names[number].rpartition('/')[2])}</figcaption>"
    return f'<figure><img src="{thumbnail_uri(pixels)}" alt="{escape(side.names[number], quote=True)}">{caption}</figure>'
