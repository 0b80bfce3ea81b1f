"""The workload of Isaac Sim's ``benchmark_sdg``: 500 labelled prims, two cameras at 1280x720, nothing written.

Each step draws new poses, scales and colours for all prims (cubes, cones, cylinders, spheres and tori in equal parts) and new
poses for the cameras, then captures. *simple* asks for rgb and distance_to_image_plane, *complex* for every annotator.
Images per second are cameras times steps over the time of the loop, after one step that warms up. NVIDIA publishes 8.6 images/s
for the simple form on its best RTX GPU.
"""

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["add_options", "run"]

SIMPLE = ["rgb", "distance_to_image_plane"]
COMPLEX = ["rgb", "bounding_box_2d_tight_fast", "bounding_box_2d_loose_fast", "semantic_segmentation",
           "instance_id_segmentation_fast", "instance_segmentation_fast", "distance_to_camera", "distance_to_image_plane",
           "bounding_box_3d_fast", "occlusion", "normals", "motion_vectors", "camera_params", "pointcloud"]
KINDS = ("cube", "cone", "cylinder", "sphere", "torus")
SEED = 11


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--form", choices=["simple", "complex", "both"], default="both")
    parser.add_argument("--steps", type=int, default=10, help="steps that are measured")
    parser.add_argument("--asset-count", type=int, default=100, help="prims of each of the five kinds")
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--resolution", type=int, nargs=2, default=[1280, 720], metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--samples", type=int, default=1, help="colour samples per pixel")
    parser.add_argument("--bounces", type=int, default=0, help="indirect bounces")
    parser.add_argument("--denoise", action="store_true", help="filter the colour, as recipes and scripts do by default")
    parser.add_argument("--device", default="cpu")


def run(options: argparse.Namespace) -> None:
    """Run the chosen forms and print what was measured."""
    width, height = options.resolution
    denoised = "denoised" if options.denoise else "not denoised"
    print(f"{options.asset_count * len(KINDS)} prims, {options.cameras} cameras at {width}x{height}, {options.samples} samples "
          f"per pixel, {options.bounces} bounces, {denoised}, {options.device}, {options.steps} steps")
    for form, annotators in (("simple", SIMPLE), ("complex", COMPLEX)):
        if options.form in (form, "both"):
            _measure(form, annotators, options)


def _measure(form: str, annotators: list[str], options: argparse.Namespace) -> None:
    from scenewright.host.activation import activate
    from scenewright.host.settings import get_settings
    from scenewright.host.stage_context import get_context

    activate()
    import omni.replicator.core as rep

    get_settings().set("/scenewright/device", options.device)
    get_settings().set("/scenewright/samples", options.samples)
    get_settings().set("/scenewright/bounces", options.bounces)
    get_settings().set("/scenewright/denoise", options.denoise)
    get_context().new_stage()
    assets, cameras, rng = _build_stage(rep, options)
    products = [rep.create.render_product(camera, tuple(options.resolution), name=f"rp_{i}")
                for i, camera in enumerate(cameras)]
    writer = _nothing_written(rep, annotators)
    writer.attach(products)
    with _stages_timed() as seconds:
        for step in range(options.steps + 1):
            if step == 1:
                seconds.clear()
                begin, begin_cpu = time.perf_counter(), time.process_time()
            before = time.perf_counter()
            _randomize(rep, rng, assets, cameras)
            seconds["randomize"] += time.perf_counter() - before
            rep.orchestrator.step()
        total, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    writer.detach()
    for product in products:
        product.destroy()
    images = options.steps * options.cameras
    print(f"\n{form}: {images / total:.3f} images/s ({1000.0 * total / images:.0f} ms an image, "
          f"{1000.0 * cpu / images:.0f} ms of all processors together)")
    seconds["everything else"] = total - sum(seconds.values())
    for stage, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"  {stage:<18}{1000.0 * spent / options.steps:9.1f} ms a step {100.0 * spent / total:5.1f} %")
    print(f"  peak memory       {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0:9.0f} MiB")


def _build_stage(rep: Any, options: argparse.Namespace) -> tuple[list[Any], list[Any], Any]:
    rep.functional.create.xform(name="World")
    rep.functional.create.distant_light(intensity=2000, parent="/World", name="DistantLight")
    rep.functional.create.dome_light(intensity=400, parent="/World", name="DomeLight")
    rep.set_global_seed(SEED)
    rng = rep.rng.ReplicatorRNG(seed=SEED)
    assets = []
    for kind in KINDS:
        assets += getattr(rep.functional.create_batch, kind)(count=options.asset_count, parent="/World", name=kind.capitalize(),
                                                             semantics={"class": kind})
    cameras = rep.functional.create_batch.camera(count=options.cameras, parent="/World", name="Camera")
    return assets, cameras, rng


def _randomize(rep: Any, rng: Any, assets: list[Any], cameras: list[Any]) -> None:
    draw = rng.generator.uniform
    rep.functional.modify.pose(prims=assets, position_value=draw((-3, -3, -3), (3, 3, 3), size=(len(assets), 3)),
                               rotation_value=draw((0, 0, 0), (360, 360, 360), size=(len(assets), 3)),
                               scale_value=draw(0.1, 1, size=len(assets)))
    rep.functional.randomizer.display_color(assets, rng=rng)
    rep.functional.modify.pose(prims=cameras, position_value=draw((5, 5, 5), (10, 10, 10), size=(len(cameras), 3)),
                               look_at_value=(0, 0, 0), look_at_up_axis=(0, 0, 1))


def _nothing_written(rep: Any, annotators: list[str]) -> Any:
    class CountingWriter(rep.Writer):
        """Takes every annotator's data and drops it."""

        def __init__(self) -> None:
            self.annotators = annotators

        def write(self, data: dict[str, Any]) -> None:
            """Drop ``data``."""

    return CountingWriter()


@contextmanager
def _stages_timed() -> Iterator[dict[str, float]]:
    """Time the stages of a frame by wrapping the methods that do them, for as long as the context is open."""
    from scenewright.render import Renderer
    from scenewright.replicator.annotators import Annotator

    seconds: dict[str, float] = defaultdict(float)
    wrapped = [(Renderer, "sync", "sync"), (Renderer, "render", "render"), (Annotator, "_update", "annotate")]
    originals = [getattr(owner, name) for owner, name, _ in wrapped]
    inside: list[str] = []

    def timed(function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            begin, outer = time.perf_counter(), inside[-1] if inside else None
            inside.append(stage)
            try:
                return function(*arguments, **keywords)
            finally:
                inside.pop()
                spent = time.perf_counter() - begin
                seconds[stage] += spent
                if outer is not None:
                    seconds[outer] -= spent
        return call

    for (owner, name, stage), original in zip(wrapped, originals, strict=True):
        setattr(owner, name, timed(original, stage))
    try:
        yield seconds
    finally:
        for (owner, name, _), original in zip(wrapped, originals, strict=True):
            setattr(owner, name, original)
