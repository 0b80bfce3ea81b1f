"""The layout grammar: alignment, clearances, supports, bounded searches that say what is missing and why."""

import math

import numpy as np
import pytest

from scenewright.sdg.scenes import Clearance, Layout, LayoutError, Region, Shortfall


@pytest.fixture
def layout():
    return Layout(np.random.default_rng(4))


def corners(placed):
    """Corners of a placed thing's footprint in the world, from its pose and size alone."""
    width, depth, _ = placed.thing.asset.size
    angle = math.radians(placed.yaw)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    local = np.array([(-width, -depth), (width, -depth), (width, depth), (-width, depth)]) / 2 + placed.thing.asset.offset
    return np.array(placed.position[:2]) + local @ turn.T


def overlap(one, other):
    """Whether a footprint has a point of a fine grid of the other strictly inside: no separating axes involved."""
    a, b = corners(one), corners(other)
    u, v = np.meshgrid(np.linspace(0.01, 0.99, 25), np.linspace(0.01, 0.99, 25))
    points = a[0] + u.reshape(-1, 1) * (a[1] - a[0]) + v.reshape(-1, 1) * (a[3] - a[0])
    frame = np.stack([b[1] - b[0], b[3] - b[0]], axis=1)
    inside = np.linalg.solve(frame, (points - b[0]).T)
    return bool(np.any(np.all((inside > 1e-3) & (inside < 1 - 1e-3), axis=0)))


def test_a_row_lines_up_from_the_left(layout, thing):
    row = layout.row(
        Region("board", (2.0, 0.5), (10.0, 20.0, 1.0)), [thing("box", (0.4, 0.2, 0.3))] * 3, gap=0.1, depth="front"
    )
    assert np.allclose([one.position for one in row], [(9.2, 19.85, 1.0), (9.7, 19.85, 1.0), (10.2, 19.85, 1.0)])
    assert layout.shortfalls == []


@pytest.mark.parametrize(("align", "first"), [("start", -0.8), ("middle", -0.2), ("end", 0.4), ("justify", -0.8)])
def test_rows_align(layout, thing, align, first):
    row = layout.row(Region("board", (2.0, 0.5)), [thing("box", (0.4, 0.2, 0.3))] * 2, align=align)
    assert row[0].position[0] == pytest.approx(first)
    assert row[1].position[0] == pytest.approx(0.8 if align == "justify" else first + 0.4)


def test_a_turned_region_turns_what_stands_in_it(layout, thing):
    row = layout.row(Region("board", (2.0, 0.5), (1.0, 1.0, 0.0), 90.0), [thing("box", (0.4, 0.2, 0.3))])
    assert row[0].position == pytest.approx((1.0, 0.2, 0.0)) and row[0].yaw == 90.0


def test_an_offset_asset_stands_with_its_footprint_in_place(layout, thing):
    placed = layout.put(Region("floor", (4, 4)), thing("sign", (0.4, 0.2, 1.0), offset=(0.1, -0.3)), 1.0, 1.0, 90.0)
    assert corners(placed).mean(0) == pytest.approx((1.0, 1.0))
    assert placed.position != pytest.approx((1.0, 1.0, 0.0))


@pytest.mark.parametrize(("side", "back"), [("back", (0, 1)), ("front", (0, -1)), ("left", (-1, 0)), ("right", (1, 0))])
def test_backs_stand_against_the_side(layout, thing, side, back):
    placed = layout.against(Region("room", (4.0, 3.0)), thing("sofa", (2.0, 0.9, 0.8)), side, at=0.5, gap=0.1)
    angle = math.radians(placed.yaw)
    assert np.allclose([-math.sin(angle), math.cos(angle)], back, atol=1e-9)  # the asset's back is +y
    reach = (corners(placed) @ back).max()
    assert reach == pytest.approx((1.5 if side in ("back", "front") else 2.0) - 0.1)


def test_things_do_not_overlap_and_keep_their_clearance(layout, thing):
    room = Region("room", (3.0, 3.0))
    made = [thing("box", (0.5, 0.3, 0.4), clearance=Clearance(front=0.3))] * 6 + [thing("cone", (0.2, 0.2, 0.5))] * 10
    placed = layout.scatter(room, made, needed=False)
    assert len(placed) > 8
    assert not [1 for i, one in enumerate(placed) for other in placed[:i] if overlap(one, other) or overlap(other, one)]
    for box in (one for one in placed if one.thing.label == "box"):
        angle = math.radians(box.yaw)
        before = np.array(box.position[:2]) + 0.3 * np.array([math.sin(angle), -math.cos(angle)])  # 0.15 m before its front
        for other in placed:
            frame = corners(other)
            inside = np.linalg.solve(np.stack([frame[1] - frame[0], frame[3] - frame[0]], axis=1), before - frame[0])
            assert other is box or not np.all((inside > 0) & (inside < 1))
    assert np.abs(np.concatenate([corners(one) for one in placed])).max() <= 1.5 + 1e-6


