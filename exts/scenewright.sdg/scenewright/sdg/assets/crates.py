"""USD crates (.usdc) looked at before USD opens them: what their table of contents promises must fit into the file.

USD reserves memory for as many tokens, paths, fields and specs as a crate says it has, before it has read one: a file of some
kilobytes can ask for tens of gigabytes. The layout is that of OpenUSD's ``pxr/usd/sdf/crateFile.h``: a head of 88 bytes (magic,
version, place of the table), and a table of named sections; each begins with its number of entries as an unsigned 64-bit
integer. What lies between the sections (values) is bounded by `scenewright.sdg.assets.memory`.
"""

import struct

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import LIMITS, Limits

__all__ = ["MAGIC", "check_crate"]

MAGIC = b"PXR-USDC"
_HEAD = 88
_ENTRY = struct.Struct("<16sqq")
_MOST_SECTIONS = 64
_LZ4 = 255
"""Bytes that one byte of LZ4 can stand for (its block format: a length byte)."""
_INTEGERS = 4 * _LZ4
"""Integers that one byte can stand for: USD writes a repeated difference in two bits, then compresses."""
_COUNTS = {"FIELDS": 1, "FIELDSETS": 1, "PATHS": 2, "SPECS": 1}
"""Sections of packed integers, and how many counts each begins with (paths: in all, and encoded)."""


def check_crate(data: bytes, limits: Limits = LIMITS) -> None:
    """Refuse a crate whose sections do not lie in the file or claim more than they can hold; text is let pass.

    Args:
        data: The whole file.
        limits: Bounds.

    Raises:
        AssetError: It is damaged.
    """
    if not data.startswith(MAGIC):
        return
    for name, start, size in _sections(data):
        if start < _HEAD or size < 0 or start + size > len(data):
            raise AssetError(f"it is damaged: its section {name} is said to have {size:,} bytes from byte {start:,} on; the "
                             f"file has {len(data):,}.")
        _check_counts(name, data[start : start + min(size, 24)], size, data[9] >= 4 or data[8] > 0, limits)


def _sections(data: bytes) -> list[tuple[str, int, int]]:
    """Return (name, first byte, bytes) of each section."""
    place = struct.unpack_from("<q", data, 16)[0] if len(data) >= _HEAD else -1
    if not _HEAD <= place <= len(data) - 8:
        raise AssetError("it is damaged: its table of contents lies outside the file, which may be cut short.")
    count = struct.unpack_from("<Q", data, place)[0]
    if count > _MOST_SECTIONS or place + 8 + count * _ENTRY.size > len(data):
        raise AssetError(f"it is damaged: its table of contents lists {count:,} sections.")
    rows = (_ENTRY.unpack_from(data, place + 8 + index * _ENTRY.size) for index in range(count))
    return [(name.split(b"\0")[0].decode("ascii", "replace"), start, size) for name, start, size in rows]


def _check_counts(name: str, head: bytes, size: int, packed: bool, limits: Limits) -> None:
    counts = struct.unpack(f"<{len(head) // 8}Q", head[: len(head) // 8 * 8])
    if name == "TOKENS" and len(counts) >= 2:
        # Unpacked bytes, each token of one at least (its end); older files have them unpacked.
        _check(name, counts[1], _LZ4 * size if packed else size, limits.text_bytes, "bytes")
        _check(name, counts[0], counts[1], limits.crate_entries, "entries")
    elif name == "STRINGS" and counts:
        _check(name, counts[0], size // 4, limits.crate_entries, "entries")
    else:
        for count in counts[: _COUNTS.get(name, 0)]:
            _check(name, count, _INTEGERS * size, limits.crate_entries, "entries")


def _check(name: str, count: int, fit: int, limit: int, what: str) -> None:
    if count > fit:
        raise AssetError(f"it is damaged: its section {name} claims {count:,} {what}; at most {fit:,} fit into its bytes.")
    if count > limit:
        raise AssetError(f"its section {name} has {count:,} {what}; at most {limit:,} are read.")
