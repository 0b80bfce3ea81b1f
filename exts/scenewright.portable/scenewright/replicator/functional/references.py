"""References to USD files, checked before they are authored."""

import os
import re
from pathlib import PurePath

from pxr import Ar, Sdf, Tf, Usd

from scenewright.host.assets import available_asset

__all__ = ["file_reference", "open_layer", "referenced_type"]


def file_reference(stage: Usd.Stage, usd_path: str | os.PathLike[str]) -> tuple[str, Sdf.Reference]:
    """Return the name and the reference for a USD file.

    Args:
        stage: Relative paths count from its edit target, as USD resolves them.
        usd_path: File path or URL.

    Returns:
        A prim name made of the file's name, and a reference to the file's default prim, or to its only root prim.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read, is empty, or has several root prims and no default prim.
    """
    path = available_asset(os.fspath(usd_path))
    layer = open_layer(path, stage.GetEditTarget().GetLayer())
    roots = [spec.name for spec in layer.rootPrims if spec.specifier == Sdf.SpecifierDef] or [p.name for p in layer.rootPrims]
    name = Tf.MakeValidIdentifier(PurePath(path).stem)
    if layer.defaultPrim and layer.GetPrimAtPath(layer.GetDefaultPrimAsPath()):
        return name, Sdf.Reference(path)
    if len(roots) == 1:
        return name, Sdf.Reference(path, Sdf.Path.absoluteRootPath.AppendChild(roots[0]))
    if not roots:
        raise ValueError(f"{path}: the file has no prims")
    raise ValueError(f"{path}: no default prim among the root prims {', '.join(roots)}. Set `defaultPrim` in the file")


def referenced_type(stage: Usd.Stage, usd_path: str | os.PathLike[str]) -> str:
    """Return the USD type of what `file_reference` refers to, "" where it has none.

    A prim that is to show a referenced mesh or shape must not be given another type.
    """
    layer = open_layer(available_asset(os.fspath(usd_path)), stage.GetEditTarget().GetLayer())
    path = file_reference(stage, usd_path)[1].primPath or layer.GetDefaultPrimAsPath()
    spec = layer.GetPrimAtPath(path)
    if spec and spec.typeName:
        return spec.typeName
    prim = Usd.Stage.Open(layer, Usd.Stage.LoadNone).GetPrimAtPath(path)
    return str(prim.GetTypeName()) if prim else ""


def open_layer(path: str, anchor: Sdf.Layer) -> Sdf.Layer:
    """Open a USD file as a layer; see `file_reference` for what it raises."""
    resolved = Ar.GetResolver().Resolve(Sdf.ComputeAssetPathRelativeToLayer(anchor, path)) if path else ""
    if not resolved and Sdf.Layer.Find(path):
        return Sdf.Layer.Find(path)
    if not resolved:
        raise FileNotFoundError(f"No USD file {path!r} (looked from {os.getcwd()}). Check the path, or give an absolute one; "
                                "'scenewright exec --missing-assets=proxy' puts a box in its place")
    try:
        layer = Sdf.Layer.FindOrOpen(str(resolved))
    except Tf.ErrorException as error:
        raise ValueError(f"{path}: not a readable USD file: {_reason(error)}") from error
    if not layer:
        raise ValueError(f"{path}: not a readable USD file")
    return layer


def _reason(error: Tf.ErrorException) -> str:
    quoted = re.search(r" : '(.*?)'?\s*$", str(error), re.DOTALL)  # what follows the place in USD's own source
    return " ".join((quoted.group(1) if quoted else str(error)).split())
