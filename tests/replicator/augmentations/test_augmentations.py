"""The 21 built-in augmentations against what their formulas give by hand."""

import numpy as np
import omni.replicator.core as rep
import pytest
from PIL import Image

NAMES = ("RgbaToRgb RgbToHsv HsvToRgb AdjustSigmoid Brightness Contrast SpeckleNoise ShotNoise GlassBlur MotionBlur Conv2d "
         "CropResize CutMix ImageBlend BackgroundRand Pixellate Rotate ColorizeNormals ColorizeDepth Sobel Canny").split()
DRAWING = {"Brightness", "Contrast", "SpeckleNoise", "ShotNoise", "GlassBlur", "CropResize", "CutMix", "ImageBlend",
           "BackgroundRand", "Rotate"}
aug = rep.augmentations_default


@pytest.fixture
def image():
    return np.random.default_rng(1).integers(20, 230, (24, 32, 4), dtype=np.uint8)


@pytest.fixture
def pictures(tmp_path):
    """A folder with one green picture, and something that is no picture."""
    Image.new("RGB", (5, 5), (0, 200, 0)).save(tmp_path / "green.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    return str(tmp_path)


def flat(value, shape=(200, 200, 4)):
    return np.full(shape, value, np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_works_and_follows_its_seed(name, image, pictures):
    data = image
    if name == "ColorizeDepth":
        data = np.linspace(0.1, 100.0, 32, dtype=np.float32).reshape(4, 8)
    elif name == "ColorizeNormals":
        data = np.dstack([np.zeros((4, 8, 2)), np.ones((4, 8, 2))]).astype(np.float32)
    params = {"folderpath": pictures} if name in ("CutMix", "ImageBlend", "BackgroundRand") else {}
    before = data.copy()
    augmentation = rep.annotators.get_augmentation(name)
    first, again, other = (augmentation.apply(data, key=(k,), **params) for k in (0, 0, 1))
    np.testing.assert_array_equal(data, before)
    np.testing.assert_array_equal(first, again)
    assert first.shape[:2] == data.shape[:2] and first.dtype == np.uint8
    if name in DRAWING - {"BackgroundRand"}:  # which draws only among pictures, and here is one
        assert (first != other).any()
    else:
        np.testing.assert_array_equal(first, other)


def test_tone(image):
    half = aug.aug_brightness(image, 0.5, 0.5)
    np.testing.assert_array_equal(half[..., :3], np.rint(image[..., :3] * np.float32(0.5)))
    np.testing.assert_array_equal(half[..., 3], image[..., 3])
    np.testing.assert_array_equal(aug.aug_contrast(image, 1.0, 1.0), image)
    none = aug.aug_contrast(image, 0.0, 0.0)[..., :3]
    np.testing.assert_allclose(none[0, 0], image[..., :3].mean(axis=(0, 1)), atol=0.51)
    assert (none == none[0, 0]).all()
    ramp = np.array([[0.25, 0.5, 0.75]], np.float32)
    np.testing.assert_allclose(aug.aug_adjust_sigmoid(ramp), 1 / (1 + np.exp([[2.5, 0.0, -2.5]])), rtol=1e-5)
    np.testing.assert_allclose(aug.aug_adjust_sigmoid(ramp, inv=True), 1 / (1 + np.exp([[-2.5, 0.0, 2.5]])), rtol=1e-5)


def test_noise_has_the_variance_it_says():
    speckle = aug.aug_speckle_noise(np.full((400, 400), 2.0, np.float32), sigma=0.1, seed=1)
    assert abs(speckle.mean() - 2.0) < 4 * 0.2 / 400 and abs(speckle.std() - 0.2) < 0.002
    shot = aug.aug_shot_noise(np.full((400, 400), 0.5, np.float32), photons=100.0, seed=1)
    assert abs(shot.mean() - 0.5) < 4 * np.sqrt(0.005) / 400 and abs(shot.var() - 0.005) < 1e-4


def test_glass_moves_pixels_at_most_delta():
    column = np.broadcast_to(np.arange(50, dtype=np.float32), (40, 50)).copy()
    moved = aug.aug_glass_blur(column, delta=3, seed=0) - column
    assert moved.min() == -3 and moved.max() == 3
    np.testing.assert_array_equal(aug.aug_glass_blur(column, delta=0, seed=0), column)


def test_convolution_and_motion():
    point = np.zeros((9, 9), np.float32)
    point[4, 4] = 1.0
    kernel = np.arange(9.0).reshape(3, 3)
    np.testing.assert_allclose(aug.aug_conv2d(point, kernel)[3:6, 3:6], kernel[::-1, ::-1])  # correlation
    np.testing.assert_allclose(aug.aug_conv2d(point)[3:6, 3:6], 1 / 9, rtol=1e-6)
    for angle, rows, columns in ((0.0, 1, 5), (90.0, 5, 1)):
        streak = aug.aug_motion_blur(point, motionAngle=angle, strength=1.0, kernelSize=5)
        ys, xs = np.nonzero(streak)
        assert (np.ptp(ys) + 1, np.ptp(xs) + 1) == (rows, columns) and streak.sum() == pytest.approx(1.0)
    diagonal = aug.aug_motion_blur(point, motionAngle=45.0, strength=1.0, kernelSize=5)
    assert diagonal[3, 5] > 0 and diagonal[5, 5] == 0  # up and to the right
    assert aug.aug_motion_blur(point, strength=0.25)[4, 4] > 0.75
    np.testing.assert_array_equal(aug.aug_motion_blur(flat(90)), flat(90))


def test_pixellate_averages_blocks():
    data = np.arange(30, dtype=np.float64).reshape(5, 6)
    blocks = aug.aug_pixellate(data, 4)
    np.testing.assert_allclose(blocks[:4, :4], data[:4, :4].mean())
    np.testing.assert_allclose(blocks[4:, 4:], data[4:, 4:].mean())


def test_edges():
    step = np.zeros((20, 30, 4), np.uint8)
    step[:, 15:, :3] = 25
    sobel = aug.aug_sobel(step)
    assert sobel[10, 14].tolist() == [100, 100, 100, 255] and sobel[10, 5].tolist() == [0, 0, 0, 255]
    edges = aug.aug_canny(step, 10, 100)[..., 0]
    np.testing.assert_array_equal(np.flatnonzero(edges[10]), [14])  # one pixel wide
    assert not aug.aug_canny(step, 10, 101)[..., :3].any()
    fading = np.zeros((40, 30), np.uint8)
    fading[:, 15:] = np.linspace(5, 40, 40)[:, None]  # strong below, weak above: hysteresis keeps what is joined
    kept = aug.aug_canny(fading, 40, 140) > 0
    assert kept[30:38, 14:16].any(axis=1).all() and kept[12:30].any(axis=1).all() and not kept[:4].any()


def test_geometry(image):
    np.testing.assert_array_equal(aug.aug_crop_resize(image, minPercent=1.0, seed=1), image)
    ramp = np.broadcast_to(np.arange(64, dtype=np.float32), (64, 64)).copy()
    inner = aug.aug_crop_resize(ramp, minPercent=0.5, seed=3)
    slope = np.diff(inner[0])[5:-5]
    assert 0.5 <= slope.mean() < 1.0 and np.ptp(slope) < 1e-3
    np.testing.assert_array_equal(aug.aug_rotate(image, 0.0), image)
    turned = aug.aug_rotate(np.ones((41, 41), np.float32), 45.0, seed=2)
    assert turned[20, 20] == 1.0 and turned[0, 0] == 0.0
    ids = np.random.default_rng(0).integers(0, 9, (16, 16), dtype=np.uint32)
    assert set(np.unique(aug.aug_rotate(ids, 45.0, seed=2))) <= set(np.unique(ids)) | {0}


def test_pictures(image, pictures):
    mixed = aug.aug_cut_mix(flat(10), pictures, seed=4)
    pasted = (mixed == [0, 200, 0, 255]).all(axis=2)
    ys, xs = np.nonzero(pasted)
    assert 0 < pasted.sum() == (np.ptp(ys) + 1) * (np.ptp(xs) + 1) < pasted.size and (mixed[~pasted] == 10).all()
    blended = aug.aug_image_blend(flat(100), pictures, alpha=0.25)
    assert blended[0, 0].tolist() == [75, 125, 75, 100]
    image[:12, :, 3], image[12:, :, 3] = 0, 255
    over = aug.aug_background_rand(image, pictures)
    assert (over[:12] == [0, 200, 0, 255]).all() and (over[12:] == image[12:]).all()
    with pytest.raises(FileNotFoundError, match="no picture"):
        aug.aug_cut_mix(image, pictures + "/nowhere")


@pytest.mark.parametrize(("call", "message"), [
    (lambda i: aug.aug_pixellate(i, 0), "kernelSize >= 1"),
    (lambda i: aug.aug_crop_resize(i, 0.0), "minPercent"),
    (lambda i: aug.aug_canny(i, 5, 1), "low <= high"),
    (lambda i: aug.aug_motion_blur(i, strength=2.0), "strength"),
    (lambda i: aug.aug_shot_noise(i, 0), "photons > 0"),
    (lambda i: aug.aug_image_blend(i, ".", alpha=2.0), "alpha"),
    (lambda i: aug.aug_conv2d(i, [1.0, 2.0]), r"shape \(K, L\)"),
])
def test_bad_values(call, message):
    with pytest.raises(ValueError, match=message):
        call(flat(1, (4, 4, 4)))
