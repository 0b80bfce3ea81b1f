"""``isaacsim.benchmark.services.datarecorders``: what is measured in a phase."""

import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from isaacsim.benchmark.services.metrics.measurements import Measurement, MetadataBase, SingleMeasurement

from scenewright.host.app import get_app

__all__ = ["AppFrametimeRecorder", "HardwareSpecRecorder", "InputContext", "MeasurementData", "MeasurementDataRecorder",
           "MeasurementDataRecorderRegistry", "MemoryRecorder", "RuntimeRecorder"]


@dataclass
class MeasurementData:
    """What a recorder gives."""

    measurements: Sequence[Measurement] = field(default_factory=list)
    metadata: Sequence[MetadataBase] = field(default_factory=list)
    artefacts: Sequence[tuple[Path, str]] = field(default_factory=list)


@dataclass
class InputContext:
    """What recorders may know about the run."""

    artifact_prefix: str = ""
    kit_version: str = ""
    phase: str = ""


class MeasurementDataRecorder:
    """Base of recorders; ``start_collecting`` and ``stop_collecting`` are optional."""

    def __init__(self, context: InputContext | None = None, root_dir: Path | None = None) -> None:
        self.context = context

    def get_data(self) -> MeasurementData:
        """Return what was collected."""
        return MeasurementData()


class MeasurementDataRecorderRegistry:
    """Recorders by name."""

    name_to_class: ClassVar[dict[str, type[MeasurementDataRecorder]]] = {}

    @classmethod
    def add(cls, name: str, recorder: type[MeasurementDataRecorder]) -> None:
        """Register a recorder."""
        cls.name_to_class[name] = recorder

    @classmethod
    def get(cls, name: str) -> type[MeasurementDataRecorder] | None:
        """Return a recorder, None where there is none of that name."""
        return cls.name_to_class.get(name)

    @classmethod
    def get_many(cls, names: list[str]) -> list[type[MeasurementDataRecorder]]:
        """Return the recorders that exist."""
        return [cls.name_to_class[name] for name in names if name in cls.name_to_class]

    @classmethod
    def register(cls, name: str) -> Callable[[type[MeasurementDataRecorder]], type[MeasurementDataRecorder]]:
        """Return a decorator that registers a recorder."""
        def decorate(recorder: type[MeasurementDataRecorder]) -> type[MeasurementDataRecorder]:
            cls.add(name, recorder)
            return recorder
        return decorate


@MeasurementDataRecorderRegistry.register("runtime")
class RuntimeRecorder(MeasurementDataRecorder):
    """Wall time of the phase."""

    _begin = _end = 0.0

    def start_collecting(self) -> None:
        """Begin."""
        self._begin = self._end = time.perf_counter()

    def stop_collecting(self) -> None:
        """End."""
        self._end = time.perf_counter()

    def get_data(self) -> MeasurementData:
        """Return the time."""
        return MeasurementData([SingleMeasurement("Runtime", round((self._end - self._begin) * 1000.0, 2), "ms")])


@MeasurementDataRecorderRegistry.register("app_frametime")
class AppFrametimeRecorder(MeasurementDataRecorder):
    """Time from one application update to the next."""

    def __init__(self, context: InputContext | None = None, root_dir: Path | None = None) -> None:
        super().__init__(context, root_dir)
        self._moments: list[float] = []

    def start_collecting(self) -> None:
        """Begin."""
        self._moments = []
        get_app().add_update_hook(self._note)

    def stop_collecting(self) -> None:
        """End."""
        get_app().remove_update_hook(self._note)

    def get_data(self) -> MeasurementData:
        """Return mean, least and greatest; nothing with fewer than two updates."""
        times = [1000.0 * (b - a) for a, b in zip(self._moments, self._moments[1:], strict=False)]
        if not times:
            return MeasurementData()
        figures = {"Mean": sum(times) / len(times), "Min": min(times), "Max": max(times)}
        return MeasurementData([SingleMeasurement(f"{name} App Frametime", round(value, 2), "ms")
                                for name, value in figures.items()])

    def _note(self) -> None:
        self._moments.append(time.perf_counter())


@MeasurementDataRecorderRegistry.register("memory")
class MemoryRecorder(MeasurementDataRecorder):
    """Greatest resident memory of the process so far."""

    def get_data(self) -> MeasurementData:
        """Return the memory; nothing where the system does not tell."""
        try:
            import resource
        except ImportError:
            return MeasurementData()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return MeasurementData([SingleMeasurement("System Memory Peak RSS", round(peak / 2**30, 3), "GB")])


@MeasurementDataRecorderRegistry.register("hardware")
class HardwareSpecRecorder(MeasurementDataRecorder):
    """The machine."""

    def get_data(self) -> MeasurementData:
        """Return the processor and its cores."""
        return MeasurementData([SingleMeasurement("num_cpus", os.cpu_count() or 0, ""),
                                SingleMeasurement("cpu_name", platform.processor() or platform.machine(), "")])
