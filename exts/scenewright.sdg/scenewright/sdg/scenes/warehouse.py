"""A pallet-racking warehouse: double rows of racks with loaded pallets, drums and crates, aisles, dock doors, a forklift."""

import math
from dataclasses import dataclass

import numpy as np

from scenewright.sdg.scenes.assets import AssetBook, SceneAsset, SceneError
from scenewright.sdg.scenes.grammar import Layout
from scenewright.sdg.scenes.plan import CameraPlan, Item, LightPlan, Panel, ScenePlan, Streams
from scenewright.sdg.scenes.things import Clearance, Placed, Region, Thing

__all__ = ["WarehouseOptions", "plan_warehouse"]

_CLASSES = ("pallet", "box", "rack")
_MARGIN = 2.4  # [m] between the racks and the side walls
_BACK_TO_BACK = 0.2


@dataclass(frozen=True)
class WarehouseOptions:
    """What a warehouse is like.

    Attributes:
        size: Width (x), depth (y) and height (z) of the hall [m].
        aisle: Width of the aisles between racks [m].
        fill: Share of the pallet places that are taken.
        staging: Pallets that stand on the floor before the racks.
        extras: Traffic cones and loose crates on the floor.
        lights: Radiance of the strip lamps [cd/m2].
    """

    size: tuple[float, float, float] = (34.0, 46.0, 8.4)
    aisle: float = 3.4
    fill: float = 0.86
    staging: int = 10
    extras: int = 8
    lights: float = 40000.0


def plan_warehouse(book: AssetBook, streams: Streams, options: WarehouseOptions = WarehouseOptions()) -> ScenePlan:
    """Return a warehouse.

    Args:
        book: Needs the classes rack (one asset whose supports are the levels; one without, the end frame, is used where
            there is one), pallet and box; uses drum, crate, forklift, bollard, cone, dock_door, lamp and truss where they are.
        streams: Random numbers, level by level.
        options: What it is like.

    Raises:
        SceneError: The book lacks a class, or the hall is too small for a single run of racks; the message says what was
            possible.
    """
    for label in _CLASSES:
        book.all(label)
    hall = Region("the hall", options.size[:2], height=options.size[2])
    layout = Layout(streams["layout"])
    plan = ScenePlan(book)
    _shell(plan, book, layout, hall, options)
    bays = _racks(layout, book, hall, options, streams["layout"])
    items = [Item(placed) for placed in layout.placed]
    loads = Layout(streams["objects"])
    _load_racks(loads, book, bays, options.fill, streams)
    _floor(layout, loads, book, hall, options, streams)
    plan.items += [Item(placed) for placed in layout.placed[len(items) :]]
    plan.items[:0] = items
    plan.items += [Item(placed, bulk=placed.thing.label in ("box", "pallet", "crate", "drum")) for placed in loads.placed]
    plan.shortfalls = (*layout.shortfalls, *loads.shortfalls)
    _lights(plan, hall, options, streams["lights"])
    _cameras(plan, hall, options, streams["cameras"])
    return plan


def _rows(hall: Region, options: WarehouseOptions, depth: float) -> list[tuple[float, float]]:
    """Return (x, yaw) of each run of racks: pairs back to back with an aisle between, fronts to the aisles."""
    usable = hall.size[0] - 2 * _MARGIN
    module = 2 * depth + _BACK_TO_BACK + options.aisle
    pairs = int((usable + options.aisle + 1e-6) / module)
    if pairs < 1:
        raise SceneError(
            f"a hall {hall.size[0]:.1f} m wide has no room for a run of racks: {2 * depth + _BACK_TO_BACK + 2 * _MARGIN:.1f} m "
            f"are needed beside an aisle of {options.aisle:.1f} m. Enlarge `size`, or narrow `aisle`."
        )
    start = -(pairs * module - options.aisle) / 2
    rows = []
    for pair in range(pairs):
        left = start + pair * module + depth / 2
        rows += [(left, -90.0), (left + depth + _BACK_TO_BACK, 90.0)]
    return rows


