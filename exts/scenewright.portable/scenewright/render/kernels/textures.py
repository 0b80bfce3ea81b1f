"""Texture lookups: wrap modes, sRGB decoding before the bilinear filter, smaller levels, UV transforms, channel choice, UDIM.

Level 0 is the image; each further level has half the sides, rounded down, and its texels are means of the level before
(areas where a side is odd). A lookup with a footprint blends the two levels whose texels are nearest to it in size
(L. Williams, "Pyramidal Parametrics", SIGGRAPH 1983).
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.types import SLOTS_PER_MATERIAL, SceneData, TextureData

__all__ = ["BASE_COLOR", "EMISSION", "METALLIC", "NORMAL", "OPACITY", "ROUGHNESS", "has_slot", "sample_slot",
           "sample_slot_wide", "sample_texture", "shrink_bytes", "shrink_floats"]

wp.set_module_options({"enable_backward": False, "max_unroll": 4})

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
def unpack_texel(word: wp.uint32, srgb: int, to_linear: wp.array(dtype=wp.float32)) -> wp.vec4:
    """Return four bytes as linear values."""
    r = int(word & wp.uint32(255))
    g = int((word >> wp.uint32(8)) & wp.uint32(255))
    b = int((word >> wp.uint32(16)) & wp.uint32(255))
    alpha = float(word >> wp.uint32(24)) / 255.0
    if srgb != 0:
        return wp.vec4(to_linear[r], to_linear[g], to_linear[b], alpha)
    return wp.vec4(float(r) / 255.0, float(g) / 255.0, float(b) / 255.0, alpha)


@wp.func
def fetch_texel(texture: TextureData, to_linear: wp.array(dtype=wp.float32), start: int, width: int, x: int, y: int) -> wp.vec4:
    """Return one texel of the level at ``start``, decoded to linear; transparent black outside a black-bordered image."""
    if x < 0 or y < 0:
        return wp.vec4(0.0, 0.0, 0.0, 0.0)
    at = start + y * width + x
    if texture.is_float != 0:
        return texture.floats[at]
    return unpack_texel(texture.bytes[at], texture.srgb, to_linear)


@wp.func
def sample_level(texture: TextureData, to_linear: wp.array(dtype=wp.float32), uv: wp.vec2, wrap_u: int, wrap_v: int,
                 start: int, width: int, height: int) -> wp.vec4:
    """Return the bilinearly filtered texel of one level at ``uv`` (texel centres at half-integers)."""
    u = uv[0]
    v = uv[1]
    if wrap_u == REPEAT:
        u = u - wp.floor(u)
    if wrap_v == REPEAT:
        v = v - wp.floor(v)
    x = wp.clamp(u * float(width) - 0.5, -1.0e6, 1.0e6)
    y = wp.clamp(v * float(height) - 0.5, -1.0e6, 1.0e6)
    x0 = int(wp.floor(x))
    y0 = int(wp.floor(y))
    fx = x - float(x0)
    fy = y - float(y0)
    left = wrap_texel(x0, width, wrap_u)
    right = wrap_texel(x0 + 1, width, wrap_u)
    low = wrap_texel(y0, height, wrap_v)
    high = wrap_texel(y0 + 1, height, wrap_v)
    bottom = (fetch_texel(texture, to_linear, start, width, left, low) * (1.0 - fx)
              + fetch_texel(texture, to_linear, start, width, right, low) * fx)
    top = (fetch_texel(texture, to_linear, start, width, left, high) * (1.0 - fx)
           + fetch_texel(texture, to_linear, start, width, right, high) * fx)
    return bottom * (1.0 - fy) + top * fy


@wp.func
def sample_texture(texture: TextureData, to_linear: wp.array(dtype=wp.float32), uv: wp.vec2, wrap_u: int,
                   wrap_v: int) -> wp.vec4:
    """Return the bilinearly filtered texel of the image at ``uv``."""
    return sample_level(texture, to_linear, uv, wrap_u, wrap_v, 0, texture.width, texture.height)


@wp.func
def sample_wide(texture: TextureData, to_linear: wp.array(dtype=wp.float32), uv: wp.vec2, wrap_u: int, wrap_v: int,
                footprint: float) -> wp.vec4:
    """Return the texture at ``uv`` averaged over a square of about ``footprint`` of the unit square's side."""
    texels = footprint * wp.sqrt(float(texture.width) * float(texture.height))
    if texels <= 1.0 or texture.levels < 2:
        return sample_texture(texture, to_linear, uv, wrap_u, wrap_v)
    level = wp.min(wp.log2(texels), float(texture.levels - 1))
    width = int(texture.width)
    height = int(texture.height)
    start = int(0)
    for _k in range(int(level)):
        start += width * height
        width = wp.max(width // 2, 1)
        height = wp.max(height // 2, 1)
    near = sample_level(texture, to_linear, uv, wrap_u, wrap_v, start, width, height)
    rest = level - wp.floor(level)
    if rest <= 0.0:
        return near
    start += width * height
    far = sample_level(texture, to_linear, uv, wrap_u, wrap_v, start, wp.max(width // 2, 1), wp.max(height // 2, 1))
    return near * (1.0 - rest) + far * rest


@wp.func
def has_slot(textures: int, slot: int) -> bool:
    """Return whether bit ``slot`` of a material's texture mask is set."""
    return (textures >> slot) & 1 == 1


@wp.func
def sample_slot_wide(scene: SceneData, material: int, slot: int, uv: wp.vec2, footprint: float) -> wp.vec4:
    """Return ``texel * scale + bias`` of a material input; a slot with a channel gives that channel four times.

    Args:
        scene: The scene.
        material: Row of the material.
        slot: Which input.
        uv: Texture coordinates of the surface.
        footprint: Width of what the ray sees, in texture coordinates; 0 = a point.
    """
    entry = scene[0].slots[material * SLOTS_PER_MATERIAL + slot]
    st = wp.vec3(uv[0], uv[1], 1.0)
    at = wp.vec2(wp.dot(entry.row_u, st), wp.dot(entry.row_v, st))
    wide = float(0.0)
    if footprint > 0.0:
        wide = footprint * wp.sqrt(wp.abs(entry.row_u[0] * entry.row_v[1] - entry.row_u[1] * entry.row_v[0]))
    row = entry.texture
    wrap_u = entry.wrap_u
    wrap_v = entry.wrap_v
    if scene[0].textures[row].tile_count > 0:
        column = int(wp.floor(wp.clamp(at[0], -1.0e6, 1.0e6)))
        line = int(wp.floor(wp.clamp(at[1], -1.0e6, 1.0e6)))
        tile = int(-1)
        if column >= 0 and column < 10 and line >= 0 and 10 * line + column < scene[0].textures[row].tile_count:
            tile = scene[0].textures[row].tiles[10 * line + column]
        if tile < 0:
            return entry.bias  # no tile: black
        row = tile
        at = wp.vec2(at[0] - float(column), at[1] - float(line))
        wrap_u = CLAMP
        wrap_v = CLAMP
    texel = sample_wide(scene[0].textures[row], scene[0].srgb_to_linear, at, wrap_u, wrap_v, wide)
    value = wp.cw_mul(texel, entry.scale) + entry.bias
    if entry.channel >= 0:
        one = value[entry.channel]
        return wp.vec4(one, one, one, one)
    return value


@wp.func
def sample_slot(scene: SceneData, material: int, slot: int, uv: wp.vec2) -> wp.vec4:
    """Return ``sample_slot_wide`` at a point."""
    return sample_slot_wide(scene, material, slot, uv, 0.0)


@wp.func
def shrink_weight(i: int, k: int, count: int) -> float:
    """Return the share of texel ``2 i + k`` of ``count`` in texel ``i`` of half as many, rounded down."""
    if count == 1:
        return wp.where(k == 0, 1.0, 0.0)
    half = count // 2
    if count == 2 * half:
        return wp.where(k < 2, 0.5, 0.0)
    if k == 0:
        return float(half - i) / float(count)
    if k == 1:
        return float(half) / float(count)
    return float(i + 1) / float(count)


@wp.func
def to_byte(value: float) -> wp.uint32:
    """Return 0..1 as a byte, rounded."""
    return wp.uint32(int(wp.clamp(value, 0.0, 1.0) * 255.0 + 0.5))


@wp.func
def encode_srgb(value: float) -> float:
    """Return the sRGB code of a linear value (IEC 61966-2-1)."""
    if value <= 0.0031308:
        return value * 12.92
    return 1.055 * wp.pow(value, 1.0 / 2.4) - 0.055


@wp.kernel
def shrink_bytes(
    # In:
    start: int,
    width: int,
    height: int,
    srgb: int,
    to_linear: wp.array(dtype=wp.float32),
    # Out:
    texels: wp.array(dtype=wp.uint32),
):
    """Write the next level of byte texels behind the one at ``start``, a row for each thread; averaged in linear light."""
    y = wp.tid()
    half = wp.max(width // 2, 1)
    for x in range(half):
        total = wp.vec4(0.0, 0.0, 0.0, 0.0)
        for j in range(3):
            across = shrink_weight(y, j, height)
            if across > 0.0:
                for k in range(3):
                    share = across * shrink_weight(x, k, width)
                    if share > 0.0:
                        word = texels[start + (2 * y + j) * width + 2 * x + k]
                        total += unpack_texel(word, srgb, to_linear) * share
        if srgb != 0:
            total = wp.vec4(encode_srgb(total[0]), encode_srgb(total[1]), encode_srgb(total[2]), total[3])
        texels[start + width * height + y * half + x] = (
            to_byte(total[0]) | (to_byte(total[1]) << wp.uint32(8)) | (to_byte(total[2]) << wp.uint32(16))
            | (to_byte(total[3]) << wp.uint32(24)))


@wp.kernel
def shrink_floats(
    # In:
    start: int,
    width: int,
    height: int,
    # Out:
    texels: wp.array(dtype=wp.vec4),
):
    """Write the next level of float texels behind the one at ``start``, a row for each thread."""
    y = wp.tid()
    half = wp.max(width // 2, 1)
    for x in range(half):
        total = wp.vec4(0.0, 0.0, 0.0, 0.0)
        for j in range(3):
            across = shrink_weight(y, j, height)
            if across > 0.0:
                for k in range(3):
                    share = across * shrink_weight(x, k, width)
                    if share > 0.0:
                        total += texels[start + (2 * y + j) * width + 2 * x + k] * share
        texels[start + width * height + y * half + x] = total
