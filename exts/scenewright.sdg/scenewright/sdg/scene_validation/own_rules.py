"""Our own rules: labels, lights, cameras and sizes, on the composed stage."""

import functools
import math
from collections.abc import Iterator
from pathlib import Path

import yaml
from pxr import Gf, Usd, UsdGeom, UsdLux, UsdSemantics

from scenewright.sdg.scene_validation.findings import ERROR, WARNING, SceneFinding

__all__ = ["SceneView", "camera_findings", "label_findings", "light_findings", "size_findings"]

_OLD_LABEL = "semantic:"
_PURPOSES = (UsdGeom.Tokens.default_, UsdGeom.Tokens.render)
_OFF = 10.0
"""How many times beyond what is plausible a size is an error."""


class SceneView:
    """A composed stage, and what several rules ask of it.

    Args:
        stage: The stage, with its payloads.
    """

    def __init__(self, stage: Usd.Stage):
        self.stage = stage
        self.bounds = UsdGeom.BBoxCache(Usd.TimeCode.EarliestTime(), list(_PURPOSES), useExtentsHint=True)
        self.cameras = [
            prim
            for prim in stage.Traverse()
            if prim.IsA(UsdGeom.Camera) and not str(prim.GetPath()).startswith("/OmniverseKit_")
        ]
        self.gprims = list(_drawn(stage))
        self.meters = UsdGeom.GetStageMetersPerUnit(stage)

    @functools.cached_property
    def is_asset(self) -> bool:
        """Whether the stage is an asset to be referred to rather than a scene: its default prim is a component."""
        root = self.stage.GetDefaultPrim()
        return bool(root) and Usd.ModelAPI(root).GetKind() in ("component", "subcomponent")

    @functools.cached_property
    def labelled(self) -> list[tuple[Usd.Prim, dict[str, list[str]]]]:
        """Prims with labels of their own, prototypes of instancers included, proxies of instances not."""
        found = []
        for prim in self.stage.Traverse():
            labels = own_labels(prim)
            if labels:
                found.append((prim, labels))
        return found

    def layer_of(self, prim: Usd.Prim) -> str:
        """Return the file with the strongest opinion about a prim."""
        stack = prim.GetPrimStack()
        return stack[0].layer.realPath or stack[0].layer.identifier if stack else self.stage.GetRootLayer().realPath


def own_labels(prim: Usd.Prim) -> dict[str, list[str]]:
    """Return the labels of a prim itself by taxonomy, of the present schema and of the old one."""
    found = {}
    for taxonomy in UsdSemantics.LabelsAPI.GetDirectTaxonomies(prim):
        values = UsdSemantics.LabelsAPI(prim, taxonomy).GetLabelsAttr().Get()
        if values:
            found[taxonomy] = [str(value) for value in values]
    for attribute in prim.GetAuthoredPropertiesInNamespace("semantic"):
        name = attribute.GetName()
        if name.startswith(_OLD_LABEL) and name.endswith(":semanticData"):
            kind = prim.GetAttribute(name.removesuffix("Data") + "Type")
            value = attribute.Get()
            if value:
                found.setdefault(str(kind.Get() or "class") if kind else "class", []).extend(str(value).split(","))
    return found


def _drawn(stage: Usd.Stage) -> Iterator[Usd.Prim]:
    """Yield every gprim that a camera could see, within instances and prototypes of point instancers, too."""
    walk = iter(Usd.PrimRange.Stage(stage, Usd.TraverseInstanceProxies()))
    for prim in walk:
        imageable = UsdGeom.Imageable(prim)
        if imageable and imageable.GetVisibilityAttr().Get() == UsdGeom.Tokens.invisible:
            walk.PruneChildren()
        elif prim.IsA(UsdGeom.Gprim) and imageable.ComputePurpose() in _PURPOSES:
            yield prim


def label_findings(view: SceneView) -> Iterator[SceneFinding]:
    """Every gprim that is drawn resolves to a label: its own, or one of a prim above it."""
    known: dict[Usd.Prim, bool] = {}

    def resolves(prim: Usd.Prim) -> bool:
        if not prim or prim.IsPseudoRoot():
            return False
        if prim not in known:
            known[prim] = bool(own_labels(prim)) or resolves(prim.GetParent())
        return known[prim]

    bare = [prim for prim in view.gprims if not resolves(prim)]
    if view.cameras and view.gprims and len(bare) == len(view.gprims):
        told = "nothing in this scene has a label, so every label image would be empty."
        yield SceneFinding(
            "labels", ERROR, view.stage.GetRootLayer().realPath, "", told, "Label its objects: `scenewright labels`."
        )
        return
    tops: dict[str, tuple[Usd.Prim, int]] = {}
    for prim in bare:
        top = _editable(prim)
        first, count = tops.get(str(top.GetPath()), (top, 0))
        tops[str(top.GetPath())] = (first, count + 1)
    for path, (top, count) in tops.items():
        what = "is drawn without a label." if count == 1 else f"draws {count} meshes without a label."
        yield SceneFinding("labels", WARNING, view.layer_of(top), path, what, "Label it, or a prim above it.")


def _editable(prim: Usd.Prim) -> Usd.Prim:
    """Return where a label would be written: the outermost instance that holds a prim, or its component, or itself."""
    holder = prim
    while holder and holder.IsInstanceProxy():
        holder = holder.GetParent()
    above = holder
    while above and not above.IsPseudoRoot():
        if Usd.ModelAPI(above).GetKind() == "component":
            return above
        above = above.GetParent()
    return holder


