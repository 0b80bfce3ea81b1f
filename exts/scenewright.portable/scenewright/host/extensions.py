"""Extensions on the portable host: reads ``config/extension.toml``, solves dependencies, starts the Python modules."""

import gc
import importlib
import inspect
import logging
import re
import sys
import tomllib
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenewright.host.activation import available_stand_ins
from scenewright.host.settings import get_settings

__all__ = ["Extension", "ExtensionDependencyError", "ExtensionManager", "get_extension_manager"]

_logger = logging.getLogger(__name__)

#: Extensions of Kit that only carry what is installed here by pip; they count as there.
_CARRIERS = frozenset({"omni.kit.loop-default", "omni.kit.pip_archive", "omni.kit.uiapp", "omni.pip.compute", "omni.usd.libs",
                       "omni.warp.core"})


class ExtensionDependencyError(RuntimeError):
    """An extension needs another one that is not there."""


@dataclass(eq=False)
class Extension:
    """One extension folder: its manifest and, while it is enabled, its ``IExt`` objects."""

    name: str
    path: Path
    manifest: dict[str, Any]
    instances: list[Any] = field(default_factory=list)
    enabled: bool = False
    _own_modules: set[str] = field(default_factory=set)
    _own_paths: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """``name-version``."""
        return f"{self.name}-{self.manifest['package']['version']}"

    @property
    def dependencies(self) -> dict[str, bool]:
        """The extensions that this one names, and whether it cannot do without."""
        return {name: not options.get("optional", False) for name, options in self.manifest.get("dependencies", {}).items()}

    def start(self) -> None:
        """Set the default settings, import the listed modules and start every ``IExt`` class that they show.

        As in Kit, an exception in a module or in ``on_startup`` is logged, and the application goes on.
        """
        for path, value in _leaves(self.manifest.get("settings", {})):
            get_settings().set_default(path, value)
        tables = self.manifest.get("python", {}).get("module", [])
        for folder in [self.path, *(self.path / table["path"] for table in tables if "path" in table)]:
            if folder.is_dir() and str(folder) not in sys.path:
                sys.path.append(str(folder))
                self._own_paths.append(str(folder))
        importlib.invalidate_caches()
        self.enabled = True
        for name in [table["name"] for table in tables if "name" in table]:
            if name not in sys.modules:
                self._own_modules.add(name)
            try:
                self._start_module(name)
            except Exception:
                _logger.exception("[ext: %s] Failed to start the Python module %s.", self.id, name)

    def _start_module(self, name: str) -> None:
        ext_base = importlib.import_module("omni.ext").IExt
        module = importlib.import_module(name)
        for value in list(vars(module).values()):
            if inspect.isclass(value) and issubclass(value, ext_base) and value is not ext_base:
                instance = value()
                self.instances.append(instance)
                wants_id = bool(inspect.signature(instance.on_startup).parameters)
                instance.on_startup(self.id) if wants_id else instance.on_startup()

    def stop(self) -> None:
        """Call ``on_shutdown`` in reverse order, tell of instances that somebody still holds, and forget the modules."""
        while self.instances:
            instance = self.instances.pop()
            name, alive = type(instance).__name__, weakref.ref(instance)
            try:
                instance.on_shutdown()
            except Exception:
                _logger.exception("[ext: %s] Failed to shut %s down.", self.id, name)
            vars(instance).clear()
            del instance
            gc.collect()
            if alive() is not None:
                _logger.warning("[ext: %s] %s leaks: something still holds it after on_shutdown.", self.id, name)
        self.enabled = False
        for module in [module for module in sys.modules for own in self._own_modules if f"{module}.".startswith(f"{own}.")]:
            sys.modules.pop(module, None)
        for folder in self._own_paths:
            if folder in sys.path:
                sys.path.remove(folder)
        self._own_modules.clear()
        self._own_paths.clear()


