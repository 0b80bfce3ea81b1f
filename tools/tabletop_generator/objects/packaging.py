"""Packaged groceries and print: cereal box, milk carton, drink can, food can, tin, jam jar, oil bottle, book."""

from dataclasses import replace

import numpy as np

from .. import prints
from ..asset import Asset, Part, Variant
from ..boxes import rounded_box
from ..curves import bezier, lengths, rounded_polyline, rounded_rectangle
from ..images import linear
from ..loft import lathe, loft, profile_groups, sweep, wrap
from ..materials import Surface
from ..mesh import Mesh, merge
from ..prints import Brand
from ..skins import page_edges

__all__ = ["book", "bottle", "cereal_box", "food_can", "jar", "milk_carton", "soda_can", "tin"]

_ALUMINIUM = Surface(linear("#d5d6d8"), roughness=0.28, metallic=1.0)
_STEEL = Surface(linear("#c9c7c2"), roughness=0.32, metallic=1.0)


def _map_variants(look: str, names: tuple[str, ...]) -> dict[str, Variant]:
    """Return one variant per texture of that name."""
    return {name: Variant({look: {"color_map": f"./textures/{name}.png"}}) for name in names}


def cereal_box() -> Asset:
    """Model a 190 x 60 x 290 mm cereal box in three designs."""
    brands = {
        "golden_oat": Brand("Sunmere", "golden oat crisp", "#f2b632", "#c8472b", "#23405c", "#fff4d6", 1),
        "honey_hoops": Brand("Orbit", "honey hoops", "#3c2f6b", "#e86f51", "#1d1640", "#f6e7c8", 2),
        "berry_muesli": Brand("Fig & Fern", "berry muesli", "#7fb7a3", "#1f5a55", "#8c2346", "#f4f0df", 3),
    }
    return Asset(
        "cereal_box", "cereal_box", {"Print": Surface(color_map="./textures/golden_oat.png", roughness=0.42)},
        {"Box": Part(rounded_box(0.190, 0.060, 0.290, 0.0012, atlas=prints.BOX_ATLAS), "Print")},
        {"design": _map_variants("Print", tuple(brands))},
        {f"{name}.png": prints.cereal_box(brand) for name, brand in brands.items()},
    )


def milk_carton() -> Asset:
    """Model a one litre gable-top carton with a screw cap in three designs."""
    brands = {
        "whole_milk": Brand("Alder Farm", "Milk", "#2f6fa8", "#e9b949", "#1f3550", "#f7f6f0", 3),
        "oat_drink": Brand("Alder Farm", "Oats", "#b98a4e", "#5e7d54", "#4b3524", "#faf4e6", 4),
        "buttermilk": Brand("Alder Farm", "Butter", "#3f8f6b", "#f0d37a", "#1f4535", "#f6f7f0", 5),
    }
    return Asset(
        "milk_carton", "milk_carton",
        {"Print": Surface(color_map="./textures/whole_milk.png", roughness=0.38),
         "Cap": Surface(linear("#e3b23c"), roughness=0.35)},
        {"Carton": Part(_gable_carton(), "Print"), "Cap": Part(_screw_cap(), "Cap")},
        {"design": _map_variants("Print", tuple(brands))},
        {f"{name}.png": prints.milk_carton(brand) for name, brand in brands.items()},
    )


