"""One zip per extension: unpacked into a folder of extensions, Kit loads it."""

import zipfile
from pathlib import Path

from tools.package.manifest import KitExtension

__all__ = ["build_zip", "files_of"]

_FOLDERS = ("apps", "config", "data", "docs", "pip_prebundle", "scenewright", "scripts")
_TIME = (2020, 1, 1, 0, 0, 0)  # the same files make the same zip


def files_of(extension: KitExtension) -> list[Path]:
    """Return the files of an extension that are packed, sorted."""
    return sorted(file for folder in _FOLDERS for file in (extension.path / folder).rglob("*")
                  if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc")


def build_zip(extension: KitExtension, out: Path) -> Path:
    """Write ``out/name-version.zip``, which holds one folder ``name-version``, and return it."""
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{extension.id}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files_of(extension):
            name = f"{extension.id}/{file.relative_to(extension.path).as_posix()}"
            archive.writestr(zipfile.ZipInfo(name, _TIME), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return target
