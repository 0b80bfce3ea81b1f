"""Variation with Warp kernels: how long scatter, placement, settling, bakes and randomized poses take, and how well they keep.

Everything is measured warm, on procedural surfaces and the meshes of ``usd_scenes/tabletop``; distances are checked with
scipy, interpenetration with trimesh and FCL where they are installed (``pip install trimesh python-fcl``).
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

__all__ = ["add_options", "run"]

ASSETS = Path(__file__).parents[2] / "usd_scenes/tabletop/assets"
CASES = ("scatter", "place", "settle", "vary", "bake", "sky", "camera")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--only", choices=CASES, nargs="+", default=CASES)
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts")


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    for case in options.only:
        globals()[f"measure_{case}"](options.repeat)


def best(repeat: int, work: Callable[[], object]) -> tuple[float, float, object]:
    """Return the shortest wall time [s], the shortest CPU time [s] and the last result, after one run that warms up."""
    work()
    walls, processors, result = [], [], None
    for _ in range(max(repeat, 1)):
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return min(walls), min(processors), result


def hilly(cells: int = 225) -> object:
    """Return a hilly surface of two times (cells - 1)^2 triangles."""
    from scenewright.sdg.variation.meshes import TriangleMesh

    ticks = np.linspace(-1.0, 1.0, cells)
    x, y = np.meshgrid(ticks, ticks, indexing="ij")
    points = np.stack([x, y, 0.15 * np.sin(4.0 * x) * np.cos(3.0 * y)], axis=-1).reshape(-1, 3)
    number = np.arange(cells * cells).reshape(cells, cells)
    a, b, c, d = (part.ravel() for part in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
    return TriangleMesh(points, np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32))


def tabletop(skip: tuple[str, ...] = ("backdrop",)) -> list:
    """Return the meshes of the tabletop's objects that are at most 60 cm large, in metres."""
    from pxr import Usd

    from scenewright.sdg.variation.meshes import mesh_of

    found = []
    for file in sorted(ASSETS.glob("*/*.usda")):
        if not any(word in file.stem for word in skip):
            stage = Usd.Stage.Open(str(file))
            mesh = mesh_of([stage.GetDefaultPrim()])
            if np.ptp(mesh.points, axis=0).max() <= 0.6:
                found.append((file.stem, mesh))
    return found


def square(half: float) -> object:
    """Return a square floor."""
    from scenewright.sdg.variation.meshes import TriangleMesh

    corners = np.array([[-half, -half, 0], [half, -half, 0], [half, half, 0], [-half, half, 0]], dtype=float)
    return TriangleMesh(corners, np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32))


def measure_scatter(repeat: int) -> None:
    from scipy.spatial import cKDTree

    from scenewright.sdg.variation.poisson import maximal_count, scatter_points

    surface = hilly()
    wall, processor, points = best(repeat, lambda: scatter_points(surface, np.random.default_rng(1), count=100_000))
    apart = cKDTree(points.positions).query(points.positions, k=2)[0][:, 1].min()
    share = len(points) / maximal_count(points.area, points.radius)
    print(f"scatter: {len(points)} points on {len(surface.triangles)} triangles, {100 * share:.1f} % of the hexagonal lattice, "
          f"closest pair {apart / points.radius:.5f} radii; {wall:.2f} s wall, {processor:.2f} s CPU", flush=True)


