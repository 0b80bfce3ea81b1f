"""``rep.tools``: pictures of annotator data for people to look at."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.palette import palette

__all__ = ["colorize_bbox", "colorize_bbox_2d", "colorize_bbox_3d", "colorize_depth", "colorize_normals",
           "colorize_segmentation"]

__getattr__ = unavailable_names(__name__, ())

DEPTH_NEAR = 0.1
DEPTH_FAR = 100.0


def colorize_segmentation(data: np.ndarray, idToLabels: Mapping[Any, Any] | None = None,
                          mapping: Mapping[str, Iterable[int]] | None = None) -> np.ndarray:
    """Return a segmentation as colours.

    Args:
        data: Ids, shape (H, W), unsigned integers; an image that is coloured already is returned as it is.
        idToLabels: Labels by id, as the annotator gives them; only needed for ``mapping``.
        mapping: RGB or RGBA colours by label, ``"type:label"`` or ``"label"``; other ids take the palette.

    Returns:
        uint8 (H, W, 4).

    Raises:
        ValueError: The shape is neither, or ``mapping`` comes without ``idToLabels``.
    """
    data = np.asarray(data)
    if data.ndim == 3 and data.shape[2] == 4 and data.dtype == np.uint8:
        return data
    if data.ndim != 2:
        raise ValueError(f"colorize_segmentation expects ids of shape (H, W), got {data.shape}.")
    if mapping and idToLabels is None:
        raise ValueError("colorize_segmentation needs the annotator's idToLabels to look up a mapping.")
    colors = palette(int(data.max(initial=0)) + 1).copy()
    for key, label in (idToLabels or {}).items() if mapping else ():
        pairs = label.items() if isinstance(label, Mapping) else [("class", str(label))]
        names = [name for kind, text in pairs for part in (text, *text.split(",")) for name in (f"{kind}:{part}", part)]
        color = next((list(mapping[name]) for name in names if name in mapping), None)
        if color is not None and int(key) < len(colors):
            colors[int(key)] = [*color, 255][:4]
    return colors[data]


def colorize_depth(data: np.ndarray, near: float = DEPTH_NEAR, far: float = DEPTH_FAR) -> np.ndarray:
    """Return a depth image as grey levels on a logarithmic scale, near bright; the range is fixed, so frames compare.

    Args:
        data: Depth [m], shape (H, W), +inf = no hit.
        near: Distance [m] of white, and of everything nearer.
        far: Distance [m] of black, and of everything farther.

    Returns:
        uint8 (H, W).

    Raises:
        ValueError: Not 0 < near < far.
    """
    if not 0.0 < near < far:
        raise ValueError(f"colorize_depth needs 0 < near < far, got near={near} and far={far}.")
    clipped = np.clip(np.nan_to_num(np.asarray(data, np.float32), nan=far, posinf=far), near, far)
    return np.rint((1.0 - np.log(clipped / near) / np.log(far / near)) * 255.0).astype(np.uint8)


def colorize_normals(data: np.ndarray) -> np.ndarray:
    """Return normals as colours: (n / 2 + 1 / 2) * 255, opaque.

    Args:
        data: Normals, shape (H, W, 3 or 4), components -1..1.

    Returns:
        uint8 (H, W, 4).
    """
    normals = np.asarray(data)
    image = np.full((*normals.shape[:2], 4), 255, np.uint8)
    image[..., :3] = ((normals[..., :3] * 0.5 + 0.5) * 255.0).astype(np.uint8)
    return image


def colorize_bbox_2d(image: np.ndarray, boxes: np.ndarray, width: int = 1) -> np.ndarray:
    """Return a copy of ``image`` with the boxes of a ``bounding_box_2d_*`` annotator drawn in the colours of their labels.

    Args:
        image: uint8 (H, W, 3 or 4).
        boxes: Records with semanticId, x_min, y_min, x_max and y_max [px].
        width: Line width [px].
    """
    from PIL import Image, ImageDraw

    picture = Image.fromarray(np.array(image))
    draw = ImageDraw.Draw(picture)
    colors = palette(int(boxes["semanticId"].max(initial=0)) + 1)
    for box in boxes:
        color = tuple(colors[box["semanticId"]].tolist())[: len(picture.getbands())]
        draw.rectangle([int(box[name]) for name in ("x_min", "y_min", "x_max", "y_max")], outline=color, width=width)
    return np.asarray(picture)


def colorize_bbox_3d(image: np.ndarray, boxes: np.ndarray, camera_params: Mapping[str, Any], width: int = 1) -> np.ndarray:
    """Return a copy of ``image`` with the edges of ``bounding_box_3d`` boxes drawn in the colours of their labels.

    Boxes that reach behind the camera are left out.

    Args:
        image: uint8 (H, W, 3 or 4).
        boxes: Records with semanticId, x_min … z_max and transform.
        camera_params: What the annotator ``camera_params`` of the same frame gives.
        width: Line width [px].

    Raises:
        FeatureUnavailableError: The camera has a lens whose projection is not linear.
    """
    from PIL import Image, ImageDraw

    from scenewright.replicator.writers.cuboid import EDGES, keypoints_local, project_exact

    names = sorted({name for edge in EDGES for name in edge})
    picture = Image.fromarray(np.array(image))
    draw = ImageDraw.Draw(picture)
    colors = palette(int(boxes["semanticId"].max(initial=0)) + 1)
    view = np.asarray(camera_params["cameraViewTransform"], np.float64).reshape(4, 4)
    for box in boxes:
        corners = keypoints_local(box, names) @ np.asarray(box["transform"], np.float64) @ view
        if (corners[:, 2] >= 0.0).any():
            continue
        pixels = dict(zip(names, np.rint(project_exact(corners, camera_params)).tolist(), strict=True))
        color = tuple(colors[box["semanticId"]].tolist())[: len(picture.getbands())]
        for first, second in EDGES:
            draw.line([*pixels[first], *pixels[second]], fill=color, width=width)
    return np.asarray(picture)


def colorize_bbox(image: np.ndarray, boxes: np.ndarray, camera_params: Mapping[str, Any] | None = None,
                  width: int = 1) -> np.ndarray:
    """Return a copy of ``image`` with boxes drawn: see :func:`colorize_bbox_2d` and :func:`colorize_bbox_3d`.

    Args:
        image: uint8 (H, W, 3 or 4).
        boxes: Records of a ``bounding_box_2d_*`` or ``bounding_box_3d*`` annotator.
        camera_params: Needed for 3D boxes.
        width: Line width [px].

    Raises:
        ValueError: The records are of neither kind, or 3D boxes come without ``camera_params``.
    """
    names = getattr(getattr(boxes, "dtype", None), "names", None) or ()
    if "transform" in names and camera_params is None:
        raise ValueError("colorize_bbox: 3D boxes need camera_params=, the data of the annotator of that name.")
    if "transform" in names:
        return colorize_bbox_3d(image, boxes, camera_params, width)
    if "x_min" not in names:
        raise ValueError("colorize_bbox expects records of a bounding_box_2d_* or bounding_box_3d* annotator (its \"data\"), "
                         f"got {type(boxes).__name__} with the fields {', '.join(names) or 'none'}.")
    return colorize_bbox_2d(image, boxes, width)
