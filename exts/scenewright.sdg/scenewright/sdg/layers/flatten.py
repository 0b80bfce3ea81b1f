"""A scene as one layer, with the proof that it composes to the same values."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pxr import Sdf, Tf, Usd, UsdUtils

from scenewright.sdg.layers.asset_paths import is_absolute
from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import check_writable, layer_format, write_layer
from scenewright.sdg.layers.proof import composed_differences
from scenewright.sdg.layers.stack import MUTED, flagged_layers, open_root, open_stage, walk_stack

__all__ = ["Flattened", "flatten_scene"]

_PROTOTYPE = "Flattened_Prototype_"
_TOLD = 20


@dataclass(frozen=True)
class Flattened:
    """What flattening came to.

    Attributes:
        prims: Prims that were compared, instances' insides among them.
        notes: What became of layers, variants, instances and payloads, a sentence each.
    """

    prims: int
    notes: list[str]


def flatten_scene(path: str | os.PathLike[str], output: str | os.PathLike[str], keep_arcs: bool = False) -> Flattened:
    """Write a scene as one layer, if that layer composes to the same values.

    Of variants the selected ones are kept, for good; payloads are loaded and become part of the layer; references, too.
    Instances stay instances of prims in the layer. Inactive prims and muted layers are left out. Asset paths become relative to
    the layer. With ``keep_arcs`` only the layer stack becomes one layer: references, payloads, variants and instances stay.

    Args:
        path: The root layer.
        output: Where to write; no layer of the scene.
        keep_arcs: Whether to leave references, payloads and variants alone.

    Raises:
        LayerError: A layer cannot be read or found, the scene does not compose, ``output`` is one of its layers or cannot be
            written, or the flattened layer composes to something else; the differences are named and nothing was written.
    """
    check_writable(output)
    root = open_root(path)
    stage = _checked_stage(root, output)
    layer = UsdUtils.FlattenLayerStack(stage) if keep_arcs else stage.Flatten(False)
    if not keep_arcs:
        layer = _in_order(layer)
    _without_kit_tables(layer)
    folder = os.path.dirname(os.path.abspath(output))
    UsdUtils.ModifyAssetPaths(layer, lambda listed: _relative(listed, folder))
    target = Path(output)
    suffix = target.suffix.lower()
    chosen = suffix[1:] if suffix in (".usda", ".usdc") else layer_format(target) if target.exists() else "usdc"
    temporary = target.with_name(f".{target.stem}.{secrets.token_hex(4)}.{chosen}")
    try:
        write_layer(layer, temporary)
        prims = _proved(stage, temporary, "" if keep_arcs else _PROTOTYPE)
        write_layer(layer, target, chosen)
    except LayerError as error:
        raise LayerError(str(error).replace(f"{temporary}: ", f"{target}: ")) from error
    finally:
        temporary.unlink(missing_ok=True)
    return Flattened(prims, list(_notes(root, stage, keep_arcs)))


def _checked_stage(root: Sdf.Layer, output: str | os.PathLike[str]) -> Usd.Stage:
    muted = flagged_layers(root, MUTED)
    for entry in walk_stack(root):
        if entry.problem not in ("", "twice") and entry.identifier not in muted:
            told = "is listed in a circle" if entry.problem == "cyclic" else entry.problem
            raise LayerError(f"{root.realPath}: {entry.listed}: {told}. Correct it first; `layers status` says more.")
        if os.path.realpath(entry.identifier) == os.path.realpath(output):
            raise LayerError(f"{os.fspath(output)}: this is a layer of the scene. Write to another file.")
    stage = open_stage(root)
    errors = stage.GetCompositionErrors()
    if errors:
        raise LayerError(f"{root.realPath}: does not compose: {' '.join(str(errors[0]).split())}")
    return stage


def _proved(stage: Usd.Stage, written: Path, aside: str) -> int:
    try:
        after = Usd.Stage.Open(str(written), Usd.Stage.LoadAll)
    except Tf.ErrorException as error:
        raise LayerError(f"the flattened layer cannot be read back: {' '.join(str(error).split())}") from None
    found = list(islice(composed_differences(stage, after, aside), _TOLD + 1))
    if found:
        more = [f"and more than {_TOLD} in all"] if len(found) > _TOLD else []
        listed = "\n  ".join([*found[:_TOLD], *more])
        raise LayerError(f"the flattened layer would compose to something else; nothing was written:\n  {listed}")
    return sum(1 for _ in Usd.PrimRange(stage.GetPseudoRoot(), Usd.TraverseInstanceProxies(Usd.PrimAllPrimsPredicate))) - 1


def _relative(listed: str, folder: str) -> str:
    """Return an asset path relative to a folder: as it is where it is no file's; ``a.usdz[b.png]`` keeps its inside."""
    if not listed or not is_absolute(listed):
        return listed
    package, bracket, inside = listed.partition("[")
    relative = os.path.relpath(package, folder).replace(os.sep, "/")
    return (relative if relative.startswith("..") else f"./{relative}") + bracket + inside


