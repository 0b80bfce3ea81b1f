"""A furnished living room with a window: sofa and armchair round a coffee table, a dining place, a bookcase, a plant."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenewright.sdg.scenes.assets import AssetBook, SceneError
from scenewright.sdg.scenes.grammar import Layout
from scenewright.sdg.scenes.plan import CameraPlan, Item, LightPlan, Panel, ScenePlan, Streams, looking_at
from scenewright.sdg.scenes.things import SIDES, Clearance, Placed, Region, Thing

__all__ = ["RoomOptions", "plan_room"]

_WALL = 0.16  # [m]
_SMALL = ("mug", "cup", "bowl", "candle", "vase", "teapot")
_SMALLEST = (4.2, 3.6, 2.4)


@dataclass(frozen=True)
class RoomOptions:
    """What a living room is like.

    Attributes:
        size: Width (x), depth (y) and height (z) [m].
        seats: Chairs at the dining table; with 0 there is no table either, which small rooms have no place for.
        clutter: How much stands on tables and boards, from 0 to 1.
        lights: Strength of the daylight, 1 = a bright morning.
    """

    size: tuple[float, float, float] = (5.8, 4.8, 2.7)
    seats: int = 4
    clutter: float = 0.7
    lights: float = 1.0


def plan_room(book: AssetBook, streams: Streams, options: RoomOptions = RoomOptions()) -> ScenePlan:
    """Return a living room whose window is on its left and whose front looks at the camera.

    Args:
        book: Needs sofa, coffee_table and bookshelf; uses the other classes of furniture where they are.
        streams: Random numbers, level by level.
        options: What it is like.

    Raises:
        SceneError: The book lacks a class, or the room is smaller than 4.2 x 3.6 x 2.4 m.
    """
    if any(side < least for side, least in zip(options.size, _SMALLEST, strict=True)):
        size, least = (" x ".join(f"{v:.1f}" for v in values) for values in (options.size, _SMALLEST))
        raise SceneError(f"a room of {size} m is too small to furnish: at least {least} m are needed. Enlarge `size`.")
    plan = ScenePlan(book)
    floor = Region("the room", options.size[:2], height=options.size[2])
    layout = Layout(streams["layout"])
    decor = Layout(streams["objects"])
    looks = streams["looks"]
    window = _shell(plan, book, layout, floor, streams)
    standing = _furnish(layout, book, floor, options, window, streams)
    _decorate(decor, book, standing, options, streams["objects"], looks)
    plan.items = [Item(placed) for placed in layout.placed]
    plan.items += [Item(placed, bulk=placed.thing.label == "book") for placed in decor.placed]
    plan.shortfalls = (*layout.shortfalls, *decor.shortfalls)
    _lights(plan, floor, options, standing, streams["lights"])
    _cameras(plan, floor, streams["cameras"])
    return plan


def _thing(book: AssetBook, label: str, looks: np.random.Generator, clearance: Clearance = Clearance()) -> Thing | None:
    if not book.by_class.get(label):
        return None
    asset = book.pick(label, looks)
    return Thing(asset, asset.choose(looks), clearance)


def _furnish(
    layout: Layout, book: AssetBook, floor: Region, options: RoomOptions, window: tuple[float, float], streams: Streams
) -> dict[str, list[Placed]]:
    """Stand the furniture: the sitting corner at the back, the dining place in front of the window, cases at the right."""
    rng, looks = streams["layout"], streams["looks"]
    standing: dict[str, list[Placed]] = {}

    def keep(label: str, *placed: Placed | None) -> None:
        standing.setdefault(label, []).extend(one for one in placed if one is not None)

    for label in ("sofa", "coffee_table", "bookshelf"):
        book.all(label)
    width, depth = floor.size
    sofa = _thing(book, "sofa", looks)
    share = float(rng.uniform(0.50, 0.60))
    keep("sofa", layout.against(floor, sofa, "back", at=share, gap=float(rng.uniform(0.06, 0.14))))
    if not standing["sofa"]:
        return standing
    x, y = standing["sofa"][0].local[:2]
    front = y - sofa.asset.size[1] / 2
    rug = _thing(book, "rug", looks)
    if rug is not None:  # a rug is no obstacle: furniture stands on it
        under = Region("under the rug", floor.size, floor.origin, floor.yaw, 0.1)
        keep(
            "rug",
            layout.put(
                under, rug, x, min(front - 0.35, depth / 2 - rug.asset.size[1] / 2 - 0.1), float(rng.uniform(-2.0, 2.0))
            ),
        )
    table = _thing(book, "coffee_table", looks)
    keep(
        "coffee_table",
        layout.put(
            floor,
            table,
            x + float(rng.uniform(-0.1, 0.1)),
            front - 0.42 - table.asset.size[1] / 2,
            float(rng.uniform(-3.0, 3.0)),
        ),
    )
    lamp = _thing(book, "floor_lamp", looks)
    if lamp is not None:
        side = x + sofa.asset.size[0] / 2 + 0.34
        keep("floor_lamp", layout.put(floor, lamp, min(side, width / 2 - 0.3), y + 0.12))
    case = _thing(book, "bookshelf", looks, Clearance(front=0.5))
    keep("bookshelf", layout.against(floor, case, "right", at=float(rng.uniform(0.66, 0.74)), gap=0.01))
    chair = _thing(book, "armchair", looks)
    if chair is not None:
        turn = float(rng.uniform(-52.0, -34.0))
        at = (x + sofa.asset.size[0] / 2 + float(rng.uniform(0.1, 0.2)), front - 0.85)
        keep("armchair", _put_somewhere(layout, floor, chair, (min(at[0], width / 2 - 1.15), at[1]), turn, not options.seats))
    _dining(layout, book, floor, options, window, streams, keep)
    board = _thing(book, "sideboard", looks)
    if board is not None:
        keep("sideboard", layout.against(floor, board, "right", at=float(rng.uniform(0.12, 0.2)), gap=0.02, needed=False))
    plant = _thing(book, "plant", looks)
    if plant is not None:
        reach = max(plant.asset.size[:2]) / 2 + 0.02
        turn = 90.0 * int(rng.integers(4))
        keep("plant", layout.put(floor, plant, -width / 2 + reach + 0.16, depth / 2 - reach, turn))
    return standing


def _dining(
    layout: Layout,
    book: AssetBook,
    floor: Region,
    options: RoomOptions,
    window: tuple[float, float],
    streams: Streams,
    keep: Callable[..., None],
) -> None:
    """Stand the dining table before the window, its length along the wall, chairs at its long sides and ends."""
    rng, looks = streams["layout"], streams["looks"]
    if not book.by_class.get("table") or not options.seats:
        return
    table = _thing(book, "table", looks)
    x = -floor.size[0] / 2 + 0.95 + table.asset.size[1] / 2
    y = max(window[0] - 0.55, -floor.size[1] / 2 + table.asset.size[0] / 2 + 0.75)
    placed = layout.put(floor, table, x, y, 90.0 + float(rng.uniform(-2.0, 2.0)))
    keep("table", placed)
    if placed is not None and book.by_class.get("chair"):
        asset = book.pick("chair", looks)
        look = asset.choose(looks)
        chairs = [Thing(asset, look)] * options.seats
        gap = 0.04 + float(rng.uniform(0.0, 0.08))
        a_side = max(1, int(table.asset.size[0] / (asset.size[0] + 0.05)))
        sides = ("front", "back") if options.seats <= 2 * a_side else SIDES
        keep("chair", *layout.around(placed, chairs, gap=gap, sides=sides, spread=8.0))


def _put_somewhere(
    layout: Layout, floor: Region, thing: Thing, place: tuple[float, float], yaw: float, anywhere: bool
) -> Placed | None:
    """Stand a thing at a place, or else at the nearest free one of a few round it; ``anywhere`` tries the whole front half."""
    round_it = [(dx, dy) for reach in (0.2, 0.4, 0.6) for dx in (reach, 0.0) for dy in (0.0, -reach, reach) if dx or dy]
    steps = [(0.0, 0.0), *round_it]
    if anywhere:
        grid = [(0.2 * i, -0.2 * j) for i in range(-14, 6) for j in range(13)]
        steps += sorted(grid, key=lambda step: (round(step[0] ** 2 + step[1] ** 2, 6), step))
    for dx, dy in steps:
        if not layout.obstacle(floor, thing, place[0] + dx, place[1] + dy, yaw):
            return layout.put(floor, thing, place[0] + dx, place[1] + dy, yaw)
    return layout.put(floor, thing, *place, yaw)  # keeps what stands in the way


def _decorate(
    decor: Layout,
    book: AssetBook,
    standing: dict[str, list[Placed]],
    options: RoomOptions,
    rng: np.random.Generator,
    looks: np.random.Generator,
) -> None:
    """Put books into cases, cushions on the sofa and small things on tables."""
    for case in standing.get("bookshelf", ()):
        for index, board in enumerate(case.supports()):
            if board.name.endswith("top"):
                _small(decor, book, board, 1, rng, looks)
            elif book.by_class.get("book"):
                _books(decor, book, board, 0.35 + 0.6 * options.clutter if index % 2 else 0.75 * options.clutter, rng, looks)
    for sofa in standing.get("sofa", ()):
        if book.by_class.get("cushion") and sofa.thing.asset.supports:  # else nobody knows where its seat is
            seat = sofa.supports()[0]
            for side, count in ((-1, 2), (1, 1)):
                for k in range(count):
                    thing = _thing(book, "cushion", looks)
                    width = thing.asset.size[0]
                    x = side * (seat.size[0] / 2 - width / 2 - k * 0.36 - 0.03)
                    y = seat.size[1] / 2 - thing.asset.size[1] / 2 - 0.02 - 0.1 * k
                    place = Region(
                        f"{seat.name}/{side}{k}", (seat.size[0] + 0.2, seat.size[1] + 0.2), seat.origin, seat.yaw, 0.6
                    )
                    decor.put(place, thing, x, y, -side * (7.0 + 9.0 * k))
    for label, most in (("coffee_table", 4), ("table", 8), ("sideboard", 4)):
        for one in standing.get(label, ()):
            count = max(1, round(most * options.clutter))
            _small(decor, book, one.supports()[0], count, rng, looks)


def _books(
    decor: Layout, book: AssetBook, board: Region, share: float, rng: np.random.Generator, looks: np.random.Generator
) -> None:
    """Stand books in one or two blocks along a board."""
    x, end = -board.size[0] / 2 + 0.004, -board.size[0] / 2 + share * board.size[0]
    while True:
        asset = book.pick("book", rng, (1.0, board.size[1], board.height))
        if x + asset.size[0] > end:
            return
        thing = Thing(asset, asset.choose(looks))
        y = -board.size[1] / 2 + asset.size[1] / 2 + 0.012 + float(rng.uniform(0.0, 0.02))
        decor.put(board, thing, x + asset.size[0] / 2, y, 0.0)
        x += asset.size[0] + 0.0005
        if rng.random() < 0.05:
            x += float(rng.uniform(0.05, 0.16))


def _small(
    decor: Layout, book: AssetBook, top: Region, count: int, rng: np.random.Generator, looks: np.random.Generator
) -> None:
    labels = [label for label in _SMALL if book.by_class.get(label)]
    if not labels:
        return
    order = rng.permutation(len(labels))
    things = [thing for index in order[:count] if (thing := _thing(book, labels[int(index)], looks)) is not None]
    decor.scatter(top, things, turn=180.0, tries=80, needed=False)


def _shell(plan: ScenePlan, book: AssetBook, layout: Layout, floor: Region, streams: Streams) -> tuple[float, float]:
    """Raise the walls with a window on the left, skirtings and ceiling; return the window's (y, height of its sill)."""
    (width, depth), height = floor.size, floor.height
    x, y, rng = width / 2, depth / 2, streams["layout"]
    frames = book.by_class.get("window")
    opening = (frames[0].size[0] - 0.16, frames[0].size[2] - 0.03) if frames else (1.6, 1.4)  # without what the sill adds
    sill, at = 0.85, float(rng.uniform(-0.25, 0.15)) * (depth - opening[0]) / 2
    low, high = at - opening[0] / 2, at + opening[0] / 2
    top = min(sill + opening[1], height - 0.15)
    outer = -x - _WALL
    plan.panels += [
        Panel("Floor", "floor", "Parquet", (-x - _WALL, -y - _WALL, -0.1), (x + _WALL, y + _WALL, 0.0), 1.8),
        Panel("Ceiling", "ceiling", "Ceiling", (-x - _WALL, -y - _WALL, height), (x + _WALL, y + _WALL, height + 0.1), 2.4),
        Panel("WallBack", "wall", "Accent", (-x, y, 0.0), (x, y + _WALL, height), 2.4),
        Panel("WallFront", "wall", "Paint", (-x, -y - _WALL, 0.0), (x, -y, height), 2.4),
        Panel("WallRight", "wall", "Paint", (x, -y - _WALL, 0.0), (x + _WALL, y + _WALL, height), 2.4),
        Panel("WallLeft_Below", "wall", "Paint", (outer, -y - _WALL, 0.0), (-x, y + _WALL, sill), 2.4),
        Panel("WallLeft_Above", "wall", "Paint", (outer, -y - _WALL, top), (-x, y + _WALL, height), 2.4),
        Panel("WallLeft_Front", "wall", "Paint", (outer, -y - _WALL, sill), (-x, low, top), 2.4),
        Panel("WallLeft_Back", "wall", "Paint", (outer, high, sill), (-x, y + _WALL, top), 2.4),
        Panel("Skirting_Back", "wall", "Trim", (-x, y - 0.014, 0.0), (x, y, 0.09), 1.0),
        Panel("Skirting_Right", "wall", "Trim", (x - 0.014, -y, 0.0), (x, y - 0.014, 0.09), 1.0),
        Panel("Skirting_Left", "wall", "Trim", (-x, -y, 0.0), (-x + 0.014, y - 0.014, 0.09), 1.0),
    ]
    outside = Region("the wall of the window", (depth, 1.0), (-x - _WALL / 2, 0.0, sill - 0.03), 90.0, height)
    if frames:
        layout.put(outside, Thing(frames[0]), at, 0.0)
    inner = Region("before the window", (depth, 0.5), (-x + 0.13, 0.0, 0.03), 90.0, height)
    if book.by_class.get("curtain"):
        curtain = book.pick("curtain", streams["looks"])
        look = curtain.choose(streams["looks"])
        for side in (-1, 1):
            place = at + side * (opening[0] / 2 + curtain.size[0] / 2 - 0.08)
            if abs(place) + curtain.size[0] / 2 < depth / 2:
                layout.put(inner, Thing(curtain, look), place, 0.0)
    if book.by_class.get("curtain_rod"):
        layout.put(
            Region("the curtain's rod", (depth + 2.0, 0.5), (-x + 0.13, 0.0, 2.39), 90.0),
            Thing(book.all("curtain_rod")[0]),
            at,
            0.0,
        )
    _hang(book, layout, floor, streams)
    return at, sill


