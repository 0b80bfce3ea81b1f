"""``rep.create``: prims, materials, groups and render products for graph scripts.

Prims are authored at once under ``/Replicator``, each below an Xform that holds its pose. Arguments may be distributions: those
are drawn for each prim when the enclosing trigger fires, or once when capturing starts.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pxr import Usd

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.cameras import camera, stereo_camera
from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.light_definition import LIGHT_KINDS, light_columns
from scenewright.replicator.functional.prim_arguments import unknown_name
from scenewright.replicator.functional.shape_definition import shape_columns
from scenewright.replicator.graph.creating import create_wrapped, live_columns, pose_arguments, static_inputs
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.targets import prims_node
from scenewright.replicator.materials import material_omnipbr, mdl_from_json
from scenewright.replicator.projection import create_projection as projection_material
from scenewright.replicator.registration import register_function
from scenewright.replicator.render_product import RenderProduct, create_render_products, create_tiled_render_product
from scenewright.replicator.session import current_session

__all__ = ["camera", "cone", "cube", "cylinder", "disk", "from_dir", "from_usd", "group", "light", "material_omnipbr",
           "mdl_from_json", "plane", "projection_material", "register", "render_product", "render_product_tiled", "sphere",
           "stereo_camera", "torus", "xform"]

__getattr__ = unavailable_names(__name__, ())


def _shape(shape: str, may_be_gprim: bool) -> Callable[..., ReplicatorItem]:
    def create_shape(position: Any = None, scale: Any = None, pivot: Any = None, rotation: Any = None, look_at: Any = None,
                     look_at_up_axis: Any = None, semantics: Any = None, material: Any = None, visible: Any = True,
                     as_mesh: bool = True, count: int = 1, name: str | None = None, parent: Any = None) -> ReplicatorItem:
        return create_wrapped(
            f"create.{shape}", shape.capitalize(),
            lambda stage, n: shape_columns(stage, shape, as_mesh=as_mesh or not may_be_gprim),
            pose=pose_arguments(position, scale, rotation, look_at, look_at_up_axis, pivot), semantics=semantics,
            material=material, visible=visible, count=count, name=name, parent=parent)

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
                          parent=parent, pose=pose_arguments(position, scale, rotation, look_at, look_at_up_axis, pivot))


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
                          parent=parent, pose=pose_arguments(position, scale, rotation, look_at, look_at_up_axis))

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
