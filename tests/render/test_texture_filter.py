"""Smaller levels of textures and the lookups that blend them."""

import numpy as np
import pytest
import warp as wp
from pxr import Gf, Sdf, UsdShade

from scenewright.render import RenderSettings
from scenewright.render.device.textures import level_sizes, upload_texture
from scenewright.render.kernels.textures import sample_wide
from scenewright.render.kernels.types import TextureData
from scenewright.render.scene.records import TextureRecord

wp.set_module_options({"enable_backward": False})

BYTES = np.arange(256) / 255.0
LINEAR = np.where(BYTES <= 0.04045, BYTES / 12.92, ((BYTES + 0.055) / 1.055) ** 2.4).astype(np.float32)


@wp.kernel
def look(texture: TextureData, to_linear: wp.array(dtype=float), uvs: wp.array(dtype=wp.vec2), wrap: int, footprint: float,
         out: wp.array(dtype=wp.vec4)):
    i = wp.tid()
    out[i] = sample_wide(texture, to_linear, uvs[i], wrap, wrap, footprint)


@pytest.fixture(scope="module")
def to_linear():
    return wp.array(LINEAR, dtype=float, device="cpu")


def looked_up(texture, to_linear, uvs, footprint, wrap=0):
    out = wp.zeros(len(uvs), dtype=wp.vec4, device="cpu")
    inputs = [texture, to_linear, wp.array(np.asarray(uvs, np.float32), dtype=wp.vec2, device="cpu"), wrap, footprint]
    wp.launch(look, len(uvs), inputs=inputs, outputs=[out], device="cpu")
    return out.numpy()


def levels_of(pixels, srgb, to_linear):
    data = upload_texture(TextureRecord("t", pixels, srgb), "cpu", to_linear)
    texels = (data.floats if data.is_float else data.bytes).numpy()
    texels = texels if data.is_float else texels.view(np.uint8).reshape(-1, 4)
    sizes = level_sizes(pixels.shape[1], pixels.shape[0])
    ends = np.cumsum([w * h for w, h in sizes])
    return data, [t.reshape(h, w, 4) for t, (w, h) in zip(np.split(texels, ends[:-1]), sizes, strict=True)]


@pytest.mark.parametrize("shape", [(16, 16), (16, 4), (7, 13), (1, 9), (1, 1), (5, 2)])
def test_every_level_has_the_mean_of_the_image(shape, to_linear):
    pixels = np.random.default_rng(0).random((*shape, 4), np.float32)
    data, levels = levels_of(pixels, False, to_linear)
    assert data.levels == len(levels) and levels[-1].shape == (1, 1, 4)
    np.testing.assert_array_equal(levels[0], pixels)
    for level in levels:
        np.testing.assert_allclose(level.mean(axis=(0, 1)), pixels.mean(axis=(0, 1)), rtol=1e-5)
    if shape == (16, 16):
        np.testing.assert_allclose(levels[2], pixels.reshape(4, 4, 4, 4, 4).mean(axis=(1, 3)), rtol=1e-5)


def test_bytes_are_averaged_in_linear_light(to_linear):
    board = np.zeros((8, 8, 4), np.uint8)
    board[::2, ::2] = board[1::2, 1::2] = 255
    board[..., 3] = 100
    for srgb, grey in ((True, 188), (False, 128)):  # half the light has the sRGB code 188
        for level in levels_of(board, srgb, to_linear)[1][1:]:
            assert np.all(np.abs(level[..., :3].astype(int) - grey) <= 1) and np.all(level[..., 3] == 100)


def test_wide_lookups_average_and_points_do_not(to_linear):
    pixels = np.random.default_rng(3).random((64, 64, 4), np.float32)
    data, levels = levels_of(pixels, False, to_linear)
    uvs = np.random.default_rng(4).random((50, 2))
    np.testing.assert_array_equal(looked_up(data, to_linear, uvs, 0.0), looked_up(data, to_linear, uvs, 1.0 / 64))
    np.testing.assert_allclose(looked_up(data, to_linear, uvs, 1.0), np.tile(pixels.mean(axis=(0, 1)), (50, 1)), rtol=1e-4)
    centers = np.stack(np.meshgrid(*[(np.arange(16) + 0.5) / 16] * 2), -1).reshape(-1, 2)
    np.testing.assert_allclose(looked_up(data, to_linear, centers, 4.0 / 64), levels[2].reshape(-1, 4), rtol=1e-4)
    between = looked_up(data, to_linear, centers, 4.0 * np.sqrt(2.0) / 64)  # halfway to the next level
    above = looked_up(data, to_linear, centers, 8.0 / 64)
    np.testing.assert_allclose(between, 0.5 * (above + levels[2].reshape(-1, 4)), rtol=1e-4)


def test_a_far_checkerboard_is_calm_at_one_sample(studio, tmp_path):
    """A floor of squares smaller than pixels: one sample a pixel is grey, as a hundred are, and near squares stay sharp."""
    image = pytest.importorskip("PIL.Image")
    squares = np.kron(np.indices((64, 64)).sum(axis=0) % 2, np.ones((4, 4))) * 255
    image.fromarray(np.repeat(squares[..., None], 3, axis=2).astype(np.uint8)).save(tmp_path / "squares.png")
    uvs = [(0, 0), (40, 0), (40, 40), (0, 40)]
    floor = studio.mesh("/World/Floor", [(-40, -40, 0), (40, -40, 0), (40, 40, 0), (-40, 40, 0)], [4], [0, 1, 2, 3], uvs=uvs)
    shader = studio.material("/World/Looks/Floor", floor, useSpecularWorkflow=1, specularColor=Gf.Vec3f(0, 0, 0), roughness=1.0)
    texture = UsdShade.Shader.Define(studio.stage, "/World/Looks/Floor/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(str(tmp_path / "squares.png"))
    texture.CreateInput("wrapS", Sdf.ValueTypeNames.Token).Set("repeat")
    shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(texture.ConnectableAPI(), "rgb")
    studio.light("DistantLight", "/World/Sun", intensity=1000.0, angle=0.0)

    def picture(samples):
        frame = studio.render(["hdr_color"], size=(48, 24), settings=RenderSettings(samples=samples, bounces=0))
        return frame["hdr_color"][..., 0] / (1000.0 / np.pi)

    studio.camera((0, -38, 3.0), (0, 0, 0), focal=24.0)
    assert np.sqrt(np.mean((picture(1) - picture(256))[12:] ** 2)) < 0.03  # 0.41 where the squares are sampled at points
    studio.camera((0.55, 0.51, 0.08), (0.55, 0.52, 0.0), up=(0, 1, 0), focal=24.0)
    near = picture(1)
    assert near.min() < 0.01 and near.max() > 0.95
