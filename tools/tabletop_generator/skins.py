"""Surfaces without print: fruit skins, glazes, linen, sponge, paper edges. All images are sRGB-encoded (H, W, 3), top first."""

import numpy as np

from .images import mix, ramp, srgb
from .noise import fractal, grid_uv, tile_noise, worley

__all__ = ["apple", "banana", "egg", "fruit_pores", "leaf", "linen", "linen_height", "page_edges", "pear", "plaster",
           "speckle_glaze", "sponge", "sponge_height"]


def apple(ground: str, blush: str, seed: int, size: tuple[int, int] = (512, 256)) -> np.ndarray:
    """Return apple skin, u round the core and v from the calyx to the stalk: streaks over a ground colour, pale dots."""
    u, v = grid_uv(*size)
    streaks = fractal(*size, 90, 2, seed, 3, 0.6)
    patches = fractal(*size, 4, 2, seed + 1, 3)
    sunny = 0.5 + 0.35 * np.cos(2 * np.pi * (u - 0.3))
    share = 1.25 * sunny + 1.3 * (streaks - 0.5) + 1.1 * (patches - 0.5) + 0.05
    image = mix(srgb(ground) * (0.94 + 0.12 * patches[..., None]), srgb(blush), np.clip(share, 0, 1) ** 1.2)
    dots = np.clip(1.0 - worley(*size, 52, 22, seed + 2) / 0.16, 0, 1) * 0.35
    image = mix(image, srgb("#e9d9a8"), dots)
    image = mix(image, srgb("#8d9a3f"), np.clip((v - 0.86) / 0.12, 0, 1) * (0.45 + 0.5 * (streaks - 0.3)))
    return mix(image, srgb("#5d4a26"), np.clip((0.07 - v) / 0.05, 0, 1))


def pear(ground: str, russet: str, seed: int, size: tuple[int, int] = (512, 256)) -> np.ndarray:
    """Return pear skin: a soft gradient with fine russet dots, denser towards both ends."""
    u, v = grid_uv(*size)
    patches = fractal(*size, 5, 3, seed, 4)
    image = mix(srgb(ground), srgb("#c9b14e"), 0.9 * np.clip(0.45 + 0.4 * np.cos(2 * np.pi * (u - 0.6)) + patches - 0.5, 0, 1))
    dots = np.clip(1.0 - worley(*size, 120, 56, seed + 1) / 0.3, 0, 1)
    ends = np.clip((v - 0.8) / 0.2, 0, 1) + np.clip((0.14 - v) / 0.14, 0, 1)
    return mix(image, srgb(russet), 0.5 * dots + 0.7 * ends * patches * 1.6)


def banana(ground: str, green: float, spots: float, seed: int, size: tuple[int, int] = (256, 512)) -> np.ndarray:
    """Return banana skin, u round and v along it from the blossom end to the stalk.

    Args:
        ground: Colour of the skin.
        green: 0..1 how green the ends are.
        spots: 0..1 how far brown spots have spread.
        seed: Of the noise.
        size: (W, H) pixels.
    """
    u, v = grid_uv(*size)
    fibres = fractal(*size, 40, 4, seed, 3)
    patches = fractal(*size, 3, 5, seed + 1, 3)
    image = mix(srgb(ground), srgb("#c9a02c"), 0.5 * np.clip(fibres + patches - 0.85, 0, 1))
    image = mix(image, srgb("#dfbb3b"), 0.5 * np.clip(np.cos(10 * np.pi * u), 0, 1) ** 6)
    image = mix(image, srgb("#8fa03c"), green * (np.clip((v - 0.72) / 0.25, 0, 1) + np.clip((0.18 - v) / 0.18, 0, 1)))
    flecks = np.clip(1.0 - worley(*size, 14, 38, seed + 2) / (0.05 + 0.33 * spots * patches * 1.4), 0, 1)
    image = mix(image, srgb("#5b3a1c"), np.minimum(1.0, 1.4 * flecks) * (0.25 + 0.7 * spots))
    image = mix(image, srgb("#3b2a18"), np.clip((0.035 - v) / 0.015, 0, 1))
    return mix(image, srgb("#5a4526"), np.clip((v - 0.965) / 0.012, 0, 1))


def fruit_pores(seed: int, size: tuple[int, int] = (512, 256), cells: tuple[int, int] = (88, 44)) -> np.ndarray:
    """Return the height (H, W) in 0..1 of citrus peel: dimples between smooth bumps, tiling."""
    dimples = np.clip(1.0 - worley(*size, *cells, seed) / 0.55, 0, 1)
    return 1.0 - dimples ** 1.5 * (0.6 + 0.4 * fractal(*size, 16, 8, seed + 1, 2))


