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

    anchors: list[tuple[Usd.Prim, bool]] = field(default_factory=list)
    """Prims whose place matters, and whether they draw: visible gprims and point instancers of purpose default or render,
    and labelled prims."""
    lights: list[Usd.Prim] = field(default_factory=list)
    """Visible lights."""
    labelled: list[tuple[str, Usd.Prim]] = field(default_factory=list)
    """(path, prim) of every prim that declares labels."""
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
        labelled = bool(labels or animated)
        if labelled:
            survey.labels_animated = survey.labels_animated or animated
            survey.labelled.append((prim.GetPath().pathString, prim))
        if kind and UsdGeom.Imageable(prim).GetVisibilityAttr().ValueMightBeTimeVarying():
            survey.visibility_animated = True
        draws = kind in ("gprim", "instancer")
        if draws:
            survey.paths.add(prim.GetPath().pathString)
            draws = is_drawn(prim, time)
        if draws or labelled:
            survey.anchors.append((prim, draws))
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
