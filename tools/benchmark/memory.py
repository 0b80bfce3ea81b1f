"""Resident memory over a long run of a recipe: what it is after frame 50 and after the last frame."""

import argparse
import tempfile
from pathlib import Path

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--recipe", default=str(Path(__file__).parents[2] / "usd_scenes/tabletop/recipe.yaml"))
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")


def run(options: argparse.Namespace) -> None:
    """Generate the frames in this process and print resident memory every 50 frames."""
    from scenewright.host.activation import activate

    activate()
    from scenewright.sdg.dataset.request import GenerateRequest
    from scenewright.sdg.dataset.run import generate

    resident: dict[int, float] = {}
    done = 0

    def report(_: int) -> None:
        nonlocal done
        done += 1
        if done % 50 == 0:
            resident[done] = _resident_mib()
            print(f"  after frame {done:4d}: {resident[done]:.1f} MiB", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        request = GenerateRequest(options.recipe, folder, str(options.frames), overrides=tuple(options.overrides))
        generate(request, on_frame=report)
    first, last = min(resident), max(resident)
    print(f"growth from frame {first} to frame {last}: {resident[last] - resident[first]:.1f} MiB")


def _resident_mib() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    raise OSError("This system does not tell resident memory in /proc/self/status.")
