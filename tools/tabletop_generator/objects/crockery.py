"""Ceramics: mug, cup, bowl, plate, teapot and vase."""

from dataclasses import replace

import numpy as np

from .. import skins
from ..asset import Asset, Part, Variant
from ..curves import bezier, catmull_rom, ellipse, rounded_polyline
from ..images import linear
from ..loft import lathe, sweep
from ..materials import Surface
from ..mesh import Mesh, grid_mesh, merge

__all__ = ["bowl", "bowl_profile", "cup", "mug", "plate", "teapot", "vase"]

_GLAZES = {"white": "#efebe2", "cobalt": "#27457f", "sage": "#8c9f87", "ochre": "#c78a35", "charcoal": "#3b3d40",
           "rose": "#c98d86"}


def _glaze_variants(*names: str, look: str = "Glaze") -> dict[str, Variant]:
    return {name: Variant({look: {"color": linear(_GLAZES[name])}}) for name in names}


def _disk(radius: float, top: float, depth: float = 0.003) -> Mesh:
    """Return a flat filling whose rim is hidden in the vessel's wall."""
    return lathe(np.array([[0, top - depth], [radius, top - depth], [radius, top], [0.6 * radius, top], [0, top]]), 48)


def mug() -> Asset:
    """Model a mug, 82 x 95 mm, with coffee, tea or nothing in it."""
    fills = {"coffee": Variant({"Drink": {"color": linear("#24120a")}}, {"Drink": Part(_disk(0.0382, 0.0805), "Drink")}),
             "tea": Variant({"Drink": {"color": linear("#7a3510")}}, {"Drink": Part(_disk(0.0382, 0.0770), "Drink")}),
             "empty": Variant()}
    return Asset(
        "mug", "mug",
        {"Glaze": Surface(linear(_GLAZES["white"]), roughness=0.16, clearcoat=0.3),
         "Drink": Surface(linear("#24120a"), roughness=0.06)},
        {"Body": Part(_mug_body(), "Glaze"), "Handle": Part(_mug_handle(), "Glaze")},
        {"color": _glaze_variants("white", "cobalt", "sage", "ochre", "charcoal"), "fill": fills},
    )


def cup() -> Asset:
    """Model an espresso cup on its saucer, 120 mm across, filled or empty."""
    body = rounded_polyline([
        (0, 0.0075), (0.0145, 0.0075, 0.0006), (0.0155, 0.0055, 0.0006), (0.0190, 0.0055, 0.0010), (0.0290, 0.020, 0.014),
        (0.0320, 0.060, 0.0012), (0.0296, 0.060, 0.0012), (0.0268, 0.021, 0.012), (0, 0.0105)])
    handle = sweep(bezier((0.0290, 0, 0.0500), (0.0480, 0, 0.0560), (0.0520, 0, 0.0340), (0.0276, 0, 0.0230), steps=20),
                   ellipse(0.0048, 0.0085, 14, 2.5), up=(0, 1, 0), rounded=False)
    saucer = rounded_polyline([
        (0, 0.0015), (0.030, 0.0015, 0.001), (0.0310, 0.0, 0.0008), (0.0335, 0.0, 0.001), (0.0370, 0.0030, 0.004),
        (0.0600, 0.0118, 0.0012), (0.0588, 0.0145, 0.0010), (0.0360, 0.0068, 0.006), (0.0240, 0.0064, 0.001),
        (0.0220, 0.0056, 0.001), (0, 0.0056)])
    coffee = Part(_disk(0.0292, 0.0480), "Drink")
    return Asset(
        "cup", "cup",
        {"Glaze": Surface(linear(_GLAZES["cobalt"]), roughness=0.16, clearcoat=0.3),
         "Drink": Surface(linear("#2b160b"), roughness=0.08)},
        {"Body": Part(lathe(body, 48), "Glaze"), "Handle": Part(handle, "Glaze"), "Saucer": Part(lathe(saucer, 64), "Glaze")},
        {"color": _glaze_variants("cobalt", "white", "rose", "ochre"),
         "fill": {"coffee": Variant(parts={"Drink": coffee}), "empty": Variant()}},
    )


