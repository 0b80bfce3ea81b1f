"""A shop's aisle: gondolas on both sides whose boards carry products in facings, with a price tag under each block."""

from dataclasses import dataclass

import numpy as np

from scenewright.sdg.scenes.assets import AssetBook, SceneAsset, SceneError
from scenewright.sdg.scenes.grammar import Layout
from scenewright.sdg.scenes.plan import CameraPlan, Item, LightPlan, Panel, ScenePlan, Streams
from scenewright.sdg.scenes.things import Region, Thing

__all__ = ["ShelfOptions", "plan_shelf"]

_FURNITURE = ("gondola", "price_tag")
_GAP = 0.006  # [m] between facings


@dataclass(frozen=True)
class ShelfOptions:
    """What a shop's shelf is like.

    Attributes:
        size: Width (x), depth (y) and height (z) of the room [m].
        bays: Gondolas side by side along each side of the aisle.
        fill: How full the boards are: the mean share of each facing's depth that is taken.
        mess: Share of the products that stand turned or are missing from the front.
        lights: Radiance of the ceiling's lamps [cd/m2].
    """

    size: tuple[float, float, float] = (5.9, 3.3, 2.6)
    bays: int = 5
    fill: float = 0.85
    mess: float = 0.12
    lights: float = 20000.0


def plan_shelf(book: AssetBook, streams: Streams, options: ShelfOptions = ShelfOptions()) -> ScenePlan:
    """Return a shop's shelf.

    Args:
        book: Needs the class gondola (supports: the boards); every other class but price_tag is a product.
        streams: Random numbers, level by level.
        options: What it is like.

    Raises:
        SceneError: The book has no gondola or no product.
    """
    products = [asset for label in sorted(book.by_class) if label not in _FURNITURE for asset in book.all(label)]
    if not products:
        raise SceneError(f"{book.source} has no products for the shelf: every class but {', '.join(_FURNITURE)} is one.")
    plan = ScenePlan(book)
    (width, depth), height = options.size[:2], options.size[2]
    floor = Region("the shop floor", (width, depth), height=height)
    layout = Layout(streams["layout"])
    gondola = book.pick("gondola", streams["layout"])
    rail = gondola.choose(streams["looks"])
    deep = gondola.size[1]
    bays = []
    for side, yaw in (("back", 0.0), ("front", 180.0)):
        away = (depth / 2 - deep / 2 - 0.01) * (1.0 if side == "back" else -1.0)
        wall = Region(f"the {side} of the aisle", (width - deep - 0.05, deep), (-deep / 2, away, 0.0), yaw, height)
        bays += layout.row(wall, _signed(gondola, rail, options.bays, len(bays)), align="start" if yaw else "end")
    between = depth - 2 * deep - 0.1
    end = Region("the end of the aisle", (between, deep), (width / 2 - deep / 2 - 0.01, 0.0, 0.0), -90.0, height)
    at_end = _signed(gondola, rail, int(between / gondola.size[0]), len(bays))
    bays += layout.row(end, at_end, align="middle", needed=False)
    stock = Layout(streams["objects"])
    for bay in bays:
        for board in bay.supports():
            _fill_board(stock, book, board, products, options, streams)
    _shell(plan, floor)
    plan.items = [Item(placed) for placed in layout.placed] + [Item(placed, bulk=True) for placed in stock.placed]
    plan.shortfalls = (*layout.shortfalls, *stock.shortfalls)
    _lights(plan, floor, options, streams["lights"])
    _cameras(plan, floor, gondola, streams["cameras"])
    return plan


def _signed(gondola: SceneAsset, look: dict[str, str], count: int, first: int) -> list[Thing]:
    """Return gondolas side by side, each with the next of the signs that the asset has (variant set ``section``)."""
    signs = gondola.variants.get("section", ())
    return [
        Thing(gondola, {**look, "section": str(signs[(first + k) % len(signs)])} if signs else look) for k in range(count)
    ]


def _fill_board(
    stock: Layout, book: AssetBook, board: Region, products: list[SceneAsset], options: ShelfOptions, streams: Streams
) -> None:
    """Fill a board from left to right with blocks of facings; each block is one product."""
    rng, looks = streams["objects"], streams["looks"]
    fitting = [asset for asset in products if asset.size[2] <= board.height and asset.size[1] <= board.size[1]]
    if not fitting:
        return
    x, last = -board.size[0] / 2, ""
    while True:
        room = board.size[0] / 2 - x
        choice = [asset for asset in fitting if asset.size[0] + _GAP <= room and (asset.path != last or len(fitting) == 1)]
        if not choice:
            return
        # Tall boards for tall things: a product that fills the height is likelier than one that leaves it empty.
        weights = np.array([(asset.size[2] / board.height) ** 1.5 + 0.05 for asset in choice])
        asset = choice[int(rng.choice(len(choice), p=weights / weights.sum()))]
        last = asset.path
        for variants in _designs(asset, looks):
            facings = int(rng.integers(1, 3 if asset.size[0] > 0.12 else 4))
            for _ in range(facings):
                if x + asset.size[0] + _GAP > board.size[0] / 2:
                    break
                _facing(stock, board, Thing(asset, variants), x + asset.size[0] / 2, options, rng)
                x += asset.size[0] + _GAP
        if book.by_class.get("price_tag"):
            _tag(stock, book, board, x - asset.size[0] / 2, rng, looks)