def covered(meshes: list[tuple[np.ndarray, np.ndarray]], half: float, pixels: int = 1500) -> float:
    """Return the share of a floor that triangles cover, seen from above; those that face down are behind others."""
    from PIL import Image, ImageDraw

    picture = Image.new("1", (pixels, pixels))
    draw = ImageDraw.Draw(picture)
    for points, triangles in meshes:
        flat = (points[:, :2] + half) * (pixels / (2.0 * half)) - 0.5
        a, b, c = np.swapaxes(flat[triangles], 0, 1)
        up = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) > (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        for corners in flat[triangles[up]]:
            draw.polygon([tuple(corner) for corner in corners], fill=1)
    return float(np.asarray(picture).mean())


def measure_place(repeat: int) -> None:
    from scenewright.sdg.variation.placement import MeshShape, place_meshes

    meshes, rng = tabletop(), np.random.default_rng(0)
    shapes = []
    for index in range(1000):
        name, mesh = meshes[rng.integers(len(meshes))]
        shapes.append(MeshShape(mesh, np.eye(3) * rng.uniform(0.7, 1.3), f"/World/{name}_{index}"))
    half = 3.0
    wall, processor, found = best(repeat, lambda: place_meshes(shapes, square(half), np.random.default_rng(5)))
    posed = []
    for shape, position, degrees in zip(shapes, found.positions, found.angles, strict=True):
        angle = np.radians(degrees)
        turn = np.array([[np.cos(angle), np.sin(angle), 0.0], [-np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
        posed.append((shape.mesh.points @ shape.linear @ turn + position, shape.mesh.triangles))
    print(f"place: {found.summary()} They cover {100 * covered(posed, half):.1f} % of the floor; {touching(posed)}; "
          f"{wall:.2f} s wall, {processor:.2f} s CPU", flush=True)


def touching(posed: list[tuple[np.ndarray, np.ndarray]]) -> str:
    """Return in words how many pairs of meshes FCL finds in collision."""
    try:
        import fcl  # noqa: F401
        import trimesh
    except ImportError as error:
        return f"interpenetration not checked ({error})"
    manager = trimesh.collision.CollisionManager()
    for index, (points, triangles) in enumerate(posed):
        manager.add_object(str(index), trimesh.Trimesh(points, triangles, process=False))
    _, names = manager.in_collision_internal(return_names=True)
    return f"{len(names)} pairs touch (FCL)"


def measure_settle(repeat: int) -> None:
    from scenewright.sdg.variation.settling import settle_meshes

    meshes = [mesh for _, mesh in tabletop(("backdrop", "table", "napkin", "vase"))]
    bodies = [meshes[index % len(meshes)] for index in range(100)]
    settle_meshes(bodies[:4], square(0.8), np.random.default_rng(0), seconds=0.2)  # loads kernels
    for seed in range(2, 2 + max(repeat, 1)):
        wall, processor = time.perf_counter(), time.process_time()
        found = settle_meshes(bodies, square(0.8), np.random.default_rng(seed))
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        print(f"settle: of {len(bodies)} hulls {found.kept.sum()} lie at rest, {found.fell.sum()} fell off, "
              f"{(~found.kept & ~found.fell).sum()} did not come to rest in {found.seconds:.1f} s (seed {seed}); "
              f"{wall:.1f} s wall, {processor:.1f} s CPU", flush=True)


def measure_vary(repeat: int) -> None:
    from pxr import Usd, UsdGeom

    from scenewright.sdg.variation.population import PopulationRanges, PopulationVariation

    stage = Usd.Stage.CreateInMemory()
    prims = [UsdGeom.Cube.Define(stage, f"/World/Cube_{index}").GetPrim() for index in range(500)]
    variation = PopulationVariation(prims, PopulationRanges(([-1] * 3, [1] * 3), ([0] * 3, [360] * 3), ([0.5] * 3, [2] * 3),
                                                            ([0] * 3, [1] * 3)))
    rng = np.random.default_rng(0)
    wall, processor, _ = best(100 * repeat, lambda: variation.apply(rng))
    print(f"vary: pose, scale and colour of 500 prims in {1e3 * wall:.2f} ms wall, {1e3 * processor:.2f} ms CPU a step",
          flush=True)


def measure_bake(repeat: int) -> None:
    from scenewright.sdg.variation.textures import TEXTURES, bake_texture

    for kind in TEXTURES:
        wall, processor, _ = best(repeat, lambda kind=kind: bake_texture(kind, np.random.default_rng(7), resolution=1024))
        print(f"bake: {kind} at 1024 x 1024 in {1e3 * wall:.0f} ms wall, {1e3 * processor:.0f} ms CPU", flush=True)


def measure_sky(repeat: int) -> None:
    from datetime import UTC, datetime

    from scenewright.sdg.variation.sky import make_sun_sky

    noon = datetime(2025, 6, 21, 10, tzinfo=UTC)
    wall, processor, sky = best(repeat, lambda: make_sun_sky(noon, 47.4, 8.5, width=512))
    print(f"sky: 512 x 256 in {1e3 * wall:.1f} ms wall, {1e3 * processor:.1f} ms CPU; sun {sky.sun_illuminance:.0f} lx, "
          f"sky {sky.sky_illuminance:.0f} lx", flush=True)


def measure_camera(repeat: int) -> None:
    from scenewright.sdg.variation.image_chain import CameraImage

    picture = np.random.default_rng(0).integers(0, 256, (720, 1280, 4), dtype=np.uint8)
    chain = CameraImage(vignetting=0.3, aberration=1.5, blur=0.8, photons=8000.0, read_noise=3.0, mosaic=True, jpeg=90)
    wall, processor, _ = best(repeat, lambda: chain.apply(picture, 1))
    print(f"camera: all steps at 1280 x 720 in {1e3 * wall:.0f} ms wall, {1e3 * processor:.0f} ms CPU", flush=True)
