"""The dataset folder on its way from one run to the next: who may write to it, what is kept, what is thrown away."""

import logging
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import HEADER_FILE, LEDGER_FILE, PRIVATE_FOLDER, TEMPORARY_SUFFIX, remove_unnamed_files
from scenewright.sdg.dataset.header import header_differences, read_header, write_header
from scenewright.sdg.dataset.ledger import Ledger, merge_parts, parts_in_use, read_ledger
from scenewright.sdg.dataset.lock import DatasetLock

__all__ = ["DatasetFolder"]

logger = logging.getLogger(__name__)


class DatasetFolder:
    """The output folder of one `generate` process.

    Args:
        root: the folder; it need not exist.
        shard: index and count, where several processes share the folder.

    Raises:
        DatasetInputError: if ``root`` is a URL.
    """

    def __init__(self, root: str | os.PathLike, shard: tuple[int, int] | None = None):
        if "://" in str(root):
            raise DatasetInputError(f"Output '{root}': only folders of this machine can be written so far. Give a path.")
        self.root = Path(root).absolute()
        self._lock = DatasetLock(self.root, shared=shard is not None)
        self._shard_lock = None
        if shard is not None:
            self._shard_lock = DatasetLock(self.root, f"shard-{shard[0] + 1}-of-{shard[1]}")

    def check(self) -> None:
        """Refuse a folder that cannot become or go on being this dataset, without touching it.

        Raises:
            DatasetInputError: if it is no folder, cannot be written, or holds files and is no dataset.
        """
        present = next(path for path in (self.root, *self.root.parents) if os.path.lexists(path))
        if not present.is_dir():
            raise DatasetInputError(f"The output folder {self.root} cannot be made: {present} is no folder.")
        if not os.access(present, os.W_OK | os.X_OK):
            raise DatasetInputError(f"The output folder {self.root} cannot be written: no permission in {present}.")
        if present == self.root and not (self.root / HEADER_FILE).is_file() and self._holds_files():
            raise DatasetInputError(f"The output folder {self.root} holds files but no dataset. Choose an empty one.")

    def first_missing(self, wanted: Iterable[Any], header: Mapping[str, Any], *, overwrite: bool = False) -> Any | None:
        """Return the first address whose frame is not there yet, as far as can be told without locking the folder.

        None where all are there, and where `open` will refuse the folder.
        """
        rows: Mapping[int, Any] = {}
        if not overwrite and (self.root / HEADER_FILE).is_file():
            if header_differences(read_header(self.root), header):
                return None
            rows = read_ledger(self.root).rows
        return next((address for address in wanted if address.index not in rows), None)

    def open(self, header: Mapping[str, Any], *, overwrite: bool = False, mend: bool = True) -> Ledger:
        """Lock the folder, settle what an earlier run left, and return what is already there.

        Args:
            header: header of what is to be made.
            overwrite: throw away what an earlier run made.
            mend: forget frames whose files are missing or cut short, and remove files that no entry names.

        Raises:
            DatasetInputError: if another process writes here, or the folder holds a dataset with another header.
        """
        self.check()
        try:
            self._take()
            return self._settle(header, overwrite, mend)
        except OSError as error:
            self.close()
            raise DatasetInputError(f"Cannot write to the output folder {self.root}: {error.strerror}.") from error
        except DatasetInputError:
            self.close()
            raise

    def _take(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        if self._shard_lock is not None:
            self._shard_lock.acquire()

    def _settle(self, header: Mapping[str, Any], overwrite: bool, mend: bool) -> Ledger:
        alone = self._shard_lock is None or self._lock.try_alone()
        if alone and self._left_behind():
            raise DatasetInputError(f"A worker process still writes to {self.root}. Wait for it or stop it.")
        self._settle_header(header, overwrite, alone)
        ledger = self._mended_ledger(alone) if mend else read_ledger(self.root)
        if self._shard_lock is not None:
            self._lock.share()
        return ledger

    def alone(self) -> bool:
        """Return whether no other shard is being made in this folder; if so, none can start before `close`."""
        return self._shard_lock is None or self._lock.try_alone()

    def close(self) -> None:
        """Let others write to the folder."""
        for lock in (self._shard_lock, self._lock):
            if lock is not None:
                lock.release()

    def _left_behind(self) -> bool:
        """Return whether a worker of an earlier run is alive, allowing it the moment that it takes to follow its parent."""
        for _ in range(20):
            if not parts_in_use(self.root):
                return False
            time.sleep(0.1)
        return True

    def _holds_files(self) -> bool:
        return any(name != PRIVATE_FOLDER and not name.endswith(TEMPORARY_SUFFIX) for name in os.listdir(self.root))

    def _settle_header(self, header: Mapping[str, Any], overwrite: bool, alone: bool) -> None:
        if not (self.root / HEADER_FILE).is_file():
            write_header(self.root, header)
            return
        if overwrite:
            if not alone:
                raise DatasetInputError(f"Another shard is being made in {self.root}, which --overwrite would throw away.")
            for path in [self.root / LEDGER_FILE, *(self.root / PRIVATE_FOLDER).glob("parts/*.jsonl")]:
                path.unlink(missing_ok=True)
            remove_unnamed_files(self.root, ())
            write_header(self.root, header)
            return
        differences = header_differences(read_header(self.root), header)
        if differences:
            raise DatasetInputError(
                f"{self.root} holds another dataset: {'; '.join(differences[:4])}. "
                "Choose another output folder, or throw the present one away with --overwrite."
            )

    def _mended_ledger(self, alone: bool) -> Ledger:
        ledger = read_ledger(self.root)
        broken = [frame for frame, row in ledger.rows.items() if not self._all_there(row.files)]
        for frame in broken:
            logger.warning("Frame %d: files are missing or cut short; it will be made again.", frame)
            del ledger.rows[frame]
        if alone:
            if broken:
                merge_parts(self.root, ledger)
                ledger = read_ledger(self.root)
            removed = remove_unnamed_files(self.root, ledger.files())
            if removed:
                logger.info("Removed %d files that no ledger entry names: %s", len(removed), ", ".join(removed[:5]))
        return ledger

    def _all_there(self, files: Mapping[str, Any]) -> bool:
        for name, record in files.items():
            try:
                if os.stat(self.root / name).st_size != record.size:
                    return False
            except OSError:
                return False
        return True
