"""The backend that writers of a dataset write through: atomic files, hashes, and a commit once a frame is complete.

Encoding and disk I/O run on threads while the next frame is being rendered. A frame is committed (handed to ``on_commit``)
when it has been sealed and its last file has landed. No more than ``in_flight`` frames wait at any time, so memory does not
depend on the length of the run. The threads are the dataset's own: a frame's last write must be known on every host.
"""

import inspect
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import omni.replicator.core as rep

from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.files import FileRecord, contained_path, hash_file, write_file_atomic

__all__ = ["DatasetBackend", "FrameFiles", "WriterBackend"]


@dataclass
class FrameFiles:
    """What was written for one frame, or for none (``frame`` is None: files that belong to the whole dataset).

    Attributes:
        frame: index of the frame.
        files: hash and size by path relative to the dataset folder.
        notes: what writers noted.
        extra: whatever the runner wants back at the commit.
        seconds: time that threads took to encode and write its files [s].
    """

    frame: int | None
    files: dict[str, FileRecord] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    extra: Any = None
    seconds: float = 0.0
    pending: int = 0
    sealed: bool = False
    failed: bool = False


class DatasetBackend:
    """Keeps account of the files of all writers of a dataset.

    Args:
        root: the dataset folder.
        on_commit: called with a complete frame, from an I/O thread or from `seal`, one frame at a time.
        common_names: base names of files that belong to no frame even when they are written during one.
        in_flight: how many frames may wait for their files before `begin` blocks.
        threads: threads that encode and write.
    """

    def __init__(
        self,
        root: str | os.PathLike,
        on_commit: Callable[[FrameFiles], None],
        common_names: tuple[str, ...] = ("metadata.txt",),
        in_flight: int = 4,
        threads: int = 4,
    ):
        self.root = os.path.abspath(root)
        self.common = FrameFiles(None, sealed=True)
        self.common_names = common_names
        self.in_flight = in_flight
        self._on_commit = on_commit
        self._current = self.common
        self._waiting = 0
        self._error: Exception | None = None
        self._held: list[tuple[FrameFiles, Callable[[], Any], Future]] | None = []
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dataset-io")
        self._changed = threading.Condition()
        self._committing = threading.Lock()

    def begin(self, frame: int) -> None:
        """Start a frame: what is scheduled from here on belongs to it.

        Raises:
            DatasetRunError: if a file of an earlier frame could not be written.
        """
        with self._changed:
            self._changed.wait_for(self._may_begin)
            self._raise_error()
            self._current = FrameFiles(frame)
            self._waiting += 1

    def seal(self, extra: Any = None) -> None:
        """End the present frame: it is committed as soon as its last file has landed."""
        with self._changed:
            frame, self._current = self._current, self.common
            frame.extra, frame.sealed = extra, True
            if self._held is not None:  # a frame without files waits for `open` too
                frame.pending += 1
                self._held.append((frame, lambda: None, Future()))
            complete = frame.pending == 0
        if complete:
            self._commit(frame)

    def note(self, name: str, value: Any) -> None:
        """Keep a remark of a writer about the present frame; the ledger lists it."""
        self._current.notes[name] = value

    def drain(self) -> None:
        """Wait until every sealed frame is committed and every common file is written.

        Raises:
            DatasetRunError: if one of them could not be written.
        """
        with self._changed:
            self._changed.wait_for(lambda: (self._waiting == 0 and self.common.pending == 0) or self._error is not None)
            self._raise_error()

    def owner_of(self, path: str) -> FrameFiles:
        """Return what a file that is scheduled now will belong to."""
        return self.common if os.path.basename(path) in self.common_names else self._current

    def submit(self, task: Callable[[], Any]) -> Future:
        """Run ``task``, which writes a file, on an I/O thread; before `open` it waits for that.

        The present frame is not committed before ``task`` is done. Errors come up in the main thread, at the next `begin` or
        `drain`.
        """
        with self._changed:
            owner = self._current
            owner.pending += 1
            if self._held is not None:
                future: Future = Future()
                self._held.append((owner, task, future))
                return future
        return self._threads.submit(self._run, owner, task)

    def open(self) -> None:
        """Let writes through; until then nothing touches the disk."""
        with self._changed:
            held, self._held = self._held or [], None
        # What belongs to no frame comes first: the ledger names it with the first frame, and a writer may write on attaching.
        for owner, task, future in sorted(held, key=lambda item: item[0].frame is not None):
            if owner.frame is not None:
                self._wait_for_common()
            self._threads.submit(self._run, owner, task).add_done_callback(lambda _, done=future: done.set_result(None))

    def close(self) -> None:
        """Stop the threads once everything that was submitted is done; frames that are complete by then are committed.

        What still waits for `open` is given up: nobody waits for it any longer.
        """
        with self._changed:
            held, self._held = self._held or [], None
        for _, _, future in held:
            future.cancel()
        self._threads.shutdown(wait=True)

    def _run(self, owner: FrameFiles, task: Callable[[], Any]) -> None:
        error: Exception | None = None
        begun = time.perf_counter()
        try:
            task()
        except Exception as caught:  # raised again in the main thread by begin or drain
            error = caught
        with self._changed:
            owner.seconds += time.perf_counter() - begun
            owner.pending -= 1
            owner.failed |= error is not None
            self._error = self._error or error
            complete = owner.sealed and owner.pending == 0 and owner.frame is not None
            self._changed.notify_all()
        if complete:
            self._commit(owner)

    def store(self, owner: FrameFiles, relative: str, data: bytes) -> None:
        """Write a file and record its hash.

        Raises:
            DatasetInputError: if the path leaves the dataset folder, or another writer of this frame has taken it.
            OSError: if the disk refuses.
        """
        target = contained_path(self.root, relative)
        name = self._claim(owner, target, FileRecord.of_bytes(data))
        try:
            write_file_atomic(target, data)
        except OSError as error:
            owner.files.pop(name, None)
            error.filename = relative  # a full disk names no file, a refused one the temporary name
            raise

    def adopt(self, owner: FrameFiles, relative: str) -> None:
        """Record a file that someone else has written."""
        target = contained_path(self.root, relative)
        self._claim(owner, target, hash_file(target))

    def _claim(self, owner: FrameFiles, target: str, record: FileRecord) -> str:
        name = os.path.relpath(target, os.path.realpath(self.root)).replace(os.sep, "/")
        with self._changed:
            if owner.files.setdefault(name, record) != record:
                raise DatasetInputError(f"Two writers write '{name}' of frame {owner.frame}. Give one another output_dir.")
        return name

    def _commit(self, frame: FrameFiles) -> None:
        error: Exception | None = None
        try:
            with self._committing:
                if not frame.failed:
                    self._on_commit(frame)
        except Exception as caught:  # raised again in the main thread by begin or drain
            error = caught
        with self._changed:
            self._waiting -= 1
            self._error = self._error or error
            self._changed.notify_all()

    def _wait_for_common(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.common.pending == 0 or self._error is not None)

    def _may_begin(self) -> bool:
        settled = self.common.pending == 0 or self._held is not None  # what is held is written before any frame is
        return self._error is not None or (self._waiting < self.in_flight and settled)

    def _raise_error(self) -> None:
        error = self._error
        if error is None:
            return
        if isinstance(error, OSError):
            reason = f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}."
            remedy = "Free space or mend the folder, then run the same command again to go on."
        else:
            reason, remedy = f"{type(error).__name__}: {error}", "Mend the cause, then run the same command again to go on."
        raise DatasetRunError(f"Cannot write to {self.root}: {reason} Every committed frame is intact. {remedy}") from error


