"""The builders: the same seed makes the same place, levels are independent, and what cannot fit is an error by name."""

import math
from itertools import pairwise

import pytest

from scenewright.sdg.scenes import LEVELS, AssetBook, LayoutError, SceneAsset, SceneError, Streams
from scenewright.sdg.scenes.builders import BUILDERS, build_scene

SMALL = {"warehouse": {"size": (14.0, 16.0, 7.0), "staging": 2}, "shelf": {"size": (3.0, 3.0, 2.6), "bays": 2}, "room": {}}


def streams(seed, **other):
    """Streams of a seed, with the seeds of some levels changed."""
    made = {level: Streams.of_seed(other.get(level, seed))[level] for level in LEVELS}
    return Streams(made)


def poses(plan, *labels):
    found = [i.placed for i in plan.items if not labels or i.placed.thing.label in labels]
    return [(one.thing.label, one.position, one.yaw) for one in found]


def looks(plan):
    return [(i.placed.thing.asset.path, sorted(i.placed.thing.variants.items())) for i in plan.items]


@pytest.mark.parametrize("name", BUILDERS)
def test_the_seed_is_the_scene(books, name):
    one, again, other = (build_scene(name, books[name], Streams.of_seed(seed), SMALL[name]) for seed in (8, 8, 9))
    assert poses(one) == poses(again) and looks(one) == looks(again)
    assert (one.lights, one.cameras, one.panels) == (again.lights, again.cameras, again.panels)
    assert poses(one) != poses(other)


@pytest.mark.parametrize("name", BUILDERS)
def test_levels_do_not_move_each_other(books, name):
    plain = build_scene(name, books[name], streams(8), SMALL[name])
    relit = build_scene(name, books[name], streams(8, lights=99, cameras=98), SMALL[name])
    assert poses(plain) == poses(relit) and looks(plain) == looks(relit)
    assert plain.lights != relit.lights and plain.cameras != relit.cameras
    restocked = build_scene(name, books[name], streams(8, objects=97), SMALL[name])
    fixed = {"warehouse": ("rack", "truss"), "shelf": ("gondola",), "room": ("sofa", "table", "bookshelf", "rug")}[name]
    assert poses(plain, *fixed) == poses(restocked, *fixed) != []
    assert poses(plain) != poses(restocked) and plain.cameras == restocked.cameras


def test_a_warehouse_has_ten_thousand_labelled_objects(books):
    plan = build_scene("warehouse", books["warehouse"], Streams.of_seed(1), {})
    counts = plan.counts()
    assert sum(counts.values()) >= 10_000
    assert {"rack", "pallet", "box", "drum", "crate", "forklift", "dock_door", "bollard"} <= set(counts)
    assert plan.shortfalls == ()


def test_pallets_stand_on_beams_and_boxes_on_pallets(books):
    plan = build_scene("warehouse", books["warehouse"], Streams.of_seed(3), SMALL["warehouse"])
    levels = {round(s.z, 3) for asset in books["warehouse"].all("rack") for s in asset.supports}
    heights = {round(i.placed.position[2], 3) for i in plan.items if i.placed.thing.label == "pallet"}
    assert heights <= levels | {0.0, 0.1} and len(heights) >= 4
    tops = {round(h + 0.144, 3) for h in heights}
    boxes = [i.placed for i in plan.items if i.placed.thing.label == "box"]
    for box in boxes:
        rest = [box.position[2] - top for top in tops]
        assert min(abs(r % box.thing.asset.size[2]) for r in rest if r > -1e-3) < 2e-3 or any(
            abs(r / box.thing.asset.size[2] - round(r / box.thing.asset.size[2])) < 1e-2 for r in rest
        )


def test_aisles_are_free(books):
    plan = build_scene(
        "warehouse", books["warehouse"], Streams.of_seed(3), {"size": (20.0, 24.0, 7.0), "staging": 0, "extras": 0}
    )
    racks = sorted({round(i.placed.position[0], 2) for i in plan.items if i.placed.thing.label == "rack"})
    wide = [b - a for a, b in pairwise(racks) if b - a > 2.0]
    assert wide and min(wide) >= 1.1 + 3.4 - 0.02  # depth of a rack, width of the aisle


def test_products_stay_on_their_boards(books):
    plan = build_scene("shelf", books["shelf"], Streams.of_seed(3), SMALL["shelf"])
    for item in (i for i in plan.items if i.placed.thing.label not in ("gondola", "price_tag")):
        x, y, z, yaw = item.placed.local
        width, depth, height = item.placed.thing.asset.size
        cosine, sine = abs(math.cos(math.radians(yaw))), abs(math.sin(math.radians(yaw)))
        board = item.placed.region
        assert abs(x) + (cosine * width + sine * depth) / 2 <= board.size[0] / 2 + 1e-3
        assert abs(y) + (sine * width + cosine * depth) / 2 <= board.size[1] / 2 + 1e-3
        assert z + height <= board.height + 1e-3


