"""Philox against its published answers, and the kernel against its numpy twin."""

import numpy as np
import warp as wp

from scenewright.sdg.variation.counter import Key, philox, philox_words, unit, units

wp.set_module_options({"enable_backward": False})


@wp.kernel
def _words(key: Key, counters: wp.array2d(dtype=wp.uint32), words: wp.array2d(dtype=wp.uint32),
           fractions: wp.array(dtype=float)):
    i = wp.tid()
    w = philox(key, counters[i, 0], counters[i, 1], counters[i, 2], counters[i, 3])
    for k in range(4):
        words[i, k] = w[k]
    fractions[i] = unit(w[0])


def test_the_published_answers():
    # kat_vectors of Random123 1.09, philox4x32-10
    assert [f"{w:08x}" for w in philox_words((0, 0), np.zeros((1, 4)))[0]] == ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]
    full = philox_words((0xFFFFFFFF, 0xFFFFFFFF), np.full((1, 4), 0xFFFFFFFF, dtype=np.uint64))[0]
    assert [f"{w:08x}" for w in full] == ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]
    digits = philox_words((0xA4093822, 0x299F31D0), np.array([[0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]]))[0]
    assert [f"{w:08x}" for w in digits] == ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]


def test_the_kernel_draws_what_numpy_draws():
    counters = np.random.default_rng(3).integers(0, 2**32, (257, 4), dtype=np.uint32)
    words, fractions = wp.zeros((257, 4), dtype=wp.uint32, device="cpu"), wp.zeros(257, dtype=float, device="cpu")
    wp.launch(_words, 257, [Key(11, 2**31), wp.array(counters, dtype=wp.uint32, device="cpu"), words, fractions], device="cpu")
    expected = philox_words((11, 2**31), counters)
    assert np.array_equal(words.numpy(), expected)
    assert np.array_equal(fractions.numpy(), units(expected[:, 0]))
    assert 0.0 <= fractions.numpy().min() and fractions.numpy().max() < 1.0
