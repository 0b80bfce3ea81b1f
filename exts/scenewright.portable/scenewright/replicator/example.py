"""``rep.example``: names of Replicator's sample content, which lives on NVIDIA's servers and is not part of this package.

With ``--missing-assets=proxy`` there is content to run tutorials with: boxes for the assets, grey pictures for the textures.
Otherwise asking for it says so.
"""

from typing import Any

from scenewright.host.assets import assets_root, available_asset, proxies_wanted
from scenewright.replicator.availability import unavailable_names, unsupported

__all__: list[str] = []

_WORDS = ("pallet", "cardbox", "crate", "bottle", "mug", "barrel")

_NAMES = ("ASSETS", "ASSETS_DIR", "TEXTURES")

_missing = unavailable_names(__name__, _NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        return _missing(name)
    if not proxies_wanted():
        unsupported(f"rep.example.{name}, NVIDIA's sample content,", "Name files of your own, or run with "
                    "--missing-assets=proxy: boxes and grey pictures stand in.")
    folder = f"{assets_root()}/NVIDIA/Samples/Replicator"
    if name == "ASSETS_DIR":
        return folder
    if name == "ASSETS":
        return [available_asset(f"{folder}/{word}.usd") for word in _WORDS]
    return [available_asset(f"{folder}/texture_{number}.png") for number in range(1, 5)]
