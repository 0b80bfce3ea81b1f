"""DataVisualizationWriter: bounding boxes drawn over the image, the normals or nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.tools import colorize_normals
from scenewright.replicator.writers.cuboid import EDGES, keypoints_local, project_exact
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.writer import Writer

__all__ = ["DataVisualizationWriter"]

_PARAMETERS = ("background", "fill", "outline", "width")
_CORNERS = tuple(dict.fromkeys(name for edge in EDGES for name in edge))


class DataVisualizationWriter(Writer):
    """Write pictures of bounding boxes: ``<product>/<annotator>_fast_NNNN.png``, always in a folder for each render product.

    Args:
        output_dir: Output folder.
        bounding_box_2d_tight: Draw these boxes.
        bounding_box_2d_tight_params: ``background``: "rgb", "normals" or None (a transparent canvas). ``fill``: PIL colour
            inside rectangles (None), and of the edges of 3D boxes ("green"). ``outline``: colour of rectangles ("green").
            ``width``: line width [px] (1).
        bounding_box_2d_loose: As for tight.
        bounding_box_2d_loose_params: As for tight.
        bounding_box_3d: As for tight; the twelve edges are drawn.
        bounding_box_3d_params: As for tight.
        frame_padding: Digits of the frame number.

    Raises:
        ValueError: ``output_dir`` is empty, or a parameter or background is not known.
        FeatureUnavailableError: While writing 3D boxes, a camera is no pinhole.
    """

    BB_2D_TIGHT = "bounding_box_2d_tight_fast"
    BB_2D_LOOSE = "bounding_box_2d_loose_fast"
    BB_3D = "bounding_box_3d_fast"
    SUPPORTED_BACKGROUNDS = ("rgb", "normals")

    def __init__(self, output_dir: str, bounding_box_2d_tight: bool = False,
                 bounding_box_2d_tight_params: Mapping[str, Any] | None = None, bounding_box_2d_loose: bool = False,
                 bounding_box_2d_loose_params: Mapping[str, Any] | None = None, bounding_box_3d: bool = False,
                 bounding_box_3d_params: Mapping[str, Any] | None = None, frame_padding: int = 4) -> None:
        self.version = "0.1.0"
        self.data_structure = "renderProduct"
        self._frame_id = 0
        self._frame_padding = frame_padding
        chosen = ((self.BB_2D_TIGHT, bounding_box_2d_tight, bounding_box_2d_tight_params),
                  (self.BB_2D_LOOSE, bounding_box_2d_loose, bounding_box_2d_loose_params),
                  (self.BB_3D, bounding_box_3d, bounding_box_3d_params))
        self._annotator_params = {name: self._checked(name, params) for name, wanted, params in chosen if wanted}
        self.backend = self._backend = chosen_backend("DataVisualizationWriter", output_dir)
        backgrounds = {params["background"] for params in self._annotator_params.values() if params.get("background")}
        names = [*self._annotator_params, *sorted(backgrounds), *["camera_params"] * (self.BB_3D in self._annotator_params)]
        self.annotators = [AnnotatorRegistry.get_annotator(name, do_array_copy=False) for name in names]

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the pictures of one frame."""
        for product, content in data["renderProducts"].items():
            for name, params in self._annotator_params.items():
                picture = _canvas(content, params.get("background"))
                draw = ImageDraw.Draw(picture)
                if name == self.BB_3D:
                    _draw_cuboids(draw, content[name]["data"], content["camera_params"], params)
                else:
                    _draw_rectangles(draw, content[name]["data"], params)
                self.backend.write_image(f"{product}/{name}_{self._frame_id:0{self._frame_padding}}.png", np.asarray(picture))
        self._frame_id += 1

    def _checked(self, name: str, params: Mapping[str, Any] | None) -> dict[str, Any]:
        unknown = sorted(set(params or {}) - set(_PARAMETERS))
        if unknown:
            raise ValueError(f"{name} has no parameter {', '.join(map(repr, unknown))}. Available: {', '.join(_PARAMETERS)}.")
        background = (params or {}).get("background")
        if background is not None and background not in self.SUPPORTED_BACKGROUNDS:
            raise ValueError(f"{name}: background is one of {', '.join(self.SUPPORTED_BACKGROUNDS)} or None (transparent), got "
                             f"{background!r}.")
        return dict(params or {})


def _canvas(content: Mapping[str, Any], background: str | None) -> Image.Image:
    if background == "rgb":
        return Image.fromarray(np.array(content["rgb"]["data"]))
    if background == "normals":
        return Image.fromarray(colorize_normals(content["normals"]["data"]))
    return Image.new("RGBA", tuple(int(side) for side in content["resolution"]), (0, 0, 0, 0))


def _draw_rectangles(draw: ImageDraw.ImageDraw, boxes: np.ndarray, params: Mapping[str, Any]) -> None:
    for box in boxes:
        draw.rectangle([int(box[side]) for side in ("x_min", "y_min", "x_max", "y_max")], fill=params.get("fill"),
                       outline=params.get("outline", "green"), width=params.get("width", 1))


def _draw_cuboids(draw: ImageDraw.ImageDraw, boxes: np.ndarray, camera: Mapping[str, Any], params: Mapping[str, Any]) -> None:
    view = np.asarray(camera["cameraViewTransform"]).reshape(4, 4)
    near = float(camera["cameraNearFar"][0])
    for box in boxes:
        corners = keypoints_local(box, _CORNERS) @ box["transform"] @ view
        if (corners[:, 2] > -near).all():
            continue
        # An edge that passes the camera is cut at the near plane: beyond it a projection means nothing.
        for a, b in EDGES:
            ends = _clipped(corners[_CORNERS.index(a)], corners[_CORNERS.index(b)], near)
            if ends is not None:
                draw.line([tuple(point) for point in project_exact(ends, camera).tolist()], fill=params.get("fill", "green"),
                          width=params.get("width", 1))


def _clipped(a: np.ndarray, b: np.ndarray, near: float) -> np.ndarray | None:
    """Return the part of a camera-space line in front of the near plane, (2, 4), or None."""
    depths = np.array([-a[2], -b[2]])
    if (depths >= near).all():
        return np.stack((a, b))
    if (depths < near).all():
        return None
    cut = a + (b - a) * (near - depths[0]) / (depths[1] - depths[0])
    return np.stack((a, cut)) if depths[0] >= near else np.stack((cut, b))
