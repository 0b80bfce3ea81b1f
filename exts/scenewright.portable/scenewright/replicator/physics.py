"""``rep.physics``: physics of the graph API. Not built yet; asking for it says so."""

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.simulation.engine import simulation_engine
from scenewright.replicator.simulation.records import PhysicsError

__all__ = ["PhysicsError", "simulation_engine"]

__getattr__ = unavailable_names(__name__, (
    "collider", "drive_properties", "mass", "physics_material", "rigid_body", "simulate"))