def light_findings(view: SceneView) -> Iterator[SceneFinding]:
    """There is light: a light that is visible and not dark."""
    if view.is_asset:
        return
    root = view.stage.GetRootLayer().realPath
    lights = [p for p in Usd.PrimRange.Stage(view.stage, Usd.TraverseInstanceProxies()) if p.HasAPI(UsdLux.LightAPI)]
    if not lights:
        severity = ERROR if view.cameras else WARNING
        yield SceneFinding("lights", severity, root, "", "there is no light, so pictures would be black.", "Add a light.")
        return
    shining = 0
    for prim in lights:
        intensity = UsdLux.LightAPI(prim).GetIntensityAttr().Get()
        hidden = UsdGeom.Imageable(prim).ComputeVisibility() == UsdGeom.Tokens.invisible
        if hidden or not intensity:
            why, remedy = ("is invisible", "Show it") if hidden else ("has the intensity 0", "Raise it")
            remedy += ", or leave it out."
            yield SceneFinding("lights", WARNING, view.layer_of(prim), str(prim.GetPath()), f"this light {why}.", remedy)
        else:
            shining += 1
    if not shining:
        yield SceneFinding(
            "lights", ERROR if view.cameras else WARNING, root, "", "none of the lights shines.", "Switch one on."
        )


def camera_findings(view: SceneView) -> Iterator[SceneFinding]:
    """Each camera has something labelled in its view, by bounding boxes: what hides what is not looked at."""
    if view.is_asset or not view.cameras:
        return
    boxes = [view.bounds.ComputeWorldBound(prim) for prim, _ in view.labelled if not _in_prototypes(prim)]
    boxes += [
        view.bounds.ComputeWorldBound(prim)
        for prim in view.stage.Traverse()
        if prim.IsA(UsdGeom.PointInstancer) and any(own_labels(p) for p in Usd.PrimRange(prim))
    ]
    boxes = [box for box in boxes if not box.GetRange().IsEmpty()]
    if not boxes:
        return  # the rule of labels tells of it
    blind = []
    for prim in view.cameras:
        frustum = UsdGeom.Camera(prim).GetCamera(Usd.TimeCode.EarliestTime()).frustum
        near, far = frustum.nearFar.min, frustum.nearFar.max
        if not 0 < near < far or not all(map(math.isfinite, (near, far))):
            told = f"the clipping range is [{near:g}, {far:g}]."
            yield SceneFinding("cameras", ERROR, view.layer_of(prim), str(prim.GetPath()), told, "Give 0 < near < far.")
        elif not any(_sees(frustum, box) for box in boxes):
            blind.append(prim)
    for prim in blind:
        severity = ERROR if len(blind) == len(view.cameras) else WARNING
        told = "nothing labelled is in this camera's view."
        yield SceneFinding("cameras", severity, view.layer_of(prim), str(prim.GetPath()), told, "Move it, or leave it out.")


def _sees(frustum: Gf.Frustum, box: Gf.BBox3d) -> bool:
    return frustum.Intersects(box)


def _in_prototypes(prim: Usd.Prim) -> bool:
    above = prim.GetParent()
    while above and not above.IsPseudoRoot():
        if above.IsA(UsdGeom.PointInstancer):
            return True
        above = above.GetParent()
    return False


@functools.cache
def plausible_sizes() -> dict[str, tuple[float, float]]:
    """Return the smallest and the largest plausible longest side [m] of each class in ``sizes.yaml``."""
    data = yaml.safe_load((Path(__file__).parent / "sizes.yaml").read_text(encoding="utf-8"))
    return {label: (float(low), float(high)) for label, (low, high) in data.items()}


def size_findings(view: SceneView) -> Iterator[SceneFinding]:
    """Objects have sizes that are plausible for their class."""
    sizes = plausible_sizes()
    for prim, labels in view.labelled:
        known = [label.strip().lower() for label in labels.get("class", ()) if label.strip().lower() in sizes]
        if not known or prim.IsA(UsdGeom.PointInstancer):
            continue
        low, high = sizes[known[0]]
        box = view.bounds.ComputeUntransformedBound(prim) if _in_prototypes(prim) else view.bounds.ComputeWorldBound(prim)
        if box.GetRange().IsEmpty():
            continue
        # The object's own axes: a chair that is turned is not larger.
        matrix = box.GetMatrix()
        scales = [Gf.Vec3d(*matrix.GetRow(axis)[:3]).GetLength() for axis in range(3)]
        side = max(length * scale for length, scale in zip(box.GetRange().GetSize(), scales, strict=True)) * view.meters
        if low <= side <= high:
            continue
        off = low / side if side < low and side > 0 else side / high if side > high else math.inf
        told = f"a {known[0]} of {_metres(side)} is not plausible: {_metres(low)} to {_metres(high)} are."
        hint = (
            "Its unit is wrong, most likely (centimetres read as metres, or the reverse)."
            if off >= _OFF
            else "Check its scale."
        )
        yield SceneFinding("size", ERROR if off >= _OFF else WARNING, view.layer_of(prim), str(prim.GetPath()), told, hint)


def _metres(value: float) -> str:
    return f"{value:.3g} m"
