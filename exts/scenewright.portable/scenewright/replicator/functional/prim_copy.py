"""Copies of prims inside one stage."""

from pxr import Sdf, Usd, UsdUtils

__all__ = ["copy_prim"]


def copy_prim(source: Usd.Prim, path: Sdf.Path, layer: Sdf.Layer | None = None) -> Usd.Prim:
    """Copy a prim and everything below it.

    What the stage's own layers say about the prim is merged into one spec, with relationships and connections inside the
    copy pointing to the copy; references, payloads and variants stay what they are. A prim of which they say nothing, such as
    a part of a referenced asset, is referenced instead.

    Args:
        source: What to copy.
        path: A free path.
        layer: Where to write; the stage's current edit target by default.

    Returns:
        The copy.
    """
    stage = source.GetStage()
    target = Usd.EditTarget(layer) if layer is not None else stage.GetEditTarget()
    local = set(stage.GetLayerStack(includeSessionLayers=True))
    specs = [spec for spec in source.GetPrimStack() if spec.layer in local and spec.path == source.GetPath()]
    parent = path.GetParentPath()
    if parent != Sdf.Path.absoluteRootPath and not stage.GetPrimAtPath(parent):
        with Usd.EditContext(stage, target):
            stage.DefinePrim(parent, "Xform")
    if not specs or all(spec.specifier == Sdf.SpecifierOver for spec in specs):
        with Usd.EditContext(stage, target):
            copy = stage.DefinePrim(path)
            copy.GetReferences().AddInternalReference(source.GetPath())
            return copy
    merged = Sdf.Layer.CreateAnonymous("copy.usda")
    for spec in specs:
        part = Sdf.Layer.CreateAnonymous("part.usda")
        Sdf.CreatePrimInLayer(part, spec.path)
        Sdf.CopySpec(spec.layer, spec.path, part, spec.path)
        UsdUtils.StitchLayers(merged, part)
    Sdf.CreatePrimInLayer(target.GetLayer(), target.MapToSpecPath(path))
    Sdf.CopySpec(merged, source.GetPath(), target.GetLayer(), target.MapToSpecPath(path))
    return stage.GetPrimAtPath(path)
