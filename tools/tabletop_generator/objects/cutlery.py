"""Table cutlery: spoon, fork and knife, each a bent sheet of metal with round rims."""

import numpy as np

from ..asset import Asset, Part, Variant
from ..images import linear
from ..materials import Surface
from ..mesh import Mesh
from ..plates import slab

__all__ = ["fork", "knife", "spoon"]

_FINISHES = {"steel": (linear("#d9d9da"), 0.3), "brass": (linear("#d9b061"), 0.3), "black": (linear("#3a3a3d"), 0.34)}


def _asset(label: str, mesh: Mesh) -> Asset:
    color, roughness = _FINISHES["steel"]
    finishes = {name: Variant({"Metal": {"color": value, "roughness": rough}}) for name, (value, rough) in _FINISHES.items()}
    return Asset(label, label, {"Metal": Surface(color, roughness=roughness, metallic=1.0)},
                 {"Body": Part(mesh.on_ground(), "Metal")},
                 {"finish": finishes})


def _handle(y: np.ndarray) -> np.ndarray:
    """Return the half width of a handle over y from its end (-0.100) to the neck (about 0.03) [m]."""
    return np.interp(y, [-0.1, -0.097, -0.090, -0.070, -0.020, 0.020, 0.032],
                     [0.004, 0.0075, 0.0094, 0.0092, 0.0052, 0.0034, 0.0032])


def _arch(y: np.ndarray) -> np.ndarray:
    """Return the height of a handle's middle surface: resting at its end, rising to the neck [m]."""
    return 0.0012 + 0.016 * np.clip((y + 0.085) / 0.115, 0.0, 1.0) ** 1.6


def _rows(head: np.ndarray) -> np.ndarray:
    """Return the y of all rows: end of the handle finely, its length coarsely, then the head."""
    return np.concatenate([np.linspace(-0.100, -0.088, 7), np.linspace(-0.082, 0.026, 16), head])


def spoon() -> Asset:
    """Model a 196 mm table spoon."""
    head = np.linspace(0.030, 0.096, 22)
    y = _rows(head)
    t = np.clip((y - 0.030) / 0.066, 0.0, 1.0)
    bowl = 0.0212 * np.sqrt(np.clip(1 - (2 * np.clip(t, 0, 1) ** 0.92 - 1) ** 2, 0, 1)) ** 0.9
    half = np.where(y < 0.030, _handle(y), np.maximum(bowl, np.interp(t, [0, 0.12, 1], [0.0032, 0.0, 0.0])))
    half = np.maximum(np.convolve(np.pad(half, 1, "edge"), [0.2, 0.6, 0.2], "valid"), 0.0016)
    across = np.linspace(-1, 1, 13)
    x = half[:, None] * across[None, :]
    sink = np.sin(np.pi * np.clip(t, 0, 1)) ** 0.8
    rim = np.interp(y, [0.030, 0.05, 0.075, 0.096], [0.0172, 0.0135, 0.0120, 0.0135])
    middle = np.where(y < 0.030, _arch(y), rim)[:, None] - 0.0095 * sink[:, None] * (1 - across[None, :] ** 2)
    thickness = np.interp(y, [-0.1, -0.02, 0.02, 0.05, 0.096], [0.0022, 0.0026, 0.0030, 0.0016, 0.0014])[:, None]
    return _asset("spoon", slab(np.stack([x, np.broadcast_to(y[:, None], x.shape), middle], axis=2),
                                thickness * np.ones_like(x)))


def fork() -> Asset:
    """Model a 198 mm table fork with four tines."""
    head = np.concatenate([np.linspace(0.030, 0.056, 9), np.linspace(0.0585, 0.098, 11)])
    y = _rows(head)
    half = np.where(y < 0.030, _handle(y), np.interp(y, [0.030, 0.036, 0.044, 0.052, 0.060, 0.098],
                                                     [0.0032, 0.0050, 0.0092, 0.0118, 0.0124, 0.0118]))
    half = np.convolve(np.pad(half, 1, "edge"), [0.2, 0.6, 0.2], "valid")
    tine = np.interp(y, [0.056, 0.060, 0.092, 0.0955, 0.098], [0.196, 0.150, 0.125, 0.105, 0.05])
    centers = np.interp(y, [0.056, 0.060, 0.098], [1.0, 1.0, 1.03])
    columns = []
    for i in range(4):
        center = (-0.81 + 0.54 * i) * centers
        columns += [center - 1.28 * tine, center, center + 1.28 * tine]
    split = np.stack(columns, axis=1)
    whole = np.linspace(-1, 1, 12)[None, :]
    blend = np.clip((y - 0.044) / 0.0145, 0.0, 1.0)[:, None]
    x = half[:, None] * (whole * (1 - blend) + split * blend)
    keep = np.ones((len(y) - 1, 11), bool)
    keep[np.nonzero(y[:-1] >= 0.0584)[0][0]:, [2, 5, 8]] = False
    middle = np.where(y < 0.030, _arch(y), np.interp(y, [0.030, 0.044, 0.060, 0.078, 0.098],
                                                     [0.0172, 0.0120, 0.0075, 0.0080, 0.0165]))
    thickness = np.interp(y, [-0.1, -0.02, 0.03, 0.06, 0.098], [0.0022, 0.0026, 0.0028, 0.0022, 0.0014])[:, None]
    grid = np.stack([x, np.broadcast_to(y[:, None], x.shape), np.broadcast_to(middle[:, None], x.shape)], axis=2)
    return _asset("fork", slab(grid, thickness * np.ones_like(x), keep=keep))


def knife() -> Asset:
    """Model a 222 mm table knife with a solid handle."""
    y = np.concatenate([np.linspace(-0.111, -0.104, 6), np.linspace(-0.098, -0.012, 10), np.linspace(-0.008, 0.006, 5),
                        np.linspace(0.014, 0.094, 9), np.linspace(0.098, 0.111, 8)])
    spine = np.interp(y, [-0.111, -0.109, -0.104, -0.060, -0.012, 0.0, 0.010, 0.090, 0.104, 0.111],
                      [0.003, 0.006, 0.0080, 0.0088, 0.0070, 0.0068, 0.0078, 0.0072, 0.0060, 0.0030])
    edge = np.interp(y, [-0.111, -0.109, -0.104, -0.060, -0.012, 0.0, 0.010, 0.070, 0.096, 0.106, 0.111],
                     [-0.003, -0.006, -0.0080, -0.0088, -0.0070, -0.0068, -0.0086, -0.0104, -0.0078, -0.0022, 0.0022])
    across = np.linspace(0.0, 1.0, 9)[None, :]
    x = -spine[:, None] + (spine - edge)[:, None] * across
    solid = np.interp(y, [-0.111, -0.104, -0.06, -0.01, 0.004, 0.012], [0.005, 0.0072, 0.0080, 0.0070, 0.0040, 0.0022])
    round_off = np.sqrt(np.clip(1 - (2 * across - 1) ** 2 * 0.72, 0, 1))
    blade = 0.0020 * (1 - across) ** 0.7 + 0.0004
    thickness = np.where(y[:, None] < 0.008, solid[:, None] * round_off, blade * np.ones_like(x))
    middle = np.broadcast_to(0.0041, x.shape)
    return _asset("knife", slab(np.stack([x, np.broadcast_to(y[:, None], x.shape), middle], axis=2), thickness, bulge=0.35,
                                crease=50.0))
