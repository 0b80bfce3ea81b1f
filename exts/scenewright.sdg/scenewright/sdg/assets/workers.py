"""Imports in processes of their own: parallel, and a file that crashes or hangs a reader costs nothing but itself."""

import contextlib
import logging
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from pxr import Work

from scenewright.sdg.assets.errors import AssetError, PackWriteError
from scenewright.sdg.assets.importing import Imported, Thumbnailer, import_asset
from scenewright.sdg.assets.jobs import ImportChoices, Job
from scenewright.sdg.assets.limits import LIMITS
from scenewright.sdg.assets.memory import bound_process
from scenewright.sdg.assets.pack import Refusal

__all__ = ["import_or_refuse", "run_jobs"]

_log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1  # Linux, prctl(2): the signal that a process gets when its parent ends


_STARTING = 600.0
"""Seconds that a process may take to load its modules."""


@dataclass
class _Worker:
    process: Any
    channel: Connection
    deadline: float
    job: Job | None = None


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

    Raises:
        AssetError: Processes cannot be started.
        PackWriteError: The pack cannot be written.
    """
    threads = max(1, (os.cpu_count() or 1) // workers)
    crew = _Crew(jobs, (pack, choices, draw, threads, os.getpid()), seconds)
    try:
        for _ in range(workers):
            crew.hire()
        yield from crew.outcomes()
    finally:
        crew.dismiss()


class _Crew:
    """The processes at work; each says first that it is ready, then an outcome for each job it is given."""

    def __init__(self, jobs: Iterable[Job], arguments: tuple, seconds: float) -> None:
        self._waiting = deque(jobs)
        self._arguments = arguments
        self._seconds = seconds
        self._busy: dict[Connection, _Worker] = {}
        self._all: list[_Worker] = []

    def hire(self) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there, *self._arguments), daemon=True)
        process.start()
        there.close()
        self._busy[here] = worker = _Worker(process, here, time.monotonic() + _STARTING)
        self._all.append(worker)

    def dismiss(self) -> None:
        for worker in self._all:
            worker.process.terminate()
        for worker in self._all:
            worker.process.join()

    def outcomes(self) -> Iterator[tuple[Job, Imported | Refusal]]:
        while self._busy:
            for channel in wait(list(self._busy), timeout=1.0):
                yield from self._heard(self._busy[channel])
            for worker in [worker for worker in self._busy.values() if time.monotonic() > worker.deadline]:
                worker.process.kill()
                yield from self._lost(worker, f"it took longer than {self._seconds:g} s.")

    def _heard(self, worker: _Worker) -> Iterator[tuple[Job, Imported | Refusal]]:
        try:
            answer = worker.channel.recv()
        except (EOFError, OSError):
            worker.process.join()
            yield from self._lost(worker, _cause(worker))
            return
        if isinstance(answer, PackWriteError):
            raise answer
        if worker.job is not None:
            yield worker.job, answer
        if not self._waiting:
            del self._busy[worker.channel]
            return
        worker.job = self._waiting.popleft()
        worker.deadline = time.monotonic() + self._seconds
        with contextlib.suppress(BrokenPipeError):  # the end of the process is heard next
            worker.channel.send(worker.job)

    def _lost(self, worker: _Worker, reason: str) -> Iterator[tuple[Job, Imported | Refusal]]:
        del self._busy[worker.channel]
        if worker.job is None:
            raise AssetError("A process for importing could not be started. Use fewer --workers if memory ran out.")
        yield worker.job, Refusal(worker.job.source, reason)
        if self._waiting:
            self.hire()


def _cause(worker: _Worker) -> str:
    code = worker.process.exitcode
    how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit status {code}"
    return f"its reader ended unexpectedly ({how}): the file is damaged, or needs more memory than there is."


def _work(channel: Connection, pack: Path, choices: ImportChoices, draw: Thumbnailer | None, threads: int, parent: int) -> None:
    """Import what is sent until there is no more; runs in the worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _end_with_parent(parent)
    bound_process(LIMITS.memory_bytes)
    os.environ["SCENEWRIGHT_THREADS"] = str(threads)
    Work.SetConcurrencyLimit(threads)
    with contextlib.suppress(EOFError, BrokenPipeError):
        channel.send(None)
        while True:
            job = channel.recv()
            channel.send(_outcome(job, pack, choices, draw, threads))


def _outcome(*arguments: Any) -> Imported | Refusal | PackWriteError:
    try:
        return import_or_refuse(*arguments)
    except PackWriteError as error:
        return error


def import_or_refuse(job: Job, pack: Path, choices: ImportChoices, draw: Thumbnailer | None,
                     own_threads: int = 0) -> Imported | Refusal:
    """Return what comes of a job: an asset, or why there is none; ``own_threads`` as of `Source`.

    Raises:
        PackWriteError: The pack cannot be written.
    """
    try:
        return import_asset(job, pack, choices, draw, own_threads)
    except PackWriteError:
        raise
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
