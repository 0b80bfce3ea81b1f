"""``rep.randomizer``: nodes that draw and write whenever the trigger around them fires, or once where there is none.

They act on ``input_prims``, or on the prims of the innermost ``with <item>:``.
"""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np
from pxr import Sdf, Usd, UsdGeom, UsdShade

from scenewright.replicator.availability import unavailable_names, unsupported
from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional import randomizer as draw
from scenewright.replicator.functional.layer_writes import column_of_rows, write_attributes
from scenewright.replicator.functional.material_definition import bind_materials, define_materials, write_material_inputs
from scenewright.replicator.functional.pose_ops import write_pose
from scenewright.replicator.functional.prim_arguments import resolve_prims
from scenewright.replicator.functional.prim_definition import unique_paths
from scenewright.replicator.functional.rotation_math import euler_from_matrix, matrix_from_quaternion
from scenewright.replicator.functional.scatter_sampling import PlacementError
from scenewright.replicator.graph.creating import ROOT, checked_count
from scenewright.replicator.graph.item import ReplicatorItem, node_of
from scenewright.replicator.graph.mdl_files import MdlFiles
from scenewright.replicator.graph.node import ActionNode
from scenewright.replicator.graph.population import instantiate_population
from scenewright.replicator.graph.sampling import checked_weights, distribution_of, is_dynamic, rows
from scenewright.replicator.graph.targets import prims_node, target_node
from scenewright.replicator.registration import register_function
from scenewright.replicator.session import current_session

__all__ = ["color", "instantiate", "materials", "register", "rotation", "scatter_2d", "scatter_3d", "texture"]

__getattr__ = unavailable_names(__name__, ())

_log = logging.getLogger(__name__)

_FULL_CIRCLE = (180.0, 180.0, 180.0)