class WriterBackend(rep.backends.BaseBackend):
    """The backend of one writer: a folder of the dataset.

    Args:
        dataset: takes account of the files.
        folder: folder of this writer relative to the dataset, "" for the dataset folder itself.
    """

    def __init__(self, dataset: DatasetBackend, folder: str = ""):
        super().__init__()
        self.dataset = dataset
        self.folder = folder

    @property
    def output_dir(self) -> str:
        """Absolute path of the writer's folder."""
        return os.path.join(self.dataset.root, self.folder) if self.folder else self.dataset.root

    def initialize(self, **kwargs: Any) -> None:
        """Do nothing: the dataset chooses the folder."""

    def resolve_path(self, path: str | os.PathLike) -> str:
        """Return the absolute path of ``path``.

        Raises:
            DatasetInputError: if it leaves the dataset folder.
        """
        return contained_path(self.dataset.root, self._relative(path))

    def schedule(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
        """Run ``fn`` on an I/O thread of the dataset; its ``path`` is relative to the writer's folder.

        A function with a ``backend_instance`` parameter, such as ``rep.functional.write_image``, hands its bytes back to the
        backend. Any other one gets the absolute path and writes the file itself.
        """
        owner = self.dataset.owner_of(str(kwargs.get("path", "")))
        if _takes_backend(fn):
            kwargs["backend_instance"] = _Sink(self, owner)
            return self.dataset.submit(partial(fn, *args, **kwargs))
        return self.dataset.submit(partial(self._run_plain, owner, fn, args, kwargs))

    def write_blob(self, path: str, data: bytes) -> None:
        """Write ``data`` at once."""
        self.dataset.store(self.dataset.owner_of(path), self._relative(path), bytes(data))

    def read_blob(self, path: str) -> bytes:
        """Return what has been written to ``path``."""
        with open(self.resolve_path(path), "rb") as file:
            return file.read()

    def note(self, name: str, value: Any) -> None:
        """Keep a remark about the present frame in the ledger."""
        self.dataset.note(name, value)

    def _relative(self, path: str | os.PathLike) -> str:
        return os.path.normpath(os.path.join(self.folder, os.fspath(path)))

    def _run_plain(self, owner: FrameFiles, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> None:
        path = kwargs.get("path")
        if path is None:
            fn(*args, **kwargs)
            return
        target = self.resolve_path(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        fn(*args, **{**kwargs, "path": target})
        if os.path.isfile(target):
            self.dataset.adopt(owner, self._relative(path))


class _Sink(rep.backends.BaseBackend):
    """What a write function of one frame hands its bytes to, from whichever thread."""

    def __init__(self, backend: WriterBackend, owner: FrameFiles):
        super().__init__()
        self.backend, self.owner = backend, owner

    def write_blob(self, path: str, data: bytes) -> None:
        self.backend.dataset.store(self.owner, self.backend._relative(path), bytes(data))

    def resolve_path(self, path: str | os.PathLike) -> str:
        return self.backend.resolve_path(path)


_taking: WeakKeyDictionary[Callable[..., Any], bool] = WeakKeyDictionary()
"""What `_takes_backend` says of functions: signatures take longer to read than small files to write."""


def _takes_backend(fn: Callable[..., Any]) -> bool:
    known = _taking.get(fn) if isinstance(fn, FunctionType) else None
    if known is not None:
        return known
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        return False
    takes = any(p.name == "backend_instance" or p.kind is p.VAR_KEYWORD for p in parameters)
    if isinstance(fn, FunctionType):
        _taking[fn] = takes
    return takes
