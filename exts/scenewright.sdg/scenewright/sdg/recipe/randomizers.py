"""``randomizer.*``: rotations, colours, materials, textures, scattered places and sampled assets."""

from collections.abc import Callable
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade

from scenewright.sdg.recipe.modifiers import labels_by_type, write_rows
from scenewright.sdg.recipe.poses import euler_from_matrix, parent_matrices, up_axis, world_bounds, world_matrices
from scenewright.sdg.recipe.prims import FixedPrims, PrimSet
from scenewright.sdg.recipe.runtime import Invocation, Operation, Runtime
from scenewright.sdg.recipe.sampling import Choice, Distribution, Draws, texts_of
from scenewright.sdg.recipe.scatter import NoRoomError, place, surface_triangles
from scenewright.sdg.variation.rotations import matrix_from_quaternion

__all__ = ["LOOKS", "RANDOMIZERS", "instantiate"]

LOOKS = "/Replicator/Looks"
"""Where materials of a recipe are made."""

_WHOLE_TRIES = 10
_FULL_TURN = ([-180, -180, -180], [180, 180, 180])


def rotation_operation(call: Invocation) -> Operation:
    """Return ``randomizer.rotation``: even over all rotations for the full range, else even over the angles."""
    targets = call.movable()
    low, high = call.args.get("min_angle", _FULL_TURN[0]), call.args.get("max_angle", _FULL_TURN[1])

    def run(draws: Draws) -> None:
        prims = targets.prims()
        generator = draws.stream(call.path, call.args.get("seed"))
        if [float(a) for a in low] == _FULL_TURN[0] and [float(a) for a in high] == _FULL_TURN[1]:
            angles = _any_rotation(generator.random((len(prims), 3)))
        else:
            angles = np.array(low) + (np.array(high) - np.array(low)) * generator.random((len(prims), 3))
        draws.record(call.path, angles)
        call.runtime.poses.write(prims, rotation=angles)

    return Operation(call.call, call.trigger, run)


def _any_rotation(unit: np.ndarray) -> np.ndarray:
    """Return XYZ angles [deg], shape (N, 3), of rotations spread evenly over SO(3)."""
    # Shoemake, Uniform random rotations, Graphics Gems III (1992).
    a, b = np.sqrt(1.0 - unit[:, 0]), np.sqrt(unit[:, 0])
    s, t = 2.0 * np.pi * unit[:, 1], 2.0 * np.pi * unit[:, 2]
    x, y, z, w = a * np.sin(s), a * np.cos(s), b * np.sin(t), b * np.cos(t)
    return euler_from_matrix(matrix_from_quaternion(x, y, z, w))


class _OwnMaterials:
    """One OmniPBR for each prim that a randomizer colours, made when the prim is first seen."""

    def __init__(self, name: str, inputs: dict[str, Any]):
        self.name = name
        self.inputs = inputs
        self.made: dict[Sdf.Path, Usd.Prim] = {}

    def of(self, prims: list[Usd.Prim]) -> list[Usd.Prim]:
        """Return the material of each prim."""
        new = [prim for prim in prims if prim.GetPath() not in self.made]
        if new:
            materials = rep.functional.create_batch.material(
                mdl="OmniPBR.mdl", count=len(new), name=self.name, parent=LOOKS, **self.inputs
            )
            self.made.update(zip((prim.GetPath() for prim in new), materials, strict=True))
        return [self.made[prim.GetPath()] for prim in prims]


def _surfaces_of(call: Invocation) -> Callable[[], list[Usd.Prim]]:
    """Return what finds the prims that get a material each: the targets, or with ``per_sub_mesh`` what they consist of."""
    targets = call.targets()
    return (lambda: _leaves(targets.prims())) if call.args.get("per_sub_mesh") else targets.prims


def _leaves(prims: list[Usd.Prim]) -> list[Usd.Prim]:
    """Return the shapes, material subsets and instances at or below prims; a mesh with subsets counts by its subsets."""
    found: dict[Sdf.Path, Usd.Prim] = {}
    for prim in prims:
        for entry in Usd.PrimRange(prim):
            if entry.IsInstance():
                found.setdefault(entry.GetPath(), entry)
            elif entry.IsA(UsdGeom.Gprim):
                subsets = UsdShade.MaterialBindingAPI(entry).GetMaterialBindSubsets()
                for leaf in [subset.GetPrim() for subset in subsets] or [entry]:
                    found.setdefault(leaf.GetPath(), leaf)
    return list(found.values())


