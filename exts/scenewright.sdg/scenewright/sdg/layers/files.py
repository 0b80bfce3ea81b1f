"""Reading and writing single layer files: readable errors in, whole files out.

A layer is read apart from USD's registry, so a file that changes on disk is read anew and nothing that is open elsewhere is
touched. Files that git hands to a merge driver have no ending: the format is told by the first bytes.
"""

import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pxr import Sdf, Tf, UsdUtils

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.snapshot import take_snapshot

__all__ = ["check_writable", "layer_format", "read_layer", "write_bytes", "write_layer"]

_MAGIC = {b"PXR-USDC": "usdc", b"#usda": "usda", b"#sdf": "usda"}
_PLACE = re.compile(r"[^\s:']*:(?P<line>\d+):(?P<column>\d+): (?P<what>.*)", re.DOTALL)


def layer_format(path: str | os.PathLike[str]) -> str:
    """Return ``usda`` (text) or ``usdc`` (crate), told by the first bytes of a file; an empty file counts as text.

    Raises:
        LayerError: There is no such file, or it is no USD layer; packages (.usdz) are none.
    """
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise LayerError(f"{name}: there is no such file. Correct the path.") from None
    except OSError as error:
        raise LayerError(f"{name}: cannot be read: {error.strerror or error}.") from None
    for magic, found in _MAGIC.items():
        if head.startswith(magic):
            return found
    if not head.strip():
        return "usda"
    if head.startswith(b"PK"):
        raise LayerError(f"{name}: this is a package (.usdz), which holds several layers. Unpack it and give the layer.")
    raise LayerError(f"{name}: this is no USD layer: it starts with neither '#usda' nor 'PXR-USDC'.")


def read_layer(path: str | os.PathLike[str]) -> Sdf.Layer:
    """Return the content of a layer file as a layer in memory; an empty file is an empty layer.

    Raises:
        LayerError: There is no such file, or it cannot be read as USD; for text the line is named.
    """
    name = os.fspath(path)
    found = layer_format(name)
    if os.path.getsize(name) == 0:
        return Sdf.Layer.CreateAnonymous(".usda")
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    layer = None
    try:
        if name.lower().endswith((".usd", f".{found}")):
            layer = Sdf.Layer.OpenAsAnonymous(name)
        else:
            with tempfile.TemporaryDirectory() as folder:
                copy = os.path.join(folder, f"layer.{found}")
                shutil.copyfile(name, copy)
                content = Sdf.Layer.OpenAsAnonymous(copy)
                layer = Sdf.Layer.CreateAnonymous(f".{found}")
                layer.TransferContent(content)  # a crate's values are read before the copy goes
        if layer is not None and found == "usdc":
            take_snapshot(layer)  # a crate's values are read when they are asked for: ask now
    except Tf.ErrorException as error:
        raise LayerError(_readable(name, error)) from None
    except (UnicodeDecodeError, OverflowError, AttributeError, RuntimeError, MemoryError) as error:  # what damage brings about
        raise LayerError(f"{name}: cannot be read as USD; the file is damaged: {error}.") from None
    finally:
        delegate.TakeUncoalescedDiagnostics()
    if layer is None:
        raise LayerError(f"{name}: cannot be read as USD; the file is damaged.")
    return layer


def _said(error: Tf.ErrorException) -> str:
    """Return what USD says first, without where in its own source."""
    texts = [getattr(item, "commentary", str(item)) for item in error.args] or [str(error)]
    return " ".join(texts[0].split()).rstrip(".'")


def _readable(name: str, error: Tf.ErrorException) -> str:
    texts = [getattr(item, "commentary", str(item)) for item in error.args] or [str(error)]
    place = _PLACE.search(texts[0])
    if place:
        what = " ".join(place["what"].split()).rstrip(".' ")
        return f"{name}:{place['line']}:{place['column']}: cannot be read as USD: {what}."
    return f"{name}: cannot be read as USD: {_said(error)}."


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse a path that cannot be replaced.

    Raises:
        LayerError: The file is read-only or open in this process with changes that are not saved, or its folder does not exist
            or cannot be written.
    """
    target = Path(path)
    opened = Sdf.Layer.Find(os.path.abspath(target))
    if opened is not None and opened.dirty:
        raise LayerError(f"{target}: the layer is open with changes that are not saved. Save or discard them first.")
    if target.is_dir():
        raise LayerError(f"{target}: this is a folder. Give the path of a file.")
    if target.exists() and not target.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise LayerError(f"{target}: the file is read-only. Make it writable, or write to another file.")
    if target.exists() and not os.access(target, os.W_OK):
        raise LayerError(f"{target}: you may not write this file.")
    folder = target.parent
    if not folder.is_dir():
        raise LayerError(f"{target}: there is no folder {folder}. Make it, or correct the path.")
    if not os.access(folder, os.W_OK):
        raise LayerError(f"{target}: you may not write in {folder}.")


def _reload(target: Path) -> None:
    """Let whoever has the file open in this process see what is in it now."""
    opened = Sdf.Layer.Find(os.path.abspath(target))
    if opened is not None:
        opened.Reload(True)


def write_layer(layer: Sdf.Layer, path: str | os.PathLike[str], file_format: str | None = None,
                head: Sequence[bytes] = ()) -> None:
    """Write a layer's content to a file, whole or not at all.

    Args:
        layer: What to write.
        path: The file; an existing one is replaced in one step.
        file_format: ``usda`` or ``usdc`` for a path ending ``.usd`` or in nothing; None = what the file is now,
            else crate.
        head: Lines of comments that a text layer has below its first line.

    Raises:
        LayerError: The file cannot be written, or its ending names no layer format.
    """
    target = Path(path)
    check_writable(target)
    suffix = target.suffix.lower()
    if suffix in (".usda", ".usdc"):
        chosen = suffix[1:]
    elif suffix == ".usd" or file_format:
        chosen = file_format or (layer_format(target) if target.exists() else "usdc")
    else:
        raise LayerError(f"{target}: the ending '{suffix}' names no layer format. Allowed: .usda, .usdc, .usd.")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.{chosen}")
    try:
        if not layer.Export(str(temporary)):
            raise LayerError(f"{target}: USD could not write the layer.")
        if head and chosen == "usda":
            first, _, rest = temporary.read_bytes().partition(b"\n")
            temporary.write_bytes(b"\n".join([first, *head, rest]))
        _replace(temporary, target)
        _reload(target)
    except Tf.ErrorException as error:
        raise LayerError(f"{target}: USD could not write the layer ({_said(error)}). Is there room on the disk?") from None
    except OSError as error:
        raise LayerError(f"{target}: cannot be written: {error.strerror or error}.") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(data: bytes, path: str | os.PathLike[str]) -> None:
    """Write a file, whole or not at all.

    Raises:
        LayerError: The file cannot be written.
    """
    target = Path(path)
    check_writable(target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(data)
        _replace(temporary, target)
        _reload(target)
    except OSError as error:
        raise LayerError(f"{target}: cannot be written: {error.strerror or error}.") from None
    finally:
        temporary.unlink(missing_ok=True)


def _replace(temporary: Path, target: Path) -> None:
    if target.exists():
        shutil.copymode(target, temporary)
    if target.is_symlink():  # a link stays a link
        target = target.resolve()
        moved = target.with_name(temporary.name)
        shutil.copyfile(temporary, moved)
        temporary = moved
    os.replace(temporary, target)
