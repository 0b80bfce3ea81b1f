"""``isaacsim.benchmark.services``: measures phases of a script and prints the figures at the end."""

import json
from typing import Any

from isaacsim.benchmark.services.datarecorders import InputContext, MeasurementDataRecorder, MeasurementDataRecorderRegistry
from isaacsim.benchmark.services.metrics.measurements import Measurement, TestPhase

from scenewright.host.app import get_app
from scenewright.host.assets import assets_root

__all__ = ["DEFAULT_RECORDERS", "BaseIsaacBenchmark"]

DEFAULT_RECORDERS = ["app_frametime", "physics_frametime", "runtime", "memory", "cpu_continuous", "hardware"]

_FRAME_TIMES = frozenset({"app_frametime", "physics_frametime", "gpu_frametime", "render_frametime"})


class BaseIsaacBenchmark:
    """Runs recorders over phases: ``set_phase``, work, ``store_measurements``, …, ``stop`` prints the table.

    Args:
        benchmark_name: Title of the table.
        backend_type: Accepted; every backend prints.
        report_generation: Whether ``stop`` prints.
        workflow_metadata: ``{"metadata": [{"name": …, "data": …}]}``, printed above the table.
        recorders: Names of registered recorders; None = ``DEFAULT_RECORDERS``. Those that measure Kit's physics or GPU have
            no figures here and are left out.
    """

    def __init__(self, benchmark_name: str = "BaseIsaacBenchmark", backend_type: str = "OmniPerfKPIFile",
                 report_generation: bool = True, workflow_metadata: dict[str, Any] | None = None,
                 recorders: list[str] | None = None) -> None:
        self.benchmark_name = benchmark_name
        self.backend_type = backend_type
        self.report = report_generation
        self.context = InputContext()
        self._metadata = list((workflow_metadata or {}).get("metadata", []))
        names = DEFAULT_RECORDERS if recorders is None else recorders
        found = [(name, MeasurementDataRecorderRegistry.get(name)) for name in names]
        self._recorders = [(name, kind(self.context)) for name, kind in found if kind is not None]
        self._active: list[MeasurementDataRecorder] = []
        self._phases: list[TestPhase] = []

    @property
    def recorders(self) -> list[MeasurementDataRecorder]:
        """The recorders."""
        return [recorder for _, recorder in self._recorders]

    @property
    def assets_root_path(self) -> str | None:
        """The folder of Isaac Sim's assets, None where there is none."""
        return assets_root()

    def set_phase(self, phase: str, start_recording_frametime: bool = True, start_recording_runtime: bool = True,
                  warmup_frames: int = 0) -> None:
        """Begin a phase and start its recorders."""
        self.context.phase = phase
        self.run_warmup(warmup_frames)
        self._active = [recorder for name, recorder in self._recorders
                        if (start_recording_frametime or name not in _FRAME_TIMES)
                        and (start_recording_runtime or name != "runtime")]
        for recorder in self._active:
            if hasattr(recorder, "start_collecting"):
                recorder.start_collecting()

    def store_measurements(self) -> None:
        """End the phase and keep its measurements."""
        for recorder in self._active:
            if hasattr(recorder, "stop_collecting"):
                recorder.stop_collecting()
        values = [value for recorder in self._active for value in recorder.get_data().measurements]
        self._phases.append(TestPhase(self.context.phase, values))
        self._active = []

    def store_custom_measurement(self, phase_name: str, custom_measurement: Measurement) -> None:
        """Add a measurement to a phase, a new one where there is none of that name."""
        phase = next((entry for entry in self._phases if entry.phase_name == phase_name), None)
        if phase is None:
            phase = TestPhase(phase_name)
            self._phases.append(phase)
        phase.measurements.append(custom_measurement)

    def run_warmup(self, n_frames: int) -> None:
        """Update the application ``n_frames`` times."""
        for _ in range(n_frames):
            get_app().update()

    def fully_load_stage(self, usd_path: str) -> None:
        """Open a stage as the current one."""
        from scenewright.host.stage_context import get_context

        get_context().open_stage(usd_path)

    def stop(self) -> None:
        """Print what was measured."""
        if not self.report:
            return
        lines = [f"Benchmark {self.benchmark_name}"]
        lines += [f"  {entry.get('name')}: {entry.get('data')}" for entry in self._metadata]
        for phase in self._phases:
            lines.append(f"Phase {phase.phase_name}")
            lines += [f"  {value.name}: {_text(value)}" for value in phase.measurements]
        print("\n".join(lines))


def _text(measurement: Measurement) -> str:
    value = getattr(measurement, "value", getattr(measurement, "bvalue", None))
    if isinstance(value, dict | list):
        return json.dumps(value)
    return f"{value} {getattr(measurement, 'unit', '')}".rstrip()
