"""The scene of `usd_scenes/tabletop`: a breakfast table by a window."""

from pathlib import Path

from pxr import Sdf

from .asset import write_asset
from .environment import TABLE_DEPTH, TABLE_HEIGHT, TABLE_WIDTH, backdrop, table
from .layout import Placement, still_life
from .objects import OBJECTS
from .scene import Camera, Light, write_cameras, write_layout, write_lighting, write_root, write_semantics
from .studio_map import save_radiance, studio_map

__all__ = ["write_tabletop"]

_CAMERAS = (
    Camera("Hero", (-0.22, -1.68, 1.31), (0.005, 0.05, 0.866), 46.0),
    Camera("Front", (0.0, -1.75, 1.42), (0.0, 0.0, 0.78), 40.0),
    Camera("Overhead", (0.0, -0.25, 2.15), (0.0, 0.0, 0.76), 42.0),
)

_LIGHTS = (
    Light("Studio", "DomeLight", 400.0, attributes={
        "inputs:texture:file": Sdf.AssetPath("../textures/studio.hdr"), "inputs:texture:format": "latlong"}),
    Light("Window", "RectLight", 14000.0, (1.0, 0.94, 0.86), (-1.75, -0.45, 1.70), (0.0, 0.05, 0.78),
          {"inputs:width": 0.8, "inputs:height": 1.3}),
    Light("Rim", "RectLight", 2600.0, (0.90, 0.95, 1.0), (1.35, 0.85, 1.95), (0.0, 0.0, 0.80),
          {"inputs:width": 0.35, "inputs:height": 1.2}),
)


def write_tabletop(folder: Path) -> None:
    """Write root, layers, assets and textures of the scene below ``folder``."""
    for asset in (*(make() for make in OBJECTS.values()), table(), backdrop(1.25)):
        write_asset(asset, folder / "assets")
    save_radiance(folder / "textures" / "studio.hdr", studio_map())
    environment = (Placement("Table", "table/table.usda", "table", (0.0, 0.0, 0.0), variants={"wood": "oak"}),
                   Placement("Backdrop", "backdrop/backdrop.usda", "backdrop", (0.0, 0.0, 0.0)))
    objects = still_life()
    layers = folder / "layers"
    write_layout(layers / "layout.usda", environment, objects, (TABLE_WIDTH - 0.06, TABLE_DEPTH - 0.06, TABLE_HEIGHT))
    write_lighting(layers / "lighting.usda", _LIGHTS)
    write_cameras(layers / "cameras.usda", _CAMERAS)
    labels = {f"/World/Environment/{item.name}": {"stuff": item.label} for item in environment}
    labels |= {f"/World/Objects/{item.name}": {"class": item.label} for item in objects}
    write_semantics(layers / "semantics.usda", labels)
    write_root(folder / "scene.usda", "A breakfast table by a window: household objects and groceries at true size.")
