"""Which lights are sampled at a point: all of a few, or some of many in proportion to what they may send.

Among many, a tree is walked from its root, at each node towards the child that may send more, in proportion to a guess from
power, distance and the side of the surface (Conty Estevez & Kulla, "Importance Sampling of Many Lights with Adaptive Tree
Splitting", 2018; without splitting and cones of emission). The probability of a light is the product along its branch, which
is walked back from its leaf.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.lights import light_estimate
from scenewright.render.kernels.types import SceneData

__all__ = ["LightPick", "Targets", "picked_light", "samples_of", "targets_of"]


@wp.struct
class Targets:
    """How the lights other than domes are sampled at a point."""

    total: wp.float32  # sum of their estimates, from which ``picks`` are chosen; 0: each gets a sample
    picks: wp.int32


@wp.struct
class LightPick:
    """A chosen light."""

    index: wp.int32
    count: wp.float32  # how many samples it gets on average


@wp.func
def node_estimate(scene: SceneData, index: int, p: wp.vec3, normal: wp.vec3) -> float:
    """Return a guess at the irradiance of the lights of a node, positive where they have power."""
    node = scene[0].light_nodes[index]
    if node.light >= 0:
        return light_estimate(scene, scene[0].lights[node.light], p, normal)
    to_light = node.center - p
    d2 = wp.max(wp.dot(to_light, to_light) + node.radius * node.radius, 1.0e-30)
    lit = 0.05 + wp.max(0.0, (wp.dot(to_light, normal) + node.radius) / wp.sqrt(d2))
    return node.power * wp.min(lit, 1.0) / d2 + node.far_power * 0.5


@wp.func
def first_share(scene: SceneData, first: int, p: wp.vec3, normal: wp.vec3) -> float:
    """Return the probability of the first of two siblings."""
    own = node_estimate(scene, first, p, normal)
    other = node_estimate(scene, first + 1, p, normal)
    return wp.where(own + other > 0.0, own / wp.max(own + other, 1.0e-37), 0.5)


@wp.func
def targets_of(scene: SceneData, p: wp.vec3, normal: wp.vec3, many: int, picks: int) -> Targets:
    """Return how lights are sampled at a point: all, or where there are more than ``many``, some by their estimates."""
    targets = Targets()
    targets.picks = picks
    if scene[0].first_dome > many:
        if scene[0].light_nodes.shape[0] > 0:
            targets.total = 1.0
        else:
            for i in range(scene[0].first_dome):
                targets.total += light_estimate(scene, scene[0].lights[i], p, normal)
    return targets


@wp.func
def samples_of(scene: SceneData, p: wp.vec3, normal: wp.vec3, index: int, targets: Targets) -> float:
    """Return how many samples light ``index`` gets on average at a point."""
    if targets.total <= 0.0:
        return 1.0
    if scene[0].light_nodes.shape[0] == 0:
        return float(targets.picks) * light_estimate(scene, scene[0].lights[index], p, normal) / targets.total
    count = float(targets.picks)
    node = scene[0].light_leaves[index]
    while node > 0:
        first = scene[0].light_nodes[scene[0].light_nodes[node].parent].first
        share = first_share(scene, first, p, normal)
        count *= wp.where(node == first, share, 1.0 - share)
        node = scene[0].light_nodes[node].parent
    return count


@wp.func
def picked_light(scene: SceneData, p: wp.vec3, normal: wp.vec3, u: float, targets: Targets) -> LightPick:
    """Choose one of many lights by a number in [0, 1)."""
    pick = LightPick()
    if scene[0].light_nodes.shape[0] == 0:
        reached = float(0.0)
        pick.index = scene[0].first_dome - 1
        for i in range(scene[0].first_dome):
            if reached <= u * targets.total:
                pick.index = i
                reached += light_estimate(scene, scene[0].lights[i], p, normal)
        pick.count = samples_of(scene, p, normal, pick.index, targets)
        return pick
    pick.count = float(targets.picks)
    rest = float(u)
    node = int(0)
    while scene[0].light_nodes[node].light < 0:
        node = scene[0].light_nodes[node].first
        share = first_share(scene, node, p, normal)
        if rest < share:
            rest = rest / share
            pick.count *= share
        else:
            node += 1
            rest = wp.min((rest - share) / wp.max(1.0 - share, 1.0e-7), 0.99999994)
            pick.count *= 1.0 - share
    pick.index = scene[0].light_nodes[node].light
    return pick
