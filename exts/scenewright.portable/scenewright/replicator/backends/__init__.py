"""``rep.backends``: where writers put their files, and the queue that does it on threads."""

from scenewright.replicator.backends import io_queue
from scenewright.replicator.backends.backend_group import BackendDispatch, BackendGroup
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.disk_backend import DiskBackend
from scenewright.replicator.backends.io_queue import WriteError
from scenewright.replicator.backends.registry import BackendRegistry, BackendRegistryError, get, register
from scenewright.replicator.backends.s3_backend import S3Backend
from scenewright.replicator.backends.sequential import Sequential

__all__ = ["BackendDispatch", "BackendGroup", "BackendRegistry", "BackendRegistryError", "BaseBackend", "DiskBackend",
           "S3Backend", "Sequential", "WriteError", "get", "io_queue", "register"]
