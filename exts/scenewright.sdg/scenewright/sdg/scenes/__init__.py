"""Scenes composed from assets: a layout grammar, builders for whole places, and their plans as USD."""

from scenewright.sdg.scenes.assets import AssetBook, SceneAsset, SceneError, Support, read_asset_book
from scenewright.sdg.scenes.authoring import Layers, author_plan
from scenewright.sdg.scenes.grammar import Layout
from scenewright.sdg.scenes.plan import LEVELS, CameraPlan, Item, LightPlan, Panel, ScenePlan, Streams
from scenewright.sdg.scenes.things import Clearance, LayoutError, Placed, Region, Shortfall, Thing

__all__ = [
    "LEVELS",
    "AssetBook",
    "CameraPlan",
    "Clearance",
    "Item",
    "Layers",
    "Layout",
    "LayoutError",
    "LightPlan",
    "Panel",
    "Placed",
    "Region",
    "SceneAsset",
    "SceneError",
    "ScenePlan",
    "Shortfall",
    "Streams",
    "Support",
    "Thing",
    "author_plan",
    "read_asset_book",
]
