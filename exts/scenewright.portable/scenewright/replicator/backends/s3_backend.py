"""S3Backend: known by name, not available yet."""

from typing import Any

from scenewright.replicator.availability import unsupported
from scenewright.replicator.backends.base_backend import BaseBackend

__all__ = ["S3Backend"]


class S3Backend(BaseBackend):
    """Object storage; not available in the portable Replicator yet.

    Raises:
        FeatureUnavailableError: Always, on initialisation.
    """

    def __init__(self, **kwargs: Any) -> None:
        if kwargs:
            self.initialize(**kwargs)

    def initialize(self, **kwargs: Any) -> None:
        """Raise: there is no S3 support yet."""
        unsupported("S3Backend", "Write with a DiskBackend and copy the folder, or subclass rep.backends.BaseBackend "
                                 "(write_blob) with boto3.")
