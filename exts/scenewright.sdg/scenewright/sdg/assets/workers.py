"""Imports in processes of their own: parallel, and a file that crashes or hangs a reader costs nothing but itself."""

import contextlib
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.importing import Imported, Thumbnailer, import_asset
from scenewright.sdg.assets.jobs import ImportChoices, Job
from scenewright.sdg.assets.limits import LIMITS
from scenewright.sdg.assets.pack import Refusal

__all__ = ["run_jobs"]

_log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1  # Linux, prctl(2): the signal that a process gets when its parent ends


@dataclass
class _Worker:
    process: Any
    channel: Connection
    job: Job | None = None
    deadline: float = 0.0


def run_jobs(jobs: Iterable[Job], pack: Path, choices: ImportChoices, draw: Thumbnailer | None, workers: int,
             seconds: float = LIMITS.seconds) -> Iterator[tuple[Job, Imported | Refusal]]:
    """Import models in ``workers`` processes; yields each as it is done.

    A process that ends or takes longer than ``seconds`` for one model is replaced, and the model refused.

    Args:
        jobs: What to import.
        pack: The pack's folder.
        choices: How.
        draw: A function of a module, since it is sent to the processes; None draws no thumbnails.
        workers: At least 1.
        seconds: For one model.
    """
    context = multiprocessing.get_context("spawn")
    waiting = iter(list(jobs))
    crew: list[_Worker] = []

    def hired() -> _Worker:
        here, there = context.Pipe()
        threads = max(1, (os.cpu_count() or 1) // workers)
        process = context.Process(target=_work, args=(there, pack, choices, draw, threads, os.getpid()), daemon=True)
        process.start()
        there.close()
        return _Worker(process, here)

    def given(worker: _Worker) -> bool:
        worker.job = next(waiting, None)
        if worker.job is None:
            return False
        worker.deadline = time.monotonic() + seconds
        worker.channel.send(worker.job)
        return True

    try:
        for _ in range(workers):
            worker = hired()
            crew.append(worker)
            if not given(worker):
                break
        busy = {worker.channel: worker for worker in crew if worker.job is not None}
        while busy:
            for channel in wait(list(busy), timeout=1.0):
                worker = busy.pop(channel)
                job, answer = worker.job, _answer(worker)
                yield job, answer if answer is not None else Refusal(job.source, _cause(worker))
                if answer is None:
                    crew.remove(worker)
                    worker = hired()
                    crew.append(worker)
                if given(worker):
                    busy[worker.channel] = worker
            for worker in [worker for worker in busy.values() if time.monotonic() > worker.deadline]:
                del busy[worker.channel]
                worker.process.kill()
                yield worker.job, Refusal(worker.job.source, f"it took longer than {seconds:g} s.")
                crew.remove(worker)
                crew.append(worker := hired())
                if given(worker):
                    busy[worker.channel] = worker
    finally:
        for worker in crew:
            worker.process.terminate()
        for worker in crew:
            worker.process.join()


def _answer(worker: _Worker) -> Imported | Refusal | None:
    """Return what a worker says, None if it has ended instead."""
    try:
        return worker.channel.recv()
    except (EOFError, OSError):
        worker.process.join()
        return None


def _cause(worker: _Worker) -> str:
    code = worker.process.exitcode
    how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit status {code}"
    return f"its reader ended unexpectedly ({how}): the file is damaged, or needs more memory than there is."


def _work(channel: Connection, pack: Path, choices: ImportChoices, draw: Thumbnailer | None, threads: int, parent: int) -> None:
    """Import what is sent until there is no more; runs in the worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _end_with_parent(parent)
    _limit_memory()
    os.environ["SCENEWRIGHT_THREADS"] = str(threads)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            job = channel.recv()
            channel.send(import_or_refuse(job, pack, choices, draw))


def import_or_refuse(job: Job, pack: Path, choices: ImportChoices, draw: Thumbnailer | None) -> Imported | Refusal:
    """Return what comes of a job: an asset, or why there is none."""
    try:
        return import_asset(job, pack, choices, draw)
    except AssetError as error:
        return Refusal(job.source, str(error))
    except MemoryError:
        return Refusal(job.source, "it needs more memory than one asset may take.")
    except RecursionError:
        return Refusal(job.source, "it is nested too deep.")
    except Exception as error:  # whatever a damaged file does to a reader, the others are still to be imported
        _log.debug("%s", job.source, exc_info=True)
        return Refusal(job.source, f"its reader failed ({type(error).__name__}: {str(error)[:160]}).")


def _end_with_parent(parent: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above
        os._exit(1)


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = LIMITS.memory_bytes if hard == resource.RLIM_INFINITY else min(LIMITS.memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