def _mug_body() -> Mesh:
    return lathe(rounded_polyline([
        (0, 0.0025), (0.025, 0.0025, 0.001), (0.0262, 0, 0.0008), (0.0312, 0, 0.0016), (0.0385, 0.0065, 0.006),
        (0.0410, 0.024, 0.03), (0.0410, 0.095, 0.0018), (0.0374, 0.095, 0.0018), (0.0374, 0.012, 0.008), (0, 0.0065)]))


def _mug_handle() -> Mesh:
    path = bezier((0.0388, 0, 0.0800), (0.0640, 0, 0.0830), (0.0790, 0, 0.0640), (0.0670, 0, 0.0300), (0.0388, 0, 0.0230),
                  steps=26)
    return sweep(path, ellipse(0.0072, 0.0125, 16, 2.6), up=(0, 1, 0), rounded=False)


def bowl_profile(radius: float, height: float, wall: float = 0.004) -> np.ndarray:
    """Return the lathe profile of a bowl; the inside starts at the rim and ends on the axis."""
    foot = 0.42 * radius
    outside = bezier((foot + 0.002, 0.05 * height), (0.85 * radius, 0.06 * height), (0.985 * radius, 0.55 * height),
                     (radius, height - wall / 2), steps=14)
    inside = bezier((radius - wall, height - wall / 2), (0.985 * radius - wall, 0.57 * height + wall / 2),
                    (0.80 * radius, 0.10 * height + wall), (0.25 * radius, 0.07 * height + wall), steps=14)
    base = rounded_polyline([(0, 0.03 * height), (foot - 0.006, 0.03 * height, 0.001), (foot - 0.004, 0, 0.001),
                             (foot, 0, 0.0015), (foot + 0.002, 0.05 * height)])
    rim = rounded_polyline([outside[-1], (radius, height, 0.0017), (radius - wall, height, 0.0017), inside[0]])
    return np.concatenate([base, outside[1:], rim[1:-1], inside, [[0.0, 0.065 * height + wall]]])


def bowl() -> Asset:
    """Model a 160 mm cereal bowl and, as size variant, a 270 mm fruit bowl, in speckled stoneware or plain glazes."""
    glaze = Surface(linear(_GLAZES["white"]), roughness=0.22, clearcoat=0.2)
    small, large = lathe(bowl_profile(0.080, 0.062), 64), lathe(bowl_profile(0.135, 0.082, 0.005), 72)
    return Asset(
        "bowl", "bowl", {"Glaze": glaze},
        variants={"size": {"cereal": Variant(parts={"Body": Part(small, "Glaze")}),
                           "fruit": Variant(parts={"Body": Part(large, "Glaze")})},
                  "color": _glaze_variants("white", "sage", "cobalt", "rose", "charcoal")},
    )


def plate() -> Asset:
    """Model a 264 mm dinner plate (200 mm in the size variant) in speckled stoneware, textured by position."""
    looks = {"Glaze": Surface(color_map="./textures/stoneware_cream.png", roughness=0.28, clearcoat=0.15)}
    variants = {
        "size": {"dinner": Variant(parts={"Body": Part(_plate_body(0.132), "Glaze")}),
                 "side": Variant(parts={"Body": Part(_plate_body(0.100), "Glaze")})},
        "glaze": {name: Variant({"Glaze": {"color_map": f"./textures/stoneware_{name}.png"}}) for name in ("cream", "slate")},
    }
    images = {"stoneware_cream.png": skins.speckle_glaze("#e6dfd1", "#5b4433", 21),
              "stoneware_slate.png": skins.speckle_glaze("#5d6b75", "#22262b", 22)}
    return Asset("plate", "plate", looks, variants=variants, images=images)


