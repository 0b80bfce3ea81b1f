"""Trees over many lights: one by which they are chosen, one by which rays find them."""

import numpy as np
import warp as wp

from scenewright.render.kernels.types import LightNode
from scenewright.render.scene.records import LightKind

__all__ = ["lamp_boxes", "light_tree"]


def light_tree(lights: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a tree over lights, split at the middle of the longest side until each node holds one.

    Args:
        lights: (N,) LightData, N > 0, none of them domes.
        positions: World positions, (N, 3) float64.

    Returns:
        Nodes (2 N - 1,) LightNode without ``center``, the world centre of each (2 N - 1, 3) float64, and the node of each light
        (N,) int32.
    """
    count = len(lights)
    nodes, centers = np.zeros(2 * count - 1, LightNode.numpy_dtype()), np.zeros((2 * count - 1, 3))
    leaves = np.zeros(count, np.int32)
    power = lights["color"].max(axis=1).astype(np.float64) * lights["area"]
    distant = lights["kind"] == int(LightKind.DISTANT)
    radii = np.maximum(lights["half_x"], lights["half_y"]).astype(np.float64)
    nodes["light"] = -1
    used = 1
    waiting = [(0, np.arange(count))]
    while waiting:
        node, rows = waiting.pop()
        near = rows[~distant[rows]]
        nodes["power"][node], nodes["far_power"][node] = power[near].sum(), power[rows].sum() - power[near].sum()
        if len(near):
            low, high = positions[near].min(axis=0), positions[near].max(axis=0)
            centers[node] = 0.5 * (low + high)
            nodes["radius"][node] = (np.linalg.norm(positions[near] - centers[node], axis=1) + radii[near]).max()
        if len(rows) == 1:
            nodes["light"][node] = rows[0]
            leaves[rows[0]] = node
            continue
        nodes["first"][node] = used
        nodes["parent"][used:used + 2] = node
        waiting += zip((used, used + 1), _halves(rows, near, distant, positions), strict=True)
        used += 2
    return nodes, centers, leaves


def _halves(rows: np.ndarray, near: np.ndarray, distant: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lights of two children: those that are somewhere and the distant ones, else each half of the line."""
    if 0 < len(near) < len(rows):
        return near, rows[distant[rows]]
    axis = int(np.ptp(positions[rows], axis=0).argmax())
    ordered = rows[np.argsort(positions[rows, axis], kind="stable")]
    return ordered[:len(rows) // 2], ordered[len(rows) // 2:]


def lamp_boxes(lamps: np.ndarray, positions: np.ndarray, device: str) -> wp.Bvh:
    """Return the tree over the boxes of lamps, (N,) LightData, at ``positions``, (N, 3) float64 relative to the camera."""
    x, y, z = (np.abs(lamps[f"axis_{name}"]).astype(np.float64) for name in "xyz")
    half_x, half_y = lamps["half_x"][:, None].astype(np.float64), lamps["half_y"][:, None].astype(np.float64)
    half = x * half_x + y * half_y
    half[lamps["kind"] == int(LightKind.CYLINDER)] += (z * half_y)[lamps["kind"] == int(LightKind.CYLINDER)]
    ball = lamps["kind"] == int(LightKind.SPHERE)
    half[ball] = half_x[ball]
    half += 1e-5 * half.max(axis=1, keepdims=True) + 4e-6 * np.abs(positions).max(axis=1, keepdims=True)
    return wp.Bvh(wp.array((positions - half).astype(np.float32), dtype=wp.vec3, device=device),
                  wp.array((positions + half).astype(np.float32), dtype=wp.vec3, device=device))
