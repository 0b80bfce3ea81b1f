"""What ground truth beyond Replicator's costs: all annotators together against rgb and depth, on the scene of ``sdg``.

Rounds of steps with rgb and distance_to_image_plane take turns with rounds that ask for every annotator, Replicator's and
Scenewright's. Measured is the processor time of the process in ``rep.orchestrator.step``, all threads together, so that
other work on the machine counts little. The aim: all together at most twice rgb and depth.
"""

import argparse
import resource
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tools.benchmark.sdg import COMPLEX, KINDS, SIMPLE, _build_stage, _nothing_written, _randomize

__all__ = ["add_options", "run"]

OURS = ["amodal_segmentation", "occluders", "optical_flow_backward", "optical_flow_forward", "nocs", "object_pose", "keypoints",
        "part_segmentation", "stereo_disparity"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--steps", type=int, default=3, help="steps of each kind in a round")
    parser.add_argument("--rounds", type=int, default=2, help="how often the kinds take turns")
    parser.add_argument("--asset-count", type=int, default=100, help="prims of each of the five kinds")
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--scene", help="measure the first cameras of this scene instead, as it stands")
    parser.add_argument("--resolution", type=int, nargs=2, default=[1280, 720], metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--samples", type=int, default=1, help="colour samples per pixel")
    parser.add_argument("--bounces", type=int, default=0, help="indirect bounces")
    parser.add_argument("--denoise", action="store_true", help="filter the colour, as recipes and scripts do by default")
    parser.add_argument("--device", default="cpu")


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    from scenewright.host.activation import activate
    from scenewright.host.settings import get_settings
    from scenewright.host.stage_context import get_context

    activate()
    import omni.replicator.core as rep

    for name in ("device", "samples", "bounces", "denoise"):
        get_settings().set(f"/scenewright/{name}", getattr(options, name))
    assets, cameras, rng = _open(options) if options.scene else (get_context().new_stage(), *_build_stage(rep, options))[1:]
    rights = [_add_right_camera(str(camera.GetPath())) for camera in cameras]
    _add_locators(assets)
    products = [rep.create.render_product(camera, tuple(options.resolution), name=f"rp_{index}")
                for index, camera in enumerate(cameras)]
    spent: dict[str, list[float]] = {form: [] for form in ("simple", "ours", "replicator", "all")}
    parts: dict[str, float] = defaultdict(float)
    forms = {"simple": SIMPLE, "ours": [*SIMPLE, *OURS], "replicator": [*SIMPLE, *COMPLEX], "all": [*SIMPLE, *COMPLEX, *OURS]}
    for _ in range(options.rounds):
        for form, annotators in forms.items():
            with _attached(rep, products, rights, dict.fromkeys(annotators)):
                for step in range(options.steps + 1):  # the first has no step before
                    if assets:
                        _randomize(rep, rng, assets, cameras)
                    with _updates_timed(parts if step else {}, form):
                        before = _processor_seconds()
                        rep.orchestrator.step()
                        if step:
                            spent[form].append(_processor_seconds() - before)
    _report(options, spent, parts)


def _report(options: argparse.Namespace, spent: dict[str, list[float]], parts: dict[str, float]) -> None:
    width, height = options.resolution
    scene = options.scene or f"{options.asset_count * len(KINDS)} prims"
    print(f"{scene}, {options.cameras} cameras at {width}x{height}, {options.samples} samples "
          f"per pixel, {options.bounces} bounces, {options.device}; processor time a step, median of "
          f"{options.rounds * options.steps}")
    base = statistics.median(spent["simple"])
    for form, title in (("simple", "rgb and depth"), ("ours", "these and all of ours"),
                        ("replicator", "these and all of Replicator's"), ("all", "these and all of both")):
        seconds = statistics.median(spent[form])
        print(f"  {title:<30}{1000.0 * seconds:9.0f} ms  {seconds / base:5.2f} times")
    for name, seconds in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"    {name:<32}{1000.0 * seconds / options.steps / options.rounds:8.1f} ms")


def _open(options: argparse.Namespace) -> tuple[list[Any], list[Any], None]:
    """Open a scene and return its first cameras."""
    from pxr import UsdGeom

    from scenewright.host.stage_context import get_context

    get_context().open_stage(options.scene)
    cameras = [prim for prim in get_context().get_stage().Traverse() if prim.IsA(UsdGeom.Camera)][:options.cameras]
    if not cameras:
        raise SystemExit(f"{options.scene} has no camera. Give a scene that has one.")
    return [], cameras, None


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _add_right_camera(path: str) -> str:
    """Define a camera 0.1 units to the right of another, below it, and return its path."""
    import omni.usd
    from pxr import Gf, Sdf, UsdGeom

    stage = omni.usd.get_context().get_stage()
    right = stage.DefinePrim(f"{path}/Right", "Camera")
    for attribute in stage.GetPrimAtPath(path).GetAuthoredAttributes():
        if not attribute.GetName().startswith("xformOp"):
            right.CreateAttribute(attribute.GetName(), attribute.GetTypeName()).Set(attribute.Get())
    UsdGeom.XformCommonAPI(right).SetTranslate(Gf.Vec3d(0.1, 0.0, 0.0))
    return str(Sdf.Path(right.GetPath()))


def _add_locators(assets: list[Any]) -> None:
    """Give each object two keypoints."""
    from pxr import Gf, Sdf, UsdGeom

    for prim in assets:
        for name, place in (("top", (0.0, 0.0, 0.5)), ("side", (0.5, 0.0, 0.0))):
            locator = UsdGeom.Xform.Define(prim.GetStage(), prim.GetPath().AppendChild(name))
            locator.GetPrim().CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set(name)
            UsdGeom.XformCommonAPI(locator).SetTranslate(Gf.Vec3d(*place))


@contextmanager
def _attached(rep: Any, products: list[Any], rights: list[str], names: dict[str, None]) -> Iterator[None]:
    """Attach a writer that drops its data to all products; annotators of pairs of cameras are attached one by one."""
    from scenewright.sdg.annotators import get

    writer = _nothing_written(rep, [name if name not in OURS else get(name) for name in names if name != "stereo_disparity"])
    writer.attach(products)
    pairs = []
    if "stereo_disparity" in names:
        pairs = [get("stereo_disparity", {"right": right}) for right in rights]
        for annotator, product in zip(pairs, products, strict=True):
            annotator.attach(product)
    try:
        yield
    finally:
        writer.detach()
        for annotator in pairs:
            annotator.detach()


@contextmanager
def _updates_timed(parts: dict[str, float], form: str) -> Iterator[None]:
    """Add up what the annotators of the fullest form take, by name."""
    from scenewright.replicator.annotators import Annotator

    original = Annotator._update

    def timed(self: Any, capture: Any) -> None:
        before = _processor_seconds()
        original(self, capture)
        if form == "all":
            parts[self.template_name] = parts.get(self.template_name, 0.0) + _processor_seconds() - before

    Annotator._update = timed
    try:
        yield
    finally:
        Annotator._update = original
