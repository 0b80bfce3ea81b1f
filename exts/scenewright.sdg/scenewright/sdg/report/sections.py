"""The sections of the report: each says in a sentence what its charts show."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from scenewright.sdg.reading.images import UnreadableImage, read_image
from scenewright.sdg.report.charts import bars, heat_map, histogram, plan_view, strip
from scenewright.sdg.report.distances import Distance
from scenewright.sdg.report.origins import Origins
from scenewright.sdg.report.samples import thumbnail_uri
from scenewright.sdg.report.statistics import Statistics

__all__ = ["Pair", "Section", "boxes", "cameras", "classes", "comparison", "light", "origin", "presence", "times", "twins"]

_BARS = 40


_DISTANCES = """<details><summary>What the distances are</summary><p>Wasserstein-1: how far values would have to be moved, on
average, to turn one distribution into the other; beside it in standard deviations (σ) of the other dataset. Jensen–Shannon, to
base 2: 0 for the same shares, 1 where nothing is in common. Classes are matched by name.</p></details></article>"""


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        id: anchor.
        title: heading.
        lead: a sentence or two below it.
        body: HTML.
    """

    id: str
    title: str
    lead: str
    body: str


@dataclass(frozen=True)
class Pair:
    """The dataset, and the one beside it.

    Attributes:
        ours: statistics of the dataset.
        theirs: statistics of the other; None = there is none.
        names: what they are called.
    """

    ours: Statistics
    theirs: Statistics | None
    names: tuple[str, str]

    def series(self, values: str) -> list[tuple[str, Sequence[float]]]:
        """Return an attribute of both as series of a chart."""
        found = [(self.names[0], getattr(self.ours, values))]
        return found + ([(self.names[1], getattr(self.theirs, values))] if self.theirs is not None else [])

    def both(self, function: object) -> list[tuple[str, Sequence[float]]]:
        """Return what a function makes of both as series of a chart."""
        found = [(self.names[0], function(self.ours))]
        return found + ([(self.names[1], function(self.theirs))] if self.theirs is not None else [])

    @property
    def key(self) -> str:
        """Return which colour is which, where there are two."""
        if self.theirs is None:
            return ""
        one, two = (escape(name) for name in self.names)
        return f'<p class="key"><span><i></i>{one}</span><span><i class="theirs"></i>{two}</span></p>'


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


def classes(pair: Pair, colors: dict[str, str]) -> Section:
    """How many objects of each class there are."""
    names = sorted(pair.ours.classes, key=lambda name: (-pair.ours.objects.get(name, 0), name))
    theirs = pair.theirs
    if theirs is not None:
        names += [name for name in sorted(theirs.objects, key=lambda name: -theirs.objects[name]) if name not in set(names)]
    sides = [pair.ours] if theirs is None else [pair.ours, theirs]
    totals = [max(1, sum(side.objects.values())) for side in sides]
    top = (
        max((side.objects.get(name, 0) / total for side, total in zip(sides, totals, strict=True) for name in names), default=1)
        or 1
    )
    rows = []
    for name in names:
        counts = [side.objects.get(name, 0) for side in sides]
        texts = [f"{count:,} in {side.images_with.get(name, 0):,} images" for count, side in zip(counts, sides, strict=True)]
        rows.append((name, [count / total / top for count, total in zip(counts, totals, strict=True)], texts))
    paints = [colors.get(name, "transparent") for name, _, _ in rows]
    table = bars(rows[:_BARS], paints[:_BARS])
    if len(rows) > _BARS:
        rest = bars(rows[_BARS:], paints[_BARS:])
        table += f"<details><summary>{len(rows) - _BARS} rarer classes</summary>{rest}</details>"
    many = histogram(pair.series("per_image"), "objects in an image", whole=True, low=0)
    kinds = histogram(pair.series("kinds"), "classes in an image", whole=True, low=0)
    beside = _card("Objects in an image", _middle(pair.ours.per_image, ""), many)
    beside += _card("Classes in an image", _middle(pair.ours.kinds, ""), kinds)
    body = f'<article class="card">{table}</article><div class="stack">{beside}</div>'
    body = f'{pair.key}<div class="cards wideleft loose">{body}</div>'
    absent = [name for name in pair.ours.classes if not pair.ours.objects.get(name)]
    lead = _balance(pair.ours)
    if absent:
        lead += f" Declared, but never in view: {', '.join(absent[:8])}{' …' if len(absent) > 8 else ''}."
    return Section("classes", "Classes", lead, body)


def _balance(side: Statistics) -> str:
    counts = [count for _, count in side.objects.most_common()]
    if not counts:
        return "No image shows a labelled object."
    if len(counts) == 1:
        return f"One class, {counts[0]:,} objects."
    (first, most), (last, least) = side.objects.most_common()[0], side.objects.most_common()[-1]
    if most == least:
        return f"{len(counts)} classes are in view, all equally often."
    return f"{len(counts)} classes are in view. {first} is the most frequent, {most / least:.3g} times as frequent as {last}."


