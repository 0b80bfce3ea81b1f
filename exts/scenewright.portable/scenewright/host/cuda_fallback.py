"""Warp's "cuda" on machines without CUDA: scripts that ask for it compute in main memory, after one warning."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import warp as wp

__all__ = ["cuda_in_main_memory"]

_log = logging.getLogger(__name__)


class _Devices(dict):
    """Warp's devices by name, where "cuda" and "cuda:N" are the CPU too."""

    told = False

    def get(self, name: Any, default: Any = None) -> Any:
        if name in self or not isinstance(name, str) or name.partition(":")[0] != "cuda":
            return super().get(name, default)
        if not self.told:
            self.told = True
            _log.warning("The script asks Warp for device %r and there is no CUDA device here: it computes on the CPU.", name)
        return self["cpu"]


@contextmanager
def cuda_in_main_memory() -> Iterator[None]:
    """Let ``wp.array(..., device="cuda")`` and ``wp.launch(..., device="cuda:0")`` run on the CPU where there is no CUDA.

    ``wp.is_cuda_available()`` stays False. With a CUDA device, or a Warp whose table of devices is not where it was, nothing
    changes and Warp's own error appears.
    """
    if getattr(wp.config, "log_level", None) == logging.INFO:  # Warp's own default: it introduces itself on stdout
        wp.config.log_level = logging.WARNING
    runtime = getattr(wp.get_device("cpu"), "runtime", None)
    known = getattr(runtime, "device_map", None)
    if wp.get_cuda_device_count() or not isinstance(known, dict):
        yield
        return
    runtime.device_map = _Devices(known)
    try:
        yield
    finally:
        runtime.device_map = known
