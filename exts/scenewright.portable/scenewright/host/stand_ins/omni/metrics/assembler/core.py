"""``omni.metrics.assembler.core``: brings what a stage refers to from its own units and up axis to the stage's."""

from collections.abc import Iterator

from pxr import Gf, Sdf, Usd, UsdGeom, UsdUtils

__all__ = ["MetricsAssembler", "get_metrics_assembler_interface"]

_TURN, _SCALE = "xformOp:rotateX:unitsResolve", "xformOp:scale:unitsResolve"


class MetricsAssembler:
    """Turns and scales prims whose references or payloads lead to files of another up axis or unit."""

    def resolve_stage(self, stage_id: int) -> None:
        """Author Kit's ops ``unitsResolve`` on the prims of a stage that need them; a second time changes nothing.

        They go last in ``xformOpOrder``, next to the referenced geometry. Inside instances nothing can be authored.

        Args:
            stage_id: Id of the stage in USD's stage cache, ``omni.usd.get_context().get_stage_id()``.

        Raises:
            ValueError: There is no such stage.
        """
        stage = UsdUtils.StageCache.Get().Find(Usd.StageCache.Id.FromLongInt(int(stage_id)))
        if not stage:
            raise ValueError(f"resolve_stage: there is no stage with the id {stage_id!r} in USD's stage cache; "
                             "omni.usd.get_context().get_stage_id() returns that of the current one.")
        unit, up = UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)
        for prim in Usd.PrimRange(stage.GetPseudoRoot(), Usd.PrimAllPrimsPredicate):
            for layer in _referenced(prim):
                theirs, axis = _units(layer)
                _resolve(prim, theirs / unit, 0.0 if axis == up else 90.0 if axis == UsdGeom.Tokens.y else -90.0)


def get_metrics_assembler_interface() -> MetricsAssembler:
    """Return the assembler."""
    return MetricsAssembler()


def _referenced(prim: Usd.Prim) -> Iterator[Sdf.Layer]:
    """Yield the first file that the stage's own layers make a prim refer to."""
    local = prim.GetStage().GetLayerStack()
    for spec in prim.GetPrimStack():
        if spec.layer not in local:
            continue
        for arcs in (spec.referenceList, spec.payloadList):
            for arc in arcs.GetAppliedItems():
                layer = Sdf.Layer.FindOrOpenRelativeToLayer(spec.layer, arc.assetPath) if arc.assetPath else None
                if layer is not None:
                    yield layer
                    return


def _units(layer: Sdf.Layer) -> tuple[float, str]:
    """Return metres per unit and up axis of a file; where it does not say, USD's defaults."""
    root = layer.pseudoRoot
    unit = root.GetInfo("metersPerUnit") if root.HasInfo("metersPerUnit") else UsdGeom.LinearUnits.centimeters
    return unit, root.GetInfo("upAxis") if root.HasInfo("upAxis") else UsdGeom.GetFallbackUpAxis()


def _resolve(prim: Usd.Prim, factor: float, angle: float) -> None:
    order = list(UsdGeom.Xformable(prim).GetXformOpOrderAttr().Get() or ()) if prim.IsA(UsdGeom.Xformable) else None
    if order is None or _TURN in order or _SCALE in order or (not angle and abs(factor - 1.0) < 1e-9):
        return
    prim.CreateAttribute(_TURN, Sdf.ValueTypeNames.Double, False).Set(angle)
    prim.CreateAttribute(_SCALE, Sdf.ValueTypeNames.Double3, False).Set(Gf.Vec3d(factor))
    ordered = prim.CreateAttribute("xformOpOrder", Sdf.ValueTypeNames.TokenArray, False, Sdf.VariabilityUniform)
    ordered.Set([*order, _TURN, _SCALE])
