"""The bounded queue between writers and storage: encoding and disk I/O overlap with the next frame.

The queue is bounded by entries (carb ``/omni/replicator/backend/queueSize``, 1000) and by the bytes that wait in it (carb
``/scenewright/io/maxQueuedBytes``, 64 MiB), so memory does not grow when the disk is slower than the renderer:
:func:`schedule` blocks until there is room. It is drained when the interpreter exits.
"""

import atexit
import errno
import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from scenewright.host.settings import get_settings

__all__ = ["IoQueue", "WriteError", "discard", "get_queue", "is_done_writing", "schedule", "undo_with", "wait_until_done",
           "whole_frame"]

_THREADS = 4
_ENTRIES = 1000
_MAX_BYTES = 64 * 2**20
_MIN_ENTRY_BYTES = 1024  # what a call without arrays is taken to hold

_REMEDIES = {
    errno.ENOSPC: "The disk is full: free some space or choose an output folder on another disk.",
    errno.EDQUOT: "The disk quota is used up: free some space or choose another output folder.",
    errno.EACCES: "Permission denied: choose an output folder that this user may write.",
    errno.EPERM: "Permission denied: choose an output folder that this user may write.",
    errno.EROFS: "The file system is read-only: choose another output folder.",
    errno.ENAMETOOLONG: "The file name is too long: shorten the render product's name or the output folder's path.",
}

_log = logging.getLogger(__name__)


class WriteError(OSError):
    """A scheduled write failed on an I/O thread.

    Attributes:
        path: The file that could not be written.
        failures: How many scheduled calls have failed since the last report.
    """

    def __init__(self, path: str | None, cause: BaseException, failures: int = 1) -> None:
        path = cause.filename if isinstance(cause, OSError) and isinstance(cause.filename, str) else path
        detail = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause) or type(cause).__name__
        message = f"Could not write {path or 'scheduled data'}: {detail}."
        number = getattr(cause, "errno", None)
        if number in _REMEDIES:
            message += f" {_REMEDIES[number]}"
        if failures > 1:
            message += f" ({failures - 1} more scheduled writes failed.)"
        super().__init__(message)
        self.errno = number
        self.path = path
        self.failures = failures


class _HeldFuture(Future):
    """The future of a call that is held back: to wait for it lets it go."""

    def __init__(self, release: Callable[[], None]) -> None:
        super().__init__()
        self._let_go = release

    def result(self, timeout: float | None = None) -> Any:
        """Return the call's result."""
        self._let_go()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return what the call raised, or None."""
        self._let_go()
        return super().exception(timeout)


@dataclass(eq=False)
class _Call:
    """A scheduled call. Calls of one frame have the same ``frame`` number."""

    future: Future
    size: int
    path: str | None
    fn: Callable[..., Any]
    args: tuple
    kwargs: dict[str, Any]
    frame: int


class IoQueue:
    """A bounded first-in-first-out queue of calls with a few daemon threads that run them.

    Args:
        threads: Threads that run the calls; they start with the first call.
        entries: Calls that may wait or run at the same time.
        max_bytes: Bytes of array, image and bytes arguments that may wait or run at the same time. A single larger call is
            admitted when the queue is empty.

    Raises:
        ValueError: An argument is below 1.
    """

    def __init__(self, threads: int = _THREADS, entries: int = _ENTRIES, max_bytes: int = _MAX_BYTES) -> None:
        for name, value in (("threads", threads), ("entries", entries), ("max_bytes", max_bytes)):
            if value < 1:
                raise ValueError(f"The I/O queue needs {name} >= 1, got {value}.")
        self._threads, self._entries, self._max_bytes = threads, entries, max_bytes
        self._calls: deque[_Call | None] = deque()
        self._frames = itertools.count(1)
        self._begun = 0  # frames up to this number are being written or written
        self._pending = 0  # calls that wait or run
        self._pending_bytes = 0
        self._failures: list[tuple[str | None, BaseException]] = []
        self._changed = threading.Condition()
        self._of_thread = threading.local()  # .held: what the thread holds back, None outside hold()
        self._workers: list[threading.Thread] = []

    def schedule(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
        """Run ``fn(*args, **kwargs)`` on an I/O thread; block while the queue is full.

        Arrays are not copied: the caller gives up the right to change them.

        Returns:
            The call's future. Its exception is reported by the queue as well, so it may be ignored.

        Raises:
            WriteError: An earlier call has failed; nothing was scheduled.
        """
        held = getattr(self._of_thread, "held", None)
        future = Future() if held is None else _HeldFuture(self._release)
        path = kwargs.get("path")
        size = _byte_count(args, kwargs)
        frame = next(self._frames) if held is None else self._of_thread.frame
        entry = _Call(future, size, None if path is None else str(path), fn, args, kwargs, frame)
        if threading.current_thread() in self._workers:  # a call that schedules calls must not wait for itself
            with self._changed:
                self._pending += 1
                self._pending_bytes += size
            self._run(entry)
            return future
        with self._changed:
            self._report()
        if held is None:
            self._enqueue(entry)
        else:
            held.append(entry)
        return future

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold back what this thread schedules until the block ends; drop it when the block raises.

        So what belongs together is written as a whole or not at all. Waiting inside the block, for one call or for all, lets
        go what was scheduled so far. What was written at once is taken back by what :meth:`undo_with` was given.
        """
        if getattr(self._of_thread, "held", None) is not None:
            yield
            return
        self._of_thread.held, self._of_thread.frame, self._of_thread.undo = [], next(self._frames), []
        try:
            yield
            self._release()
        except BaseException:
            for undo in reversed(self._of_thread.undo):
                undo()
            raise
        finally:
            for entry in self._of_thread.held:
                entry.future.cancel()
            self._of_thread.held = None

    def undo_with(self, undo: Callable[[], Any]) -> None:
        """Call ``undo`` if the block of this thread's :meth:`hold` raises; nothing outside such a block."""
        if getattr(self._of_thread, "held", None) is not None:
            self._of_thread.undo.append(undo)

    def _release(self) -> None:
        """Queue what this thread holds back."""
        while held := getattr(self._of_thread, "held", None):
            self._enqueue(held.pop(0))

    def _enqueue(self, entry: _Call) -> None:
        size = entry.size
        with self._changed:
            while self._pending and (self._pending >= self._entries or self._pending_bytes + size > self._max_bytes):
                self._changed.wait()
            self._calls.append(entry)
            self._pending += 1
            self._pending_bytes += size
            if len(self._workers) < min(self._threads, self._pending):
                self._start_worker()
            self._changed.notify_all()

    def wait_until_done(self) -> None:
        """Block until every scheduled call has run.

        Raises:
            WriteError: Some call has failed since the last report. The queue is usable afterwards.
        """
        if threading.current_thread() in self._workers:
            return
        self._release()
        with self._changed:
            while self._pending:
                self._changed.wait()
            self._report()

    def discard(self) -> int:
        """Drop the waiting calls of frames of which nothing is written yet; return how many.

        What belongs to a frame that has begun is still written: no frame stays in part.
        """
        with self._changed:
            dropped = [entry for entry in self._calls if entry is not None and entry.frame > self._begun]
            for entry in dropped:
                self._calls.remove(entry)
                entry.future.cancel()
                self._pending -= 1
                self._pending_bytes -= entry.size
            self._changed.notify_all()
        return len(dropped)

    def is_done_writing(self) -> bool:
        """Return whether nothing waits and nothing runs."""
        with self._changed:
            return self._pending == 0 and not getattr(self._of_thread, "held", None)

    def pending_bytes(self) -> int:
        """Return the bytes that wait in the queue or are being written."""
        with self._changed:
            return self._pending_bytes

    def close(self) -> None:
        """Run what is scheduled, then end the threads. A failure is logged, not raised."""
        try:
            self.wait_until_done()
        except WriteError as error:
            _log.error("%s", error)
        with self._changed:
            workers, self._workers = self._workers, []
            self._calls.extend([None] * len(workers))
            self._changed.notify_all()
        for worker in workers:
            worker.join()

    def _report(self) -> None:
        if self._failures:
            failures, self._failures = self._failures, []
            path, cause = failures[0]
            raise WriteError(path, cause, len(failures)) from cause

    def _start_worker(self) -> None:
        worker = threading.Thread(target=self._work, name=f"scenewright-io-{len(self._workers)}", daemon=True)
        self._workers.append(worker)
        worker.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._calls:
                    self._changed.wait()
                entry = self._calls.popleft()
                if entry is None:
                    return
                self._begun = max(self._begun, entry.frame)
            self._run(entry)
            del entry  # a worker that waits for its next call holds no image

    def _run(self, entry: _Call) -> None:
        failure: BaseException | None = None
        try:
            entry.future.set_result(entry.fn(*entry.args, **entry.kwargs))
        except BaseException as error:
            failure = error
            entry.future.set_exception(error)
        with self._changed:
            if failure is not None:
                self._failures.append((entry.path, failure))
            self._pending -= 1
            self._pending_bytes -= entry.size
            self._changed.notify_all()


