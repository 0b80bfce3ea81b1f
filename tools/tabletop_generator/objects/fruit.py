"""Fruit and eggs: apple, orange, lemon, pear, banana, egg."""

from dataclasses import replace

import numpy as np

from .. import skins
from ..asset import Asset, Part, Variant
from ..curves import bezier, catmull_rom, ellipse
from ..images import linear, normal_map
from ..loft import lathe, sweep
from ..materials import Surface
from ..mesh import Mesh

__all__ = ["apple", "banana", "egg", "lemon", "orange", "pear"]

_STALK = Surface(linear("#5b4327"), roughness=0.8)


def apple() -> Asset:
    """Model a 76 mm apple with dimples, five lobes at the calyx and a bent stalk, in three varieties."""
    profile = catmull_rom([
        (0.0, 0.0075), (0.006, 0.0048), (0.014, 0.0004), (0.023, 0.0030), (0.033, 0.0170), (0.0383, 0.0370), (0.0365, 0.0540),
        (0.0285, 0.0660), (0.0180, 0.0702), (0.0090, 0.0680), (0.0032, 0.0612), (0.0, 0.0590)], 4)
    profile[0, 0] = profile[-1, 0] = 0.0
    body = lathe(np.maximum(profile, 0.0), 48)
    angle = np.arctan2(body.points[:, 1], body.points[:, 0])
    low = np.clip(1.0 - body.points[:, 2] / 0.045, 0.0, 1.0)
    swell = 1.0 + 0.05 * low * np.cos(5 * angle) + 0.012 * np.cos(2 * angle + 0.7)
    points = body.points * np.stack([swell, swell, 1.0 + 0.03 * np.cos(angle - 0.5)], axis=1)
    body = replace(body, points=points).on_ground()
    stalk = sweep(bezier((0, 0, 0.058), (0.001, 0, 0.066), (0.002, 0, 0.072), (0.006, 0, 0.081), steps=8),
                  ellipse(0.0026, 0.0026, 8),
                  np.linspace(0.9, 1.25, 9))
    varieties = {"red": ("#d9b04a", "#a81f22", 41), "green": ("#93b23e", "#b7c65a", 42), "yellow": ("#e0be55", "#cf8b45", 43)}
    looks = {"Skin": Surface(color_map="./textures/red.png", roughness=0.26, clearcoat=0.25), "Stalk": _STALK}
    return Asset("apple", "apple", looks, {"Skin": Part(body, "Skin"), "Stalk": Part(stalk, "Stalk")},
                 {"variety": {name: Variant({"Skin": {"color_map": f"./textures/{name}.png"}}) for name in varieties}},
                 {f"{name}.png": skins.apple(*arguments) for name, arguments in varieties.items()})


def orange() -> Asset:
    """Model a 78 mm orange with pored peel and a stem button."""
    profile = catmull_rom([(0.0, 0.0012), (0.010, 0.0012), (0.024, 0.0080), (0.0360, 0.0240), (0.0392, 0.0390),
                           (0.0360, 0.0545),
                           (0.0240, 0.0690), (0.0110, 0.0745), (0.0045, 0.0738), (0.0, 0.0728)], 4)
    body = lathe(np.maximum(profile, 0.0), 48).on_ground()
    button = lathe(np.array([(0.0, 0.0712), (0.0038, 0.0712), (0.0034, 0.0735), (0.0022, 0.0742), (0.0, 0.0740)]), 10)
    looks = {"Peel": Surface(linear("#e07b12"), roughness=0.42, normal_map="./textures/peel.png"),
             "Button": Surface(linear("#6d7437"), roughness=0.8)}
    return Asset("orange", "orange", looks, {"Peel": Part(body, "Peel"), "Button": Part(button, "Button")},
                 {"ripeness": {"ripe": Variant({"Peel": {"color": linear("#e07b12")}}),
                               "early": Variant({"Peel": {"color": linear("#d9941f")}}),
                               "blood": Variant({"Peel": {"color": linear("#cc4f16")}})}},
                 {"peel.png": normal_map(skins.fruit_pores(51), 0.9)})


def lemon() -> Asset:
    """Model an 88 mm lemon lying on its side."""
    profile = catmull_rom([(0.0, -0.0440), (0.0050, -0.0425), (0.0085, -0.0370), (0.0190, -0.0280), (0.0285, -0.0110),
                           (0.0290, 0.0080),
                           (0.0215, 0.0255), (0.0100, 0.0345), (0.0060, 0.0385), (0.0, 0.0400)], 4)
    body = lathe(np.maximum(profile, [0.0, -1.0]), 44).rotated("y", 90)
    looks = {"Peel": Surface(linear("#edc42a"), roughness=0.4, normal_map="./textures/peel.png")}
    return Asset("lemon", "lemon", looks, {"Peel": Part(body.on_ground(), "Peel")},
                 {"ripeness": {"ripe": Variant({"Peel": {"color": linear("#edc42a")}}),
                               "green": Variant({"Peel": {"color": linear("#a9b532")}})}},
                 {"peel.png": normal_map(skins.fruit_pores(52, cells=(72, 40)), 0.7)})


