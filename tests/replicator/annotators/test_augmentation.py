"""Augmentations: numpy functions, Warp kernels, chains, seeds."""

from typing import Any

import numpy as np
import omni.replicator.core as rep
import pytest
import warp as wp

from scenewright.replicator.annotators import AnnotatorError, AnnotatorRegistryError


def darken(data_in, amount=10):
    data_in[..., :3] = np.maximum(data_in[..., :3].astype(int) - amount, 0)
    return data_in


def noise(data_in, seed=None):
    return np.random.default_rng(seed).integers(0, 256, data_in.shape, dtype=np.uint8)


@wp.kernel
def to_gray(data_in: wp.array3d(dtype=wp.uint8), data_out: wp.array2d(dtype=wp.float32), weight: float):
    y, x = wp.tid()
    total = float(data_in[y, x, 0]) + float(data_in[y, x, 1]) + float(data_in[y, x, 2])
    data_out[y, x] = total / 3.0 * weight


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (6, 8, 4), dtype=np.uint8)


def test_a_function_gets_a_copy(image):
    before = image.copy()
    output = rep.annotators.Augmentation.from_function(darken, amount=50).apply(image)
    np.testing.assert_array_equal(image, before)
    np.testing.assert_array_equal(output[..., :3], np.maximum(before[..., :3].astype(int) - 50, 0))


def test_a_kernel_is_launched_over_its_output(image):
    augmentation = rep.annotators.Augmentation.from_function(to_gray, data_out_shape=(-1, -1), weight=2.0)
    np.testing.assert_allclose(augmentation.apply(image), image[..., :3].astype(float).sum(axis=2) / 1.5, rtol=1e-5)
    with pytest.raises(AnnotatorError, match="missing: weight"):
        rep.annotators.Augmentation.from_function(to_gray, data_out_shape=(-1, -1)).apply(image)
    with pytest.raises(AnnotatorError, match="unknown: sigma"):
        augmentation.apply(image, sigma=1.0)


@wp.kernel(enable_backward=False)
def scale_by(data_in: wp.array3d(dtype=wp.uint8), data_out: wp.array2d(dtype=wp.float32), factor: float = 3.0):
    y, x = wp.tid()
    data_out[y, x] = float(data_in[y, x, 0]) * factor


def test_a_kernel_may_have_defaults(image):
    augmentation = rep.annotators.Augmentation.from_function(scale_by, data_out_shape=(-1, -1))
    np.testing.assert_allclose(augmentation.apply(image), image[..., 0] * 3.0)
    np.testing.assert_allclose(augmentation.apply(image, factor=0.5), image[..., 0] * 0.5)


def test_seeds(image):
    drawn = rep.annotators.Augmentation.from_function(noise, seed=None)
    first, again, other = drawn.apply(image, key=(0,)), drawn.apply(image, key=(0,)), drawn.apply(image, key=(1,))
    assert (first == again).all() and (first != other).any()
    fixed = rep.annotators.Augmentation.from_function(noise, seed=3)
    assert (fixed.apply(image, key=(0,)) == fixed.apply(image, key=(1,))).all()


def test_annotators_chain_and_register(stage: Any):
    camera = rep.functional.create.camera(position=(0, 0, 10), look_at=(0, 0, 0), name="Camera")
    rep.functional.create.dome_light(intensity=1000, name="Dome")
    product = rep.create.render_product(camera, (16, 12))
    plain = rep.annotators.get("rgb").attach(product)
    dark = rep.annotators.augment(plain, darken, name="rgb_dark", amount=20).attach(product)
    rep.annotators.register_augmentation("darken", darken)
    chain = rep.annotators.get("rgb").augment_compose(["darken", darken], name="rgb_chain").attach(product)
    rep.annotators.register("rgb_registered", rep.annotators.augment("rgb", "darken", amount=20))
    registered = rep.annotators.get("rgb_registered").attach(product)
    random = [rep.annotators.get("rgb").augment(noise, seed=None).attach(product) for _ in range(2)]
    rep.orchestrator.step()
    expected = np.maximum(plain.get_data()[..., :3].astype(int) - 20, 0)
    assert expected.any()
    for annotator in (dark, chain, registered):
        np.testing.assert_array_equal(annotator.get_data()[..., :3], expected)
    assert (dark.get_name(), chain.get_name(), registered.get_name()) == ("rgb_dark", "rgb_chain", "rgb_registered")
    assert dark.template_name == "rgb"
    first = [annotator.get_data() for annotator in random]
    assert (first[0] != first[1]).any()  # two annotators, two streams
    rep.orchestrator.step()
    assert (random[0].get_data() != first[0]).any()
    rep.AnnotatorRegistry.unregister_annotator("rgb_registered")


