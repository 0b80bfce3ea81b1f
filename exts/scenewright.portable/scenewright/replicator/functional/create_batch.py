"""``rep.functional.create_batch``: the immediate creators for N prims at once, with one value for all or one for each.

Every creator takes ``count``, its own arguments and these:

==================  ==================================================================================================
position            local translation [stage units], (3,) or (N, 3)
rotation            Euler XYZ [deg], (3,) or (N, 3), or Gf quaternions
scale               one factor, N factors, (3,) or (N, 3)
look_at             world point, prim or path that local -Z faces (or N of them); instead of ``rotation``
look_at_up_axis     world up for ``look_at``; the stage's up axis by default
semantics           ``{"class": "mug"}``, ``{"class": ["mug", "cup"]}`` or ``[("class", "mug")]``
visible             boolean, or N booleans
material            Material prim or path to bind, or N of them
parent              prim or path; the stage's root by default; missing ancestors are defined as Xform
name                prim name; ``name``, ``name_01``, … where taken
==================  ==================================================================================================

Shapes are one metre large (see `shape_geometry`), gprims unless ``as_mesh=True`` (disk and torus are always meshes).
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from pxr import Sdf, Usd

from scenewright.replicator.availability import unavailable_names, unsupported
from scenewright.replicator.functional.camera_definition import CAMERA_DEFAULTS, LENS_ARGUMENTS, camera_columns
from scenewright.replicator.functional.creation import create_prims
from scenewright.replicator.functional.light_definition import DEFAULT_INTENSITY, LIGHT_KINDS, light_columns
from scenewright.replicator.functional.material_definition import bind_materials, define_materials, input_types, material_name
from scenewright.replicator.functional.prim_arguments import (
    PrimLike,
    accepts_only_named,
    resolve_parent,
    resolve_prim,
    resolve_prims,
)
from scenewright.replicator.functional.prim_copy import copy_prim
from scenewright.replicator.functional.prim_definition import define_prims, unique_paths
from scenewright.replicator.functional.references import file_reference, referenced_type
from scenewright.replicator.functional.semantic_labels import label_columns, label_schemas, parse_labels
from scenewright.replicator.functional.shape_definition import shape_columns

__all__ = ["camera", "capsule", "clone", "cone", "cube", "cylinder", "cylinder_light", "disk", "disk_light", "distant_light",
           "dome_light", "material", "omni_lidar", "omni_radar", "plane", "rect_light", "reference", "scope", "sphere",
           "sphere_light", "torus", "xform"]

Creator = Callable[..., list[Usd.Prim]]
_Build = Callable[[Usd.Stage, int, Mapping[str, Any]], tuple[str, list[Any]]]

COMMON_ARGUMENTS: dict[str, Any] = {"position": None, "rotation": None, "scale": None, "look_at": None,
                                    "look_at_up_axis": None, "semantics": None, "visible": True, "material": None,
                                    "parent": None, "name": None}


def _creator(name: str, summary: str, default_name: str, own: Mapping[str, Any], build: _Build) -> Creator:
    """Return a creator with the arguments ``count``, its own and the common ones."""
    defaults = {"position": None, "rotation": None, "scale": None, **own, **COMMON_ARGUMENTS}
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [inspect.Parameter("count", kind), *(inspect.Parameter(key, kind, default=value) for key, value in defaults.items())],
        return_annotation=list[Usd.Prim])

    def create(*args: Any, **kwargs: Any) -> list[Usd.Prim]:
        bound = signature.bind(*args, **kwargs).arguments
        count = bound.pop("count")
        common = {key: bound.pop(key) for key in COMMON_ARGUMENTS if key in bound}
        stage, _ = resolve_parent(common.get("parent"))
        type_name, columns = build(stage, count, {**own, **bound})
        return create_prims(count, type_name, columns, default_name=default_name, stage=stage, **common)

    create.__name__ = create.__qualname__ = name
    create.__doc__ = (f"{summary}\n\nOwn arguments: {', '.join(own) or 'none'}; the common ones are in the description of "
                      "`create_batch`.\n\nReturns:\n    The prims.")
    create.__signature__ = signature  # type: ignore[attr-defined]
    return accepts_only_named(create)


def _shape(shape: str) -> Creator:
    def build(stage: Usd.Stage, count: int, own: Mapping[str, Any]) -> tuple[str, list[Any]]:
        return shape_columns(stage, shape, as_mesh=bool(own["as_mesh"]))

    return _creator(shape, f"Create N unit {shape}s.", shape.capitalize(), {"as_mesh": False}, build)


def _light(kind: str) -> Creator:
    own = {name: DEFAULT_INTENSITY if name == "intensity" else None for name in LIGHT_KINDS[kind]}

    def build(stage: Usd.Stage, count: int, own: Mapping[str, Any]) -> tuple[str, list[Any]]:
        return light_columns(stage, kind, count, own)

    return _creator(f"{kind}_light", f"Create N {kind} lights; None leaves USD's default.", f"{kind.capitalize()}Light", own,
                    build)


def _camera(stage: Usd.Stage, count: int, own: Mapping[str, Any]) -> tuple[str, list[Any]]:
    return camera_columns(count, own)


capsule, cone, cube, cylinder = _shape("capsule"), _shape("cone"), _shape("cube"), _shape("cylinder")
disk, plane, sphere, torus = _shape("disk"), _shape("plane"), _shape("sphere"), _shape("torus")
cylinder_light, disk_light, distant_light = _light("cylinder"), _light("disk"), _light("distant")
dome_light, rect_light, sphere_light = _light("dome"), _light("rect"), _light("sphere")
xform = _creator("xform", "Create N transforms.", "Xform", {}, lambda stage, count, own: ("Xform", []))
camera = _creator("camera", "Create N pinhole cameras that look along their local -Z.", "Camera",
                  {**CAMERA_DEFAULTS, **dict.fromkeys(LENS_ARGUMENTS)}, _camera)


@accepts_only_named
def scope(count: int, name: str | None = None, parent: PrimLike | None = None, semantics: Any = None) -> list[Usd.Prim]:
    """Create N scopes: prims that group others and have no pose; what is below inherits their labels."""
    stage, parent_path = resolve_parent(parent)
    labels = parse_labels(semantics)
    paths = unique_paths(stage, parent_path, name or "Scope", count)
    return define_prims(stage, paths, "Scope", label_columns(labels, count), api_schemas=label_schemas(labels))


@accepts_only_named
def reference(count: int, usd_path: str, position: Any = None, rotation: Any = None, scale: Any = None, look_at: Any = None,
              look_at_up_axis: Any = None, semantics: Any = None, visible: Any = True, material: PrimLike | None = None,
              parent: PrimLike | None = None, name: str | None = None) -> list[Usd.Prim]:
    """Create N Xforms that reference a USD file.

    Args:
        count: Number of prims N.
        usd_path: File path or URL. The file's default prim is referenced, or its only root prim.
        position: See the common arguments in the description of `create_batch`; components of the pose that are not given
            are the referenced prim's own.
        rotation: As above.
        scale: As above.
        look_at: As above.
        look_at_up_axis: As above.
        semantics: As above.
        visible: As above.
        material: As above.
        parent: As above.
        name: The default is the file's name.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read, or has several root prims and no default prim.
    """
    stage, _ = resolve_parent(parent)
    default_name, target = file_reference(stage, usd_path)
    own_type = referenced_type(stage, usd_path) or "Xform"
    return create_prims(count, own_type, [], default_name=default_name, position=position, rotation=rotation, scale=scale,
                        look_at=look_at, look_at_up_axis=look_at_up_axis, semantics=semantics, visible=visible,
                        material=material, parent=parent, name=name, reference=target, stage=stage)


@accepts_only_named
def clone(count: int, path_or_prim: PrimLike, parent: PrimLike | None = None, name: str | None = None, position: Any = None,
          rotation: Any = None, scale: Any = None, look_at: Any = None, look_at_up_axis: Any = None, semantics: Any = None,
          visible: Any = None, material: PrimLike | None = None) -> list[Usd.Prim]:
    """Copy a prim with everything below it N times.

    Args:
        count: Number of copies N.
        path_or_prim: What to copy.
        parent: Where to; the stage's root by default.
        name: Name of the copies; the original's by default.
        position: See the common arguments in the description of `create_batch`; None keeps what the original has, here and
            below.
        rotation: As above.
        scale: As above.
        look_at: As above.
        look_at_up_axis: As above.
        semantics: Labels that take the place of the original's labels of the same type.
        visible: As above.
        material: As above.
    """
    from scenewright.replicator.functional import modify

    source = resolve_prim(path_or_prim)
    stage, parent_path = resolve_parent(parent, source.GetStage())
    copies = [copy_prim(source, path) for path in unique_paths(stage, parent_path, name or source.GetName(), count)]
    modify.pose(copies, position_value=position, rotation_value=rotation, scale_value=scale, look_at_value=look_at,
                look_at_up_axis=look_at_up_axis)
    if semantics is not None:
        modify.semantics(copies, semantics, mode="replace")
    if visible is not None:
        modify.visibility(copies, visible)
    if material is not None:
        modify.material(copies, material)
    return copies


def material(mdl: str = "OmniPBR.mdl", bind_prims: Sequence[PrimLike] | None = None, count: int | None = None,
             name: str | None = None, parent: PrimLike | None = None, **inputs: Any) -> list[Usd.Prim]:
    """Create N materials.

    Args:
        mdl: "OmniPBR.mdl" (authored as MDL with a UsdPreviewSurface beside it), "OmniGlass.mdl" (MDL only),
            "UsdPreviewSurface", or the path of another MDL module.
        bind_prims: Prims to bind: N of them get one material each; a single material is bound to all.
        count: Number of materials N; by default one for each of ``bind_prims``, or one.
        name: Prim name; the module's name by default.
        parent: Where to create; the stage's root by default.
        inputs: Shader inputs such as ``diffuse_color_constant=(1, 0, 0)``; each one value or N.

    Returns:
        The Material prims.

    Raises:
        TypeError: The material has no such input, or the value has the wrong type.
        ValueError: Unknown material, or the number of prims to bind does not fit.
    """
    bound = [] if bind_prims is None else resolve_prims(bind_prims)
    count = (len(bound) or 1) if count is None else count
    if bound and count not in (1, len(bound)):
        raise ValueError(f"{count} materials for {len(bound)} bind_prims; give one material for all, or one for each")
    input_types(mdl, inputs)
    stage, parent_path = resolve_parent(parent, bound[0].GetStage() if bound else None)
    if parent_path != Sdf.Path.absoluteRootPath and not stage.GetPrimAtPath(parent_path):
        define_prims(stage, [parent_path], "Scope")
    paths = unique_paths(stage, parent_path, name or material_name(mdl), count)
    materials = define_materials(stage, paths, mdl, inputs)
    if bound:
        bind_materials(bound, materials if count == len(bound) else materials * len(bound))
    return materials


def omni_lidar(*args: Any, **kwargs: Any) -> NoReturn:
    """Not built: raise an error that says so."""
    unsupported("rep.functional.create.omni_lidar (an RTX lidar)")


def omni_radar(*args: Any, **kwargs: Any) -> NoReturn:
    """Not built: raise an error that says so."""
    unsupported("rep.functional.create.omni_radar (an RTX radar)")


__getattr__ = unavailable_names(__name__, ())
