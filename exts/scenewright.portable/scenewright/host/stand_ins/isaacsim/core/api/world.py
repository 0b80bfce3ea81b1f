"""The world of older scripts: steps, and objects by name."""

from typing import Any

from isaacsim.core.api.scenes import Scene
from isaacsim.core.api.simulation_context import SimulationContext

__all__ = ["World"]


class World(SimulationContext):
    """A simulation context with a scene: see ``SimulationContext``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self._ready:
            self._scene = Scene()
        super().__init__(*args, **kwargs)

    scene = property(lambda self: self._scene, doc="Objects by name.")

    def reset(self, soft: bool = False) -> None:
        """Rewind, unless ``soft``, play, and bring the objects of the scene to their default poses."""
        super().reset(soft)
        self._scene.post_reset()

    def step(self, render: bool = True, step_sim: bool = True, update_fabric: bool = False) -> None:
        """Go on by one rendered frame, or by one physics step if not ``render``; without ``step_sim`` render only."""
        if step_sim:
            super().step(render)
        elif render:
            self.render()

    def clear(self) -> None:
        """Remove the objects of the scene and the prims of the stage."""
        self._scene.clear(registry_only=True)
        super().clear()

    def add_task(self, task: Any) -> None:
        """Refuse: tasks have no stand-in.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("isaacsim.core.api.World.add_task has no stand-in on the portable host: tasks drive robots, "
                                  "and there are no articulations here.")
