"""Counter-based random numbers in Warp: Philox4x32-10, a pure function of (key, counter), with its numpy twin.

Source: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011. Every draw of a kernel is
addressed by what it is for, so results depend on neither thread count nor device.
"""

# ruff: noqa: UP018, RUF046 - in Warp, int(10) declares a variable and 10 a constant

import numpy as np
import warp as wp

__all__ = ["Key", "key_of", "philox", "philox_words", "unit", "unit_pair_to_normal", "units"]

wp.set_module_options({"enable_backward": False})

vec4u = wp.types.vector(length=4, dtype=wp.uint32)
Key = wp.types.vector(length=2, dtype=wp.uint32)

_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85

M0 = wp.constant(wp.uint32(_M0))
M1 = wp.constant(wp.uint32(_M1))
W0 = wp.constant(wp.uint32(_W0))
W1 = wp.constant(wp.uint32(_W1))


@wp.func
def mul_high(a: wp.uint32, b: wp.uint32) -> wp.uint32:
    """Return the upper 32 bits of a product."""
    return wp.uint32((wp.uint64(a) * wp.uint64(b)) >> wp.uint64(32))


@wp.func
def philox(key: Key, c0: wp.uint32, c1: wp.uint32, c2: wp.uint32, c3: wp.uint32) -> vec4u:
    """Return four random words of a counter."""
    x0 = wp.uint32(c0)
    x1 = wp.uint32(c1)
    x2 = wp.uint32(c2)
    x3 = wp.uint32(c3)
    k0 = wp.uint32(key[0])
    k1 = wp.uint32(key[1])
    rounds = int(10)  # a variable: a loop that the compiler writes out ten times costs seconds in each module
    for _round in range(rounds):
        h0 = mul_high(M0, x0)
        l0 = M0 * x0
        h1 = mul_high(M1, x2)
        l1 = M1 * x2
        x0 = h1 ^ x1 ^ k0
        x1 = l1
        x2 = h0 ^ x3 ^ k1
        x3 = l0
        k0 = k0 + W0
        k1 = k1 + W1
    return vec4u(x0, x1, x2, x3)


@wp.func
def unit(word: wp.uint32) -> float:
    """Return a word as a fraction in [0, 1), a multiple of 2^-24."""
    return float(word >> wp.uint32(8)) * 5.9604644775390625e-8


@wp.func
def unit_pair_to_normal(a: wp.uint32, b: wp.uint32) -> wp.vec2:
    """Return two independent standard normal numbers (Box and Muller 1958)."""
    radius = wp.sqrt(-2.0 * wp.log((float(a >> wp.uint32(8)) + 0.5) * 5.9604644775390625e-8))
    angle = 6.283185307179586 * unit(b)
    return wp.vec2(radius * wp.cos(angle), radius * wp.sin(angle))


def key_of(generator: np.random.Generator) -> Key:
    """Return a kernel's key, drawn from a stream of `scenewright.sdg.recipe.streams`."""
    words = generator.integers(0, 2**32, size=2, dtype=np.uint32)
    return Key(int(words[0]), int(words[1]))


def philox_words(key: tuple[int, int] | Key, counters: np.ndarray) -> np.ndarray:
    """Return what `philox` returns, for an array of counters.

    Args:
        key: Two words.
        counters: Words c0 to c3, shape (N, 4), integers.

    Returns:
        Words, shape (N, 4), uint32.
    """
    x = np.array(counters, dtype=np.uint64).reshape(-1, 4) & 0xFFFFFFFF
    k0, k1 = int(key[0]), int(key[1])
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        first, second = x[:, 0] * np.uint64(_M0), x[:, 2] * np.uint64(_M1)
        x = np.stack(
            [
                (second >> np.uint64(32)) ^ x[:, 1] ^ np.uint64(k0),
                second & low,
                (first >> np.uint64(32)) ^ x[:, 3] ^ np.uint64(k1),
                first & low,
            ],
            axis=1,
        )
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return x.astype(np.uint32)


def units(words: np.ndarray) -> np.ndarray:
    """Return words as fractions in [0, 1), float32, as `unit` does."""
    return (words >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
