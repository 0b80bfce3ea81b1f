"""Plane curves: rounded polylines for lathe profiles, Bezier curves, outlines of rounded rectangles and superellipses."""

from collections.abc import Sequence

import numpy as np

__all__ = ["bezier", "catmull_rom", "ellipse", "lengths", "rounded_polyline", "rounded_rectangle"]


def lengths(points: np.ndarray) -> np.ndarray:
    """Return the arc length up to each point of a polyline, shape (n,) [m]."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])


def bezier(*control: Sequence[float], steps: int = 12) -> np.ndarray:
    """Return a Bezier curve of any degree sampled at ``steps + 1`` equal parameters, shape (steps + 1, d)."""
    layers = np.repeat(np.asarray(control, float)[:, None, :], steps + 1, axis=1)
    t = np.linspace(0.0, 1.0, steps + 1)[:, None]
    while len(layers) > 1:
        layers = layers[:-1] * (1 - t) + layers[1:] * t
    return layers[0]


def catmull_rom(points: Sequence[Sequence[float]], steps: int = 8) -> np.ndarray:
    """Return a smooth curve through all ``points`` with ``steps`` pieces per span, shape ((n - 1) steps + 1, d)."""
    knots = np.asarray(points, float)
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    t = (np.arange(steps) / steps)[:, None]
    spans = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        spans.append(b + 0.5 * t * ((c - a) + t * ((2 * a - 5 * b + 4 * c - d) + t * (3 * (b - c) + d - a))))
    return np.concatenate([*spans, knots[-1:]])


def rounded_polyline(corners: Sequence[Sequence[float]], step: float = 18.0) -> np.ndarray:
    """Return a polyline whose inner corners are replaced by arcs.

    Args:
        corners: Rows (x, y) or (x, y, radius); the radius [m] is cut down where the neighbouring edges are too short.
        step: Largest turn between two points of an arc [deg].
    """
    places = np.array([corner[:2] for corner in corners], float)
    radii = [corner[2] if len(corner) > 2 else 0.0 for corner in corners]
    out = [places[0]]
    for i in range(1, len(places) - 1):
        out.extend(_arc(places[i - 1], places[i], places[i + 1], radii[i], step))
    out.append(places[-1])
    return np.array(out)


def _arc(before: np.ndarray, corner: np.ndarray, after: np.ndarray, radius: float, step: float) -> list[np.ndarray]:
    """Return the arc of ``radius`` that touches both edges of a corner, or the corner itself where there is none."""
    into, away = before - corner, after - corner
    reach_in, reach_out = np.linalg.norm(into), np.linalg.norm(away)
    into, away = into / reach_in, away / reach_out
    opening = np.arccos(np.clip(into @ away, -1.0, 1.0))
    if radius <= 0.0 or opening > np.pi - 1e-3:
        return [corner]
    tangent = min(radius / np.tan(opening / 2), 0.495 * reach_in, 0.495 * reach_out)
    radius = tangent * np.tan(opening / 2)
    bisector = (into + away) / np.linalg.norm(into + away)
    center = corner + bisector * (radius / np.sin(opening / 2))
    start, stop = corner + into * tangent - center, corner + away * tangent - center
    turn = np.arctan2(start[0] * stop[1] - start[1] * stop[0], start @ stop)
    angles = np.linspace(0.0, turn, max(2, int(np.ceil(np.degrees(abs(turn)) / step)) + 1))
    return [center + np.array([np.cos(a) * start[0] - np.sin(a) * start[1], np.sin(a) * start[0] + np.cos(a) * start[1]])
            for a in angles]


def ellipse(width: float, depth: float, count: int, power: float = 2.0) -> np.ndarray:
    """Return a closed superellipse, counter-clockwise from +x, shape (count, 2); ``power`` 2 is an ellipse, 4 nearly a box."""
    angle = np.arange(count) * (2 * np.pi / count)
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([0.5 * width * np.sign(cosine) * np.abs(cosine) ** (2 / power),
                     0.5 * depth * np.sign(sine) * np.abs(sine) ** (2 / power)], axis=1)


def rounded_rectangle(width: float, depth: float, radius: float, arc: int = 6) -> np.ndarray:
    """Return a closed rounded rectangle, counter-clockwise, ``arc + 1`` points a corner, shape (4 (arc + 1), 2)."""
    radius = min(radius, 0.5 * width, 0.5 * depth)
    quarter = np.linspace(0.0, np.pi / 2, arc + 1)
    centers = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * np.array([0.5 * width - radius, 0.5 * depth - radius])
    return np.concatenate([
        center + radius * np.stack([np.cos(quarter + i * np.pi / 2), np.sin(quarter + i * np.pi / 2)], axis=1)
        for i, center in enumerate(centers)
    ])
