"""Recipes, writers and datasets over the public Replicator API; the same code inside Kit and on the portable host."""

from scenewright.sdg.extension import ScenewrightSdgExtension

__all__ = ["ScenewrightSdgExtension"]
