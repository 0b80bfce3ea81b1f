"""Steps of physics and rendering."""

from collections.abc import Callable
from typing import Any

from isaacsim.core.api.physics_context import PhysicsContext
from isaacsim.core.simulation_manager import SimulationManager
from pxr import UsdGeom

from scenewright.host.app import get_app
from scenewright.host.settings import get_settings
from scenewright.host.simulation import PhysicsSubscription, get_simulation
from scenewright.host.stage_context import get_context
from scenewright.host.timeline import get_timeline_interface

__all__ = ["SimulationContext"]

_PLAY_SIMULATIONS = "/app/player/playSimulations"


class SimulationContext:
    """Steps physics and rendering. There is one: making another returns the first.

    Args:
        physics_dt: Duration of a physics step [s]; None = 1/60.
        rendering_dt: Duration of a rendered frame [s]; None = 1/60.
        stage_units_in_meters: Metres per stage unit; None keeps what is there.
        physics_prim_path: Where a physics scene goes if there is none.
        sim_params: Accepted; PhysX is not what simulates here.
        set_defaults: Whether a new physics scene gets gravity.
        backend: "numpy".
        device: Where physics runs: "cpu", "cuda" or "cuda:N".

    Raises:
        NotImplementedError: Another backend is asked for.
    """

    _instance: "SimulationContext | None" = None

    def __new__(cls, *args: Any, **kwargs: Any) -> "SimulationContext":
        """Return the one that there is, or a new one."""
        if not isinstance(SimulationContext._instance, cls):
            cls.clear_instance()
            SimulationContext._instance = super().__new__(cls)
            SimulationContext._instance._ready = False
        return SimulationContext._instance

    def __init__(self, physics_dt: float | None = None, rendering_dt: float | None = None,
                 stage_units_in_meters: float | None = None, physics_prim_path: str = "/physicsScene",
                 sim_params: dict | None = None, set_defaults: bool = True, backend: str = "numpy",
                 device: str | None = None) -> None:
        if self._ready:
            return
        if backend != "numpy":
            SimulationContext._instance = None
            raise NotImplementedError(f"{type(self).__name__}: backend {backend!r} has no stand-in on the portable host; "
                                      "give 'numpy'.")
        self._ready = True
        self._callbacks: dict[str, PhysicsSubscription] = {}
        self._render_callbacks: dict[str, Callable[[Any], Any]] = {}
        self._steps = 0
        self._counter = get_simulation().subscribe(lambda seconds, context: self._count())
        if stage_units_in_meters is not None:
            UsdGeom.SetStageMetersPerUnit(get_context().get_stage(), float(stage_units_in_meters))
        if device is not None:
            SimulationManager.set_physics_sim_device(device)
        self._physics = PhysicsContext(physics_dt, physics_prim_path, sim_params, set_defaults)
        self.set_simulation_dt(None, rendering_dt)

    @classmethod
    def instance(cls) -> "SimulationContext | None":
        """Return the one that there is, None where there is none."""
        return SimulationContext._instance

    @classmethod
    def clear_instance(cls) -> None:
        """Forget the one that there is."""
        if SimulationContext._instance is not None:
            SimulationContext._instance.clear_all_callbacks()
            SimulationContext._instance._counter.unsubscribe()
        SimulationContext._instance = None

    backend = property(lambda self: "numpy", doc="What poses are returned as.")
    device = property(lambda self: SimulationManager.get_device(), doc="Where physics runs.")
    app = property(lambda self: get_app(), doc="The application.")
    stage = property(lambda self: get_context().get_stage(), doc="The current stage.")
    current_time = property(lambda self: get_simulation().time, doc="Seconds simulated since the last rewind.")
    current_time_step_index = property(lambda self: self._steps, doc="Physics steps since the last reset.")

    def get_physics_context(self) -> PhysicsContext:
        """Return the physics scene."""
        return self._physics

    def set_simulation_dt(self, physics_dt: float | None = None, rendering_dt: float | None = None) -> None:
        """Set the duration of a physics step and of a rendered frame [s]; None keeps what is there."""
        if physics_dt is not None:
            self._physics.set_physics_dt(physics_dt)
        if rendering_dt is not None:
            get_timeline_interface().set_time_codes_per_second(1.0 / rendering_dt)
            get_timeline_interface().commit()

    def get_physics_dt(self) -> float:
        """Return the duration of a physics step [s]."""
        return self._physics.get_physics_dt()

    def get_rendering_dt(self) -> float:
        """Return the duration of a rendered frame [s]."""
        return get_timeline_interface().frame_duration

    async def initialize_simulation_context_async(self) -> None:
        """Wait for one update of the application."""
        await get_app().next_update_async()

    def initialize_physics(self) -> None:
        """Play: bodies join the simulation by themselves."""
        if not self.is_playing():
            self.play()

    def reset(self, soft: bool = False) -> None:
        """Rewind, unless ``soft``, and play."""
        if not soft:
            self.stop()
        self._steps = 0
        self.initialize_physics()

    async def reset_async(self, soft: bool = False) -> None:
        """Rewind, unless ``soft``, and play."""
        self.reset(soft)
        await get_app().next_update_async()

    def step(self, render: bool = True, update_fabric: bool = False) -> None:
        """Go on by one rendered frame, or by one physics step if not ``render``."""
        if render:
            get_app().update()
            self._rendered()
        elif self.is_playing():
            get_simulation().simulate(self.get_physics_dt())

    def render(self) -> None:
        """Update the application without simulating."""
        settings = get_settings()
        before = settings.get(_PLAY_SIMULATIONS)
        settings.set(_PLAY_SIMULATIONS, False)
        get_app().update()
        settings.set(_PLAY_SIMULATIONS, True if before is None else before)
        self._rendered()

    async def render_async(self) -> None:
        """Wait for one update of the application."""
        await get_app().next_update_async()

    def play(self) -> None:
        """Play the timeline."""
        get_timeline_interface().play()
        get_timeline_interface().commit()

    def pause(self) -> None:
        """Pause the timeline."""
        get_timeline_interface().pause()
        get_timeline_interface().commit()

    def stop(self) -> None:
        """Stop the timeline: what was simulated is rewound."""
        get_timeline_interface().stop()
        get_timeline_interface().commit()

    async def play_async(self) -> None:
        """Play the timeline and wait for one update."""
        self.play()
        await get_app().next_update_async()

    async def pause_async(self) -> None:
        """Pause the timeline and wait for one update."""
        self.pause()
        await get_app().next_update_async()

    async def stop_async(self) -> None:
        """Stop the timeline and wait for one update."""
        self.stop()
        await get_app().next_update_async()

    def is_playing(self) -> bool:
        """Return whether the timeline plays."""
        return get_timeline_interface().is_playing()

    def is_stopped(self) -> bool:
        """Return whether the timeline is stopped."""
        return get_timeline_interface().is_stopped()

    def is_simulating(self) -> bool:
        """Return whether the timeline plays or is paused."""
        return not self.is_stopped()

    def clear(self) -> None:
        """Remove the prims of the stage."""
        from isaacsim.core.utils.stage import clear_stage

        clear_stage()

    def add_physics_callback(self, callback_name: str, callback_fn: Callable[[float], Any]) -> None:
        """Call ``callback_fn(seconds)`` before every physics step."""
        self.remove_physics_callback(callback_name)
        self._callbacks[callback_name] = get_simulation().subscribe(lambda seconds, context: callback_fn(seconds),
                                                                    pre_step=True)

    def remove_physics_callback(self, callback_name: str) -> None:
        """Stop calling; harmless where there is none of that name."""
        if callback_name in self._callbacks:
            self._callbacks.pop(callback_name).unsubscribe()

    def physics_callback_exists(self, callback_name: str) -> bool:
        """Return whether there is a callback of that name."""
        return callback_name in self._callbacks

    def clear_physics_callbacks(self) -> None:
        """Stop calling all of them."""
        for name in list(self._callbacks):
            self.remove_physics_callback(name)

    def add_render_callback(self, callback_name: str, callback_fn: Callable[[Any], Any]) -> None:
        """Call ``callback_fn(None)`` after every frame of ``step`` and ``render``."""
        self._render_callbacks[callback_name] = callback_fn

    def remove_render_callback(self, callback_name: str) -> None:
        """Stop calling; harmless where there is none of that name."""
        self._render_callbacks.pop(callback_name, None)

    def render_callback_exists(self, callback_name: str) -> bool:
        """Return whether there is a callback of that name."""
        return callback_name in self._render_callbacks

    def clear_all_callbacks(self) -> None:
        """Stop calling everything."""
        self.clear_physics_callbacks()
        self._render_callbacks.clear()

    def _count(self) -> None:
        self._steps += 1

    def _rendered(self) -> None:
        for callback in list(self._render_callbacks.values()):
            callback(None)
