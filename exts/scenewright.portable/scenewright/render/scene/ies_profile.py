"""IES photometric files (ANSI/IES LM-63, 1986 to 2019) as a regular grid of luminous intensity.

Layout of the format: a few lines of free text and keywords, ``TILT=NONE`` (or ``INCLUDE`` with its own table), then numbers
separated by anything white or commas: lamps, lumens a lamp, multiplier, counts of vertical and horizontal angles,
photometric type (1 = C, 2 = B, 3 = A), units, three sizes, ballast factor, a reserved factor, watts, the vertical angles,
the horizontal angles, and the candela values, one run over the vertical angles for each horizontal one.
"""

import re
from pathlib import Path

import numpy as np

__all__ = ["IES_SHAPE", "candela_grid", "parse_ies", "read_ies"]

IES_SHAPE = (181, 145)
"""Rows at each degree from nadir (0) to zenith (180), columns at each 2.5 degrees of azimuth from 0 to 360."""


def read_ies(path: str) -> np.ndarray:
    """Return the candela grid of a file, see :func:`candela_grid`.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no IES file, or of a kind that is not supported.
    """
    return candela_grid(*parse_ies(Path(path).read_text(encoding="latin-1")))


def parse_ies(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return vertical angles (V,), horizontal angles (H,) [degrees] and candela (H, V) of a type C file.

    The values are multiplied by the multiplier and the ballast factors.

    Raises:
        ValueError: The text is no LM-63 file, ends early, holds impossible numbers, or is of photometric type A or B.
    """
    match = re.search(r"^\s*TILT\s*=\s*(\S+)[^\n]*$", text, re.MULTILINE | re.IGNORECASE)
    if match is None:
        raise ValueError("no line 'TILT=' was found, so this is no IES (LM-63) file")
    numbers = _numbers(text[match.end():])
    if match.group(1).upper() == "INCLUDE":
        pairs = int(_take(numbers, 2)[1])
        _take(numbers, 2 * pairs)
    elif match.group(1).upper() != "NONE":
        raise ValueError(f"TILT={match.group(1)} names another file; only TILT=NONE and TILT=INCLUDE are supported")
    _lamps, _lumens, multiplier, rows, columns, kind, _units, *_size = _take(numbers, 10)
    ballast, other, _watts = _take(numbers, 3)
    if kind != 1:
        raise ValueError(f"photometric type {int(kind)} is not supported; allowed is 1 (type C)")
    if not (1 <= rows <= 100_000 and 1 <= columns <= 100_000):
        raise ValueError(f"{int(rows)} vertical and {int(columns)} horizontal angles were announced; both must be positive")
    vertical, horizontal = np.array(_take(numbers, int(rows))), np.array(_take(numbers, int(columns)))
    candela = np.array(_take(numbers, int(rows) * int(columns))).reshape(int(columns), int(rows))
    if np.any(np.diff(vertical) <= 0.0) or np.any(np.diff(horizontal) <= 0.0):
        raise ValueError("angles must grow")
    if candela.min() < 0.0:
        raise ValueError("candela values must not be negative")
    # before 2019 the second factor was the ballast-lamp photometric factor; afterwards it is reserved and 1
    return vertical, horizontal, candela * (multiplier * ballast * (other if 0.0 < other <= 10.0 else 1.0))


def candela_grid(vertical: np.ndarray, horizontal: np.ndarray, candela: np.ndarray) -> np.ndarray:
    """Return luminous intensity on the regular grid ``IES_SHAPE``, float32, unfolding what the file leaves to symmetry.

    Nothing shines outside the vertical range of the file. Horizontal ranges: 0 alone (round), 0 to 90 (quarters), 0 to 180
    and 90 to 270 (halves), 0 to 360.

    Raises:
        ValueError: The horizontal angles cover none of these ranges.
    """
    theta = np.linspace(0.0, 180.0, IES_SHAPE[0])
    runs = np.stack([np.interp(theta, vertical, run, left=0.0, right=0.0) for run in candela])
    phi = np.linspace(0.0, 360.0, IES_SHAPE[1])
    first, last = float(horizontal[0]), float(horizontal[-1])
    if len(horizontal) == 1 or last == first:
        return np.repeat(runs[:1].T, IES_SHAPE[1], axis=1).astype(np.float32)
    if (first, last) == (0.0, 90.0):
        folded = np.minimum(phi % 180.0, 180.0 - phi % 180.0)
    elif (first, last) == (0.0, 180.0):
        folded = np.minimum(phi, 360.0 - phi)
    elif (first, last) == (90.0, 270.0):
        folded = np.where(phi < 90.0, 180.0 - phi, np.where(phi > 270.0, 540.0 - phi, phi))
    elif first == 0.0 and 180.0 < last <= 360.0:
        folded = phi
        if last < 360.0:
            horizontal, runs = np.append(horizontal, 360.0), np.concatenate([runs, runs[:1]])
    else:
        raise ValueError(f"horizontal angles from {first:g} to {last:g}; allowed are 0, 0 to 90, 0 to 180, 90 to 270, 0 to 360")
    return np.stack([np.interp(folded, horizontal, column) for column in runs.T]).astype(np.float32)


def _numbers(text: str) -> list[float]:
    """Return the numbers of a text, last one first, up to what is none."""
    found = []
    for word in re.split(r"[\s,]+", text.strip()):
        try:
            found.append(float(word))
        except ValueError:
            break
    return found[::-1]


def _take(numbers: list[float], count: int) -> list[float]:
    """Remove the next numbers.

    Raises:
        ValueError: There are not so many, or one is not finite.
    """
    if len(numbers) < count or count < 0:
        raise ValueError("the file ends before all announced numbers")
    taken = [numbers.pop() for _ in range(count)]
    if not np.all(np.isfinite(taken)):
        raise ValueError("a number is not finite")
    return taken
