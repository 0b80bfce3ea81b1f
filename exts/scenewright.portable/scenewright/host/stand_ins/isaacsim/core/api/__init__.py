"""``isaacsim.core.api``: the world of older scripts, which steps physics and rendering and knows objects by name.

Tasks, robots and data loggers have no stand-in.
"""

from isaacsim.core.api.physics_context import PhysicsContext
from isaacsim.core.api.simulation_context import SimulationContext
from isaacsim.core.api.world import World

__all__ = ["PhysicsContext", "SimulationContext", "World"]
