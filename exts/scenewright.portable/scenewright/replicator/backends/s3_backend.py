"""S3Backend: objects in a bucket, through fsspec and s3fs (the ``[s3]`` extra)."""

import importlib.util
import os
import re
from typing import Any

from scenewright.replicator.backends.base_backend import BaseBackend, relative_path

__all__ = ["S3Backend"]

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]")


class S3Backend(BaseBackend):
    """Write objects below a prefix of an S3 bucket. An object appears when it is whole.

    Credentials are those of the environment, as for any S3 client (``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, profiles).

    Args:
        bucket: Name of an existing bucket, 3 to 63 characters. Without it the backend is initialised later.
        region: Its region, such as "us-east-1".
        endpoint_url: URL of an S3 server other than Amazon's.
        key_prefix: What all keys begin with: the folder of the output.
        output_dir: The same as ``key_prefix``.
        overwrite: True writes among what is below the prefix; False takes the first free prefix ``<key_prefix>_NNNN`` (from
            0001) when there is something.

    Raises:
        ValueError: The name is no bucket name, or there is no free prefix.
        ImportError: The ``[s3]`` extra is not installed.
    """

    def __init__(self, bucket: str | None = None, region: str | None = None, endpoint_url: str | None = None,
                 key_prefix: str | None = None, output_dir: str | None = None, overwrite: bool = True) -> None:
        self._files: Any = None
        self._root = ""
        if bucket is not None:
            self.initialize(bucket=bucket, region=region, endpoint_url=endpoint_url, key_prefix=key_prefix,
                            output_dir=output_dir, overwrite=overwrite)

    def initialize(self, bucket: str, region: str | None = None, endpoint_url: str | None = None,
                   key_prefix: str | None = None, output_dir: str | None = None, overwrite: bool = True) -> None:
        """Choose bucket and prefix; see the class."""
        if not _BUCKET.fullmatch(bucket or ""):
            raise ValueError(f"An S3 bucket name has 3 to 63 characters a-z, 0-9, '.' and '-', got {bucket!r}.")
        if importlib.util.find_spec("s3fs") is None:
            raise ImportError("S3Backend needs the 's3' extra: pip install 'scenewright[s3]' (package s3fs). Without it, write "
                              "with a DiskBackend and copy the folder.")
        import fsspec

        self._files = fsspec.filesystem("s3", endpoint_url=endpoint_url or None, use_listings_cache=False,
                                        skip_instance_cache=True, client_kwargs={"region_name": region} if region else {})
        prefix = (key_prefix or output_dir or "").replace(os.sep, "/").strip("/")
        self._root = f"{bucket}/{prefix}".rstrip("/")
        if not overwrite and self._files.find(self._root):
            if not prefix:
                raise ValueError(f"The bucket '{bucket}' is not empty. Give a key_prefix, or overwrite=True.")
            self._root = next(f"{self._root}_{number:04}" for number in range(1, 10_000)
                              if not self._files.find(f"{self._root}_{number:04}"))

    @property
    def output_dir(self) -> str:
        """The URL of the prefix.

        Raises:
            RuntimeError: The backend has not been initialised.
        """
        if self._files is None:
            raise RuntimeError("This S3Backend has no bucket yet. Call backend.initialize(bucket=...).")
        return f"s3://{self._root}"

    def resolve_path(self, path: str | os.PathLike[str]) -> str:
        """Return the URL of ``path``."""
        return f"{self.output_dir}/{relative_path(path)}"

    def write_blob(self, path: str, data: bytes) -> None:
        """Put one object.

        Raises:
            OSError: The bucket does not exist or refuses the object, or the server cannot be reached.
        """
        url = self.resolve_path(path)
        try:
            self._files.pipe_file(url, bytes(data))
        except OSError as error:
            raise OSError(f"{error or type(error).__name__} (writing {url})") from error
        except Exception as error:  # botocore's own errors are no OSErrors
            raise OSError(f"{type(error).__name__}: {error} (writing {url})") from error

    def read_blob(self, path: str) -> bytes:
        """Return the bytes of one object."""
        return self._files.cat_file(self.resolve_path(path))
