"""The three scenes: their assets written, their layout composed by the builders, one layer for each owner."""

from collections.abc import Callable, Iterable
from pathlib import Path

from tabletop_generator import skins
from tabletop_generator.asset import new_layer_stage, write_asset
from tabletop_generator.images import linear
from tabletop_generator.materials import Surface
from tabletop_generator.scene import write_root
from tabletop_generator.studio_map import save_radiance

from scenewright.sdg.scenes import Layers, ScenePlan, Streams, author_plan, read_asset_book
from scenewright.sdg.scenes.room import plan_room
from scenewright.sdg.scenes.shelf import plan_shelf
from scenewright.sdg.scenes.warehouse import plan_warehouse

from .furniture import FURNITURE_MODELS
from .looks import ceiling_tiles, concrete, corrugated, garden_sky, parquet, tiles, write_looks
from .model import Model, write_book
from .products import PRODUCT_MODELS
from .warehouse_assets import WAREHOUSE_MODELS

__all__ = ["SEEDS", "WRITERS", "write_room", "write_shelf", "write_warehouse"]

SEEDS = {"warehouse": 1, "shelf": 3, "room": 5}
"""Scene -> the seed of the layout that is committed."""


def write_warehouse(folder: Path) -> None:
    """Write assets and layers of the warehouse below ``folder``."""
    surfaces = {
        "Concrete": Surface(color_map="./textures/concrete.png", roughness=0.28),
        "Cladding": Surface(linear("#c9ccc8"), roughness=0.5, normal_map="./textures/sheet.png"),
        "RoofDeck": Surface(linear("#c3c8ca"), roughness=0.6, normal_map="./textures/sheet.png"),
        "Kerb": Surface(linear("#6d7073"), roughness=0.7),
        "LinePaint": Surface(linear("#d9a514"), roughness=0.5),
    }
    images = {"concrete.png": concrete("#8f8d88", 401), "sheet.png": corrugated()}
    _write_assets(folder, (make() for make in WAREHOUSE_MODELS), surfaces, images)
    _compose(
        folder,
        plan_warehouse,
        SEEDS["warehouse"],
        "A pallet warehouse: racks with loaded pallets, aisles, dock doors and a forklift.",
    )


def write_shelf(folder: Path) -> None:
    """Write assets and layers of the shop's shelf below ``folder``; it borrows groceries of the tabletop scene."""
    surfaces = {
        "Tiles": Surface(color_map="./textures/tiles.png", roughness=0.22),
        "Ceiling": Surface(color_map="./textures/ceiling.png", roughness=0.85),
        "Paint": Surface(linear("#e6e2d9"), roughness=0.75),
    }
    images = {"tiles.png": tiles("#bdb7ab", 411), "ceiling.png": ceiling_tiles("#e4e2dc", 412)}
    _write_assets(folder, (make() for make in PRODUCT_MODELS), surfaces, images)
    _compose(
        folder, plan_shelf, SEEDS["shelf"], "A shop's shelf: gondolas with groceries in facings and a price tag under each."
    )


def write_room(folder: Path) -> None:
    """Write assets and layers of the living room below ``folder``; it borrows table and crockery of the tabletop scene."""
    surfaces = {
        "Parquet": Surface(color_map="./textures/parquet.png", roughness=0.34, clearcoat=0.15),
        "Ceiling": Surface(linear("#f1efea"), roughness=0.9),
        "Paint": Surface(color_map="./textures/plaster.png", roughness=0.85),
        "Accent": Surface(color_map="./textures/accent.png", roughness=0.85),
        "Trim": Surface(linear("#f0ede6"), roughness=0.4),
    }
    images = {
        "parquet.png": parquet(421),
        "plaster.png": skins.plaster("#e6e0d4", 422),
        "accent.png": skins.plaster("#a9b3a4", 423),
    }
    save_radiance(folder / "assets" / "looks" / "textures" / "garden.hdr", garden_sky(424))
    _write_assets(folder, (make() for make in FURNITURE_MODELS), surfaces, images, "looks/textures/garden.hdr")
    _compose(
        folder, plan_room, SEEDS["room"], "A living room on a bright morning: sofa, dining place, bookcase and what lies about."
    )


def _write_assets(folder: Path, models: Iterable[Model], surfaces: dict, images: dict, sky: str = "") -> None:
    made = list(models)
    for model in made:
        if model.home == ".":
            write_asset(model.asset, folder / "assets")
    write_looks(folder / "assets" / "looks", surfaces, images)
    write_book(folder / "assets" / "assets.yaml", made, "looks/looks.usda", sky)


def _compose(folder: Path, build: Callable[..., ScenePlan], seed: int, comment: str) -> None:
    """Write the scene that a builder makes of the folder's own assets with a seed."""
    plan = build(read_asset_book(folder / "assets" / "assets.yaml"), Streams.of_seed(seed))
    files = {"layout": "layout.usdc", "lighting": "lighting.usda", "cameras": "cameras.usda", "semantics": "semantics.usda"}
    stages = {name: new_layer_stage(folder / "layers" / file) for name, file in files.items()}  # they keep the layers open
    layers = {name: stage.GetRootLayer() for name, stage in stages.items()}
    for layer in layers.values():
        layer.defaultPrim = "World"
    author_plan(plan, Layers(**layers), "/World")
    for layer in layers.values():
        layer.Save()
    write_root(folder / "scene.usda", comment, [files[name] for name in ("semantics", "cameras", "lighting", "layout")])


WRITERS: dict[str, Callable[[Path], None]] = {"warehouse": write_warehouse, "shelf": write_shelf, "room": write_room}
"""Scene -> the function that writes it."""
