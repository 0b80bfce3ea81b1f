"""Meshes whose truth is known."""

import numpy as np
import pytest

from scenewright.sdg.variation.meshes import TriangleMesh


@pytest.fixture
def generator():
    """Return a generator of the kind that recipes draw from."""
    from scenewright.sdg.recipe.streams import stream

    return lambda draw=0, node="test": stream(7, node, 0, 0, draw)


@pytest.fixture
def sheet():
    """Return a function that makes a height field over [-half, half]^2, with texture coordinates and x as its primvar."""

    def make(cells=20, half=1.0, height=lambda x, y: 0.0 * x):
        ticks = np.linspace(-half, half, cells + 1)
        x, y = np.meshgrid(ticks, ticks, indexing="ij")
        points = np.stack([x, y, height(x, y)], axis=-1).reshape(-1, 3)
        number = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1)
        a, b, c, d = (part.ravel() for part in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
        triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]).astype(np.int32)
        uvs = ((points[:, :2] + half) / (2.0 * half))[triangles].astype(np.float32)
        return TriangleMesh(points, triangles, uvs, uvs[..., 0])

    return make


@pytest.fixture
def box():
    """Return a function that makes a closed box around the origin."""

    def make(x=1.0, y=1.0, z=1.0, center=(0.0, 0.0, 0.0)):
        corners = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (-0.5, 0.5)]) * [x, y, z] + center
        quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
        return TriangleMesh(corners, np.array(triangles, dtype=np.int32))

    return make
