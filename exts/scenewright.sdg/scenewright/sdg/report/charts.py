"""Charts as SVG and HTML that need no script: colours come from the page's style, so they follow its theme and print."""

import io
import math
from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from scenewright.sdg.report.samples import data_uri

__all__ = ["bars", "heat_map", "histogram", "plan_view", "strip", "ticks"]

_W, _H = 360, 176
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 10, 10, 34
_SERIES = ("ours", "theirs")


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers that divide a range into about ``count`` parts."""
    if not high > low:
        return [low]
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def histogram(
    series: Sequence[tuple[str, Sequence[float]]], label: str, *, low: float | None = None, high: float | None = None,
    bins: int = 30, whole: bool = False, log: bool = False, percent: bool = False,
) -> str:  # fmt: skip
    """Return a histogram of one or two samples, as shares of each.

    Args:
        series: name and values of each; the first is drawn as bars, the second as a line over them.
        label: what the axis counts, with its unit.
        low: lower end; absent = the smallest value.
        high: upper end; absent = the largest value.
        bins: number of bars.
        whole: values are whole numbers, one bar each where that is legible.
        log: the axis is logarithmic.
        percent: label the axis in per cent.
    """
    values = [np.asarray(rows, np.float64) for _, rows in series]
    values = [rows[np.isfinite(rows) & (rows > 0 if log else True)] for rows in values]
    if not any(len(rows) for rows in values):
        return ""
    joined = np.concatenate(values)
    low = float(joined.min()) if low is None else low
    high = float(joined.max()) if high is None else high
    edges = _edges(low, high, bins, whole, log)
    shares = [np.histogram(np.clip(rows, edges[0], edges[-1]), edges)[0] / max(1, len(rows)) for rows in values]
    top = max(float(share.max()) for share in shares) or 1.0
    places = np.log10(edges) if log else edges
    across = _LEFT + (places - places[0]) / (places[-1] - places[0]) * (_W - _LEFT - _RIGHT)
    parts = [_share_axis(top)]
    for kind, share, rows in zip(_SERIES, shares, values, strict=False):
        if len(rows):
            parts.append(_drawn(kind, share, across, edges, top, whole, percent))
    parts.append(_value_axis(edges, across, whole, log, percent))
    spoken = f"Histogram of {label}: " + "; ".join(
        _spoken(name, rows, percent) for (name, _), rows in zip(series, values, strict=True)
    )
    return _svg("".join(parts) + f'<text class="unit" x="{_W - _RIGHT}" y="{_H - 2}">{escape(label)}</text>', spoken)


def bars(rows: Sequence[tuple[str, Sequence[float], Sequence[str]]], colors: Sequence[str] | None = None) -> str:
    """Return horizontal bars with names, as a table.

    Args:
        rows: name; one or two values, each at most 1 = the full width; what stands beside each.
        colors: colour of the dot before each name; absent = no dots.
    """
    lines = []
    for place, (name, values, texts) in enumerate(rows):
        cells = []
        for kind, value, text in zip(_SERIES, values, texts, strict=False):
            width = f"width:calc((100% - 11rem)*{min(max(value, 0.0), 1.0):.4f})"  # the rest is for the text
            drawn = f'<i class="{kind}" style="{width}"></i>' if value > 0 else ""
            cells.append(f'<span class="bar">{drawn}<b>{escape(text)}</b></span>')
        dot = f'<i class="dot" style="background:{colors[place]}"></i>' if colors else ""
        lines.append(f'<tr><th scope="row">{dot}{escape(name)}</th><td>{"".join(cells)}</td></tr>')
    return f'<table class="bars"><tbody>{"".join(lines)}</tbody></table>'


def heat_map(cells: np.ndarray, label: str, kind: str = "ours", aspect: float = 4 / 3) -> str:
    """Return a map of cells, darker where there is more; its scale runs from nothing to the largest cell."""
    top = float(cells.max()) or 1.0
    alpha = (255 * (cells / top) ** 0.8).round().astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(alpha, "L").save(buffer, "PNG")
    mask = data_uri(buffer.getvalue(), "image/png")
    # The cells are a mask, so that the theme's colour shows through.
    style = f"aspect-ratio:{aspect:.4f};--cells:url({mask})"
    return f'<div class="heat {kind}" style="{style}" role="img" aria-label="{escape(label, quote=True)}"><div></div></div>'


def plan_view(positions: np.ndarray, forwards: np.ndarray, targets: np.ndarray, label: str, unit: str) -> str:
    """Return cameras seen from above or from the side: a dot each, with a line where it looks.

    Args:
        positions: across and up, shape (N, 2).
        forwards: direction of view, projected, shape (N, 2).
        targets: points of interest, such as objects, shape (K, 2); they are only hinted at.
        label: what is shown, for those who cannot see it.
        unit: unit of the axes.
    """
    points = np.concatenate([positions, targets]) if len(targets) else positions
    low, high = points.min(axis=0), points.max(axis=0)
    span = max(float((high - low).max()), 1e-6) * 1.16
    middle = (low + high) / 2.0
    side = 300

    def place(xy: np.ndarray) -> np.ndarray:
        return (np.asarray(xy) - middle) / span * (1, -1) * side + side / 2

    parts = []
    for value in ticks(middle[0] - span / 2, middle[0] + span / 2, 4):
        x = place((value, 0))[0]
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{side}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{side - 4}">{value:g}</text>')
    for value in ticks(middle[1] - span / 2, middle[1] + span / 2, 4):
        y = place((0, value))[1]
        parts.append(f'<line class="grid" x1="0" x2="{side}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick left" x="4" y="{y - 3:.1f}">{value:g}</text>')
    parts += [f'<circle class="target" cx="{x:.1f}" cy="{y:.1f}" r="1.6"/>' for x, y in (place(xy) for xy in targets)]
    for position, forward in zip(positions, forwards, strict=True):
        (x, y), way = place(position), forward * (1, -1) * 14
        parts.append(f'<path class="ray" d="M{x:.1f} {y:.1f}l{way[0]:.1f} {way[1]:.1f}"/>')
        parts.append(f'<circle class="eye" cx="{x:.1f}" cy="{y:.1f}" r="2"/>')
    parts.append(f'<text class="unit" x="{side - 6}" y="14">{escape(unit)}</text>')
    spoken = escape(label, quote=True)
    return f'<svg class="plan" viewBox="0 0 {side} {side}" role="img" aria-label="{spoken}">{"".join(parts)}</svg>'


def strip(values: Sequence[float], label: str, unit: str) -> str:
    """Return values in their order as a line, with the largest of each stretch: nothing that stands out is lost."""
    rows = np.asarray(values, np.float64)
    parts = np.array_split(rows, min(len(rows), 240))
    high, middle = np.array([part.max() for part in parts]), np.array([np.median(part) for part in parts])
    top = float(high.max()) or 1.0
    x = _LEFT + (np.arange(len(parts)) + 0.5) / len(parts) * (_W - _LEFT - _RIGHT)
    body = [_value_grid(top, unit)]
    for kind, line in (("ours faint", high), ("ours", middle)):
        path = " ".join(f"{a:.1f},{_up(b / top):.1f}" for a, b in zip(x, line, strict=True))
        body.append(f'<polyline class="{kind}" points="{path}"/>')
    body.append(f'<text class="tick start" x="{_LEFT}" y="{_H - 18}">first frame</text>')
    body.append(f'<text class="tick end" x="{_W - _RIGHT}" y="{_H - 18}">last</text>')
    return _svg("".join(body), f"{label}: median {np.median(rows):.2f} {unit}, largest {rows.max():.2f} {unit}")


def _edges(low: float, high: float, bins: int, whole: bool, log: bool) -> np.ndarray:
    if whole:
        step = max(1, math.ceil((high - low + 1) / 40))
        return np.arange(math.floor(low), high + step + 0.5, step) - 0.5
    if log:
        low, high = math.log10(low), math.log10(high)
        return np.logspace(low, high if high > low else low + 0.1, bins + 1)
    return np.linspace(low, high if high > low else low + max(abs(low) * 0.01, 1e-6), bins + 1)


def _drawn(kind: str, share: np.ndarray, across: np.ndarray, edges: np.ndarray, top: float, whole: bool, percent: bool) -> str:
    if kind == "theirs":
        path = f"M{across[0]:.1f} {_up(0):.1f}" + "".join(
            f"V{_up(value / top):.1f}H{right:.1f}" for value, right in zip(share, across[1:], strict=True)
        )
        return f'<path class="theirs" d="{path}V{_up(0):.1f}"/>'
    parts = []
    for place, value in enumerate(share):
        if value:
            y = _up(value / top)
            between = (
                _number(edges[place] + 0.5, percent)
                if whole
                else f"{_number(edges[place], percent)} to {_number(edges[place + 1], percent)}"
            )
            box = f'x="{across[place] + 0.5:.1f}" y="{y:.1f}" width="{max(0.6, across[place + 1] - across[place] - 1):.1f}"'
            parts.append(
                f'<rect class="ours" {box} height="{_up(0) - y:.1f}"><title>{between}: {100 * value:.1f} %</title></rect>'
            )
    return "".join(parts)


def _up(share: float) -> float:
    return _H - _BOTTOM - share * (_H - _TOP - _BOTTOM)


def _share_axis(top: float) -> str:
    return _value_grid(100 * top, "%")


def _value_grid(top: float, unit: str) -> str:
    parts = []
    for value in ticks(0, top, 3):
        y = _up(value / top)
        text = f"{value:g}{' ' + unit if value and unit == '%' else ''}"
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick end" x="{_LEFT - 6}" y="{y + 4:.1f}">{text}</text>')
    return "".join(parts)


def _value_axis(edges: np.ndarray, across: np.ndarray, whole: bool, log: bool, percent: bool) -> str:
    if log:
        first, last = math.log10(edges[0]), math.log10(edges[-1])
        marks = [10.0**power * factor for power in range(math.floor(first), math.ceil(last) + 1) for factor in (1, 2, 5)]
        if last - first > 2:
            marks = [mark for mark in marks if math.log10(mark) % 1 == 0]
    else:
        marks = ticks(float(edges[0]), float(edges[-1]))
    marks = [mark for mark in marks if edges[0] - 1e-9 <= mark <= edges[-1] + 1e-9 and not (whole and mark % 1)]
    places = np.interp(np.log10(marks) if log else marks, np.log10(edges) if log else edges, across)
    return "".join(
        f'<text class="tick" x="{x:.1f}" y="{_H - _BOTTOM + 15}">{_number(mark, percent)}</text>'
        for mark, x in zip(marks, places, strict=True)
    )


def _number(value: float, percent: bool = False) -> str:
    return f"{100 * value:.3g} %" if percent else f"{value:.4g}"


def _spoken(name: str, rows: np.ndarray, percent: bool) -> str:
    if not len(rows):
        return f"{name} has none"
    low, middle, high = (_number(float(value), percent) for value in np.percentile(rows, (5, 50, 95)))
    return f"{name} has a median of {middle}, nine tenths lie between {low} and {high}"


def _svg(body: str, label: str) -> str:
    return f'<svg class="chart" viewBox="0 0 {_W} {_H}" role="img" aria-label="{escape(label, quote=True)}">{body}</svg>'
