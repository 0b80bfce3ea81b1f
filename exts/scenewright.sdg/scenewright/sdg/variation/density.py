"""Density maps of scatter: how likely a point of a surface is kept, by texture or by primvar."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.meshes import TriangleMesh

__all__ = ["density_by_primvar", "density_by_texture"]

_Density = Callable[[np.ndarray, np.ndarray], np.ndarray]


def density_by_texture(surface: TriangleMesh, file: str | Path) -> _Density:
    """Return the density that a picture gives: 0 where it is black, 1 where it is white, between pixels bilinear, repeating.

    Args:
        surface: A surface with texture coordinates.
        file: Picture; colours count by their luma.

    Raises:
        VariationError: The surface has no texture coordinates, or the file is no picture.
    """
    if surface.uvs is None:
        raise VariationError("the surface has no texture coordinates for a density texture. Give it a primvar 'st'.")
    try:
        with Image.open(file) as image:
            pixels = np.asarray(image.convert("L"), dtype=np.float64)[::-1] / 255.0
    except (OSError, UnidentifiedImageError) as error:
        raise VariationError(f"the density texture {file} cannot be read: {error}.") from error
    rows, columns = pixels.shape

    def density(triangles: np.ndarray, weights: np.ndarray) -> np.ndarray:
        uv = np.einsum("nk,nkc->nc", weights, surface.uvs[triangles].astype(np.float64))
        x, y = uv[:, 0] * columns - 0.5, uv[:, 1] * rows - 0.5
        i, j = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        u, v = x - i, y - j
        low = pixels[j % rows, i % columns] * (1.0 - u) + pixels[j % rows, (i + 1) % columns] * u
        high = pixels[(j + 1) % rows, i % columns] * (1.0 - u) + pixels[(j + 1) % rows, (i + 1) % columns] * u
        return low * (1.0 - v) + high * v

    return density


def density_by_primvar(surface: TriangleMesh) -> _Density:
    """Return the density that a float primvar of the surface gives, clipped to 0 to 1.

    Raises:
        VariationError: The surface was read without a primvar.
    """
    if surface.values is None:
        raise VariationError("the surface was read without a primvar. Name one when reading it.")

    def density(triangles: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return np.clip((surface.values[triangles] * weights).sum(axis=1), 0.0, 1.0)

    return density
