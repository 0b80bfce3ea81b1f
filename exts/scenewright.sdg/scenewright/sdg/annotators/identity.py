"""One number for an object, whatever the frame, the annotator or the writer: a function of its path on the stage alone."""

import hashlib
from functools import lru_cache

__all__ = ["object_id"]

_BITS = 53  # what a number of JSON and a float64 hold exactly


@lru_cache(maxsize=1 << 16)
def object_id(path: str) -> int:
    """Return the id of the object at a prim path, 0..2**53 - 1.

    A native instance has the path of its root, a point instance that of its instancer with the index, ``/World/Points[3]``. The
    number is the beginning of BLAKE2b over the path: the same in every frame, process and run, whatever else is on the stage,
    as long as the path stays. Among 100,000 objects two share a number with a chance of one in two million.
    """
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest(), "big") >> (64 - _BITS)
