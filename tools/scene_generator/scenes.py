"""The three scenes: their assets written, their layout composed by the builders, one layer for each owner."""

from collections.abc import Callable, Iterable
from pathlib import Path

from scenewright.sdg.scenes import Layers, ScenePlan, Streams, author_plan, read_asset_book
from scenewright.sdg.scenes.warehouse import plan_warehouse
from tabletop_generator.asset import new_layer_stage, write_asset
from tabletop_generator.images import linear
from tabletop_generator.materials import Surface
from tabletop_generator.scene import write_root

from .looks import concrete, corrugated, write_looks
from .model import Model, write_book
from .warehouse_assets import WAREHOUSE_MODELS

__all__ = ["WRITERS", "write_warehouse"]


def write_warehouse(folder: Path) -> None:
    """Write assets and layers of the warehouse below ``folder``."""
    surfaces = {"Concrete": Surface(color_map="./textures/concrete.png", roughness=0.28),
                "Cladding": Surface(linear("#c9ccc8"), roughness=0.5, normal_map="./textures/sheet.png"),
                "RoofDeck": Surface(linear("#7f868b"), roughness=0.6, normal_map="./textures/sheet.png"),
                "Kerb": Surface(linear("#6d7073"), roughness=0.7), "LinePaint": Surface(linear("#d9a514"), roughness=0.5)}
    images = {"concrete.png": concrete("#8f8d88", 401), "sheet.png": corrugated()}
    _write_assets(folder, (make() for make in WAREHOUSE_MODELS), surfaces, images)
    _compose(folder, plan_warehouse, 1, "A pallet warehouse: racks with loaded pallets, aisles, dock doors and a forklift.")


def _write_assets(folder: Path, models: Iterable[Model], surfaces: dict, images: dict) -> None:
    made = list(models)
    for model in made:
        if model.home == ".":
            write_asset(model.asset, folder / "assets")
    write_looks(folder / "assets" / "looks", surfaces, images)
    write_book(folder / "assets" / "assets.yaml", made, "looks/looks.usda")


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


WRITERS: dict[str, Callable[[Path], None]] = {"warehouse": write_warehouse}
"""Scene -> the function that writes it."""
