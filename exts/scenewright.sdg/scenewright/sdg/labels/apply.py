"""Labelling a scene by rules, into the layer that holds its labels."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pxr import Sdf

from scenewright.sdg.labels.rules import LABELS, LabelRule, RuleError, fitting_prims
from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import check_writable, layer_format, read_layer, write_layer
from scenewright.sdg.layers.stack import MUTED, check_unlocked, flagged_layers, open_root, open_stage, stack_layer, walk_stack
from scenewright.sdg.recipe.findings import Mark, RecipeError

__all__ = ["API", "Labelled", "apply_rules", "apply_schema", "write_labels"]

#: The applied schema that label attributes belong to; the label type follows.
API = "SemanticsLabelsAPI:"
_SEMANTICS = "semantics"


@dataclass(frozen=True)
class Labelled:
    """What rules came to.

    Attributes:
        layer: The layer that was written.
        counts: How many prims each rule labelled.
        changed: How many labels are others than before.
    """

    layer: Path
    counts: list[int]
    changed: int


def apply_rules(
    scene: str | os.PathLike[str], rules: Sequence[tuple[LabelRule, Mark]], layer: str = "", create: bool = False
) -> Labelled:
    """Label the prims of a scene that rules fit, in one of its layers; the layer is written whole or not at all.

    Rules mean the same as in a recipe: the topmost fitting prims of a branch, labels of a type replaced, later rules over
    earlier ones.

    Args:
        scene: The root layer.
        rules: The rules with their places.
        layer: Which layer to write, as `stack_layer` finds it; empty = that called ``semantics``.
        create: Whether to make the layer, as the scene's strongest, where there is none.

    Raises:
        LayerError: There is no such layer; it is locked, muted or read-only; a stronger layer holds other labels of a prim.
        RecipeError: A rule fits a prim inside an instance.
    """
    root = open_root(scene)
    chosen, counts = _chosen(root, rules)
    target = _target(root, layer or _SEMANTICS, create)
    _check_strongest(root, target, chosen)
    content = read_layer(target) if target.exists() else _new_layer(root)
    changed = sum(write_labels(content, path, labels) for path, labels in sorted(chosen.items()))
    made = not target.exists()
    if changed or made:
        write_layer(content, target, layer_format(target) if target.exists() else None)
    if made:
        _list_strongest(root, target)
    return Labelled(target, counts, changed)


def _chosen(
    root: Sdf.Layer, rules: Sequence[tuple[LabelRule, Mark]]
) -> tuple[dict[Sdf.Path, dict[str, list[str]]], list[int]]:
    """Return the labels by type that rules give to prims, and how many prims each fits; the stage is closed again."""
    chosen: dict[Sdf.Path, dict[str, list[str]]] = {}
    stage = open_stage(root)
    counts = []
    for rule, mark in rules:
        try:
            prims = fitting_prims(rule, stage.GetPseudoRoot())
        except RuleError as error:
            raise RecipeError.at(mark, error.message, error.remedy) from None
        counts.append(len(prims))
        for prim in prims:
            chosen.setdefault(prim.GetPath(), {}).update(rule.by_type())
    return chosen, counts


def write_labels(layer: Sdf.Layer, path: Sdf.Path, labels: dict[str, list[str]]) -> int:
    """Set the labels of a prim in a layer, by type; return how many types are others than before."""
    changed = 0
    for kind, wanted in sorted(labels.items()):
        name = LABELS + kind
        spec = layer.GetPropertyAtPath(path.AppendProperty(name))
        if spec is not None and list(spec.default or ()) == wanted and _applied(layer.GetPrimAtPath(path), API + kind):
            continue
        prim = layer.GetPrimAtPath(path) or Sdf.CreatePrimInLayer(layer, path)
        spec = spec or Sdf.AttributeSpec(prim, name, Sdf.ValueTypeNames.TokenArray)
        spec.default = wanted
        apply_schema(prim, API + kind)
        changed += 1
    return changed


def apply_schema(prim: Sdf.PrimSpec, schema: str) -> None:
    """Add an applied schema to a prim spec, once."""
    held = prim.GetInfo("apiSchemas") if prim.HasInfo("apiSchemas") else Sdf.TokenListOp()
    if not _applied(prim, schema):
        part = "explicitItems" if held.isExplicit else "prependedItems"
        setattr(held, part, [*getattr(held, part), schema])
        prim.SetInfo("apiSchemas", held)


def _applied(prim: Sdf.PrimSpec | None, schema: str) -> bool:
    return bool(prim and prim.HasInfo("apiSchemas") and schema in prim.GetInfo("apiSchemas").GetAppliedItems())


def _target(root: Sdf.Layer, name: str, create: bool) -> Path:
    """Return the file to write, checked."""
    try:
        entry = stack_layer(root, name)
    except LayerError as error:
        if not create:
            told = f"{error} Name one with --layer, or add --create to make it."
            raise LayerError(told) from None
        folder = Path(root.realPath).parent
        target = folder / name if Path(name).suffix else folder / "layers" / f"{name}.usda"
        if target.exists():
            raise LayerError(f"{target}: there is a file, which is no layer of the scene. Give another name.") from None
        check_unlocked(root, root)
        target.parent.mkdir(parents=True, exist_ok=True)
        check_writable(target)
        return target
    if entry.layer is None:
        raise LayerError(f"{entry.identifier}: {entry.problem}.")
    if entry.identifier in flagged_layers(root, MUTED):
        raise LayerError(f"{entry.identifier}: the layer is muted, so labels in it would not be seen. Unmute it first.")
    check_unlocked(root, entry.layer)
    return Path(entry.layer.realPath)


def _check_strongest(root: Sdf.Layer, target: Path, chosen: dict[Sdf.Path, dict[str, list[str]]]) -> None:
    muted = flagged_layers(root, MUTED)
    for entry in walk_stack(root):
        if entry.layer is None or entry.identifier in muted:
            continue
        is_new = not target.exists()  # it will be the strongest, but for the root layer itself
        if Path(entry.layer.realPath) == target or (is_new and entry.layer != root):
            return
        for path, labels in chosen.items():
            for kind, wanted in labels.items():
                spec = entry.layer.GetPropertyAtPath(path.AppendProperty(LABELS + kind))
                if spec is not None and spec.HasDefaultValue() and list(spec.default or ()) != wanted:
                    told = f"the stronger layer {entry.name} holds {list(spec.default or ())}"
                    raise LayerError(f"{target.name}: <{path}> would not get the {kind} {wanted}: {told}. Remove it there.")


def _new_layer(root: Sdf.Layer) -> Sdf.Layer:
    layer = Sdf.Layer.CreateAnonymous(".usda")
    layer.comment = "Labels, and nothing else."
    for name in ("defaultPrim", "metersPerUnit", "upAxis"):
        if root.pseudoRoot.HasInfo(name):
            layer.pseudoRoot.SetInfo(name, root.pseudoRoot.GetInfo(name))
    return layer


def _list_strongest(root: Sdf.Layer, target: Path) -> None:
    content = read_layer(root.realPath)
    relative = os.path.relpath(target, os.path.dirname(root.realPath)).replace(os.sep, "/")
    content.subLayerPaths.insert(0, relative if relative.startswith("..") else f"./{relative}")
    write_layer(content, root.realPath, layer_format(root.realPath))
