"""Attribute: values of a USD attribute in each frame."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pxr import Sdf, Usd

from scenewright.replicator.annotators.skeletons import time_of
from scenewright.replicator.annotators.template import AnnotatorError, AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["Attribute"]


class Attribute(AnnotatorTemplate):
    """Values of one attribute of some prims at the frame's time: ``{"data": [value, …], "primPaths": [path, …]}``.

    Parameters: ``prims`` (paths or prims) and ``attribute`` (its name). A value is what USD returns, None where there is none.
    """

    names = ("Attribute",)
    parameters = {"prims": (), "attribute": ""}  # noqa: RUF012

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults, prims as paths."""
        params = super().check_parameters(given)
        prims = params["prims"]
        prims = [prims] if isinstance(prims, (str, Sdf.Path, Usd.Prim)) else list(prims)
        return {"prims": [str(p.GetPath()) if isinstance(p, Usd.Prim) else str(p) for p in prims],
                "attribute": str(params["attribute"])}

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return no buffer."""
        return frozenset()

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Read the attribute of each prim.

        Raises:
            AnnotatorError: A prim or its attribute does not exist, or no attribute was named.
        """
        time, values = time_of(capture), []
        for path in params["prims"]:
            prim = capture.stage.GetPrimAtPath(path)
            attribute = prim.GetAttribute(params["attribute"]) if prim and params["attribute"] else None
            if not attribute:
                raise AnnotatorError(f"Annotator 'Attribute': {path} has no attribute '{params['attribute']}'. Give existing "
                                     "prims and the name of one of their attributes.")
            values.append(attribute.Get(time))
        return AnnotatorOutput(None, {"data": values, "primPaths": list(params["prims"])})
