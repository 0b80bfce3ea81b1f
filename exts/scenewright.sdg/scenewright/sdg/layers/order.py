"""Three-way merge of orders and of list operations: the same whichever side is called ours."""

import heapq
from collections.abc import Collection, Hashable, Sequence
from typing import Any, TypeVar

from scenewright.sdg.layers.values import ABSENT, LIST_OP_PARTS, list_op_parts

__all__ = ["ListConflict", "merge_items", "merge_list_op", "merge_order"]

Item = TypeVar("Item", bound=Hashable)


class ListConflict(Exception):
    """Two sides changed a list in ways that no single list satisfies; the message says how."""


def merge_order(
    base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item], present: Collection[Item] | None = None
) -> list[Item]:
    """Return the merged order of items.

    Items that all three share keep the order of the side that changed it; where both did, that of the two which sorts first.
    Every other item follows the shared item that it follows on its side; items at one place keep their sides' orders, and
    names decide what these leave open.

    Args:
        base: The order that both started from.
        ours: One side's order.
        theirs: The other side's.
        present: The items of the result; None = what a three-way merge of membership leaves.
    """
    if present is None:
        present = _members(set(base), set(ours), set(theirs))
    kept = set(base) & set(ours) & set(theirs) & set(present)
    before, one, other = ([item for item in order if item in kept] for order in (base, ours, theirs))
    shared = one if other in (before, one) else other if one == before else min(one, other, key=lambda o: [*map(str, o)])
    place = {item: index for index, item in enumerate(shared)}
    anchors: dict[Item, int] = {}
    edges: set[tuple[Item, Item]] = set()
    for order in (ours, theirs, base):
        anchor, previous = -1, None
        for item in order:
            if item in place:
                anchor, previous = place[item], None
            elif item in present and (order is not base or item not in anchors):
                anchors[item] = min(anchor, anchors.get(item, anchor))
                if previous is not None:
                    edges.add((previous, item))
                previous = item
    result = []
    for index in range(-1, len(shared)):
        result += [shared[index]] if index >= 0 else []
        result += _sorted_along({item for item, anchor in anchors.items() if anchor == index}, edges)
    return result


def _members(base: set, ours: set, theirs: set) -> set:
    return (base & ours & theirs) | (ours - base) | (theirs - base)


def _sorted_along(items: set, edges: set) -> list:
    """Return items in an order that the edges allow, smallest name first; a circle is cut at its smallest name."""
    followers: dict[Any, list[Any]] = {item: [] for item in items}
    waiting = dict.fromkeys(items, 0)
    for first, then in edges:
        if first in items and then in items:
            followers[first].append(then)
            waiting[then] += 1
    ready = [(str(item), item) for item, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    result: list[Any] = []
    while waiting:
        if not ready:
            ready = [min((str(item), item) for item in waiting)]
        _, item = heapq.heappop(ready)
        if waiting.pop(item, None) is None:
            continue
        result.append(item)
        for then in followers[item]:
            if then in waiting:
                waiting[then] -= 1
                if waiting[then] == 0:
                    heapq.heappush(ready, (str(then), then))
    return result


def merge_items(base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item]) -> list[Item]:
    """Return the three-way merge of a list of distinct items.

    Raises:
        ListConflict: Both sides replaced an item, by different ones.
    """
    _check_replacements(set(base), set(ours), set(theirs))
    return merge_order(base, ours, theirs)


def merge_list_op(base: Any, ours: Any, theirs: Any) -> Any:
    """Return the three-way merge of Sdf list operations, any of which may be `ABSENT`.

    Edits (prepend, append, add, delete, reorder) merge item by item. An explicit list is a value that is set: two explicit
    lists merge item by item where the base is explicit, too.

    Raises:
        ListConflict: One side sets the list and the other one edits it, both set it from nothing, both replaced an item by
            different ones, or both changed what is done with an item.
    """
    parts = [{} if value is ABSENT else list_op_parts(value) for value in (base, ours, theirs)]
    explicit = ["explicit" in part for part in parts]
    if any(explicit) and not all(explicit):
        raise ListConflict("both set the list" if explicit[1] and explicit[2] else "one side sets the list, the other edits it")
    states = [_states(part) for part in parts]
    _check_replacements(*(set(state) for state in states))
    merged: dict[Any, frozenset[str]] = {}
    for item in {item: None for state in states for item in state}:
        before, one, other = (state.get(item, frozenset()) for state in states)
        if one != other and before not in (one, other):
            raise ListConflict(f"{item}: ours {_did(one)} it, theirs {_did(other)} it")
        merged[item] = other if one == before else one
    result = type(ours if ours is not ABSENT else theirs)()
    if explicit[0]:
        result.ClearAndMakeExplicit()
    for part in LIST_OP_PARTS:
        present = {item for item, state in merged.items() if part in state}
        if present:
            orders = [values.get(part, []) for values in parts]
            setattr(result, f"{part}Items", merge_order(*orders, present=present))
    return result


def _states(parts: dict[str, list[Any]]) -> dict[Any, frozenset[str]]:
    return {
        item: frozenset(part for part, items in parts.items() if item in items) for items in parts.values() for item in items
    }


def _check_replacements(base: set, ours: set, theirs: set) -> None:
    added, also_added = ours - base, theirs - base
    if (base - ours - theirs) and added and also_added and added != also_added:
        gone = ", ".join(sorted(map(str, base - ours - theirs)))
        raise ListConflict(f"both replaced {gone}")


def _did(state: frozenset[str]) -> str:
    return " and ".join(sorted(state)) if state else "dropped"
