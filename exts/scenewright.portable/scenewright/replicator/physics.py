"""``rep.physics``: physics of the graph API. Not built yet; asking for it says so."""

from scenewright.replicator.availability import unavailable_names

__all__: list[str] = []

__getattr__ = unavailable_names(__name__, (
    "collider", "drive_properties", "mass", "physics_material", "rigid_body", "simulate"))
