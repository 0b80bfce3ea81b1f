"""How much of everything one source may hold, so that no file can take all memory or time."""

from dataclasses import dataclass

__all__ = ["LIMITS", "Limits"]

_MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds on one source; beyond any of them it is refused."""

    file_bytes: int = 512 * _MIB
    """Size of one file, unpacked."""
    total_bytes: int = 1536 * _MIB
    """Size of all files that one asset reads, unpacked."""
    text_bytes: int = 192 * _MIB
    """Size of one text to be parsed: OBJ, MTL, JSON, a catalogue."""
    archive_members: int = 50_000
    expansion: int = 200
    """Largest ratio of unpacked to packed size of an archive's member larger than 1 MiB."""
    points: int = 4_000_000
    corners: int = 16_000_000
    parts: int = 20_000
    nodes: int = 100_000
    crate_entries: int = 8_000_000
    """Entries of one section of a USD crate: tokens, paths, fields, specs."""
    depth: int = 200
    """Nesting of nodes."""
    looks: int = 4_096
    images: int = 512
    image_pixels: int = 100_000_000
    seconds: float = 600.0
    """Time for one asset, thumbnail included."""
    memory_bytes: int = 12 << 30
    """Address space of the process that imports."""


LIMITS = Limits()
