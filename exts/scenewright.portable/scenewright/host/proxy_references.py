"""Proxies for references, payloads and pictures that scripts and files write through USD itself."""

from collections.abc import Iterator

from pxr import Sdf, Tf, Usd, UsdLux, UsdShade

from scenewright.host.assets import stand_in_for

__all__ = ["ProxyReferences"]


class ProxyReferences:
    """Shows a proxy wherever a reference or payload leads to a missing file, or a light or shader to a missing picture.

    The proxies are opinions in a sublayer of the session layer, so that no layer of the user's changes; they come and go
    with what they stand in for. Inside instances nothing can be authored: there a missing file stays missing.

    Args:
        stage: Stage to watch, from now to ``close``.
    """

    def __init__(self, stage: Usd.Stage) -> None:
        self._layer = Sdf.Layer.CreateAnonymous("proxy assets")
        self._is_writing = False
        stage.GetSessionLayer().subLayerPaths.append(self._layer.identifier)
        self._show(stage.GetPseudoRoot())
        self._listener: Tf.Notice.Listener | None = Tf.Notice.Register(Usd.Notice.ObjectsChanged, self._on_change, stage)

    def close(self) -> None:
        """Stop watching; the proxies that are there stay."""
        if self._listener is not None:
            self._listener.Revoke()
            self._listener = None

    def _on_change(self, notice: Usd.Notice.ObjectsChanged, stage: Usd.Stage) -> None:
        if self._is_writing:
            return
        for path in notice.GetResyncedPaths():
            if path.IsAbsoluteRootOrPrimPath() and stage.GetPrimAtPath(path):
                self._show(stage.GetPrimAtPath(path))
        for path in [*notice.GetResyncedPaths(), *notice.GetChangedInfoOnlyPaths()]:
            if path.IsPrimPropertyPath() and _bears_pictures(stage.GetPrimAtPath(path.GetPrimPath())):
                self._show_picture(stage.GetAttributeAtPath(path))

    def _show_picture(self, attribute: Usd.Attribute) -> None:
        """Put a picture where an attribute names one that is missing."""
        if not attribute or attribute.GetTypeName() != Sdf.ValueTypeNames.Asset:
            return
        said = next((spec for spec in attribute.GetPropertyStack() if spec.layer != self._layer and spec.default), None)
        proxy = stand_in_for(Sdf.ComputeAssetPathRelativeToLayer(said.layer, said.default.path)) if said else None
        held = self._layer.GetAttributeAtPath(attribute.GetPath())
        if (held.default.path if held else None) == proxy:
            return
        self._is_writing = True
        try:
            with Sdf.ChangeBlock():
                owner = Sdf.CreatePrimInLayer(self._layer, attribute.GetPrimPath())
                if held:
                    owner.RemoveProperty(held)
                if proxy is not None:
                    Sdf.AttributeSpec(owner, attribute.GetName(), Sdf.ValueTypeNames.Asset).default = Sdf.AssetPath(proxy)
        finally:
            self._is_writing = False

    def _show(self, root: Usd.Prim) -> None:
        for prim in Usd.PrimRange(root, Usd.PrimAllPrimsPredicate):
            if _bears_pictures(prim):
                for attribute in prim.GetAuthoredAttributes():
                    self._show_picture(attribute)
        found = {prim.GetPath(): self._proxies(prim) for prim in Usd.PrimRange(root, Usd.PrimAllPrimsPredicate)
                 if not prim.IsPseudoRoot()}
        changed = {path: proxies for path, proxies in found.items() if proxies != self._held(path)}
        if not changed:
            return
        self._is_writing = True
        try:
            with Sdf.ChangeBlock():
                for path, proxies in changed.items():
                    spec = Sdf.CreatePrimInLayer(self._layer, path)
                    spec.referenceList.ClearEdits()
                    for proxy in proxies:
                        spec.referenceList.Append(Sdf.Reference(proxy))
        finally:
            self._is_writing = False

    def _held(self, path: Sdf.Path) -> list[str]:
        spec = self._layer.GetPrimAtPath(path)
        return [reference.assetPath for reference in spec.referenceList.appendedItems] if spec else []

    def _proxies(self, prim: Usd.Prim) -> list[str]:
        """Return the proxies of what the prim refers to and is not there, strongest first."""
        found: dict[str, None] = {}
        for anchor, asset in self._arcs(prim):
            path = Sdf.ComputeAssetPathRelativeToLayer(anchor, asset)
            proxy = path if path in self._held(prim.GetPath()) else stand_in_for(path)
            if proxy is not None:
                found[proxy] = None
        return list(found)

    def _arcs(self, prim: Usd.Prim) -> Iterator[tuple[Sdf.Layer, str]]:
        for spec in prim.GetPrimStack():
            if spec.layer == self._layer:
                continue
            for arcs in (spec.referenceList, spec.payloadList):
                yield from ((spec.layer, arc.assetPath) for arc in arcs.GetAppliedItems() if arc.assetPath)


def _bears_pictures(prim: Usd.Prim) -> bool:
    return bool(prim) and (prim.IsA(UsdShade.Shader) or prim.HasAPI(UsdLux.LightAPI))