def color_operation(call: Invocation) -> Operation:
    """Return ``randomizer.color``: an OmniPBR of its own for each prim, with a drawn diffuse colour."""
    find, materials = _surfaces_of(call), _OwnMaterials("Color", {"diffuse_color_constant": (0.2, 0.2, 0.2)})
    colors = _as_choice(call, "colors")

    def run(draws: Draws) -> None:
        prims = find()
        if not prims:
            return
        own = materials.of(prims)
        call.runtime.bind(prims, own)
        rows = colors.rows("colors", len(prims), draws, "vec3", 3)
        write_rows(own, "diffuse_color_constant", [tuple(row) for row in rows.tolist()])

    return Operation(call.call, call.trigger, run)


def materials_operation(call: Invocation) -> Operation:
    """Return ``randomizer.materials``: a material for each prim, chosen at random."""
    targets, chosen = call.targets(), _as_choice(call, "materials")
    call.check_materials("materials")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        call.runtime.bind(prims, chosen.materials("materials", len(prims), draws))

    return Operation(call.call, call.trigger, run)


def texture_operation(call: Invocation) -> Operation:
    """Return ``randomizer.texture``: an OmniPBR of its own for each prim, with a drawn diffuse texture."""
    find, textures = _surfaces_of(call), _as_choice(call, "textures")
    files = {text: call.runtime.file(text, call.mark("textures")) for text in texts_of(textures.args["textures"])}
    start = {"diffuse_texture": next(iter(files.values()), ""), "project_uvw": bool(call.args.get("project_uvw", False))}
    materials = _OwnMaterials("Texture", start)

    def run(draws: Draws) -> None:
        prims = find()
        count = len(prims)
        if not prims:
            return
        own = materials.of(prims)
        call.runtime.bind(prims, own)
        drawn = textures.objects("textures", count, draws, "paths")
        write_rows(own, "diffuse_texture", [files[text] for text in drawn])
        if call.has("texture_scale"):
            rows = call.rows("texture_scale", count, draws, "vec2", 2)
            write_rows(own, "texture_scale", [tuple(row) for row in rows.tolist()])
        if call.has("texture_rotate"):
            write_rows(own, "texture_rotate", call.rows("texture_rotate", count, draws, "number", 1)[:, 0].tolist())

    return Operation(call.call, call.trigger, run)


def _as_choice(call: Invocation, keyword: str) -> Invocation:
    """Return the call with a list of alternatives made a choice among them."""
    value = call.args[keyword]
    if isinstance(value, Distribution):
        return call
    if isinstance(value, PrimSet):
        value = value.prims()
    if isinstance(value, list) and value and isinstance(value[0], int | float):
        value = [value]
    options: list[Any] = []
    for item in value if isinstance(value, list) else [value]:
        options.extend(item.prims() if isinstance(item, PrimSet) else [item])
    choice = Choice(f"{call.path}/{keyword}", call.mark(keyword), call.args.get("seed"), choices=tuple(options))
    return Invocation(call.runtime, call.call, call.path, {**call.args, keyword: choice}, call.context, call.trigger)


