"""Resident memory: over a long run of a recipe, over many edits of a scene, and of one very large scene.

*recipe*: what it is after frame 50 and after the last frame. *edits*: a scene that is moved, recoloured, hidden, added to and
taken from, synced after each edit and rendered now and then. *large*: one mesh of N triangles and a point instancer of N
spheres, synced and rendered; the peak counts everything, the stage and the imports included.
"""

import argparse
import resource
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--part", choices=["recipe", "edits", "large"], default="recipe")
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--count", type=int, default=1_000_000, help="triangles, and instances, of the large scene")
    parser.add_argument("--recipe", default=str(Path(__file__).parents[2] / "usd_scenes/tabletop/recipe.yaml"))
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")


def run(options: argparse.Namespace) -> None:
    """Run the chosen part and print resident memory."""
    {"recipe": _run_recipe, "edits": _run_edits, "large": _run_large}[options.part](options)


def _run_recipe(options: argparse.Namespace) -> None:
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


def _run_edits(options: argparse.Namespace) -> None:
    from pxr import Gf, Usd, UsdGeom

    from scenewright.render import Renderer

    stage, camera = _lit_stage()
    paths = [f"/World/cube{k}" for k in range(50)]
    for path in paths:
        cube = UsdGeom.Cube.Define(stage, path)
        cube.AddTranslateOp()
        cube.CreateDisplayColorAttr([(1, 0, 0)])
    renderer = Renderer(stage)
    for step in range(options.edits + 1):
        prim = stage.GetPrimAtPath(paths[step % len(paths)])
        UsdGeom.Gprim(prim).GetDisplayColorAttr().Set([(step % 7 / 7, 0, 1)])
        prim.GetAttribute("xformOp:translate").Set(Gf.Vec3d(step % 11, step % 13, 0))
        UsdGeom.Imageable(prim).CreateVisibilityAttr("invisible" if step % 3 == 0 else "inherited")
        if stage.GetPrimAtPath("/World/guest"):
            stage.RemovePrim("/World/guest")
        else:
            _add_grid(stage, "/World/guest", 200 + step % 5)
        renderer.sync(Usd.TimeCode(step))
        if step % 10 == 0:
            renderer.render(camera, (32, 18), ["ldr_color", "instance_id"])
        if step in (options.edits // 5, options.edits):
            print(f"  after edit {step:5d}: {_resident_mib():.1f} MiB", flush=True)
    renderer.close()


def _run_large(options: argparse.Namespace) -> None:
    import numpy as np
    from pxr import UsdGeom, Vt

    from scenewright.render import Renderer

    stage, camera = _lit_stage()
    print(f"  with nothing read: {_resident_mib():.1f} MiB")
    _add_grid(stage, "/World/ground", options.count)
    many = UsdGeom.PointInstancer.Define(stage, "/World/many")
    UsdGeom.Sphere.Define(stage, "/World/many/protos/ball").CreateRadiusAttr(0.004)
    many.CreatePrototypesRel().SetTargets(["/World/many/protos/ball"])
    many.CreateProtoIndicesAttr(Vt.IntArray(options.count, 0))
    places = np.random.default_rng(0).uniform((-5, -5, 0), (5, 5, 2), (options.count, 3)).astype(np.float32)
    many.CreatePositionsAttr(Vt.Vec3fArray.FromNumpy(places))
    print(f"  with the stage made: {_resident_mib():.1f} MiB", flush=True)
    renderer = Renderer(stage)
    renderer.sync()
    print(f"  synced: {_resident_mib():.1f} MiB", flush=True)
    renderer.render(camera, (640, 360), ["ldr_color", "instance_id", "distance_to_camera"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(f"  rendered: {_resident_mib():.1f} MiB, peak {peak:.1f} MiB")


def _lit_stage() -> tuple[Any, str]:
    from pxr import Usd, UsdGeom, UsdLux

    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdLux.DomeLight.Define(stage, "/World/Sky").CreateIntensityAttr(500)
    camera = UsdGeom.Camera.Define(stage, "/World/Camera")
    camera.AddTranslateOp().Set((0, 0, 20))
    return stage, str(camera.GetPath())


def _add_grid(stage: Any, path: str, triangles: int) -> None:
    """Define a bumpy square of at least so many triangles."""
    import numpy as np
    from pxr import UsdGeom, Vt

    side = int(np.ceil((triangles / 2) ** 0.5))
    u, v = np.meshgrid(np.linspace(-5, 5, side + 1), np.linspace(-5, 5, side + 1))
    points = np.stack([u, v, 0.1 * np.sin(7 * u) * np.cos(5 * v)], axis=-1).reshape(-1, 3).astype(np.float32)
    corner = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).reshape(-1, 1)
    quads = corner + np.array([0, 1, side + 2, side + 1])
    faces = quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1).astype(np.int32)
    mesh = UsdGeom.Mesh.Define(stage, path)
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(faces))
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray(len(faces) // 3, 3))
    mesh.CreateSubdivisionSchemeAttr("none")


def _resident_mib() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    raise OSError("This system does not tell resident memory in /proc/self/status.")