def _hang(book: AssetBook, layout: Layout, floor: Region, streams: Streams) -> None:
    """Hang pictures over the sofa, a door into the right wall and the lamp over the dining table."""
    rng, looks = streams["layout"], streams["looks"]
    (width, depth), height = floor.size, floor.height
    if book.by_class.get("picture"):
        asset = book.pick("picture", looks)
        wall = Region("the back wall", (width, 0.06), (0.0, depth / 2 - 0.016, 1.32), 0.0, height - 1.32)
        count = int(rng.integers(2, 4))
        part = wall.part("over the sofa", -0.3 - 0.45 * count, -0.03, 0.7 + 0.3 * count, 0.03)
        chosen = looks.permutation(3)
        choices = asset.variants.get("print", ())
        things = [Thing(asset, {"print": choices[int(chosen[k]) % len(choices)]} if choices else {}) for k in range(count)]
        layout.row(part, things, gap=0.14, align="middle", needed=False)
    if book.by_class.get("door"):
        layout.against(floor, Thing(book.all("door")[0]), "front", at=float(rng.uniform(0.1, 0.2)), gap=0.0, needed=False)
    if book.by_class.get("pendant"):
        lamp = _thing(book, "pendant", looks)
        air = Region("under the ceiling", (width, depth), (0.0, 0.0, height - lamp.asset.size[2]))
        layout.put(air, lamp, -width / 2 + 1.4, -0.6)


