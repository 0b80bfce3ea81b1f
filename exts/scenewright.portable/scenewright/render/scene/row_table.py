"""The instances as rows: which leaf, anchored to which prim, at which matrix."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from pxr import Sdf, Usd, UsdGeom, Vt

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.leaves import Leaf, ancestors_of
from scenewright.render.scene.point_instances import Placements
from scenewright.render.scene.reach import MOST_REACH, within_reach
from scenewright.render.scene.records import InstanceRecord

__all__ = ["DrawnInstances", "KnownEdit", "RowTable", "TableBuilder", "world_matrices"]


def world_matrices(prims: list[Usd.Prim], cache: UsdGeom.XformCache) -> np.ndarray:
    """Return local to world of each prim, (N, 4, 4) float64.

    Raises:
        SceneError: A transform is not finite.
    """
    if not prims:
        return np.zeros((0, 4, 4))
    matrices = np.array(Vt.Matrix4dArray([cache.GetLocalToWorldTransform(prim) for prim in prims]))
    _check_finite(matrices, lambda row: prims[row].GetPath().pathString)
    return matrices


def _check_finite(matrices: np.ndarray, path_of: Callable[[int], str]) -> None:
    within = within_reach(matrices)
    if not within.all():
        row = int(np.argmin(within.all(axis=(1, 2))))
        raise SceneError(
            f"{path_of(row)}: its transform to the world is not finite, or beyond {MOST_REACH:g} units. "
            "Correct the xformOps of this prim and of those above it."
        )


@dataclass(frozen=True, eq=False)
class KnownEdit:
    """What an edit of a prim's transform, or of its colour, makes stale."""

    prim: str
    anchors: range
    colors: bool
    on_mesh: bool


