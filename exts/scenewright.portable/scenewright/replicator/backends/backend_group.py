"""Several backends behind one: BackendGroup, and BackendDispatch, which makes its backends from keyword arguments."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from scenewright.replicator.backends import io_queue
from scenewright.replicator.backends.base_backend import BaseBackend, accepts_parameter
from scenewright.replicator.backends.disk_backend import DiskBackend
from scenewright.replicator.backends.s3_backend import S3Backend

__all__ = ["BackendDispatch", "BackendGroup"]


class BackendGroup(BaseBackend):
    """Write everything to each of several backends; a value is encoded once.

    Args:
        backends: The backends, at least one.

    Raises:
        ValueError: There is none.
        TypeError: A member is not a backend.
    """

    def __init__(self, backends: Iterable[BaseBackend] = ()) -> None:
        self._backends: list[BaseBackend] = []
        if backends := list(backends):
            self.initialize(backends=backends)

    def initialize(self, backends: Iterable[BaseBackend]) -> None:
        """Take the members; see the class."""
        members = list(backends)
        if not members:
            raise ValueError("A BackendGroup needs at least one backend.")
        for member in members:
            if not isinstance(member, BaseBackend):
                raise TypeError(f"A BackendGroup holds instances of rep.backends.BaseBackend, got {type(member).__name__}.")
        self._backends = members

    @property
    def output_dir(self) -> str | None:
        """The folder of the first member that has one."""
        return next((folder for member in self._backends if (folder := getattr(member, "output_dir", None))), None)

    def resolve_path(self, path: str) -> str:
        """Return the path of the first member; every member checks its own."""
        resolved = [member.resolve_path(path) for member in self._backends]
        return resolved[0]

    def write_blob(self, path: str, data: bytes) -> None:
        """Write to every member, also when one of them fails; then raise the first failure."""
        failure: Exception | None = None
        for member in self._backends:
            try:
                member.write_blob(path, data)
            except Exception as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def read_blob(self, path: str) -> bytes:
        """Return the bytes that the first member holds."""
        return self._backends[0].read_blob(path)

    def schedule(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
        """Schedule ``fn`` once when it takes a ``backend_instance``, else once for each member's path; see BaseBackend."""
        if not self._backends:
            raise RuntimeError(f"This {type(self).__name__} has no backends yet. Call initialize first.")
        if accepts_parameter(fn, "backend_instance"):
            return super().schedule(fn, *args, **kwargs)
        return [member.schedule(fn, *args, **kwargs) for member in self._backends][-1]


class BackendDispatch(BackendGroup):
    """A group whose members follow from keyword arguments.

    Both forms are accepted: ``BackendDispatch(output_dir=dir)`` and ``BackendDispatch({"paths": {"out_dir": dir}})``.

    Args:
        paths: A dict with ``{"paths": {"out_dir": ...}}``, or the output folder itself.
        output_dir: Output folder on disk.
        overwrite: As in :class:`DiskBackend`.
        key_prefix: Prefix in the bucket.
        bucket: Bucket of an S3 backend.
        region: Its region.
        endpoint_url: Its endpoint.

    Raises:
        ValueError: Neither a folder nor a bucket is given.
        ImportError: A bucket is given and the ``[s3]`` extra is not installed.
    """

    def __init__(self, paths: dict[str, Any] | str | None = None, *, output_dir: str | None = None, overwrite: bool = True,
                 key_prefix: str | None = None, bucket: str | None = None, region: str | None = None,
                 endpoint_url: str | None = None) -> None:
        if isinstance(paths, dict):
            nested = paths.get("paths", paths)
            output_dir = output_dir or nested.get("out_dir") or nested.get("output_dir")
            bucket = bucket or nested.get("s3_bucket") or nested.get("bucket")
        elif paths is not None:
            output_dir = output_dir or paths
        members: list[BaseBackend] = []
        if bucket:
            members.append(S3Backend(bucket=bucket, region=region, endpoint_url=endpoint_url,
                                     key_prefix=key_prefix or output_dir, overwrite=overwrite))
        elif output_dir:
            members.append(DiskBackend(output_dir=output_dir, overwrite=overwrite))
        if not members:
            raise ValueError("BackendDispatch needs output_dir=... or {'paths': {'out_dir': ...}}.")
        super().__init__(members)

    @staticmethod
    def wait_until_done() -> None:
        """Block until every scheduled write of every backend has finished; callable on the class."""
        io_queue.wait_until_done()