def _designs(asset: SceneAsset, looks: np.random.Generator) -> list[dict[str, str]]:
    """Return two or three choices of variants that stand side by side: a brand's flavours."""
    count = int(looks.integers(1, 4))
    chosen: list[dict[str, str]] = []
    for _ in range(count):
        variants = asset.choose(looks)
        if variants not in chosen:
            chosen.append(variants)
    return chosen


def _facing(stock: Layout, board: Region, thing: Thing, x: float, options: ShelfOptions, rng: np.random.Generator) -> None:
    """Stand one column of a product from the front to the back, two high where it stacks well."""
    _, depth, height = thing.asset.size
    rows = int((board.size[1] - 0.01) / (depth + 0.003))
    levels = min(int(board.height / height), 2) if height < 0.12 else 1
    sold = int(rng.integers(1, 3)) if rng.random() < options.mess else 0
    rows = min(rows, max(1, round(rows * (options.fill + float(rng.uniform(-0.3, 0.3))))))
    for level in range(levels):
        for row in range(rows):
            if row < sold + (1 if level and rng.random() < 0.15 else 0):
                continue
            y = -board.size[1] / 2 + 0.012 + depth / 2 + row * (depth + 0.003)
            turn = float(rng.normal(0.0, 1.2))
            if rng.random() < 0.25 * options.mess:
                turn = float(rng.uniform(-14.0, 14.0))
            if not stock.obstacle(board, thing, x, y, turn, level * height):
                stock.put(board, thing, x, y, turn, level * height)
            elif not stock.obstacle(board, thing, x, y, 0.0, level * height):
                stock.put(board, thing, x, y, 0.0, level * height)


def _tag(stock: Layout, book: AssetBook, board: Region, x: float, rng: np.random.Generator, looks: np.random.Generator) -> None:
    """Clip a price tag to the board's rail."""
    tag = book.pick("price_tag", rng)
    edge = Region(
        f"{board.name}/rail",
        (board.size[0] + 0.1, 0.02),
        board.world(0.0, -board.size[1] / 2 - 0.0185, -0.035),
        board.yaw,
        0.06,
    )
    thing = Thing(tag, tag.choose(looks))
    if not stock.obstacle(edge, thing, x, 0.0):
        stock.put(edge, thing, x, 0.0)


def _shell(plan: ScenePlan, floor: Region) -> None:
    (width, depth), height = floor.size, floor.height
    x, y = width / 2, depth / 2
    plan.panels += [
        Panel("Floor", "floor", "Tiles", (-x, -y, -0.1), (x, y, 0.0), 1.2),
        Panel("Ceiling", "ceiling", "Ceiling", (-x, -y, height), (x, y, height + 0.1), 1.2),
        Panel("WallBack", "wall", "Paint", (-x, y, 0.0), (x, y + 0.1, height), 2.4),
        Panel("WallFront", "wall", "Paint", (-x, -y - 0.1, 0.0), (x, -y, height), 2.4),
        Panel("WallLeft", "wall", "Paint", (-x - 0.1, -y, 0.0), (-x, y, height), 2.4),
        Panel("WallRight", "wall", "Paint", (x, -y, 0.0), (x + 0.1, y, height), 2.4),
    ]


def _lights(plan: ScenePlan, floor: Region, options: ShelfOptions, rng: np.random.Generator) -> None:
    level = round(options.lights * float(rng.uniform(0.9, 1.1)), 2)
    warmth = float(rng.uniform(-0.03, 0.04))
    color = tuple(round(c, 4) for c in (1.0, 0.965, 0.915 - warmth))
    (width, depth), height = floor.size, floor.height
    lamps = max(1, round(width / 2.0))
    for index in range(lamps):
        x = ((index + 0.5) / lamps - 0.5) * width
        plan.lights.append(
            LightPlan(
                f"Lamp_{index + 1}",
                "RectLight",
                level,
                color,
                (round(x, 4), 0.0, height - 0.01),
                (0.0, 0.0, 0.0),
                {"inputs:width": 1.2, "inputs:height": round(0.12 * depth, 3)},
            )
        )


def _cameras(plan: ScenePlan, floor: Region, gondola: SceneAsset, rng: np.random.Generator) -> None:
    x, y = floor.size[0] / 2, floor.size[1] / 2
    front = y - gondola.size[1]
    jitter = rng.uniform(-1.0, 1.0, (3, 3)) * (0.1, 0.06, 0.05)
    views = (
        ("Aisle", (-x + 0.3, -0.32, 1.36), (x, 0.1, 1.32), 22.0),
        ("Front", (0.0, -front + 0.25, 1.4), (0.0, front, 1.05), 24.0),
        ("Hand", (0.7, front - 0.95, 1.4), (0.55, front, 1.2), 32.0),
    )
    for (name, position, target, lens), move in zip(views, jitter, strict=True):
        place = tuple(round(float(v), 4) for v in np.add(position, move))
        plan.cameras.append(CameraPlan(name, place, target, lens))
