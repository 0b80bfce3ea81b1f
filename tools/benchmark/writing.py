"""What writing costs: a run that writes its labels against the same run whose writer takes the same annotators and drops them.

Both take turns, frame by frame the same poses, with a recipe's default settings (16 samples, denoised). *basic+coco* are what a
recipe names most; *all* is every format at once but KITTI, whose pictures hold 255 objects. Files lie on the disk, pictures as
PNG, when the clock stops, and what belongs to the whole dataset (``instances.json`` and the like) is made within it. The aim:
within 15 %.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tools.benchmark.annotators import _open, _processor_seconds
from tools.benchmark.sdg import KINDS, SEED, _build_stage, _nothing_written, _randomize

__all__ = ["add_options", "run"]

BASIC = dict.fromkeys(("rgb", "bounding_box_2d_tight", "bounding_box_3d", "semantic_segmentation", "instance_segmentation",
                       "distance_to_camera", "occlusion", "camera_params"), True)
WRITERS: dict[str, dict[str, dict[str, Any]]] = {
    "basic+coco": {"BasicWriter": BASIC, "coco": {}},
    "all": {"BasicWriter": BASIC, "coco": {"panoptic": True}, "yolo": {"task": "segment"}, "voc": {}, "bop": {},
            "webdataset": {}, "huggingface": {}},
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--writers", choices=[*WRITERS, *WRITERS["all"]], default="basic+coco", help="these, or one alone")
    parser.add_argument("--steps", type=int, default=4, help="steps of each kind in a round")
    parser.add_argument("--rounds", type=int, default=3, help="how often the two take turns")
    parser.add_argument("--asset-count", type=int, default=100, help="prims of each of the five kinds")
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--scene", help="measure the first cameras of this scene instead, as it stands")
    parser.add_argument("--resolution", type=int, nargs=2, default=[1280, 720], metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--samples", type=int, default=16, help="colour samples per pixel")
    parser.add_argument("--denoise", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--device", default="cpu")


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    from scenewright.host.activation import activate
    from scenewright.host.settings import get_settings
    from scenewright.host.stage_context import get_context

    activate()
    import omni.replicator.core as rep

    for name in ("device", "samples", "denoise"):
        get_settings().set(f"/scenewright/{name}", getattr(options, name))
    assets, cameras, _ = _open(options) if options.scene else (get_context().new_stage(), *_build_stage(rep, options))[1:]
    products = [rep.create.render_product(camera, tuple(options.resolution), name=f"rp_{index}")
                for index, camera in enumerate(cameras)]
    spent: dict[str, list[tuple[float, float]]] = {"dropped": [], "written": []}
    written = 0
    with tempfile.TemporaryDirectory(prefix="scenewright-writing-") as place:
        for number in range(options.rounds + 1):
            for form, seconds in spent.items():
                folder = Path(place, str(number)) if form == "written" else None
                rng = rep.rng.ReplicatorRNG(seed=SEED + number)
                change = partial(_randomize, rep, rng, assets, cameras) if assets else None
                measured = _round(rep, options, products, folder, change)
                if number:  # the first round compiles kernels and fills caches
                    seconds.append(measured)
        written = sum(path.stat().st_size for path in Path(place).rglob("*") if path.is_file())
    _report(options, spent, written / (options.rounds + 1) / options.steps / options.cameras)


def _round(
    rep: Any, options: argparse.Namespace, products: list[Any], folder: Path | None, change: Callable[[], None] | None
) -> tuple[float, float]:
    """Run the steps of one round and return wall and processor seconds until all is on the disk."""
    real = _writers(options.writers, folder or Path(tempfile.gettempdir()))
    writers = real if folder is not None else [_nothing_written(rep, [one for writer in real for one in writer.annotators])]
    for writer in writers:
        writer.attach(products)
    before, before_processor = time.perf_counter(), _processor_seconds()
    for _ in range(options.steps):
        if change is not None:
            change()
        rep.orchestrator.step()
    rep.orchestrator.wait_until_complete()  # with it goes the end of the run, at which what belongs to the whole is made
    rep.backends.io_queue.wait_until_done()
    measured = time.perf_counter() - before, _processor_seconds() - before_processor
    for writer in writers:
        writer.detach()
    return measured


def _chosen(name: str) -> dict[str, dict[str, Any]]:
    return WRITERS[name] if name in WRITERS else {name: WRITERS["all"][name]}


def _writers(chosen: str, folder: Path) -> list[Any]:
    from scenewright.sdg.writers import create_writer

    writers = []
    for name, parameters in _chosen(chosen).items():
        writers.append(create_writer(name))
        writers[-1].initialize(output_dir=str(folder / name), **parameters)
    return writers


def _report(options: argparse.Namespace, spent: dict[str, list[tuple[float, float]]], size: float) -> None:
    width, height = options.resolution
    scene = options.scene or f"{options.asset_count * len(KINDS)} prims"
    denoised = "denoised" if options.denoise else "not denoised"
    print(f"{scene}, {options.cameras} cameras at {width}x{height}, {options.samples} samples per pixel, {denoised}, "
          f"{options.device}; {', '.join(_chosen(options.writers))}; {size / 2**20:.2f} MiB an image")
    images = options.steps * options.cameras
    for place, kind in enumerate(("wall", "processor")):
        times = {form: [1000.0 * row[place] / images for row in rows] for form, rows in spent.items()}
        line = "".join(f"  {form} {min(row):7.0f} min {statistics.median(row):7.0f} median" for form, row in times.items())
        smallest = min(times["written"]) / min(times["dropped"]) - 1.0
        pairs = [one / two - 1.0 for one, two in zip(times["written"], times["dropped"], strict=True)]
        print(f"  {kind:<10}ms an image:{line}")
        print(f"  {'':<10}writing adds {100 * smallest:+.1f} % (min), {100 * statistics.median(pairs):+.1f} % (median)")