def _racks(layout: Layout, book: AssetBook, hall: Region, options: WarehouseOptions, rng: np.random.Generator) -> list[Placed]:
    racks = [asset for asset in book.all("rack") if asset.supports] or list(book.all("rack"))
    ends = [asset for asset in book.all("rack") if not asset.supports and racks[0].supports]
    bay: SceneAsset = racks[int(rng.integers(len(racks)))]
    if bay.size[2] > hall.height - 0.6:
        raise SceneError(f"racks {bay.size[2]:.1f} m high do not fit under a roof of {hall.height:.1f} m. Raise `size`.")
    front = min(8.0, 0.22 * hall.size[1])
    length = hall.size[1] - front - 2.0
    count = int(length / bay.size[0])
    if count < 1:
        raise SceneError(
            f"a hall {hall.size[1]:.1f} m deep has no room for one bay of {bay.size[0]:.1f} m behind the "
            f"loading area of {front:.1f} m. Enlarge `size`."
        )
    pitch = bay.size[0]  # beams meet uprights
    middle = (hall.size[1] / 2 - 2.0) - count * pitch / 2
    bays = []
    for x, yaw in _rows(hall, options, bay.size[1]):
        run = Region(
            f"the run of racks at x = {x:.1f} m", (count * pitch + 0.3, bay.size[1]), (x, middle, 0.0), yaw, hall.height
        )
        first = -(count - 1) * pitch / 2
        bays += [p for i in range(count) if (p := layout.put(run, Thing(bay), first + i * pitch, 0.0)) is not None]
        if ends:
            layout.put(run, Thing(ends[0]), first + (count - 0.5) * pitch + ends[0].size[0] / 2, 0.0)
    _name_runs(layout, book, hall, options, middle - count * pitch / 2)
    return bays


def _name_runs(layout: Layout, book: AssetBook, hall: Region, options: WarehouseOptions, front: float) -> None:
    """Hang a sign at the front end of each run, by variants of the set ``name`` in their order."""
    if not book.by_class.get("aisle_sign"):
        return
    sign = book.all("aisle_sign")[0]
    names = sign.variants.get("name", ())
    ends = Region("the ends of the racks", hall.size, (0.0, 0.0, 2.2))
    racks = [asset for asset in book.all("rack") if asset.supports] or list(book.all("rack"))
    for index, (x, yaw) in enumerate(_rows(hall, options, racks[0].size[1])):
        reach = 0.14 if yaw < 0 else 0.02  # the frame that ends a run stands before it
        variants = {"name": str(names[index % len(names)])} if names else {}
        layout.put(ends, Thing(sign, variants), x, front - reach - sign.size[1] / 2)


def _load_racks(loads: Layout, book: AssetBook, bays: list[Placed], fill: float, streams: Streams) -> None:
    rng = streams["objects"]
    for bay in bays:
        for level in bay.supports():
            pallets = book.all("pallet")
            pallet = pallets[int(rng.integers(len(pallets)))]
            slots = max(int(level.size[0] / (pallet.size[0] + 0.06)), 0)
            width = level.size[0] / slots if slots else 0.0
            for slot in range(slots):
                if rng.random() >= fill:
                    continue
                x = (slot + 0.5) * width - level.size[0] / 2 + rng.uniform(-0.015, 0.015)
                thing = Thing(pallet, pallet.choose(streams["looks"]))
                stood = loads.put(level, thing, float(x), float(rng.uniform(-0.02, 0.02)), float(rng.uniform(-1.0, 1.0)))
                if stood is not None:
                    _load(loads, book, stood, level.height - pallet.size[2] - 0.05, streams)


def _load(loads: Layout, book: AssetBook, pallet: Placed, height: float, streams: Streams) -> None:
    """Stack one kind of thing on a pallet."""
    rng = streams["objects"]
    kind = rng.choice(4, p=[0.84, 0.06, 0.06, 0.04])
    label = {0: "box", 1: "drum", 2: "crate"}.get(int(kind), "")
    if not label:
        return  # an empty pallet
    found = book.by_class.get(label) or book.all("box")
    top = pallet.supports()[0]
    low = [asset for asset in found if asset.size[2] <= height]
    if not low:
        return
    asset = low[int(rng.integers(len(low)))]
    most = min(height, 1.5) / asset.size[2]
    layers = 1 if label == "drum" else max(1, int(rng.uniform(0.45, 1.0) * most))
    region = Region(top.name, (min(top.size[0], 0.86), min(top.size[1], 1.24)), top.origin, top.yaw, height)
    thing = Thing(asset, asset.choose(streams["looks"]))
    loads.pile(region, thing, layers=layers, gap=0.006, missing=0.3 if rng.random() < 0.5 else 0.0, jitter=0.003)


