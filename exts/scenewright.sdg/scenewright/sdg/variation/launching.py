"""Launching kernels over a range that threads share: a CPU launch uses one core and lets go of the interpreter lock."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import warp as wp

from scenewright.sdg.variation.errors import VariationError

__all__ = ["launch_ranges", "on_device", "thread_count"]


def thread_count() -> int:
    """Return how many CPU threads kernels may use: ``SCENEWRIGHT_THREADS``, else the cores of this process.

    Raises:
        VariationError: The variable is no positive integer.
    """
    given = os.environ.get("SCENEWRIGHT_THREADS", "")
    if not given:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not given.isdigit() or int(given) < 1:
        raise VariationError(f"SCENEWRIGHT_THREADS is '{given}'. Give a positive whole number, or unset it.")
    return int(given)


def on_device(device: str | None) -> str:
    """Return a Warp device name; None is the CPU, so that results are the same wherever a recipe runs.

    Raises:
        VariationError: There is no such device.
    """
    name = device or "cpu"
    try:
        return str(wp.get_device(name))
    except (ValueError, RuntimeError, AttributeError) as error:
        known = ", ".join(str(known) for known in wp.get_devices())
        raise VariationError(f"there is no device '{name}'. Devices here: {known}.") from error


_LOADED: set[wp.Kernel] = set()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="variation")


def launch_ranges(kernel: wp.Kernel, count: int, inputs: Sequence[Any], device: str, smallest: int = 256) -> None:
    """Launch a kernel whose first argument is the first of its items; on a CPU, threads take a range each.

    Args:
        kernel: A kernel ``(first, ...)`` that works on item ``first + wp.tid()`` and writes that item's outputs only, so that
            the number of threads changes nothing.
        count: Number of items.
        inputs: What follows ``first``.
        device: Where to run; see `on_device`.
        smallest: Items that are worth a thread.
    """
    if count <= 0:
        return
    threads = 1 if device != "cpu" else min(thread_count(), max(count // max(smallest, 1), 1))
    if threads == 1:
        wp.launch(kernel, dim=count, inputs=[0, *inputs], device=device)
        return
    parts = threads * 4 if count >= threads * 4 * smallest else threads
    edges = [count * part // parts for part in range(parts + 1)]

    def run(part: int) -> None:
        first, size = edges[part], edges[part + 1] - edges[part]
        wp.launch(kernel, dim=size, inputs=[first, *inputs], device=device)

    done = 0
    if kernel not in _LOADED:  # threads must not compile it at the same time
        run(0)
        done = 1
        _LOADED.add(kernel)
    list(_pool(threads).map(run, range(done, parts)))
