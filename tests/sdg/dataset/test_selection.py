"""Which frames a process makes."""

from collections import namedtuple

import pytest

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.selection import parse_frames, parse_shard, share_out

Address = namedtuple("Address", "index sequence step")


@pytest.mark.parametrize(
    ("text", "expected"), [(None, (0, None)), ("20", (0, 20)), ("5:8", (5, 8)), ("5:", (5, None)), (":3", (0, 3))]
)
def test_frames(text, expected):
    assert parse_frames(text) == expected


@pytest.mark.parametrize("text", ["x", "0", "-1", "8:5", "3:3", "1:2:3", "", "-2:4"])
def test_malformed_frames_say_what_is_allowed(text):
    with pytest.raises(DatasetInputError, match="5:8 is frames 5, 6 and 7"):
        parse_frames(text)


def test_shards_count_from_one():
    assert parse_shard(None) is None
    assert parse_shard("1/4") == (0, 4)
    for text in ("0/4", "5/4", "x/2", "1", "1/", "-1/2"):
        with pytest.raises(DatasetInputError, match="give I/N"):
            parse_shard(text)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_shares_are_whole_sequences_and_cover_everything_once(count):
    addresses = [Address(i, i // 3, i % 3) for i in range(12)]
    shares = share_out(addresses, count)
    assert sorted(a.index for share in shares for a in share) == list(range(12))
    for share in shares:
        assert len(share) == 3 * len({a.sequence for a in share})
    assert max(map(len, shares)) - min(map(len, shares)) <= 3 or count > 4


def test_a_long_sequence_is_cut_for_processes_that_would_be_idle():
    addresses = [Address(i, 0, i) for i in range(21)]
    shares = share_out(addresses, 3)
    assert [[a.index for a in share] for share in shares] == [list(range(7)), list(range(7, 14)), list(range(14, 21))]
    assert [len(share) for share in share_out(addresses[:6], 4)] == [4, 2, 0, 0]  # no run is shorter than it must be
