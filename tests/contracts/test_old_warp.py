"""The product's Warp kernels compile and run with the oldest Warp that Kit carries: 1.8 (Isaac Sim 5.1 has 1.8.2)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = Path(os.environ.get("SCENEWRIGHT_OLD_WARP", Path(__file__).parents[2] / ".venv/old_warp"))
WANTED = "warp-lang>=1.8,<1.9"

SCRIPT = """
import json, sys
import numpy as np
import warp as wp
sys.path.insert(0, "exts/scenewright.sdg")
wp.config.quiet = True
from scenewright.sdg.variation.displacement_kernels import displace
from scenewright.sdg.variation.image_chain import CameraImage
from scenewright.sdg.variation.meshes import TriangleMesh
from scenewright.sdg.variation.placement import MeshShape, place_meshes
from scenewright.sdg.variation.poisson import scatter_points
from scenewright.sdg.variation.population import PopulationRanges, PopulationVariation
from scenewright.sdg.variation.sky import make_sun_sky
from scenewright.sdg.variation.textures import TEXTURES, bake_texture
from datetime import datetime, timezone
from pxr import Usd, UsdGeom

corners = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (-0.5, 0.5)])
quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
box = TriangleMesh(corners, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], np.int32))
ground = np.array([[-3, -3, 0], [3, -3, 0], [3, 3, 0], [-3, 3, 0]], float)
floor = TriangleMesh(ground, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
rng = lambda: np.random.Generator(np.random.Philox(key=5))
points = scatter_points(floor, rng(), radius=0.2, exclusion=box, clearance=0.1).positions
placed = place_meshes([MeshShape(box, np.eye(3) * 0.8)] * 8, floor, rng(), obstacles=[MeshShape(box)], gap=0.02)
stage = Usd.Stage.CreateInMemory()
prims = [UsdGeom.Cube.Define(stage, f"/C{i}").GetPrim() for i in range(4)]
drawn = PopulationVariation(prims, PopulationRanges(position=([0, 0, 0], [1, 1, 1]))).apply(rng())["position"]
moved = wp.zeros(8, dtype=wp.vec3, device="cpu")
rows = wp.array(corners.astype(np.float32), dtype=wp.vec3, device="cpu")
wp.launch(displace, 8, [0, wp.uint32(3), 2.0, 3, 0.5, 0.1, 0.0, wp.vec3(1.0, 2.0, 3.0), rows, rows, moved], device="cpu")
bakes = {kind: int(bake_texture(kind, rng(), resolution=256).color.sum()) for kind in TEXTURES}
picture = np.full((32, 32, 3), 128, np.uint8)
chain = CameraImage(vignetting=0.3, aberration=1.0, blur=1.0, photons=500.0, read_noise=2.0, mosaic=True).apply(picture, 1)
sky = make_sun_sky(datetime(2025, 6, 21, 10, tzinfo=timezone.utc), 47.0, 8.0, width=32)
print("RESULT " + json.dumps({
    "warp": wp.config.version, "points": len(points), "sum": float(np.abs(points).sum()), "placed": int(placed.placed.sum()),
    "positions": placed.positions.round(4).tolist(), "drawn": drawn.tolist(), "moved": moved.numpy().tolist(), "bakes": bakes,
    "chain": int(chain.sum()), "sky": sky.sky_illuminance}))
"""


def results_of(python: str) -> dict:
    """Return what the script computes with an interpreter."""
    environment = {**os.environ, "PYTHONPATH": "", "SCENEWRIGHT_THREADS": "2", "PYTHONWARNINGS": "ignore",
                   "WARP_CACHE_PATH": str(ENVIRONMENT / "kernel_cache")}  # Warp 1.19 warns of what older ones leave in its own
    done = subprocess.run([python, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT ")).removeprefix("RESULT "))


@pytest.fixture(scope="module")
def old_python():
    """Return the interpreter of an environment with Warp 1.8, made on first use; skip where that is not possible."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    packages = [WANTED, "numpy", "usd-core", "pillow", "pyyaml", "ruamel.yaml", "pydantic"]
    done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{WANTED} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return str(python)


@pytest.mark.verify
def test_kernels_run_with_the_oldest_warp_of_kit(old_python):
    import numpy as np

    old, new = results_of(old_python), results_of(sys.executable)
    assert old.pop("warp").startswith("1.8.")
    new.pop("warp")
    assert old["placed"] == new["placed"] == 8
    assert abs(old["points"] - new["points"]) <= 0.02 * new["points"]  # compilers round differently, and fronts amplify that
    assert np.allclose(old["positions"], new["positions"], atol=1e-3)
    assert np.allclose(old["drawn"], new["drawn"], atol=1e-6) and np.allclose(old["moved"], new["moved"], atol=1e-5)
    assert all(abs(old["bakes"][kind] - total) <= 1e-3 * total for kind, total in new["bakes"].items())
    assert abs(old["chain"] - new["chain"]) <= 1e-3 * new["chain"] and np.isclose(old["sky"], new["sky"], rtol=1e-4)