def rotation(min_angle: Sequence[float] = (-180.0, -180.0, -180.0), max_angle: Sequence[float] = (180.0, 180.0, 180.0),
             seed: int | None = None, input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Turn prims at random: uniformly over all rotations with the full range, else by uniform Euler XYZ angles.

    Args:
        min_angle: Lower bounds [degrees].
        max_angle: Upper bounds [degrees].
        seed: A seed of its own; None = the global seed.
        input_prims: Prims to turn; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
        ValueError: The bounds are not three numbers each.
    """
    low, high = np.asarray(min_angle, dtype=float), np.asarray(max_angle, dtype=float)
    if low.shape != (3,) or high.shape != (3,):
        raise ValueError(f"rep.randomizer.rotation: bounds are three angles each, got {min_angle!r} and {max_angle!r}.")
    everywhere = np.array_equal(-low, _FULL_CIRCLE) and np.array_equal(high, _FULL_CIRCLE)

    def apply(node: ActionNode) -> None:
        prims, rng = node.prims(), node.generator()
        if everywhere:  # a normalised 4-D normal vector is a uniform unit quaternion (Marsaglia 1972)
            angles = euler_from_matrix(matrix_from_quaternion(rng.standard_normal((len(prims), 4))))
        else:
            angles = rng.uniform(np.minimum(low, high), np.maximum(low, high), (len(prims), 3))
        write_pose(prims, rotation=angles)

    return _action("rotation", apply, {"min_angle": min_angle, "max_angle": max_angle}, input_prims, seed, name)


def color(colors: Any, per_sub_mesh: bool = False, seed: int | None = None, input_prims: Any = None,
          name: str | None = None) -> ReplicatorItem:
    """Give each prim an OmniPBR material of its own and draw its diffuse colour.

    Args:
        colors: Distribution of linear RGB colours, or a list of colours to choose from.
        per_sub_mesh: One material for each mesh, shape and geometry subset below a prim, instead of one for each prim.
        seed: A seed of its own for the choice from a list; None = the global seed.
        input_prims: Prims to colour; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
    """
    shaders = _OwnMaterials({})

    def apply(node: ActionNode) -> None:
        prims = _leaves(node.prims()) if per_sub_mesh else node.prims()
        made = shaders.of(prims)
        if made:
            values = np.asarray(_drawn(node, "colors", len(made), 3))
            for twins, attribute in ((made, "diffuse_color_constant"), (shaders.surfaces(made), "diffuseColor")):
                write_attributes(twins, [column_of_rows(f"inputs:{attribute}", Sdf.ValueTypeNames.Color3f, values)])

    return _action("color", apply, {"colors": colors}, input_prims, seed, name)


def materials(materials: Any, seed: int | None = None, max_cached_materials: int = 0, input_prims: Any = None,
              name: str | None = None) -> ReplicatorItem:
    """Bind a material drawn from several to each prim.

    Args:
        materials: Item of materials (``rep.create.material_omnipbr(count=…)``, ``rep.get.material``), a list of Material
            prims, paths or MDL files, or a distribution of those. The renderer knows OmniPBR and OmniGlass; what else an MDL
            file holds, it draws grey and says so.
        seed: A seed of its own; None = the global seed.
        max_cached_materials: Accepted; materials are never loaded twice.
        input_prims: Prims to bind to; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
        FileNotFoundError: There is no such MDL file.
    """
    graph = current_session().graph
    files = MdlFiles(graph.stage)
    if isinstance(materials, list | tuple | str) and not is_dynamic(materials):
        materials = files.loaded([materials] if isinstance(materials, str) else materials)
    source = None if is_dynamic(materials) else prims_node(materials, graph, kind="randomizer.materials.choices")

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        if not prims:
            return
        if source is None:
            chosen = resolve_prims(files.loaded(rows(node.inputs["materials"], len(prims))), node.graph.stage)
        else:
            pool = source.prims()
            if not pool:
                raise ValueError("there are no materials to choose from.")
            chosen = [pool[index] for index in node.generator().integers(len(pool), size=len(prims))]
        write.material(prims, chosen)

    return _action("materials", apply, {"materials": materials}, input_prims, seed, name)


def texture(textures: Any, texture_scale: Any = None, texture_rotate: Any = None, per_sub_mesh: bool = False,
            project_uvw: bool = False, seed: int | None = None, input_prims: Any = None,
            name: str | None = None) -> ReplicatorItem:
    """Give each prim an OmniPBR material of its own and draw its diffuse texture.

    Args:
        textures: List of image files to choose from, or a distribution of them.
        texture_scale: Factor(s) of the texture coordinates, or a distribution.
        texture_rotate: Degrees, or a distribution.
        per_sub_mesh: One material for each mesh, shape and geometry subset below a prim.
        project_uvw: World-space texture coordinates.
        seed: A seed of its own for the choice from a list; None = the global seed.
        input_prims: Prims to change; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
    """
    shaders = _OwnMaterials({"diffuse_texture": "", **({"project_uvw": True} if project_uvw else {})})

    def apply(node: ActionNode) -> None:
        prims = _leaves(node.prims()) if per_sub_mesh else node.prims()
        made = shaders.of(prims)
        inputs: dict[str, Any] = {"diffuse_texture": [str(file) for file in _drawn(node, "textures", len(made), None)]}
        if node.inputs["texture_scale"] is not None:
            inputs["texture_scale"] = list(rows(node.inputs["texture_scale"], len(made), 2))
        if node.inputs["texture_rotate"] is not None:
            inputs["texture_rotate"] = list(rows(node.inputs["texture_rotate"], len(made), 1))
        write_material_inputs(made, inputs)

    inputs = {"textures": textures, "texture_scale": texture_scale, "texture_rotate": texture_rotate}
    return _action("texture", apply, inputs, input_prims, seed, name)


def scatter_2d(surface_prims: Any, no_coll_prims: Any = None, min_samp: Sequence[float | None] = (None, None, None),
               max_samp: Sequence[float | None] = (None, None, None), seed: int | None = None, offset: float = 0.0,
               check_for_collisions: bool = False, input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Put prims at random places of surfaces, resting on them.

    Where no arrangement without collisions is found, the prims stay where they are and a warning says so.

    Args:
        surface_prims: Meshes or shapes, chosen by area.
        no_coll_prims: What the prims stay clear of.
        min_samp: Lower world bounds of the places; None = open.
        max_samp: Upper world bounds of the places; None = open.
        seed: A seed of its own; None = the global seed.
        offset: Distance kept from the surface [stage units].
        check_for_collisions: Keep the prims' bounding boxes clear of each other.
        input_prims: Prims to scatter; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
    """
    graph = current_session().graph
    surfaces = prims_node(surface_prims, graph)
    obstacles = None if no_coll_prims is None else prims_node(no_coll_prims, graph)

    def apply(node: ActionNode) -> None:
        try:
            draw.scatter_2d(node.prims(), surfaces.prims(), None if obstacles is None else obstacles.prims(),
                            extents=(min_samp, max_samp), offset=offset, check_for_collisions=check_for_collisions,
                            rng=node.generator())
        except PlacementError as error:
            _log.warning("rep.randomizer.scatter_2d, called at %s: %s", node.made_at, error)

    inputs = {"surface_prims": surface_prims, "no_coll_prims": no_coll_prims}
    return _action("scatter_2d", apply, inputs, input_prims, seed, name)


def scatter_3d(volume_prims: Any = None, no_coll_prims: Any = None, volume_excl_prims: Any = None,
               min_samp: Sequence[float | None] = (None, None, None), max_samp: Sequence[float | None] = (None, None, None),
               resolution_scaling: float = 1.0, voxel_size: float = 0.0, check_for_collisions: bool = False,
               prevent_vol_overlap: bool = True, viz_sampled_voxels: bool = False, seed: int | None = None,
               input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Scatter prims so that their origins lie uniformly inside volumes; where there is no room, warn and leave them.

    Args:
        volume_prims: Closed meshes or shapes; None = the box from ``min_samp`` to ``max_samp``.
        no_coll_prims: What the prims' bounding boxes stay clear of.
        volume_excl_prims: Closed meshes or shapes in which no origin lies.
        min_samp: Lower world bounds of the places; None = open.
        max_samp: Upper world bounds of the places; None = open.
        resolution_scaling: Accepted; places are drawn inside the exact shapes and not in voxels.
        voxel_size: Accepted, see ``resolution_scaling``.
        check_for_collisions: Keep the prims' bounding boxes clear of each other.
        prevent_vol_overlap: Sample a region that several volumes share as densely as the rest; False = once for each.
        viz_sampled_voxels: Refused unless False.
        seed: A seed of its own; None = the global seed.
        input_prims: Prims to scatter; None = those of the context.
        name: Name of the node.

    Raises:
        OrchestratorError: There are no prims to act on.
        ValueError: There is neither a volume nor a full box.
        FeatureUnavailableError: ``viz_sampled_voxels`` is True.
    """
    if viz_sampled_voxels:
        unsupported("rep.randomizer.scatter_3d(viz_sampled_voxels=True)", "There are no voxels: places are exact.")
    if volume_prims is None and None in (*min_samp, *max_samp):
        raise ValueError("rep.randomizer.scatter_3d: give volume_prims, or min_samp and max_samp with three numbers each.")
    graph = current_session().graph
    given = {"volume_prims": volume_prims, "volume_excl_prims": volume_excl_prims, "no_collision_prims": no_coll_prims}
    nodes = {key: prims_node(value, graph) for key, value in given.items() if value is not None}

    def apply(node: ActionNode) -> None:
        try:
            draw.scatter_3d(node.prims(), extents=(min_samp, max_samp), prevent_vol_overlap=prevent_vol_overlap,
                            check_for_collisions=check_for_collisions, rng=node.generator(),
                            **{key: source.prims() for key, source in nodes.items()})
        except PlacementError as error:
            _log.warning("rep.randomizer.scatter_3d, called at %s: %s", node.made_at, error)

    return _action("scatter_3d", apply, {**given}, input_prims, seed, name)


def instantiate(paths: Any, size: int, weights: Sequence[float] | None = None, mode: str = "scene_instance",
                with_replacements: bool = True, seed: int | None = None, name: str | None = None, use_cache: bool = True,
                semantics: Any = None) -> ReplicatorItem:
    """Show ``size`` assets, picked anew with each execution.

    Args:
        paths: USD files, or paths of prims on the stage; or a distribution, whose samples they are in each execution
            (``distribution.choice(distribution.sequence(files), num_samples=9)`` = nine times the same, the next each time).
        size: Assets shown at a time.
        weights: Relative weights of the paths; None = equal. Not with a distribution, which has its own.
        mode: "scene_instance" = USD instances; "reference" = references, whose insides may be changed; "point_instance" = one
            point instancer beside the Xforms, which are invisible then and say for each instance where it is, what it is
            labelled and made of, and whether it is shown.
        with_replacements: False = no asset twice in one execution.
        seed: A seed of its own; None = the global seed.
        name: Name of the node.
        use_cache: Accepted; files are read once anyway.
        semantics: Labels.

    Returns:
        An item for the Xforms that hold the assets.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: There are no paths, the weights do not fit them, or there are too few for ``with_replacements=False``.
    """
    if mode not in ("scene_instance", "point_instance", "reference"):
        raise ValueError("rep.randomizer.instantiate: mode is 'scene_instance', 'point_instance' or 'reference', "
                         f"got {mode!r}.")
    source = distribution_of(paths)
    files = paths if source else [paths] if isinstance(paths, str) else [str(path) for path in paths]
    if source is not None and weights is not None:
        raise ValueError("rep.randomizer.instantiate: weights go with a list of paths; a distribution has its own.")
    available = len(files) if source is None else source.samples
    if not available:
        raise ValueError("rep.randomizer.instantiate: paths is empty; give at least one.")
    if not with_replacements and size > available:
        raise ValueError(f"rep.randomizer.instantiate: {size} assets without replacement from {available} paths. "
                         "Give more paths or with_replacements=True.")
    return instantiate_population(
        current_session().graph, files, checked_count("randomizer.instantiate", size),
        None if weights is None else checked_weights("rep.randomizer.instantiate", weights, available),
        mode=mode, with_replacements=with_replacements, semantics=semantics, seed=seed, name=name)


def register(fn: Callable[..., Any], override: bool = True, fn_name: str | None = None) -> None:
    """Make ``fn`` reachable as ``rep.randomizer.<its name>``; calling that builds its nodes in the context of the call.

    Args:
        fn: Function that makes nodes and returns an item or its ``.node``; it may take arguments.
        override: Whether it may take the place of a randomizer of that name.
        fn_name: Name in place of the function's own.

    Raises:
        ValueError: The name is taken and ``override`` is False.
        TypeError: ``fn`` is no function.
    """

    @wraps(fn)
    def build(*args: Any, **kwargs: Any) -> Any:
        result = fn(*args, **kwargs)
        node = node_of(result)
        return result if node is None else ReplicatorItem(node)

    register_function(__name__, fn, override, fn_name, build)


class _OwnMaterials:
    """OmniPBR materials of a randomizer: one for each prim, made and bound when the prim first turns up."""

    def __init__(self, inputs: dict[str, Any]) -> None:
        self._inputs = inputs
        self._shaders: dict[Sdf.Path, Sdf.Path] = {}

    def of(self, prims: list[Usd.Prim]) -> list[Usd.Prim]:
        """Return the shader of each prim's material."""
        if not prims:
            return []
        stage = prims[0].GetStage()
        new = [prim for prim in prims if not self._is_ready(stage, prim.GetPath())]
        if new:
            scope = Sdf.Path(f"{ROOT}/Looks")
            if not stage.GetPrimAtPath(scope):
                UsdGeom.Scope.Define(stage, scope)
            made = define_materials(stage, unique_paths(stage, scope, "OmniPBR", len(new)), "OmniPBR.mdl", self._inputs)
            bind_materials(new, made)
            for prim, material in zip(new, made, strict=True):
                self._shaders[prim.GetPath()] = material.GetPath().AppendChild("Shader")
        return [stage.GetPrimAtPath(self._shaders[prim.GetPath()]) for prim in prims]

    @staticmethod
    def surfaces(shaders: list[Usd.Prim]) -> list[Usd.Prim]:
        """Return the UsdPreviewSurface beside each shader."""
        stage = shaders[0].GetStage()
        return [stage.GetPrimAtPath(shader.GetPath().GetParentPath().AppendChild("PreviewSurface")) for shader in shaders]

    def _is_ready(self, stage: Usd.Stage, path: Sdf.Path) -> bool:
        return path in self._shaders and bool(stage.GetPrimAtPath(self._shaders[path]))


def _leaves(prims: list[Usd.Prim]) -> list[Usd.Prim]:
    """Return the shapes and material subsets at or below prims; a mesh with subsets counts by its subsets."""
    found: dict[Sdf.Path, Usd.Prim] = {}
    for prim in prims:
        for entry in Usd.PrimRange(prim):
            if not entry.IsA(UsdGeom.Gprim):
                continue
            subsets = UsdShade.MaterialBindingAPI(entry).GetMaterialBindSubsets()
            for leaf in [subset.GetPrim() for subset in subsets] or [entry]:
                found.setdefault(leaf.GetPath(), leaf)
    return list(found.values())


def _drawn(node: ActionNode, key: str, count: int, width: int | None) -> Sequence[Any]:
    """Return a row for each prim: from a distribution, or chosen from a list of constants."""
    given = node.inputs[key]
    if distribution_of(given) is not None:
        return rows(given, count, width)
    pool = [given] if isinstance(given, str) or (width == 3 and np.ndim(given) == 1 and not is_dynamic(given)) else list(given)
    if not pool:
        raise ValueError(f"{key} is empty; give at least one.")
    picked = node.generator().integers(len(pool), size=count)
    return [rows(pool[index], count, width)[row] for row, index in enumerate(picked)]


def _action(kind: str, apply: Callable[[ActionNode], None], inputs: dict[str, Any], input_prims: Any, seed: int | None,
            name: str | None) -> ReplicatorItem:
    graph = current_session().graph
    targets = target_node(input_prims, graph, f"rep.randomizer.{kind}")
    return ActionNode(graph, f"randomizer.{kind}", apply, inputs=inputs, targets=targets, seed=seed, name=name).item
