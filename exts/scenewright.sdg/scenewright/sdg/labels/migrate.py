"""From the old label schema to the new one, layer by layer.

The old form is ``SemanticsAPI:<name>`` with the attributes ``semantic:<name>:params:semanticType`` and ``…:semanticData``; the
new one is ``SemanticsLabelsAPI:<type>`` with ``token[] semantics:labels:<type>``. Isaac Sim does it prim by prim on a stage
(``upgrade_prim_semantics_to_labels``); here every layer keeps its own opinions.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pxr import Sdf, Usd

from scenewright.sdg.labels.apply import API, apply_schema
from scenewright.sdg.labels.rules import LABELS
from scenewright.sdg.layers.files import check_writable, layer_format, read_layer, write_layer
from scenewright.sdg.layers.stack import check_unlocked, open_root, open_stage, walk_stack
from scenewright.sdg.layers.values import LIST_OP_PARTS

__all__ = ["Migrated", "migrate_layer", "migrate_scene"]

_OLD = re.compile(r"^semantic:(?P<name>.+):params:semantic(?P<what>Type|Data)$")
_OLD_API = "SemanticsAPI:"


@dataclass
class Migrated:
    """What a migration came to.

    Attributes:
        upgraded: How many old labels each layer had, by path; layers without any are left out.
        left: What could not be upgraded, as sentences; it stays as it was.
        elsewhere: Old labels in layers that were not asked for, by path.
    """

    upgraded: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    elsewhere: dict[str, int] = field(default_factory=dict)


def migrate_scene(scene: str | os.PathLike[str], references: bool = False) -> Migrated:
    """Upgrade the old labels of a scene's layers to `UsdSemantics.LabelsAPI`, each in its own layer.

    Old data with commas means several labels, as it is read. No layer is written before all have been checked.

    Args:
        scene: The root layer.
        references: Whether to upgrade files that the scene refers to, too, where they lie below its folder.

    Raises:
        LayerError: A layer cannot be read; one to be written is locked or read-only; nothing was written.
    """
    root = open_root(scene)
    stage = open_stage(root)
    own = {entry.layer.identifier: entry.layer for entry in walk_stack(root) if entry.layer is not None and not entry.problem}
    folder = Path(root.realPath).resolve().parent
    used = {layer.identifier: layer for layer in stage.GetUsedLayers() if layer.realPath and not layer.anonymous}
    result, plans = Migrated(), {}
    for identifier, layer in sorted({**used, **own}.items()):
        count = sum(1 for _ in _old_labels(layer))
        if not count:
            continue
        inside = references and Path(layer.realPath).resolve().is_relative_to(folder) and not identifier.endswith("]")
        if identifier not in own and not inside:
            result.elsewhere[layer.realPath] = count
            continue
        if identifier in own:
            check_unlocked(root, layer)
        else:
            check_writable(layer.realPath)
        content = read_layer(layer.realPath)
        done, left = migrate_layer(content, stage)
        result.left += [f"{os.path.basename(layer.realPath)}: {what}" for what in left]
        if done:
            plans[layer.realPath] = content
            result.upgraded[layer.realPath] = done
    for path, content in plans.items():
        write_layer(content, path, layer_format(path))
    return result


def migrate_layer(layer: Sdf.Layer, stage: Usd.Stage | None = None) -> tuple[int, list[str]]:
    """Upgrade the old labels of one layer, in memory.

    Args:
        layer: What to change.
        stage: The scene, for the types of labels that another layer states.

    Returns:
        How many were upgraded, and what was not, as sentences.
    """
    done, left = 0, []
    for path, name in list(_old_labels(layer)):
        prim = _prim(layer, path)
        kind = _type(prim, name, stage)
        data = prim.properties.get(f"semantic:{name}:params:semanticData")
        problem = _problem(kind, data, layer)
        if problem:
            left.append(f"<{path}> {name}: {problem}")
            continue
        if data is not None and data.HasDefaultValue():
            _add(prim, kind, [part.strip() for part in str(data.default).split(",") if part.strip()])
        _replace_schema(prim, _OLD_API + name, API + kind)
        for what in ("Type", "Data"):
            spec = prim.properties.get(f"semantic:{name}:params:semantic{what}")
            if spec is not None:
                prim.RemoveProperty(spec)
        done += 1
    return done, left


def _old_labels(layer: Sdf.Layer) -> Iterator[tuple[Sdf.Path, str]]:
    """Yield the path of each prim spec with an old label, and the label's name there, in a fixed order."""
    found: set[tuple[Sdf.Path, str]] = set()

    def look(path: Sdf.Path) -> None:
        if path.IsPropertyPath():
            match = _OLD.match(path.name)
            if match:
                found.add((path.GetPrimOrPrimVariantSelectionPath(), match["name"]))
        elif path.IsPrimPath() or path.IsPrimVariantSelectionPath():
            prim = _prim(layer, path)
            held = prim.GetInfo("apiSchemas") if prim and prim.HasInfo("apiSchemas") else None
            for part in LIST_OP_PARTS if held is not None else ():
                for item in getattr(held, f"{part}Items"):
                    if item.startswith(_OLD_API):
                        found.add((path, item.removeprefix(_OLD_API)))

    layer.Traverse(Sdf.Path.absoluteRootPath, look)
    yield from sorted(found)


def _prim(layer: Sdf.Layer, path: Sdf.Path) -> Sdf.PrimSpec | None:
    spec = layer.GetObjectAtPath(path)
    return spec.primSpec if isinstance(spec, Sdf.VariantSpec) else spec if isinstance(spec, Sdf.PrimSpec) else None


def _type(prim: Sdf.PrimSpec, name: str, stage: Usd.Stage | None) -> str:
    attribute = f"semantic:{name}:params:semanticType"
    spec = prim.properties.get(attribute)
    if spec is not None and spec.HasDefaultValue():
        return str(spec.default)
    composed = stage.GetAttributeAtPath(prim.path.StripAllVariantSelections().AppendProperty(attribute)) if stage else None
    return str(composed.Get() or "") if composed else ""


def _problem(kind: str, data: Sdf.AttributeSpec | None, layer: Sdf.Layer) -> str:
    if not kind:
        return "no layer states its type"
    if not Sdf.Path.IsValidNamespacedIdentifier(kind):
        return f"the type '{kind}' cannot be part of a schema's name"
    if data is not None and layer.ListTimeSamplesForPath(data.path):
        return "it changes over time, which the new schema's readers do not expect"
    return ""


def _add(prim: Sdf.PrimSpec, kind: str, labels: list[str]) -> None:
    spec = prim.properties.get(LABELS + kind)
    if spec is None:
        spec = Sdf.AttributeSpec(prim, LABELS + kind, Sdf.ValueTypeNames.TokenArray)
    held = list(spec.default or ())
    spec.default = [*held, *(label for label in labels if label not in held)]
    apply_schema(prim, API + kind)


def _replace_schema(prim: Sdf.PrimSpec, old: str, new: str) -> None:
    """Put the new schema where the old one is listed, in whichever list, and nowhere twice."""
    if not prim.HasInfo("apiSchemas"):
        return
    held = prim.GetInfo("apiSchemas")
    for part in LIST_OP_PARTS:
        items = list(getattr(held, f"{part}Items"))
        if old in items:
            rest = [item for item in items if item != new]
            setattr(held, f"{part}Items", [new if item == old else item for item in rest])
    prim.SetInfo("apiSchemas", held)
