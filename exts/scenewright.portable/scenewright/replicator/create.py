"""``rep.create``: prims, materials, groups and render products for graph scripts.

Prims are authored at once under ``/Replicator``, each below an Xform that holds its pose. Arguments may be distributions: those
are drawn for each prim when the enclosing trigger fires, or once when capturing starts.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.host.settings import get_settings
from scenewright.replicator.availability import unavailable_names, unsupported
from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional.camera_definition import CAMERA_DEFAULTS, LENS_ARGUMENTS, attribute_of, camera_columns
from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.light_definition import LIGHT_KINDS, light_columns
from scenewright.replicator.functional.material_definition import define_materials, write_material_inputs
from scenewright.replicator.functional.prim_arguments import resolve_parent, unknown_name
from scenewright.replicator.functional.prim_definition import define_prims, unique_paths
from scenewright.replicator.functional.shape_definition import shape_columns
from scenewright.replicator.graph.creating import ROOT, checked_count, create_wrapped, live_columns, static_inputs
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode, PrimsNode
from scenewright.replicator.graph.sampling import is_dynamic, rows, sampled
from scenewright.replicator.graph.targets import prims_node
from scenewright.replicator.projection import create_projection as projection_material
from scenewright.replicator.registration import register_function
from scenewright.replicator.render_product import RenderProduct, create_render_products, create_tiled_render_product
from scenewright.replicator.session import current_session

__all__ = ["camera", "cone", "cube", "cylinder", "disk", "from_dir", "from_usd", "group", "light", "material_omnipbr",
           "mdl_from_json", "plane", "projection_material", "register", "render_product", "render_product_tiled", "sphere",
           "stereo_camera", "torus", "xform"]

__getattr__ = unavailable_names(__name__, ())

_log = logging.getLogger(__name__)


def _shape(shape: str, may_be_gprim: bool) -> Callable[..., ReplicatorItem]:
    def create_shape(position: Any = None, scale: Any = None, pivot: Any = None, rotation: Any = None, look_at: Any = None,
                     look_at_up_axis: Any = None, semantics: Any = None, material: Any = None, visible: Any = True,
                     as_mesh: bool = True, count: int = 1, name: str | None = None, parent: Any = None) -> ReplicatorItem:
        return create_wrapped(
            f"create.{shape}", shape.capitalize(),
            lambda stage, n: shape_columns(stage, shape, as_mesh=as_mesh or not may_be_gprim),
            pose=_pose(position, scale, rotation, look_at, look_at_up_axis, pivot), semantics=semantics, material=material,
            visible=visible, count=count, name=name, parent=parent)

    create_shape.__name__ = create_shape.__qualname__ = shape
    create_shape.__doc__ = f"""Create ``count`` {shape}s of one metre at unit scale.

    Args:
        position: Translation [stage units].
        scale: One factor or three.
        pivot: Point of the bounds, each axis in [-1, 1], that ``position`` places.
        rotation: Euler XYZ angles [degrees]; not together with ``look_at``.
        look_at: World point, prim, path or item that -Z turns to.
        look_at_up_axis: World up axis for it; None = the stage's.
        semantics: Labels, ``[(type, label), …]`` or ``{{type: label}}``.
        material: Material path, prim or item.
        visible: Whether it is seen.
        as_mesh: True = a mesh, False = a USD gprim where there is one.
        count: Number of prims in the item.
        name: Prim name in place of the type's.
        parent: Path, prim or item below which to create; None = ``/Replicator``.

    Returns:
        An item for the prims' Xforms.

    Raises:
        ValueError: An argument is out of range, or rotation and look_at are both given.
    """
    return create_shape


cone, cube, cylinder, sphere = (_shape(kind, True) for kind in ("cone", "cube", "cylinder", "sphere"))
disk, plane, torus = (_shape(kind, False) for kind in ("disk", "plane", "torus"))


def xform(position: Any = None, scale: Any = None, pivot: Any = None, rotation: Any = None, look_at: Any = None,
          look_at_up_axis: Any = None, semantics: Any = None, visible: Any = True, count: int = 1, name: str | None = None,
          parent: Any = None) -> ReplicatorItem:
    """Create ``count`` empty Xforms: see ``cube`` for the arguments.

    Raises:
        ValueError: An argument is out of range, or rotation and look_at are both given.
    """
    return create_wrapped("create.xform", "Xform", None, semantics=semantics, visible=visible, count=count, name=name,
                          parent=parent, pose=_pose(position, scale, rotation, look_at, look_at_up_axis, pivot))


def light(position: Any = None, scale: Any = None, rotation: Any = None, look_at: Any = None, look_at_up_axis: Any = None,
          light_type: str = "Distant", color: Any = (1.0, 1.0, 1.0), intensity: Any = 1000.0, exposure: Any = None,
          temperature: Any = 6500, texture: Any = None, count: int = 1, name: str | None = None,
          parent: Any = None) -> ReplicatorItem:
    """Create ``count`` lights; every value may be a distribution.

    Args:
        position: Translation [stage units].
        scale: One factor or three.
        rotation: Euler XYZ angles [degrees]; not together with ``look_at``.
        look_at: World point, prim, path or item that the light points at.
        look_at_up_axis: World up axis for it; None = the stage's.
        light_type: Cylinder, disk, distant, dome, rect or sphere, in any case.
        color: Linear Rec.709.
        intensity: Nits; lux for a distant light. Drawn values below 0 count as 0.
        exposure: Stops.
        temperature: Kelvin; None = not used. Drawn values below 0 count as 0.
        texture: Image file, of dome and rect lights only.
        count: Number of lights in the item.
        name: Prim name in place of the type's.
        parent: Path, prim or item below which to create; None = ``/Replicator``.

    Raises:
        ValueError: The type is unknown, has no texture, or a value is out of range.
    """
    kind = str(light_type).lower()
    if kind not in LIGHT_KINDS:
        raise ValueError(f"rep.create.light: {unknown_name(str(light_type), LIGHT_KINDS, 'light_type')}")
    if texture is not None and "texture" not in LIGHT_KINDS[kind]:
        raise ValueError(f"rep.create.light: a {kind} light has no texture; dome and rect lights have.")
    values = {"color": color, "intensity": intensity, "exposure": exposure, "temperature": temperature, "texture": texture}
    item = create_wrapped("create.light", f"{kind.capitalize()}Light",
                          lambda stage, n: light_columns(stage, kind, n, static_inputs(values)), count=count, name=name,
                          parent=parent, pose=_pose(position, scale, rotation, look_at, look_at_up_axis))

    def drawn(stage: Usd.Stage, n: int, draws: dict[str, Any]) -> Sequence[AttributeColumn]:
        for key in ("intensity", "temperature"):  # the tail of a normal distribution must not end a run
            if key in draws:
                draws[key] = [max(0.0, float(value)) for value in draws[key]]
        wanted = {"color": "inputs:color", "intensity": "inputs:intensity", "exposure": "inputs:exposure",
                  "temperature": "inputs:colorTemperature", "texture": "inputs:texture:file"}
        names = {wanted[key] for key in draws} | ({"inputs:enableColorTemperature"} if "temperature" in draws else set())
        return [column for column in light_columns(stage, kind, n, draws)[1] if column.name in names]

    live_columns(item.node, "create.light", values, drawn)
    return item


def camera(position: Any = None, rotation: Any = None, look_at: Any = None, look_at_up_axis: Any = None,
           focal_length: Any = 24.0, focus_distance: Any = 400.0, f_stop: Any = 0.0, horizontal_aperture: Any = 20.955,
           horizontal_aperture_offset: Any = 0.0, vertical_aperture_offset: Any = 0.0,
           clipping_range: Any = (1.0, 1000000.0), projection_type: str = "pinhole", *, count: int = 1, parent: Any = None,
           name: str | None = None, tick_rate: Any = None, **lens: Any) -> ReplicatorItem:
    """Create ``count`` cameras; poses and lens values may be distributions.

    In a Z-up stage zero rotation looks along -X with +Z up, as Replicator's graph cameras do; the carb setting
    ``/scenewright/cameraZUpRotation`` = False gives USD's zero rotation (along -Z with +Y up) in every stage. ``look_at`` is
    the same in both.

    Args:
        position: Translation [stage units].
        rotation: Euler XYZ angles [degrees]; not together with ``look_at``.
        look_at: World point, prim, path or item to look at.
        look_at_up_axis: World up axis for it; None = the stage's.
        focal_length: In tenths of a stage unit, as the aperture.
        focus_distance: Stage units.
        f_stop: 0 = no depth of field.
        horizontal_aperture: In tenths of a stage unit; pixels are square.
        horizontal_aperture_offset: Lens shift, as the aperture.
        vertical_aperture_offset: Lens shift, as the aperture.
        clipping_range: Near and far [stage units].
        projection_type: "pinhole", "fisheyePolynomial", "fisheyeSpherical", "fisheyeKannalaBrandtK3",
            "fisheyeRadTanThinPrism", "omniDirectionalStereo", "pinholeOpenCV" or "generalizedProjection".
        count: Number of cameras in the item.
        parent: Path, prim or item below which to create; None = ``/Replicator``.
        name: Prim name in place of "Camera".
        tick_rate: Pictures per second [Hz], 0 = all; kept as ``omni:sensor:tickRate``, and every capture renders the camera.
        lens: Parameters of other projections (``fisheye_*``, ``openCV_focal_*``); ``render.scene.lenses`` says what they mean.

    Raises:
        ValueError: A value is out of range or the projection type does not exist.
        TypeError: An argument that does not exist.
    """
    _check_tick_rate("rep.create.camera", tick_rate)
    values = {"focal_length": focal_length, "focus_distance": focus_distance, "f_stop": f_stop,
              "horizontal_aperture": horizontal_aperture, "horizontal_aperture_offset": horizontal_aperture_offset,
              "vertical_aperture_offset": vertical_aperture_offset, "clipping_range": clipping_range, **_given(lens)}
    fixed = {**static_inputs(values), "projection_type": projection_type}
    item = create_wrapped("create.camera", "Camera", lambda stage, n: camera_columns(n, fixed), count=count, name=name,
                          parent=parent, pose=_pose(position, None, rotation, look_at, look_at_up_axis),
                          turned=_has_turned_cameras())

    def drawn(stage: Usd.Stage, n: int, draws: dict[str, Any]) -> Sequence[AttributeColumn]:
        names = {attribute_of(key) for key in draws}
        return [column for column in camera_columns(n, draws)[1] if column.name in names]

    live_columns(item.node, "create.camera", values, drawn)
    if tick_rate is not None:
        _keep_tick_rate([child for prim in item.get_prims() for child in prim.GetChildren()], tick_rate)
    return item


def _check_tick_rate(caller: str, tick_rate: Any) -> None:
    if tick_rate is not None and not (isinstance(tick_rate, int | float) and tick_rate >= 0):
        raise ValueError(f"{caller}: tick_rate is a number of pictures per second, got {tick_rate!r}.")


def _keep_tick_rate(prims: Sequence[Usd.Prim], tick_rate: float) -> None:
    for prim in prims:
        if prim.IsA(UsdGeom.Camera):
            prim.CreateAttribute("omni:sensor:tickRate", Sdf.ValueTypeNames.Float).Set(float(tick_rate))


def stereo_camera(stereo_baseline: float, position: Any = None, rotation: Any = None, look_at: Any = None,
                  look_at_up_axis: Any = None, focal_length: Any = 24.0, focus_distance: Any = 400.0, f_stop: Any = 0.0,
                  horizontal_aperture: Any = 20.955, horizontal_aperture_offset: Any = 0.0,
                  vertical_aperture_offset: Any = 0.0, clipping_range: Any = (1.0, 1000000.0),
                  projection_type: str = "pinhole", *, count: int = 1, parent: Any = None, name: str | None = None,
                  tick_rate: Any = None, **lens: Any) -> ReplicatorItem:
    """Create ``count`` pairs of parallel cameras below one Xform each: see ``camera`` for the arguments.

    The item stands for the Xforms, which are midway between the two. A render product of it is two, whose names end in
    "_L" and "_R".

    Args:
        stereo_baseline: Distance between the two [stage units]; may be a distribution.
        position: Translation [stage units] of the point midway.
        rotation: Euler XYZ angles [degrees]; not together with ``look_at``.
        look_at: World point, prim, path or item to look at.
        look_at_up_axis: World up axis for it; None = the stage's.
        focal_length: In tenths of a stage unit; lens values are constants here.
        focus_distance: Stage units.
        f_stop: 0 = no depth of field.
        horizontal_aperture: In tenths of a stage unit.
        horizontal_aperture_offset: Lens shift, as the aperture.
        vertical_aperture_offset: Lens shift, as the aperture.
        clipping_range: Near and far [stage units].
        projection_type: See ``camera``.
        count: Number of pairs in the item.
        parent: Path, prim or item below which to create; None = ``/Replicator``.
        name: First part of the names in place of "StereoCamera".
        tick_rate: Pictures per second [Hz], 0 = all; kept as ``omni:sensor:tickRate``, and every capture renders the camera.
        lens: See ``camera``.

    Raises:
        ValueError: A value is out of range or the projection type does not exist.
        TypeError: An argument that does not exist.
        NotImplementedError: A lens value is a distribution.
    """
    _check_tick_rate("rep.create.stereo_camera", tick_rate)
    values = {"focal_length": focal_length, "focus_distance": focus_distance, "f_stop": f_stop,
              "horizontal_aperture": horizontal_aperture, "horizontal_aperture_offset": horizontal_aperture_offset,
              "vertical_aperture_offset": vertical_aperture_offset, "clipping_range": clipping_range, **_given(lens)}
    if any(map(is_dynamic, values.values())):
        unsupported("A distribution as a lens value of rep.create.stereo_camera", "rep.modify.attribute changes lens values.")
    fixed = {**values, "projection_type": projection_type}
    base = name or "StereoCamera"
    sides: list[Usd.Prim] = []

    def add_cameras(outer: list[Usd.Prim]) -> None:
        for side in ("Left", "Right"):
            paths = [prim.GetPath().AppendChild(f"{base}_{side}") for prim in outer]
            sides.extend(define_prims(outer[0].GetStage(), paths, *camera_columns(len(outer), fixed)))

    item = create_wrapped("create.stereo_camera", base, None, count=count, name=name, parent=parent, finish=add_cameras,
                          pose=_pose(position, None, rotation, look_at, look_at_up_axis), turned=_has_turned_cameras())
    if tick_rate is not None:
        _keep_tick_rate(sides, tick_rate)
    paths = [prim.GetPath() for prim in sides]

    def spread(action: ActionNode | None = None) -> None:
        half = np.asarray(rows(stereo_baseline, count, 1), dtype=float).reshape(count) / 2.0
        offsets = np.zeros((2 * count, 3))
        offsets[:, 0] = np.concatenate([-half, half])
        write.pose([current_session().stage.GetPrimAtPath(path) for path in paths], position_value=offsets)

    if is_dynamic(stereo_baseline):
        ActionNode(current_session().graph, "create.stereo_camera", spread, inputs={"stereo_baseline": stereo_baseline},
                   targets=item.node)
    else:
        spread()
    return item


def from_usd(usd: str, semantics: Any = None, count: int = 1, name: str | None = None, parent: Any = None) -> ReplicatorItem:
    """Reference a USD file ``count`` times, each below an Xform.

    Args:
        usd: File path or URL.
        semantics: Labels.
        count: Number of references in the item.
        name: Prim name in place of "Ref".
        parent: Path, prim or item below which to create; None = ``/Replicator``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read, or has several root prims and no default prim.
    """
    from scenewright.replicator.functional.create_batch import reference
    from scenewright.replicator.functional.references import file_reference

    file_reference(current_session().stage, usd)  # refuses a bad file before anything is authored

    def add_reference(outer: list[Usd.Prim]) -> None:
        for prim in outer:
            reference(1, usd, parent=prim, name=name or "Ref")

    return create_wrapped("create.from_usd", "Ref", None, pose={}, semantics=semantics, count=count, name=name, parent=parent,
                          finish=add_reference)


def from_dir(dir_path: str, recursive: bool = False, path_filter: str | None = None, semantics: Any = None) -> ReplicatorItem:
    """Reference every USD file of a folder; the item holds them all.

    Args:
        dir_path: Folder.
        recursive: Look into folders below it as well.
        path_filter: Regular expression that is found in the paths of the files taken.
        semantics: Labels.

    Raises:
        FileNotFoundError: There is no such folder, or no USD file in it.
    """
    from scenewright.replicator.utils import get_usd_files

    files = get_usd_files(dir_path, recursive=recursive, path_filter=path_filter)
    if not files:
        raise FileNotFoundError(f"rep.create.from_dir: no USD file in {str(dir_path)!r} passes the filter {path_filter!r}.")
    return group([from_usd(file, semantics=semantics) for file in files])


def group(items: Any, semantics: Any = None, name: str | None = None) -> ReplicatorItem:
    """Join items, prims or paths to one item.

    Args:
        items: List of them.
        semantics: Labels that all of them get.
        name: Name of the node.

    Raises:
        ValueError: There is no prim at a path.
        TypeError: An entry is something else.
    """
    entries = list(items) if isinstance(items, list | tuple | set | frozenset) else [items]
    item = ReplicatorItem(prims_node(entries, current_session().graph, kind="create.group", name=name))
    if semantics is not None:
        write.semantics(item.get_prims(), semantics)
    return item


_OMNIPBR = {
    "diffuse": "diffuse_color_constant", "diffuse_texture": "diffuse_texture", "roughness": "reflection_roughness_constant",
    "roughness_texture": "reflectionroughness_texture", "metallic": "metallic_constant", "metallic_texture": "metallic_texture",
    "specular": "specular_level", "emissive_color": "emissive_color", "emissive_texture": "emissive_color_texture",
    "emissive_intensity": "emissive_intensity",
}


def material_omnipbr(diffuse: Any = None, diffuse_texture: Any = None, roughness: Any = None, roughness_texture: Any = None,
                     metallic: Any = None, metallic_texture: Any = None, specular: Any = None, emissive_color: Any = None,
                     emissive_texture: Any = None, emissive_intensity: Any = 0.0, project_uvw: bool = False,
                     semantics: Any = None, count: int = 1) -> ReplicatorItem:
    """Create ``count`` OmniPBR materials; every value may be a distribution, drawn for each material.

    Args:
        diffuse: Base colour, linear Rec.709.
        diffuse_texture: Image file of it.
        roughness: 0 to 1.
        roughness_texture: Image file of it.
        metallic: 0 to 1.
        metallic_texture: Image file of it.
        specular: Specular level, 0.5 = by index of refraction.
        emissive_color: Colour of emission.
        emissive_texture: Image file of it.
        emissive_intensity: Strength of emission; it is on when this is drawn or above 0.
        project_uvw: World-space texture coordinates.
        semantics: Labels of the materials.
        count: Number of materials in the item.

    Raises:
        ValueError: A value does not fit.
        TypeError: A value is of the wrong kind.
    """
    given = {"diffuse": diffuse, "diffuse_texture": diffuse_texture, "roughness": roughness,
             "roughness_texture": roughness_texture, "metallic": metallic, "metallic_texture": metallic_texture,
             "specular": specular, "emissive_color": emissive_color, "emissive_texture": emissive_texture,
             "emissive_intensity": emissive_intensity}
    values = {_OMNIPBR[key]: value for key, value in given.items() if value is not None}
    extra = {"project_uvw": True} if project_uvw else {}
    if is_dynamic(emissive_intensity) or float(emissive_intensity) > 0.0:
        extra["enable_emission"] = True
    for key in ("roughness", "metallic"):
        if given[f"{key}_texture"] is not None:
            prefix = "reflection_roughness" if key == "roughness" else "metallic"
            extra[f"{prefix}_texture_influence"] = 1.0
    graph = current_session().graph
    stage, parent = resolve_parent(f"{ROOT}/Looks", graph.stage)
    _define_scope(stage, str(parent))
    paths = unique_paths(stage, parent, "OmniPBR", checked_count("create.material_omnipbr", count))
    textures = {key: "" for key, value in values.items() if key.endswith("_texture") and is_dynamic(value)}
    made = define_materials(stage, paths, "OmniPBR.mdl", {**textures, **static_inputs(values), **extra})
    if semantics is not None:
        write.semantics(made, semantics)
    node = PrimsNode(graph, "create.material_omnipbr", lambda: made, inputs=values)
    node.prims()
    _draw_materials(node, [key for key, value in values.items() if is_dynamic(value)])
    return ReplicatorItem(node)


def mdl_from_json(material_def: Any = None, material_def_path: str | None = None) -> NoReturn:
    """Refuse graphs of MDL modules, which only RTX evaluates.

    Raises:
        FeatureUnavailableError: Always.
    """
    unsupported("rep.create.mdl_from_json (a graph of MDL modules, which needs RTX)",
                "Use rep.create.material_omnipbr or rep.functional.create.material(mdl='OmniPBR.mdl').")


def render_product(camera: Any, resolution: tuple[int, int], force_new: bool = False, name: str | list[str] | None = None,
                   render_vars: list[str] | None = None) -> RenderProduct | list[RenderProduct]:
    """Make a render product for a camera, or find the one that has this camera and resolution.

    Args:
        camera: Camera item, prim or path, or a list of these; an item of several cameras counts as a list.
        resolution: (width, height) in pixels.
        force_new: Make a new one even where one exists.
        name: Unique name, or one for each camera; None = "Replicator", "Replicator_01", … A name makes a new product.
        render_vars: Kept for readers of ``RenderProduct.render_vars``; what is rendered follows from the annotators.

    Returns:
        The product, or a list for a list or several cameras.

    Raises:
        ValueError: There is no such camera, the resolution is not positive, or the names do not match the cameras.
        TypeError: The resolution is not a pair.
    """
    return create_render_products(camera, resolution, force_new, name, render_vars)


def render_product_tiled(cameras: Any, tile_resolution: tuple[int, int] = (128, 128), name: str | None = None,
                         force_new: bool = False) -> RenderProduct:
    """Make one render product whose picture is a grid of what several cameras see.

    There are round(sqrt(n)) rows; tile i lies in row i // columns, column i % columns. Annotators give the whole grid.

    Args:
        cameras: Camera items, prims or paths.
        tile_resolution: (width, height) of a tile in pixels.
        name: Unique name; None = "Replicator", "Replicator_01", …
        force_new: Make a new one even where one exists.

    Raises:
        ValueError: There is no such camera or the resolution is not positive.
        TypeError: The resolution is not a pair.
    """
    return create_tiled_render_product(cameras, tile_resolution, name, force_new)


def register(fn: Callable[..., Any], override: bool = True) -> None:
    """Make ``fn`` reachable as ``rep.create.<its name>``.

    Raises:
        ValueError: The name is taken and ``override`` is False.
        TypeError: ``fn`` is no function.
    """
    register_function(__name__, fn, override)


def _pose(position: Any, scale: Any, rotation: Any, look_at: Any, look_at_up_axis: Any, pivot: Any = None) -> dict[str, Any]:
    return {"position": position, "scale": scale, "rotation": rotation, "look_at": look_at, "look_at_up_axis": look_at_up_axis,
            "pivot": pivot}


def _given(lens: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a lens that are given.

    Raises:
        TypeError: There is no such argument.
    """
    for name in lens:
        if name not in LENS_ARGUMENTS:
            raise TypeError(f"camera: {unknown_name(name, (*CAMERA_DEFAULTS, *LENS_ARGUMENTS), 'argument')}")
    return {name: value for name, value in lens.items() if value is not None}


def _has_turned_cameras() -> bool:
    setting = get_settings().get("/scenewright/cameraZUpRotation")
    wanted = setting is None or get_settings().get_as_bool("/scenewright/cameraZUpRotation")
    return wanted and UsdGeom.GetStageUpAxis(current_session().stage) == UsdGeom.Tokens.z


def _define_scope(stage: Usd.Stage, path: str) -> None:
    if not stage.GetPrimAtPath(path):
        UsdGeom.Scope.Define(stage, path)


def _draw_materials(node: PrimsNode, names: list[str]) -> None:
    if not names:
        return

    def apply(action: ActionNode) -> None:
        materials = action.prims()
        drawn = {key: sampled(node.inputs[key], len(materials)) for key in names}
        write_material_inputs(materials, {key: list(value) for key, value in drawn.items()})

    ActionNode(node.graph, "create.material_omnipbr", apply, targets=node)
