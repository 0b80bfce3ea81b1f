"""``--fix``: what can be corrected without changing what the scene means, each layer whole or not at all."""

import os
from pathlib import Path

from pxr import Sdf, Usd, UsdGeom, UsdUtils

from scenewright.sdg.labels.migrate import migrate_scene
from scenewright.sdg.layers.asset_paths import is_absolute
from scenewright.sdg.layers.files import check_writable, layer_format, read_layer, write_layer
from scenewright.sdg.layers.stack import check_unlocked, open_root
from scenewright.sdg.scene_validation.layer_rules import own_layers, roots_of

__all__ = ["fix_scene"]


def fix_scene(stage: Usd.Stage) -> list[str]:
    """Correct what is safe to correct, and return what was done as sentences.

    Only layers at or below the root layer's folder are touched. A unit or up axis that is missing becomes what USD takes
    it for, so nothing moves; an absolute path to a file that is there becomes relative; a lone root prim becomes the default
    prim; labels of the old schema become those of the present one, in their own layers.

    Raises:
        LayerError: A layer that has to be changed is locked or read-only; that layer and those after it were not changed.
    """
    root = open_root(stage.GetRootLayer().realPath)
    folder = Path(root.realPath).resolve().parent
    roots, done = {layer.realPath for layer in roots_of(stage)}, []
    for layer in own_layers(stage):
        path = layer.realPath
        if not Path(path).resolve().is_relative_to(folder) or path.endswith(".usdz"):
            continue
        content = read_layer(path)
        told = []
        if path in roots:
            told += _declare(content, is_root=path == root.realPath)
        told += _relative_paths(content, path)
        if told:
            check_unlocked(root, layer)
            check_writable(path)
            write_layer(content, path, layer_format(path))
            done += [f"{os.path.relpath(path, folder)}: {what}" for what in told]
    migrated = migrate_scene(root.realPath, references=True)
    done += [f"{os.path.relpath(path, folder)}: {count} old labels migrated" for path, count in migrated.upgraded.items()]
    return done


def _declare(layer: Sdf.Layer, is_root: bool) -> list[str]:
    told, pseudo = [], layer.pseudoRoot
    for key, value in (("metersPerUnit", UsdGeom.LinearUnits.centimeters), ("upAxis", UsdGeom.GetFallbackUpAxis())):
        if not pseudo.HasInfo(key):
            pseudo.SetInfo(key, value)
            told.append(f"{key} = {value} said, as USD took it")
    defined = [spec.name for spec in layer.rootPrims if spec.specifier == Sdf.SpecifierDef]
    if is_root and not layer.defaultPrim and len(defined) == 1:
        layer.defaultPrim = defined[0]
        told.append(f"default prim = {defined[0]}")
    return told


def _relative_paths(layer: Sdf.Layer, file: str) -> list[str]:
    changed: dict[str, str] = {}
    folder = os.path.dirname(os.path.realpath(file))

    def relative(path: str) -> str:
        plain = path.removeprefix("file://").removeprefix("file:")
        if not is_absolute(path) or not os.path.isfile(plain):
            return path
        new = os.path.relpath(os.path.realpath(plain), folder).replace(os.sep, "/")
        changed[path] = new if new.startswith("../") else f"./{new}"
        return changed[path]

    UsdUtils.ModifyAssetPaths(layer, relative)
    return [f"@{old}@ became @{new}@" for old, new in sorted(changed.items())]
