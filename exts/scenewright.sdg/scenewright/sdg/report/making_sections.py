"""The sections about how a dataset was made: the time of its frames, its recipe, whose work it shows."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from scenewright.sdg.report.charts import bars, histogram, strip
from scenewright.sdg.report.origins import Origins
from scenewright.sdg.report.section import Section, card, middle

__all__ = ["origin", "times"]

_FEW = 4  # so many assets are named at once


def times(origins: Origins) -> Section | None:
    """How long frames took; None where that was not noted."""
    if not origins.seconds:
        return None
    seconds = np.array(origins.seconds)
    cards = [
        card("Time of a frame", middle(origins.seconds, "s"), histogram([("time", seconds)], "time of a frame [s]", low=0)),
        card(
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
        cards.insert(0, card("Stages", "Where the time of a frame goes; writing runs beside the next frame.", bars(rows)))
    processes = "one process" if origins.processes == 1 else f"{origins.processes} processes"
    rate = 1 / max(float(np.median(seconds)), 1e-9)
    lead = f"{seconds.sum() / 60:.1f} minutes of work by {processes}, {rate:.2g} frames a second each."
    return Section("times", "Time", lead, f'<div class="cards">{"".join(cards)}</div>')


def origin(origins: Origins) -> Section | None:
    """How the dataset was made; None where it does not say."""
    header = origins.header
    if not header:
        return None
    recipe = header["recipe"]
    rows = [("recipe", f"{recipe['name']}, seed {recipe['seed']}"), ("recipe SHA-256", recipe["sha256"])]
    rows += [(f"camera {name}", f"{size[0]} × {size[1]}") for name, size in sorted(header.get("cameras", {}).items())]
    rows += [(name, str(version)) for name, version in sorted(header.get("versions", {}).items())]
    count = len(header.get("assets", ()))
    rows += [
        ("device", f"{header.get('device', '')}, {header.get('cpu', '')}"),
        ("assets", f"{count} {'file' if count == 1 else 'files'}, all hashed"),
    ]
    if not header.get("licences"):
        rows.append(("licences", "the assets state none; clarify them before you publish"))
    lines = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    table = f'<article class="card"><table class="plain"><tbody>{lines}</tbody></table></article>'
    return Section(
        "origin",
        "How it was made",
        "The header of the dataset: enough to make it again.",
        f'<div class="stack">{table}{_owners(header)}</div>',
    )


def _owners(header: Mapping[str, Any]) -> str:
    """Return whose work the pictures show: one row for each licence and maker, with the assets below it."""
    licences, makers = header.get("licences", {}), header.get("attributions", {})
    groups: dict[tuple[str, str], list[str]] = {}
    for asset in sorted({*licences, *makers}):
        groups.setdefault((str(licences.get(asset, "not stated")), str(makers.get(asset, ""))), []).append(asset)
    if not groups:
        return ""
    rows = "".join(
        f"<tr><td>{escape(licence)}</td><td>{escape(maker)}</td><td>{_listed(assets)}</td></tr>"
        for (licence, maker), assets in sorted(groups.items())
    )
    head = "<tr><th>licence</th><th>made by</th><th>assets</th></tr>"
    table = f'<table class="plain tight"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return card("Licences and attributions", "Name them where you publish the pictures.", table, wide=True)


def _listed(assets: Sequence[str]) -> str:
    named = ", ".join(escape(name) for name in assets)
    return named if len(assets) <= _FEW else f"<details><summary>{len(assets)} assets</summary>{named}</details>"
