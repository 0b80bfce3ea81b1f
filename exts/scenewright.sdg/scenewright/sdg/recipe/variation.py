"""``randomizer.*`` functions that vary a scene with Warp kernels: from a call to what it makes and does."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics, Vt

from scenewright.sdg.recipe.physics import simulate
from scenewright.sdg.recipe.poses import parent_matrices, up_axis, world_bounds, world_matrices
from scenewright.sdg.recipe.prims import FixedPrims, PrimSet
from scenewright.sdg.recipe.runtime import Invocation, Operation
from scenewright.sdg.recipe.sampling import Draws
from scenewright.sdg.recipe.variation_looks import bake_materials, sun_sky
from scenewright.sdg.variation.arranging import (
    Arrangement,
    MeshCache,
    place_prims,
    scatter_frames,
    scatter_on,
    scatter_prims,
    settle_prims,
)
from scenewright.sdg.variation.displacement import displaced_points, mesh_prims
from scenewright.sdg.variation.population import PopulationRanges, PopulationVariation
from scenewright.sdg.variation.settling import drop_poses, load_newton

__all__ = ["VARIATION"]

_log = logging.getLogger(__name__)

Made = tuple[PrimSet | None, Operation]
_FULL = ("error", "hide")


def _generator(call: Invocation, draws: Draws) -> np.random.Generator:
    return draws.stream(call.path, call.args.get("seed"))


def _options(call: Invocation, *names: str) -> dict[str, Any]:
    return {name: call.args[name] for name in names if name in call.args}


def _scatter_options(call: Invocation) -> tuple[PrimSet, Callable[[], dict[str, Any]]]:
    """Return the surfaces of a scatter, and what makes its options."""
    surfaces = call.prim_set("surface_prims")
    exclude = call.prim_set("exclude") if call.has("exclude") else None
    plain = _options(call, "radius", "slope", "density_primvar", "clearance")
    if call.has("density_texture"):
        given = call.args["density_texture"]
        plain["density_texture"] = call.runtime.file(
            given if isinstance(given, str) else given[0], call.mark("density_texture")
        )
    return surfaces, lambda: {**plain, "exclude": exclude.prims() if exclude else ()}


def _move(call: Invocation, draws: Draws, prims: list[Usd.Prim], found: Arrangement, when: str | None) -> None:
    """Write an arrangement; what found no place is hidden, or an error."""
    if not found.shown.all() and when == "error":
        raise call.error(found.note, "Use a larger surface, fewer or smaller prims, or give `hide` to go on without them.")
    if not found.shown.all():
        _log.warning("`%s` (%s): %s The others are hidden.", call.call.function, call.mark(), found.note)
    draws.record(call.path, np.concatenate([found.positions, found.angles], axis=1))
    call.runtime.poses.write(prims, found.positions, found.angles)
    if when == "hide":
        rep.functional.modify.visibility(prims, [bool(one) for one in found.shown])


def _policy(call: Invocation, keyword: str) -> str:
    value = call.args.get(keyword, "error")
    if value not in _FULL:
        raise call.error(
            f"'{keyword}' is {value!r}.", "Give error, or hide to go on without the prims that find no place.", keyword
        )
    return value


def scatter_poisson(call: Invocation) -> Made:
    """Return ``randomizer.scatter_poisson``: prims on points of surfaces that keep a distance."""
    targets = call.movable()
    surfaces, options = _scatter_options(call)
    own = _options(call, "align", "spin", "offset")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if prims:
            _move(call, draws, prims, scatter_prims(prims, surfaces.prims(), _generator(call, draws), **own, **options()), None)

    return None, Operation(call.call, call.trigger, run, reads_poses=True)


def scatter_instances(call: Invocation) -> Made:
    """Return ``randomizer.scatter_instances``: a point instancer of prototypes on points of surfaces."""
    surfaces, options = _scatter_options(call)
    sources = call.prim_set("prototypes").prims()
    if not sources:
        raise call.error("there are no prototypes.", "Name prims to copy.", "prototypes")
    stage = call.runtime.stage
    parent = call.prim_set("parent").prims()[0].GetPath() if call.has("parent") else Sdf.Path("/Replicator")
    name, number = call.args.get("name") or "ScatterInstances", 0
    path = parent.AppendChild(name)
    while stage.GetPrimAtPath(path):
        number += 1
        path = parent.AppendChild(f"{name}_{number:02d}")
    instancer = UsdGeom.PointInstancer.Define(stage, path)
    instancer.GetPrototypesRel().SetTargets([_prototype(instancer, prim, index) for index, prim in enumerate(sources)])
    low, high = call.args.get("scale", [1.0, 1.0])
    if not 0.0 < low <= high:
        raise call.error(f"'scale' is {[low, high]}.", "Give [lowest, highest], both positive.", "scale")

    def run(draws: Draws) -> None:
        generator = _generator(call, draws)
        points = scatter_on(surfaces.prims(), generator, count=call.args.get("count"), **options())
        wanted = call.args.get("count")
        if wanted is not None and len(points) < wanted:
            raise call.error(
                f"{len(points)} of {wanted} instances find a place {points.radius:g} apart on {points.area:.4g} square "
                "units (after masks).",
                "Give a smaller 'radius', more surface or a smaller 'count'.",
                "count",
            )
        frames = scatter_frames(
            points, up_axis(stage), float(call.args.get("align", 0.0)), generator, call.args.get("spin", True)
        )
        inverse = np.linalg.inv(world_matrices([instancer.GetPrim()])[0])
        places = points.positions + float(call.args.get("offset", 0.0)) * points.normals
        _write_instances(
            instancer,
            places @ inverse[:3, :3] + inverse[3, :3],
            frames,
            low + (high - low) * generator.random(len(points)),
            generator.integers(len(sources), size=len(points)),
        )
        draws.record(call.path, {"count": len(points), "radius": points.radius})

    return FixedPrims((instancer.GetPrim(),)), Operation(call.call, call.trigger, run, reads_poses=True)


def _prototype(instancer: UsdGeom.PointInstancer, source: Usd.Prim, index: int) -> Sdf.Path:
    """Make a copy of a prim that stands at the origin, as large as it is and shown whether or not the prim itself is."""
    path = instancer.GetPath().AppendChild(f"Prototype_{index:02d}")
    copy = instancer.GetPrim().GetStage().DefinePrim(path, source.GetTypeName())
    copy.GetReferences().AddInternalReference(source.GetPath())
    linear = np.eye(4)
    linear[:3, :3] = world_matrices([source])[0, :3, :3]
    xformable = UsdGeom.Xformable(copy)
    xformable.MakeMatrixXform().Set(Gf.Matrix4d(linear.tolist()))
    UsdGeom.Imageable(copy).CreateVisibilityAttr(UsdGeom.Tokens.inherited)
    return path


def _write_instances(
    instancer: UsdGeom.PointInstancer, positions: np.ndarray, frames: np.ndarray, scales: np.ndarray, kinds: np.ndarray
) -> None:
    count = len(positions)
    instancer.GetProtoIndicesAttr().Set(Vt.IntArray.FromNumpy(kinds.astype(np.int32)))
    instancer.GetPositionsAttr().Set(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(positions, dtype=np.float32)))
    instancer.GetScalesAttr().Set(Vt.Vec3fArray.FromNumpy(np.repeat(scales[:, None], 3, axis=1).astype(np.float32)))
    trace = (
        np.sqrt(
            np.maximum(
                0.0,
                1.0
                + np.stack(
                    [
                        frames[:, 0, 0] + frames[:, 1, 1] + frames[:, 2, 2],
                        frames[:, 0, 0] - frames[:, 1, 1] - frames[:, 2, 2],
                        frames[:, 1, 1] - frames[:, 0, 0] - frames[:, 2, 2],
                        frames[:, 2, 2] - frames[:, 0, 0] - frames[:, 1, 1],
                    ],
                    axis=1,
                ),
            )
        )
        / 2.0
    )
    w, x, y, z = trace.T
    x = np.copysign(x, frames[:, 1, 2] - frames[:, 2, 1])
    y = np.copysign(y, frames[:, 2, 0] - frames[:, 0, 2])
    z = np.copysign(z, frames[:, 0, 1] - frames[:, 1, 0])
    quaternions = np.stack([x, y, z, w], axis=1).astype(np.float16)
    instancer.GetOrientationsAttr().Set(Vt.QuathArray.FromNumpy(quaternions) if count else Vt.QuathArray())


def place_meshes(call: Invocation) -> Made:
    """Return ``randomizer.place_meshes``: prims on surfaces, no two meshes touching."""
    targets, surfaces = call.movable(), call.prim_set("surface_prims")
    obstacles = call.prim_set("obstacles") if call.has("obstacles") else None
    when, cache = _policy(call, "when_full"), MeshCache()

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if prims:
            found = place_prims(
                prims,
                surfaces.prims(),
                _generator(call, draws),
                cache,
                obstacles=obstacles.prims() if obstacles else (),
                **_options(call, "gap", "yaw", "whole", "offset", "attempts"),
            )
            _move(call, draws, prims, found, when)

    return None, Operation(call.call, call.trigger, run, reads_poses=True)


def settle(call: Invocation) -> Made:
    """Return ``randomizer.settle``: prims fall onto surfaces until they lie still.

    Engine ``newton`` simulates the hulls of these prims alone and leaves the stage's physics as it is; ``host`` makes them
    rigid bodies and lets the application's physics (PhysX in Kit) move them; by default the first where it is installed.
    """
    targets, surfaces = call.movable(), call.prim_set("surface_prims")
    when, engine = _policy(call, "when_rejected"), call.args.get("engine", "auto")
    if engine not in ("auto", "newton", "host"):
        raise call.error(f"'engine' is {engine!r}.", "Give newton, host or auto.", "engine")
    if engine == "auto":
        try:
            load_newton()
            engine = "newton"
        except ValueError:
            engine = "host"
    if engine == "host":
        return None, _settle_by_host(call, targets, surfaces, when)
    cache = MeshCache()

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if prims:
            found = settle_prims(
                prims, surfaces.prims(), _generator(call, draws), cache, **_options(call, "friction", "seconds")
            )
            _move(call, draws, prims, found, when)

    return None, Operation(call.call, call.trigger, run, reads_poses=True)


def _settle_by_host(call: Invocation, targets: PrimSet, surfaces: PrimSet, when: str) -> Operation:
    stage, seconds = call.runtime.stage, float(call.args.get("seconds", 6.0))
    grounds = [prim for root in surfaces.prims() for prim in Usd.PrimRange(root) if prim.IsA(UsdGeom.Gprim)]
    rep.functional.physics.apply_collider([prim for prim in grounds if not prim.HasAPI(UsdPhysics.CollisionAPI)], "none")

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if not prims:
            return
        if not prims[0].HasAPI(UsdPhysics.RigidBodyAPI):
            rep.functional.physics.apply_rigid_body(prims)
            rep.functional.physics.apply_collider(prims, "convexHull")
        up, box = int(np.argmax(up_axis(stage))), world_bounds(surfaces.prims())
        low, high = box[:, 0].min(axis=0), box[:, 1].max(axis=0)
        bounds, origins = world_bounds(prims), world_matrices(prims)[:, 3, :3]
        radii = np.linalg.norm(np.maximum(bounds[:, 1] - origins, origins - bounds[:, 0]), axis=1)
        centers, _ = drop_poses(radii, low, high, float(high[up]), _generator(call, draws), up)
        inverse = np.linalg.inv(parent_matrices(prims))
        call.runtime.poses.write(prims, np.einsum("ni,nij->nj", centers, inverse[:, :3, :3]) + inverse[:, 3, :3])
        simulate(seconds)
        call.runtime.poses.read(prims)
        ends, flat = world_matrices(prims)[:, 3, :3], [axis for axis in range(3) if axis != up]
        kept = ((ends[:, flat] >= low[flat]) & (ends[:, flat] <= high[flat])).all(axis=1) & (ends[:, up] > low[up] - radii)
        if not kept.all() and when == "error":
            raise call.error(
                f"{int(kept.sum())} of {len(prims)} prims came to lie on the surface; the others fell off.",
                "Use a larger surface or fewer prims, or give `hide` to go on without them.",
            )
        if when == "hide":
            rep.functional.modify.visibility(prims, [bool(one) for one in kept])
        draws.record(call.path, ends)

    return Operation(call.call, call.trigger, run, reads_poses=True, simulates=True)


def vary(call: Invocation) -> Made:
    """Return ``randomizer.vary``: pose, scale and display colour of prims between bounds, drawn in one kernel."""
    targets = call.targets()
    boxes: dict[str, Any] = {}
    for name in ("position", "rotation", "scale", "color"):
        ends = [call.args.get(f"{name}_{end}") for end in ("low", "high")]
        if (ends[0] is None) != (ends[1] is None):
            raise call.error(f"of '{name}_low' and '{name}_high' one is missing.", "Give both, or neither.")
        if ends[0] is not None:
            boxes[name] = tuple([end] * 3 if isinstance(end, int | float) else list(end) for end in ends)
    known: list[PopulationVariation] = []

    def run(draws: Draws) -> None:
        prims = targets.prims()
        if not prims:
            return
        if not known or known[0].prims != prims:
            known[:] = [PopulationVariation(prims, PopulationRanges(**boxes))]
        known[0].claim()
        values = known[0].apply(_generator(call, draws))
        for name in boxes:
            draws.record(f"{call.path}/{name}", values[name].copy())

    return None, Operation(call.call, call.trigger, run)


def displace(call: Invocation) -> Made:
    """Return ``randomizer.displace``: noise on the points of meshes; texture coordinates, subsets and labels stay."""
    meshes = mesh_prims(call.targets().prims())
    base = [np.array(mesh.GetPointsAttr().Get() or [], dtype=np.float32).reshape(-1, 3) for mesh in meshes]
    prims = [mesh.GetPrim() for mesh in meshes]
    shaded = [mesh.GetPrim() for mesh in meshes if mesh.GetNormalsAttr().HasAuthoredValue()]

    def write(points: list[np.ndarray]) -> None:
        for mesh, rows in zip(meshes, points, strict=True):
            mesh.GetPointsAttr().Set(Vt.Vec3fArray.FromNumpy(rows))
            mesh.GetExtentAttr().Set(Vt.Vec3fArray.FromNumpy(np.stack([rows.min(axis=0), rows.max(axis=0)])))

    def run(draws: Draws) -> None:
        amplitude, wavelength = (call.rows(name, len(prims), draws, "number", 1)[:, 0] for name in ("amplitude", "wavelength"))
        generator = _generator(call, draws)
        write(
            [
                displaced_points(
                    mesh,
                    generator,
                    amplitude=float(a),
                    wavelength=float(w),
                    points=points,
                    **_options(call, "octaves", "roughness", "bias"),
                )
                for mesh, a, w, points in zip(meshes, amplitude, wavelength, base, strict=True)
            ]
        )

    for prim in shaded:  # normals of the smooth shape would shade the rough one; without them they follow from the points
        prim.GetAttribute("normals").Block()
    return None, Operation(call.call, call.trigger, run, reads_poses=False, reset=lambda: write(base))


VARIATION: dict[str, Callable[[Invocation], Made]] = {
    "randomizer.scatter_poisson": scatter_poisson,
    "randomizer.scatter_instances": scatter_instances,
    "randomizer.place_meshes": place_meshes,
    "randomizer.settle": settle,
    "randomizer.vary": vary,
    "randomizer.displace": displace,
    "randomizer.bake_materials": bake_materials,
    "randomizer.sun_sky": sun_sky,
}
"""What each function makes and does, from a call to prims (or None) and an operation."""
