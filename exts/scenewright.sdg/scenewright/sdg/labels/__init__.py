"""Semantic labels: rules by prim path, ontologies, and what stands in a scene's layers."""
