"""The sampler: stratified within a pixel, even over pixels, different for each dimension and seed."""

import numpy as np
import pytest
import warp as wp

from scenewright.render.kernels.sampling import basis_of, pixel_index, sample_1d, sample_2d

wp.set_module_options({"enable_backward": False})


@wp.kernel
def draw(width: int, stride: wp.uint32, seed: wp.uint32, dimension: int, uv_out: wp.array(dtype=wp.vec2),
         w_out: wp.array(dtype=float)):
    i = wp.tid()
    pixel = i // int(stride)
    index = pixel_index(pixel % width, pixel // width) * stride + wp.uint32(i % int(stride))
    uv_out[i] = sample_2d(index, seed, dimension)
    w_out[i] = sample_1d(index, seed, dimension)


@wp.kernel
def frames(n: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.mat33)):
    i = wp.tid()
    out[i] = basis_of(n[i])


def points(width, height, stride, seed=1, dimension=4):
    count = width * height * stride
    uv = wp.zeros(count, dtype=wp.vec2, device="cpu")
    w = wp.zeros(count, dtype=float, device="cpu")
    wp.launch(draw, count, inputs=[width, stride, seed, dimension], outputs=[uv, w], device="cpu")
    return uv.numpy().reshape(height, width, stride, 2), w.numpy().reshape(height, width, stride)


@pytest.mark.parametrize("dimension", [0, 4, 9, 200])
def test_sixteen_samples_of_a_pixel_form_a_net(dimension):
    uv, w = points(8, 8, 16, dimension=dimension)
    assert uv.min() >= 0.0 and uv.max() < 1.0
    for pixel, line in zip(uv.reshape(-1, 16, 2), w.reshape(-1, 16), strict=True):
        for columns in (1, 2, 4, 8, 16):  # every way to cut the square into 16 equal boxes holds one sample in each
            cells = (pixel * [columns, 16 // columns]).astype(int)
            assert len({tuple(cell) for cell in cells}) == 16
        assert len(set((line * 16).astype(int))) == 16


def test_one_sample_a_pixel_is_even_over_blocks():
    uv, _ = points(16, 16, 1)
    for y in range(0, 16, 4):
        for x in range(0, 16, 4):
            block = uv[y:y + 4, x:x + 4].reshape(16, 2)
            assert len({tuple(cell) for cell in (block * [4, 4]).astype(int)}) == 16


def test_dimensions_and_seeds_are_unrelated():
    base = points(32, 32, 1)[0].reshape(-1, 2)
    for other in (points(32, 32, 1, dimension=5), points(32, 32, 1, seed=2)):
        rest = other[0].reshape(-1, 2)
        correlation = np.corrcoef(np.concatenate([base, rest], axis=1).T)[:2, 2:]
        assert np.abs(correlation).max() < 0.1


def test_bases_are_orthonormal():
    n = np.random.default_rng(0).normal(size=(500, 3))
    n = np.concatenate([n / np.linalg.norm(n, axis=1, keepdims=True), [[0, 0, 1], [0, 0, -1], [1, 0, 0]]]).astype(np.float32)
    out = wp.zeros(len(n), dtype=wp.mat33, device="cpu")
    wp.launch(frames, len(n), inputs=[wp.array(n, dtype=wp.vec3, device="cpu")], outputs=[out], device="cpu")
    m = out.numpy()
    np.testing.assert_allclose(m.transpose(0, 2, 1) @ m, np.tile(np.eye(3), (len(n), 1, 1)), atol=2e-6)
    np.testing.assert_allclose(m[:, :, 2], n, atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(m), 1.0, atol=1e-5)
