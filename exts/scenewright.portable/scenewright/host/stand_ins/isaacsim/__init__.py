"""``isaacsim``: the entry point of standalone scripts."""

from isaacsim.simulation_app import SimulationApp

__all__ = ["SimulationApp"]