def _lights(
    plan: ScenePlan, floor: Region, options: RoomOptions, standing: dict[str, list[Placed]], rng: np.random.Generator
) -> None:
    """Let sky and sun in through the window and switch the lamps on."""
    (width, depth), height = floor.size, floor.height
    day = options.lights * float(rng.uniform(0.9, 1.1))
    azimuth, elevation = float(rng.uniform(-8.0, 22.0)), float(rng.uniform(26.0, 34.0))
    plan.lights += [
        LightPlan(
            "Sky",
            "DomeLight",
            round(5200.0 * day, 2),
            (1.0, 1.0, 1.0) if plan.book.sky else (0.82, 0.91, 1.0),
            attributes={"inputs:texture:file": plan.book.sky} if plan.book.sky else {},
        ),
        LightPlan(
            "Sun",
            "DistantLight",
            round(42000.0 * day, 2),
            (1.0, 0.92, 0.80),
            rotation=tuple(round(v, 3) for v in _sunward(azimuth, elevation)),
            attributes={"inputs:angle": 1.2, "inputs:normalize": True},
        ),
        # What walls and ceiling scatter, for renderers that follow few bounces; weak beside what comes through the window.
        LightPlan(
            "Fill",
            "RectLight",
            round(560.0 * day, 2),
            (1.0, 0.96, 0.90),
            (0.0, 0.0, height - 0.02),
            attributes={"inputs:width": 0.75 * width, "inputs:height": 0.75 * depth, "visibleInPrimaryRay": False},
        ),
    ]
    for index, lamp in enumerate(standing.get("floor_lamp", ())):
        place = tuple(round(float(v), 4) for v in np.add(lamp.position, (0.0, 0.0, 1.47)))
        plan.lights.append(
            LightPlan(
                f"Lamp_{index + 1}",
                "SphereLight",
                round(60000.0 * float(rng.uniform(0.8, 1.2)), 2),
                (1.0, 0.74, 0.46),
                place,
                attributes={"inputs:radius": 0.035},
            )
        )


