"""Analytic shapes against a slow float64 twin: dense sampling of the implicit solid along the ray, then bisection."""

import numpy as np
import pytest
import warp as wp

from scenewright.render.kernels.shapes import intersect_shape, shape_normal
from scenewright.render.scene.records import ShapeKind

wp.set_module_options({"enable_backward": False, "max_unroll": 4})


@wp.kernel
def shoot(kind: int, size: wp.vec4, o: wp.array(dtype=wp.vec3), d: wp.array(dtype=wp.vec3), t_min: float,
          t_out: wp.array(dtype=float), n_out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    t, face = intersect_shape(kind, size, o[i], d[i], t_min, 1.0e30)
    t_out[i] = t
    if t >= 0.0:
        n_out[i] = wp.normalize(shape_normal(kind, size, o[i] + t * d[i], face))


def run(kind, size, o, d, t_min=0.0):
    t = wp.zeros(len(o), dtype=float, device="cpu")
    n = wp.zeros(len(o), dtype=wp.vec3, device="cpu")
    wp.launch(shoot, len(o), inputs=[int(kind), wp.vec4(*size), wp.array(o, dtype=wp.vec3, device="cpu"),
                                     wp.array(d, dtype=wp.vec3, device="cpu"), t_min], outputs=[t, n], device="cpu")
    return t.numpy().astype(float), n.numpy().astype(float)


def excess(kind, size, p):
    """How far a point is outside the solid, by its largest violated constraint; negative inside."""
    x, y, z = np.moveaxis(p, -1, 0)
    a, b, c, _ = size
    if kind == ShapeKind.CUBE:
        return np.abs(p).max(axis=-1) - a
    if kind == ShapeKind.SPHERE:
        return np.linalg.norm(p, axis=-1) - a
    if kind == ShapeKind.CAPSULE:
        return np.sqrt(x**2 + y**2 + (z - np.clip(z, -c, c)) ** 2) - a
    radius = a + (b - a) * (z + c) / (2 * c)
    return np.maximum(np.hypot(x, y) - radius, np.abs(z) - c)


SOLIDS = {
    ShapeKind.CUBE: (0.7, 0, 0, 0),
    ShapeKind.SPHERE: (0.9, 0, 0, 0),
    ShapeKind.CYLINDER: (0.5, 0.5, 0.8, 0),
    ShapeKind.CONE: (0.8, 0.0, 0.7, 0),
    ShapeKind.CAPSULE: (0.4, 0, 0.6, 0),
}


@pytest.mark.parametrize("kind", SOLIDS)
@pytest.mark.parametrize("inside", [False, True])
def test_nearest_hit_is_where_the_ray_crosses_the_solid(kind, inside):
    size = SOLIDS[kind]
    rng = np.random.default_rng(int(kind))
    count = 1500
    o = rng.normal(size=(count, 3))
    o *= (0.05 if inside else 3.0) / np.linalg.norm(o, axis=1, keepdims=True)
    d = rng.uniform(-1, 1, (count, 3)) - o * (not inside)
    d *= rng.uniform(0.2, 5.0, (count, 1))  # directions are not unit
    o, d = o.astype(np.float32), d.astype(np.float32)
    t, normal = run(kind, size, o, d)
    o, d = o.astype(float), d.astype(float)
    steps = np.linspace(0.0, 6.0, 3001)[1:] / np.linalg.norm(d, axis=1, keepdims=True)
    side = excess(kind, size, o[:, None] + steps[..., None] * d[:, None]) > 0.0
    changed = side != (excess(kind, size, o) > 0.0)[:, None]
    crossed = changed.any(axis=1)
    first = changed.argmax(axis=1)
    rows = np.arange(count)
    low = np.where(first > 0, steps[rows, np.maximum(first - 1, 0)], 0.0)
    high = steps[rows, first]
    start = excess(kind, size, o) > 0.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        same = (excess(kind, size, o + middle[:, None] * d) > 0.0) == start
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    # grazing rays may slip between two samples of the twin, never the other way round
    assert not np.any(crossed & (t < 0.0))
    assert np.mean(~crossed & (t >= 0.0)) < 0.01
    assert crossed.sum() > 200
    both = crossed & (t >= 0.0) & (np.abs(t - high) * np.linalg.norm(d, axis=1) < 0.02)
    assert both.sum() >= 0.99 * crossed.sum()
    assert np.max(np.abs(t - high)[both] * np.linalg.norm(d, axis=1)[both]) < 2e-5
    outward = np.einsum("ij,ij->i", normal, d)[both]
    assert np.all(outward[np.abs(outward) > 1e-3] * np.where(start[both], -1, 1)[np.abs(outward) > 1e-3] > 0.0)


def test_t_min_gives_the_far_side():
    for kind, size in SOLIDS.items():
        o = np.array([[0.01, 0.02, 5.0]], np.float32)
        d = np.array([[0.0, 0.0, -1.0]], np.float32)
        front, _ = run(kind, size, o, d)
        back, _ = run(kind, size, o, d, t_min=float(front[0]) + 1e-3)
        assert excess(kind, size, np.array([0.01, 0.02, 5.0 - back[0]])) == pytest.approx(0.0, abs=1e-5)
        assert back[0] > front[0] + 0.1


@pytest.mark.parametrize("kind", [ShapeKind.SPHERE, ShapeKind.CYLINDER, ShapeKind.CAPSULE, ShapeKind.CONE])
def test_far_origin_keeps_the_outline(kind):
    """From 10 000 sizes away float32 carries about 1e-3: the outline may be off by that and no more."""
    size = SOLIDS[kind]
    far = np.array([0.0, -1.0e4, 0.0])
    points = np.random.default_rng(3).uniform(-1, 1, (4000, 3)) * [1, 0, 1]
    t, _ = run(kind, size, np.tile(far, (4000, 1)).astype(np.float32), (points - far).astype(np.float32))
    distance = np.min(excess(kind, size, points[:, None] + np.linspace(-1, 1, 401)[:, None] * [0, 1, 0]), axis=1)
    clear = np.abs(distance) > 4e-3
    assert np.array_equal((t > 0)[clear], (distance < 0)[clear])


def test_flat_shapes_end_at_their_edges():
    o = np.array([[0.99, 0.49, 1], [1.01, 0.49, 1], [0.99, 0.51, 1], [0.7, 0.7, 1], [0.72, 0.72, 1]], np.float32)
    d = np.tile(np.array([0, 0, -2], np.float32), (5, 1))
    plane, normal = run(ShapeKind.PLANE, (1.0, 0.5, 0, 0), o, d)
    assert np.array_equal(plane > 0, [True, False, False, False, False]) and plane[0] == 0.5
    assert np.array_equal(normal[0], [0, 0, 1])
    disk, _ = run(ShapeKind.DISK, (1.0, 0, 0, 0), o, d)
    assert np.array_equal(disk > 0, [False, False, False, True, False])
