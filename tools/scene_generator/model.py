"""What an asset offers a builder beside its file, and the helpers that all models here share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import yaml
from tabletop_generator.asset import Asset
from tabletop_generator.boxes import rounded_box
from tabletop_generator.loft import lathe
from tabletop_generator.mesh import Mesh, merge

__all__ = ["Model", "bar", "box_mapped", "colors", "disc_wheel", "front_printed", "join", "maps", "rod", "write_book"]

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Model:
    """An asset with the surfaces that things can stand on: (name, (x0, y0, x1, y1), z, free height) [m]."""

    asset: Asset
    supports: Sequence[tuple[str, tuple[float, float, float, float], float, float]] = field(default_factory=tuple)
    home: str = "."
    """Folder of assets that holds the file, relative to the book; "." for the book's own."""

    def entry(self) -> dict:
        """Return the asset's line in the book."""
        low, high = bounds(self.asset)
        line: dict = {
            "path": f"{self.home}/{self.asset.path}" if self.home != "." else self.asset.path,
            "size": [round(float(v), 4) for v in high - low],
        }
        offset = [round(float(v), 4) + 0.0 for v in (low + high)[:2] / 2]
        if max(map(abs, offset)) > 1e-3:
            line["offset"] = offset
        if self.asset.variants:
            line["variants"] = {name: list(choices) for name, choices in self.asset.variants.items()}
        if self.supports:
            line["supports"] = [
                {"name": name, "rect": [round(float(v), 4) for v in rect], "z": round(z, 4)}
                | ({"height": round(height, 4)} if np.isfinite(height) else {})
                for name, rect, z, height in self.supports
            ]
        return line


def bounds(asset: Asset) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest corner over all variants [m]."""
    parts = [*asset.parts.values()]
    parts += [part for choices in asset.variants.values() for change in choices.values() for part in change.parts.values()]
    points = np.concatenate([part.mesh.points for part in parts])
    return points.min(0), points.max(0)


def write_book(path: Path, models: Iterable[Model], looks: str, sky: str = "") -> None:
    """Write the asset book of a scene: its models, its file of materials, and the map of the sky outside, if any."""
    by_class: dict[str, list[dict]] = {}
    for model in models:
        by_class.setdefault(model.asset.label, []).append(model.entry())
    head = {"looks": looks} | ({"sky": sky} if sky else {})
    text = yaml.safe_dump(head | by_class, sort_keys=False, default_flow_style=None, width=120)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def bar(low: Triple, high: Triple, radius: float = 0.004, tile: float = 1.0, bevels: int = 1) -> Mesh:
    """Return a box between two corners with bevelled edges and texture coordinates in metres over ``tile``."""
    size = np.subtract(high, low)
    mesh = rounded_box(*size, min(radius, 0.45 * float(size.min())), bevels=bevels)
    mesh = mesh.moved(*(np.add(low, high)[:2] / 2), low[2])
    return box_mapped(replace(mesh, groups={}), tile)


def box_mapped(mesh: Mesh, tile: float = 1.0) -> Mesh:
    """Return a copy whose texture coordinates are metres over ``tile``, seen along the axis that each face looks along."""
    axis = np.abs(mesh.face_vectors()).argmax(axis=1)[mesh.face_of_corner()]
    corners = mesh.points[mesh.indices] / tile
    flat = {0: (1, 2), 1: (0, 2), 2: (0, 1)}
    st = np.stack([np.choose(axis, [corners[:, flat[a][side]] for a in range(3)]) for side in range(2)], axis=1)
    return mesh.with_st(st)


def rod(start: Triple, end: Triple, radius: float, segments: int = 12) -> Mesh:
    """Return a closed round bar between two points."""
    along = np.subtract(end, start)
    length = float(np.linalg.norm(along))
    mesh = lathe(np.array([(0, 0), (radius, 0), (radius, length), (0, length)]), segments)
    z = along / length
    x = np.cross((0.0, 1.0, 0.0) if abs(z[1]) < 0.9 else (1.0, 0.0, 0.0), z)
    x /= np.linalg.norm(x)
    turn = np.stack([x, np.cross(z, x), z], axis=1)
    return replace(mesh, points=mesh.points @ turn.T + np.asarray(start))


def disc_wheel(center: Triple, radius: float, width: float, segments: int = 32) -> tuple[Mesh, Mesh]:
    """Return (tyre, hub) of a wheel whose axle lies along x."""
    half = width / 2
    hub_radius = 0.58 * radius
    tyre = lathe(
        np.array(
            [
                (hub_radius, -half),
                (0.9 * radius, -half),
                (radius, -0.6 * half),
                (radius, 0.6 * half),
                (0.9 * radius, half),
                (hub_radius, half),
                (hub_radius, -half),
            ]
        ),
        segments,
    )
    hub = lathe(
        np.array(
            [
                (0, -0.7 * half),
                (hub_radius, -0.7 * half),
                (hub_radius, 0.7 * half),
                (0.3 * radius, 0.75 * half),
                (0.25 * radius, 0.9 * half),
                (0, 0.9 * half),
            ]
        ),
        segments,
    )
    return tuple(mesh.rotated("y", 90).moved(*center) for mesh in (tyre, hub))


def join(*meshes: Mesh) -> Mesh:
    """Return one mesh of all; groups are dropped."""
    return merge(*(replace(mesh, groups={}) for mesh in meshes))


def colors(look: str, choices: Mapping[str, str]) -> dict:
    """Return variants that change the colour of a look: choice -> sRGB code."""
    from tabletop_generator.asset import Variant
    from tabletop_generator.images import linear

    return {name: Variant({look: {"color": linear(code)}}) for name, code in choices.items()}


def maps(look: str, names: Iterable[str], prefix: str = "") -> dict:
    """Return variants that change the texture of a look: choice -> ``./textures/<prefix><choice>.png``."""
    from tabletop_generator.asset import Variant

    return {name: Variant({look: {"color_map": f"./textures/{prefix}{name}.png"}}) for name in names}


def front_printed(plate: Mesh) -> Mesh:
    """Return a plate with the whole of its texture over its front, which looks along -y."""
    low, high = plate.points.min(0), plate.points.max(0)
    corners = (plate.points[plate.indices] - low) / (high - low)
    return plate.with_st(corners[:, [0, 2]])
