"""From declared labels to entities and ids: pure functions of the paths that are drawn and of what is declared on them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

__all__ = ["BoxSource", "LabelSource", "LabelTable", "SemanticFilter", "parent_of"]

SemanticFilter = Callable[[dict[str, list[str]]], dict[str, list[str]]]

_KEPT_TABLES = 16

UNLABELLED = 1
"""Id of what is drawn and belongs to no entity; 0 is the background."""
FIRST_ENTITY = 2


def parent_of(path: str) -> str:
    """Return the parent of a prim path; a point instance's ("/A/Points[3]") is its instancer. The root's is ""."""
    if path.endswith("]"):
        return path[: path.rindex("[")]
    return path.rpartition("/")[0]


class BoxSource(Protocol):
    """Knows where labelled prims and their geometry were at one moment."""

    def entity_matrices(self, paths: tuple[str, ...]) -> np.ndarray:
        """Return local to world of labelled prims, (E, 4, 4) float64."""

    def entity_bounds(self, paths: tuple[str, ...], entity_of_prim: np.ndarray) -> np.ndarray:
        """Return tight boxes in the space of labelled prims, (E, 6) float64."""


@dataclass(frozen=True, eq=False)
class LabelTable:
    """Who is who in the id buffers.

    An entity is a labelled prim with all its descendants that are not labelled separately. Entities are numbered from 2 in
    the stage's namespace order (0 background, 1 unlabelled), label sets likewise in the order of the entities that bear
    them first. Ids depend on the stage at this frame alone.
    """

    entity_paths: tuple[str, ...]
    """Path of each entity; row e has instance id e + 2. Every labelled entity that draws anything, in view or not."""
    entity_labels: tuple[dict[str, str], ...]
    """{semantic type: labels}: own labels, then the ancestors' from the inside out, comma-joined, each once."""
    entity_semantic: np.ndarray
    """(E,) uint32: semantic id of each entity."""
    semantic_labels: tuple[dict[str, str], ...]
    """Label set of each semantic id; row s has semantic id s + 2."""
    instance_of_prim: np.ndarray
    """(P,) uint32: instance id of each prim id; 0 for prim id 0, 1 unlabelled."""
    semantic_of_prim: np.ndarray
    """(P,) uint32: semantic id of each prim id; 0 for prim id 0, 1 unlabelled."""
    leaf_paths: tuple[str, ...]
    """Path of each prim id for instance id segmentation: the mesh's for subsets, unless the table is per subset."""

    boxes: BoxSource | None = None
    """Where :attr:`entity_matrices` and :attr:`entity_bounds` come from; None in a table made from names alone."""

    @cached_property
    def entity_matrices(self) -> np.ndarray:
        """Local to world of each entity's labelled prim, (E, 4, 4) float64, row-vector, stage units; computed when asked."""
        return self._source().entity_matrices(self.entity_paths)

    @cached_property
    def entity_bounds(self) -> np.ndarray:
        """x_min, y_min, z_min, x_max, y_max, z_max of each entity in its labelled prim's space, (E, 6) float64.

        Tight over what belongs to the entity (separately labelled descendants excluded), not scaled, in stage units.
        """
        entity_of_prim = self.instance_of_prim.astype(np.int64) - FIRST_ENTITY
        entity_of_prim[entity_of_prim < 0] = -1
        return self._source().entity_bounds(self.entity_paths, entity_of_prim)

    def entity_boxes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return :attr:`entity_bounds` and :attr:`entity_matrices`."""
        return self.entity_bounds, self.entity_matrices

    def _source(self) -> BoxSource:
        if self.boxes is None:
            raise ValueError("This label table was made from names alone and knows no boxes; take one from Frame.labels().")
        return self.boxes

    @classmethod
    def build(
        cls,
        prim_paths: tuple[str, ...],
        instance_first_prim: np.ndarray,
        declared: dict[str, dict[str, list[str]]],
        semantic_filter: SemanticFilter | None = None,
        *,
        per_subset: bool = False,
    ) -> "LabelTable":
        """Resolve labels for the prims that are drawn.

        Args:
            prim_paths: Path of each prim id, in namespace order; [0] is "".
            instance_first_prim: (N,) prim id of each instance's slot 0; the ids up to the next are its subsets'.
            declared: What each prim declares itself, {path: {semantic type: [labels]}}.
            semantic_filter: Maps what one prim declares to what counts of it; an empty result is unlabelled. None keeps all.
            per_subset: Whether labels on GeomSubsets make entities. Otherwise subsets belong to their mesh.
        """
        kept = _filtered(declared, semantic_filter)
        lines: dict[str, tuple[str, ...]] = {"": (), "/": ()}
        leaf_paths = prim_paths if per_subset else _owners(prim_paths, instance_first_prim)
        order: dict[str, None] = {}
        owner: list[str] = []
        for path in leaf_paths:
            line = _line_of_leaf(path, kept, lines)
            for ancestor in line:  # outermost first, so that parents come before their children
                order.setdefault(ancestor)
            owner.append(line[-1] if line else "")
        used = set(owner)
        entities = tuple(path for path in order if path in used)
        labels = tuple(_joined(_line(path, kept, lines), kept) for path in entities)
        number = {path: e for e, path in enumerate(entities)}
        semantic_of_set: dict[tuple, int] = {}
        semantic = [semantic_of_set.setdefault(tuple(sorted(of.items())), len(semantic_of_set)) for of in labels]
        sets = dict(zip(semantic, labels, strict=True))
        row = np.array([number.get(path, -1) for path in owner], dtype=np.int64)
        entity_semantic = (np.array(semantic, dtype=np.int64) + FIRST_ENTITY).astype(np.uint32)
        instance_of_prim = np.where(row >= 0, row + FIRST_ENTITY, UNLABELLED).astype(np.uint32)
        semantic_of_prim = np.full(len(row), UNLABELLED, np.uint32)
        semantic_of_prim[row >= 0] = entity_semantic[row[row >= 0]]
        instance_of_prim[:1] = semantic_of_prim[:1] = 0
        return cls(
            entities,
            labels,
            entity_semantic,
            tuple(sets[s] for s in range(len(sets))),
            instance_of_prim,
            semantic_of_prim,
            tuple(leaf_paths),
        )


@dataclass(frozen=True, eq=False)
class LabelSource:
    """Names, declared labels and places of a stage at one moment, and the label tables made from them."""

    prim_paths: tuple[str, ...]
    instance_first_prim: np.ndarray
    declared_labels: dict[str, dict[str, list[str]]]
    boxes: BoxSource
    memo: dict[tuple, LabelTable]
    """Tables by (filter, per_subset), shared with other moments of the same names and labels."""

    def labels(self, semantic_filter: SemanticFilter | None = None, per_subset: bool = False) -> LabelTable:
        """Return the label table under a filter; each is resolved once while names and labels stay the same."""
        key = (semantic_filter, per_subset)
        if key not in self.memo:
            if len(self.memo) >= _KEPT_TABLES:
                self.memo.clear()
            self.memo[key] = LabelTable.build(
                self.prim_paths, self.instance_first_prim, self.declared_labels, semantic_filter, per_subset=per_subset
            )
        return replace(self.memo[key], boxes=self.boxes)


def _filtered(
    declared: dict[str, dict[str, list[str]]], semantic_filter: SemanticFilter | None
) -> dict[str, dict[str, list[str]]]:
    if semantic_filter is None:
        return declared
    kept = {path: semantic_filter({kind: list(labels) for kind, labels in of.items()}) for path, of in declared.items()}
    return {path: {kind: labels for kind, labels in of.items() if labels} for path, of in kept.items() if any(of.values())}


def _owners(prim_paths: tuple[str, ...], first: np.ndarray) -> tuple[str, ...]:
    """Return the path of the instance that each prim id belongs to."""
    if len(prim_paths) == len(first) + 1:
        return prim_paths
    counts = np.diff(np.append(first, len(prim_paths)))
    owners = np.repeat(first, counts)
    return (prim_paths[0], *(prim_paths[k] for k in owners.tolist()))


def _line(path: str, kept: dict[str, dict[str, list[str]]], lines: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the labelled prims among ``path`` and its ancestors, outermost first."""
    known = lines.get(path)
    if known is None:
        known = _line(parent_of(path), kept, lines)
        if path in kept:
            known = (*known, path)
        lines[path] = known
    return known


def _line_of_leaf(path: str, kept: dict[str, dict[str, list[str]]], lines: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the same without keeping it: of a million leaves, few are asked for again."""
    if path in lines:
        return lines[path]
    line = _line(parent_of(path), kept, lines)
    return (*line, path) if path in kept else line


def _joined(line: tuple[str, ...], kept: dict[str, dict[str, list[str]]]) -> dict[str, str]:
    collected: dict[str, list[str]] = {}
    for path in reversed(line):
        for kind, labels in kept[path].items():
            into = collected.setdefault(kind, [])
            into.extend(label for label in dict.fromkeys(labels) if label not in into)
    return {kind: ",".join(labels) for kind, labels in sorted(collected.items())}
