"""Comments (``# …``) of text layers, which USD skips when it reads and does not write.

Those at the head of a file (its licence, who keeps it) belong to no prim, so a merge can carry them over. Those within belong
to what stands beside them, which may have moved or gone: they are counted, and the count is told.
"""

import re

__all__ = ["comments_of", "head_of", "merged_head"]

_TOKEN = re.compile(
    rb"'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|@@@.*?@@@|@[^@\n]*@"
    rb"|(?P<comment>#[^\n]*|//[^\n]*|/\*.*?\*/)", re.DOTALL,
)


def head_of(text: bytes) -> list[bytes]:
    """Return the comment lines between a text layer's first line and its first statement."""
    found = []
    for line in text.splitlines()[1:]:
        if line.strip() and not line.startswith(b"#"):
            break
        if line.strip():
            found.append(line.rstrip())
    return found


def comments_of(text: bytes) -> list[bytes]:
    """Return every comment of a text layer but its first line; nothing for a crate."""
    if not text.startswith(b"#"):
        return []
    body = text.partition(b"\n")[2]
    return [match["comment"].strip() for match in _TOKEN.finditer(body) if match["comment"] is not None]


def merged_head(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> list[bytes]:
    """Return the head that a merge keeps: the side's that changed it; where both did, the lines that all three have."""
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    return [line for line in base if line in ours and line in theirs]
