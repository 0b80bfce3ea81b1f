"""``premake.toml``: the workspace manifest of this project (no NVIDIA tool reads it), read and checked."""

import re
import struct
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["KitExtension", "Workspace", "read_workspace"]

_REQUIRED = ("version", "title", "description", "category", "keywords", "readme", "changelog", "icon", "preview_image")
_FILES = ("readme", "changelog", "icon", "preview_image")


@dataclass(frozen=True)
class KitExtension:
    """An extension that Kit loads.

    Attributes:
        name: name of its folder, which is its id.
        path: its folder.
        manifest: its ``extension.toml``.
        prebundle: whether it carries the wheels of the workspace.
    """

    name: str
    path: Path
    manifest: dict[str, Any]
    prebundle: bool

    @property
    def id(self) -> str:
        """``name-version``."""
        return f"{self.name}-{self.manifest['package']['version']}"


@dataclass
class Workspace:
    """What ``premake.toml`` says, and what is wrong with it."""

    root: Path
    name: str = ""
    version: str = ""
    kit_pythons: list[str] = field(default_factory=list)
    prebundle: list[str] = field(default_factory=list)
    packman: dict[str, str] = field(default_factory=dict)
    extensions: list[KitExtension] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_workspace(root: Path) -> Workspace:
    """Read ``premake.toml`` and the extension manifests that it names; what is wrong is in ``problems``."""
    workspace = Workspace(root)
    try:
        table = tomllib.loads((root / "premake.toml").read_text(encoding="utf-8"))
        head = table["workspace"]
        workspace.name = head["name"]
        workspace.version = _toml(root / head["version_from"])["package"]["version"]
        workspace.kit_pythons, workspace.prebundle = list(head["kit_python"]), list(head["prebundle"])
        workspace.packman = dict(table["packman"])
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        workspace.problems.append(f"premake.toml: {type(error).__name__}: {error}.")
        return workspace
    for entry in table.get("extension", []):
        _add(workspace, entry)
    listed = {entry.get("path") for kind in ("extension", "library") for entry in table.get(kind, [])}
    for folder in sorted((root / "exts").iterdir()):
        if folder.is_dir() and f"exts/{folder.name}" not in listed:
            workspace.problems.append(f"premake.toml lists no extension or library at exts/{folder.name}.")
    return workspace


def _add(workspace: Workspace, entry: dict[str, Any]) -> None:
    path = workspace.root / entry.get("path", "?")
    try:
        manifest = _toml(path / "config/extension.toml")
    except (OSError, tomllib.TOMLDecodeError) as error:
        workspace.problems.append(f"{entry.get('path')}: config/extension.toml cannot be read: {error}.")
        return
    extension = KitExtension(path.name, path, manifest, bool(entry.get("prebundle", False)))
    workspace.problems += [f"{entry['path']}: {problem}" for problem in _problems(extension, entry, workspace.version)]
    workspace.extensions.append(extension)


def _problems(extension: KitExtension, entry: dict[str, Any], version: str) -> list[str]:
    package = extension.manifest.get("package", {})
    found = [f"package.{key} is missing; publishing needs it." for key in _REQUIRED if not package.get(key)]
    found += [f"package.{key} = '{package[key]}' is no file." for key in _FILES
              if package.get(key) and not (extension.path / package[key]).is_file()]
    if found:
        return found
    if entry.get("name") != extension.name or "-" in extension.name:
        found.append(f"the name '{entry.get('name')}' must be that of the folder, without a hyphen.")
    if not re.fullmatch(r"\d+\.\d+\.\d+", package["version"]) or package["version"] != version:
        found.append(f"version '{package['version']}' must be the workspace's, {version}.")
    changelog = (extension.path / package["changelog"]).read_text(encoding="utf-8")
    if not re.search(rf"^#* *\[?{re.escape(package['version'])}\b", changelog, re.MULTILINE):
        found.append(f"{package['changelog']} has no heading for {package['version']}.")
    if _png_size(extension.path / package["icon"]) != (256, 256):
        found.append(f"{package['icon']} is no PNG of 256 x 256 pixels.")
    for module in extension.manifest.get("python", {}).get("module", []):
        place = extension.path / str(module.get("name", "")).replace(".", "/")
        if "name" in module and not (place / "__init__.py").is_file() and not place.with_suffix(".py").is_file():
            found.append(f"python.module {module['name']} is not there.")
    return found


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _png_size(path: Path) -> tuple[int, int] | None:
    head = path.read_bytes()[:24]
    return struct.unpack(">II", head[16:24]) if head.startswith(b"\x89PNG\r\n\x1a\n") else None
