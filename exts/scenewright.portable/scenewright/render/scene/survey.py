"""One pass over the namespace: what is drawn, what shines, what is labelled."""

from dataclasses import dataclass, field

from pxr import Usd, UsdGeom

from scenewright.render.scene.leaves import PREDICATE, is_drawn
from scenewright.render.scene.lights import is_light
from scenewright.render.scene.semantics import read_labels
from scenewright.render.scene.splats import is_splats

__all__ = ["Survey", "survey_stage"]


@dataclass(eq=False)
class Survey:
    """Prims in namespace order, hidden ones too."""

    places: list[tuple[Usd.Prim, bool]] = field(default_factory=list)
    """Prims whose place matters, and whether they can draw: gprims and point instancers, and labelled prims."""
    lights: list[Usd.Prim] = field(default_factory=list)
    """Lights of all kinds."""
    labelled: dict[str, Usd.Prim] = field(default_factory=dict)
    """Path to prim of every prim that declares labels."""
    labels: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Path to {semantic type: labels}."""
    skeleton_roots: list[Usd.Prim] = field(default_factory=list)
    """SkelRoot prims."""
    splats: list[Usd.Prim] = field(default_factory=list)
    """Clouds of Gaussian splats."""
    drawable_paths: set[str] = field(default_factory=set)
    visibility_animated: bool = False
    labels_animated: bool = False

    def anchors(self, time: Usd.TimeCode) -> list[tuple[Usd.Prim, bool]]:
        """Return the places that matter at ``time``, and whether each draws: it is visible and of purpose default or render."""
        shown = ((prim, can_draw and is_drawn(prim, time)) for prim, can_draw in self.places)
        return [(prim, draws) for prim, draws in shown if draws or prim.GetPath().pathString in self.labelled]

    def shining(self, time: Usd.TimeCode) -> list[Usd.Prim]:
        """Return the lights that are visible at ``time``."""
        return [prim for prim in self.lights if prim and is_light(prim) and is_drawn(prim, time)]

    def read_labels(self, time: Usd.TimeCode) -> None:
        """Read the labels of all labelled prims again."""
        self.labels, self.labels_animated = {}, False
        for path, prim in self.labelled.items():
            labels, animated = read_labels(prim, prim.GetAppliedSchemas(), time)
            self._note_labels(path, labels, animated)

    def _note_labels(self, path: str, labels: dict[str, list[str]], animated: bool) -> None:
        self.labels_animated = self.labels_animated or animated
        if labels:
            self.labels[path] = labels


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
        if name == "SkelRoot":
            survey.skeleton_roots.append(prim)
        schemas = prim.GetAppliedSchemas()
        labels, animated = read_labels(prim, schemas, time)
        draws = kind in ("gprim", "instancer")
        if draws or labels or animated:
            path = prim.GetPath().pathString
            survey.places.append((prim, draws))
            if draws:
                survey.drawable_paths.add(path)
            if labels or animated:
                survey.labelled[path] = prim
                survey._note_labels(path, labels, animated)
        if kind and UsdGeom.Imageable(prim).GetVisibilityAttr().ValueMightBeTimeVarying():
            survey.visibility_animated = True
        if kind == "light" or (schemas and is_light(prim)):
            survey.lights.append(prim)
        if kind == "splats":
            survey.splats.append(prim)
        if kind == "instancer":
            prims.PruneChildren()
    return survey


def _kind(prim: Usd.Prim) -> str:
    """Return how prims of this type matter: gprim, instancer, splats, light, imageable or not at all."""
    if is_splats(prim):
        return "splats"
    if prim.IsA(UsdGeom.PointInstancer):
        return "instancer"
    if prim.IsA(UsdGeom.Gprim):
        return "gprim"
    if is_light(prim):
        return "light"
    return "imageable" if prim.IsA(UsdGeom.Imageable) else ""
