"""Renderers side by side on one scene: this one, newton's SensorCamera, Mitsuba 3 and Blender's Cycles.

Each renderer runs in a process of its own and answers one order at a time; the orders go round, so that all meet the same
machine. The least time of the rounds counts. ``cpu`` is the time of all threads together, which other work on the machine
disturbs less. The errors are root mean squares over the mean radiance, against two independent Mitsuba references whose own
noise cancels: mean((image - A) (image - B)). A renderer that is not installed is a row that says so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tools.benchmark.render_report import Row, write_report

__all__ = ["add_options", "run"]

ROOT = Path(__file__).parents[2]
MODES = ("primary", "colour", "real-time", "path-traced")


@dataclass(frozen=True)
class Entry:
    """A renderer in a mode, with how many samples it takes."""

    worker: str
    mode: str
    samples: int = 1


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--resolution", type=int, nargs=2, default=[1280, 720], metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--samples", type=int, default=1, help="of ours in the real-time mode; Cycles takes 16")
    parser.add_argument("--light-samples", type=int, default=7, help="paths of light for each of these")
    parser.add_argument("--edge-samples", type=int, default=16, help="more samples of ours at edges in the real-time mode")
    parser.add_argument("--path-samples", type=int, default=16, help="of the path-traced modes")
    parser.add_argument("--bounces", type=int, default=1, help="indirect bounces of the real-time mode")
    parser.add_argument("--all-bounces", type=int, default=8, help="indirect bounces of the path-traced mode")
    parser.add_argument("--reference-samples", type=int, default=64, help="of each of the two references")
    parser.add_argument("--output", type=Path, default=Path("out/benchmark_render"),
                        help="folder of table, plot, images")
    for peer in ("newton", "mitsuba", "bpy"):
        parser.add_argument(f"--{peer}-python", default=sys.executable, metavar="PATH", help=f"a Python that has {peer}")


def run(options: argparse.Namespace) -> None:
    """Measure the chosen modes and write ``render.md`` and ``render.png``."""
    options.output.mkdir(parents=True, exist_ok=True)
    workers = start_workers(options)
    try:
        rows = []
        for mode in options.modes:
            rows += measure(mode, workers, options)
        if {"real-time", "path-traced"} & set(options.modes):
            add_errors(rows, workers, options)
    finally:
        for worker in workers.values():
            worker.close()
    print(write_report(rows, options.resolution, options.threads, options.output))


class Worker:
    """A renderer's process."""

    def __init__(self, python: str, module: str, arguments: list[str]) -> None:
        paths = [str(ROOT), str(ROOT / "exts/scenewright.portable"), os.environ.get("PYTHONPATH", "")]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in paths if path))
        self._log = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [python, "-m", f"tools.benchmark.render_workers.{module}", *arguments], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        hello = self._answer()
        self.name, self.modes = hello.get("name", module), hello.get("modes", [])
        self.error = hello.get("error")

    def ask(self, **order: Any) -> dict:
        """Return the answer to an order; ``error`` is set where there is none."""
        if self.error:
            return {"error": self.error}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._log.seek(0)
        last = [text for text in self._log.read().splitlines() if text.strip()] or ["the process ended"]
        return {"error": last[-1][:200]}


def start_workers(options: argparse.Namespace) -> dict[str, Worker]:
    """Return the renderers' processes."""
    threads = str(options.threads)
    return {
        "ours": Worker(sys.executable, "scenewright", [threads]),
        "newton": Worker(options.newton_python, "newton_camera", [threads]),
        "mitsuba llvm": Worker(options.mitsuba_python, "mitsuba_paths", [threads, "llvm_ad_rgb"]),
        "mitsuba scalar": Worker(options.mitsuba_python, "mitsuba_paths", [threads, "scalar_rgb"]),
        "cycles": Worker(options.bpy_python, "cycles", [threads]),
    }


def entries(mode: str, options: argparse.Namespace) -> list[Entry]:
    """Return who takes part in a mode."""
    if mode == "primary":
        return [Entry("ours", mode), Entry("mitsuba llvm", mode), Entry("newton", mode)]
    if mode == "colour":
        return [Entry("ours", mode), Entry("newton", mode)]
    if mode == "real-time":
        return [Entry("ours", mode, options.samples), Entry("cycles", mode, 16)]
    return [Entry("ours", mode, options.path_samples), Entry("mitsuba scalar", mode, options.path_samples)]