def scatter_operation(call: Invocation) -> Operation:
    """Return ``randomizer.scatter_2d``: places on surfaces, boxes resting on them, clear of each other when asked."""
    targets, surfaces = call.movable(), call.prim_set("surface_prims")
    obstacles = call.prim_set("no_coll_prims") if call.has("no_coll_prims") else None
    shapes: dict[str, np.ndarray] = {}
    if not len(surface_triangles(surfaces.prims(), shapes)):
        names = ", ".join(str(prim.GetPath()) for prim in surfaces.prims()) or "nothing"
        raise call.error(
            f"'surface_prims' has no surface: {names}.", "Give meshes or shapes, or prims above them.", "surface_prims"
        )
    up = int(np.argmax(up_axis(call.runtime.stage)))

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if not prims:
            return
        boxes = world_bounds(prims) - world_matrices(prims)[:, None, 3, :3]
        triangles = surface_triangles(surfaces.prims(), shapes)
        taken = world_bounds(obstacles.prims()) if obstacles else None
        taken = taken[~np.isnan(taken).any(axis=(1, 2))] if taken is not None else None
        places = _place(call, draws, triangles, boxes, taken, up)
        draws.record(call.path, places)
        inverse = np.linalg.inv(parent_matrices(prims))
        call.runtime.poses.write(prims, np.einsum("ni,nij->nj", places, inverse[:, :3, :3]) + inverse[:, 3, :3])

    return Operation(call.call, call.trigger, run, reads_poses=True)


def scatter_3d_operation(call: Invocation) -> Operation:
    """Return ``randomizer.scatter_3d``: origins even over volumes, or over the box from ``min_samp`` to ``max_samp``.

    Places are exact, so ``resolution_scaling`` and ``voxel_size`` change nothing.
    """
    targets = call.movable()
    nothing = [None, None, None]
    low, high = call.args.get("min_samp", nothing), call.args.get("max_samp", nothing)
    if not call.has("volume_prims") and None in (*low, *high):
        raise call.error("there is nothing to scatter in.", "Give volume_prims, or all numbers of min_samp and max_samp.")
    names = {"volume_prims": "volume_prims", "volume_excl_prims": "volume_excl_prims", "no_coll_prims": "no_collision_prims"}
    sets = {name: call.prim_set(keyword) for keyword, name in names.items() if call.has(keyword)}

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if not prims:
            return
        call.runtime.poses.watch(prims)
        rep.functional.randomizer.scatter_3d(
            prims,
            extents=(low, high),
            prevent_vol_overlap=bool(call.args.get("prevent_vol_overlap", True)),
            check_for_collisions=bool(call.args.get("check_for_collisions", False)),
            rng=draws.stream(call.path, call.args.get("seed")),
            **{name: found.prims() for name, found in sets.items()},
        )
        call.runtime.poses.read(prims)
        draws.record(call.path, world_matrices(prims)[:, 3, :3])

    return Operation(call.call, call.trigger, run, reads_poses=True)


def _place(
    call: Invocation, draws: Draws, triangles: np.ndarray, boxes: np.ndarray, taken: np.ndarray | None, up: int
) -> np.ndarray:
    nothing = [None, None, None]
    for attempt in range(_WHOLE_TRIES):
        generator = draws.stream(call.path, call.args.get("seed"), attempt)
        try:
            return place(
                triangles,
                boxes,
                generator,
                up=up,
                offset=float(call.args.get("offset", 0.0)),
                obstacles=taken,
                apart=bool(call.args.get("check_for_collisions", False)),
                low=call.args.get("min_samp", nothing),
                high=call.args.get("max_samp", nothing),
            )
        except NoRoomError as error:
            failure = error
    raise call.error(
        f"{failure}, {_WHOLE_TRIES} times over.",
        "Use a larger surface or fewer prims, widen min_samp and max_samp, or switch check_for_collisions off.",
    )


def instantiate(call: Invocation) -> tuple[PrimSet, Operation]:
    """Return ``randomizer.instantiate``: ``size`` places whose assets are drawn anew each time."""
    runtime, size = call.runtime, int(call.args["size"])
    chosen = _as_choice(call, "paths")
    source = chosen.args["paths"]
    if source is not call.args["paths"] and (call.has("weights") or call.args.get("with_replacements") is False):
        weights = tuple(call.args["weights"]) if call.has("weights") else None
        source = Choice(
            source.path,
            source.mark,
            source.seed,
            choices=source.choices,
            weights=weights,
            replace=call.args.get("with_replacements", True),
        )
    files = {text: runtime.file(text, call.mark("paths")) for text in texts_of(source)}
    name = call.args.get("name") or "Population"
    group = rep.functional.create.xform(name=name, parent="/Replicator/SampledAssets")
    wrappers = rep.functional.create_batch.xform(count=size, name="Ref_Xform", parent=group)
    slots = [runtime.stage.DefinePrim(wrapper.GetPath().AppendChild("Ref")) for wrapper in wrappers]
    if call.has("semantics"):
        rep.functional.modify.semantics(wrappers, labels_by_type(call.args["semantics"]))
    instanceable = call.args.get("mode", "scene_instance") != "reference"  # point instances would have no prims to pose
    shown: dict[int, str] = {}

    def show(texts: list[str]) -> None:
        for index, text in enumerate(texts):
            if shown.get(index) != text:
                reference_asset(runtime, slots[index], files[text], instanceable)
                shown[index] = text
                runtime.label([wrappers[index]])

    def run(draws: Draws) -> None:
        show(list(source.draw(draws, size, "paths")))

    operation = Operation(call.call, call.trigger, run, reset=lambda: show([next(iter(files))] * size))
    return FixedPrims(tuple(wrappers)), operation


