"""``rep.functional.utils``: where prims are in the world."""


from pxr import Gf, UsdGeom

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional.prim_arguments import PrimLike, accepts_only_named, resolve_prim

__all__ = ["get_world_position", "get_world_transform"]


@accepts_only_named
def get_world_transform(prim: PrimLike) -> Gf.Matrix4d:
    """Return a prim's local-to-world matrix: row vectors, stage units, translation in the last row."""
    return UsdGeom.XformCache().GetLocalToWorldTransform(resolve_prim(prim))


@accepts_only_named
def get_world_position(prim: PrimLike) -> Gf.Vec3d:
    """Return where a prim's origin is in the world [stage units]."""
    return get_world_transform(prim).ExtractTranslation()

__getattr__ = unavailable_names(__name__, ())
