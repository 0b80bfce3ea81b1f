"""Where baked pictures lie while a process uses them."""

import tempfile
from functools import cache
from pathlib import Path

__all__ = ["scratch_folder"]


@cache
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="scenewright-")


def scratch_folder() -> Path:
    """Return a folder of this process, which is removed when it ends."""
    return Path(_folder().name)
