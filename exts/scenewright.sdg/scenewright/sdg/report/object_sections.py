"""The sections about objects: classes, boxes, and how much of them is seen from how far."""

from html import escape

import numpy as np

from scenewright.sdg.report.charts import bars, heat_map, histogram
from scenewright.sdg.report.section import Pair, Section, card, middle
from scenewright.sdg.report.statistics import Statistics

__all__ = ["boxes", "classes", "presence"]

_BARS = 40


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
        texts = [_count(count, side.images_with.get(name, 0)) for count, side in zip(counts, sides, strict=True)]
        rows.append((name, [count / total / top for count, total in zip(counts, totals, strict=True)], texts))
    paints = [colors.get(name, "transparent") for name, _, _ in rows]
    table = bars(rows[:_BARS], paints[:_BARS])
    if len(rows) > _BARS:
        rest = bars(rows[_BARS:], paints[_BARS:])
        table += f"<details><summary>{len(rows) - _BARS} rarer classes</summary>{rest}</details>"
    many = histogram(pair.series("per_image"), "objects in an image", whole=True, low=0)
    kinds = histogram(pair.series("kinds"), "classes in an image", whole=True, low=0)
    beside = card("Objects in an image", middle(pair.ours.per_image, ""), many)
    beside += card("Classes in an image", middle(pair.ours.kinds, ""), kinds)
    body = f'<article class="card">{table}</article><div class="stack">{beside}</div>'
    body = f'{pair.key}<div class="cards wideleft loose">{body}</div>'
    absent = [name for name in pair.ours.classes if not pair.ours.objects.get(name)]
    lead = _balance(pair.ours)
    if absent:
        lead += f" Declared, but never in view: {', '.join(absent[:8])}{' …' if len(absent) > 8 else ''}."
    return Section("classes", "Classes", lead, body)


def _count(objects: int, images: int) -> str:
    return f"{objects:,} in {images:,} {'image' if images == 1 else 'images'}" if objects else "none"


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
        card("Where boxes lie", "Share of the boxes that cover a place of the image; darker is more.", _maps(pair)),
        card(
            "Width and height", "Width to the right, height upwards, in shares of the image; darker is more.", _size_maps(pair)
        ),
    ]
    cards = [
        card("Size", _sizes(pair.ours), size),
        card("Area", _coco_sizes(pair.ours), pixels) if pair.ours.pixels else "",
        card("Shape", "Left of zero taller, right of it wider than the image's own shape.", shape),
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
        cards.append(card("Visible share", f"{hidden:.0f} % of the objects are more than half hidden by others.", chart))
    if pair.ours.distances or (pair.theirs and pair.theirs.distances):
        chart = histogram(pair.series("distances"), "distance from the camera [m]", low=0)
        cards.append(card("Distance", middle(pair.ours.distances, "m"), chart))
    if not cards:
        return None
    return Section(
        "presence",
        "Visibility and distance",
        "What stands in front of what, and how far away things are.",
        f'{pair.key}<div class="cards">{"".join(cards)}</div>',
    )
