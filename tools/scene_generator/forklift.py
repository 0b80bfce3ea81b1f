"""A counterbalance forklift."""

import numpy as np
from tabletop_generator.asset import Asset, Part
from tabletop_generator.curves import bezier, ellipse, rounded_polyline
from tabletop_generator.images import linear
from tabletop_generator.loft import lathe, sweep
from tabletop_generator.materials import Surface

from .model import Model, bar, colors, disc_wheel, join, rod

__all__ = ["forklift"]


def forklift() -> Model:
    """Model a counterbalance forklift whose forks, at 0.1 m, point along -y."""
    body = [
        bar((-0.53, -0.1, 0.28), (0.53, 1.05, 0.78), 0.05, bevels=3),
        bar((-0.5, -0.62, 0.26), (0.5, -0.05, 0.46), 0.03, bevels=2),
        bar((-0.42, 0.15, 0.74), (0.42, 1.0, 0.98), 0.06, bevels=3),
    ]
    weight = [bar((-0.55, 0.98, 0.2), (0.55, 1.42, 0.98), 0.12, bevels=4)]
    dark, steel, tyres, hubs = [], [], [], []
    dark += [
        bar((-0.24, 0.22, 0.96), (0.24, 0.72, 1.08), 0.05, bevels=3),  # seat
        bar((-0.24, 0.66, 1.02), (0.24, 0.78, 1.52), 0.05, bevels=3),
        bar((-0.46, -0.55, 0.45), (0.46, 0.0, 0.47), 0.005),
        bar((-0.3, -0.42, 0.46), (0.3, -0.2, 0.98), 0.03, bevels=2),
    ]
    wheel = sweep(
        np.array([(0.17 * np.cos(a), 0.17 * np.sin(a), 0.0) for a in np.linspace(0, 2 * np.pi, 33)]),
        ellipse(0.03, 0.03, 8),
        rounded=False,
    )
    dark.append(wheel.rotated("x", 35).moved(0.0, -0.13, 1.16))
    dark.append(rod((0.0, -0.3, 0.95), (0.0, -0.13, 1.16), 0.022))
    for x in (-0.47, 0.47):  # overhead guard
        dark.append(
            sweep(
                bezier((x, -0.42, 0.45), (x, -0.35, 1.4), (x, -0.3, 2.1), (x, -0.02, 2.1), steps=14),
                ellipse(0.06, 0.05, 10),
                rounded=False,
                up=(1, 0, 0),
            )
        )
        dark.append(
            sweep(
                bezier((x, -0.02, 2.1), (x, 0.7, 2.1), (x, 0.98, 2.05), (x, 1.0, 0.95), steps=14),
                ellipse(0.06, 0.05, 10),
                rounded=False,
                up=(1, 0, 0),
            )
        )
    dark += [bar((-0.47, y, 2.085), (0.47, y + 0.04, 2.115), 0.006) for y in np.linspace(-0.1, 0.7, 8)]
    for x in (-0.34, 0.34):  # mast
        steel.append(bar((x - 0.05, -0.92, 0.06), (x + 0.05, -0.76, 2.12), 0.006))
        steel.append(bar((x * 0.78 - 0.035, -0.95, 0.06), (x * 0.78 + 0.035, -0.83, 2.08), 0.006))
    steel += [bar((-0.36, -0.9, z), (0.36, -0.78, z + 0.08), 0.006) for z in (0.3, 1.2, 2.03)]
    steel += [rod((s * 0.18, -0.84, 0.2), (s * 0.18, -0.84, 1.95), 0.035) for s in (-1, 1)]
    carriage = [bar((-0.5, -1.0, z), (0.5, -0.95, z + 0.1), 0.008) for z in (0.14, 0.52)]
    carriage += [bar((x - 0.02, -1.0, 0.6), (x + 0.02, -0.97, 1.2), 0.006) for x in np.linspace(-0.46, 0.46, 6)]
    carriage += [bar((-0.5, -1.0, 1.18), (0.5, -0.96, 1.23), 0.008)]
    forks = []
    for x in (-0.27, 0.27):
        forks += [
            bar((x - 0.06, -2.1, 0.06), (x + 0.06, -0.99, 0.1), 0.008),
            bar((x - 0.06, -1.045, 0.06), (x + 0.06, -1.0, 0.62), 0.008),
        ]
    for x, y, r, w in (
        (-0.47, -0.42, 0.33, 0.24),
        (0.47, -0.42, 0.33, 0.24),
        (-0.44, 0.98, 0.27, 0.2),
        (0.44, 0.98, 0.27, 0.2),
    ):
        tyre, hub = disc_wheel((x, y, r), r, w)
        if x < 0:
            hub = hub.rotated("z", 180).moved(2 * x, 2 * y, 0.0)
        tyres.append(tyre)
        hubs.append(hub)
    lamps = [
        lathe(rounded_polyline([(0, 0), (0.06, 0, 0.01), (0.06, 0.05, 0.02), (0, 0.055)]), 20)
        .rotated("x", 90)
        .moved(x, -0.45, 1.75)
        for x in (-0.47, 0.47)
    ]
    beacon = lathe(rounded_polyline([(0, 0), (0.05, 0), (0.05, 0.09, 0.03), (0, 0.1)]), 20).moved(0.3, 0.75, 2.11)
    looks = {
        "Paint": Surface(linear("#e3a40f"), roughness=0.32, clearcoat=0.4),
        "Weight": Surface(linear("#3b3f44"), roughness=0.5),
        "Dark": Surface(linear("#1b1d20"), roughness=0.55),
        "Steel": Surface(linear("#54585c"), roughness=0.42, metallic=0.8),
        "Fork": Surface(linear("#2a2b2d"), roughness=0.38, metallic=0.9),
        "Rubber": Surface(linear("#161616"), roughness=0.85),
        "Hub": Surface(linear("#d9d6cf"), roughness=0.5),
        "Lamp": Surface(linear("#f2efe4"), roughness=0.15),
        "Amber": Surface(linear("#e8820c"), roughness=0.2),
    }
    parts = {
        "Body": Part(join(*body), "Paint"),
        "Weight": Part(join(*weight), "Weight"),
        "Cab": Part(join(*dark), "Dark"),
        "Mast": Part(join(*steel), "Steel"),
        "Forks": Part(join(*carriage, *forks), "Fork"),
        "Tyres": Part(join(*tyres), "Rubber"),
        "Hubs": Part(join(*hubs), "Hub"),
        "Lamps": Part(join(*lamps), "Lamp"),
        "Beacon": Part(beacon, "Amber"),
    }
    choices = {"yellow": "#e3a40f", "orange": "#d9601a", "green": "#3f7f55"}
    return Model(
        Asset("forklift", "forklift", looks, parts, {"color": colors("Paint", choices)}),
        (("forks", (-0.42, -2.25, 0.42, -1.05), 0.1, 2.0),),
    )
