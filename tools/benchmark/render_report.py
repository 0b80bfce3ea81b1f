"""What the renderers' comparison writes: a Markdown table and a plot of bars."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

__all__ = ["Row", "write_report"]

WIDTH, LINE, LEFT = 1100, 30, 430
INK, OURS, PEER, PALE = (40, 40, 40), (34, 110, 180), (150, 150, 150), (235, 235, 235)


@dataclass
class Row:
    """A renderer in a mode."""

    mode: str
    name: str
    samples: int
    seconds: float | None = None
    cpu: float | None = None
    """Seconds of all threads together."""
    spread: float = 0.0
    """How much longer the slowest round took than the fastest, as a share."""
    rays: int | None = None
    error_same: float | None = None
    """Relative error to the converged image of the same number of bounces."""
    error_all: float | None = None
    """Relative error to the converged image of all bounces."""
    image: Path | None = None
    error: str | None = None
    """Why there is no measurement."""

    @property
    def equal_error_seconds(self) -> float | None:
        """Time to a relative error of one per cent, if the error shrinks with the root of the samples."""
        if self.mode != "path-traced" or self.seconds is None or not self.error_same:
            return None
        return self.seconds * (self.error_same / 0.01) ** 2


def write_report(rows: list[Row], resolution: list[int], threads: int, folder: Path) -> str:
    """Write ``render.md`` and ``render.png`` and return the table."""
    table = markdown(rows, resolution, threads)
    (folder / "render.md").write_text(table, encoding="utf-8")
    plot(rows, folder / "render.png")
    return table


def markdown(rows: list[Row], resolution: list[int], threads: int) -> str:
    """Return the table."""
    head = ["mode", "renderer", "samples", "s", "spread", "CPU s", "Mray/s", "error, same bounces", "error, all bounces",
            "s to 1 % error"]
    lines = [f"{resolution[0]}x{resolution[1]}, {threads} threads, 512,002 triangles in 101 instances.",
             "Least wall time of the rounds; spread: slowest over fastest.", "",
             "| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    for row in rows:
        if row.error is not None:
            lines.append(f"| {row.mode} | {row.name} | | {row.error.replace('|', '/')} | | | | | | |")
            continue
        rate = f"{row.rays / row.seconds / 1e6:.2f}" if row.rays else ""
        cells = [row.mode, row.name, str(row.samples), f"{row.seconds:.3f}", f"{100 * row.spread:.0f} %", f"{row.cpu:.3f}",
                 rate, percent(row.error_same), percent(row.error_all),
                 "" if row.equal_error_seconds is None else f"{row.equal_error_seconds:.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def percent(share: float | None) -> str:
    """Return a share in per cent, empty for None."""
    return "" if share is None else f"{100 * share:.2f} %"


def plot(rows: list[Row], path: Path) -> None:
    """Draw a bar for each row, as long as its time; each mode has a scale of its own."""
    measured = [row for row in rows if row.seconds is not None]
    modes = list(dict.fromkeys(row.mode for row in measured))
    image = Image.new("RGB", (WIDTH, LINE * (len(measured) + len(modes)) + 40), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(15)
    y = 20
    for mode in modes:
        group = [row for row in measured if row.mode == mode]
        longest = max(bar_seconds(row) for row in group)
        what = "seconds to 1 % error" if all(row.equal_error_seconds is not None for row in group) else "seconds an image"
        draw.text((20, y + 6), f"{mode}: {what}, shorter is better", INK, font)
        y += LINE
        for row in group:
            length = (WIDTH - LEFT - 230) * bar_seconds(row) / longest
            draw.text((40, y + 5), f"{row.name}, {row.samples} spp" if row.samples > 1 else row.name, INK, font)
            draw.rectangle((LEFT, y + 4, WIDTH - 230, y + LINE - 6), PALE)
            draw.rectangle((LEFT, y + 4, LEFT + length, y + LINE - 6), OURS if row.name == "scenewright" else PEER)
            note = f"{bar_seconds(row):.3g} s"
            if row.rays:
                note += f"   {row.rays / row.seconds / 1e6:.1f} Mray/s"
            elif row.error_same is not None:
                note += f"   error {percent(row.error_same)}"
            draw.text((WIDTH - 220, y + 5), note, INK, font)
            y += LINE
    image.save(path)


def bar_seconds(row: Row) -> float:
    """Return the time that a row's bar shows."""
    return row.seconds if row.equal_error_seconds is None else row.equal_error_seconds
