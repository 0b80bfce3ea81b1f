"""Scatter and placement against slow numpy twins that decide by brute force."""

from collections import Counter

import numpy as np
import pytest

from scenewright.sdg.variation import placement_kernels as kernels
from scenewright.sdg.variation import poisson
from scenewright.sdg.variation.meshes import TriangleMesh, is_closed
from scenewright.sdg.variation.placement import MeshShape, _Table
from scenewright.sdg.variation.volumes import within


def distances(points, corners):
    """Return the distances of points (N, 3) to triangles (T, 3, 3), shape (N, T): to the plane inside, else to the edges."""
    a, b, c = np.swapaxes(corners, 0, 1)
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    inside, nearest = np.ones((len(points), len(corners)), dtype=bool), np.full((len(points), len(corners)), np.inf)
    for start, end in ((a, b), (b, c), (c, a)):
        along, offset = end - start, points[:, None] - start
        inside &= np.einsum("ntk,tk->nt", offset, np.cross(normals, along)) >= 0.0
        share = np.clip(np.einsum("ntk,tk->nt", offset, along) / (along**2).sum(axis=1), 0.0, 1.0)
        nearest = np.minimum(nearest, np.linalg.norm(offset - share[..., None] * along, axis=2))
    return np.where(inside, np.abs(np.einsum("ntk,tk->nt", points[:, None] - a, normals)), nearest)


def windings(points, corners):
    """Return how often a surface goes around points (van Oosterom and Strackee 1983), shape (N,)."""
    a, b, c = (corners[:, k] - points[:, None] for k in range(3))
    la, lb, lc = (np.linalg.norm(side, axis=2) for side in (a, b, c))
    above = np.einsum("ntk,ntk->nt", a, np.cross(b, c))
    dots = [np.einsum("ntk,ntk->nt", first, second) for first, second in ((a, b), (b, c), (c, a))]
    below = la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb
    return 2.0 * np.arctan2(above, below).sum(axis=1) / (4.0 * np.pi)


def crossed(first, second):
    """Return whether an edge of triangles (A, 3, 3) pierces a triangle of others (B, 3, 3)."""
    a, b, c = np.swapaxes(second, 0, 1)
    normals = np.cross(b - a, c - a)
    for k in range(3):
        start, end = first[:, k], first[:, (k + 1) % 3]
        s, e = (np.einsum("atk,tk->at", point[:, None] - a, normals) for point in (start, end))
        share = np.where(s != e, s / np.where(s != e, s - e, 1.0), -1.0)
        hit = start[:, None] + share[..., None] * (end - start)[:, None]
        inside = (share >= 0.0) & (share <= 1.0)
        for p, q in ((a, b), (b, c), (c, a)):
            inside &= np.einsum("atk,tk->at", np.cross(np.broadcast_to(q - p, hit.shape), hit - p), normals) >= 0.0
        if inside.any():
            return True
    return False


def meet(first, second):
    """Return whether two triangle soups cross, or one closed one holds the other."""
    if crossed(first, second) or crossed(second, first):
        return True
    for outer, inner in ((first, second), (second, first)):
        flat = outer.reshape(-1, 3)
        if is_closed(flat, np.arange(len(flat)).reshape(-1, 3)) and abs(windings(inner[:1, 0], outer)[0]) > 0.5:
            return True
    return False


def ring(count=10, outer=0.5, inner=0.3, height=0.2):
    """Return a closed ring with a square section: something others may stand in."""
    angles = np.arange(count) * 2.0 * np.pi / count
    circle = np.stack([np.cos(angles), np.sin(angles), 0.0 * angles], axis=1)
    up = np.array([0.0, 0.0, height])
    points = np.concatenate([outer * circle, outer * circle + up, inner * circle + up, inner * circle])
    here, there = np.arange(count), (np.arange(count) + 1) % count
    rows = []
    for k in range(4):
        low, high = k * count, (k + 1) % 4 * count
        rows += [np.stack([low + here, low + there, high + there], 1), np.stack([low + here, high + there, high + here], 1)]
    return TriangleMesh(points, np.concatenate(rows).astype(np.int32))


