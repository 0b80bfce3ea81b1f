"""One `generate` per dataset folder at a time; the kernel drops the lock of a process that died, so none goes stale."""

import logging
import os
from pathlib import Path
from typing import Self

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import PRIVATE_FOLDER

__all__ = ["DatasetLock", "lock_file"]

logger = logging.getLogger(__name__)


class DatasetLock:
    """A lock on a dataset folder, held until `release` or the end of the process.

    A whole run holds the folder alone. Shards of one run share it with each other, each alone on its own shard.

    Args:
        root: the dataset folder; it must exist.
        name: "dataset", or the name of a shard or of a worker.
        shared: allow others who also share.
    """

    def __init__(self, root: str | os.PathLike, name: str = "dataset", *, shared: bool = False):
        self.path = Path(root) / PRIVATE_FOLDER / f"{name}.lock"
        self.shared = shared
        self._file = -1

    def acquire(self, wait: bool = False) -> Self:
        """Take the lock.

        Args:
            wait: wait until it is free, instead of refusing.

        Raises:
            DatasetInputError: if another process holds it.
        """
        if not self._try(wait):
            holder = self.path.read_text().strip() or "another process"
            raise DatasetInputError(
                f"{self.path.parent.parent} is being written by {holder}. Wait for it, stop it, or choose another folder."
            )
        return self

    def try_alone(self) -> bool:
        """Make a shared lock exclusive if nobody else holds it; return whether that worked. Otherwise it stays shared."""
        self.shared = False
        alone = self._try(wait=False)
        if not alone:
            self.share()
        return alone

    def share(self) -> None:
        """Make the lock shared again."""
        self.shared = True
        self._try(wait=True)

    def release(self) -> None:
        """Give the lock back."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self.release()

    def _try(self, wait: bool) -> bool:
        if self._file < 0:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o644)
        if not lock_file(self._file, shared=self.shared, wait=wait):
            os.close(self._file)
            self._file = -1
            return False
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()}".encode(), 0)
        return True


def lock_file(file: int, *, shared: bool = False, wait: bool = False) -> bool:
    """Lock an open file until it is closed or the process ends; return whether that worked.

    Args:
        file: file descriptor.
        shared: allow others who also share.
        wait: wait until it is free.
    """
    try:
        import fcntl
    except ImportError:  # Windows, inside Kit: nothing to lock with
        logger.warning("This system has no file locks: make sure that nothing else writes to the same dataset.")
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
