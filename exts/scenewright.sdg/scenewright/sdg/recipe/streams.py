"""Counter-based random streams: every drawn value is a function of (seed, node, sequence, step, draw).

The key of a stream is a BLAKE2b hash of those parts, and the stream itself is numpy's Philox, so no stream depends on
how many others exist or in which order they were used. Only operations whose results numpy keeps stable over its
versions are built on (53-bit uniform doubles and the ziggurat normal), because both hosts must draw the same values.
"""

import hashlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, node: str, sequence: int, step: int, draw: int = 0) -> np.random.Generator:
    """Return the generator of one draw.

    Args:
        seed: Seed of the recipe, or of the node when it sets its own.
        node: Identity of the node: its block path.
        sequence: Sequence of the address; -1 for values drawn once before the first frame.
        step: Step at which the node fires; -1 for values drawn once before the first frame.
        draw: Number of the draw within the node and step, for rejected and repeated samples.
    """
    digest = hashlib.blake2b(digest_size=16, person=b"scenewright")
    for part in (str(seed), node, str(sequence), str(step), str(draw)):
        data = part.encode()
        digest.update(len(data).to_bytes(4, "little") + data)
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest.digest(), "little")))