def _plate_body(radius: float) -> Mesh:
    mesh = lathe(rounded_polyline([
        (0, 0.0025), (0.56 * radius, 0.0025, 0.001), (0.57 * radius, 0, 0.001), (0.61 * radius, 0, 0.0015),
        (0.66 * radius, 0.004, 0.006), (0.80 * radius, 0.010, 0.03), (radius - 0.0015, 0.0215, 0.001), (radius, 0.0225, 0.001),
        (radius - 0.001, 0.0240, 0.001), (radius - 0.0035, 0.0240, 0.001), (0.80 * radius, 0.0145, 0.03),
        (0.66 * radius, 0.0078, 0.02), (0.56 * radius, 0.0070, 0.02), (0, 0.0065)]), 80)
    return mesh.with_st(mesh.points[mesh.indices][:, :2] / 0.25 + 0.5)


def teapot() -> Asset:
    """Model a round 1 l teapot with a lid, swept spout and handle."""
    glaze = Surface(linear(_GLAZES["sage"]), roughness=0.14, clearcoat=0.4)
    wall = bezier((0.046, 0.004), (0.094, 0.012), (0.098, 0.078), (0.080, 0.100), (0.046, 0.1120), steps=20)
    body = np.concatenate([
        rounded_polyline([(0, 0.003), (0.036, 0.003, 0.001), (0.038, 0, 0.001), (0.044, 0, 0.0015), wall[0]]),
        wall[1:], [[0.0440, 0.1120], [0.0420, 0.1100], [0, 0.1080]]])
    lid = rounded_polyline([(0, 0.1095), (0.041, 0.1095, 0.0005), (0.0452, 0.1132, 0.0012), (0.0435, 0.1165, 0.003),
                            (0.022, 0.1255, 0.02), (0.0072, 0.1278, 0.004), (0.0058, 0.1330, 0.003), (0.0125, 0.1400, 0.004),
                            (0.0105, 0.1478, 0.005), (0, 0.1490)])
    spout_path = bezier((0.066, 0, 0.038), (0.108, 0, 0.040), (0.102, 0, 0.092), (0.138, 0, 0.1120), steps=20)
    spout = sweep(spout_path, ellipse(0.024, 0.026, 24), np.linspace(1.25, 0.52, 21), up=(0, 1, 0), rounded=False)
    handle_path = bezier((-0.078, 0, 0.094), (-0.128, 0, 0.122), (-0.160, 0, 0.074), (-0.124, 0, 0.034), (-0.078, 0, 0.030),
                         steps=26)
    handle = sweep(handle_path, ellipse(0.0095, 0.0160, 16, 2.5), up=(0, 1, 0), rounded=False)
    mouth = sweep(spout_path[-2:] + np.array([[0.0001, 0, 0.0001], [0.0003, 0, 0.0003]]), ellipse(0.0078, 0.0088, 20),
                  up=(0, 1, 0),
                  rounded=False)
    return Asset(
        "teapot", "teapot", {"Glaze": glaze, "Inside": Surface(linear("#1c1a17"), roughness=0.6)},
        {"Body": Part(lathe(body, 72), "Glaze"), "Lid": Part(lathe(lid, 56), "Glaze"), "Spout": Part(spout, "Glaze"),
         "Handle": Part(handle, "Glaze"), "Mouth": Part(mouth, "Inside")},
        variants={"color": _glaze_variants("sage", "white", "charcoal", "rose")},
    )