@dataclass(eq=False)
class RowTable:
    """Rows in stage namespace order. An anchor is the leaf's prim, or the point instancer that draws it."""

    paths: list[str] = field(default_factory=list)  # of each row
    leaves: list[Leaf] = field(default_factory=list)  # of each row
    anchors: list[Usd.Prim] = field(default_factory=list)
    anchor_of_row: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    first_row: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))  # anchor a: first[a] : first[a + 1]
    local: np.ndarray = field(default_factory=lambda: np.zeros((0, 4, 4)))  # shape space to anchor space of each row
    worlds: np.ndarray = field(default_factory=lambda: np.zeros((0, 4, 4)))  # anchor space to world
    matrices: np.ndarray = field(default_factory=lambda: np.zeros((0, 4, 4)))  # shape space to world of each row
    lent: bool = False  # somebody keeps ``matrices`` as they are: the next change goes into a copy
    frames: dict[str, tuple[int, np.ndarray]] = field(default_factory=dict)
    """Path of a labelled prim within a point instance to (anchor, its space to the anchor's)."""
    instance_labels: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """The same paths to what their prototype's prim declares."""
    instance_colors: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    """Row to the colour that its point instancer gives this instance."""
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)  # prim path to the anchors at and below it
    anchor_of_path: dict[str, int] = field(default_factory=dict)
    prototypes: list[str] = field(default_factory=list)  # roots of point instancers' prototypes
    animated_anchors: set[int] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    """Prims whose transform was edited since; whether it has become animated is asked when time goes on."""
    recolored: set[int] = field(default_factory=set)
    """Anchors whose colour was edited since; likewise."""
    known_edits: dict[Sdf.Path, KnownEdit] = field(default_factory=dict)
    """What edits of properties made stale, as found out before: holds as long as the rows do."""
    _known_edits: dict[tuple[str, bool], KnownEdit] = field(default_factory=dict)
    unique_leaves: dict[int, Leaf] = field(default_factory=dict)
    """Each leaf once, by its id."""

    def color_of(self, row: int) -> tuple[float, float, float]:
        """Return the displayColor of a row: the leaf's own, its point instancer's for this instance, or an inherited one."""
        leaf = self.leaves[row]
        return leaf.color if leaf.has_own_color else self.instance_colors.get(row, leaf.color)

    def known_edit(self, prim: str, anchors: range, *, colors: bool, on_mesh: bool = False) -> KnownEdit:
        """Return the one entry for edits of a prim's transform, or of its colour."""
        return self._known_edits.setdefault((prim, colors), KnownEdit(prim, anchors, colors, on_mesh))

    def replace_leaf(self, row: int, leaf: Leaf) -> None:
        """Let a row draw another leaf than before, one that no other row draws."""
        del self.unique_leaves[id(self.leaves[row])]
        self.unique_leaves[id(leaf)] = leaf
        self.leaves[row] = leaf

    def leaves_of(self, rows: list[int]) -> dict[int, Leaf]:
        """Return the leaves that these rows draw, each once, by id."""
        return {id(leaf): leaf for leaf in map(self.leaves.__getitem__, rows)}

    def anchors_with_animated_color(self) -> set[int]:
        """Return the anchors that draw a leaf whose displayColor has time samples."""
        if not any(leaf.color_animated for leaf in self.unique_leaves.values()):
            return set()
        rows = zip(self.anchor_of_row.tolist(), self.leaves, strict=True)
        return {anchor for anchor, leaf in rows if leaf.color_animated}

    def anchors_below(self, path: str) -> range:
        """Return the anchors at and below the prim at ``path``."""
        return range(*self.spans.get(path, (0, 0)))

    def rows_of(self, anchors: set[int]) -> np.ndarray:
        """Return the rows of these anchors, ascending."""
        if not anchors:
            return np.zeros(0, np.int64)
        chosen = np.array(sorted(anchors), dtype=np.int64)
        counts = self.first_row[chosen + 1] - self.first_row[chosen]
        if (counts == 1).all():
            return self.first_row[chosen]
        return np.concatenate([np.arange(self.first_row[a], self.first_row[a + 1]) for a in chosen])

    def lend_matrices(self) -> np.ndarray:
        """Return ``matrices``, which will stay as they are."""
        self.lent = True
        return self.matrices

    def update_worlds(self, anchors: set[int], cache: UsdGeom.XformCache) -> np.ndarray:
        """Read the anchors' transforms again; return the rows whose matrix changed, ascending."""
        if not anchors:
            return np.zeros(0, np.int64)
        chosen = np.array(sorted(anchors), dtype=np.int64)
        fresh = world_matrices([self.anchors[a] for a in chosen.tolist()], cache)
        changed = chosen[(fresh != self.worlds[chosen]).any(axis=(1, 2))]
        self.worlds[chosen] = fresh
        rows = self.rows_of(set(changed.tolist()))
        if self.lent and len(rows):
            self.matrices, self.lent = self.matrices.copy(), False
        self.matrices[rows] = self.local[rows] @ self.worlds[self.anchor_of_row[rows]]
        return rows

    def in_prototype(self, path: str) -> bool:
        """Return whether ``path`` lies at or below the root of a point instancer's prototype."""
        return any(path == root or path.startswith(root + "/") for root in self.prototypes)


