"""An annotator made of others, for a Replicator whose registry takes none that is a function of several: Kit's."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["DerivedAnnotator"]


class DerivedAnnotator:
    """Attaches standard annotators and makes one annotation of their data when it is asked for.

    Args:
        name: of the annotation.
        inputs: from the parameters to the annotators it reads.
        function: makes the annotation.
        params: parameters, the defaults included.
    """

    def __init__(self, name: str, inputs: Callable[..., Mapping[str, tuple]], function: Callable[..., Any],
                 params: Mapping[str, Any]):
        self._name, self._function, self._params = name, function, dict(params)
        self._wanted = inputs(self._params)
        self._parts: dict[str, Any] = {}
        self._products: list[Any] = []

    def get_name(self) -> str:
        """Return the name of the annotation."""
        return self._name

    @property
    def is_attached(self) -> bool:
        """Whether it is attached to a render product."""
        return bool(self._parts)

    def attach(self, render_product: Any) -> "DerivedAnnotator":
        """Attach to one render product; a second camera that the annotation needs gets one of its own, of the same size.

        Raises:
            ValueError: if it is attached already.
        """
        import omni.replicator.core as rep

        if self._parts:
            raise ValueError(f"The annotator '{self._name}' is attached. Detach it first, or get another one.")
        products = {None: render_product}
        for key, (name, params, *camera) in self._wanted.items():
            seen_by = camera[0] if camera else None
            if seen_by not in products:
                products[seen_by] = rep.create.render_product(seen_by, _resolution(render_product))
                self._products.append(products[seen_by])
            part = rep.AnnotatorRegistry.get_annotator(name, init_params=dict(params))
            part.attach(products[seen_by])
            self._parts[key] = part
        return self

    def detach(self) -> "DerivedAnnotator":
        """Detach from the render product."""
        for part in self._parts.values():
            part.detach()
        for product in self._products:
            product.destroy()
        self._parts, self._products = {}, []
        return self

    def get_data(self) -> Any:
        """Return the annotation of the latest frame: an array, ``{"data", "info"}`` or a flat dict, as Replicator's do.

        Raises:
            ValueError: if it is not attached.
        """
        if not self._parts:
            raise ValueError(f"The annotator '{self._name}' is not attached. Call attach(render_product) before the step.")
        payload = {key: _flat(part.get_data()) for key, part in self._parts.items()}
        if any(not len(value) for value in payload.values()):
            return None
        result = self._function(payload, **self._params)
        if not isinstance(result, tuple):
            return result
        return {"data": result[0], "info": result[1]} if result[1] else result[0]


def _flat(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return {"data": value}
    return {"data": value["data"], **value["info"]} if "info" in value else dict(value)


def _resolution(render_product: Any) -> tuple[int, int]:
    """Return the resolution of a render product, given as an object or a path."""
    import omni.usd

    path = getattr(render_product, "path", render_product)
    width, height = omni.usd.get_context().get_stage().GetPrimAtPath(str(path)).GetAttribute("resolution").Get()
    return int(width), int(height)
