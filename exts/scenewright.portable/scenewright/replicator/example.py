"""``rep.example``: Replicator's sample content lives on NVIDIA's servers; asking for it here says so."""

from scenewright.replicator.availability import unavailable_names

__all__: list[str] = []

__getattr__ = unavailable_names(__name__, ("ASSETS", "ASSETS_DIR", "TEXTURES"))