def boxes(pair: Pair) -> Section:
    """Sizes, shapes and places of boxes."""
    if not pair.ours.extents and not (pair.theirs and pair.theirs.extents):
        return Section("boxes", "Boxes", "There are no boxes.", "")
    size = histogram(
        pair.both(lambda s: [float(np.sqrt(w * h)) for w, h in s.extents]),
        "√(width × height), of the image's",
        percent=True,
        low=0,
    )
    shape = histogram(
        pair.both(lambda s: [float(np.log2(w / h)) for w, h in s.extents] if s.sizes else []),
        "log₂ of width ÷ height in shares of the image",
        low=-4,
        high=4,
    )
    pixels = histogram(pair.both(lambda s: np.sqrt(s.pixels)), "√area [px]", log=True)
    maps = [
        _card("Where boxes lie", "Share of the boxes that cover a place of the image; darker is more.", _maps(pair)),
        _card(
            "Width and height", "Width to the right, height upwards, in shares of the image; darker is more.", _size_maps(pair)
        ),
    ]
    cards = [
        _card("Size", _sizes(pair.ours), size),
        _card("Area", _coco_sizes(pair.ours), pixels) if pair.ours.pixels else "",
        _card("Shape", "Left of zero taller, right of it wider than the image's own shape.", shape),
    ]
    touched = 100 * pair.ours.truncated / max(1, len(pair.ours.extents))
    lead = f"{touched:.0f} % of the boxes touch the border of their image."
    rows = f'<div class="cards halves">{"".join(maps)}</div><div class="cards">{"".join(cards)}</div>'
    return Section("boxes", "Boxes", lead, pair.key + rows)


def _maps(pair: Pair) -> str:
    parts = []
    for kind, side, name in zip(("ours", "theirs"), (pair.ours, pair.theirs), pair.names, strict=False):
        if side is None:
            continue
        aspect = _aspect(side)
        peak = 100 * float(side.coverage.max()) if len(side.extents) else 0.0
        caption = f"<figcaption>{escape(name)}: at most {peak:.0f} % of the boxes in one place</figcaption>"
        parts.append(f"<figure>{heat_map(side.coverage, f'Where boxes of {name} lie', kind, aspect)}{caption}</figure>")
    return f'<div class="pair">{"".join(parts)}</div>'


def _size_maps(pair: Pair) -> str:
    parts = []
    for kind, side, name in zip(("ours", "theirs"), (pair.ours, pair.theirs), pair.names, strict=False):
        if side is None or not side.extents:
            continue
        extents = np.array(side.extents)
        cells, _, _ = np.histogram2d(extents[:, 1], extents[:, 0], bins=(36, 48), range=((0, 1), (0, 1)))
        caption = f"<figcaption>{escape(name)}: from nothing at the lower left to the whole image</figcaption>"
        picture = heat_map(np.sqrt(cells[::-1]), f"Widths and heights of boxes of {name}", kind, _aspect(side))
        parts.append(f"<figure>{picture}{caption}</figure>")
    return f'<div class="pair">{"".join(parts)}</div>'


def _aspect(side: Statistics) -> float:
    if not side.sizes:
        return 4 / 3
    (width, height), _ = side.sizes.most_common(1)[0]
    return min(max(width / height, 0.5), 2.4)


def _sizes(side: Statistics) -> str:
    if not side.extents:
        return "There are none here."
    shares = [float(np.sqrt(w * h)) for w, h in side.extents]
    return f"Half of the boxes have less than {100 * float(np.median(shares)):.2g} % of the image's side."


def _coco_sizes(side: Statistics) -> str:
    areas = np.array(side.pixels)
    small, large = 100 * float((areas < 32**2).mean()), 100 * float((areas >= 96**2).mean())
    middle = 100 - small - large
    return f"By COCO's bounds {small:.0f} % are small (below 32² px), {middle:.0f} % medium, {large:.0f} % large (from 96² px)."


def presence(pair: Pair) -> Section | None:
    """How much of objects is visible and how far away they are; None where no dataset knows."""
    cards = []
    if pair.ours.visible or (pair.theirs and pair.theirs.visible):
        hidden = 100 * float((np.array(pair.ours.visible) < 0.5).mean()) if pair.ours.visible else 0
        chart = histogram(pair.series("visible"), "visible share of an object", low=0, high=1, bins=25, percent=True)
        cards.append(_card("Visible share", f"{hidden:.0f} % of the objects are more than half hidden by others.", chart))
    if pair.ours.distances or (pair.theirs and pair.theirs.distances):
        chart = histogram(pair.series("distances"), "distance from the camera [m]", low=0)
        cards.append(_card("Distance", _middle(pair.ours.distances, "m"), chart))
    if not cards:
        return None
    return Section(
        "presence",
        "Visibility and distance",
        "What stands in front of what, and how far away things are.",
        f'{pair.key}<div class="cards">{"".join(cards)}</div>',
    )


