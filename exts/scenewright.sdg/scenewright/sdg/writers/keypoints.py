"""Keypoints of labelled objects for formats: points that a class names, or locators on the stage, with what hides them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scenewright.sdg.annotators.boxes import scene_objects
from scenewright.sdg.annotators.keypoints import KEYPOINT_DTYPE, OUTSIDE, STATES, point_states
from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.writers.camera import pinhole, project
from scenewright.sdg.writers.labelled import LabelledView

__all__ = ["COCO_STATES", "checked_keypoints", "keypoint_annotators", "keypoint_places", "keypoints_of", "state_names"]

COCO_STATES = (0, 1, 1, 2)
"""COCO's v of each state: 0 outside the image, 1 hidden (by others or by the object itself), 2 visible."""

Points = dict[str, list[float] | None]


def keypoint_annotators(semantic_type: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the annotators, with parameters, that `keypoints_of` reads."""
    return [
        ("bounding_box_3d", {"semanticTypes": [semantic_type]}),
        ("camera_params", {}),
        ("distance_to_image_plane", {}),
    ]


def checked_keypoints(writer: str, given: Any) -> dict[str, Points]:
    """Return keypoints by class and name: a point in the prim's space, or None for a locator of that name.

    A class may have a list of names instead of a mapping: all of them are locators, prims below the object with a
    ``scenewright:keypoint`` attribute.

    Raises:
        ValueError: if ``given`` is not a mapping of classes to names or to mappings of names to three numbers or null.
    """
    try:
        found = {str(label): _points(points) for label, points in (given or {}).items()}
    except (AttributeError, TypeError, ValueError):
        found = {"": {"": []}}
    points = [point for named in found.values() for point in named.values() if point is not None]
    if not all(found.values()) or any(len(point) != 3 or not all(map(math.isfinite, point)) for point in points):
        raise ValueError(
            f"The writer {writer}: `keypoints` is {{class: {{name: [x, y, z]}}}}, or {{class: [name, ...]}} for locators on "
            f"the stage, got {given!r}."
        )
    return found


def _points(given: Any) -> Points:
    if isinstance(given, Mapping):
        return {str(name): None if point is None else [float(value) for value in point] for name, point in given.items()}
    if isinstance(given, str) or len(set(given)) < len(given) or not all(isinstance(name, str) for name in given):
        raise TypeError
    return dict.fromkeys(given)


def keypoints_of(
    view: LabelledView, annotation: Mapping[str, Any], points: Mapping[str, Sequence[float] | None]
) -> list[tuple[float, float, int]]:
    """Return x, y [pixel, 0 = left and top edge] and state of an object's keypoints, in the order of ``points``.

    The states are those of the annotator ``keypoints``: 0 outside the image or behind the camera, where x and y are 0, too; 1
    hidden by another object; 2 hidden by the object itself; 3 visible. A locator that the object lacks is outside.

    Raises:
        ValueError: if the camera is no pinhole, or an object has two locators of one name.
    """
    camera = pinhole(view.product["camera_params"], "Keypoints")
    objects = view.once("objects", lambda: scene_objects(view.product["bounding_box_3d"]))
    rows = np.flatnonzero(objects.ids == annotation["instance"])
    if not len(rows):
        return [(0.0, 0.0, OUTSIDE)] * len(points)
    row = int(rows[0])
    places = _places(view, objects.paths, row, points)
    matrix = objects.matrices[row]
    pixels, depths = project(camera, np.c_[np.nan_to_num(places), np.ones(len(places))] @ matrix)
    records = np.zeros(len(places), KEYPOINT_DTYPE)
    records["instanceId"], records["x"], records["y"] = annotation["instance"], pixels[:, 0], pixels[:, 1]
    records["depth"] = np.where(np.isnan(places[:, 0]), -1.0, depths * camera.meters_per_unit)
    size = np.linalg.norm((objects.high[row] - objects.low[row]) * np.linalg.norm(matrix[:3, :3], axis=1))
    depth = array_of(view.product["distance_to_image_plane"])
    states = point_states(records, view.ids, depth, np.full(len(places), size * camera.meters_per_unit)).tolist()
    return [
        (0.0, 0.0, OUTSIDE) if state == OUTSIDE else (x, y, state)
        for (x, y), state in zip(pixels.tolist(), states, strict=True)
    ]


def keypoint_places(
    view: LabelledView, annotation: Mapping[str, Any], points: Mapping[str, Sequence[float] | None]
) -> list[list[float] | None]:
    """Return where an object's keypoints are in its own space [stage units]; None for a locator that it lacks."""
    objects = view.once("objects", lambda: scene_objects(view.product["bounding_box_3d"]))
    rows = np.flatnonzero(objects.ids == annotation["instance"])
    if not len(rows):
        return [None] * len(points)
    places = _places(view, objects.paths, int(rows[0]), points)
    return [None if math.isnan(place[0]) else place for place in places.tolist()]


def state_names(found: Sequence[tuple[float, float, int]]) -> list[str]:
    """Return the names of the states of keypoints."""
    return [STATES[state] for _, _, state in found]


def _places(view: LabelledView, paths: Sequence[str], row: int, points: Mapping[str, Sequence[float] | None]) -> np.ndarray:
    """Return the keypoints in the object's space, shape (N, 3), float64; NaN for locators that it lacks."""
    located: Mapping[str, np.ndarray] = {}
    if None in points.values():
        import omni.usd

        from scenewright.sdg.annotators.locators import locator_points

        stage = omni.usd.get_context().get_stage()
        located = dict(view.once("locators", lambda: locator_points(stage, paths))[row])
    missing = np.full(3, np.nan)
    return np.array([located.get(name, missing) if point is None else point for name, point in points.items()], np.float64)
