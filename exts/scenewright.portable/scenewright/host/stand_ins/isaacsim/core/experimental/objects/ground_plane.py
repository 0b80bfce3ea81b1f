"""The ground plane."""

from collections.abc import Sequence

from pxr import Gf, Usd, UsdGeom, UsdPhysics

from scenewright.host.stage_context import get_context

__all__ = ["GroundPlane"]


class GroundPlane:
    """Ground planes: a square that is drawn and an infinite plane that things stand on.

    Args:
        paths: Paths of new or existing ground planes.
        sizes: Edge of the square [stage units], one or one for each.
        colors: Display colour, RGB in [0, 1].
        positions: World positions, shape (3,) or (N, 3).
        templates: Accepted; what Isaac Sim's templates draw is a plain square here.
    """

    def __init__(self, paths: str | Sequence[str], *, sizes: float | Sequence[float] | None = None,
                 colors: Sequence[float] | None = None, positions: Sequence | None = None, templates: object = None) -> None:
        self.paths = [paths] if isinstance(paths, str) else [str(path) for path in paths]
        stage = get_context().get_stage()
        edges = list(sizes) if isinstance(sizes, list | tuple) else [100.0 if sizes is None else sizes] * len(self.paths)
        places = [None] * len(self.paths) if positions is None else list(positions)
        if places and not hasattr(places[0], "__len__") and places[0] is not None:
            places = [places] * len(self.paths)
        self.prims = [_define(stage, path, float(edge), place, colors)
                      for path, edge, place in zip(self.paths, edges, places, strict=True)]

    def __len__(self) -> int:
        return len(self.prims)


def _define(stage: Usd.Stage, path: str, edge: float, position: Sequence[float] | None,
            color: Sequence[float] | None) -> Usd.Prim:
    root = UsdGeom.Xform.Define(stage, path)
    if position is not None:
        UsdGeom.XformCommonAPI(root).SetTranslate(Gf.Vec3d(*map(float, position)))
    up = UsdGeom.GetStageUpAxis(stage)
    square = UsdGeom.Plane.Define(stage, f"{path}/geom")
    square.CreateAxisAttr(up)
    square.CreateWidthAttr(edge)
    square.CreateLengthAttr(edge)
    square.CreateDisplayColorAttr([Gf.Vec3f(*map(float, color or (0.5, 0.5, 0.5)))])
    ground = UsdGeom.Plane.Define(stage, f"{path}/collisionPlane")
    ground.CreateAxisAttr(up)
    ground.CreatePurposeAttr(UsdGeom.Tokens.guide)
    UsdPhysics.CollisionAPI.Apply(ground.GetPrim())
    return root.GetPrim()
