"""What surrounds the objects: table, plinth and backdrop, as assets of their own."""

import numpy as np

from . import skins, wood
from .asset import Asset, Part, Variant
from .boxes import rounded_box
from .curves import lengths, rounded_polyline
from .images import linear
from .loft import lathe
from .materials import Surface
from .mesh import Mesh, grid_mesh, merge

__all__ = ["PLINTH_HEIGHT", "TABLE_DEPTH", "TABLE_HEIGHT", "TABLE_WIDTH", "backdrop", "plinth", "table"]

TABLE_WIDTH, TABLE_DEPTH, TABLE_HEIGHT = 1.6, 0.9, 0.74  # [m]
PLINTH_HEIGHT = 0.90  # [m]


def table() -> Asset:
    """Model a 1.6 x 0.9 m plank table, 0.74 m high, on four legs, in oak or walnut."""
    strip = dict.fromkeys(("front", "right", "back", "left"), (0.0, 0.02, 1.0, 0.06))
    top = rounded_box(TABLE_WIDTH, TABLE_DEPTH, 0.034, 0.004, bevels=2, atlas=strip).moved(z=TABLE_HEIGHT - 0.034)
    woods = {"oak": (wood.OAK, 1), "walnut": (wood.WALNUT, 2)}
    images = {f"{name}.png": wood.planks(TABLE_WIDTH, TABLE_DEPTH, (2048, 1152) if name == "oak" else (1536, 864), species, 8,
                                         seed)
              for name, (species, seed) in woods.items()}
    return Asset("table", "table", {"Wood": Surface(color_map="./textures/oak.png", roughness=0.42, clearcoat=0.12)},
                 {"Top": Part(top, "Wood"), "Frame": Part(_frame(), "Wood")},
                 {"wood": {name: Variant({"Wood": {"color_map": f"./textures/{name}.png"}}) for name in woods}}, images)


def _frame() -> Mesh:
    """Return the legs and aprons below the top, grain along their length."""
    below = TABLE_HEIGHT - 0.034
    grain = dict.fromkeys(("front", "back", "top", "bottom"), (0.0, 0.0, 0.45, 0.055))
    leg = rounded_box(below, 0.07, 0.07, 0.004, atlas=grain).rotated("y", -90).moved(x=0.035, z=below / 2)
    x, y = TABLE_WIDTH / 2 - 0.09, TABLE_DEPTH / 2 - 0.09
    parts = [leg.moved(x=sx * x, y=sy * y) for sx in (-1, 1) for sy in (-1, 1)]
    long = rounded_box(2 * x - 0.07, 0.022, 0.08, 0.003, atlas=grain).moved(z=below - 0.08)
    short = rounded_box(2 * y - 0.07, 0.022, 0.08, 0.003, atlas=grain).rotated("z", 90).moved(z=below - 0.08)
    parts += [long.moved(y=y), long.moved(y=-y), short.moved(x=x), short.moved(x=-x)]
    return merge(*parts)


def plinth() -> Asset:
    """Model a round plinth, 0.64 m across and 0.9 m high, with an oak disc as its top, for turntable shots."""
    radius, thickness = 0.32, 0.024
    disc = lathe(rounded_polyline([(0, PLINTH_HEIGHT - thickness), (radius - 0.003, PLINTH_HEIGHT - thickness, 0.002),
                                   (radius, PLINTH_HEIGHT - thickness + 0.002, 0.002), (radius, PLINTH_HEIGHT, 0.004),
                                   (0.6 * radius, PLINTH_HEIGHT), (0, PLINTH_HEIGHT)]), 96)
    disc = disc.with_st(disc.points[disc.indices][:, :2] / (2 * radius) + 0.5)
    column = lathe(rounded_polyline([(0, 0), (0.28, 0, 0.004), (0.28, PLINTH_HEIGHT - thickness),
                                     (0, PLINTH_HEIGHT - thickness)]), 72)
    looks = {"Wood": Surface(color_map="./textures/oak_disc.png", roughness=0.4, clearcoat=0.12),
             "Paint": Surface(linear("#d9d4ca"), roughness=0.6)}
    return Asset("plinth", "plinth", looks, {"Disc": Part(disc, "Wood"), "Column": Part(column, "Paint")},
                 images={"oak_disc.png": wood.planks(0.64, 0.64, (1024, 1024), wood.OAK, 6, 3)})


def backdrop(distance: float | None, color: str = "#c3c8bd", seed: int = 5) -> Asset:
    """Model a seamless studio cove of plaster, textured every 2.4 m.

    Args:
        distance: Where the wall stands behind the origin [m]; None gives a round room that closes on all sides, for cameras
            that circle.
        color: Of the plaster.
        seed: Of its texture.
    """
    radius, height = 0.6, 3.2
    if distance is None:
        outline = rounded_polyline([(0.0, 0.0), (3.4, 0.0, radius), (3.4, 0.6 * height)], step=6.0)  # low: light comes over it
        angle = np.linspace(0.0, 2 * np.pi, 73)
        grid = np.stack([outline[:, :1] * np.sin(angle), outline[:, :1] * -np.cos(angle),
                         np.broadcast_to(outline[:, 1:], (len(outline), len(angle)))], axis=2)
        across = np.linspace(0.0, 9.0, len(angle))
    else:
        outline = rounded_polyline([(-4.0, 0.0), (distance, 0.0, radius), (distance, height)], step=6.0)
        x = np.linspace(-4.0, 4.0, 5)
        grid = np.stack(np.broadcast_arrays(x, outline[:, :1], outline[:, 1:]), axis=2)
        across = x / 2.4
    mesh = grid_mesh(grid, across, lengths(outline) / 2.4)
    return Asset("backdrop", "backdrop", {"Plaster": Surface(color_map="./textures/plaster.png", roughness=0.9)},
                 {"Cove": Part(mesh, "Plaster", double_sided=True)}, images={"plaster.png": skins.plaster(color, seed)})
