"""`write_report`: a dataset as one self-contained page."""

import os
import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from scenewright.sdg.dataset.drawing import category_colors, ink_on
from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.files import REPORT_FILE, write_file_atomic
from scenewright.sdg.reading.find import open_source
from scenewright.sdg.report.comparison_section import comparison
from scenewright.sdg.report.distances import compare
from scenewright.sdg.report.duplicates import near_duplicates
from scenewright.sdg.report.image_sections import cameras, light, twins
from scenewright.sdg.report.making_sections import origin, times
from scenewright.sdg.report.object_sections import boxes, classes, presence
from scenewright.sdg.report.origins import Origins, read_origins
from scenewright.sdg.report.samples import Chosen, SampleChooser, sample_figure
from scenewright.sdg.report.section import Pair, Section
from scenewright.sdg.report.statistics import Statistics, gather

__all__ = ["write_report"]

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
Progress = Callable[[int, int], None]


def write_report(
    dataset: str | os.PathLike,
    output: str | os.PathLike | None = None,
    against: str | os.PathLike | None = None,
    *,
    samples: int = 24,
    measured: int = 2000,
    progress: Progress | None = None,
) -> Path:
    """Write the report of a dataset: what `generate` made, a COCO or YOLO folder, or BasicWriter's files.

    The page asks for nothing from elsewhere and works without a server; its size depends on ``samples``, not on the dataset.

    Args:
        dataset: the folder, or a COCO file.
        output: page to write; absent = ``report.html`` in the dataset's folder.
        against: a COCO or YOLO dataset to put beside it.
        samples: pictures to show; a few extremes come on top.
        measured: of how many images the pixels are looked at; the labels of all are counted.
        progress: called with the number of images done and of all.

    Returns:
        The page's path.

    Raises:
        DatasetInputError: if ``dataset`` or ``against`` is no dataset that can be read, or has no images.
        DatasetRunError: if the page cannot be written.
    """
    root = Path(dataset)
    target = Path(output) if output is not None else (root.parent if root.is_file() else root) / REPORT_FILE
    source, other = open_source(root), open_source(against) if against is not None else None
    for path, opened in ((dataset, source), (against, other)):
        if opened is not None and not len(opened):
            raise DatasetInputError(f"{path} has no images ({opened.layout}), so there is nothing to report.")
    total = len(source) + (len(other) if other is not None else 0)
    chooser = SampleChooser(len(source), samples)
    ours = gather(source, measured, chooser.look, progress and (lambda done, _: progress(done, total)))
    theirs, beside = None, SampleChooser(len(other) if other is not None else 0, min(8, samples), extremes=False)
    if other is not None:
        before = len(source)
        theirs = gather(other, measured, beside.look, progress and (lambda done, _: progress(before + done, total)))
    origins = read_origins(root)
    name = read_origins(Path(against)).title if against is not None else ""
    page = build_page(origins, Pair(ours, theirs, (origins.title, name)), chooser.chosen(), beside.chosen())
    try:
        write_file_atomic(target.absolute(), page.encode("utf-8", "xmlcharrefreplace"))
    except OSError as error:
        raise DatasetRunError(f"Cannot write {target}: {error.strerror}. Give another place with -o.") from error
    return target


def build_page(origins: Origins, pair: Pair, chosen: Sequence[Chosen], beside: Sequence[Chosen] = ()) -> str:
    """Return the page as HTML."""
    ours, theirs = pair.ours, pair.theirs
    shown = {item.name for choice in [*chosen, *beside] for item in choice.picture.objects}
    names = sorted({*ours.classes, *shown})
    colors = category_colors(names, origins.header.get("ontology", {}))
    numbers = {name: number for number, name in enumerate(names)}
    parts: list[Section | None] = [_samples(pair, chosen, beside, colors, numbers)]
    if theirs is not None:
        parts.insert(0, comparison(pair, compare(ours, theirs)))
    paints = {name: f"rgb({r} {g} {b})" for name, (r, g, b) in colors.items()}
    parts += [classes(pair, paints), boxes(pair), presence(pair), light(pair)]
    parts += [cameras(ours), twins(ours, near_duplicates(ours.hashes, ours.thumbs))]
    parts += [times(origins), origin(origins)]
    found = [part for part in parts if part is not None]
    body = "".join(f'<section id="{part.id}"><h2>{escape(part.title)}</h2>{_lead(part)}{part.body}</section>' for part in found)
    links = "".join(f'<li><a href="#{part.id}">{escape(part.title)}</a></li>' for part in found)
    rules = "".join(
        f".c{numbers[name]}{{--c:rgb({r} {g} {b});--t:rgb({' '.join(map(str, ink_on((r, g, b))))})}}"
        for name, (r, g, b) in colors.items()
    )
    return _TEMPLATE.format(
        policy=_POLICY,
        title=escape(f"{origins.title}: dataset report"),
        style=(_HERE / "style.css").read_text("utf-8") + rules,
        links=links,
        header=_header(origins, pair),
        body=body,
        foot=f"Made by Scenewright on {time.strftime('%Y-%m-%d')}. This page asks for nothing from elsewhere.",
        script=(_HERE / "page.js").read_text("utf-8"),
    )


