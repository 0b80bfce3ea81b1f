"""Where randomized values go: anonymous sublayers of the session layer, so that the user's layers are never touched."""

from collections.abc import Iterator
from contextlib import contextmanager

from pxr import Sdf, Tf, Usd

from scenewright.replicator.functional.layer_writes import YIELDING

__all__ = ["RandomizationLayers"]

#: Layer of the nodes that were made outside every ``rep.new_layer``.
_DEFAULT_NAME = "randomization"


class RandomizationLayers:
    """The layers that graph nodes write to.

    They are sublayers of the session layer: stronger than the root layer and what it brings in, and saved with neither. The
    default layer is the strongest of them.

    The last write wins, as in Kit: where a script sets a property that one of these layers holds, the layer's value goes.
    """

    def __init__(self, stage: Usd.Stage) -> None:
        self.stage = stage
        self.active: Sdf.Layer | None = None
        self._layers: dict[str, Sdf.Layer] = {}
        self._is_writing = False
        self._listener: Tf.Notice.Listener | None = None

    def named(self, name: str) -> Sdf.Layer:
        """Return the layer called ``name``, empty: an existing one is cleared."""
        if name in self._layers:
            self._layers[name].Clear()
            self._layers[name].customLayerData = {YIELDING: True}
            return self._layers[name]
        return self._add(name)

    @contextmanager
    def entered(self, name: str) -> Iterator[Sdf.Layer]:
        """Make layer ``name`` the edit target and the layer of new nodes."""
        before, self.active = self.active, self.named(name)
        try:
            with Usd.EditContext(self.stage, self.active):
                yield self.active
        finally:
            self.active = before

    @contextmanager
    def writing(self, layer: Sdf.Layer | None) -> Iterator[Sdf.Layer]:
        """Make ``layer`` the edit target; None = the default layer."""
        layer = layer or self._default()
        before, self._is_writing = self._is_writing, True
        try:
            with Usd.EditContext(self.stage, layer):
                yield layer
        finally:
            self._is_writing = before

    def close(self) -> None:
        """Stop listening to the stage."""
        if self._listener is not None:
            self._listener.Revoke()
            self._listener = None

    def _default(self) -> Sdf.Layer:
        return self._layers.get(_DEFAULT_NAME) or self._add(_DEFAULT_NAME)

    def _add(self, name: str) -> Sdf.Layer:
        layer = Sdf.Layer.CreateAnonymous(name)
        layer.customLayerData = {YIELDING: True}
        self._layers[name] = layer
        paths = self.stage.GetSessionLayer().subLayerPaths
        behind_default = name != _DEFAULT_NAME and _DEFAULT_NAME in self._layers
        paths.insert(1 if behind_default else 0, layer.identifier)
        if self._listener is None:
            self._listener = Tf.Notice.Register(Usd.Notice.ObjectsChanged, self._on_change, self.stage)
        return layer

    def _on_change(self, notice: Usd.Notice.ObjectsChanged, stage: Usd.Stage) -> None:
        """Give way to what a script has just set outside these layers."""
        written = stage.GetEditTarget().GetLayer()
        if self._is_writing or YIELDING in written.customLayerData:
            return
        for paths in (notice.GetChangedInfoOnlyPaths(), notice.GetResyncedPaths()):
            for path in paths:
                if path.IsPropertyPath():
                    self._give_way(path, written)

    def _give_way(self, path: Sdf.Path, written: Sdf.Layer) -> None:
        held = [spec for layer in self._layers.values() if (spec := layer.GetAttributeAtPath(path))]
        if held:
            newer = written.GetAttributeAtPath(path)
            if newer and (newer.HasDefaultValue() or newer.HasInfo("timeSamples")):
                for spec in held:
                    spec.owner.RemoveProperty(spec)
