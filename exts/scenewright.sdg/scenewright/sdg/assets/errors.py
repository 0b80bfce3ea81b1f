"""Why an asset is not imported."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from pxr import Tf

__all__ = ["AssetError", "PackWriteError", "missing_extra", "writing_to"]


class AssetError(ValueError):
    """A source or a pack that cannot be used; the message says why and, where there is one, the remedy.

    An importer that goes through many sources notes it as the reason for one refusal and goes on.
    """

    exit_status = 2


_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)


class PackWriteError(RuntimeError):
    """A pack cannot be written, whatever the model: the disk is full, or the folder is read-only. It ends an import."""

    exit_status = 1


@contextlib.contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """Raise a `PackWriteError` where files below ``place`` cannot be written; errors of other kinds go on as they are."""
    try:
        yield
    except (OSError, Tf.ErrorException) as error:
        said = str(error)
        why = next((text for text in map(os.strerror, _OF_THE_DISK) if text in said), "")
        if not why:
            raise
        raise PackWriteError(f"{place}: cannot be written: {why}. What was imported before is whole; run the command again "
                             "when that is mended.") from error


def missing_extra(module: str, purpose: str) -> AssetError:
    """Return the error for a library that is not installed."""
    return AssetError(f"{purpose} needs {module}, which is not installed. Install it with: pip install 'scenewright[mesh]'.")
