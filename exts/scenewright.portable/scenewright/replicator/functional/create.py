"""``rep.functional.create``: create one prim now and return it. `create_batch` describes the arguments."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from pxr import Usd

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional import create_batch
from scenewright.replicator.functional.prim_arguments import PrimLike, accepts_only_named, resolve_prims

__all__ = ["camera", "capsule", "clone", "cone", "cube", "cylinder", "cylinder_light", "disk", "disk_light", "distant_light",
           "dome_light", "material", "omni_lidar", "omni_radar", "plane", "rect_light", "reference", "scope", "sphere",
           "sphere_light", "torus", "xform"]


def _single(batch: Callable[..., list[Usd.Prim]]) -> Callable[..., Usd.Prim]:
    """Return a creator of one prim from that of N."""
    signature = inspect.signature(batch)
    parameters = [parameter for name, parameter in signature.parameters.items() if name != "count"]

    def create(*args: Any, **kwargs: Any) -> Usd.Prim:
        return batch(1, *args, **kwargs)[0]

    create.__name__ = create.__qualname__ = batch.__name__
    create.__doc__ = f"Create one prim now: see `create_batch.{batch.__name__}` for the arguments.\n\nReturns:\n    The prim."
    create.__signature__ = signature.replace(parameters=parameters, return_annotation=Usd.Prim)  # type: ignore[attr-defined]
    return accepts_only_named(create)


camera, clone, reference, scope, xform = map(_single, (
    create_batch.camera, create_batch.clone, create_batch.reference, create_batch.scope, create_batch.xform))
capsule, cone, cube, cylinder, disk, plane, sphere, torus = map(_single, (
    create_batch.capsule, create_batch.cone, create_batch.cube, create_batch.cylinder, create_batch.disk, create_batch.plane,
    create_batch.sphere, create_batch.torus))
cylinder_light, disk_light, distant_light, dome_light, rect_light, sphere_light = map(_single, (
    create_batch.cylinder_light, create_batch.disk_light, create_batch.distant_light, create_batch.dome_light,
    create_batch.rect_light, create_batch.sphere_light))
omni_lidar, omni_radar = create_batch.omni_lidar, create_batch.omni_radar


def material(mdl: str = "OmniPBR.mdl", bind_prims: PrimLike | Sequence[PrimLike] | None = None, name: str | None = None,
             parent: PrimLike | None = None, **inputs: Any) -> Usd.Prim:
    """Create one material and bind it to any number of prims; see `create_batch.material`.

    Args:
        mdl: "OmniPBR.mdl", "OmniGlass.mdl", "UsdPreviewSurface", or the path of another MDL module.
        bind_prims: Prims to bind it to.
        name: Prim name; the module's name by default.
        parent: Where to create; the stage's root by default.
        inputs: Shader inputs such as ``diffuse_color_constant=(1, 0, 0)``.

    Returns:
        The Material prim.
    """
    bound = None if bind_prims is None else resolve_prims(bind_prims)
    return create_batch.material(mdl, bound, 1, name, parent, **inputs)[0]

__getattr__ = unavailable_names(__name__, ())
