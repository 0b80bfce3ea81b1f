"""DiskBackend: files below one folder."""

import os
from pathlib import Path

from scenewright.host.settings import get_settings
from scenewright.replicator.backends import io_queue
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.io_functions import write_atomically

__all__ = ["DiskBackend", "default_root"]

_ROOT_SETTING = "/omni/replicator/backends/disk/root_dir"


def default_root() -> str:
    """Return the folder that relative output folders are below: carb ``/omni/replicator/backends/disk/root_dir``."""
    return os.path.expanduser(get_settings().get_as_string(_ROOT_SETTING) or "~/omni.replicator_out")


class DiskBackend(BaseBackend):
    """Write files below ``output_dir``; nothing outside it can be written.

    Args:
        output_dir: Folder, made when it is absent. A relative one is below :func:`default_root`. Without it the backend is
            initialised later.
        overwrite: True writes into an existing folder; False takes the first free name ``<output_dir>_NNNN`` (from 0001) when
            the folder exists and holds something.

    Raises:
        ValueError: ``output_dir`` is empty.
        OSError: The folder cannot be made or written.
    """

    def __init__(self, output_dir: str | os.PathLike[str] | None = None, overwrite: bool = True) -> None:
        self._output_dir: str | None = None
        if output_dir is not None:
            self.initialize(output_dir=output_dir, overwrite=overwrite)

    def initialize(self, output_dir: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Choose and make the folder; see the class."""
        given = os.fspath(output_dir)
        if not given.strip():
            raise ValueError("DiskBackend needs an output_dir, got an empty string.")
        folder = os.path.abspath(os.path.join(default_root(), os.path.expanduser(given)))
        _make_folder(folder)
        if not overwrite and os.listdir(folder):
            folder = _make_numbered(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(f"The output folder '{folder}' cannot be written. Change its permissions or choose another.")
        self._output_dir = folder

    @property
    def output_dir(self) -> str:
        """The absolute path of the folder.

        Raises:
            RuntimeError: The backend has not been initialised.
        """
        if self._output_dir is None:
            raise RuntimeError("This DiskBackend has no folder yet. Call backend.initialize(output_dir=...).")
        return self._output_dir

    def resolve_path(self, path: str | os.PathLike[str]) -> str:
        """Return the absolute path of ``path``; an absolute one is accepted where it lies below the folder."""
        root = self.output_dir
        given = os.fspath(path)
        full = os.path.normpath(os.path.join(root, given)) if given and "\0" not in given else root
        if not full.startswith(root.rstrip(os.sep) + os.sep):
            raise ValueError(f"'{given}' lies outside the output folder '{root}'. Give a path below it, without '..'.")
        return full

    def write_blob(self, path: str, data: bytes) -> None:
        """Write one file whole or not at all; it goes again if a writer raises later in the same frame."""
        file = Path(self.resolve_path(path))
        if not file.exists():
            io_queue.undo_with(lambda: file.unlink(missing_ok=True))
        write_atomically(str(file), data)

    def read_blob(self, path: str) -> bytes:
        """Return the bytes of one file."""
        return Path(self.resolve_path(path)).read_bytes()


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"The output folder '{folder}' is a file. Remove it or choose another folder.") from None
    except NotADirectoryError:
        raise NotADirectoryError(f"The output folder '{folder}' lies below a file. Choose another folder.") from None
    except OSError as error:
        raise OSError(error.errno, f"Cannot make the output folder ({error.strerror}); choose another one", folder) from None


def _make_numbered(folder: str) -> str:
    for number in range(1, 10000):
        candidate = f"{folder}_{number:04d}"
        try:
            os.mkdir(candidate)  # exclusive: two processes never share one
        except FileExistsError:
            continue
        return candidate
    raise FileExistsError(f"All names '{folder}_0001' to '{folder}_9999' are taken. Remove old ones or choose another folder.")
