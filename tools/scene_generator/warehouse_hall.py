"""What a hall is fitted with: dock doors, lamps, trusses, guard posts and traffic cones."""

import numpy as np
from tabletop_generator.asset import Asset, Part
from tabletop_generator.curves import rounded_polyline
from tabletop_generator.images import linear
from tabletop_generator.loft import lathe
from tabletop_generator.materials import Surface

from .model import Model, bar, join, rod

__all__ = ["bollard", "cone", "dock_door", "lamp", "truss"]


def bollard() -> Model:
    """Model a steel guard post, 1.0 m, with black bands."""
    post = lathe(
        rounded_polyline([(0, 0), (0.16, 0, 0.002), (0.16, 0.012, 0.004), (0.062, 0.014), (0.062, 1.0, 0.04), (0, 1.0)]), 28
    )
    bands = [
        lathe(rounded_polyline([(0.0605, z), (0.0632, z), (0.0632, z + 0.12), (0.0605, z + 0.12), (0.0605, z)]), 28)
        for z in (0.35, 0.6, 0.85)
    ]
    return Model(
        Asset(
            "bollard",
            "bollard",
            {"Paint": Surface(linear("#e8b418"), roughness=0.4), "Band": Surface(linear("#1a1a1a"), roughness=0.5)},
            {"Post": Part(post, "Paint"), "Bands": Part(join(*bands), "Band")},
        )
    )


def cone() -> Model:
    """Model a traffic cone, 0.5 m, with a reflecting collar."""
    body = lathe(rounded_polyline([(0, 0.03), (0.13, 0.03, 0.01), (0.028, 0.5, 0.012), (0, 0.5)]), 32)
    collar = lathe(np.array([(0.094, 0.2), (0.0965, 0.201), (0.0675, 0.34), (0.065, 0.34), (0.094, 0.2)]), 32)
    base = bar((-0.17, -0.17, 0.0), (0.17, 0.17, 0.035), 0.012, bevels=2)
    return Model(
        Asset(
            "cone",
            "cone",
            {
                "Orange": Surface(linear("#e2551b"), roughness=0.55),
                "Collar": Surface(linear("#efece6"), roughness=0.35),
                "Base": Surface(linear("#23211f"), roughness=0.8),
            },
            {"Cone": Part(body, "Orange"), "Collar": Part(collar, "Collar"), "Base": Part(base, "Base")},
        )
    )


def dock_door() -> Model:
    """Model a closed sectional door, 3.2 x 3.4 m, with its frame, its window band and dock buffers, back against a wall."""
    panels = [bar((-1.5, -0.05, 0.02 + 0.55 * i), (1.5, 0.0, 0.555 + 0.55 * i), 0.008) for i in range(6)]
    ribs = [
        bar((-1.5, -0.058, 0.02 + 0.55 * i + z), (1.5, -0.045, 0.05 + 0.55 * i + z), 0.006)
        for i in range(6)
        for z in (0.15, 0.36)
    ]
    frame = [bar((s * 1.6 - 0.1, -0.14, 0.0), (s * 1.6 + 0.1, 0.0, 3.5), 0.006) for s in (-1, 1)]
    frame.append(bar((-1.7, -0.14, 3.32), (1.7, 0.0, 3.55), 0.006))
    windows = [bar((x - 0.3, -0.062, 1.86), (x + 0.3, -0.05, 2.12), 0.02, bevels=2) for x in (-1.05, -0.35, 0.35, 1.05)]
    stripes = [
        bar((s * 1.6 - 0.104, -0.145, z), (s * 1.6 + 0.104, -0.1, z + 0.18), 0.002)
        for s in (-1, 1)
        for z in np.arange(0.0, 1.2, 0.36)
    ]
    return Model(
        Asset(
            "dock_door",
            "dock_door",
            {
                "Panel": Surface(linear("#c3c9cd"), roughness=0.4),
                "Frame": Surface(linear("#e0b21c"), roughness=0.5),
                "Stripe": Surface(linear("#1c1c1c"), roughness=0.6),
                "Glass": Surface(linear("#cfe0ec"), roughness=0.1),
            },
            {
                "Panels": Part(join(*panels, *ribs), "Panel"),
                "Frame": Part(join(*frame), "Frame"),
                "Stripes": Part(join(*stripes), "Stripe"),
                "Windows": Part(join(*windows), "Glass"),
            },
        )
    )


def lamp() -> Model:
    """Model the housing of a strip lamp, 6 m long, hung from above; its light is a light of the scene's."""
    body = bar((-0.16, -3.0, 0.03), (0.16, 3.0, 0.13), 0.01)
    sides = [bar((s * 0.16 - 0.006, -3.0, 0.0), (s * 0.16 + 0.006, 3.0, 0.06), 0.002) for s in (-1, 1)]
    wires = [rod((0.0, y, 0.12), (0.0, y, 0.7), 0.006, 6) for y in (-2.4, 2.4)]
    return Model(
        Asset(
            "lamp",
            "lamp",
            {"Housing": Surface(linear("#d8dadb"), roughness=0.4)},
            {"Housing": Part(join(body, *sides, *wires), "Housing")},
        )
    )


def truss() -> Model:
    """Model one metre of roof truss in x, 0.7 m high; builders line up as many as they need."""
    chords = [bar((-0.5, -0.06, z), (0.5, 0.06, z + 0.09), 0.004) for z in (0.0, 0.61)]
    web = [rod((-0.5, 0.0, 0.06), (0.0, 0.0, 0.64), 0.025, 8), rod((0.0, 0.0, 0.64), (0.5, 0.0, 0.06), 0.025, 8)]
    return Model(
        Asset(
            "truss",
            "truss",
            {"Steel": Surface(linear("#b9bfc3"), roughness=0.5)},
            {"Truss": Part(join(*chords, *web), "Steel")},
        )
    )
