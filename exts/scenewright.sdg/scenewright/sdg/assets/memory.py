"""A bound on what reading one file may take, in a process that is there for imports alone.

USD and image readers reserve what a file tells them to. Where the system can bound a process's address space (Linux), a file
gets what a file of its size can need; a reader that wants more fails and the file is refused. Elsewhere the numbers that files
state are checked all the same, and each import has its time.
"""

import contextlib
import os
from pathlib import Path
from typing import Self

__all__ = ["MemoryBound", "bound_process"]

_BASE = 1 << 30
_PER_THREAD = 128 << 20
"""For each thread of a reader: its stack and its share of the allocator."""
_PER_BYTE = 64
"""What a byte of a compressed file may become, with copies."""
_STATUS = Path("/proc/self/statm")


def bound_process(most: int) -> None:
    """Bound this process's address space [bytes] for good, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


class MemoryBound:
    """While it is entered, this process takes at most a base and so much for each byte of the files that are read.

    Args:
        active: False does nothing: the process belongs to somebody else.
        threads: That the reader may start.
    """

    def __init__(self, active: bool, threads: int) -> None:
        self._before: tuple[int, int] | None = None
        self._start = 0
        self._active = active
        self._base = _BASE + threads * _PER_THREAD

    def allow(self, file_bytes: int) -> None:
        """Set the bound for files of ``file_bytes`` bytes together."""
        if self._before is None:
            return
        import resource

        soft, hard = self._before
        most = self._start + self._base + _PER_BYTE * file_bytes
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most if soft == resource.RLIM_INFINITY else min(most, soft), hard))

    def __enter__(self) -> Self:
        with contextlib.suppress(ImportError, OSError, ValueError):
            import resource

            if self._active and _STATUS.is_file():
                self._start = int(_STATUS.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
                self._before = resource.getrlimit(resource.RLIMIT_AS)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._before is not None:
            import resource

            resource.setrlimit(resource.RLIMIT_AS, self._before)
            self._before = None
