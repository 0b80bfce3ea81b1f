"""``omni.client``: files and folders on this machine; servers (omniverse://, https://) are out of reach and say so.

Results are ``Result``; nothing is raised for a file that is not there.
"""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntFlag
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scenewright.host.assets import proxy_listing, stand_in_for

__all__ = ["Content", "CopyBehavior", "ItemFlags", "ListEntry", "Result", "combine_urls", "copy", "copy_async", "create_folder",
           "create_folder_async", "delete", "delete_async", "get_local_file", "initialize", "list", "list_async",
           "make_file_url", "normalize_url", "read_file", "read_file_async", "shutdown", "stat", "stat_async", "write_file",
           "write_file_async"]

_list = list


class Result(Enum):
    """How a request ended."""

    OK = 0
    OK_LATEST = 1
    ERROR = 5
    ERROR_ALREADY_EXISTS = 9
    ERROR_CONNECTION = 6
    ERROR_NOT_FOUND = 10
    ERROR_NOT_SUPPORTED = 12


class ItemFlags(IntFlag):
    """What an entry is."""

    READABLE_FILE = 1
    WRITEABLE_FILE = 2
    CAN_HAVE_CHILDREN = 4
    DOES_NOT_HAVE_CHILDREN = 8


class CopyBehavior(Enum):
    """What a copy does with a file that is there."""

    ERROR_IF_EXISTS = 0
    OVERWRITE = 1


@dataclass(frozen=True)
class ListEntry:
    """One entry of a folder: its name, flags, size [bytes] and time of change."""

    relative_path: str
    flags: ItemFlags
    size: int = 0
    modified_time: datetime = field(default_factory=lambda: datetime.fromtimestamp(0))


class Content(bytes):
    """What a file holds; ``memoryview(content)`` and ``bytes(content)`` give it."""


def initialize(version: int = 0) -> bool:
    """Return True: there is nothing to set up."""
    return True


def shutdown() -> None:
    """Return at once."""


def list(url: str, include_deleted_option: object = None) -> tuple[Result, tuple[ListEntry, ...]]:
    """Return the entries of a folder, by name; where proxies are wanted a missing folder holds three."""
    proxies = proxy_listing(str(url))
    if proxies is not None:
        return Result.OK, tuple(_entry(Path(stand_in_for(f"{str(url).rstrip('/')}/{name}")), name) for name in proxies)
    path, result = _local(url)
    if path is None or not path.exists():
        return result if path is None else Result.ERROR_NOT_FOUND, ()
    if not path.is_dir():
        return Result.OK, ()
    return Result.OK, tuple(_entry(child, child.name) for child in sorted(path.iterdir()))


def stat(url: str, include_deleted_option: object = None) -> tuple[Result, ListEntry | None]:
    """Return what is known of one file or folder."""
    path, result = _local(url)
    if path is None or not path.exists():
        return result if path is None else Result.ERROR_NOT_FOUND, None
    return Result.OK, _entry(path, path.name)


def read_file(url: str) -> tuple[Result, str, Content]:
    """Return a file's version, "", and its bytes."""
    path, result = _local(url)
    if path is None or not path.is_file():
        return result if path is None else Result.ERROR_NOT_FOUND, "", Content()
    return Result.OK, "", Content(path.read_bytes())


def write_file(url: str, content: bytes, message: str = "") -> Result:
    """Write a file; folders are made as needed."""
    path, result = _local(url)
    if path is None:
        return result
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(content))
    return Result.OK


def create_folder(url: str) -> Result:
    """Make a folder."""
    path, result = _local(url)
    if path is None or path.exists():
        return result if path is None else Result.ERROR_ALREADY_EXISTS
    path.mkdir(parents=True)
    return Result.OK


def delete(url: str) -> Result:
    """Delete a file, or a folder with what is in it."""
    path, result = _local(url)
    if path is None or not path.exists():
        return result if path is None else Result.ERROR_NOT_FOUND
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return Result.OK


def copy(src_url: str, dst_url: str, behavior: CopyBehavior = CopyBehavior.ERROR_IF_EXISTS, message: str = "") -> Result:
    """Copy a file or a folder."""
    (source, result), (target, second) = _local(src_url), _local(dst_url)
    if source is None or target is None:
        return result if source is None else second
    if not source.exists():
        return Result.ERROR_NOT_FOUND
    if target.exists() and behavior is CopyBehavior.ERROR_IF_EXISTS:
        return Result.ERROR_ALREADY_EXISTS
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target, dirs_exist_ok=True) if source.is_dir() else shutil.copy2(source, target)
    return Result.OK


def get_local_file(url: str, download: bool = True) -> tuple[Result, str]:
    """Return where a file is on this machine."""
    path, result = _local(url)
    if path is None or not path.is_file():
        return result if path is None else Result.ERROR_NOT_FOUND, ""
    return Result.OK, str(path)


def normalize_url(url: str) -> str:
    """Return a URL with single slashes and without ``.`` and ``..``."""
    scheme, mark, rest = url.partition("://")
    parts: _list[str] = []
    for part in (rest if mark else url).split("/"):
        if part == ".." and parts and parts[-1] not in ("", ".."):
            parts.pop()
        elif part not in ("", ".") or not parts:
            parts.append(part)
    return (scheme + mark if mark else "") + "/".join(parts)


def combine_urls(base_url: str, other_url: str) -> str:
    """Return ``other_url`` as seen from ``base_url``."""
    if "://" in other_url or other_url.startswith("/"):
        return other_url
    return normalize_url(base_url[:base_url.rfind("/") + 1] + other_url)


def make_file_url(path: str) -> str:
    """Return the URL of a file on this machine."""
    return Path(path).absolute().as_uri()


async def list_async(url: str, include_deleted_option: object = None) -> tuple[Result, tuple[ListEntry, ...]]:
    """Return what ``list`` returns."""
    return list(url)


async def stat_async(url: str, include_deleted_option: object = None) -> tuple[Result, ListEntry | None]:
    """Return what ``stat`` returns."""
    return stat(url)


async def read_file_async(url: str) -> tuple[Result, str, Content]:
    """Return what ``read_file`` returns."""
    return read_file(url)


async def write_file_async(url: str, content: bytes, message: str = "") -> Result:
    """Do what ``write_file`` does."""
    return write_file(url, content)


async def create_folder_async(url: str) -> Result:
    """Do what ``create_folder`` does."""
    return create_folder(url)


async def delete_async(url: str) -> Result:
    """Do what ``delete`` does."""
    return delete(url)


async def copy_async(src_url: str, dst_url: str, behavior: CopyBehavior = CopyBehavior.ERROR_IF_EXISTS,
                     message: str = "") -> Result:
    """Do what ``copy`` does."""
    return copy(src_url, dst_url, behavior)


def _local(url: str) -> tuple[Path | None, Result]:
    parts = urlsplit(str(url))
    if parts.scheme in ("", "file"):
        return Path(unquote(parts.path) if parts.scheme else str(url)), Result.OK
    return None, Result.ERROR_CONNECTION


def _entry(path: Path, name: str) -> ListEntry:
    flags = ItemFlags.CAN_HAVE_CHILDREN if path.is_dir() else (
        ItemFlags.READABLE_FILE | ItemFlags.WRITEABLE_FILE | ItemFlags.DOES_NOT_HAVE_CHILDREN)
    known = path.stat()
    return ListEntry(name, flags, 0 if path.is_dir() else known.st_size, datetime.fromtimestamp(known.st_mtime))
