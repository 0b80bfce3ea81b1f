"""cross_correspondence: where another camera sees what this one sees."""

import functools
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.lens import lens_of
from scenewright.replicator.annotators.pointcloud import DEPTHS, unproject
from scenewright.replicator.annotators.template import AnnotatorError, AnnotatorOutput, AnnotatorTemplate
from scenewright.replicator.session import current_session

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["CrossCorrespondence"]

_log = logging.getLogger(__name__)
_REFERENCE = "crossCameraReferenceName"
_TOLERANCE = 1e-3
"""A surface hides a point when it is nearer by this share of the point's distance in all four pixels around it."""


class CrossCorrespondence(AnnotatorTemplate):
    """From each pixel to the pixel of a reference camera that shows the same point, shape (H, W, 4), float32.

    x and y: the reference camera's pixel less this camera's [px], +x to the right, +y down, pixel centres; z: 1 where the point
    is hidden from the reference camera or outside its picture, else 0; w: 1, since every point that is seen is tested. Where
    this camera sees nothing, or the reference's lens cannot show the direction, all four are -1.

    The camera names the reference in its attribute ``crossCameraReferenceName`` (``cross_camera_reference_name`` of
    ``rep.create.camera``): the name or path of a camera. Its picture has the resolution of its own render product, or else of
    this one's. RTX needs fisheyePolynomial lenses; here any lens serves.

    Parameters: ``normalized`` (False) divides x by the reference's width and y by its height. Whether RTX divides by the same
    has not been verified, and using it says so in the log; divide by hand where the two must agree.
    """

    names = ("cross_correspondence", "CrossCorrespondence")
    parameters = {"normalized": False}  # noqa: RUF012
    per_camera = True

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return what tells the point of each pixel."""
        return frozenset(DEPTHS)

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Project the points that are seen into the reference camera, and look whether it sees them."""
        width, height = capture.frame.resolution
        found = np.full((height * width, 4), -1.0, np.float32)
        seen = np.flatnonzero(np.isfinite(np.asarray(capture.frame["distance_to_image_plane"]).ravel()))
        if params["normalized"]:
            _tell_unverified()
        other = _reference(capture)
        points = unproject(capture, seen).astype(np.float64)
        camera, size = other.frame.camera, other.frame.resolution
        local = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ camera.view_matrix()
        pixels = np.stack(lens_of(camera, *size).project(local[:, :3]), axis=1)
        shown = np.isfinite(pixels).all(axis=1) & (local[:, 2] < 0.0 if camera.lens is None else True)
        seen, pixels, local = seen[shown], pixels[shown], local[shown]
        row, column = np.divmod(seen, width)
        offset = pixels - np.stack([column, row], axis=1) - 0.5
        found[seen, :2] = offset / size if params["normalized"] else offset
        found[seen, 2] = _is_hidden(pixels, np.linalg.norm(local[:, :3], axis=1) * capture.meters_per_unit,
                                    np.asarray(other.frame["distance_to_camera"]))
        found[seen, 3] = 1.0
        return AnnotatorOutput(found.reshape(height, width, 4))


@functools.cache
def _tell_unverified() -> None:
    """Warn once."""
    _log.warning("cross_correspondence(normalized=True) divides by the reference picture's width and height; whether RTX does "
                 "so has not been verified.")


def _is_hidden(pixels: np.ndarray, distances: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Return whether points at pixels and distances [m] are outside a picture of distances or behind what it shows."""
    height, width = surface.shape
    inside = ((pixels >= 0.0) & (pixels < (width, height))).all(axis=1)
    corner = np.floor(pixels - 0.5).astype(int)
    far = np.zeros(len(pixels))
    for step in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = np.clip(corner + step, 0, (width - 1, height - 1)).T
        far = np.maximum(far, surface[y, x])
    return ~inside | (far < distances * (1.0 - _TOLERANCE))


def _reference(capture: "Capture") -> "Capture":
    """Return a capture of the reference camera at the same moment, which all that ask for it share."""
    path = _reference_path(capture.stage, capture.frame.camera.path)
    sizes = [product.resolution for product in current_session().render_products.values()
             if product.camera_path == path and not product.tiles]
    size = sizes[0] if sizes else capture.frame.resolution

    def render() -> "Capture":
        return replace(capture, frame=capture.renderer.render(path, size, ["distance_to_camera"]), memo={})

    return capture.once(("reference camera", path, size), render)


def _reference_path(stage: Usd.Stage, path: str) -> str:
    attribute = stage.GetPrimAtPath(path).GetAttribute(_REFERENCE)
    name = str(attribute.Get() or "") if attribute else ""
    if not name:
        raise AnnotatorError(f"cross_correspondence: the camera {path} names no reference camera. Give "
                             "rep.create.camera(cross_camera_reference_name=…) the name of another camera.")
    cameras = [str(prim.GetPath()) for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera)]
    named = [other for other in cameras if other == name or name in _names(other)]
    if len(named) != 1:
        which = f"{len(named)} cameras are called so: {', '.join(named)}" if named else f"cameras: {', '.join(cameras)}"
        raise AnnotatorError(f"cross_correspondence: the reference camera {name!r} of {path} is not one of its kind; {which}.")
    return named[0]


def _names(path: str) -> tuple[str, str]:
    """Return the names a camera goes by: its prim's, and that of the Xform which ``rep.create.camera`` puts over it."""
    above, _, last = path.rpartition("/")
    return last, above.rpartition("/")[2]
