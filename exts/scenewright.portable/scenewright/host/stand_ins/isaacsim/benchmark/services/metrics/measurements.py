"""``isaacsim.benchmark.services.metrics.measurements``: records of what was measured."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["BooleanMeasurement", "DictMeasurement", "DictMetadata", "FloatMetadata", "IntMetadata", "ListMeasurement",
           "Measurement", "MetadataBase", "SingleMeasurement", "StringMetadata", "TestPhase"]


@dataclass
class Measurement:
    """A named measurement."""

    name: str


@dataclass
class SingleMeasurement(Measurement):
    """One value with its unit."""

    value: float | int | str
    unit: str
    type: str = "single"


@dataclass
class BooleanMeasurement(Measurement):
    """Yes or no."""

    bvalue: bool
    type: str = "boolean"


@dataclass
class DictMeasurement(Measurement):
    """Several values by name."""

    value: dict[str, Any]
    type: str = "dict"


@dataclass
class ListMeasurement(Measurement):
    """A series."""

    value: list[Any]
    type: str = "list"


@dataclass
class MetadataBase:
    """A named fact about a run."""

    name: str


@dataclass
class StringMetadata(MetadataBase):
    """Text."""

    data: str
    type: str = "string"


@dataclass
class IntMetadata(MetadataBase):
    """A whole number."""

    data: int
    type: str = "int"


@dataclass
class FloatMetadata(MetadataBase):
    """A number."""

    data: float
    type: str = "float"


@dataclass
class DictMetadata(MetadataBase):
    """Several facts by name."""

    data: dict[str, Any]
    type: str = "dict"


@dataclass
class TestPhase:
    """What was measured in one phase."""

    phase_name: str
    measurements: list[Measurement] = field(default_factory=list)
    metadata: list[MetadataBase] = field(default_factory=list)
