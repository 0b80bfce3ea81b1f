"""Keypoints of labelled prims: points in a prim's own space, seen through a pinhole camera, with what hides them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scenewright.sdg.writers.camera import pinhole, project
from scenewright.sdg.writers.labelled import LabelledView, array_of

__all__ = ["keypoint_annotators", "checked_keypoints", "keypoints_of"]

_TOLERANCE = 0.01  # of the distance: a point this little behind what is seen counts as seen


def keypoint_annotators(semantic_type: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the annotators, with parameters, that `keypoints_of` reads."""
    return [
        ("bounding_box_3d", {"semanticTypes": [semantic_type]}),
        ("camera_params", {}),
        ("distance_to_image_plane", {}),
    ]


def checked_keypoints(writer: str, given: Any) -> dict[str, dict[str, list[float]]]:
    """Return keypoints by class and name.

    Raises:
        ValueError: if ``given`` is not a mapping of classes to mappings of names to three numbers.
    """
    try:
        found = {
            str(label): {str(name): [float(value) for value in point] for name, point in points.items()}
            for label, points in (given or {}).items()
        }
    except (AttributeError, TypeError, ValueError):
        found = {"": {"": []}}
    points = [point for named in found.values() for point in named.values()]
    if not all(found.values()) or any(len(point) != 3 or not all(map(math.isfinite, point)) for point in points):
        raise ValueError(f"The writer {writer}: `keypoints` is {{class: {{name: [x, y, z]}}}}, got {given!r}.")
    return found


def keypoints_of(
    view: LabelledView, annotation: Mapping[str, Any], points: Mapping[str, Sequence[float]]
) -> list[tuple[float, float, int]]:
    """Return x, y [pixel, 0 = left and top edge] and v of points in the prim's space.

    v is 0 outside the image or behind the camera (x and y are 0, too), 1 where something stands before the point, the prim
    itself included, and 2 where it is seen.

    Raises:
        ValueError: if the camera is no pinhole.
    """
    boxes = view.product["bounding_box_3d"]
    rows = np.flatnonzero(np.asarray(boxes["bboxIds"]) == annotation["instance"])
    camera = pinhole(view.product["camera_params"], "Keypoints")
    if not len(rows):
        return [(0.0, 0.0, 0)] * len(points)
    matrix = np.array(array_of(boxes)[rows[0]]["transform"], np.float64)
    local = np.c_[np.array(list(points.values()), np.float64), np.ones(len(points))]
    pixels, depths = project(camera, local @ matrix)
    seen = array_of(view.product["distance_to_image_plane"]).reshape(view.ids.shape)
    height, width = seen.shape
    found = []
    for (x, y), depth in zip(pixels.tolist(), depths.tolist(), strict=True):
        if not (depth > 0.0 and 0.0 <= x < width and 0.0 <= y < height):
            found.append((0.0, 0.0, 0))
            continue
        # A point on an outline falls onto the pixel beside it as easily as onto its own: what is farthest around it counts.
        around = seen[max(int(y) - 1, 0) : int(y) + 2, max(int(x) - 1, 0) : int(x) + 2]
        found.append((x, y, 2 if depth <= float(around.max()) * (1.0 + _TOLERANCE) else 1))
    return found
