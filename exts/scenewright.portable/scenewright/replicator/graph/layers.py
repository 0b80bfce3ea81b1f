"""Where randomized values go: anonymous sublayers of the session layer, so that the user's layers are never touched."""

from collections.abc import Iterator
from contextlib import contextmanager

from pxr import Sdf, Usd

__all__ = ["RandomizationLayers"]

#: Layer of the nodes that were made outside every ``rep.new_layer``.
_DEFAULT_NAME = "randomization"


class RandomizationLayers:
    """The layers that graph nodes write to.

    They are sublayers of the session layer: stronger than the root layer and what it brings in, and saved with neither. The
    default layer is the strongest of them.
    """

    def __init__(self, stage: Usd.Stage) -> None:
        self.stage = stage
        self.active: Sdf.Layer | None = None
        self._layers: dict[str, Sdf.Layer] = {}

    def named(self, name: str) -> Sdf.Layer:
        """Return the layer called ``name``, empty: an existing one is cleared."""
        if name in self._layers:
            self._layers[name].Clear()
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
        with Usd.EditContext(self.stage, layer):
            yield layer

    def _default(self) -> Sdf.Layer:
        return self._layers.get(_DEFAULT_NAME) or self._add(_DEFAULT_NAME)

    def _add(self, name: str) -> Sdf.Layer:
        layer = Sdf.Layer.CreateAnonymous(name)
        self._layers[name] = layer
        paths = self.stage.GetSessionLayer().subLayerPaths
        behind_default = name != _DEFAULT_NAME and _DEFAULT_NAME in self._layers
        paths.insert(1 if behind_default else 0, layer.identifier)
        return layer

