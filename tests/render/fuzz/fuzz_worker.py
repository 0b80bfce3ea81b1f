"""Runs fuzz cases, one line of JSON each: ``python fuzz_worker.py FIRST COUNT``. The seed is printed before its case begins."""

import contextlib
import json
import logging
import random
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
from fuzz_stages import CAMERA, StageMaker, damage, edit, write_pictures
from pxr import Tf, Usd

from scenewright.render import BUFFERS, Fog, Renderer, RenderSettings
from scenewright.render.scene.errors import SceneError

SIZE = (16, 12)
STEPS = 3
_HISTORY = {"motion_vectors"}  # depends on the step before, which a new renderer does not know


def choose_settings(rng: random.Random) -> RenderSettings:
    """Return random settings of our two modes."""
    mode = rng.choice(["real-time", "path-traced"])
    return RenderSettings(
        mode=mode, samples=rng.choice([1, 1, 3]), bounces=rng.choice([None, 0, 2]) if mode == "real-time" else 3,
        denoise=rng.random() < 0.2, auto_exposure=rng.random() < 0.2, motion_slices=rng.choice([0, 0, 0, 2]),
        fog=Fog(0.1, falloff=0.1) if rng.random() < 0.2 else None, seed=rng.randrange(100),
        tone_map=rng.choice(["aces", "linear", "hable", "reinhard"]))


def draw(renderer: Renderer, time: Usd.TimeCode, buffers: list[str], settings: RenderSettings) -> dict[str, np.ndarray] | str:
    """Return the buffers, or what the SceneError says."""
    try:
        renderer.sync(time)
        frame = renderer.render(CAMERA, SIZE, buffers, settings)
        arrays = {name: frame[name].copy() for name in buffers}
        coverage = frame.coverage(frame.labels())
        arrays["crossed"] = coverage.pixels
        arrays["prim_paths"] = np.array(frame.prim_paths)
        return arrays
    except SceneError as error:
        return str(error)


def faults_of(arrays: dict[str, np.ndarray]) -> list[str]:
    """Return the buffers that hold what no buffer may."""
    found = []
    for name, array in arrays.items():
        if not np.issubdtype(array.dtype, np.floating):
            continue
        bad = ~np.isfinite(array)
        if name.startswith("distance"):
            bad &= ~(np.isposinf(array) & (arrays["prim_id"] == 0))
        if bad.any():
            found.append(f"{name} is {array[bad][0]} at {np.argwhere(bad)[0].tolist()}")
        if name in ("hdr_color", "albedo", "roughness", "emission") and (array < 0).any():
            found.append(f"{name} is negative: {array.min()}")
    return found


def compare(now: dict[str, np.ndarray] | str, fresh: dict[str, np.ndarray] | str) -> list[str]:
    """Return where a renderer that followed the stage differs from a new one."""
    if isinstance(now, str) or isinstance(fresh, str):
        return [] if isinstance(now, str) and isinstance(fresh, str) else [
            f"followed: {now if isinstance(now, str) else 'a frame'}; new: {fresh if isinstance(fresh, str) else 'a frame'}"]
    return [f"{name} differs from a new renderer's" for name in now
            if name not in _HISTORY and now[name].tobytes() != fresh[name].tobytes()]


def try_to(change: Callable[[Usd.Stage, random.Random], None], stage: Usd.Stage, rng: random.Random) -> None:
    """Change the stage, unless USD itself refuses that."""
    with contextlib.suppress(Tf.ErrorException):
        change(stage, rng)


def run_case(seed: int, pictures: list[str]) -> dict:
    """Return {"seed", "frames", "errors", "faults"} of one case."""
    rng = random.Random(seed)
    stage = StageMaker(rng.randrange(2**31), pictures).make()
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        try_to(damage, stage, rng)
    settings = choose_settings(rng)
    buffers = sorted(BUFFERS)
    timed = rng.random() < 0.5
    result = {"seed": seed, "frames": 0, "errors": [], "faults": []}
    renderer = Renderer(stage, threads=1)
    try:
        for step in range(STEPS):
            time = Usd.TimeCode(0.5 * step) if timed else Usd.TimeCode.Default()
            if step:
                renderer.begin_step()
                for _ in range(rng.randint(0, 3)):
                    try_to(damage if rng.random() < 0.25 else edit, stage, rng)
            now = draw(renderer, time, buffers, settings)
            if isinstance(now, str):
                result["errors"].append(now)
            else:
                result["frames"] += 1
                result["faults"] += [f"step {step}: {fault}" for fault in faults_of(now)]
            if step and settings.motion_slices < 2:
                other = Renderer(stage, threads=1)
                fresh = draw(other, time, buffers, settings)
                other.close()
                result["faults"] += [f"step {step}: {fault}" for fault in compare(now, fresh)]
    except Exception:  # whatever it is, it is the finding
        result["faults"].append(traceback.format_exc(limit=-4))
    finally:
        renderer.close()
    return result


def main(first: int, count: int) -> None:
    """Run cases ``first`` to ``first + count - 1``."""
    logging.disable(logging.CRITICAL)
    np.seterr(all="ignore")
    with tempfile.TemporaryDirectory() as folder:
        pictures = write_pictures(Path(folder))
        for seed in range(first, first + count):
            print(f"seed {seed}", flush=True)
            print(json.dumps(run_case(seed, pictures)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
