"""The layers of a stage as rows: who owns each, and which one randomization writes to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pxr import Sdf, Usd

from scenewright.sdg.layers.stack import LOCKED, flagged_layers, layer_owner, walk_stack
from scenewright.sdg.recipe.stage_setup import LAYER_NAME

__all__ = ["LayerRow", "layer_rows"]


@dataclass(frozen=True)
class LayerRow:
    """One layer.

    Attributes:
        name: What people call it.
        identifier: Its identifier.
        depth: How deep it is nested; 0 for session and root layer.
        owner: Who owns it; empty where nobody is named.
        state: ``missing``, ``muted``, ``locked``, ``unsaved``, or several of them.
        randomized: Whether randomization writes to it.
        edit_target: Whether manual edits go to it now.
    """

    name: str
    identifier: str
    depth: int
    owner: str
    state: str
    randomized: bool = False
    edit_target: bool = False


def layer_rows(stage: Usd.Stage | None, owner_of: Callable[[str], str] | None = None) -> list[LayerRow]:
    """Return the layers of a stage, strongest first.

    The owner is the layer's own ``owner`` metadata, else what ``owner_of`` says, else who owns the file.

    Args:
        stage: The stage; None gives no rows.
        owner_of: The application's knowledge of owners by identifier (Nucleus).
    """
    if stage is None:
        return []
    rows: list[LayerRow] = []
    target = stage.GetEditTarget().GetLayer()
    locked = flagged_layers(stage.GetRootLayer(), LOCKED)

    def add(layer: Sdf.Layer | None, identifier: str, depth: int) -> None:
        if layer is None:
            rows.append(LayerRow(Path(identifier).name, identifier, depth, "", "missing"))
            return
        states = [
            word
            for word, holds in (
                ("muted", stage.IsLayerMuted(layer.identifier)),
                ("locked", layer.identifier in locked or not layer.permissionToEdit),
                ("unsaved", layer.dirty and not layer.anonymous),
            )
            if holds
        ]
        randomized = layer.anonymous and layer.GetDisplayName() == LAYER_NAME
        name = "session" if layer == stage.GetSessionLayer() else layer.GetDisplayName() or Path(layer.identifier).name
        owner = "Scenewright" if randomized else layer_owner(layer, owner_of)
        rows.append(LayerRow(name, layer.identifier, depth, owner, ", ".join(states), randomized, layer == target))

    for layer in (stage.GetSessionLayer(), stage.GetRootLayer()):
        if layer is not None:
            for entry in walk_stack(layer):
                if entry.problem != "cyclic":  # a cycle is USD's to complain about
                    add(entry.layer, entry.identifier, entry.depth)
    if not any(row.randomized for row in rows):
        note = "in memory, made when a run starts"
        rows.insert(1 if stage.GetSessionLayer() else 0, LayerRow(LAYER_NAME, "", 1, "Scenewright", note, randomized=True))
    return rows
