"""``rep.augmentations_default``: functions for ``Augmentation.from_function``, and the augmentations that have a name."""

from collections.abc import Callable, Mapping
from typing import Any

from scenewright.replicator.augmentations.color import (
    aug_adjust_sigmoid,
    aug_brightness,
    aug_contrast,
    aug_hsv_to_rgb,
    aug_rgb_to_hsv,
    aug_rgba_to_rgb,
)
from scenewright.replicator.augmentations.filters import aug_canny, aug_conv2d, aug_motion_blur, aug_pixellate, aug_sobel
from scenewright.replicator.augmentations.mixing import (
    aug_background_rand,
    aug_crop_resize,
    aug_cut_mix,
    aug_image_blend,
    aug_rotate,
)
from scenewright.replicator.augmentations.noise import aug_glass_blur, aug_shot_noise, aug_speckle_noise
from scenewright.replicator.tools import colorize_depth, colorize_normals

__all__ = ["AUGMENTATION_NODES", "DEFAULT_AUGMENTATIONS", "aug_adjust_sigmoid", "aug_background_rand", "aug_brightness",
           "aug_canny", "aug_contrast", "aug_conv2d", "aug_crop_resize", "aug_cut_mix", "aug_glass_blur", "aug_hsv_to_rgb",
           "aug_image_blend", "aug_motion_blur", "aug_pixellate", "aug_rgb_to_hsv", "aug_rgba_to_rgb", "aug_rotate",
           "aug_shot_noise", "aug_sobel", "aug_speckle_noise"]

DEFAULT_AUGMENTATIONS: dict[str, Callable[..., Any]] = {
    "RgbaToRgb": aug_rgba_to_rgb,
    "RgbToHsv": aug_rgb_to_hsv,
    "HsvToRgb": aug_hsv_to_rgb,
    "AdjustSigmoid": aug_adjust_sigmoid,
    "Brightness": aug_brightness,
    "Contrast": aug_contrast,
    "SpeckleNoise": aug_speckle_noise,
    "ShotNoise": aug_shot_noise,
    "GlassBlur": aug_glass_blur,
    "MotionBlur": aug_motion_blur,
    "Conv2d": aug_conv2d,
    "CropResize": aug_crop_resize,
    "CutMix": aug_cut_mix,
    "ImageBlend": aug_image_blend,
    "BackgroundRand": aug_background_rand,
    "Pixellate": aug_pixellate,
    "Rotate": aug_rotate,
    "ColorizeNormals": colorize_normals,
    "ColorizeDepth": colorize_depth,
    "Sobel": aug_sobel,
    "Canny": aug_canny,
}
"""Functions by the name that ``rep.annotators.get_augmentation`` knows. Those with a ``seed`` draw one for each capture."""

AUGMENTATION_NODES: dict[str, tuple[str, Mapping[str, str]]] = {
    "omni.replicator.core.AugBgRandExp": ("BackgroundRand", {}),
    "omni.replicator.core.AugCanny": ("Canny", {}),
    "omni.replicator.core.AugColorizeDepth": ("ColorizeDepth", {}),
    "omni.replicator.core.AugContrastExp": ("Contrast", {}),
    "omni.replicator.core.AugConv2dExp": ("Conv2d", {}),
    "omni.replicator.core.AugCropResizeExp": ("CropResize", {}),
    "omni.replicator.core.AugCutMixExp": ("CutMix", {}),
    "omni.replicator.core.AugImgBlendExp": ("ImageBlend", {}),
    "omni.replicator.core.AugMotionBlurExp": ("MotionBlur", {"alpha": "strength"}),
    "omni.replicator.core.AugPixellateExp": ("Pixellate", {}),
    "omni.replicator.core.AugRotateExp": ("Rotate", {}),
}
"""For each OmniGraph augmentation node: the augmentation that does the same, and parameters that are called otherwise."""
