import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.replicator.seeds import stream


def test_equal_keys_give_equal_numbers_whatever_was_drawn_before():
    first = stream(3, "node", 0).random(4)
    stream(3, "node", 1).random(1000)
    assert np.array_equal(first, stream(3, "node", 0).random(4))


def test_a_stream_is_the_same_on_every_machine():
    assert stream(11, "a", 2).integers(0, 2**32, 3).tolist() == [2916062544, 466582988, 3215474085]


@pytest.mark.parametrize(("one", "other"), [((1, 2), (12,)), (("ab", "c"), ("a", "bc")), ((1,), ("1",)), ((True,), (1,)),
                                            ((None,), ("",)), ((0.0,), (0,))])
def test_different_keys_never_share_an_encoding(one, other):
    assert stream(*one).integers(2**63) != stream(*other).integers(2**63)


def test_streams_of_neighbouring_keys_are_independent():
    draws = np.array([stream(5, index).random(200) for index in range(50)])
    assert abs(draws.mean() - 0.5) < 0.01
    assert np.abs(np.corrcoef(draws) - np.eye(50)).max() < 0.35


def test_a_key_part_of_another_type_is_refused():
    with pytest.raises(TypeError, match="stream key"):
        stream(1, (2, 3))


def test_the_global_seed_is_kept_and_checked():
    before = rep.get_global_seed()
    rep.set_global_seed(42)
    assert rep.get_global_seed() == 42
    with pytest.raises(TypeError, match=r"integer, got '42'"):
        rep.set_global_seed("42")
    rep.set_global_seed(before)