@pytest.mark.parametrize("seed", range(12))
def test_rooms_are_furnished_whatever_the_seed(books, seed):
    plan = build_scene("room", books["room"], Streams.of_seed(seed), {})
    counts = plan.counts()
    assert {"sofa", "coffee_table", "bookshelf", "rug", "table", "chair", "plant", "window", "picture"} <= set(counts)
    assert counts["chair"] == 4 and counts["book"] > 20
    x, y = 2.9 + 0.17, 2.4 + 0.01  # the window stands in its wall
    assert all(abs(i.placed.position[0]) < x and abs(i.placed.position[1]) < y for i in plan.items)


@pytest.mark.parametrize("seed", range(8))
def test_the_smallest_room_has_a_sitting_corner_when_nobody_dines(books, seed):
    counts = build_scene("room", books["room"], Streams.of_seed(seed), {"size": (4.2, 3.6, 2.4), "seats": 0}).counts()
    assert {"sofa", "armchair", "coffee_table", "bookshelf"} <= set(counts) and not {"chair", "table"} & set(counts)


@pytest.mark.parametrize(
    ("name", "options", "error", "says"),
    [
        ("warehouse", {"size": (6.0, 30.0, 8.0)}, SceneError, r"6\.0 m wide has no room for a run of racks: .* Enlarge `size`"),
        ("warehouse", {"size": (20.0, 5.0, 8.0)}, SceneError, r"5\.0 m deep has no room for one bay"),
        ("warehouse", {"size": (20.0, 30.0, 5.0)}, SceneError, "do not fit under a roof"),
        ("warehouse", {"size": (14.0, 16.0, 7.0), "staging": 60}, LayoutError, r": \d+ of 60 pallet in the hall/the load"),
        ("shelf", {"bays": 9}, LayoutError, r"of 9 gondola .* in the way: the row is full"),
        ("room", {"size": (3.0, 3.0, 2.5)}, SceneError, "too small to furnish"),
        ("room", {"size": (4.6, 4.0, 2.5), "seats": 10}, LayoutError, "6 of 10 chair in the room; in the way: coffee_table_"),
        ("room", {"size": (5.0, -4.0, 2.5)}, SceneError, "allowed: above 0 and at most 200 m"),
        ("room", {"sofas": 2}, SceneError, r"'room' has no option 'sofas'. It has: size, seats"),
        ("warehouse", {"size": (1e6, 1e6, 9.0)}, SceneError, "allowed: above 0 and at most 200 m"),
        ("warehouse", {"staging": 10**9}, SceneError, "'staging' of 'warehouse' is 1000000000; allowed: from 0 to 1000"),
        ("room", {"clutter": float("nan")}, SceneError, "'clutter' of 'room' is nan"),
        ("castle", {}, SceneError, "There are: warehouse, shelf, room"),
    ],
)
def test_what_cannot_be_built_is_said(books, name, options, error, says):
    with pytest.raises(error, match=says):
        build_scene(name, books.get(name), Streams.of_seed(1), options)


def test_a_layout_that_need_not_fit_says_what_is_missing(books):
    plan = build_scene("shelf", books["shelf"], Streams.of_seed(1), {"bays": 9}, must_fit=False)
    assert {(s.what, s.wanted, s.placed) for s in plan.shortfalls} == {("gondola", 9, 5)}
    assert plan.counts()["gondola"] >= 10


def test_a_book_without_what_a_place_needs_is_refused(books):
    with pytest.raises(SceneError, match=r"assets\.yaml has no 'pallet', which this scene needs"):
        build_scene("warehouse", books["room"], Streams.of_seed(1), {})


def test_imported_furniture_is_used_and_nothing_is_put_where_nobody_knows_the_seat(books):
    imported = SceneAsset("sofa", "/pack/sofa.usda", (1.8, 0.8, 0.9)), SceneAsset("chair", "/pack/chair.usda", (0.7, 0.7, 0.9))
    book = books["room"].with_pack(AssetBook.of(imported))
    plan = build_scene("room", book, Streams.of_seed(4), {"seats": 5})
    paths = [i.placed.thing.asset.path for i in plan.items]
    assert paths.count("/pack/sofa.usda") == 1 and paths.count("/pack/chair.usda") == 5
    assert "cushion" not in plan.counts()


def test_no_empty_products(books):
    book = AssetBook({"gondola": books["shelf"].all("gondola")})
    with pytest.raises(SceneError, match="has no products"):
        build_scene("shelf", book, Streams.of_seed(1), {})


def test_numpy_keeps_the_streams():
    """A change of numpy's streams would change every dataset: pin one number of each level."""
    drawn = [round(float(Streams.of_seed(7)[level].random()), 6) for level in LEVELS]
    assert drawn == [0.468817, 0.852538, 0.007672, 0.413029, 0.770916]
