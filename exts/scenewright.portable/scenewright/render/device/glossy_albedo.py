"""What a GGX lobe reflects of uniform light: the table that shares energy between the lobes of a surface."""

from functools import cache

import numpy as np

__all__ = ["glossy_albedo_table"]

_SIDE = 32  # kernels/bsdf.py reads a table of this size
_SAMPLES = (12, 32)


@cache
def glossy_albedo_table() -> np.ndarray:
    """Return scale and bias (A, B) of the directional albedo ``f0 * A + f90 * B``, (34 * 32, 2) float32.

    Rows 0..31 go through roughness 0..1, columns through the square root of the cosine of the viewing angle, 0..1. It
    integrates height-correlated Smith GGX (alpha = roughness^2) times Schlick's Fresnel by midpoints in the space of visible
    normals (Heitz, JCGT 2014; Dupuy & Benyoub, HPG 2023), as kernels/bsdf.py evaluates and samples it; the error is below
    0.01. Columns of row 32 go through roughness and hold the means of A and B over all directions, weighted by the cosine;
    those of row 33 the means of A / (A + B) and B / (A + B).
    """
    steps = np.linspace(0.0, 1.0, _SIDE)
    alpha = np.maximum(steps**2, 0.002)[:, None, None, None]
    cosine = np.maximum(steps**2, 1e-4)[None, :, None, None]
    u0 = ((np.arange(_SAMPLES[0]) + 0.5) / _SAMPLES[0])[:, None]  # the integrand is even in phi: half a turn is enough
    u1 = ((np.arange(_SAMPLES[1]) + 0.5) / _SAMPLES[1])[None, :]
    sine = np.sqrt(1.0 - cosine**2)
    length = np.sqrt((alpha * sine) ** 2 + cosine**2)
    cap_x, cap_z = alpha * sine / length, cosine / length
    z = (1.0 - u1) * (1.0 + cap_z) - cap_z
    radius = np.sqrt(np.clip(1.0 - z * z, 0.0, 1.0))
    hx, hy, hz = alpha * (radius * np.cos(np.pi * u0) + cap_x), alpha * radius * np.sin(np.pi * u0), z + cap_z
    length = np.sqrt(hx**2 + hy**2 + hz**2)
    along = (sine * hx + cosine * hz) / length
    light = np.maximum(2.0 * along * hz / length - cosine, 0.0)
    root_view, root_light = _masking_root(alpha, cosine), _masking_root(alpha, light)
    # G2 / G1: the value over the density of a visible normal, Fresnel apart
    weight = light * (cosine + root_view) / np.maximum(light * root_view + cosine * root_light, 1e-30)
    schlick = np.clip(1.0 - along, 0.0, 1.0) ** 5
    table = np.stack([(weight * (1.0 - schlick)).mean(axis=(2, 3)), (weight * schlick).mean(axis=(2, 3))], axis=-1)
    shares = table / table.sum(axis=-1, keepdims=True)
    rows = np.concatenate([table, _cosine_mean(table)[None], _cosine_mean(shares)[None]])
    return rows.reshape(-1, 2).astype(np.float32)


def _cosine_mean(table: np.ndarray) -> np.ndarray:
    """Integrate 2 f(cos) cos over the cosine for each row, exactly as the table is interpolated: linear in its root."""
    root = np.linspace(0.0, 1.0, _SIDE)
    weights = np.zeros(_SIDE)  # of 4 s^3 ds, which is 2 cos d(cos) with cos = s^2
    fourth, fifth = np.diff(root**4), np.diff(root**5) * 0.8
    step = root[1]
    weights[:-1] += (root[1:] * fourth - fifth) / step
    weights[1:] += (fifth - root[:-1] * fourth) / step
    return np.einsum("rcx,c->rx", table, weights)


def _masking_root(alpha: np.ndarray, cosine: np.ndarray) -> np.ndarray:
    return np.sqrt(alpha**2 + (1.0 - alpha**2) * cosine**2)
