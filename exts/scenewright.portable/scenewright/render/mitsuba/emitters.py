"""Light records as Mitsuba emitters."""

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from scenewright.render.device.pixels import linear_texels
from scenewright.render.scene.records import LightKind, LightRecord, TextureRecord

__all__ = ["emitter_of", "sky_of"]

_APART = 2e-6
_FINE = 1024  # rows of an image from which on it does not matter that Mitsuba's rows are spread from pole to pole


def emitter_of(mi: ModuleType, light: LightRecord, center: np.ndarray, textures: Mapping[str, TextureRecord], reach: float
               ) -> list[dict[str, Any]]:
    """Return the emitters, or the glowing shapes, that stand for a light relative to ``center``.

    Args:
        mi: Mitsuba.
        light: The record, of no dome.
        center: (3,) world position of the camera.
        textures: Texture records by key.
        reach: How far the scene reaches from the camera; a distant light of some width stands well beyond it.
    """
    matrix = np.asarray(light.matrix, np.float64).copy()
    matrix[3, :3] -= center
    if light.kind == LightKind.DISTANT:
        return [_distant(mi, light, matrix, reach)]
    radiance: dict[str, Any] = {"type": "rgb", "value": list(light.color)}
    if light.kind == LightKind.RECT and light.texture:
        texels = linear_texels(textures[light.texture]) * np.array(light.color, np.float32)
        # UsdLux: the image begins at (+X, +Y); Mitsuba's rectangle, turned to shine along -Z, has u along -X already
        radiance = {"type": "bitmap", "bitmap": mi.Bitmap(np.ascontiguousarray(texels.astype(np.float32))), "raw": True}
    area = {"type": "area", "radiance": radiance}
    a, b = light.size
    if light.kind == LightKind.SPHERE:
        radius = a * float(np.cbrt(abs(np.linalg.det(matrix[:3, :3]))))
        return [{"type": "sphere", "center": matrix[3, :3].tolist(), "radius": radius, "emitter": area, "bsdf": _black()}]
    if light.kind == LightKind.CYLINDER:
        along = matrix[0, :3] * 0.5 * b
        radius = a * math.sqrt(np.linalg.norm(matrix[1, :3]) * np.linalg.norm(matrix[2, :3]))
        return [{"type": "cylinder", "p0": (matrix[3, :3] - along).tolist(), "p1": (matrix[3, :3] + along).tolist(),
                 "radius": float(radius), "emitter": area, "bsdf": _black()}]
    half = (0.5 * a, 0.5 * b) if light.kind == LightKind.RECT else (a, a)
    shape = "rectangle" if light.kind == LightKind.RECT else "disk"
    turn = np.diag((-half[0], half[1], -1.0, 1.0))  # local +Z of Mitsuba's shape to -Z, a rotation about Y
    found = [{"type": shape, "to_world": mi.ScalarTransform4f(matrix.T @ turn), "emitter": area, "bsdf": _black()}]
    if light.double_sided:
        other = np.diag((half[0], half[1], 1.0, 1.0))
        # a little above itself along +Z, so that no ray meets the side that is turned away
        other[2, 3] = _APART * max(np.abs(matrix[3, :3]).max(), np.abs(matrix[:3, :3]).max() * max(half)) / max(
            np.linalg.norm(matrix[2, :3]), 1e-30)
        found.append({"type": shape, "to_world": mi.ScalarTransform4f(matrix.T @ other), "emitter": area, "bsdf": _black()})
    return found


def _black() -> dict[str, Any]:
    return {"type": "diffuse", "reflectance": {"type": "rgb", "value": [0.0, 0.0, 0.0]}}


def _distant(mi: ModuleType, light: LightRecord, matrix: np.ndarray, reach: float) -> dict[str, Any]:
    """Light travels along local -Z; one of some width is a disk far away, of the radiance that gives its irradiance."""
    towards = matrix[2, :3] / max(np.linalg.norm(matrix[2, :3]), 1e-30)
    half_angle = light.size[0]
    if half_angle < 1e-4:
        irradiance = {"type": "rgb", "value": list(light.color)}
        return {"type": "directional", "direction": (-towards).tolist(), "irradiance": irradiance}
    distance = 1e3 * reach
    radiance = np.array(light.color) / (math.pi * math.sin(min(half_angle, 0.5 * math.pi)) ** 2)
    frame = mi.ScalarTransform4f().look_at(origin=(towards * distance).tolist(), target=[0, 0, 0],
                                           up=np.eye(3)[np.argmin(np.abs(towards))].tolist())
    radius = distance * math.tan(min(half_angle, 1.5))
    return {"type": "disk", "to_world": frame @ mi.ScalarTransform4f().scale([radius, radius, 1.0]), "bsdf": _black(),
            "emitter": {"type": "area", "radiance": {"type": "rgb", "value": radiance.tolist()}}}


def sky_of(mi: ModuleType, domes: Sequence[LightRecord], textures: Mapping[str, TextureRecord]) -> dict[str, Any]:
    """Return one environment for some domes: Mitsuba has no more."""
    constant = np.sum([dome.color for dome in domes if not dome.texture], axis=0) + np.zeros(3)
    images = [(_axes(dome), linear_texels(textures[dome.texture])[::-1] * dome.color) for dome in domes if dome.texture]
    if not images:
        return {"type": "constant", "radiance": {"type": "rgb", "value": constant.tolist()}}
    axes, total = max(images, key=lambda pair: pair[1].size)
    if len(images) > 1 or len(total) < _FINE:
        directions = _directions(max(len(total), _FINE), max(total.shape[1], 2 * _FINE))
        total = sum(_looked_at(image, directions @ axes @ others.T) for others, image in images)
    total = total + constant
    frame = np.eye(4)
    frame[:3, :3] = axes.T
    return {"type": "envmap", "bitmap": mi.Bitmap(np.ascontiguousarray(total.astype(np.float32))),
            "to_world": mi.ScalarTransform4f(frame)}


def _axes(dome: LightRecord) -> np.ndarray:
    """Return the axes of a dome's image in world space as rows: +Z in its middle, +X a quarter to the left, +Y at its top."""
    linear = np.asarray(dome.matrix, np.float64)[:3, :3]
    return linear / np.maximum(np.linalg.norm(linear, axis=1, keepdims=True), 1e-30)


def _directions(height: int, width: int) -> np.ndarray:
    """Return the direction of each pixel of Mitsuba's lat-long image, its outer rows the poles, along its axes, (H, W, 3)."""
    polar = np.arange(height)[:, None] / (height - 1) * np.pi
    turn = (0.5 - (np.arange(width) + 0.5) / width) * 2.0 * np.pi
    return np.stack(np.broadcast_arrays(np.sin(polar) * np.sin(turn), np.cos(polar), np.sin(polar) * np.cos(turn)), axis=-1)


def _looked_at(image: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Return the colours of a lat-long image in some directions along its axes, bilinear."""
    height, width = image.shape[:2]
    x = (0.5 - np.arctan2(directions[..., 0], directions[..., 2]) / (2.0 * np.pi)) * width - 0.5
    y = np.clip(np.arccos(np.clip(directions[..., 1], -1.0, 1.0)) / np.pi * height - 0.5, 0.0, height - 1.0)
    left, low = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    across, down = (x - left)[..., None], (y - low)[..., None]
    right, high, left = (left + 1) % width, np.minimum(low + 1, height - 1), left % width
    return ((image[low, left] * (1.0 - across) + image[low, right] * across) * (1.0 - down)
            + (image[high, left] * (1.0 - across) + image[high, right] * across) * down)