def test_drawn_seeds_follow_from_seed_annotator_and_frame_alone(stage: Any):
    """Not from how often the annotator was updated, so frames made in another order or process are the same."""
    product = rep.create.render_product(rep.functional.create.camera(name="Camera"), (4, 3))
    annotator = rep.annotators.get("rgb").augment(noise, seed=None).attach(product)

    def capture(number):
        rep.settings.carb_settings("/scenewright/step", number)
        rep.orchestrator.step()
        return annotator.get_data()

    frames = [capture(number) for number in range(3)]
    assert (frames[0] != frames[1]).any() and (frames[1] != frames[2]).any()
    again = [capture(number) for number in (2, 0, 1)]
    np.testing.assert_array_equal(again, [frames[2], frames[0], frames[1]])
    rep.set_global_seed(5)
    assert (capture(0) != frames[0]).any()
    rep.set_global_seed(0)


def test_hsv_round_trip(image):
    hsv = rep.augmentations_default.aug_rgb_to_hsv(image)
    primaries = np.array([[[255, 0, 0], [255, 255, 0], [0, 255, 0], [0, 255, 255], [0, 0, 255], [255, 0, 255], [80, 80, 80]]],
                         np.uint8)
    expected = [[0, 255, 255], [42, 255, 255], [85, 255, 255], [128, 255, 255], [170, 255, 255], [212, 255, 255], [0, 0, 80]]
    assert rep.augmentations_default.aug_rgb_to_hsv(primaries)[0].tolist() == expected
    assert (hsv[..., 3] == image[..., 3]).all()
    back = rep.augmentations_default.aug_hsv_to_rgb(hsv)
    assert np.abs(back.astype(int) - image).max() <= 4  # hue in 8 bits


def test_chains_mix_functions_and_kernels(image):
    step = rep.annotators.Augmentation.from_function
    gray = step(to_gray, data_out_shape=(-1, -1), weight=1.0).apply(step(darken, amount=5).apply(image))
    assert gray.shape == (6, 8) and gray.dtype == np.float32
    np.testing.assert_allclose(gray, np.maximum(image[..., :3].astype(int) - 5, 0).mean(axis=2), rtol=1e-5)


def test_nodes_of_augmentations_are_served():
    image = np.arange(16, dtype=np.uint8).reshape(4, 4)
    node = rep.annotators.Augmentation.from_node("omni.replicator.core.AugPixellateExp", kernelSize=2)
    np.testing.assert_array_equal(node.apply(image), rep.augmentations_default.aug_pixellate(image, 2))
    blur = rep.annotators.Augmentation.from_node("omni.replicator.core.AugMotionBlurExp", alpha=0.7, kernelSize=11)
    np.testing.assert_array_equal(blur.apply(image), rep.augmentations_default.aug_motion_blur(image, strength=0.7))


def test_errors():
    with pytest.raises(AnnotatorRegistryError, match="Unknown augmentation 'blur'"):
        rep.annotators.get("rgb").augment("blur")
    with pytest.raises(AnnotatorError, match="'CutMix' takes the parameters folderpath, seed; missing: folderpath"):
        rep.annotators.get("rgb").augment("CutMix")
    with pytest.raises(AnnotatorError, match="unknown: sigma"):
        rep.annotators.get("rgb").augment(darken, sigma=1.0)
    with pytest.raises(AnnotatorError, match="'<lambda>' returned None"):
        rep.annotators.Augmentation.from_function(lambda data_in: None).apply(np.zeros((2, 2)))
    with pytest.raises(AnnotatorError, match="function"):
        rep.annotators.get("rgb").augment(3)
    with pytest.raises(NotImplementedError, match="from_node"):
        rep.annotators.Augmentation.from_node("a.Node")
    with pytest.raises(AnnotatorRegistryError, match="built-in"):
        rep.annotators.register("rgb", rep.annotators.get("rgb"))
