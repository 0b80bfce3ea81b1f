"""The table of what GGX lobes reflect."""

import numpy as np
import pytest

from scenewright.render.device.glossy_albedo import glossy_albedo_table


def integral(cosine, roughness, count=200_000):
    """Return (A, B) by integrating value times cosine over light directions, without importance sampling of any kind."""
    rng = np.random.default_rng(1)
    alpha2 = max(roughness**2, 0.002) ** 2
    z = rng.random(count)
    sine = np.sqrt(1 - z * z) * np.cos(2 * np.pi * rng.random(count))
    across = np.sqrt(np.maximum(1 - z * z - sine**2, 0.0))
    view = np.array([np.sqrt(1 - cosine**2), 0.0, cosine])
    half = np.stack([sine, across, z], axis=-1) + view
    half /= np.linalg.norm(half, axis=-1, keepdims=True)
    density = alpha2 / (np.pi * (half[:, 2] ** 2 * (alpha2 - 1) + 1) ** 2)
    root_view, root_light = np.sqrt(alpha2 + (1 - alpha2) * cosine**2), np.sqrt(alpha2 + (1 - alpha2) * z * z)
    value = 2 * np.pi * density * 0.5 / (z * root_view + cosine * root_light) * z
    schlick = (1 - half @ view) ** 5
    return np.array([np.mean(value * (1 - schlick)), np.mean(value * schlick)])


@pytest.mark.parametrize("row", [12, 16, 22, 31])
@pytest.mark.parametrize("column", [6, 15, 24, 31])
def test_entries_are_hemisphere_integrals(row, column):
    table = glossy_albedo_table()[:1024].reshape(32, 32, 2)
    np.testing.assert_allclose(table[row, column], integral((column / 31) ** 2, row / 31), atol=0.012)


def test_smooth_mirrors_lose_nothing_and_rough_ones_something():
    whole = glossy_albedo_table()[:1024].sum(axis=1).reshape(32, 32)
    np.testing.assert_allclose(whole[0, 8:], 1.0, atol=1e-3)
    assert np.all(whole <= 1.0 + 1e-6) and whole[31, 31] < 0.35


def test_means_are_integrals_over_the_cosine():
    """Row 32 is the mean of A and B, row 33 that of their shares in A + B, weighted by twice the cosine."""
    table = glossy_albedo_table().reshape(34, 32, 2).astype(float)
    root = (np.arange(200_000) + 0.5) / 200_000
    for roughness in (0, 9, 20, 31):
        columns = [np.interp(root, np.linspace(0, 1, 32), table[roughness, :, k]) for k in range(2)]
        weight = 4.0 * root**3
        np.testing.assert_allclose(table[32, roughness], [np.mean(c * weight) for c in columns], atol=1e-5)
        np.testing.assert_allclose(table[33, roughness], [np.mean(c / sum(columns) * weight) for c in columns], atol=2e-3)
