"""``omni.isaac.kit``: the name under which Isaac Sim before 4.5 had ``SimulationApp``."""

from isaacsim.simulation_app import SimulationApp

__all__ = ["SimulationApp"]
