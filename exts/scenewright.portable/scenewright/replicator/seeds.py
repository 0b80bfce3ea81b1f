"""Seeds and counter-based streams: a random number depends on its key alone, never on what was drawn before it."""

import hashlib
import struct
from typing import Any

import numpy as np

__all__ = ["get_global_seed", "seed_epoch", "set_global_seed", "stream"]

_global_seed = 0
_epoch = 0


def set_global_seed(seed: int) -> None:
    """Set the seed that everything without a seed of its own derives from.

    The streams of the graph take it up when they start: with the first step, run or preview after a stop.

    Args:
        seed: Any integer.

    Raises:
        TypeError: ``seed`` is not an integer.
    """
    global _global_seed, _epoch
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"set_global_seed expects an integer, got {seed!r} ({type(seed).__name__}).")
    _global_seed = int(seed)
    _epoch += 1


def get_global_seed() -> int:
    """Return the seed of this process, 0 when none was set."""
    return _global_seed


def seed_epoch() -> int:
    """Return how often the seed was set: what counts instances since then starts anew when this changes."""
    return _epoch


def stream(*key: Any) -> np.random.Generator:
    """Return the generator that belongs to ``key``: equal keys give equal numbers, on every machine.

    The generator is Philox 4x64 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), keyed by the
    128-bit BLAKE2b hash of the key's parts.

    Args:
        key: Integers, strings, floats, booleans and None, in any number.

    Raises:
        TypeError: A part has another type.
    """
    digest = hashlib.blake2b(digest_size=16, person=b"scenewright.key")
    for part in key:
        digest.update(_encoded(part))
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest.digest(), dtype="<u8")))


def _encoded(part: Any) -> bytes:
    """Encode one part with its type and length, so that no two keys share an encoding."""
    if part is None:
        kind, body = b"n", b""
    elif isinstance(part, bool | np.bool_):
        kind, body = b"b", b"\1" if part else b"\0"
    elif isinstance(part, int | np.integer):
        kind, body = b"i", str(int(part)).encode()
    elif isinstance(part, float | np.floating):
        kind, body = b"f", struct.pack("<d", float(part))
    elif isinstance(part, str):
        kind, body = b"s", part.encode()
    else:
        raise TypeError(f"A stream key holds int, float, str, bool or None, got {part!r} ({type(part).__name__}).")
    return kind + struct.pack("<I", len(body)) + body
