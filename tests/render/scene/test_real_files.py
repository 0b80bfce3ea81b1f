"""Files that nobody here made: those inside the newton wheel, where it is installed."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from pxr import Usd

from scenewright.render.scene.asset_errors import unresolved_assets


@pytest.mark.parametrize(
    ("name", "instances", "triangles"),
    [("bunny.usd", 1, 12200), ("bear.usd", 1, 3968), ("crazyflie.usd", 12, 6726), ("unisex_shirt.usd", 1, 12736),
     ("humanoid.usda", 19, 0), ("rj45_plug.usd", 4, 3686)],
)
def test_assets_of_newton(open_scene, name, instances, triangles):
    found = importlib.util.find_spec("newton")
    if found is None:
        pytest.skip("newton is not installed")
    path = Path(found.origin).parent / "examples" / "assets" / name
    if not path.exists():
        pytest.skip(f"this newton has no {name}")
    stage = Usd.Stage.Open(str(path))
    scene = open_scene(stage)
    assert unresolved_assets(stage) == []
    assert len(scene.instances) == instances
    assert sum(len(mesh.triangles) for mesh in scene.meshes.values()) == triangles
    for mesh in scene.meshes.values():
        np.testing.assert_allclose(np.linalg.norm(mesh.corner_normals, axis=1), 1, atol=1e-5)
