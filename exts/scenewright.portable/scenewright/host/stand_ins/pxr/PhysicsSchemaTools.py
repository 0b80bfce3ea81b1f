"""``pxr.PhysicsSchemaTools``: paths as numbers, for usd-core, which does not have it."""

from pxr import Sdf

__all__ = ["intToSdfPath", "sdfPathToInt"]

_paths: list[Sdf.Path] = [Sdf.Path.emptyPath]
_numbers: dict[Sdf.Path, int] = {Sdf.Path.emptyPath: 0}


def sdfPathToInt(path: Sdf.Path | str) -> int:
    """Return the number of a path in this process; 0 for the empty path."""
    path = Sdf.Path(str(path))
    if path not in _numbers:
        _numbers[path] = len(_paths)
        _paths.append(path)
    return _numbers[path]


def intToSdfPath(number: int) -> Sdf.Path:
    """Return the path of a number of ``sdfPathToInt``.

    Raises:
        ValueError: No path has that number.
    """
    if not 0 <= number < len(_paths):
        raise ValueError(f"intToSdfPath: no path has the number {number!r}; numbers come of sdfPathToInt and of scene queries.")
    return _paths[number]