def _gable_carton(width: float = 0.070, shoulder: float = 0.182, ridge: float = 0.222, fin: float = 0.018) -> Mesh:
    """Return the carton: four walls, a gable whose ends fold inwards, and the sealed fin along x."""
    arc = 2
    base = rounded_rectangle(width, width, 0.0015, arc)
    rings, heights = [], []
    for z, inset in ((0.0, 0.0012), (0.0012, 0.0), (shoulder, 0.0)):
        rings.append(base * (1 - 2 * inset / width))
        heights.append(z)
    for t in np.linspace(0.0, 1.0, 6)[1:]:
        ring = base * np.array([1.0, 1.0 - t * (1.0 - 0.0026 / width)])
        fold = t * 0.014 * (1 - np.abs(ring[:, 1]) / np.maximum(np.abs(ring[:, 1]).max(),
                                                                1e-9)) * (np.abs(base[:, 0]) > 0.48 * width)
        rings.append(np.stack([ring[:, 0] - np.sign(base[:, 0]) * fold, ring[:, 1]], axis=1))
        heights.append(shoulder + t * (ridge - shoulder))
    rings.append(base * np.array([1.0, 0.0026 / width]))
    heights.append(ridge + fin)
    body = np.stack([np.concatenate([ring, np.full((len(ring), 1), z)], axis=1) for ring,
                     z in zip(rings, heights, strict=True)])
    turn = 3 * (arc + 1) - 1  # start in the middle of the corner left of the front
    body = np.roll(body, -(turn - arc), axis=1)
    bottom, top = (np.repeat(ring.mean(0)[None, None], body.shape[1], axis=1) for ring in (body[0], body[-1]))
    u = lengths(np.concatenate([body[2], body[2][:1]])) / (4 * width)
    total = heights[-1]
    v = np.array([0.0, *[z / total for z in heights], 1.0])
    return loft(np.concatenate([bottom, body, top]), v=v, u=u / u[-1], crease=30.0)


def _screw_cap() -> Mesh:
    """Return the ribbed cap on the front slope of the gable."""
    profile = rounded_polyline([(0, 0), (0.0135, 0), (0.0135, 0.011, 0.0012), (0, 0.0115)])
    cap = lathe(profile, 60)
    angle = np.arctan2(cap.points[:, 1], cap.points[:, 0])
    on_side = (np.hypot(cap.points[:, 0], cap.points[:, 1]) > 0.0130)[:, None]
    ribs = np.where(on_side, 1.0 + 0.022 * np.cos(30 * angle)[:, None], 1.0)
    cap = replace(cap, points=cap.points * np.concatenate([ribs, ribs, np.ones_like(ribs)], axis=1))
    slope = np.degrees(np.arctan2(0.040, 0.034))
    return cap.rotated("x", slope).moved(0, -0.0185, 0.1995)


def soda_can() -> Asset:
    """Model a 330 ml drink can, 66 x 115 mm, with rim, recessed lid and tab, in three designs."""
    brands = {
        "blood_orange": Brand("FIZZLE", "blood orange", "#d8432f", "#f39c3d", "#7a1510", "#fff1dc", 4),
        "lime_mint": Brand("FIZZLE", "lime & mint", "#3d9a4b", "#bfd94c", "#14512a", "#f8fbe6", 5),
        "elderflower": Brand("FIZZLE", "elderflower", "#3d6fb0", "#a9cbe8", "#173566", "#f3f7fb", 6),
    }
    base = rounded_polyline([
        (0, 0.009), (0.016, 0.006, 0.02), (0.0235, 0.0007, 0.002), (0.0250, 0.0, 0.001), (0.0262, 0.0007, 0.001),
        (0.0331, 0.0085, 0.004), (0.0331, 0.010)])
    side = np.array([(0.0331, 0.010), (0.0331, 0.030), (0.0331, 0.070), (0.0331, 0.098)])
    neck = rounded_polyline([
        (0.0331, 0.098), (0.0331, 0.102, 0.006), (0.0268, 0.1115, 0.006), (0.0263, 0.1130, 0.001), (0.0272, 0.1140, 0.0007),
        (0.0270, 0.1152, 0.0006), (0.0258, 0.1152, 0.0006), (0.0250, 0.1105, 0.001), (0.0230, 0.1088, 0.001),
        (0.0215, 0.1105, 0.001), (0, 0.1105)])
    profile, groups = profile_groups(("", base), ("wrap", side), ("", neck))
    body = lathe(profile, 64, groups=groups).on_ground()
    tab = sweep(np.array([[-0.009, 0, 0.1119], [0.0, 0, 0.1122], [0.009, 0, 0.1124], [0.0125, 0, 0.1124]]),
                rounded_rectangle(0.0012, 0.012, 0.0005, 2), np.array([0.75, 1.0, 0.95, 0.6]), up=(0, 1, 0))
    looks = {"Wrap": Surface(color_map="./textures/blood_orange.png", roughness=0.22, metallic=0.35, clearcoat=0.4),
             "Metal": _ALUMINIUM}
    return Asset("can", "soda_can", looks,
                 {"Body": Part(body, "Metal", {"wrap": "Wrap"}), "Tab": Part(tab, "Metal")},
                 {"design": _map_variants("Wrap", tuple(brands))},
                 {f"{name}.png": prints.soda_can(brand) for name, brand in brands.items()})


