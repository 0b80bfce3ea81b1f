"""Materials of generated assets: those of imported ones, so that all assets are laid out alike."""

from scenewright.sdg.assets.materials import Surface, define_material, override_material

__all__ = ["Surface", "define_material", "override_material"]