def _floor(layout: Layout, loads: Layout, book: AssetBook, hall: Region, options: WarehouseOptions, streams: Streams) -> None:
    """Fill the loading area: forklift with a load, pallets in lines, guards before the runs, cones and crates."""
    front = min(8.0, 0.22 * hall.size[1])
    low = -hall.size[1] / 2
    area = hall.part("the loading area", -hall.size[0] / 2 + 1.0, low + 0.6, hall.size[0] / 2 - 1.0, low + front)
    rng = streams["objects"]
    if book.by_class.get("forklift"):
        asset = book.pick("forklift", rng)
        truck = Thing(asset, asset.choose(streams["looks"]), Clearance(0.1, 0.3, 0.3, 0.3))
        aisle = _aisles(hall, options, book)[0]
        lane = Region("the aisle of the forklift", (options.aisle, 8.0), (aisle, low + front + 4.4, 0.0), 0.0, hall.height)
        place = (float(rng.uniform(-0.2, 0.2)), float(rng.uniform(-1.0, 1.0)), float(rng.uniform(14.0, 24.0)))
        driven = loads.put(lane, truck, *place)
        if driven is not None:
            forks = driven.supports()[0]
            pallet = book.pick("pallet", rng)
            carried = loads.put(forks, Thing(pallet, pallet.choose(streams["looks"])), 0.0, 0.0)
            if carried is not None:
                _load(loads, book, carried, 1.3, streams)
    for index in range(options.staging):
        pallet = book.pick("pallet", rng)
        thing = Thing(pallet, pallet.choose(streams["looks"]), Clearance(0.15, 0.15, 0.15, 0.15))
        stood = loads.scatter(area, [thing], turn=4.0, tries=80)
        for one in stood:
            _load(loads, book, one, 1.4 if index % 3 else 0.9, streams)
    extras = []
    for index in range(options.extras):
        label = ("cone", "crate")[index % 2]
        if book.by_class.get(label):
            asset = book.pick(label, rng)
            extras.append(Thing(asset, asset.choose(streams["looks"])))
    loads.scatter(area, extras, turn=30.0)


def _aisles(hall: Region, options: WarehouseOptions, book: AssetBook) -> list[float]:
    """Return x of the middle of each aisle between runs, the one nearest to the middle first."""
    racks = [asset for asset in book.all("rack") if asset.supports] or list(book.all("rack"))
    depth = racks[0].size[1]
    rows = [x for x, _ in _rows(hall, options, depth)]
    found = [(a + b) / 2 for a, b in zip(rows[1::2], rows[2::2], strict=False)]
    found = found or [rows[0] - depth / 2 - _MARGIN / 2]
    return sorted(found, key=lambda x: (abs(x), x))


def _shell(plan: ScenePlan, book: AssetBook, layout: Layout, hall: Region, options: WarehouseOptions) -> None:
    """Lay the floor with its lines, raise walls and roof, and hang doors, lamps and trusses."""
    (width, depth), height = hall.size, hall.height
    x, y = width / 2, depth / 2
    plan.panels += [
        Panel("Floor", "floor", "Concrete", (-x, -y, -0.2), (x, y, 0.0), 8.0),
        Panel("WallBack", "wall", "Cladding", (-x, y, 0.0), (x, y + 0.2, height), 2.0),
        Panel("WallFront", "wall", "Cladding", (-x, -y - 0.2, 0.0), (x, -y, height), 2.0),
        Panel("WallLeft", "wall", "Cladding", (-x - 0.2, -y, 0.0), (-x, y, height), 2.0),
        Panel("WallRight", "wall", "Cladding", (x, -y, 0.0), (x + 0.2, y, height), 2.0),
        Panel("Roof", "ceiling", "RoofDeck", (-x, -y, height), (x, y, height + 0.2), 2.0),
    ]
    for index, (low, high) in enumerate(
        (
            ((-x, -y, 0.0), (x, -y + 0.02, 0.35)),
            ((-x, y - 0.02, 0.0), (x, y, 0.35)),
            ((-x, -y, 0.0), (-x + 0.02, y, 0.35)),
            ((x - 0.02, -y, 0.0), (x, y, 0.35)),
        )
    ):
        plan.panels.append(Panel(f"Skirting_{index + 1}", "wall", "Kerb", low, high, 1.0))
    front = min(8.0, 0.22 * depth)
    aisles = sorted(_aisles(hall, options, book))
    for index, aisle in enumerate(aisles):
        for side in (-1, 1):
            at = aisle + side * (options.aisle / 2 - 0.22)
            plan.panels.append(
                Panel(
                    f"Line_{2 * index + (side + 3) // 2:02d}",
                    "floor_marking",
                    "LinePaint",
                    (at - 0.05, -y + front, 0.0),
                    (at + 0.05, y - 1.6, 0.0015),
                    1.0,
                )
            )
    plan.panels.append(
        Panel("Line_Front", "floor_marking", "LinePaint", (-x + 1.0, -y + front - 0.1, 0.0), (x - 1.0, -y + front, 0.0015), 1.0)
    )
    if book.by_class.get("dock_door"):
        door = book.all("dock_door")[0]
        for at in np.linspace(0.14, 0.86, max(1, int(width / 8.0))):
            layout.against(hall, Thing(door), "front", at=float(at))
            layout.against(hall, Thing(door), "back", at=float(at))
    roof = Region("the roof", hall.size, (0.0, 0.0, height - 0.72))
    if book.by_class.get("truss"):
        truss = book.all("truss")[0]
        for row, along in enumerate(np.arange(-y + 3.0, y - 1.0, 6.0)):
            line = Region(f"truss {row + 1}", (width, 0.5), (0.0, float(along), height - 0.72))
            layout.row(line, [Thing(truss)] * int(width / truss.size[0]), align="middle", needed=False)
    if book.by_class.get("lamp"):
        lamp = book.all("lamp")[0]
        for number, at in enumerate(_lamp_lines(hall, options, book)):
            line = Region(f"lamp line {number + 1}", (roof.size[1], 0.6), (at, 0.0, height - 1.32), 90.0)
            layout.row(
                line, [Thing(lamp, turned=True)] * int(depth / (lamp.size[1] + 1.0)), gap=0.9, align="middle", needed=False
            )
    if book.by_class.get("bollard"):
        post = book.all("bollard")[0]
        racks = [asset for asset in book.all("rack") if asset.supports] or list(book.all("rack"))
        for at, yaw in _rows(hall, options, racks[0].size[1]):
            side = 1.0 if yaw < 0 else -1.0
            layout.put(hall, Thing(post), at - side * 0.38, -y + front + 0.25)