class DrawnInstances(Sequence[InstanceRecord]):
    """What the rows of a table draw, as records that are made when they are asked for: a row keeps no object of its own."""

    def __init__(self, table: RowTable) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table.paths)

    def __getitem__(self, row: int | slice) -> InstanceRecord | list[InstanceRecord]:
        chosen = range(len(self))[row]
        return list(map(self._record, chosen)) if isinstance(chosen, range) else self._record(chosen)

    def __iter__(self) -> Iterator[InstanceRecord]:
        return map(self._record, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def colors_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the displayColor of some rows, (K, 3) float64, and how many slots each colours, (K,) int64."""
        table = self._table
        chosen = rows.tolist()
        counts = np.array([1 + len(table.leaves[row].subset_names) for row in chosen], np.int64)
        return np.array([table.color_of(row) for row in chosen]).reshape(-1, 3), counts

    def _record(self, row: int) -> InstanceRecord:
        table = self._table
        leaf, path = table.leaves[row], table.paths[row]
        slots = leaf.slot_paths(path)
        colors = (table.color_of(row),) * len(slots)
        return InstanceRecord(path, leaf.kind, leaf.size, leaf.mesh, table.matrices[row], slots, leaf.materials, colors,
                              leaf.double_sided)


class TableBuilder:
    """Collects anchors in namespace order."""

    def __init__(self) -> None:
        self._table = RowTable()
        self._locals: list[np.ndarray] = []
        self._counts: list[int] = []

    def add_leaf(self, leaf: Leaf) -> None:
        """Add a prim that draws itself."""
        table = self._table
        table.anchors.append(leaf.prim)
        table.paths.append(leaf.path)
        table.leaves.append(leaf)
        self._locals.append(leaf.frame[None])
        self._counts.append(1)

    def add_frame(self, prim: Usd.Prim) -> None:
        """Add a prim that draws nothing itself, but whose place is wanted."""
        self._table.anchors.append(prim)
        self._counts.append(0)

    def add_instancer(self, instancer: Usd.Prim, drawn: Placements) -> None:
        """Add a point instancer with all that it draws, by instance, then in the order of the prototype's namespace."""
        table = self._table
        base = str(instancer.GetPath())
        table.anchors.append(instancer)
        table.prototypes.extend(str(prim.GetPath()) for prim in drawn.prototypes)
        for one in drawn.labelled:
            paths = [base + suffix for suffix in one.suffixes]
            table.frames.update(zip(paths, ((len(table.anchors) - 1, m) for m in one.transforms), strict=True))
            table.instance_labels.update(dict.fromkeys(paths, one.labels))
        self._counts.append(sum(len(item.suffixes) for item in drawn.items))
        if not self._counts[-1]:
            return
        local = np.concatenate([item.leaf.frame @ item.transforms for item in drawn.items])
        depth = max(item.order.shape[1] for item in drawn.items)
        keys = np.concatenate([np.pad(item.order, ((0, 0), (0, depth - item.order.shape[1]))) for item in drawn.items])
        order = np.lexsort(keys.T[::-1])
        self._locals.append(local[order])
        if drawn.colors is not None:
            colors = drawn.colors[keys[order, 0]].tolist()
            table.instance_colors.update(enumerate(map(tuple, colors), start=len(table.paths)))
        suffixes = [suffix for item in drawn.items for suffix in item.suffixes]
        of_entry = np.repeat(np.arange(len(drawn.items)), [len(item.suffixes) for item in drawn.items])
        table.paths.extend(base + suffixes[k] for k in order.tolist())
        table.leaves.extend(drawn.items[k].leaf for k in of_entry[order].tolist())

    def finish(self, cache: UsdGeom.XformCache, might_move: Callable[[Usd.Prim], bool]) -> RowTable:
        """Return the table with all matrices.

        Args:
            cache: Transforms at the time of the pass.
            might_move: Whether a prim's own transform has time samples.
        """
        table = self._table
        table.unique_leaves = {id(leaf): leaf for leaf in table.leaves}
        table.first_row = np.concatenate([[0], np.cumsum(self._counts)]).astype(np.int64)
        table.anchor_of_row = np.repeat(np.arange(len(self._counts)), self._counts)
        if self._locals:
            table.local = np.concatenate(self._locals)
        table.worlds = world_matrices(table.anchors, cache)
        table.matrices = table.local @ table.worlds[table.anchor_of_row]
        _check_finite(table.matrices, table.paths.__getitem__)  # a point instancer's own arrays
        moving: dict[str, bool] = {}
        for number, prim in enumerate(table.anchors):
            line = ancestors_of(prim.GetPath().pathString)
            table.anchor_of_path[line[0]] = number
            for path in line:
                low, _ = table.spans.get(path, (number, number))
                table.spans[path] = (low, number + 1)
            if _moves(prim, line, moving, might_move):
                table.animated_anchors.add(number)
        return table


def _moves(prim: Usd.Prim, line: list[str], known: dict[str, bool], might_move: Callable[[Usd.Prim], bool]) -> bool:
    """Return whether ``prim`` or an ancestor has an animated transform; ``known`` spares asking twice."""
    asked = []
    moves = False
    for path in line[:-1]:
        if path in known:
            moves = known[path]
            break
        asked.append((path, might_move(prim)))
        prim = prim.GetParent()
    for path, own in reversed(asked):
        moves = moves or own
        known[path] = moves
    return moves
