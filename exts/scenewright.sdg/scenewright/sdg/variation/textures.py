"""Baked textures: wood, concrete, brushed metal, fabric and printed labels, as colour, roughness and normal maps."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import warp as wp
from PIL import Image

from scenewright.sdg.variation import texture_kernels as kernels
from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.labels import draw_label
from scenewright.sdg.variation.launching import launch_ranges, on_device

__all__ = ["TEXTURES", "Bake", "bake_texture"]


@dataclass(frozen=True, eq=False)
class Bake:
    """The maps of one material.

    Attributes:
        color: Base colour, sRGB, shape (H, W, 3), uint8.
        roughness: Linear, shape (H, W), uint8.
        normal: Tangent-space normals, x along u and y along v (OpenGL), shape (H, W, 3), uint8.
        metallic: 0 or 1.
    """

    color: np.ndarray
    roughness: np.ndarray
    normal: np.ndarray
    metallic: float

    def save(self, folder: Path, name: str) -> dict[str, str]:
        """Write the maps as PNG files; return their paths by map: color, roughness, normal."""
        folder.mkdir(parents=True, exist_ok=True)
        files = {}
        for kind in ("color", "roughness", "normal"):
            path = folder / f"{name}_{kind}.png"
            part = path.with_suffix(".part")
            Image.fromarray(getattr(self, kind)).save(part, format="PNG", compress_level=1)
            part.replace(path)
            files[kind] = str(path)
        return files

    def digest(self) -> str:
        """Return a short name for the content."""
        parts = (self.color, self.roughness, self.normal)
        return hashlib.blake2b(b"".join(np.ascontiguousarray(part).tobytes() for part in parts), digest_size=8).hexdigest()


def bake_texture(
    kind: str,
    generator: np.random.Generator,
    *,
    resolution: int | Sequence[int] = 1024,
    device: str | None = None,
    **options: Any,
) -> Bake:
    """Bake the maps of a material; what `options` leave open is drawn.

    Wood, concrete, metal and fabric repeat at their borders.

    Args:
        kind: One of `TEXTURES`.
        generator: Source of everything random.
        resolution: [width, height], or one number for both [pixels], 16 to 8192.
        device: Warp device; None = the CPU.
        **options: ``wood``: rings (number across), light, dark (sRGB colours). ``concrete``: pitting (0 to 2), tint.
            ``metal``: wear (0 to 1), tint. ``fabric``: threads (a multiple of 4), weave (plain or twill), warp_color,
            weft_color. ``label``: title, lines, code, symbology (code128 or ean13), ink, paper, wear (0 to 1). Colours are
            sRGB, 0 to 1.

    Raises:
        VariationError: There is no such kind or option, or a value is wrong.
    """
    if kind not in TEXTURES:
        raise VariationError(f"there is no texture '{kind}'. There are: {', '.join(sorted(TEXTURES))}.")
    bake, allowed = TEXTURES[kind]
    unknown = sorted(set(options) - set(allowed))
    if unknown:
        raise VariationError(f"the texture '{kind}' has no option '{unknown[0]}'. It has: {', '.join(allowed)}.")
    width, height = _size(resolution)
    maps = _Maps(width, height, int(generator.integers(2**32)), on_device(device))
    strength, metallic = bake(maps, generator, options)
    return maps.finished(strength, metallic)


def _size(resolution: int | Sequence[int]) -> tuple[int, int]:
    pair = [resolution, resolution] if isinstance(resolution, int) else list(resolution)
    if len(pair) != 2 or any(isinstance(n, bool) or not isinstance(n, int) or not 16 <= n <= 8192 for n in pair):
        raise VariationError(f"'resolution' is {resolution!r}. Give one or two whole numbers from 16 to 8192 [pixels].")
    return pair[0], pair[1]


class _Maps:
    def __init__(self, width: int, height: int, seed: int, device: str):
        self.device, self.seed, self.width, self.height = device, wp.uint32(seed), width, height
        self.color = wp.empty((height, width), dtype=wp.vec3, device=device)
        self.rough = wp.empty((height, width), dtype=float, device=device)
        self.heights = wp.empty((height, width), dtype=float, device=device)

    def run(self, kernel: wp.Kernel, *inputs: Any) -> None:
        launch_ranges(kernel, self.height, [self.seed, *inputs, self.color, self.rough, self.heights], self.device, smallest=8)

    def finished(self, strength: float, metallic: float) -> Bake:
        color = wp.empty((self.height, self.width, 3), dtype=wp.uint8, device=self.device)
        rough = wp.empty((self.height, self.width), dtype=wp.uint8, device=self.device)
        normal = wp.empty((self.height, self.width, 3), dtype=wp.uint8, device=self.device)
        inputs = [strength, self.color, self.rough, self.heights, color, rough, normal]
        launch_ranges(kernels.finish, self.height, inputs, self.device, smallest=8)
        return Bake(color.numpy(), rough.numpy(), normal.numpy(), metallic)


def _wood(maps: _Maps, generator: np.random.Generator, options: dict[str, Any]) -> tuple[float, float]:
    kinds = [
        ((0.80, 0.62, 0.42), (0.52, 0.33, 0.17)),
        ((0.47, 0.30, 0.19), (0.24, 0.14, 0.09)),
        ((0.86, 0.73, 0.55), (0.70, 0.51, 0.32)),
        ((0.66, 0.40, 0.24), (0.42, 0.21, 0.12)),
    ]
    light, dark = kinds[generator.integers(len(kinds))]
    shade = generator.uniform(0.92, 1.06)
    rings = checked_number("rings", options.get("rings", float(generator.uniform(7.0, 15.0))), 1.0, 60.0)
    maps.run(
        kernels.bake_wood,
        rings,
        _color("light", options.get("light"), np.array(light) * shade),
        _color("dark", options.get("dark"), np.array(dark) * shade),
    )
    return 1.3, 0.0


def _concrete(maps: _Maps, generator: np.random.Generator, options: dict[str, Any]) -> tuple[float, float]:
    grey = generator.uniform(0.52, 0.68)
    tint = grey * np.array([1.0, generator.uniform(0.97, 1.0), generator.uniform(0.91, 0.99)])
    pitting = checked_number("pitting", options.get("pitting", float(generator.uniform(0.5, 1.3))), 0.0, 2.0)
    maps.run(kernels.bake_concrete, pitting, _color("tint", options.get("tint"), tint))
    return 2.2, 0.0


def _metal(maps: _Maps, generator: np.random.Generator, options: dict[str, Any]) -> tuple[float, float]:
    tints = [(0.77, 0.78, 0.80), (0.66, 0.67, 0.68), (0.83, 0.71, 0.48), (0.80, 0.56, 0.44)]
    weights = [0.4, 0.4, 0.1, 0.1]
    tint = np.array(tints[int(np.searchsorted(np.cumsum(weights), generator.random()))]) * generator.uniform(0.95, 1.05)
    wear = checked_number("wear", options.get("wear", float(generator.uniform(0.2, 0.9))), 0.0, 1.0)
    maps.run(kernels.bake_metal, wear, _color("tint", options.get("tint"), tint))
    return 0.35, 1.0


def _fabric(maps: _Maps, generator: np.random.Generator, options: dict[str, Any]) -> tuple[float, float]:
    # dyed cloth: any hue, rarely a strong one
    grey, chroma = generator.uniform(0.22, 0.78), generator.uniform(0.0, 1.0) ** 2 * 0.24
    hue = generator.uniform(0.0, 2.0 * np.pi)
    base = grey + chroma * np.cos(hue + np.array([0.0, -2.1, 2.1]))
    other = np.clip(base * generator.uniform(0.80, 1.16) + generator.normal(0.0, 0.02, 3), 0.05, 0.95)
    threads = options.get("threads", int(generator.integers(18, 36)) * 4)
    if isinstance(threads, bool) or not isinstance(threads, int) or threads % 4 or not 8 <= threads <= 1024:
        raise VariationError(f"'threads' is {threads!r}. Give a multiple of 4 from 8 to 1024.")
    weave = options.get("weave", "twill" if generator.random() < 0.5 else "plain")
    if weave not in ("plain", "twill"):
        raise VariationError(f"'weave' is {weave!r}. Give plain or twill.")
    maps.run(
        kernels.bake_fabric,
        threads,
        int(weave == "twill"),
        _color("warp_color", options.get("warp_color"), base),
        _color("weft_color", options.get("weft_color"), other),
    )
    return 1.6, 0.0


def _label(maps: _Maps, generator: np.random.Generator, options: dict[str, Any]) -> tuple[float, float]:
    wear = checked_number("wear", options.get("wear", float(generator.uniform(0.0, 0.5))), 0.0, 1.0)
    words = {key: value for key, value in options.items() if key != "wear"}
    picture = draw_label(maps.width, maps.height, generator, **words)
    print_ = wp.array(picture.astype(np.float32) / np.float32(255.0), dtype=wp.vec3, device=maps.device)
    maps.run(kernels.bake_paper, wear, print_)
    return 0.8, 0.0


def _color(name: str, given: Any, drawn: Sequence[float] | np.ndarray) -> wp.vec3:
    if given is None:
        return wp.vec3(*(float(min(max(part, 0.0), 1.0)) for part in drawn))
    if not isinstance(given, list | tuple) or len(given) != 3:
        raise VariationError(f"'{name}' is {given!r}. Give three numbers from 0 to 1 (sRGB).")
    return wp.vec3(*(checked_number(name, part, 0.0, 1.0) for part in given))


TEXTURES: dict[str, tuple[Callable[[_Maps, np.random.Generator, dict[str, Any]], tuple[float, float]], tuple[str, ...]]] = {
    "wood": (_wood, ("rings", "light", "dark")),
    "concrete": (_concrete, ("pitting", "tint")),
    "metal": (_metal, ("wear", "tint")),
    "fabric": (_fabric, ("threads", "weave", "warp_color", "weft_color")),
    "label": (_label, ("title", "lines", "code", "symbology", "ink", "paper", "wear")),
}
"""What can be baked: how, and the options of each."""