def test_turned_things_may_stand_corner_to_side(layout, thing):
    """Only an axis of the turned one separates the two; its box would not."""
    floor = Region("floor", (6, 6))
    assert layout.put(floor, thing("crate", (1.0, 1.0, 1.0)), 0.0, 0.0)
    assert layout.put(floor, thing("crate", (1.0, 1.0, 1.0)), 0.9, 0.9, 45.0)
    assert layout.obstacle(floor, thing("crate", (1.0, 1.0, 1.0)), -0.8, -0.8, 45.0) == "crate_0"


def test_kept_free_stays_free(layout, thing):
    room = Region("room", (2.0, 2.0))
    layout.keep_free(room, -1.0, -0.3, 1.0, 1.0, "the aisle")
    placed = layout.scatter(room, [thing("cone", (0.2, 0.2, 0.5))] * 5)
    assert placed and all(corners(one)[:, 1].max() <= -0.3 + 1e-3 for one in placed)


def test_a_search_that_cannot_succeed_ends_and_says_why(layout, thing):
    room = Region("the shed", (1.0, 1.0))
    placed = layout.scatter(room, [thing("crate", (0.7, 0.7, 0.5))] * 3, turn=0.0)
    assert len(placed) == 1
    (missing,) = layout.shortfalls
    assert (missing.what, missing.region, missing.wanted, missing.placed) == ("crate", "the shed", 3, 1)
    assert "crate_0" in missing.reasons
    with pytest.raises(LayoutError, match=r"1 things were placed.*1 of 3 crate in the shed; in the way: .*crate_0") as caught:
        layout.require()
    assert caught.value.shortfalls == [missing]


@pytest.mark.parametrize(("size", "reason"), [((0.4, 0.2, 2.0), "too high"), ((3.0, 0.2, 0.2), "the edge of the room")])
def test_what_stands_in_the_way_is_named(layout, thing, size, reason):
    assert layout.put(Region("the room", (2.0, 2.0), height=1.0), thing("post", size), 0.0, 0.0) is None
    assert reason in next(iter(layout.shortfalls[0].reasons))


def test_supports_follow_their_owner(layout, thing):
    table = layout.put(Region("floor", (4, 4), (1.0, 0.0, 0.0)), thing("table", (1.6, 0.8, 0.7), top=True), 0.5, 0.25, 90.0)
    (top,) = table.supports()
    assert top.size == (1.6, 0.8) and top.yaw == 90.0 and top.origin == pytest.approx((1.5, 0.25, 0.7))
    cup = layout.put(top, thing("cup", (0.1, 0.1, 0.1)), 0.7, 0.0)
    assert cup.position == pytest.approx((1.5, 0.95, 0.7))


def test_chairs_look_at_their_table(layout, thing):
    table = layout.put(Region("floor", (5, 5)), thing("table", (1.6, 0.8, 0.7)), 0.0, 0.0, 30.0)
    chairs = layout.around(table, [thing("chair", (0.5, 0.5, 0.9))] * 6, gap=0.1, sides=("front", "back", "left", "right"))
    assert len(chairs) == 6
    for chair in chairs:
        angle = math.radians(chair.yaw)
        ahead = np.array([math.sin(angle), -math.cos(angle)])  # the front is -y
        inward = -np.array(chair.position[:2])
        assert ahead @ inward / np.linalg.norm(inward) > 0.85


def test_piles_fill_the_better_direction_and_only_the_top_has_gaps(layout, thing):
    place = Region("pallet", (0.8, 1.2), height=1.0)
    pile = layout.pile(place, thing("box", (0.59, 0.39, 0.3)), layers=5, gap=0.0, missing=0.5)
    levels = [sum(one.local[2] == pytest.approx(0.3 * k) for one in pile) for k in range(5)]
    assert levels[:2] == [4, 4] and levels[2] < 4 and levels[3:] == [0, 0]
    assert pile[0].yaw == 90.0


def test_the_same_state_makes_the_same_layout(thing):
    def make(seed):
        layout = Layout(np.random.default_rng(seed))
        layout.scatter(Region("floor", (3, 3)), [thing("cone", (0.3, 0.3, 0.5))] * 8)
        return [(one.position, one.yaw) for one in layout.placed]

    assert make(1) == make(1) != make(2)


def test_shortfalls_read_as_sentences():
    text = str(Shortfall("chair", "the room", 4, 2, {"table_0": 30, "the edge of the room": 1}))
    assert text == "2 of 4 chair in the room; in the way: table_0 (30x), the edge of the room"