def _byte_count(args: tuple, kwargs: dict[str, Any]) -> int:
    total = _MIN_ENTRY_BYTES
    for value in (*args, *kwargs.values()):
        if isinstance(value, np.ndarray):
            total += value.nbytes
        elif isinstance(value, (bytes, bytearray, memoryview)):
            total += len(value)
        elif isinstance(value, Image.Image):
            total += value.width * value.height * len(value.getbands())
        elif hasattr(value, "capacity"):  # warp arrays
            total += int(value.capacity)
    return total


_queue: IoQueue | None = None
_queue_lock = threading.Lock()


def get_queue() -> IoQueue:
    """Return the process-wide queue, made with the carb settings of the first call."""
    global _queue
    with _queue_lock:
        if _queue is None:
            settings = get_settings()
            _queue = IoQueue(
                threads=settings.get_as_int("/omni/replicator/backend/writeThreads") or _THREADS,
                entries=settings.get_as_int("/omni/replicator/backend/queueSize") or _ENTRIES,
                max_bytes=settings.get_as_int("/scenewright/io/maxQueuedBytes") or _MAX_BYTES)
            atexit.register(_queue.close)
        return _queue


def schedule(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
    """Run ``fn`` on an I/O thread of the process-wide queue; see :meth:`IoQueue.schedule`."""
    return get_queue().schedule(fn, *args, **kwargs)


def whole_frame() -> AbstractContextManager[None]:
    """Hold back what the block schedules until it ends, and drop it when the block raises; see :meth:`IoQueue.hold`."""
    return get_queue().hold()


def undo_with(undo: Callable[[], Any]) -> None:
    """Call ``undo`` if this thread's block of :func:`whole_frame` raises; see :meth:`IoQueue.undo_with`."""
    if _queue is not None:
        _queue.undo_with(undo)


def wait_until_done() -> None:
    """Block until every scheduled write has finished; see :meth:`IoQueue.wait_until_done`."""
    if _queue is not None:
        _queue.wait_until_done()


def discard() -> int:
    """Drop what waits to be written, whole frames at a time; see :meth:`IoQueue.discard`."""
    return 0 if _queue is None else _queue.discard()


def is_done_writing() -> bool:
    """Return whether nothing is waiting or being written."""
    return _queue is None or _queue.is_done_writing()
