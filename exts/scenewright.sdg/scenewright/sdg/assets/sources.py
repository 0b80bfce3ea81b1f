"""Where a model's bytes come from: a folder or a zip archive, read by name, never outside of it.

Model files name further files (MTL, textures, buffers). A reader asks its source for them by the text in the file; only the
source decides what that is, and refuses names that lead out of the folder or archive.
"""

import hashlib
import os
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import LIMITS, Limits

__all__ = ["FolderFiles", "Source", "ZipFiles"]

_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")
_SHOWN = 80


class Files(Protocol):
    """A tree of files, by names with forward slashes relative to its root."""

    title: str

    def names(self) -> Iterator[str]:
        """Yield every regular file, sorted."""

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file of at most ``limit`` bytes."""

    def find(self, name: str) -> str | None:
        """Return the name of the file as it is spelled, whatever the case of letters; None when there is none."""


class FolderFiles:
    """The files below a folder. Links that lead out of it are not followed, and only regular files are opened."""

    def __init__(self, root: Path, title: str = "") -> None:
        self.root = root.resolve()
        self.title = title or root.name
        self._lower: dict[str, dict[str, str]] = {}

    def names(self) -> Iterator[str]:
        """Yield every file, sorted."""
        for folder, below, files in os.walk(self.root):
            below.sort()
            for file in sorted(files):
                yield Path(folder, file).relative_to(self.root).as_posix()

    def path(self, name: str) -> Path:
        """Return the file's path with links resolved.

        Raises:
            AssetError: It leads out of the folder.
        """
        path = Path(os.path.realpath(self.root / name))
        if not path.is_relative_to(self.root):
            raise AssetError(f"'{_shown(name)}' is a link that leads out of {self.title}.")
        return path

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file.

        Raises:
            AssetError: It is larger than ``limit`` bytes, or cannot be read.
        """
        path = self.path(name)
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise AssetError(f"'{_shown(name)}' is no regular file.")
                _check_size(name, status.st_size, limit)
                return file.read(limit + 1)[:limit]
        except OSError as error:
            raise AssetError(f"'{_shown(name)}' cannot be read: {error.strerror or error}.") from error

    def find(self, name: str) -> str | None:
        """Return the name as it is spelled here, whatever the case of letters; None when there is no such file."""
        if (self.root / name).is_file():
            return name
        found = ""
        for part in name.split("/"):
            spelled = self._spellings(found).get(part.lower())
            if spelled is None:
                return None
            found = posixpath.join(found, spelled)
        return found if (self.root / found).is_file() else None

    def _spellings(self, folder: str) -> dict[str, str]:
        if folder not in self._lower:
            try:
                entries = sorted(os.listdir(self.root / folder))
            except OSError:
                entries = []
            self._lower[folder] = {entry.lower(): entry for entry in entries}
        return self._lower[folder]