def _lead(part: Section) -> str:
    if not part.lead:
        return ""
    return f"<p>{part.lead if part.id == 'light' else escape(part.lead)}</p>"


def _header(origins: Origins, pair: Pair) -> str:
    ours = pair.ours
    count = sum(ours.objects.values())
    facts = [
        ("images", f"{ours.images:,}", ""),
        ("objects", f"{count:,}", ""),
        ("classes in view", f"{len(ours.objects):,}", ""),
    ]
    facts.append(("objects in an image", f"{count / max(1, ours.images):.3g}", "on average"))
    if len(ours.sizes) == 1:
        width, height = next(iter(ours.sizes))
        facts.append(("image size", f"{width} × {height}", ""))
    elif ours.sizes:
        facts.append(("image sizes", f"{len(ours.sizes):,}", "different"))
    facts.append(("without objects", f"{ours.empty:,}", f"{100 * ours.empty / max(1, ours.images):.0f} %"))
    if origins.files:
        facts.append(("on disk", _bytes(origins.bytes), f"{origins.files:,} files"))
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}{f'<small>{escape(note)}</small>' if note else ''}</dd></div>"
        for name, value, note in facts
    )
    against = f", beside <strong>{escape(pair.names[1])}</strong>" if pair.theirs is not None else ""
    made = f" made from <strong>{escape(origins.header['recipe']['name'])}</strong>" if origins.header else ""
    lead = f"{escape(ours.layout)} labels of {ours.images:,} images{made}{against}."
    return (
        f'<p class="eyebrow">Dataset report</p><h1>{escape(origins.title)}</h1><p class="lead">{lead}</p>'
        f'<dl class="facts">{items}</dl>{_obstacles(ours, pair.names[0])}{_obstacles(pair.theirs, pair.names[1])}'
    )


def _obstacles(side: Statistics | None, name: str) -> str:
    """Return what could not be read, for the head of the page: nobody should overlook it."""
    if side is None or not (side.unreadable or side.notes):
        return ""
    rows = side.unreadable_names + side.notes[:12]
    rest = max(0, side.unreadable - len(side.unreadable_names)) + max(0, len(side.notes) - 12)
    listed = "".join(f"<li>{escape(row)}</li>" for row in rows) + (f"<li>and {rest:,} more</li>" if rest else "")
    what = []
    if side.unreadable:
        looked = side.unreadable + side.measured
        what.append(f"{side.unreadable:,} of {looked:,} images could not be read; their labels are counted all the same")
    if side.notes:
        what.append(f"{len(side.notes):,} labels could not be read and are left out")
    text = escape(f"{name}: {'; '.join(what)}.")
    details = f"<details><summary>Which</summary><ul>{listed}</ul></details>"
    return f'<div class="wells" role="note"><strong>{text}</strong>{details}</div>'


def _samples(
    pair: Pair,
    chosen: Sequence[Chosen],
    beside: Sequence[Chosen],
    colors: dict[str, tuple[int, int, int]],
    numbers: dict[str, int],
) -> Section:
    seen = [item for choice in [*chosen, *beside] for item in choice.picture.objects]
    kinds = [("masks", "masks", any(item.mask is not None for item in seen), True), ("boxes", "boxes", bool(seen), True)]
    kinds += [("names", "names", bool(seen), False), ("cuboids", "3D boxes", any(i.corners is not None for i in seen), False)]
    kinds += [("points", "keypoints", any(item.keypoints is not None for item in seen), True)]
    switches = "".join(
        f'<label><input type="checkbox" value="{value}"{" checked" if on else ""}>{text}</label>'
        for value, text, there, on in kinds
        if there
    )
    shown = sorted({item.name for item in seen}, key=lambda name: (-pair.ours.objects.get(name, 0), name))
    chips = "".join(
        f'<li><button type="button" class="chip c{numbers[name]}" data-c="{numbers[name]}" aria-pressed="false">'
        f"<i></i>{escape(name)}</button></li>"
        for name in shown
    )
    figures = "".join(sample_figure(choice, colors, numbers, number) for number, choice in enumerate(chosen))
    body = f'<fieldset class="switches"><legend>Show</legend>{switches}</fieldset>' if switches else ""
    body += f'<ul class="legend" aria-label="Show one class alone">{chips}</ul>' if chips else ""
    body += f'<div class="gallery">{figures}</div>'
    if beside:
        figures = "".join(sample_figure(choice, colors, numbers, len(chosen) + i) for i, choice in enumerate(beside))
        body += f'<h3 style="margin:2rem 0 .8rem">{escape(pair.names[1])}</h3><div class="gallery">{figures}</div>'
    lead = "Taken evenly from the dataset, and its extremes. Click an image to enlarge it, a class to see it alone."
    return Section("samples", "Samples", lead, body)


def _bytes(size: int) -> str:
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} GB"


_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="Scenewright">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="masks boxes points">
<div class="page">
<nav aria-label="Sections"><ol>{links}</ol><button type="button" class="theme" hidden></button></nav>
<main>
<header>{header}</header>
{body}
<footer>{foot}</footer>
</main>
</div>
<dialog aria-label="Image"><div class="stage"></div><p><span></span><span>
<button type="button" class="theme back">Back</button>
<button type="button" class="theme next">Next</button></span></p></dialog>
<script>{script}</script>
</body>
</html>
"""