def vase() -> Asset:
    """Model a 210 mm stoneware vase, with sprigs of eucalyptus or empty."""
    outside = catmull_rom([(0.040, 0.0), (0.0525, 0.012), (0.0640, 0.050), (0.0655, 0.085), (0.0540, 0.120), (0.0335, 0.146),
                           (0.0235, 0.168),
                           (0.0218, 0.188), (0.0285, 0.210)], 4)
    inside = catmull_rom([(0.0262, 0.2105), (0.0192, 0.188), (0.0208, 0.168), (0.0305, 0.144), (0.0500, 0.118),
                          (0.0600, 0.085)], 3)
    profile = np.concatenate([[[0, 0.002], [0.034, 0.002], [0.036, 0.0]], outside, [[0.0282, 0.2118], [0.0268, 0.2116]], inside,
                              [[0.058, 0.040], [0.046, 0.016], [0.0, 0.012]]])
    stems, leaves = _sprigs()
    looks = {"Clay": Surface(color_map="./textures/clay_light.png", roughness=0.75, tiling=(2.0, 2.0)),
             "Stem": Surface(linear("#6d5a45"), roughness=0.7),
             "Leaf": Surface(color_map="./textures/leaf.png", roughness=0.55)}
    variants = {
        "content": {"sprigs": Variant(parts={"Stems": Part(stems, "Stem"), "Leaves": Part(leaves, "Leaf", double_sided=True)}),
                    "empty": Variant()},
        "clay": {name: Variant({"Clay": {"color_map": f"./textures/clay_{name}.png"}}) for name in ("light", "dark")},
    }
    images = {"clay_light.png": skins.speckle_glaze("#d8cbb8", "#7d6349", 31, (384, 384)),
              "clay_dark.png": skins.speckle_glaze("#6a5a50", "#2d2622", 32, (384, 384)), "leaf.png": skins.leaf(33)}
    return Asset("vase", "vase", looks, {"Body": Part(lathe(profile, 64), "Clay")}, variants, images)


def _sprigs() -> tuple[Mesh, Mesh]:
    """Return the stems and the leaves of five sprigs that lean out of the vase's neck."""
    rng = np.random.default_rng(5)
    stems, leaves = [], []
    for azimuth, lean, height in ((20, 0.13, 0.43), (105, 0.10, 0.47), (190, 0.15, 0.40), (255, 0.09, 0.36), (320, 0.16, 0.37)):
        out = np.array([np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth)), 0.0])
        up = np.array([0.0, 0.0, 1.0])
        path = bezier(-0.016 * out + 0.06 * up, 0.004 * out + 0.16 * up, 0.008 * out + 0.24 * up,
                      lean * 0.6 * out + (height - 0.06) * up, lean * out + height * up, steps=24)
        stems.append(sweep(path, ellipse(0.0030, 0.0030, 8), np.linspace(1.0, 0.4, 25)))
        for i in range(12, 25):
            for side in (-1, 1):
                leaves.append(_leaf(path[i], path[i] - path[i - 1], side, 0.036 * (1.15 - 0.55 * (i - 12) / 12),
                                    azimuth + 67 * i, rng))
    return merge(*stems), merge(*leaves)


def _leaf(at: np.ndarray, along: np.ndarray, side: int, length: float, roll: float, rng: np.random.Generator) -> Mesh:
    """Return one round leaf that grows sideways from a stem at ``at``."""
    v, u = np.linspace(0.0, 1.0, 7), np.linspace(-1.0, 1.0, 5)
    half_width = 0.40 * length * np.sin(np.pi * np.clip(0.04 + 0.94 * v, 0, 1)) ** 0.65
    x, y = u * half_width[:, None], length * v[:, None]
    blade = grid_mesh(np.stack(np.broadcast_arrays(x, y, 0.12 * length * (u ** 2 - v[:, None] ** 2)), axis=2), 0.5 + 0.5 * u,
                      v, 60.0)
    axis = along / np.linalg.norm(along)
    sideways = np.array([np.cos(np.radians(roll)), np.sin(np.radians(roll)), 0.0]) * side
    sideways -= axis * (sideways @ axis)
    forward = sideways / np.linalg.norm(sideways) + axis * rng.uniform(0.5, 0.9) + np.array([0, 0, rng.uniform(-0.25, 0.1)])
    forward /= np.linalg.norm(forward)
    across = np.cross(forward, axis)
    across /= np.linalg.norm(across)
    frame = np.stack([across, forward, np.cross(across, forward)])
    return replace(blade, points=blade.points @ frame + at)


