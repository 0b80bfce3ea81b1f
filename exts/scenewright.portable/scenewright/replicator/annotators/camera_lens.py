"""How a lens that is no pinhole shows points: for annotators that work in camera space."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.render.lens import lens_of
from scenewright.render.lens.models import Central
from scenewright.render.scene.records import CameraRecord, LensRecord
from scenewright.replicator.availability import unsupported

__all__ = ["camera_of_parameters", "image_points", "lens_parameters"]

#: cameraModel -> LensRecord.model, where ``camera_params`` says all of the lens.
_MODELS = {"fisheyeKannalaBrandtK3": "kannala_brandt", "fisheyeRadTanThinPrism": "rad_tan_thin_prism",
           "fisheyeOpenCV": "kannala_brandt", "fisheyeSpherical": "equirectangular", "orthographic": "orthographic"}


def image_points(points: np.ndarray, camera: CameraRecord, resolution: tuple[int, int]) -> np.ndarray:
    """Return camera-space points as pixels, origin top-left, (N, 2) float64.

    What a lens cannot show because it is too far off its axis lies on the rim in that direction. A pinhole mirrors what is
    behind it; a point in its own plane gives the image centre.

    Args:
        points: (N, 3) or homogeneous (N, 4).
        camera: The camera.
        resolution: (width, height).
    """
    lens = lens_of(camera, *resolution)
    local = np.array(points[:, :3], np.float64)
    if camera.lens is None:
        flat = np.abs(local[:, 2]) < 1e-10
        local[flat] = (0.0, 0.0, -1.0)
    pixels = np.stack(lens.project(local), axis=1)
    lost = np.isnan(pixels).any(axis=1)
    if isinstance(lens, Central) and lost.any():
        end = (np.arctan(lens.profile.q_end) if lens.profile.flat else lens.profile.q_end) * (1.0 - 1e-9)
        away = np.linalg.norm(local[lost, :2], axis=1, keepdims=True)
        across = np.where(away > 0.0, local[lost, :2] / np.where(away > 0.0, away, 1.0), (1.0, 0.0))
        rim = np.concatenate((across * np.sin(end), np.full((len(across), 1), -np.cos(end))), axis=1)
        pixels[lost] = np.stack(lens.project(rim), axis=1)
    return np.where(np.isnan(pixels), np.array(resolution) / 2.0, pixels)


def camera_of_parameters(params: Mapping[str, Any]) -> CameraRecord:
    """Return a camera with the lens that `lens_parameters` described; it stands in the origin.

    Raises:
        FeatureUnavailableError: The entries do not say all of this lens.
    """
    model = _MODELS.get(params["cameraModel"])
    if model is None:
        unsupported(f"Projecting keypoints with the camera model '{params['cameraModel']}'",
                    f"Use a pinhole, fisheyePolynomial, pinholeOpenCV, {', '.join(_MODELS)}.")
    center = tuple(map(float, params["cameraFisheyeOpticalCentre"]))
    lens = LensRecord(
        model, (float(params["cameraFisheyeNominalWidth"]), float(params["cameraFisheyeNominalHeight"])),
        center if any(center) else None, (params["cameraOpenCVFx"], params["cameraOpenCVFy"]),
        tuple(map(float, params["cameraFisheyePolynomial"])), tuple(map(float, params["cameraFisheyeLensP"])) or (0.0, 0.0),
        tuple(map(float, params["cameraFisheyeLensS"])) or (0.0,) * 4, params["cameraFisheyeMaxFOV"] or 360.0)
    aperture, offset = params["cameraAperture"], params["cameraApertureOffset"]
    return CameraRecord("", np.eye(4), params["cameraFocalLength"], float(aperture[0]), float(aperture[1]),
                        (float(offset[0]), float(offset[1])), (0.0, np.inf), 0.0, 0.0, params["cameraModel"], lens=lens)


def lens_parameters(camera: CameraRecord) -> dict[str, object]:
    """Return the cameraFisheye… and cameraOpenCV… entries of ``camera_params``; zeros where the lens has no such value."""
    lens = camera.lens
    polynomial, center = np.zeros(6, np.float32), np.zeros(2, np.float32)
    bends = {"cameraFisheyeLensP": np.zeros(0, np.float32), "cameraFisheyeLensS": np.zeros(0, np.float32)}
    if lens is not None:
        polynomial[:len(lens.radial)] = lens.radial
        center[:] = lens.center or (0.0, 0.0)
        if lens.model in ("rad_tan_thin_prism", "opencv_pinhole"):  # OpenCV's p1, p2 are the other way round
            order = 1 if lens.model == "rad_tan_thin_prism" else -1
            bends = {"cameraFisheyeLensP": np.array(lens.tangential[::order], np.float32),
                     "cameraFisheyeLensS": np.array(lens.prism, np.float32)}
    nominal, focal = (lens.nominal, lens.focal) if lens is not None else ((0.0, 0.0), (0.0, 0.0))
    return {
        "cameraFisheyeNominalWidth": int(nominal[0]),
        "cameraFisheyeNominalHeight": int(nominal[1]),
        "cameraFisheyeOpticalCentre": center,
        "cameraFisheyeMaxFOV": float(lens.max_fov) if lens is not None and lens.radial else 0.0,
        "cameraFisheyePolynomial": polynomial,
        **bends,
        "cameraOpenCVFx": float(focal[0]),
        "cameraOpenCVFy": float(focal[1]),
    }
