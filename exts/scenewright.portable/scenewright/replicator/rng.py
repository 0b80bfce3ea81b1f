"""``rep.rng``: numpy generators for scripts that draw their own values."""

import itertools
from typing import ClassVar

import numpy as np

from scenewright.replicator.seeds import get_global_seed, seed_epoch, stream

__all__ = ["ReplicatorRNG"]


class ReplicatorRNG:
    """A numpy generator with a seed of its own, or one derived from the global seed.

    Without a seed the generator depends on `rep.set_global_seed` and on how many such generators were made since the seed
    was set, so a script that runs again draws the same numbers.

    Attributes:
        generator: The `numpy.random.Generator`; with a seed it is ``numpy.random.default_rng(seed)``.

    Example::

        rng = rep.rng.ReplicatorRNG(seed=42)
        positions = rng.generator.uniform(-1.0, 1.0, size=(10, 3))
    """

    _epoch: ClassVar[int] = -1
    _unseeded: ClassVar[itertools.count] = itertools.count()

    def __init__(self, seed: int | None = None) -> None:
        """Start a stream.

        Args:
            seed: Seed of its own; None derives one from the global seed.

        Raises:
            TypeError: The seed is not a whole number.
            ValueError: The seed is negative.
        """
        if seed is None:
            self.generator = self._derived()
            return
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise TypeError(f"ReplicatorRNG(seed={seed!r}); give a whole number or None")
        if seed < 0:
            raise ValueError(f"ReplicatorRNG(seed={seed}); give 0 or more, or None for a stream of the global seed")
        self.generator = np.random.default_rng(int(seed))

    @classmethod
    def _derived(cls) -> np.random.Generator:
        if cls._epoch != seed_epoch():
            cls._epoch, cls._unseeded = seed_epoch(), itertools.count()
        return stream("ReplicatorRNG", get_global_seed(), next(cls._unseeded))
