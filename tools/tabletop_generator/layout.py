"""Where everything stands: the still life on the table, without one object cutting into another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from .environment import TABLE_HEIGHT
from .mesh import rotation
from .objects.crockery import bowl_profile

__all__ = ["Placement", "resting_height", "still_life"]


@dataclass(frozen=True)
class Placement:
    """One object in the scene: asset, pose in world space and variant selections."""

    name: str
    asset: str  # path below the folder of assets
    label: str
    position: tuple[float, float, float]  # [m]
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0)  # XYZ Euler angles [deg]
    variants: Mapping[str, str] = field(default_factory=dict)
    instanceable: bool = False


def _on_table(name: str, label: str, x: float, y: float, yaw: float = 0.0, *, z: float = 0.0, asset: str = "",
              instanceable: bool = False, **variants: str) -> Placement:
    """Return a placement that stands upright at (x, y), ``z`` above the table top."""
    return Placement(name, f"{label}/{asset or label}.usda", label, (x, y, round(TABLE_HEIGHT + z, 5)), (0.0, 0.0, yaw),
                     variants,
                     instanceable)


def resting_height(profile: np.ndarray, distance: float, radius: float) -> float:
    """Return the lowest height of the centre of a ball inside a bowl.

    Args:
        profile: (P, 2) radius and height of the bowl's inside [m].
        distance: Of the ball's centre from the bowl's axis [m].
        radius: Of the ball [m].
    """
    dense = np.concatenate([np.linspace(a, b, 20) for a, b in pairwise(profile)])
    dense = np.concatenate([dense, dense * [-1.0, 1.0]])
    reach = radius ** 2 - (dense[:, 0] - distance) ** 2
    return float((dense[reach > 0, 1] + np.sqrt(reach[reach > 0])).max())


def _fruit_bowl(x: float, y: float) -> list[Placement]:
    """Return the fruit bowl with four fruits in a ring and one on top of them."""
    ball, spread = 0.0415, 0.0595
    profile = bowl_profile(0.135, 0.082, 0.005)
    inside = profile[int(np.argmax(profile[:, 1])) + 2:]
    low = resting_height(inside, spread, ball)
    high = low + np.sqrt((2 * ball) ** 2 - spread ** 2)
    fruits = (("apple", "red", 20.0, (14, -18, 40)), ("orange", "ripe", 110.0, (-20, 12, 0)),
              ("apple", "green", 200.0, (10, 22, 150)),
              ("orange", "ripe", 290.0, (24, 8, 80)))
    out = [_on_table("FruitBowl", "bowl", x, y, size="fruit", color="white")]
    counts: dict[str, int] = {}
    for label, choice, azimuth, angles in fruits:
        counts[label] = counts.get(label, 0) + 1
        center = np.array([x + spread * np.cos(np.radians(azimuth)), y + spread * np.sin(np.radians(azimuth)),
                           TABLE_HEIGHT + low])
        out.append(_in_bowl(f"{label.capitalize()}_{counts[label]:02d}", label, center, angles, choice))
    out.append(_in_bowl("Apple_03", "apple", np.array([x, y, TABLE_HEIGHT + high]), (12.0, 10.0, 210.0), "red"))
    return out


def _in_bowl(name: str, label: str, center: np.ndarray, angles: tuple[float, float, float], choice: str) -> Placement:
    """Return a fruit turned about its own middle, which comes to lie at ``center``."""
    middle = {"apple": 0.0355, "orange": 0.0370}[label]
    turn = rotation("z", angles[2]) @ rotation("y", angles[1]) @ rotation("x", angles[0])
    origin = center - turn @ np.array([0.0, 0.0, middle])
    variants = {"apple": "variety", "orange": "ripeness"}[label]
    return Placement(name, f"{label}/{label}.usda", label, tuple(round(float(v), 5) for v in origin), angles,
                     {variants: choice}, True)


def still_life() -> list[Placement]:
    """Return the breakfast table: groceries behind, the fruit bowl in the middle, a laid place and a cutting board in front."""
    return [
        _on_table("CerealBox", "cereal_box", -0.330, 0.255, 14.0, design="golden_oat"),
        _on_table("MilkCarton", "milk_carton", -0.175, 0.275, -16.0, design="whole_milk"),
        _on_table("Bottle", "bottle", -0.075, 0.330, 12.0, design="olive_oil"),
        *_fruit_bowl(0.095, 0.180),
        _on_table("PepperMill", "pepper_mill", 0.255, 0.320, 30.0, wood="walnut"),
        _on_table("Vase", "vase", 0.375, 0.255, 0.0, content="sprigs", clay="light"),
        _on_table("SodaCan_01", "can", -0.440, 0.140, -8.0, asset="soda_can", design="blood_orange"),
        _on_table("SodaCan_02", "can", -0.525, 0.215, 6.0, asset="soda_can", design="lime_mint"),
        _on_table("FoodCan", "can", -0.620, 0.115, 8.0, asset="food_can", design="plum_tomatoes"),
        _on_table("Jar", "jar", -0.535, 0.015, 6.0, content="strawberry"),
        _on_table("Teapot", "teapot", 0.395, 0.000, 205.0, color="sage"),
        _on_table("Mug", "mug", 0.205, -0.050, -50.0, color="cobalt", fill="coffee"),
        _on_table("Plate", "plate", -0.185, -0.120, size="dinner", glaze="cream"),
        _on_table("CerealBowl", "bowl", -0.185, -0.120, z=0.0071, size="cereal", color="sage"),
        _on_table("Napkin", "napkin", -0.400, -0.130, 4.0, stripe="blue"),
        _on_table("Fork", "fork", -0.405, -0.125, 4.0, z=0.0061, finish="steel"),
        _on_table("Knife", "knife", -0.028, -0.130, -2.0, finish="steel"),
        _on_table("Spoon", "spoon", 0.012, -0.140, -3.0, finish="steel"),
        _on_table("CuttingBoard", "cutting_board", 0.300, -0.240, 12.0, wood="walnut"),
        _on_table("Banana_01", "banana", 0.240, -0.262, 12.0, z=0.020, ripeness="ripe"),
        _on_table("Lemon", "lemon", 0.400, -0.190, 35.0, z=0.020, ripeness="ripe"),
        _on_table("Pear", "pear", -0.165, 0.105, 120.0, variety="green"),
        _on_table("Egg_01", "egg", -0.300, -0.300, 25.0, shell="brown", instanceable=True),
        _on_table("Egg_02", "egg", -0.235, -0.325, 80.0, shell="white", instanceable=True),
        _on_table("Book_01", "book", 0.600, 0.170, 78.0, design="quiet_hills"),
        _on_table("Book_02", "book", 0.595, 0.165, 96.0, z=0.0272, design="form"),
        _on_table("Candle", "candle", 0.590, 0.180, 0.0, z=0.0544, glaze="terracotta"),
        _on_table("Cup", "cup", 0.575, -0.070, -30.0, color="rose", fill="coffee"),
        _on_table("Tin", "tin", -0.575, -0.105, 20.0, design="tuna"),
        _on_table("Sponge", "sponge", 0.690, -0.310, 24.0, color="yellow"),
    ]