def food_can() -> Asset:
    """Model a 400 g food can, 73 x 110 mm, with a paper label in three designs."""
    brands = {
        "plum_tomatoes": Brand("Casa Lume", "plum tomatoes", "#a3271f", "#cf3c2a", "#2f5d34", "#f7ecd2", 4),
        "chick_peas": Brand("Casa Lume", "chick peas", "#2e6b4f", "#d6ad5e", "#6b4a22", "#f6efd9", 5),
        "black_beans": Brand("Casa Lume", "black beans", "#4a3560", "#3a2f3d", "#5e8a4a", "#f3ead8", 6),
    }
    base = rounded_polyline([(0, 0.003), (0.0325, 0.003, 0.001), (0.0340, 0.0, 0.0008), (0.0372, 0.0, 0.0008),
                             (0.0372, 0.0026, 0.0008),
                             (0.0360, 0.0045, 0.001), (0.0360, 0.006)])
    side = np.array([(0.0362, 0.006), (0.0362, 0.104)])
    top = rounded_polyline([(0.0360, 0.104), (0.0360, 0.1055, 0.001), (0.0372, 0.1074, 0.0008), (0.0372, 0.1100, 0.0008),
                            (0.0348, 0.1100, 0.0008), (0.0340, 0.1062, 0.001), (0.0300, 0.1062, 0.001), (0.0285, 0.1068, 0.001),
                            (0.0200, 0.1068, 0.001), (0.0188, 0.1060, 0.001), (0, 0.1060)])
    profile, groups = profile_groups(("", np.concatenate([base, side[:1]])), ("label", side),
                                     ("", np.concatenate([side[-1:], top])))
    ring = sweep(_circle(0.0085, 24) + np.array([0.017, 0, 0.1078]), rounded_rectangle(0.0022, 0.0012, 0.0004, 2))
    looks = {"Label": Surface(color_map="./textures/plum_tomatoes.png", roughness=0.5), "Metal": _STEEL}
    return Asset("can", "food_can", looks,
                 {"Body": Part(lathe(profile, 64, groups=groups), "Metal", {"label": "Label"}), "Ring": Part(ring, "Metal")},
                 {"design": _map_variants("Label", tuple(brands))},
                 {f"{name}.png": prints.food_can(brand) for name, brand in brands.items()})


def _circle(radius: float, count: int) -> np.ndarray:
    angle = np.linspace(0, 1.97 * np.pi, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(count)], axis=1)