def _lamp_lines(hall: Region, options: WarehouseOptions, book: AssetBook) -> list[float]:
    aisles = _aisles(hall, options, book)
    return sorted([*aisles, -hall.size[0] / 2 + 1.2, hall.size[0] / 2 - 1.2]) if len(aisles) > 1 else aisles


def _lights(plan: ScenePlan, hall: Region, options: WarehouseOptions, rng: np.random.Generator) -> None:
    """Hang one long light under each line of lamps; colour and strength differ a little from scene to scene."""
    level = options.lights * float(rng.uniform(0.92, 1.08))
    warmth = float(rng.uniform(-0.03, 0.03))
    color = (1.0 + warmth, 0.97, 0.93 - warmth)
    for index, at in enumerate(_lamp_lines(hall, options, plan.book)):
        plan.lights.append(
            LightPlan(
                f"Strip_{index + 1}",
                "RectLight",
                round(level, 2),
                tuple(round(c, 4) for c in color),
                (at, 0.0, hall.height - 1.325),
                (0.0, 0.0, 0.0),
                {"inputs:width": 0.26, "inputs:height": round(0.86 * hall.size[1], 3)},
            )
        )


def _cameras(plan: ScenePlan, hall: Region, options: WarehouseOptions, rng: np.random.Generator) -> None:
    """Set up views down the middle aisle, over the loading area, from a forklift's seat and from under the roof."""
    aisle = _aisles(hall, options, plan.book)[0]
    x, y = hall.size[0] / 2, hall.size[1] / 2
    front = min(8.0, 0.22 * hall.size[1])
    jitter = rng.uniform(-1.0, 1.0, (4, 3)) * (0.25, 0.4, 0.12)
    near = -y + front

    def at(index: int, *place: float) -> tuple[float, float, float]:
        return tuple(round(float(v), 4) for v in np.add(place, jitter[index]))

    low = -y + 1.2
    plan.cameras += [
        CameraPlan("Aisle", at(0, aisle + 0.9, max(near - 3.7, low), 1.75), (aisle - 0.3, near + 14.0, 1.8), 26.0),
        CameraPlan("Loading", at(1, -x + 2.2, low, 3.0), (aisle + 1.0, near + 1.0, 1.4), 22.0),
        CameraPlan("Driver", at(2, aisle, min(near + 3.0, y - 4.0), 1.7), (aisle, min(near + 20.0, y), 1.6), 20.0),
        CameraPlan("Overview", at(3, x - 2.0, low, hall.height - 2.0), (aisle - 3.0, near + math.hypot(x, 3.0) / 3, 1.0), 20.0),
    ]
