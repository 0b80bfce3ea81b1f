"""Worker processes of `generate`: each makes its share of the frames with its share of the cores."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

__all__ = ["core_count", "launch_workers"]

_PR_SET_PDEATHSIG = 1  # Linux, prctl(2): the signal that a process gets when its parent ends


def launch_workers(request: Any, root: Path, shares: list[list[int]], on_frame: Callable[[int], None]) -> None:
    """Make every share in a process of its own.

    Kernels are compiled here first, so that workers load them. Workers are spawned, never forked, and end with this process.

    Args:
        request: what `generate` was asked for.
        root: the dataset folder, open and locked.
        shares: frame indices of each worker.
        on_frame: called with the index of each committed frame.

    Raises:
        DatasetRunError: if a worker failed or was killed; the others are stopped, and committed frames are intact.
    """
    from scenewright.render import compile_kernels
    from scenewright.sdg.annotators import compile_kernels as compile_annotators

    compile_kernels(request.device)
    compile_annotators()
    context = multiprocessing.get_context("spawn")
    threads = max(1, core_count() // len(shares))
    processes: dict[Connection, Any] = {}
    try:
        for share in shares:
            receiver, sender = context.Pipe(duplex=False)
            arguments = (request, root, share, threads, sender, os.getpid())
            process = context.Process(target=_work, args=arguments, daemon=True)
            process.start()
            sender.close()
            processes[receiver] = process
        _follow(dict(processes), on_frame)
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.join()


def _follow(running: dict[Connection, Any], on_frame: Callable[[int], None]) -> None:
    from scenewright.sdg.dataset.errors import DatasetRunError

    while running:
        for channel in wait(list(running)):
            try:
                message = channel.recv()
            except EOFError:
                process = running.pop(channel)
                process.join()
                raise DatasetRunError(
                    f"A worker process ended unexpectedly ({_cause(process.exitcode)}). Every committed frame is intact. "
                    "Run the same command again to go on, with fewer workers if memory ran out."
                ) from None
            if isinstance(message, int):
                on_frame(message)
            elif message is None:
                running.pop(channel)
            else:
                raise DatasetRunError(message)


def _cause(code: int | None) -> str:
    return f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit status {code}"


def _work(request: Any, root: Path, share: list[int], threads: int, sender: Connection, parent: int) -> None:
    """Make one share; runs in the worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _end_with_parent(parent)
    os.environ["SCENEWRIGHT_THREADS"] = str(threads)
    try:
        from scenewright.cli.device_choice import choose_device
        from scenewright.host.activation import activate

        activate()
        choose_device(request.device)
        from scenewright.sdg.dataset.run import make_share

        make_share(request, root, share, sender.send)
    except Exception as error:
        sender.send(str(error) or type(error).__name__)
    else:
        sender.send(None)


def _end_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent ends, so that nothing writes to a dataset unobserved."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above
        os._exit(1)


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
