"""Reading ``.npy`` files on several threads at once."""

import threading
from pathlib import Path

import numpy as np

__all__ = ["read_array"]

_parsing = threading.Lock()  # CPython 3.11 keeps one count of nesting for the syntax trees of all threads


def read_array(path: Path) -> np.ndarray:
    """Return the array of a ``.npy`` file, as ``numpy.load`` does, without pickled objects.

    numpy reads a file's header with ``ast.literal_eval``. In CPython 3.11 two threads that do so at the same time can fail with
    ``SystemError: AST constructor recursion depth mismatch`` when a garbage collection lets the other one run; one reads after
    the other here.

    Raises:
        EOFError: if the file is empty.
        OSError: if it cannot be opened.
        ValueError: if it is damaged or holds objects.
    """
    with _parsing:
        return np.load(path, allow_pickle=False)
