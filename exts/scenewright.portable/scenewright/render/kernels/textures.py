"""Texture lookups: wrap modes, sRGB decoding before the bilinear filter, UV transforms and channel choice."""

import warp as wp

from scenewright.render.kernels.types import SLOTS_PER_MATERIAL, SceneData, TextureData

__all__ = ["BASE_COLOR", "EMISSION", "METALLIC", "NORMAL", "OPACITY", "ROUGHNESS", "has_slot", "sample_slot", "sample_texture"]

BASE_COLOR = wp.constant(0)
METALLIC = wp.constant(1)
ROUGHNESS = wp.constant(2)
OPACITY = wp.constant(3)
EMISSION = wp.constant(4)
NORMAL = wp.constant(5)

REPEAT = wp.constant(0)
CLAMP = wp.constant(1)
MIRROR = wp.constant(2)
BLACK = wp.constant(3)


@wp.func
def wrap_texel(i: int, count: int, mode: int) -> int:
    """Return the column (or row) that texel ``i`` stands for, -1 where the image is black outside."""
    if i >= 0 and i < count:
        return i
    if mode == CLAMP:
        return wp.clamp(i, 0, count - 1)
    if mode == BLACK:
        return -1
    if mode == MIRROR:
        period = 2 * count
        j = i % period
        if j < 0:
            j += period
        if j >= count:
            j = period - 1 - j
        return j
    j = i % count
    if j < 0:
        j += count
    return j


@wp.func
def fetch_texel(texture: TextureData, to_linear: wp.array(dtype=wp.float32), x: int, y: int) -> wp.vec4:
    """Return one texel, decoded to linear; transparent black outside a black-bordered image."""
    if x < 0 or y < 0:
        return wp.vec4(0.0, 0.0, 0.0, 0.0)
    at = y * texture.width + x
    if texture.is_float != 0:
        return texture.floats[at]
    word = texture.bytes[at]
    r = int(word & wp.uint32(255))
    g = int((word >> wp.uint32(8)) & wp.uint32(255))
    b = int((word >> wp.uint32(16)) & wp.uint32(255))
    alpha = float(word >> wp.uint32(24)) / 255.0
    if texture.srgb != 0:
        return wp.vec4(to_linear[r], to_linear[g], to_linear[b], alpha)
    return wp.vec4(float(r) / 255.0, float(g) / 255.0, float(b) / 255.0, alpha)


@wp.func
def sample_texture(texture: TextureData, to_linear: wp.array(dtype=wp.float32), uv: wp.vec2, wrap_u: int,
                   wrap_v: int) -> wp.vec4:
    """Return the bilinearly filtered texel at ``uv`` (texel centres at half-integers)."""
    u = uv[0]
    v = uv[1]
    if wrap_u == REPEAT:
        u = u - wp.floor(u)
    if wrap_v == REPEAT:
        v = v - wp.floor(v)
    x = wp.clamp(u * float(texture.width) - 0.5, -1.0e6, 1.0e6)
    y = wp.clamp(v * float(texture.height) - 0.5, -1.0e6, 1.0e6)
    x0 = int(wp.floor(x))
    y0 = int(wp.floor(y))
    fx = x - float(x0)
    fy = y - float(y0)
    left = wrap_texel(x0, texture.width, wrap_u)
    right = wrap_texel(x0 + 1, texture.width, wrap_u)
    low = wrap_texel(y0, texture.height, wrap_v)
    high = wrap_texel(y0 + 1, texture.height, wrap_v)
    bottom = fetch_texel(texture, to_linear, left, low) * (1.0 - fx) + fetch_texel(texture, to_linear, right, low) * fx
    top = fetch_texel(texture, to_linear, left, high) * (1.0 - fx) + fetch_texel(texture, to_linear, right, high) * fx
    return bottom * (1.0 - fy) + top * fy


@wp.func
def has_slot(textures: int, slot: int) -> bool:
    """Return whether bit ``slot`` of a material's texture mask is set."""
    return (textures >> slot) & 1 == 1


@wp.func
def sample_slot(scene: SceneData, material: int, slot: int, uv: wp.vec2) -> wp.vec4:
    """Return ``texel * scale + bias`` of a material input; a slot with a channel gives that channel four times."""
    entry = scene.slots[material * SLOTS_PER_MATERIAL + slot]
    st = wp.vec3(uv[0], uv[1], 1.0)
    at = wp.vec2(wp.dot(entry.row_u, st), wp.dot(entry.row_v, st))
    texel = sample_texture(scene.textures[entry.texture], scene.srgb_to_linear, at, entry.wrap_u, entry.wrap_v)
    value = wp.cw_mul(texel, entry.scale) + entry.bias
    if entry.channel >= 0:
        one = value[entry.channel]
        return wp.vec4(one, one, one, one)
    return value
