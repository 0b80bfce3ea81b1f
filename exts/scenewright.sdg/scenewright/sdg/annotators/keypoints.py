"""keypoints: where the named locators of labelled objects are in the image, and what hides them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.sdg.annotators.boxes import SceneObjects, scene_objects
from scenewright.sdg.annotators.identity import object_id
from scenewright.sdg.annotators.locators import locator_points
from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.writers.camera import Pinhole, pinhole, project

__all__ = ["HIDDEN", "KEYPOINT_DTYPE", "OUTSIDE", "SELF_OCCLUDED", "STATES", "VISIBLE", "inputs", "keypoints", "point_states"]

STATES = ("outside", "hidden", "self-occluded", "visible")
OUTSIDE, HIDDEN, SELF_OCCLUDED, VISIBLE = range(4)
KEYPOINT_DTYPE = np.dtype([("instanceId", "<u4"), ("objectId", "<u8"), ("x", "<f8"), ("y", "<f8"), ("depth", "<f8"),
                           ("state", "u1")])
_DEPTH = 0.01  # of the object's diagonal: a point this little below the surface is on it
_ROUNDING = 1e-5  # of the distance


def inputs(params: Mapping[str, Any]) -> dict[str, tuple]:
    """Return the annotators that `keypoints` reads.

    Raises:
        ValueError: if ``locators`` is not a mapping of names to relative prim paths.
    """
    given = params["locators"] or {}
    if not isinstance(given, Mapping) or any(not isinstance(below, str) or not below or below.startswith("/")
                                             for below in given.values()):
        raise ValueError(f"`locators` is {{name: path below the object}}, such as {{tip: Handle/Tip}}, got {given!r}.")
    types = {"semanticTypes": params["semanticTypes"]}
    return {
        "instances": ("instance_segmentation", {"colorize": False, **types}),
        "boxes": ("bounding_box_3d", types),
        "depth": ("distance_to_image_plane", {}),
        "camera": ("camera_params", {}),
    }


def keypoints(
    data: Mapping[str, Any],
    semanticTypes: Any = None,
    locators: Mapping[str, str] | None = None,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Keypoints of the labelled objects in the frame: prims with a ``scenewright:keypoint`` attribute that names them.

    A locator is any prim below a labelled one, an Xform as a rule; the keypoint is its origin. It belongs to the nearest
    labelled prim above it; native instances and point instances have their prototype's.

    Output: (N,) records instanceId and objectId; x, y [px, 0 = the image's left and top edge]; depth along the view [m]; state:
    0 outside the image or behind the camera, 1 hidden by another object, 2 hidden by its own object (self-occluded), 3 visible.
    Points outside keep their position, NaN where it is behind the camera. Info: ``names``, ``primPaths`` and
    ``points`` (the place in the object's own space [stage units]), one for each record; ``states``, the names of the states.
    Parameters: ``semanticTypes``; ``locators``, ``{name: path}`` of prims below objects that have no such attribute.

    Hidden is what lies more than 1 % of the object's diagonal behind the surface that the image shows there. Works in Kit and
    on the portable host: it reads instance_segmentation, bounding_box_3d, distance_to_image_plane, camera_params and the stage.
    Limits: pinhole cameras.

    Raises:
        ValueError: if the camera is no pinhole, the stage has no such locator, or an object has two of one name.
    """
    import omni.usd

    camera = pinhole(data["camera"], "Keypoints")
    found = scene_objects(data["boxes"])
    stage = omni.usd.get_context().get_stage()
    points = locator_points(stage, found.paths, locators, semanticTypes)
    owner = np.array([row for row, named in enumerate(points) for _ in named], np.int64)
    local = np.array([[*point, 1.0] for named in points for _, point in named]).reshape(-1, 4)
    records = np.zeros(len(owner), KEYPOINT_DTYPE)
    names = [name for named in points for name, _ in named]
    info = {
        "names": names, "points": local[:, :3].tolist(), "primPaths": [found.paths[row] for row in owner.tolist()],
        "states": list(STATES),
    }  # fmt: skip
    if not len(owner):
        return records, info
    pixels, depth = project(camera, np.einsum("ni,nij->nj", local, found.matrices[owner]))
    records["instanceId"] = found.ids[owner]
    records["objectId"] = [object_id(path) for path in info["primPaths"]]
    pixels[depth <= 0.0] = np.nan
    records["x"], records["y"], records["depth"] = pixels[:, 0], pixels[:, 1], depth * camera.meters_per_unit
    records["state"] = point_states(records, array_of(data["instances"]), array_of(data["depth"]),
                                    _diagonals(found, camera)[owner])
    return records, info


def point_states(points: np.ndarray, ids: np.ndarray, depth: np.ndarray, diagonals: np.ndarray) -> np.ndarray:
    """Return the state of points, shape (N,), uint8.

    The pixel in which a point lies tells what is before it. On an outline that pixel may be the next object's: there the
    object's own pixels around it count, too.

    Args:
        points: records with instanceId, x, y and depth [m].
        ids: instance ids, shape (H, W).
        depth: distance to the image plane [m], shape (H, W).
        diagonals: size of each point's object [m], shape (N,).
    """
    height, width = ids.shape
    depth = depth.reshape(height, width)
    x, y, far = (np.asarray(points[name], np.float64) for name in ("x", "y", "depth"))
    inside = (far > 0.0) & (x >= 0.0) & (x < width) & (y >= 0.0) & (y < height)
    column, line = (np.where(inside, at, 0.0).astype(np.int64) for at in (x, y))
    reach = depth[line, column].astype(np.float64)
    for dy, dx in ((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
        around = np.clip(line + dy, 0, height - 1), np.clip(column + dx, 0, width - 1)
        reach = np.where(ids[around] == points["instanceId"], np.maximum(reach, depth[around]), reach)
    seen = far <= reach * (1.0 + _ROUNDING) + _DEPTH * diagonals
    own = ids[line, column] == points["instanceId"]
    return np.where(~inside, OUTSIDE, np.where(seen, VISIBLE, np.where(own, SELF_OCCLUDED, HIDDEN))).astype(np.uint8)


def _diagonals(found: SceneObjects, camera: Pinhole) -> np.ndarray:
    scale = np.linalg.norm(found.matrices[:, :3, :3], axis=2)
    return np.linalg.norm((found.high - found.low) * scale, axis=1) * camera.meters_per_unit
