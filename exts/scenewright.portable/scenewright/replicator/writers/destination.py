"""Where a writer writes: a backend that was given, or one made for a folder or a bucket."""

from scenewright.replicator.backends.backend_group import BackendDispatch
from scenewright.replicator.backends.base_backend import BaseBackend

__all__ = ["chosen_backend"]


def chosen_backend(writer: str, output_dir: str | None, backend: BaseBackend | None = None, bucket: str | None = None,
                   region: str | None = None, endpoint: str | None = None) -> BaseBackend:
    """Return ``backend``, or a new one for the folder or bucket.

    Args:
        writer: Name of the writer, for messages.
        output_dir: Output folder; with ``bucket`` the prefix of the keys.
        backend: Where to write; the others are then unused.
        bucket: S3 bucket.
        region: Its region.
        endpoint: Its endpoint URL.

    Raises:
        TypeError: ``backend`` is no backend.
        ValueError: There is nowhere to write.
    """
    if backend is not None:
        if not isinstance(backend, BaseBackend):
            raise TypeError(f"backend is an instance of rep.backends.BaseBackend, got {type(backend).__name__}.")
        return backend
    if not output_dir and not bucket:
        raise ValueError(f"{writer} needs output_dir='…' or backend=rep.backends.get('DiskBackend', {{'output_dir': '…'}}).")
    return BackendDispatch(output_dir=output_dir, bucket=bucket, region=region, endpoint_url=endpoint)
