"""Launches a kernel over many elements: in one go on a GPU, in tiles from a thread pool on the CPU."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import warp as wp

__all__ = ["TileLauncher", "load_kernels"]

_LOADED: dict[str, set[str]] = {}
_LOAD_LOCK = Lock()


class TileLauncher:
    """Runs kernels whose last input is the index of the first element.

    A Warp CPU launch releases the GIL, so tiles run side by side. Each element is computed by itself: results do not
    depend on the number of threads.
    """

    def __init__(self, device: str, threads: int | None = None) -> None:
        """Take the device and the number of CPU threads (default: ``SCENEWRIGHT_THREADS``, else all cores)."""
        self.device = device
        self.threads = thread_count(threads) if wp.get_device(device).is_cpu else 1
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="tile") if self.threads > 1 else None

    def launch(self, kernel: wp.Kernel, count: int, inputs: Sequence, outputs: Sequence, tile: int = 8192,
               start: int = 0) -> None:
        """Run ``kernel(*inputs, first, *outputs)`` for ``count`` elements from ``start`` on.

        On the CPU they run in tiles of ``tile`` elements.
        """
        if count <= 0:
            return
        if self._pool is None or count <= tile:
            wp.launch(kernel, count, inputs=[*inputs, start], outputs=list(outputs), device=self.device)
            return
        load_kernels([kernel], self.device)  # once, before the threads ask for it

        def run(first: int) -> None:
            wp.launch(kernel, min(tile, count - first), inputs=[*inputs, start + first], outputs=list(outputs),
                      device=self.device)

        for _ in self._pool.map(run, range(0, count, tile)):
            pass

    def share(self, count: int, least: int) -> int:
        """Return a tile for ``count`` elements that take about as long each: sixteen tiles a thread, of ``least`` at least.

        A launch costs about 40 us; several a thread let all threads end at about the same time.
        """
        return max(least, -(-count // (16 * self.threads)))

    def close(self) -> None:
        """Stop the threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def load_kernels(kernels: Iterable[wp.Kernel], device: str) -> None:
    """Compile (or fetch from Warp's cache) and load the modules of kernels, side by side."""
    target = wp.get_device(device)
    block_dim = 1 if target.is_cpu else 256  # what a launch without a block size uses
    pending = {kernel.module.name for kernel in kernels} - _LOADED.get(str(target), set())
    if not pending:
        return
    with _LOAD_LOCK, ThreadPoolExecutor(len(pending)) as pool:
        for _ in pool.map(lambda name: wp.load_module(name, target, block_dim=block_dim), sorted(pending)):
            pass
        _LOADED.setdefault(str(target), set()).update(pending)


def thread_count(threads: int | None) -> int:
    """Return the number of CPU threads to use.

    Raises:
        ValueError: ``threads`` or ``SCENEWRIGHT_THREADS`` is not a positive whole number.
    """
    given = os.environ.get("SCENEWRIGHT_THREADS", "") if threads is None else str(threads)
    if not given:
        return os.cpu_count() or 1
    if not given.isdigit() or int(given) < 1:
        raise ValueError(f"The number of render threads must be a positive whole number, got {given!r}. "
                         "Set it by the argument threads or by SCENEWRIGHT_THREADS.")
    return int(given)
