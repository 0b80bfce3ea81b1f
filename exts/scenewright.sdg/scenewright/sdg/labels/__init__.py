"""Semantic labels: rules by prim path, ontologies, and what stands in a scene's layers."""

__all__ = ["BUILT_IN"]

BUILT_IN = "scenewright"
"""Name of the ontology that comes along: the classes of the project's own scenes."""
