"""Extensions on the portable host: reads ``config/extension.toml`` and starts the Python modules that it names."""

import importlib
import inspect
import logging
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenewright.host.activation import available_stand_ins

__all__ = ["Extension", "ExtensionManager", "get_extension_manager"]

_logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Extension:
    """One extension folder: its manifest and, while it is enabled, its ``IExt`` objects."""

    name: str
    path: Path
    manifest: dict[str, Any]
    instances: list[Any] = field(default_factory=list)
    enabled: bool = False

    @property
    def id(self) -> str:
        """``name-version``."""
        return f"{self.name}-{self.manifest['package']['version']}"

    def start(self) -> None:
        """Import the listed modules and call ``on_startup`` of every ``IExt`` class that they show."""
        ext_base = importlib.import_module("omni.ext").IExt
        for module_table in self.manifest.get("python", {}).get("module", []):
            module = importlib.import_module(module_table["name"])
            for value in vars(module).values():
                if inspect.isclass(value) and issubclass(value, ext_base) and value is not ext_base:
                    instance = value()
                    wants_id = bool(inspect.signature(instance.on_startup).parameters)
                    instance.on_startup(self.id) if wants_id else instance.on_startup()
                    self.instances.append(instance)
        self.enabled = True

    def stop(self) -> None:
        """Call ``on_shutdown`` in reverse order."""
        while self.instances:
            self.instances.pop().on_shutdown()
        self.enabled = False


class ExtensionManager:
    """Knows the extension folders on its search path and the extensions whose modules have stand-ins."""

    def __init__(self) -> None:
        self._extensions: dict[str, Extension] = {}
        self._stood_in: set[str] = set()

    def discover(self) -> None:
        """Add the extensions that share the ``scenewright`` namespace, from a checkout or from an installed wheel."""
        for root in map(Path, importlib.import_module("scenewright").__path__):
            for manifest in [root.parent / "config/extension.toml", *sorted(root.glob("*/config/extension.toml"))]:
                if manifest.is_file():
                    self.add_extension(manifest)

    def add_path(self, folder: Path) -> None:
        """Add every extension folder below ``folder`` (those with ``config/extension.toml``)."""
        for manifest in sorted(Path(folder).glob("*/config/extension.toml")):
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
        name = table.get("python", {}).get("module", [{"name": path.name}])[0]["name"]
        return self._extensions.setdefault(name, Extension(name, path, table))

    def set_extension_enabled_immediate(self, name: str, enabled: bool) -> bool:
        """Enable or disable an extension now; return whether it is known."""
        extension = self._extensions.get(name.partition("-")[0])
        if extension is None:
            known = any(module == name or module.startswith(name + ".") for module in available_stand_ins())
            if known:
                (self._stood_in.add if enabled else self._stood_in.discard)(name)
            else:
                _logger.warning("Extension %r is not available on the portable host.", name)
            return known
        if enabled and not extension.enabled:
            extension.start()
        elif not enabled and extension.enabled:
            extension.stop()
        return True

    set_extension_enabled = set_extension_enabled_immediate

    def is_extension_enabled(self, name: str) -> bool:
        """Return whether an extension is enabled."""
        extension = self._extensions.get(name.partition("-")[0])
        return extension.enabled if extension is not None else name in self._stood_in

    def get_extension_path(self, ext_id: str) -> str:
        """Return the folder of an extension; empty when it is not known."""
        extension = self._extensions.get(ext_id.partition("-")[0])
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
    """Return the extension manager of this process."""
    return _manager