def tin() -> Asset:
    """Model a flat fish tin, 85 x 34 mm, in two designs."""
    brands = {"tuna": Brand("Tidepool", "tuna in olive oil", "#1f4f6e", "#e8c15a", "#0f2c40", "#f4efe2", 4),
              "mackerel": Brand("Tidepool", "smoked mackerel", "#8b2f3a", "#e6d2a8", "#431218", "#f7f0e2", 5)}
    base = rounded_polyline([(0, 0.002), (0.0385, 0.002, 0.001), (0.0400, 0.0, 0.0008), (0.0415, 0.0010, 0.0015),
                             (0.0418, 0.003)])
    side = np.array([(0.0418, 0.003), (0.0418, 0.030)])
    top = rounded_polyline([(0.0418, 0.030), (0.0430, 0.0315, 0.0006), (0.0430, 0.0340, 0.0008), (0.0408, 0.0340, 0.0008),
                            (0.0400, 0.0312, 0.001), (0.0345, 0.0312, 0.001), (0.0330, 0.0320, 0.001), (0.0240, 0.0320, 0.001),
                            (0.0228, 0.0312, 0.001), (0, 0.0312)])
    profile, groups = profile_groups(("", base), ("wrap", side), ("", top))
    ring = sweep(_circle(0.0090, 24) + np.array([0.021, 0, 0.0331]), rounded_rectangle(0.0024, 0.0012, 0.0004, 2))
    looks = {"Wrap": Surface(color_map="./textures/tuna.png", roughness=0.35), "Metal": _STEEL}
    return Asset("tin", "tin", looks,
                 {"Body": Part(lathe(profile, 72, groups=groups).on_ground(), "Metal", {"wrap": "Wrap"}),
                  "Ring": Part(ring, "Metal")},
                 {"design": _map_variants("Wrap", tuple(brands))},
                 {f"{name}.png": prints.tin_label(brand) for name, brand in brands.items()})


def jar() -> Asset:
    """Model a 340 g jam jar, 76 x 98 mm, full to the brim, so that the glass reads as its glossy content."""
    contents = {"strawberry": ("#7d0f16", "#8f1525", "#b3202e"), "apricot": ("#c46a12", "#b8641a", "#d98324"),
                "honey": ("#a8690f", "#8a5a14", "#d7a02c")}
    body = rounded_polyline([(0, 0.002), (0.028, 0.002, 0.001), (0.030, 0.0, 0.001), (0.0355, 0.0, 0.004), (0.038, 0.008, 0.01),
                             (0.038, 0.070, 0.016), (0.0325, 0.082, 0.006), (0.0325, 0.086), (0, 0.086)])
    lid = rounded_polyline([(0, 0.0815), (0.0352, 0.0815, 0.0005), (0.0352, 0.0955, 0.0014), (0.0310, 0.0965, 0.001),
                            (0.0300, 0.0958, 0.001), (0, 0.0958)])
    label = wrap(np.array([(0.03815, 0.018), (0.03815, 0.060)]), 132.0)
    looks = {"Jam": Surface(linear(contents["strawberry"][0]), roughness=0.08, clearcoat=0.6),
             "Lid": Surface(linear("#c7a557"), roughness=0.3, metallic=1.0),
             "Label": Surface(color_map="./textures/strawberry.png", roughness=0.6)}
    variants = {"content": {name: Variant({"Jam": {"color": linear(color)}, "Label": {"color_map": f"./textures/{name}.png"}})
                            for name, (color, _, _) in contents.items()}}
    images = {f"{name}.png": prints.jar_label(Brand("Pip & Grove", name, ink, accent, "#4a2a1c", "#fff8ea", 1))
              for name, (_, ink, accent) in contents.items()}
    parts = {"Glass": Part(lathe(body, 64), "Jam"), "Lid": Part(lathe(lid, 72), "Lid"),
             "Label": Part(label, "Label", double_sided=True)}
    return Asset("jar", "jar", looks, parts, variants, images)


