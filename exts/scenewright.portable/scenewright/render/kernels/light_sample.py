"""A direction towards a light, and the cone that a ball fills."""

import warp as wp

from scenewright.render.kernels.sampling import basis_of

__all__ = ["LightSample", "ball_pdf", "cone_direction", "sample_ball"]

PI = wp.constant(3.141592653589793)


@wp.struct
class LightSample:
    """A direction towards a light."""

    direction: wp.vec3  # unit, from the point to the light
    distance: wp.float32
    radiance: wp.vec3  # cd/m2, or lux for a distant light without size, whose pdf is 0 because no ray can meet it
    blocker: wp.int32  # 1 + instance that the direction leads to and that a shadow ray need not test; 0 for none
    pdf: wp.float32  # per solid angle; negative where the light cannot be seen from the point


@wp.func
def cone_direction(axis: wp.vec3, one_minus_cos: float, u: wp.vec2) -> wp.vec3:
    """Return a direction uniform in the cone round ``axis``."""
    rise = u[0] * one_minus_cos
    sine = wp.sqrt(wp.max(0.0, rise * (2.0 - rise)))
    phi = 2.0 * PI * u[1]
    return basis_of(axis) * wp.vec3(sine * wp.cos(phi), sine * wp.sin(phi), 1.0 - rise)


@wp.func
def sample_ball(center: wp.vec3, radius: float, p: wp.vec3, u: wp.vec2) -> LightSample:
    """Choose a direction uniform in the cone that a ball fills; from inside, any direction, and the far side is seen."""
    sample = LightSample()
    to_centre = center - p
    d2 = wp.dot(to_centre, to_centre)
    sine2 = radius * radius / wp.max(d2, 1.0e-30)
    if sine2 >= 1.0:
        sample.direction = cone_direction(wp.vec3(0.0, 0.0, 1.0), 2.0, u)
        sample.pdf = 0.25 / PI
        along = wp.dot(sample.direction, to_centre)
        sample.distance = along + wp.sqrt(wp.max(0.0, radius * radius - (d2 - along * along)))
        return sample
    one_minus_cos = sine2 / (1.0 + wp.sqrt(1.0 - sine2))
    sample.direction = cone_direction(to_centre / wp.sqrt(d2), one_minus_cos, u)
    along = wp.dot(sample.direction, to_centre)
    inside = wp.max(0.0, radius * radius - (d2 - along * along))
    sample.distance = along - wp.sqrt(inside)
    sample.pdf = 1.0 / (2.0 * PI * one_minus_cos)
    return sample


@wp.func
def ball_pdf(center: wp.vec3, radius: float, p: wp.vec3) -> float:
    """Return the density of ``sample_ball``."""
    to_centre = center - p
    sine2 = radius * radius / wp.max(wp.dot(to_centre, to_centre), 1.0e-30)
    if sine2 >= 1.0:
        return 0.25 / PI
    return (1.0 + wp.sqrt(1.0 - sine2)) / (2.0 * PI * sine2)