def reference_asset(runtime: Runtime, prim: Usd.Prim, file: str, instanceable: bool = False) -> None:
    """Make a prim refer to a USD file, turned and scaled from the file's up axis and unit to the stage's."""
    layer = runtime.open_layer(file)
    target = Sdf.Path() if layer.defaultPrim else _only_root(layer)
    prim.ClearTypeName()
    prim.GetReferences().SetReferences([Sdf.Reference(file, target)])
    if not prim.IsA(UsdGeom.Xformable):  # a root without a type, or a Scope, would ignore its transform ops
        prim.SetTypeName("Xform")
    prim.SetInstanceable(instanceable)
    _conform(prim, layer)


def _conform(prim: Usd.Prim, layer: Sdf.Layer) -> None:
    """Author the outermost transform ops that bring a referenced prim from its file's up axis and unit to the stage's.

    The ops have Kit's names (``xformOp:rotateX:unitsResolve``, ``xformOp:scale:unitsResolve``); they are left out where
    nothing differs.
    """
    stage, root = prim.GetStage(), layer.pseudoRoot
    unit = root.GetInfo("metersPerUnit") if root.HasInfo("metersPerUnit") else UsdGeom.LinearUnits.centimeters
    up = root.GetInfo("upAxis") if root.HasInfo("upAxis") else UsdGeom.GetFallbackUpAxis()
    factor = unit / UsdGeom.GetStageMetersPerUnit(stage)
    angle = 0.0 if up == UsdGeom.GetStageUpAxis(stage) else 90.0 if up == UsdGeom.Tokens.y else -90.0
    names = ["xformOp:rotateX:unitsResolve", "xformOp:scale:unitsResolve"]
    order = list(UsdGeom.Xformable(prim).GetXformOpOrderAttr().Get() or ()) if prim.IsA(UsdGeom.Xformable) else []
    own = [op for op in order if op not in names]
    if not angle and abs(factor - 1.0) < 1e-9 and own == order:
        return
    prim.CreateAttribute(names[0], Sdf.ValueTypeNames.Double, False).Set(angle)
    prim.CreateAttribute(names[1], Sdf.ValueTypeNames.Double3, False).Set(Gf.Vec3d(factor))
    prim.CreateAttribute("xformOpOrder", Sdf.ValueTypeNames.TokenArray, False, Sdf.VariabilityUniform).Set([*names, *own])


def _only_root(layer: Sdf.Layer) -> Sdf.Path:
    roots = [spec.path for spec in layer.rootPrims if spec.specifier == Sdf.SpecifierDef]
    if len(roots) != 1:
        found = ", ".join(str(path) for path in roots) or "none"
        raise ValueError(f"{layer.realPath}: no default prim among its root prims ({found}). Set `defaultPrim` in the file.")
    return roots[0]


RANDOMIZERS: dict[str, Callable[[Invocation], Operation]] = {
    "randomizer.rotation": rotation_operation,
    "randomizer.color": color_operation,
    "randomizer.materials": materials_operation,
    "randomizer.texture": texture_operation,
    "randomizer.scatter_2d": scatter_operation,
    "randomizer.scatter_3d": scatter_3d_operation,
}
"""What each ``randomizer`` function does, from a call to an operation."""
