"""Local position, rotation and scale of one prim, written through the transform ops that it has."""

from pxr import Gf, Usd, UsdGeom

__all__ = ["write_local_pose"]

_EULER = {UsdGeom.XformOp.TypeRotateXYZ: "XYZ", UsdGeom.XformOp.TypeRotateXZY: "XZY", UsdGeom.XformOp.TypeRotateYXZ: "YXZ",
          UsdGeom.XformOp.TypeRotateYZX: "YZX", UsdGeom.XformOp.TypeRotateZXY: "ZXY", UsdGeom.XformOp.TypeRotateZYX: "ZYX"}
_AXES = {"X": Gf.Vec3d.XAxis(), "Y": Gf.Vec3d.YAxis(), "Z": Gf.Vec3d.ZAxis()}


def write_local_pose(prim: Usd.Prim, position: Gf.Vec3d | None = None, turn: Gf.Quatd | None = None,
                     scale: Gf.Vec3d | None = None) -> None:
    """Write parts of a prim's local transform; what is None stays.

    Ops in the order translate, one rotation, scale are kept and set, whatever the rotation's kind. Any other stack becomes
    translate, orient, scale with the same transform first.
    """
    xform = UsdGeom.Xformable(prim)
    ops = {_kind(op): op for op in xform.GetOrderedXformOps()}
    order = [_kind(op) for op in xform.GetOrderedXformOps()]
    known = [kind for kind in ("translate", "rotate", "scale") if kind in ops]
    if order != known:
        local = xform.GetLocalTransformation()
        position = position if position is not None else local.ExtractTranslation()
        turn = turn if turn is not None else local.RemoveScaleShear().ExtractRotationQuat()
        scale = scale if scale is not None else Gf.Vec3d(*(local.GetRow3(axis).GetLength() for axis in range(3)))
        xform.ClearXformOpOrder()
        ops = {}
    if position is not None:
        _set(ops.get("translate") or xform.AddTranslateOp(), position)
    if turn is not None:
        _set_rotation(ops.get("rotate") or xform.AddOrientOp(UsdGeom.XformOp.PrecisionDouble), turn)
    if scale is not None:
        _set(ops.get("scale") or xform.AddScaleOp(), scale)
    made = {_kind(op): op for op in xform.GetOrderedXformOps()}
    xform.SetXformOpOrder([made[kind] for kind in ("translate", "rotate", "scale") if kind in made],
                          xform.GetResetXformStack())


def _kind(op: UsdGeom.XformOp) -> str:
    if op.GetOpName() == "xformOp:translate":
        return "translate"
    if op.GetOpName() == "xformOp:scale":
        return "scale"
    rotates = op.GetOpType() in _EULER or op.GetOpType() == UsdGeom.XformOp.TypeOrient
    return "rotate" if rotates and not op.IsInverseOp() and op.GetOpName().count(":") == 1 else "other"


def _set(op: UsdGeom.XformOp, value: Gf.Vec3d) -> None:
    kind = {UsdGeom.XformOp.PrecisionFloat: Gf.Vec3f, UsdGeom.XformOp.PrecisionHalf: Gf.Vec3h}.get(op.GetPrecision(), Gf.Vec3d)
    op.Set(kind(value))


def _set_rotation(op: UsdGeom.XformOp, turn: Gf.Quatd) -> None:
    if op.GetOpType() == UsdGeom.XformOp.TypeOrient:
        kind = {UsdGeom.XformOp.PrecisionFloat: Gf.Quatf, UsdGeom.XformOp.PrecisionHalf: Gf.Quath}
        op.Set(kind.get(op.GetPrecision(), Gf.Quatd)(turn))
        return
    order = _EULER[op.GetOpType()]  # USD turns about the first letter first: Decompose's last axis
    angles = Gf.Rotation(turn).Decompose(*(_AXES[letter] for letter in reversed(order)))
    by_axis = dict(zip(reversed(order), angles, strict=True))
    _set(op, Gf.Vec3d(*(by_axis[letter] for letter in "XYZ")))
