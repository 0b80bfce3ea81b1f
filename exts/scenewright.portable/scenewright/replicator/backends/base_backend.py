"""Where writers put their files: the base class of backends, and the rule that none may write outside its root."""

import inspect
import os
from collections.abc import Callable
from concurrent.futures import Future
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from scenewright.replicator.backends import io_queue
from scenewright.replicator.backends.io_functions import write_image, write_json, write_np

__all__ = ["BaseBackend", "accepts_parameter", "relative_path"]


def relative_path(path: str | os.PathLike[str]) -> str:
    """Return ``path`` normalised and relative to a backend's root.

    Raises:
        ValueError: It is empty, absolute or climbs above the root.
    """
    given = os.fspath(path)
    normal = os.path.normpath(given).replace(os.sep, "/") if given else ""
    if not given or normal == "." or os.path.isabs(given) or normal.split("/")[0] == ".." or "\0" in given:
        raise ValueError(f"'{given}' is not a file below the output folder. Give a relative path without '..', such as "
                         "'rgb/rgb_0000.png'.")
    return normal


def accepts_parameter(fn: Callable[..., Any], name: str) -> bool:
    """Return whether ``fn`` can be called with the keyword ``name``; False where that cannot be known."""
    plain = isinstance(fn, FunctionType)  # what else there is may live for one call and hold a frame's data
    known = _known.get(fn) if plain else None
    if known is None:
        known = _keywords(fn)
        if plain:
            _known[fn] = known
    return name in known[0] or known[1]


_known: WeakKeyDictionary[Callable[..., Any], tuple[frozenset[str], bool]] = WeakKeyDictionary()
"""Keywords of functions, for signatures take longer to read than small files to write."""


def _keywords(fn: Callable[..., Any]) -> tuple[frozenset[str], bool]:
    """Return the parameters of a function, and whether it takes any keyword."""
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return frozenset(), False
    return frozenset(parameters), any(p.kind is p.VAR_KEYWORD for p in parameters.values())


class BaseBackend:
    """Base class of backends; subclasses implement :meth:`write_blob`, and ``initialize`` for their parameters.

    Example::

        class MemoryBackend(BaseBackend):
            def initialize(self, **kwargs):
                self.files = {}

            def write_blob(self, path, data):
                self.files[relative_path(path)] = data

        rep.backends.register(MemoryBackend)
        backend = rep.backends.get("MemoryBackend", init_params={})
    """

    def initialize(self, **kwargs: Any) -> None:
        """Take the parameters; a backend without any needs no override.

        Raises:
            TypeError: A parameter is not known.
        """
        if kwargs:
            raise TypeError(f"{type(self).__name__} takes no parameters, got {', '.join(sorted(kwargs))}.")

    def write_blob(self, path: str, data: bytes) -> None:
        """Store ``data`` under ``path`` (relative to the root) before returning.

        Raises:
            NotImplementedError: The subclass does not implement it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not implement write_blob(path, data).")

    def read_blob(self, path: str) -> bytes:
        """Return what is stored under ``path``.

        Raises:
            NotImplementedError: The subclass does not implement it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not implement read_blob(path).")

    def resolve_path(self, path: str | os.PathLike[str]) -> str:
        """Return the full path of ``path``, which is relative to the root.

        Raises:
            ValueError: It would lie outside the root.
        """
        return relative_path(path)

    def schedule(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
        """Run ``fn(*args, **kwargs)`` on an I/O thread, with its ``path`` interpreted relative to the root.

        A function with a ``backend_instance`` parameter (such as ``write_image``) gets this backend and the relative path;
        any other gets the full path. Arrays are not copied: do not change them afterwards.

        Returns:
            A future of the call.

        Raises:
            ValueError: The path would lie outside the root.
            WriteError: An earlier scheduled write has failed.
        """
        if kwargs.get("path") is not None:
            resolved = self.resolve_path(kwargs["path"])
            if not accepts_parameter(fn, "backend_instance"):
                kwargs["path"] = resolved
        if accepts_parameter(fn, "backend_instance"):
            kwargs.setdefault("backend_instance", self)
        return io_queue.schedule(fn, *args, **kwargs)

    def write_image(self, path: str, data: Any) -> Future:
        """Schedule ``data`` as an image; see :func:`write_image`."""
        return self.schedule(write_image, data=data, path=path)

    def write_array(self, path: str, data: Any) -> Future:
        """Schedule ``data`` as a ``.npy`` file; see :func:`write_np`."""
        return self.schedule(write_np, data=data, path=path)

    def write_json(self, path: str, data: Any, **kwargs: Any) -> Future:
        """Schedule ``data`` as JSON; see :func:`write_json`."""
        return self.schedule(write_json, data=data, path=path, **kwargs)

    @staticmethod
    def wait_until_done() -> None:
        """Block until every scheduled write of every backend has finished.

        Raises:
            WriteError: A scheduled write has failed.
        """
        io_queue.wait_until_done()

    @staticmethod
    def is_done_writing() -> bool:
        """Return whether no scheduled write is waiting or running."""
        return io_queue.is_done_writing()

    @staticmethod
    def sync_pending_paths() -> None:
        """Block until every scheduled write has finished; the same as :meth:`wait_until_done`."""
        io_queue.wait_until_done()