def bottle() -> Asset:
    """Model a 500 ml oil bottle, 70 x 275 mm, of dark glass with a cork stopper, in two designs."""
    shoulder = bezier((0.035, 0.155), (0.035, 0.186), (0.014, 0.188), (0.0135, 0.222), steps=16)
    body = np.concatenate([
        rounded_polyline([(0, 0.004), (0.022, 0.003, 0.004), (0.028, 0.0, 0.002), (0.0325, 0.0, 0.003), (0.035, 0.006, 0.004),
                          (0.035, 0.04)]),
        shoulder, rounded_polyline([(0.0135, 0.223), (0.0135, 0.243, 0.0008), (0.0162, 0.244, 0.001), (0.0162, 0.254, 0.0015),
                                    (0.0120, 0.255, 0.0008), (0, 0.255)])])
    cork = rounded_polyline([(0, 0.2552), (0.0098, 0.2552), (0.0105, 0.2600, 0.001), (0.0165, 0.2602, 0.001),
                             (0.0165, 0.2745, 0.0025), (0, 0.275)])
    label = wrap(np.array([(0.03515, 0.028), (0.03515, 0.112)]), 118.0)
    brands = {"olive_oil": Brand("Olivastro", "extra virgin", "#2a3b1c", "#8a8f3c", "#2c3320", "#f1ead6", 1),
              "vinegar": Brand("Borgo Due", "aged vinegar", "#3a1216", "#8b3a3a", "#3a1216", "#efe6da", 2)}
    glass = {"olive_oil": "#1d2a10", "vinegar": "#24090b"}
    looks = {"Glass": Surface(linear(glass["olive_oil"]), roughness=0.05, clearcoat=0.8),
             "Cork": Surface(linear("#b68d5e"), roughness=0.8),
             "Label": Surface(color_map="./textures/olive_oil.png", roughness=0.65)}
    variants = {"design": {name: Variant({"Glass": {"color": linear(glass[name])},
                                          "Label": {"color_map": f"./textures/{name}.png"}})
                           for name in brands}}
    parts = {"Glass": Part(lathe(body, 64), "Glass"), "Cork": Part(lathe(cork, 40), "Cork"),
             "Label": Part(label, "Label", double_sided=True)}
    return Asset("bottle", "bottle", looks, parts, variants, {f"{name}.png": prints.bottle_label(brand) for name,
                                                              brand in brands.items()})


def book() -> Asset:
    """Model a hardback, 150 x 214 x 27 mm, lying on its back cover with the spine at -x, in three designs."""
    brands = {"quiet_hills": Brand("Quiet Hills", "a walker's year", "#24505a", "#6aa08f", "#17333a", "#f3e3c1", 3),
              "form": Brand("Form", "on simple things", "#c9573b", "#e7b04a", "#2b2b33", "#f5ecdc", 4),
              "orbits": Brand("Slow Orbits", "a novel", "#2c2f55", "#d98f4e", "#1a1c38", "#e9e2cf", 5)}
    plain = dict.fromkeys(("left", "right", "top", "bottom", "front", "back"), (0.01, 0.01, 0.02, 0.02))
    back = rounded_box(0.150, 0.214, 0.003, 0.0008, atlas=plain)
    cover = rounded_box(0.150, 0.214, 0.003, 0.0008, atlas={**plain, "top": (30 / 178, 0.0, 1.0, 1.0)}).moved(z=0.024)
    edges = dict.fromkeys(("left", "right", "front", "back"), (0, 0, 1, 1))
    pages = rounded_box(0.144, 0.206, 0.0212, 0.0004, atlas=edges).moved(z=0.0029)
    looks = {"Jacket": Surface(color_map="./textures/quiet_hills.png", roughness=0.5),
             "Paper": Surface(color_map="./textures/page_edges.png", roughness=0.85)}
    images = {f"{name}.png": prints.book_cover(brand) for name, brand in brands.items()}
    return Asset("book", "book", looks,
                 {"Cover": Part(merge(back, cover, _spine()), "Jacket"), "Pages": Part(pages, "Paper")},
                 {"design": _map_variants("Jacket", tuple(brands))}, {**images, "page_edges.png": page_edges(8)})


def _spine() -> Mesh:
    """Return a book's spine at -x, its title (which runs down the jacket's left strip) reading along it."""
    board = rounded_box(0.214, 0.027, 0.004, 0.0012, bevels=3)
    turned = np.stack([board.st[:, 1] * 30 / 178, 1.0 - board.st[:, 0]], axis=1)
    return board.with_st(turned).rotated("x", 90).moved(z=0.0135, y=0.002).rotated("z", -90).moved(x=-0.0755)
