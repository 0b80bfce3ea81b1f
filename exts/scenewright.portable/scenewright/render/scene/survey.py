"""One pass over the namespace: what is drawn, what shines, what is labelled."""

from dataclasses import dataclass, field

from pxr import Usd, UsdGeom

from scenewright.render.scene.leaves import PREDICATE, is_drawn
from scenewright.render.scene.lights import is_light
from scenewright.render.scene.semantics import read_labels

__all__ = ["Survey", "survey_stage"]


@dataclass(eq=False)
class Survey:
    """Prims in namespace order."""

    drawn: list[Usd.Prim] = field(default_factory=list)
    """Visible gprims and point instancers of purpose default or render."""
    lights: list[Usd.Prim] = field(default_factory=list)
    """Visible lights."""
    labelled: list[tuple[str, Usd.Prim]] = field(default_factory=list)
    """(path, prim) of every prim that declares labels."""
    labels: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Prim path to {semantic type: labels}."""
    paths: set[str] = field(default_factory=set)
    """Paths of all gprims, hidden ones too."""
    visibility_animated: bool = False
    labels_animated: bool = False


def survey_stage(stage: Usd.Stage, time: Usd.TimeCode) -> Survey:
    """Look at every active, loaded, defined prim that is not abstract, instance proxies included."""
    survey = Survey()
    kinds: dict[str, str] = {}
    prims = iter(Usd.PrimRange.Stage(stage, PREDICATE))
    for prim in prims:
        name = prim.GetTypeName()
        kind = kinds.get(name)
        if kind is None:
            kind = kinds[name] = _kind(prim)
        schemas = prim.GetAppliedSchemas()
        labels, animated = read_labels(prim, schemas, time)
        if labels or animated:
            path = prim.GetPath().pathString
            survey.labels_animated = survey.labels_animated or animated
            survey.labelled.append((path, prim))
            if labels:
                survey.labels[path] = labels
        if kind == "" and not schemas:
            continue
        if kind and UsdGeom.Imageable(prim).GetVisibilityAttr().ValueMightBeTimeVarying():
            survey.visibility_animated = True
        if kind in ("gprim", "instancer"):
            survey.paths.add(prim.GetPath().pathString)
            if is_drawn(prim, time):
                survey.drawn.append(prim)
        if kind == "light" or (schemas and is_light(prim)):
            if is_drawn(prim, time):
                survey.lights.append(prim)
        if kind == "instancer":
            prims.PruneChildren()
    return survey


def _kind(prim: Usd.Prim) -> str:
    """Return how prims of this type matter: gprim, instancer, light, imageable or not at all."""
    if prim.IsA(UsdGeom.PointInstancer):
        return "instancer"
    if prim.IsA(UsdGeom.Gprim):
        return "gprim"
    if is_light(prim):
        return "light"
    return "imageable" if prim.IsA(UsdGeom.Imageable) else ""