def _sunward(azimuth: float, elevation: float) -> tuple[float, float, float]:
    """Return the rotation of a sun that shines through a window on the left (-x), ``azimuth`` degrees from its normal."""
    a, e = np.radians(azimuth), np.radians(elevation)
    sun = np.array([-np.cos(e) * np.cos(a), -np.cos(e) * np.sin(a), np.sin(e)])
    return looking_at(sun, (0.0, 0.0, 0.0))


def _cameras(plan: ScenePlan, floor: Region, rng: np.random.Generator) -> None:
    (width, depth) = floor.size
    x, y = width / 2, depth / 2
    jitter = rng.uniform(-1.0, 1.0, (3, 3)) * (0.1, 0.06, 0.05)
    views = (
        ("Wide", (x - 0.85, -y + 0.25, 1.2), (-0.6, 0.9, 1.14), 21.0),  # level, so that walls are upright
        ("Sofa", (-0.3, -y + 0.5, 1.3), (0.35, y, 0.75), 28.0),
        ("Window", (x - 0.5, y - 1.0, 1.5), (-x, -0.4, 0.8), 22.0),
    )
    for (name, position, target, lens), move in zip(views, jitter, strict=True):
        place = tuple(round(float(v), 4) for v in np.add(position, move))
        plan.cameras.append(CameraPlan(name, place, target, lens))