def measure(mode: str, workers: dict[str, Worker], options: argparse.Namespace) -> list[Row]:
    """Return a row for each renderer of a mode."""
    chosen = entries(mode, options)
    orders = [order_of(entry, options) for entry in chosen]
    trials: list[Trials] = [Trials() for _ in chosen]
    for entry, order, trial in zip(chosen, orders, trials, strict=True):
        trial.take(workers[entry.worker].ask(**order, save=str(image_path(entry, options))))  # also warms up
        trial.seconds.clear()
    for _ in range(options.rounds):
        for entry, order, trial in zip(chosen, orders, trials, strict=True):
            if trial.error is None:
                trial.take(workers[entry.worker].ask(**order))
    width, height = options.resolution
    rows = []
    for entry, trial in zip(chosen, trials, strict=True):
        row = Row(mode, workers[entry.worker].name, entry.samples, error=trial.error)
        if trial.error is None:
            row.seconds, row.cpu, row.spread = min(trial.seconds), min(trial.cpu), max(trial.seconds) / min(trial.seconds) - 1.0
            row.rays = width * height if mode == "primary" else None
        row.image = image_path(entry, options)
        rows.append(row)
    return rows


@dataclass
class Trials:
    """What was measured of an entry."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    error: str | None = None

    def take(self, answer: dict) -> None:
        """Add an answer."""
        self.error = answer.get("error", self.error)
        if self.error is None:
            self.seconds.append(answer["seconds"])
            self.cpu.append(answer["cpu"])


def order_of(entry: Entry, options: argparse.Namespace) -> dict:
    """Return the order for one image."""
    bounces = options.all_bounces if entry.mode == "path-traced" else options.bounces
    return {"mode": entry.mode, "size": options.resolution, "samples": entry.samples, "bounces": bounces, "seed": 1,
            "light_samples": options.light_samples, "edge_samples": options.edge_samples}


def image_path(entry: Entry, options: argparse.Namespace) -> Path:
    """Return where the image of an entry goes."""
    return (options.output / f"{entry.mode}_{entry.worker.replace(' ', '_')}.npz").resolve()


def add_errors(rows: list[Row], workers: dict[str, Worker], options: argparse.Namespace) -> None:
    """Fill in the errors of rows with radiance, against the same number of bounces and against all of them."""
    width, height = options.resolution
    references: dict[int, list[np.ndarray]] = {}
    for bounces in {options.bounces, options.all_bounces}:
        found = [reference(workers["mitsuba scalar"], bounces, seed, options) for seed in (101, 102)]
        if all(image is not None for image in found):
            references[bounces] = found
    for row in rows:
        if row.error is not None or row.mode not in ("real-time", "path-traced"):
            continue
        image = np.load(row.image)["hdr_color"].reshape(height, width, -1)[..., :3].astype(np.float64)
        own = options.all_bounces if row.mode == "path-traced" else options.bounces
        if own in references:
            row.error_same = relative_error(image, *references[own])
        if options.all_bounces in references:
            row.error_all = relative_error(image, *references[options.all_bounces])


def reference(worker: Worker, bounces: int, seed: int, options: argparse.Namespace) -> np.ndarray | None:
    """Return a Mitsuba image, kept in the output folder for the next time; None where it cannot be had."""
    width, height = options.resolution
    path = (options.output / f"reference_{width}x{height}_{bounces}_{options.reference_samples}_{seed}.npz").resolve()
    if not path.exists():
        answer = worker.ask(mode="path-traced", size=options.resolution, samples=options.reference_samples, bounces=bounces,
                            seed=seed, save=str(path))
        if answer.get("error"):
            return None
    return np.load(path)["hdr_color"].astype(np.float64)


def relative_error(image: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Return the root mean square error over the mean, free of the references' own noise."""
    square = np.mean((image - first) * (image - second))
    return float(np.sqrt(max(square, 0.0)) / np.mean(0.5 * (first + second)))
