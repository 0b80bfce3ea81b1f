"""Backends by name: ``rep.backends.get("DiskBackend")``."""

import difflib
from typing import Any, ClassVar

from scenewright.replicator.backends.backend_group import BackendDispatch, BackendGroup
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.disk_backend import DiskBackend
from scenewright.replicator.backends.s3_backend import S3Backend

__all__ = ["BackendRegistry", "BackendRegistryError", "get", "register"]


class BackendRegistryError(ValueError):
    """There is no backend of that name."""


class BackendRegistry:
    """The backend classes by class name."""

    _backends: ClassVar[dict[str, type[BaseBackend]]] = {
        cls.__name__: cls for cls in (DiskBackend, S3Backend, BackendGroup, BackendDispatch)}

    @classmethod
    def get(cls, name: str, init_params: dict[str, Any] | None = None) -> BaseBackend:
        """Return a new backend, initialised when ``init_params`` is given.

        Raises:
            BackendRegistryError: There is no backend of that name.
        """
        if name not in cls._backends:
            near = difflib.get_close_matches(str(name), cls._backends, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise BackendRegistryError(f"Unknown backend {name!r}. Registered: {', '.join(sorted(cls._backends))}.{hint}")
        backend_class = cls._backends[name]
        if backend_class is BackendDispatch:
            return BackendDispatch(**(init_params or {}))
        backend = backend_class()
        if init_params is not None:
            backend.initialize(**init_params)
        return backend

    @classmethod
    def register(cls, backend_class: type[BaseBackend]) -> type[BaseBackend]:
        """Make a subclass of BaseBackend gettable by its class name; usable as a decorator.

        Raises:
            TypeError: It is not a subclass of BaseBackend.
        """
        if not (isinstance(backend_class, type) and issubclass(backend_class, BaseBackend)):
            raise TypeError(f"A backend is a subclass of rep.backends.BaseBackend, got {backend_class!r}.")
        cls._backends[backend_class.__name__] = backend_class
        return backend_class

    @classmethod
    def get_registered_backends(cls) -> list[str]:
        """Return the names that :meth:`get` knows."""
        return sorted(cls._backends)


def get(name: str, init_params: dict[str, Any] | None = None) -> BaseBackend:
    """Return a new backend by name; see :meth:`BackendRegistry.get`."""
    return BackendRegistry.get(name, init_params)


def register(backend_class: type[BaseBackend]) -> type[BaseBackend]:
    """Register a backend class; see :meth:`BackendRegistry.register`."""
    return BackendRegistry.register(backend_class)
