"""Three-way merge of layer files, as git calls it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from scenewright.sdg.layers.apply import merge_layers
from scenewright.sdg.layers.comments import comments_of, head_of, merged_head
from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import check_writable, layer_format, read_layer, write_bytes, write_layer
from scenewright.sdg.layers.merge import Conflict

__all__ = ["MergeResult", "merge_files"]


@dataclass(frozen=True)
class MergeResult:
    """What a merge came to.

    Attributes:
        conflicts: What both sides changed; the file holds ours there, and both sides' edits everywhere else.
        notes: What a person may want to know, such as comments that are gone.
    """

    conflicts: list[Conflict]
    notes: list[str] = field(default_factory=list)


def merge_files(
    base: str | os.PathLike[str],
    ours: str | os.PathLike[str],
    theirs: str | os.PathLike[str],
    output: str | os.PathLike[str],
    name: str = "",
) -> MergeResult:
    """Merge two layer files that started from ``base`` and write the result, whole or not at all.

    Text and crate are told by the first bytes, so any of the files may have any name. The result is text or crate as the ending
    of its name says; for ``.usd`` and for other names it is what the side that changed the form has. Without conflicts, ours
    and theirs may change places: the file is the same, to the byte. Where only one side changed, the file is that side's.
    Where both did, comments at the head of a text layer are kept, and the loss of others is noted.

    Args:
        base: The common start; an empty file where both sides added the layer.
        ours: One side; it wins where there are conflicts.
        theirs: The other side.
        output: Where to write; may be one of the three.
        name: Path of the layer for people, where ``output`` is a temporary file.

    Raises:
        LayerError: A file cannot be read or written; nothing was written.
    """
    told = name or os.fspath(output)
    check_writable(output)
    contents = [_bytes(path) for path in (base, ours, theirs)]
    if contents[0] in contents[1:] or contents[1] == contents[2]:
        read_layer(theirs if contents[1] == contents[0] else ours)  # nothing broken is passed on
        write_bytes(contents[2] if contents[1] == contents[0] else contents[1], output)
        return MergeResult([])
    layers = [read_layer(path) for path in (base, ours, theirs)]
    merged, plan = merge_layers(*layers)
    chosen = _format(told, [layer_format(path) for path in (base, ours, theirs)])
    head = merged_head(*(head_of(content) if content.startswith(b"#") else [] for content in contents))
    write_layer(merged, output, chosen, head)
    return MergeResult(plan.conflicts, _lost_comments(told, contents, head if chosen == "usda" else []))


def _lost_comments(told: str, contents: list[bytes], head: list[bytes]) -> list[str]:
    """Return a note on the comments that the merged file does not have, but for those that a side took out itself."""
    base, ours, theirs = (dict.fromkeys(comments_of(content)) for content in contents)
    lost = [text for text in ours | theirs if text not in head and not (text in base and not (text in ours and text in theirs))]
    if not lost:
        return []
    first = lost[0].decode("utf-8", "replace")[:60] + (", …" if len(lost) > 1 else "")
    count = "1 comment is" if len(lost) == 1 else f"{len(lost)} comments are"
    remedy = "Put what is to stay at the head of the file, or in `doc` or `comment` metadata."
    return [f"{told}: {count} not kept, as USD reads none ({first}). {remedy}"]


def _format(name: str, formats: list[str]) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in (".usda", ".usdc"):
        return suffix[1:]
    base, ours, theirs = formats
    return theirs if ours == base else ours


def _bytes(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise LayerError(f"{os.fspath(path)}: there is no such file. Correct the path.") from None
    except OSError as error:
        raise LayerError(f"{os.fspath(path)}: cannot be read: {error.strerror or error}.") from None