def _without_kit_tables(layer: Sdf.Layer) -> None:
    """Forget locks, mutes and remits of layers that are no more."""
    for name in ("omni_layer", "scenewright"):
        if name in layer.customLayerData:
            layer.pseudoRoot.SetInfoDictionaryValue("customLayerData", name, None)
    if layer.HasCustomLayerData() and not layer.customLayerData:
        layer.ClearCustomLayerData()
    if layer.HasOwner():
        layer.ClearOwner()


def _in_order(layer: Sdf.Layer) -> Sdf.Layer:
    """Return the layer with its prototypes numbered by their first instances; USD numbers them as it finds them."""
    users: dict[str, list[Sdf.Path]] = {}

    def look(path: Sdf.Path) -> None:
        prim = layer.GetPrimAtPath(path) if path.IsPrimPath() else None
        for reference in prim.referenceList.GetAddedOrExplicitItems() if prim else ():
            if not reference.assetPath and reference.primPath.name.startswith(_PROTOTYPE):
                users.setdefault(reference.primPath.name, []).append(path)

    layer.Traverse(Sdf.Path.absoluteRootPath, look)
    order = _by_first_use(users)
    wanted = {name: f"{_PROTOTYPE}{number}" for number, name in enumerate(order, 1)}
    if all(name == new for name, new in wanted.items()):
        return layer
    result = Sdf.Layer.CreateAnonymous(".usda")
    result.TransferContent(layer)
    for name in wanted:
        del result.rootPrims[name]
    for name, new in wanted.items():
        Sdf.CopySpec(layer, Sdf.Path(f"/{name}"), result, Sdf.Path(f"/{new}"))
    for name, paths in users.items():
        for path in paths:
            prefix = path.GetPrefixes()[0]
            moved = path.ReplacePrefix(prefix, Sdf.Path(f"/{wanted.get(prefix.name, prefix.name)}"))
            references = result.GetPrimAtPath(moved).referenceList
            references.ReplaceItemEdits(Sdf.Reference("", f"/{name}"), Sdf.Reference("", f"/{wanted[name]}"))
    order = [*wanted.values(), *(prim.name for prim in layer.rootPrims if prim.name not in wanted)]
    result.pseudoRoot.SetInfo("primOrder", order) if result.pseudoRoot.HasInfo("primOrder") else None
    return result


def _by_first_use(users: dict[str, list[Sdf.Path]]) -> list[str]:
    """Return prototypes by their first instance outside prototypes, then those that only prototypes use, inward."""
    order: list[str] = []
    while len(order) < len(users):
        ranked = []
        for name in users:
            if name in order:
                continue
            places = []
            for path in users[name]:
                root = path.GetPrefixes()[0].name
                if not root.startswith(_PROTOTYPE):
                    places.append((-1, str(path)))
                elif root in order:
                    places.append((order.index(root), str(path).partition(root)[2]))
            if places:
                ranked.append((min(places), name))
        if not ranked:
            return [*order, *sorted(set(users) - set(order))]
        level = min(place[0] for place, _ in ranked)
        order += [name for place, name in sorted(ranked) if place[0] == level]
    return order


def _notes(root: Sdf.Layer, stage: Usd.Stage, keep_arcs: bool) -> Iterator[str]:
    muted = sorted(flagged_layers(root, MUTED))
    if muted:
        names = ", ".join(Path(name).name for name in muted)
        yield f"left out, as they are muted: {names}"
    prims = list(Usd.PrimRange(stage.GetPseudoRoot(), Usd.PrimAllPrimsPredicate))
    variants = sum(1 for prim in prims if prim.HasVariantSets())
    payloads = sum(1 for prim in prims if prim.HasAuthoredPayloads())
    instances = sum(1 for prim in prims if prim.IsInstance())
    if keep_arcs:
        yield "references, payloads, variants and instances stay as they are"
        return
    if variants:
        yield f"{variants} prims had variants: the selected ones are kept, the others are gone"
    if payloads:
        yield f"{payloads} prims had payloads: they were loaded and are part of the layer"
    inactive = sum(1 for prim in prims if not prim.IsActive())
    if inactive:
        yield f"{inactive} inactive prims are gone"
    if instances:
        yield f"{instances} instances stay instances of {len(stage.GetPrototypes())} prims, /{_PROTOTYPE}N"
