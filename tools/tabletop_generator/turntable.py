"""The stage of `usd_scenes/turntable`: a lit plinth in a studio, empty until a recipe puts a file on it."""

from pathlib import Path

from pxr import Sdf

from .asset import write_asset
from .environment import PLINTH_HEIGHT, backdrop, plinth
from .layout import Placement
from .scene import Camera, Light, write_cameras, write_layout, write_lighting, write_root, write_semantics
from .studio_map import save_radiance, studio_map

__all__ = ["write_turntable"]

_MIDDLE = (0.0, 0.0, PLINTH_HEIGHT + 0.13)

_CAMERAS = (Camera("Orbit", (0.0, -1.15, PLINTH_HEIGHT + 0.45), _MIDDLE, 50.0),)

_LIGHTS = (
    Light("Studio", "DomeLight", 800.0, attributes={
        "inputs:texture:file": Sdf.AssetPath("../textures/studio.hdr"), "inputs:texture:format": "latlong"}),
    Light("Key", "RectLight", 16000.0, (1.0, 0.96, 0.90), (-1.3, -1.1, 2.3), _MIDDLE,
          {"inputs:width": 0.9, "inputs:height": 0.9}),
    Light("Fill", "RectLight", 4000.0, (0.92, 0.96, 1.0), (1.6, -0.4, 1.7), _MIDDLE,
          {"inputs:width": 0.8, "inputs:height": 1.2}),
)


def write_turntable(folder: Path) -> None:
    """Write root, layers, assets and textures of the stage below ``folder``."""
    for asset in (plinth(), backdrop(None, "#c9c7c1", 6)):
        write_asset(asset, folder / "assets")
    save_radiance(folder / "textures" / "studio.hdr", studio_map())
    environment = (Placement("Plinth", "plinth/plinth.usda", "plinth", (0.0, 0.0, 0.0)),
                   Placement("Backdrop", "backdrop/backdrop.usda", "backdrop", (0.0, 0.0, 0.0)))
    layers = folder / "layers"
    write_layout(layers / "layout.usda", environment, ())
    write_lighting(layers / "lighting.usda", _LIGHTS)
    write_cameras(layers / "cameras.usda", _CAMERAS)
    labels = {f"/World/Environment/{item.name}": {"stuff": item.label} for item in environment}
    write_semantics(layers / "semantics.usda", labels)
    write_root(folder / "scene.usda", "A lit plinth; the recipe beside it puts any USD file on it and circles a camera round.")