def light(pair: Pair) -> Section | None:
    """Brightness and colour; None where no image could be read."""
    if not pair.ours.measured:
        return None

    def share(name: str) -> list[tuple[str, Sequence[float]]]:
        return pair.series(name)

    cards = [
        _card(
            "Brightness",
            _middle([100 * v for v in pair.ours.brightness], "%"),
            histogram(share("brightness"), "mean luma of an image", low=0, high=1, percent=True),
        ),
        _card(
            "Contrast",
            "Spread of the luma within an image.",
            histogram(share("contrast"), "standard deviation of the luma", low=0, percent=True),
        ),
        _card(
            "Saturation",
            "From grey to pure colours.",
            histogram(share("saturation"), "mean saturation of an image", low=0, high=1, percent=True),
        ),
        _card(
            "Sharpness",
            "Spread of the Laplacian: fine detail, and noise.",
            histogram(share("sharpness"), "standard deviation of the Laplacian", low=0),
        ),
        _card("Tones", "How often each luma occurs in all images, from black to white.", _profile(pair, "levels")),
        _card("Hues", "Which hues colour comes in, from red around to red.", _profile(pair, "hues")),
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
        _card("From above", f"{len(np.unique(position.round(4), axis=0)):,} places.", above),
        _card("From the side", "The same, with their heights.", beside),
    ]
    stacked = _card("Tilt", _middle(pitch, "°"), tilts) + _card("Height", _middle(heights, "m"), high)
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


def times(origins: Origins) -> Section | None:
    """How long frames took; None where that was not noted."""
    if not origins.seconds:
        return None
    seconds = np.array(origins.seconds)
    cards = [
        _card("Time of a frame", _middle(origins.seconds, "s"), histogram([("time", seconds)], "time of a frame [s]", low=0)),
        _card(
            "Over the run",
            "Median of each stretch, and its slowest frame.",
            strip(origins.seconds, "Time of frames in their order", "s"),
        ),
    ]
    if origins.stages:
        totals = {name: float(np.sum(values)) for name, values in origins.stages.items()}
        whole = max(sum(totals.values()), 1e-9)
        rows = [
            (
                name,
                [value / max(totals.values())],
                [f"{1000 * value / len(seconds):.0f} ms a frame, {100 * value / whole:.0f} %"],
            )
            for name, value in totals.items()
        ]
        cards.insert(0, _card("Stages", "Where the time of a frame goes; writing runs beside the next frame.", bars(rows)))
    processes = "one process" if origins.processes == 1 else f"{origins.processes} processes"
    rate = 1 / max(float(np.median(seconds)), 1e-9)
    lead = f"{seconds.sum() / 60:.1f} minutes of work by {processes}, {rate:.2g} frames a second each."
    return Section("times", "Time", lead, f'<div class="cards">{"".join(cards)}</div>')


def origin(origins: Origins, side: Statistics) -> Section | None:
    """How the dataset was made; None where it does not say."""
    header = origins.header
    if not header:
        return None
    recipe = header["recipe"]
    rows = [("recipe", f"{recipe['name']}, seed {recipe['seed']}"), ("recipe SHA-256", recipe["sha256"])]
    rows += [(f"camera {name}", f"{size[0]} × {size[1]}") for name, size in sorted(header.get("cameras", {}).items())]
    rows += [(name, str(version)) for name, version in sorted(header.get("versions", {}).items())]
    rows += [
        ("device", f"{header.get('device', '')}, {header.get('cpu', '')}"),
        ("assets", f"{len(header.get('assets', ()))} files, all hashed"),
    ]
    licences = header.get("licences", {})
    rows += [(f"licence of {name}", str(licence)) for name, licence in sorted(licences.items())]
    if not licences:
        rows.append(("licences", "the assets state none; clarify them before you publish"))
    lines = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return Section(
        "origin",
        "How it was made",
        "The header of the dataset: enough to make it again.",
        f'<article class="card"><table class="plain"><tbody>{lines}</tbody></table></article>',
    )


def _card(title: str, sentence: str, body: str, wide: bool = False) -> str:
    if not body:
        return ""
    kind = "card wide" if wide else "card"
    return f'<article class="{kind}"><h3>{escape(title)}</h3><p class="say">{escape(sentence)}</p>{body}</article>'


def _middle(values: Sequence[float], unit: str) -> str:
    if not len(values):
        return "Not known."
    low, middle, high = np.percentile(np.asarray(values, np.float64), (5, 50, 95))
    tail = f" {unit}" if unit and unit != "°" else unit
    return f"Median {middle:.3g}{tail}; nine tenths lie between {low:.3g} and {high:.3g}{tail}."