def test_the_twins_know_what_they_say(box):
    cube = box(1.0, 1.0, 1.0).corners()
    assert distances(np.array([[0.0, 0.0, 2.0], [1.5, 1.5, 0.5]]), cube).min(axis=1) == pytest.approx([1.5, np.sqrt(2.0)])
    assert np.abs(windings(np.array([[0.1, 0.2, 0.3], [0.0, 0.0, 0.6]]), cube)) == pytest.approx([1.0, 0.0], abs=1e-9)
    assert meet(cube, 0.4 * cube) and meet(cube, cube + 0.7) and not meet(cube, cube + 1.2)
    assert not meet(ring().corners(), 0.2 * cube) and meet(ring().corners(), 0.8 * cube)


def test_scatter_takes_as_many_of_its_candidates_as_brute_force_could(sheet, box, generator, monkeypatch):
    """None of the candidates drawn is left that keeps the distance to all accepted ones, and no accepted pair breaks it."""
    pools, draw = [], poisson._Growth._pool

    def remember(self, *inputs):
        found = draw(self, *inputs)
        pools.append((found[0].astype(float) + self.center, found[1]))
        return found

    monkeypatch.setattr(poisson._Growth, "_pool", remember)
    surface = sheet(16, height=lambda x, y: 0.2 * np.sin(3.0 * x) * np.cos(2.0 * y))
    result = poisson.scatter_points(surface, generator(), radius=0.1, slope=(0.0, 25.0))
    pool, faces = pools[0]
    normals, _ = surface.normals()
    pool = pool[np.degrees(np.arccos(normals[faces, 2])) <= 25.0]
    apart = np.linalg.norm(result.positions[:, None] - result.positions[None], axis=2) + 9.0 * np.eye(len(result))
    assert apart.min() >= 0.1
    nearest = np.linalg.norm(pool[:, None] - result.positions[None], axis=2).min(axis=1)
    assert len(pool) > 2 * len(result) and nearest.max() <= 0.1 * (1.0 + 1e-4)


@pytest.mark.parametrize("clearance", [0.0, 0.15])
@pytest.mark.parametrize("kind", ["box", "ring", "sheet"])
def test_exclusion_decides_as_distances_and_windings_do(box, sheet, kind, clearance):
    mesh = {"box": lambda: box(0.9, 0.7, 0.5), "ring": ring, "sheet": lambda: sheet(3, half=0.4)}[kind]()
    points = np.random.default_rng(3).uniform(-0.8, 0.8, (1500, 3))
    gaps, around = distances(points, mesh.corners()).min(axis=1), np.abs(windings(points, mesh.corners()))
    held = (around > 0.5) & is_closed(mesh.points, mesh.triangles)
    sure = np.abs(gaps - clearance) > 1e-5
    assert (within(points, mesh, clearance)[sure] == (held | (gaps < clearance))[sure]).all()
    assert kind == "sheet" or 15 < held.sum() < 1000


@pytest.mark.parametrize("pair", ["box box", "ring box", "box ring", "ring ring", "sheet ring"])
def test_placement_accepts_and_rejects_as_brute_force_does(box, sheet, pair):
    """Of 120 poses, outlines and triangles in Warp find the same ones free as edges through triangles and windings do."""
    make = {"box": lambda: box(0.3, 0.2, 0.15), "ring": ring, "sheet": lambda: sheet(2, half=0.3)}
    mesh, other = (make[name]() for name in pair.split())
    table = _Table([MeshShape(mesh), MeshShape(other)], 1, sheet(1, half=2.0), 0.0, 2, "cpu")
    rng = np.random.default_rng(5)
    poses = np.concatenate([rng.uniform(-0.7, 0.7, (120, 2)), rng.uniform(-0.3, 0.3, (120, 1)),
                            rng.uniform(0.0, 6.28, (120, 1))], axis=1).astype(np.float32)  # fmt: skip
    touching = table._ask(kernels.meshes_touch, 0, poses, np.stack([np.arange(120), np.ones(120, int)], axis=1), 1)
    expected = []
    for x, y, z, angle in poses.astype(float):
        turn = np.array([[np.cos(angle), np.sin(angle), 0.0], [-np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
        expected.append(meet(mesh.corners() @ turn + [x, y, z] + table.center, other.corners()))
    assert (touching == expected).all() and 5 < sum(expected) < 115
    for index in range(0, 120, 7):
        if abs(poses[index, 2]) < 0.1:  # outlines look from above: at one height they must never free what triangles forbid
            found = table._first_free(0, poses[index : index + 1], Counter())
            assert (found is None) == expected[index]