def pear() -> Asset:
    """Model a 105 mm pear standing, slightly bent, with a stalk."""
    profile = catmull_rom([(0.0, 0.006), (0.008, 0.002), (0.018, 0.0005), (0.030, 0.012), (0.0355, 0.032), (0.0310, 0.052),
                           (0.0220, 0.070),
                           (0.0170, 0.086), (0.0120, 0.097), (0.0050, 0.1020), (0.0, 0.1010)], 4)
    body = lathe(np.maximum(profile, 0.0), 44)
    body = replace(body, points=_bend(body.points)).on_ground()
    stalk = sweep(_bend(bezier((0, 0, 0.098), (0.001, 0, 0.108), (0.002, 0.003, 0.116), (0.008, 0.005, 0.124), steps=8)),
                  ellipse(0.0030, 0.0030, 8), np.linspace(0.8, 1.2, 9))
    varieties = {"green": ("#a9ad4a", "#7c5a2a", 61), "russet": ("#b08a4a", "#6e4a26", 62)}
    looks = {"Skin": Surface(color_map="./textures/green.png", roughness=0.42), "Stalk": _STALK}
    return Asset("pear", "pear", looks, {"Skin": Part(body, "Skin"), "Stalk": Part(stalk, "Stalk")},
                 {"variety": {name: Variant({"Skin": {"color_map": f"./textures/{name}.png"}}) for name in varieties}},
                 {f"{name}.png": skins.pear(*arguments) for name, arguments in varieties.items()})


def _bend(points: np.ndarray) -> np.ndarray:
    """Lean the upper part of a pear towards +x."""
    lean = 0.9 * np.clip(points[:, 2] - 0.03, 0.0, None) ** 2
    return points + np.stack([lean, np.zeros(len(points)), np.zeros(len(points))], axis=1)


def banana() -> Asset:
    """Model a 190 mm banana lying on its side, curved in the table plane, in three stages of ripeness."""
    angle = np.radians(np.linspace(-52, 46, 40))
    path = np.stack([0.125 * np.sin(angle), -0.125 * np.cos(angle) + 0.10, 0.012 * np.sin(1.3 * angle)], axis=1)
    along = np.linspace(0.0, 1.0, 40)
    thickness = np.interp(along, [0, 0.03, 0.10, 0.30, 0.55, 0.78, 0.86, 0.90, 1.0],
                          [0.22, 0.30, 0.66, 1.0, 1.03, 0.80, 0.48, 0.33, 0.29])
    thickness = np.convolve(np.pad(thickness, 2, "edge"), [0.1, 0.2, 0.4, 0.2, 0.1], "valid")
    body = sweep(path, _pentagon(0.0355, 30), thickness, up=(0, 0, 1)).on_ground()
    stages = {"ripe": ("#e8c33c", 0.35, 0.12, 71), "green": ("#b9bd3f", 0.9, 0.0, 72), "spotted": ("#e0b338", 0.0, 0.75, 73)}
    return Asset("banana", "banana", {"Skin": Surface(color_map="./textures/ripe.png", roughness=0.5)},
                 {"Skin": Part(body, "Skin")},
                 {"ripeness": {name: Variant({"Skin": {"color_map": f"./textures/{name}.png"}}) for name in stages}},
                 {f"{name}.png": skins.banana(*arguments) for name, arguments in stages.items()})


def _pentagon(width: float, count: int) -> np.ndarray:
    """Return a rounded five-sided section."""
    angle = np.arange(count) * 2 * np.pi / count
    radius = 0.5 * width * (1.0 + 0.045 * np.cos(5 * angle) - 0.012 * np.cos(10 * angle))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def egg() -> Asset:
    """Model a 57 mm egg lying on its side."""
    t = np.linspace(0.0, np.pi, 30)
    profile = np.stack([0.0218 * np.sin(t) * (1.0 - 0.13 * np.cos(np.pi - t)), -0.0285 * np.cos(t)], axis=1)
    profile[[0, -1], 0] = 0.0
    body: Mesh = lathe(profile, 40).rotated("y", 90).on_ground()
    shells = {"brown": ("#cf9f78", 81), "white": ("#ece3d4", 82)}
    return Asset("egg", "egg", {"Shell": Surface(color_map="./textures/brown.png", roughness=0.45)},
                 {"Shell": Part(body, "Shell")},
                 {"shell": {name: Variant({"Shell": {"color_map": f"./textures/{name}.png"}}) for name in shells}},
                 {f"{name}.png": skins.egg(*arguments) for name, arguments in shells.items()})
