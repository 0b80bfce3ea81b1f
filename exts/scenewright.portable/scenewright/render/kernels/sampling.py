"""Low-discrepancy numbers as a pure function of (pixel, sample, dimension, seed), and warps from the unit square.

Samples of neighbouring pixels come from one Owen-scrambled Sobol sequence walked in Morton order, so their errors differ
as much as possible and the picture's noise is fine-grained (Ahmed & Wonka, "Screen-space blue-noise diffusion of Monte
Carlo sampling error via hierarchical ordering of pixels", 2020). Scrambling by hash: Burley, "Practical Hash-based Owen
Scrambling", JCGT 2020. Each pair of dimensions is the first two Sobol dimensions, shuffled anew.
"""

import warp as wp

__all__ = ["basis_of", "cosine_hemisphere", "hash_u32", "pixel_index", "sample_1d", "sample_2d"]

PI = wp.constant(3.141592653589793)
MIX_1 = wp.constant(wp.uint32(0x7FEB352D))
MIX_2 = wp.constant(wp.uint32(0x846CA68B))
LAINE_KARRAS_1 = wp.constant(wp.uint32(0x3D20ADEA))
LAINE_KARRAS_2 = wp.constant(wp.uint32(0x05526C56))
LAINE_KARRAS_3 = wp.constant(wp.uint32(0x53A22864))
GOLDEN = wp.constant(wp.uint32(0x9E3779B9))
KEY_U = wp.constant(wp.uint32(0xA511E9B3))
KEY_V = wp.constant(wp.uint32(0x63D83595))


@wp.func
def hash_u32(x: wp.uint32) -> wp.uint32:
    """Mix the bits of a word (C. Wellons' lowbias32)."""
    h = x
    h = h ^ (h >> wp.uint32(16))
    h = h * MIX_1
    h = h ^ (h >> wp.uint32(15))
    h = h * MIX_2
    h = h ^ (h >> wp.uint32(16))
    return h


@wp.func
def reverse_bits(x: wp.uint32) -> wp.uint32:
    """Return the word with its bits in opposite order."""
    r = ((x >> wp.uint32(1)) & wp.uint32(0x55555555)) | ((x & wp.uint32(0x55555555)) << wp.uint32(1))
    r = ((r >> wp.uint32(2)) & wp.uint32(0x33333333)) | ((r & wp.uint32(0x33333333)) << wp.uint32(2))
    r = ((r >> wp.uint32(4)) & wp.uint32(0x0F0F0F0F)) | ((r & wp.uint32(0x0F0F0F0F)) << wp.uint32(4))
    r = ((r >> wp.uint32(8)) & wp.uint32(0x00FF00FF)) | ((r & wp.uint32(0x00FF00FF)) << wp.uint32(8))
    return (r >> wp.uint32(16)) | (r << wp.uint32(16))


@wp.func
def scramble_reversed(x: wp.uint32, seed: wp.uint32) -> wp.uint32:
    """Scramble a bit-reversed word so that each bit depends on lower ones alone (Laine-Karras, Vegdahl's constants)."""
    h = x
    h = h ^ (h * LAINE_KARRAS_1)
    h = h + seed
    h = h * ((seed >> wp.uint32(16)) | wp.uint32(1))
    h = h ^ (h * LAINE_KARRAS_2)
    h = h ^ (h * LAINE_KARRAS_3)
    return h


@wp.func
def spread_bits(x: wp.uint32) -> wp.uint32:
    """Put a zero between the lowest 16 bits."""
    r = x & wp.uint32(0x0000FFFF)
    r = (r | (r << wp.uint32(8))) & wp.uint32(0x00FF00FF)
    r = (r | (r << wp.uint32(4))) & wp.uint32(0x0F0F0F0F)
    r = (r | (r << wp.uint32(2))) & wp.uint32(0x33333333)
    return (r | (r << wp.uint32(1))) & wp.uint32(0x55555555)


@wp.func
def pixel_index(x: int, y: int) -> wp.uint32:
    """Return the Morton number of a pixel."""
    return spread_bits(wp.uint32(x)) | (spread_bits(wp.uint32(y)) << wp.uint32(1))


@wp.func
def to_unit(x: wp.uint32) -> float:
    """Return the word as a fraction in [0, 1)."""
    return float(x >> wp.uint32(8)) * 5.9604644775390625e-8


@wp.func
def sample_2d(index: wp.uint32, seed: wp.uint32, dimension: int) -> wp.vec2:
    """Return the point of the scrambled (0, 2)-sequence of a pair of dimensions in [0, 1)^2."""
    key = hash_u32(seed ^ (wp.uint32(dimension) * GOLDEN))
    n = reverse_bits(scramble_reversed(reverse_bits(index), key))
    # second Sobol dimension: bit k of the result is the xor of the bits of n whose position contains k (Pascal mod 2)
    m = n
    m = m ^ ((m >> wp.uint32(16)) & wp.uint32(0x0000FFFF))
    m = m ^ ((m >> wp.uint32(8)) & wp.uint32(0x00FF00FF))
    m = m ^ ((m >> wp.uint32(4)) & wp.uint32(0x0F0F0F0F))
    m = m ^ ((m >> wp.uint32(2)) & wp.uint32(0x33333333))
    m = m ^ ((m >> wp.uint32(1)) & wp.uint32(0x55555555))
    u = reverse_bits(scramble_reversed(n, hash_u32(key ^ KEY_U)))
    v = reverse_bits(scramble_reversed(m, hash_u32(key ^ KEY_V)))
    return wp.vec2(to_unit(u), to_unit(v))


@wp.func
def sample_1d(index: wp.uint32, seed: wp.uint32, dimension: int) -> float:
    """Return the point of the scrambled van der Corput sequence of a dimension in [0, 1)."""
    key = hash_u32(seed ^ (wp.uint32(dimension) * GOLDEN))
    n = reverse_bits(scramble_reversed(reverse_bits(index), key))
    return to_unit(reverse_bits(scramble_reversed(n, hash_u32(key ^ KEY_U))))


@wp.func
def basis_of(n: wp.vec3) -> wp.mat33:
    """Return the matrix whose columns are two tangents and the unit vector ``n`` (Duff et al., JCGT 2017)."""
    sign = wp.where(n[2] < 0.0, -1.0, 1.0)
    a = -1.0 / (sign + n[2])
    b = n[0] * n[1] * a
    return wp.mat33(
        1.0 + sign * n[0] * n[0] * a, b, n[0],
        sign * b, sign + n[1] * n[1] * a, n[1],
        -sign * n[0], -n[1], n[2],
    )


@wp.func
def cosine_hemisphere(u: wp.vec2) -> wp.vec3:
    """Return a direction round +Z with density cos / pi."""
    r = wp.sqrt(u[0])
    phi = 2.0 * PI * u[1]
    return wp.vec3(r * wp.cos(phi), r * wp.sin(phi), wp.sqrt(wp.max(0.0, 1.0 - u[0])))