class ZipFiles:
    """The files of a zip archive, unpacked in memory one by one, up to a size and a rate of expansion."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.title = path.name
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(path)
            self._members = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}
        except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
            raise AssetError(f"{path.name} is no readable zip archive: {error}.") from error
        if len(self._members) > limits.archive_members:
            raise AssetError(f"{path.name} has {len(self._members)} files; at most {limits.archive_members} are taken.")
        for name in self._members:
            if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in re.split(r"[\\/]", name) or "\0" in name:
                raise AssetError(f"{path.name} holds '{_shown(name)}', a name that leads out of the archive.")
        self._lower = {name.lower(): name for name in reversed(self._members)}

    def names(self) -> Iterator[str]:
        """Yield every file, sorted."""
        yield from sorted(self._members)

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file.

        Raises:
            AssetError: It is larger than ``limit`` bytes, or cannot be read.
        """
        info = self._members.get(name)
        if info is None:
            raise AssetError(f"'{_shown(name)}' is not in {self.title}.")
        _check_size(name, info.file_size, limit)
        if info.file_size > (1 << 20) and info.file_size > self._limits.expansion * max(info.compress_size, 1):
            raise AssetError(f"'{_shown(name)}' in {self.title} unpacks to {info.file_size:,} bytes from "
                             f"{info.compress_size:,}: a zip bomb.")
        try:
            with self._zip.open(info) as member:
                data = member.read(min(info.file_size, limit) + 1)  # the size in the directory may be a lie
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError, NotImplementedError, ValueError) as error:
            raise AssetError(f"'{_shown(name)}' in {self.title} is damaged: {error}.") from error
        if len(data) > info.file_size:
            raise AssetError(f"'{_shown(name)}' in {self.title} is larger than the archive says.")
        return data

    def find(self, name: str) -> str | None:
        """Return the name as it is spelled here, whatever the case of letters; None when there is no such file."""
        return name if name in self._members else self._lower.get(name.lower())

    def in_order(self) -> list[str]:
        """Return the names in the order of the archive."""
        return list(self._members)

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class Source:
    """One model file and what it may read beside it; remembers what was read.

    Args:
        files: The tree that holds it.
        name: The model file in it.
        limits: Bounds.
        scratch: Folder for what has to be unpacked on the way; None = the system's.
        own_threads: Threads that readers may use in a process that is there for imports alone, whose memory may be bounded;
            0 = the process is somebody else's.
    """

    def __init__(self, files: Files, name: str, limits: Limits = LIMITS, scratch: Path | None = None,
                 own_threads: int = 0) -> None:
        self.files = files
        self.scratch = scratch
        self.own_threads = own_threads
        self.name = name
        self.limits = limits
        self.read_files: dict[str, str] = {}
        """SHA-256 of each file that was read, by name."""
        self.total_bytes = 0
        """Bytes read so far."""

    def read(self, name: str | None = None, limit: int | None = None) -> bytes:
        """Return the contents of the model file or of another one in the tree.

        Raises:
            AssetError: It is missing, damaged or too large.
        """
        name = self.name if name is None else name
        data = self.files.read(name, min(limit or self.limits.file_bytes, self.limits.file_bytes))
        self.total_bytes += len(data)
        if self.total_bytes > self.limits.total_bytes:
            raise AssetError(f"its files are larger than {self.limits.total_bytes:,} bytes together.")
        self.read_files[name] = hashlib.sha256(data).hexdigest()
        return data

    def locate(self, reference: str, base: str | None = None, is_uri: bool = False) -> str | None:
        """Return the name of the file that a text in a model file refers to, None where there is none.

        Absolute paths of the author's machine are never opened: their last part is looked for beside the model.

        Args:
            reference: The text.
            base: The file in which it stands; the model file by default.
            is_uri: Whether the text is a URI reference (glTF), not a file name.

        Raises:
            AssetError: It is a URL, or leads out of the folder or archive.
        """
        text = reference.strip().strip('"')
        if "\0" in text or len(text) > 4096:
            raise AssetError(f"'{_shown(text)}' is no file name.")
        absolute = text.startswith(("/", "\\")) or bool(_DRIVE.match(text))
        if _URI.match(text) and not absolute:
            raise AssetError(f"it refers to '{_shown(text)}'; only files beside the model are read, never URLs.")
        text = (unquote(text) if is_uri else text).replace("\\", "/")
        folder = posixpath.dirname(self.name if base is None else base)
        if absolute:
            return self.files.find(posixpath.join(folder, posixpath.basename(text)))
        wanted = posixpath.normpath(posixpath.join(folder, text))
        if wanted == ".." or wanted.startswith(("../", "/")) or "\0" in wanted:
            raise AssetError(f"it refers to '{_shown(reference)}', which leads out of {self.files.title}. "
                             "If that is meant, give the folder that holds both.")
        return self.files.find(wanted) if wanted != "." else None


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise AssetError(f"'{_shown(name)}' has {size:,} bytes; at most {limit:,} are read.")


def _shown(name: str) -> str:
    text = "".join(char if char.isprintable() else "?" for char in name)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
