"""Moving points along their normals by noise."""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.sdg.variation.noise_kernels import noise3

__all__ = ["displace"]

wp.set_module_options({"enable_backward": False, "max_unroll": 2})  # compiles in a third of the time


@wp.kernel
def displace(
    first: int,
    seed: wp.uint32,
    frequency: float,
    octaves: int,
    roughness: float,
    amplitude: float,
    bias: float,
    offset: wp.vec3,
    points: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    moved: wp.array(dtype=wp.vec3),
):
    """Move each point by ``amplitude`` times octaves of noise (each twice as fine, ``roughness`` as strong) plus ``bias``."""
    i = first + wp.tid()
    total = float(0.0)
    strength = float(1.0)
    whole = float(0.0)
    scale = float(frequency)
    for k in range(octaves):
        total = total + strength * noise3(scale * points[i] + float(k) * offset, seed + wp.uint32(k))
        whole = whole + strength
        strength = strength * roughness
        scale = scale * 2.0
    moved[i] = points[i] + (amplitude * (total / whole + bias)) * normals[i]
