"""Renames and moves between two snapshots of a layer: what is gone here and stands there, unchanged."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pxr import Sdf

from scenewright.sdg.layers.snapshot import SpecRecord
from scenewright.sdg.layers.values import list_op_parts, same_value

__all__ = ["Tree", "find_renames"]

Snapshot = dict[Sdf.Path, SpecRecord]


class Tree:
    """A snapshot with its specs by parent."""

    def __init__(self, records: Snapshot):
        self.records = records
        self._below: dict[Sdf.Path, list[Sdf.Path]] = defaultdict(list)
        for path in records:
            if path != Sdf.Path.absoluteRootPath:
                self._below[_parent(path)].append(path)

    def subtree(self, root: Sdf.Path) -> Iterator[Sdf.Path]:
        """Yield ``root`` and every path below it."""
        stack = [root]
        while stack:
            path = stack.pop()
            if path in self.records:
                yield path
            stack.extend(self._below.get(path, ()))

    def tops(self, other: "Tree") -> list[Sdf.Path]:
        """Return the paths that ``other`` lacks while it has their parents, sorted."""
        return sorted(
            path
            for path in self.records
            if path not in other.records and path != Sdf.Path.absoluteRootPath and _parent(path) in other.records
        )


def _parent(path: Sdf.Path) -> Sdf.Path:
    """Return where a spec lives: a variant's parent is its variant set, a variant set's its prim."""
    if path.IsPrimVariantSelectionPath():
        name, variant = path.GetVariantSelection()
        if variant:
            return path.GetParentPath().AppendVariantSelection(name, "")
    return path.GetParentPath()


def find_renames(base: Tree, side: Tree) -> dict[Sdf.Path, Sdf.Path]:
    """Return what a side renamed or moved, old path to new path.

    A rename is a spec of the base that the side lacks, where the side has a new spec of the same kind with the same content
    (targets inside it moved along). A spec without content counts only under its old parent or with its old name.
    """
    gone, new = base.tops(side), side.tops(base)
    by_shape: dict[Any, list[Sdf.Path]] = defaultdict(list)
    for path in new:
        by_shape[_shape(side, path)].append(path)
    renames: dict[Sdf.Path, Sdf.Path] = {}
    for old in gone:
        shape = _shape(base, old)
        alike = by_shape.get(shape, ())
        for candidate in sorted(alike, key=lambda path: (_parent(path) != _parent(old), path.name != old.name, path)):
            near = _parent(candidate) == _parent(old) or (candidate.name == old.name and candidate.IsPrimPath())
            if (near or len(shape[1]) > 1) and _same_content(base, old, side, candidate):
                renames[old] = candidate
                by_shape[shape].remove(candidate)
                break
    return renames


def _shape(tree: Tree, root: Sdf.Path) -> tuple[str, tuple[str, ...]]:
    return tree.records[root].kind, tuple(sorted(_relative(tree.subtree(root), root)))


def _relative(paths: Iterable[Sdf.Path], root: Sdf.Path) -> Iterator[str]:
    cut = len(str(root))
    return (str(path)[cut:] for path in paths)


def _same_content(base: Tree, old: Sdf.Path, side: Tree, new: Sdf.Path) -> bool:
    for path in base.subtree(old):
        record, moved = base.records[path], side.records[path.ReplacePrefix(old, new)]
        if record.kind != moved.kind or record.fields.keys() != moved.fields.keys() or record.children != moved.children:
            return False
        if not all(same_value(_moved(value, old, new), moved.fields[key]) for key, value in record.fields.items()):
            return False
    return True


def _moved(value: Any, old: Sdf.Path, new: Sdf.Path) -> Any:
    if isinstance(value, Sdf.PathListOp):
        parts = {part: [path.ReplacePrefix(old, new) for path in items] for part, items in list_op_parts(value).items()}
        moved = Sdf.PathListOp()
        for part, items in parts.items():
            setattr(moved, f"{part}Items", items)
        return moved if not value.isExplicit or value.explicitItems else value
    return value