def _leaves(table: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found = []
    for key, value in table.items():
        found += _leaves(value, f"{above}/{key}") if isinstance(value, dict) else [(f"{above}/{key}", value)]
    return found


def _name_of(ext_id: str) -> str:
    """Return the name in ``name-version``; the names of some of Kit's extensions hold a hyphen."""
    return re.sub(r"-\d+\.\d+.*$", "", ext_id)


class ExtensionManager:
    """Knows the extension folders on its search path and the extensions whose modules have stand-ins."""

    def __init__(self) -> None:
        self._extensions: dict[str, Extension] = {}
        self._stood_in: set[str] = set()
        self._hidden: frozenset[str] = frozenset()

    def discover(self) -> None:
        """Add the extensions that share the ``scenewright`` namespace, from a checkout or from an installed wheel."""
        for root in map(Path, importlib.import_module("scenewright").__path__):
            for manifest in [root.parent / "config/extension.toml", *sorted(root.glob("*/config/extension.toml"))]:
                if manifest.is_file():
                    self.add_extension(manifest)

    def add_path(self, path: str | Path) -> None:
        """Add every extension folder below ``path`` (those with ``config/extension.toml``)."""
        for manifest in sorted(Path(path).glob("*/config/extension.toml")):
            self.add_extension(manifest)

    def add_extension(self, manifest: Path) -> Extension:
        """Add one extension by its ``extension.toml``.

        Raises:
            ValueError: The file is not valid TOML or has no package version.
        """
        path = Path(manifest).parent.parent
        try:
            table = tomllib.loads(Path(manifest).read_text(encoding="utf-8"))
            table["package"]["version"]
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise ValueError(f"{manifest}: not a valid extension manifest ({error}).") from None
        # An installed wheel has them inside the package, under the last part of their name.
        name = _name_of(path.name) if "." in path.name else f"scenewright.{path.name}"
        return self._extensions.setdefault(name, Extension(name, path, table))

    def set_extension_enabled_immediate(self, extension_id: str, enabled: bool) -> bool:
        """Enable or disable an extension now, with what it depends on; return whether that worked.

        A dependency that is missing is logged as Kit logs it, and nothing is enabled.
        """
        name = _name_of(extension_id)
        extension = self._extensions.get(name)
        if not enabled:
            if extension is not None and extension.enabled:
                for other in self._extensions.values():
                    if other.enabled and other.dependencies.get(name):
                        self.set_extension_enabled_immediate(other.name, False)
                extension.stop()
            self._stood_in.discard(name)
            return extension is not None or self._is_stood_in(name)
        try:
            order = self.solve(name)
        except ExtensionDependencyError as error:
            _logger.warning("%s", error)
            return False
        for member in order:
            if member not in self._extensions:
                self._stood_in.add(member)
            elif not self._extensions[member].enabled:
                self._extensions[member].start()
        return True

    def solve(self, name: str) -> list[str]:
        """Return an extension and what it depends on, in the order in which they are started.

        Optional dependencies that are missing are left out.

        Raises:
            ExtensionDependencyError: A dependency is missing, or extensions depend on each other in a circle.
        """
        order: list[str] = []
        self._visit(name, order, [])
        return order

    def _visit(self, name: str, order: list[str], above: list[str]) -> None:
        if name in order:
            return
        if name in above:
            raise ExtensionDependencyError(f"dependency solver failure: circular dependency {' -> '.join([*above, name])}.")
        extension = self._extensions.get(name)
        if extension is None and not self._is_stood_in(name):
            chain = "".join(f" (dependency of '{parent}')" for parent in reversed(above))
            raise ExtensionDependencyError(
                f"dependency solver failure: extension '{name}' can't be satisfied{chain}. Available on this host: "
                f"{', '.join(sorted(self._extensions))}, and the stand-ins of Kit's.")
        for needed, required in extension.dependencies.items() if extension is not None else ():
            try:
                self._visit(needed, order, [*above, name])
            except ExtensionDependencyError:
                if required:
                    raise
        order.append(name)

    def _is_stood_in(self, name: str) -> bool:
        if name in self._hidden:
            return False
        return name in _CARRIERS or any(module == name or module.startswith(name + ".") for module in available_stand_ins())

    def set_extensions_excluded(self, exts: list[str]) -> None:
        """Make extensions of Kit's count as missing, as the setting ``/app/extensions/excluded`` does."""
        self._hidden = frozenset(exts)

    set_extension_enabled = set_extension_enabled_immediate

    def is_extension_enabled(self, ext_name: str) -> bool:
        """Return whether an extension is enabled."""
        extension = self._extensions.get(_name_of(ext_name))
        return extension.enabled if extension is not None else ext_name in self._stood_in

    def get_extension_path(self, ext_id: str) -> str:
        """Return the folder of an extension; empty when it is not known."""
        extension = self._extensions.get(_name_of(ext_id))
        return str(extension.path) if extension is not None else ""

    def get_enabled_extension_id(self, name: str) -> str:
        """Return ``name-version`` of an enabled extension; empty otherwise."""
        extension = self._extensions.get(name)
        return extension.id if extension is not None and extension.enabled else ""

    def stop_all(self) -> None:
        """Disable every extension."""
        for extension in reversed(list(self._extensions.values())):
            if extension.enabled:
                extension.stop()


_manager = ExtensionManager()


def get_extension_manager() -> ExtensionManager:
    """Return the extension manager of this process; it knows the extensions of this project."""
    if not _manager._extensions:
        _manager.discover()
    return _manager
