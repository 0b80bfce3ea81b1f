"""Gradient noise against a twin in numpy, and that it repeats."""

import numpy as np
import pytest
import warp as wp

from scenewright.sdg.variation.noise_kernels import noise2, noise3

wp.set_module_options({"enable_backward": False, "max_unroll": 2})

U = np.uint32


@wp.kernel
def _both(points: wp.array(dtype=wp.vec3), seed: wp.uint32, period: int, flat: wp.array(dtype=float),
          solid: wp.array(dtype=float)):
    i = wp.tid()
    flat[i] = noise2(points[i][0], points[i][1], period, period, seed)
    solid[i] = noise3(points[i], seed)


def mix(word):
    with np.errstate(over="ignore"):
        h = np.asarray(word, dtype=U)
        h = (h ^ (h >> U(16))) * U(0x7FEB352D)
        h = (h ^ (h >> U(15))) * U(0x846CA68B)
        return h ^ (h >> U(16))


def fade(t):
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


def twin2(x, y, period, seed):
    fx, fy = np.floor(x), np.floor(y)
    u, v = x - fx, y - fy
    total = 0.0
    with np.errstate(over="ignore"):
        for j in (0, 1):
            row = mix((np.mod(fy + j, period)).astype(U) + U(seed) * U(0x9E3779B9))
            for i in (0, 1):
                word = mix(row + np.mod(fx + i, period).astype(U))
                a, b = u - i, v - j
                swap = (word & U(4)) != 0
                p, q = np.where(swap, b, a), np.where(swap, a, b)
                p, q = np.where(word & U(1), -p, p), np.where(word & U(2), -q, q)
                weight = (fade(u) if i else 1.0 - fade(u)) * (fade(v) if j else 1.0 - fade(v))
                total = total + weight * (p + 0.5 * q)
    return 1.4 * total


def twin3(points, seed):
    f = np.floor(points)
    d = points - f
    total = np.zeros(len(points))
    edges = [(1, 1, 0), (-1, 1, 0), (1, -1, 0), (-1, -1, 0), (1, 0, 1), (-1, 0, 1), (1, 0, -1), (-1, 0, -1),
             (0, 1, 1), (0, -1, 1), (0, 1, -1), (0, -1, -1), (1, 1, 0), (0, -1, 1), (-1, 1, 0), (0, -1, -1)]
    with np.errstate(over="ignore"):
        for i in (0, 1):
            for j in (0, 1):
                for k in (0, 1):
                    cell = (f + np.array([i, j, k])).astype(np.int64).astype(U)
                    word = mix(cell[:, 0] + mix(cell[:, 1] + mix(cell[:, 2] + U(seed) * U(0x9E3779B9))))
                    offset = d - [i, j, k]
                    slope = (np.array(edges, dtype=float)[word & U(15)] * offset).sum(axis=1)
                    weight = np.prod(np.where([i, j, k], fade(d), 1.0 - fade(d)), axis=1)
                    total += weight * slope
    return total


@pytest.mark.parametrize("seed", [0, 12345])
def test_the_kernels_are_the_formulas(seed):
    points = np.random.default_rng(seed).uniform(-9.0, 9.0, (500, 3)).astype(np.float32)
    flat, solid = (wp.zeros(500, dtype=float, device="cpu") for _ in range(2))
    wp.launch(_both, 500, [wp.array(points, dtype=wp.vec3, device="cpu"), wp.uint32(seed), 5, flat, solid], device="cpu")
    exact = points.astype(np.float64)
    assert np.abs(flat.numpy() - twin2(exact[:, 0], exact[:, 1], 5, seed)).max() < 1e-5
    assert np.abs(solid.numpy() - twin3(exact, seed)).max() < 1e-5
    assert np.abs(flat.numpy()).max() <= 1.4 and flat.numpy().std() > 0.2


def test_noise_repeats_after_its_period():
    points = np.random.default_rng(1).integers(0, 128, (200, 3)).astype(np.float32) / 32.0
    both = []
    for shift in (0.0, 5.0):
        flat, solid = (wp.zeros(200, dtype=float, device="cpu") for _ in range(2))
        moved = wp.array(points + np.float32(shift), dtype=wp.vec3, device="cpu")
        wp.launch(_both, 200, [moved, wp.uint32(3), 5, flat, solid], device="cpu")
        both.append(flat.numpy())
    assert np.allclose(*both, atol=1e-6)
