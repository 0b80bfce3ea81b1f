"""Thumbnails of assets: a three-quarter view from the front in even light, drawn by our renderer."""

import functools
from pathlib import Path

import numpy as np

__all__ = ["draw_thumbnail", "prepare_thumbnails"]

_SIDE = 256
_SAMPLES = 12
_TOWARDS = (0.55, -1.0, 0.6)
"""From the object to the camera; fronts of assets look to -y."""
_TANGENT = 0.27
"""Of half the angle of view."""
_MARGIN = 1.08
_SKY, _KEY, _FILL = 540.0, 1800.0, 480.0
"""White in front shows just below white, at the side darker, and everywhere brighter than the sky behind it."""


def draw_thumbnail(asset: Path, picture: Path) -> None:
    """Draw an asset (Z up, metres) as a PNG of 256 x 256 pixels."""
    from PIL import Image
    from pxr import Usd, UsdGeom

    _ready()
    from scenewright.render import Renderer, RenderSettings

    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    stage.DefinePrim("/Asset", "Xform").GetReferences().AddReference(str(asset.resolve()))
    _light(stage)
    _look_at(stage, "/Camera", _box(stage))
    renderer = Renderer(stage)
    try:
        settings = RenderSettings(samples=_SAMPLES, denoise=True, tone_map="linear")
        frame = renderer.render("/Camera", (_SIDE, _SIDE), ["ldr_color"], settings)
        pixels = np.asarray(frame["ldr_color"])[..., :3]
    finally:
        renderer.close()
    Image.fromarray(np.ascontiguousarray(pixels)).save(picture, format="PNG", compress_level=6)


def _light(stage: object) -> None:
    from pxr import Gf, UsdGeom, UsdLux

    sky = UsdLux.DomeLight.Define(stage, "/Sky")
    sky.CreateIntensityAttr(_SKY)
    for name, intensity, turn in (("/Key", _KEY, (48.0, 0.0, -28.0)), ("/Fill", _FILL, (80.0, 0.0, 75.0))):
        light = UsdLux.DistantLight.Define(stage, name)
        light.CreateIntensityAttr(intensity)
        light.CreateAngleAttr(12.0)
        UsdGeom.Xformable(light).AddRotateXYZOp().Set(Gf.Vec3f(*turn))


def _box(stage: object) -> tuple[np.ndarray, np.ndarray]:
    from pxr import Usd, UsdGeom

    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_, UsdGeom.Tokens.render])
    box = cache.ComputeWorldBound(stage.GetPrimAtPath("/Asset")).ComputeAlignedRange()
    return np.array(box.GetMin()), np.array(box.GetMax())


def _look_at(stage: object, path: str, box: tuple[np.ndarray, np.ndarray]) -> None:
    """Define a camera that has the box just in view."""
    from pxr import Gf, UsdGeom

    centre = 0.5 * (box[0] + box[1])
    back = np.array(_TOWARDS) / np.linalg.norm(_TOWARDS)
    right = np.cross([0.0, 0.0, 1.0], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    corners = np.array([[box[bits >> axis & 1][axis] for axis in range(3)] for bits in range(8)]) - centre
    sideways = np.maximum(np.abs(corners @ right), np.abs(corners @ up))
    distance = _MARGIN * float((sideways / _TANGENT + corners @ back).max())
    matrix = np.eye(4)
    matrix[0, :3], matrix[1, :3], matrix[2, :3], matrix[3, :3] = right, up, back, centre + distance * back
    camera = UsdGeom.Camera.Define(stage, path)
    camera.CreateFocalLengthAttr(50.0)
    camera.CreateHorizontalApertureAttr(100.0 * _TANGENT)
    camera.CreateVerticalApertureAttr(100.0 * _TANGENT)
    camera.CreateClippingRangeAttr(Gf.Vec2f(0.001 * distance, 10.0 * distance))
    camera.AddTransformOp().Set(Gf.Matrix4d(*matrix.reshape(-1).tolist()))


@functools.cache
def _ready() -> None:
    """Choose the device, once in each process; Warp says nothing while it starts."""
    from scenewright.cli.device_choice import choose_device

    choose_device("cpu")


def prepare_thumbnails() -> None:
    """Compile the renderer's kernels, so that worker processes load them."""
    _ready()
    from scenewright.render import compile_kernels

    compile_kernels("cpu")