def egg(shell: str, seed: int, size: tuple[int, int] = (256, 128)) -> np.ndarray:
    """Return egg shell with faint mottling and a few freckles."""
    tone = 0.97 + 0.06 * fractal(*size, 12, 6, seed, 4)
    freckles = np.clip(1.0 - worley(*size, 26, 13, seed + 1) / 0.1, 0, 1) * (tile_noise(*size, 9, 5, seed + 2) > 0.55)
    return mix(srgb(shell) * tone[..., None], srgb("#a9744a"), 0.35 * freckles)


def speckle_glaze(ground: str, fleck: str, seed: int, size: tuple[int, int] = (512, 512)) -> np.ndarray:
    """Return stoneware glaze with iron speckles of several sizes, tiling."""
    image = srgb(ground) * (0.97 + 0.06 * fractal(*size, 6, 6, seed, 4))[..., None]
    for cells, radius, strength, offset in ((46, 0.10, 0.75, 1), (90, 0.13, 0.5, 2), (24, 0.07, 0.9, 3)):
        present = tile_noise(*size, cells // 2, cells // 2, seed + 10 + offset) > 0.5
        dots = np.clip((radius - worley(*size, cells, cells, seed + offset)) / (0.6 * radius), 0, 1) * present
        image = mix(image, srgb(fleck), strength * dots)
    return image


def linen_height(seed: int, size: int = 512, threads: int = 96) -> np.ndarray:
    """Return the height (H, W) in 0..1 of a plain weave with uneven threads, tiling."""
    u, v = grid_uv(size, size)
    wobble = 0.25 * (fractal(size, size, 6, 6, seed, 2) - 0.5)
    warp = 0.5 + 0.5 * np.cos(2 * np.pi * (threads * u + wobble * 2))
    weft = 0.5 + 0.5 * np.cos(2 * np.pi * (threads * v + wobble * 2))
    over = (np.floor(threads * u + 0.5) + np.floor(threads * v + 0.5)) % 2
    thickness = np.where(over > 0, tile_noise(size, size, threads, 8, seed + 1), tile_noise(size, size, 8, threads, seed + 2))
    return np.where(over > 0, 0.75 * warp + 0.25 * weft, 0.75 * weft + 0.25 * warp) * (0.7 + 0.3 * thickness)


def linen(ground: str, stripe: str, seed: int, size: int = 512) -> np.ndarray:
    """Return woven linen with three stripes along one side (at high v)."""
    height = linen_height(seed, size)
    _, v = grid_uv(size, size)
    bands = ((0.86, 0.02), (0.80, 0.008), (0.92, 0.008))
    stripes = sum(np.clip((half - np.abs(v - at)) / 0.004, 0, 1) for at, half in bands)
    tone = 0.86 + 0.16 * height + 0.08 * (fractal(size, size, 5, 5, seed + 5, 3) - 0.5)
    return mix(srgb(ground), srgb(stripe), 0.85 * stripes) * tone[..., None]


def sponge_height(seed: int, size: int = 256) -> np.ndarray:
    """Return the height (H, W) in 0..1 of cellulose sponge: round holes of three sizes, tiling."""
    height = np.ones((size, size))
    for cells, radius, offset in ((9, 0.30, 0), (18, 0.32, 1), (40, 0.3, 2)):
        hole = np.clip((radius - worley(size, size, cells, cells, seed + offset)) / 0.12, 0, 1)
        height = np.minimum(height, 1.0 - hole * (1.0 - 0.18 * offset))
    return height


def sponge(ground: str, hole: str, seed: int, size: int = 256) -> np.ndarray:
    """Return sponge colour, darker in the holes."""
    grain = 0.95 + 0.1 * fractal(size, size, 24, 24, seed + 7, 2)
    return mix(srgb(hole), srgb(ground), sponge_height(seed, size)) * grain[..., None]


def page_edges(seed: int, size: tuple[int, int] = (64, 256)) -> np.ndarray:
    """Return the edge of a block of paper: fine lines along u."""
    lines = tile_noise(size[0], size[1], 2, 128, seed)
    return srgb("#efe8d8") * (0.84 + 0.18 * lines)[..., None]


def leaf(seed: int, size: int = 128) -> np.ndarray:
    """Return the skin of a grey-green leaf, v along the midrib."""
    u, v = grid_uv(size, size)
    rib = np.clip(1.0 - np.abs(u - 0.5) / 0.03, 0, 1)
    veins = np.clip(1.0 - np.abs(((v * 9 - np.abs(u - 0.5) * 7) % 1.0) - 0.5) / 0.12, 0, 1)
    tone = fractal(size, size, 4, 4, seed, 4)
    return mix(ramp(tone, ((0.25, "#62765f"), (0.75, "#86997f"))), srgb("#a9b79b"), 0.7 * rib + 0.25 * veins)


def plaster(ground: str, seed: int, size: int = 512) -> np.ndarray:
    """Return lime plaster: broad trowel clouds and fine grain, tiling."""
    clouds = fractal(size, size, 3, 3, seed, 5, 0.55) - 0.5
    return srgb(ground) * (1.0 + 0.10 * clouds)[..., None]
