"""Arrangements of prims: scattered, placed or settled, as local poses that either host's pose functions can write."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.sdg.recipe.poses import (
    euler_from_matrix,
    local_poses,
    matrix_from_euler,
    parent_matrices,
    up_axis,
    world_matrices,
)
from scenewright.sdg.variation.density import density_by_primvar, density_by_texture
from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.meshes import TriangleMesh, mesh_of
from scenewright.sdg.variation.placement import MeshShape, place_meshes
from scenewright.sdg.variation.poisson import ScatterPoints, scatter_points
from scenewright.sdg.variation.settling import settle_meshes

__all__ = ["Arrangement", "MeshCache", "place_prims", "scatter_frames", "scatter_on", "scatter_prims", "settle_prims"]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Where prims stand.

    Attributes:
        positions: Local translations [stage units], shape (N, 3).
        angles: Local XYZ angles [degrees], shape (N, 3).
        shown: Which prims found a place, shape (N,), bool.
        note: What was achieved and what stood in the way, "" where all is well.
    """

    positions: np.ndarray
    angles: np.ndarray
    shown: np.ndarray
    note: str = ""


class MeshCache:
    """Meshes of prims in their own frames, read once; equal ones are one object. Shapes are taken not to change."""

    def __init__(self) -> None:
        self._by_path: dict[str, TriangleMesh] = {}
        self._by_content: dict[bytes, TriangleMesh] = {}

    def of(self, prim: Usd.Prim) -> TriangleMesh:
        """Return the mesh of everything at or below a prim, in its frame."""
        path = str(prim.GetPath())
        if path not in self._by_path:
            mesh = mesh_of([prim], frame=prim)
            points = mesh.points.round(9) + 0.0
            digest = hashlib.blake2b(points.tobytes() + mesh.triangles.tobytes(), digest_size=16).digest()
            self._by_path[path] = self._by_content.setdefault(digest, mesh)
        return self._by_path[path]


def scatter_on(
    surfaces: Sequence[Usd.Prim],
    generator: np.random.Generator,
    *,
    radius: float | None = None,
    count: int | None = None,
    slope: Sequence[float] = (0.0, 180.0),
    density_texture: str | None = None,
    density_primvar: str | None = None,
    exclude: Sequence[Usd.Prim] = (),
    clearance: float = 0.0,
    device: str | None = None,
) -> ScatterPoints:
    """Return Poisson-disk points on the surfaces at and below prims, in world coordinates; see `scatter_points`.

    Args:
        surfaces: Where to scatter.
        generator: Source of everything random.
        radius: Minimum distance [stage units].
        count: How many points are wanted.
        slope: Lowest and highest angle of the surface to the stage's up axis [degrees].
        density_texture: Picture of the density, by the texture coordinates ``st``.
        density_primvar: Float primvar of the density.
        exclude: Shapes to keep out of, and surfaces to keep away from.
        clearance: Distance to what is excluded [stage units].
        device: Warp device; None = the CPU.

    Raises:
        VariationError: An argument is wrong, or there is no surface.
    """
    if density_texture and density_primvar:
        raise VariationError("both 'density_texture' and 'density_primvar' are given. Give one.")
    surface = mesh_of(surfaces, primvar=density_primvar or "", want_uvs=bool(density_texture))
    density = density_by_texture(surface, density_texture) if density_texture else None
    density = density_by_primvar(surface) if density_primvar else density
    return scatter_points(
        surface,
        generator,
        radius=radius,
        count=count,
        slope=tuple(slope),
        up=up_axis(surfaces[0].GetStage()),
        density=density,
        exclusion=mesh_of(exclude) if exclude else None,
        clearance=clearance,
        device=device,
    )


def scatter_frames(
    points: ScatterPoints, up: np.ndarray, align: float, generator: np.random.Generator, spin: bool = True
) -> np.ndarray:
    """Return rotations that turn ``up`` towards the normals, row vectors, shape (N, 3, 3).

    Args:
        points: Scattered points.
        up: Direction that becomes the normal, shape (3,).
        align: 0 keeps ``up``, 1 turns it all the way to the normal.
        generator: Source of the turns about the normal.
        spin: Whether to turn at random about it.
    """
    align = checked_number("align", align, 0.0, 1.0)
    count = len(points)
    target = (1.0 - align) * up + align * points.normals
    length = np.linalg.norm(target, axis=1, keepdims=True)
    target = np.where(length > 1e-6, target / np.where(length > 1e-6, length, 1.0), points.normals)
    turns = generator.random(count) * 2.0 * np.pi if spin else np.zeros(count)
    return axis_rotations(np.broadcast_to(up, (count, 3)), turns) @ rotations_between(up, target)


def scatter_prims(
    prims: Sequence[Usd.Prim],
    surfaces: Sequence[Usd.Prim],
    generator: np.random.Generator,
    *,
    align: float = 0.0,
    spin: bool = True,
    offset: float = 0.0,
    **options: Any,
) -> Arrangement:
    """Put the origins of prims on Poisson-disk points of surfaces.

    Args:
        prims: N prims.
        surfaces: Where to.
        generator: Source of everything random.
        align: 0 keeps the prims upright, 1 turns the stage's up axis to the surface's normal.
        spin: Whether to turn them about it at random.
        offset: Distance from the surface, along the normal [stage units].
        **options: See `scatter_on`; ``count`` is the number of prims.

    Raises:
        VariationError: Fewer points than prims fit; the message says how many do.
    """
    points = scatter_on(surfaces, generator, **{**options, "count": len(prims)})
    if len(points) < len(prims):
        raise VariationError(
            f"{len(points)} of {len(prims)} prims find a place {points.radius:g} apart on {points.area:.4g} square "
            "units (after masks). Give a smaller 'radius', more surface or fewer prims."
        )
    up = up_axis(prims[0].GetStage())
    frames = scatter_frames(points, up, align, generator, spin)
    offset = checked_number("offset", offset, unit="stage units")
    order = generator.permutation(len(prims))
    return _local(prims, (points.positions + offset * points.normals)[order], frames[order])


def place_prims(
    prims: Sequence[Usd.Prim],
    surfaces: Sequence[Usd.Prim],
    generator: np.random.Generator,
    cache: MeshCache,
    *,
    obstacles: Sequence[Usd.Prim] = (),
    **options: Any,
) -> Arrangement:
    """Put prims on surfaces so that no two meshes touch; see `place_meshes` for the options.

    Args:
        prims: N prims.
        surfaces: Where they stand.
        generator: Source of everything random.
        cache: Meshes read so far.
        obstacles: Prims to stay clear of.
        **options: gap, yaw, whole, offset, attempts, device.

    Raises:
        VariationError: An argument is wrong, or a prim has no mesh.
    """
    stage = prims[0].GetStage()
    axis = 1 if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y else 2
    worlds = world_matrices(prims)
    shapes = [MeshShape(cache.of(prim), world[:3, :3], str(prim.GetPath())) for prim, world in zip(prims, worlds, strict=True)]
    fixed = [MeshShape(mesh_of([prim]), np.eye(3), str(prim.GetPath())) for prim in obstacles]
    found = place_meshes(shapes, mesh_of(surfaces), generator, obstacles=fixed, up=axis, **options)
    positions = np.where(found.placed[:, None], found.positions, worlds[:, 3, :3])
    turns = axis_rotations(np.broadcast_to(up_axis(stage), (len(prims), 3)), np.radians(np.nan_to_num(found.angles)))
    return _local(prims, positions, turns, found.placed, "" if found.placed.all() else found.summary())


def settle_prims(
    prims: Sequence[Usd.Prim], surfaces: Sequence[Usd.Prim], generator: np.random.Generator, cache: MeshCache, **options: Any
) -> Arrangement:
    """Let prims fall onto surfaces until they lie still; see `settle_meshes` for the options.

    Args:
        prims: N prims.
        surfaces: What they fall on.
        generator: Source of everything random.
        cache: Meshes read so far.
        **options: friction, seconds, device.

    Raises:
        VariationError: Newton is missing, or an argument is wrong.
    """
    stage = prims[0].GetStage()
    metre = UsdGeom.GetStageMetersPerUnit(stage)
    worlds = world_matrices(prims)
    scaled: dict[tuple[int, bytes], TriangleMesh] = {}
    meshes = []
    for prim, world in zip(prims, worlds, strict=True):
        mesh, linear = cache.of(prim), world[:3, :3].round(12)
        meshes.append(scaled.setdefault((id(mesh), linear.tobytes()), TriangleMesh(mesh.points @ linear, mesh.triangles)))
    axis = 1 if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y else 2
    found = settle_meshes(
        meshes, mesh_of(surfaces), generator, gravity=9.81 / metre, tolerance=0.002 / metre, up=axis, **options
    )
    note = (
        ""
        if found.kept.all()
        else (
            f"{int(found.kept.sum())} of {len(prims)} prims lie at rest; {int(found.fell.sum())} fell off, "
            f"{int((~found.kept & ~found.fell).sum())} had not come to rest."
        )
    )
    return _local(prims, found.positions, found.rotations, found.kept, note)


def _local(
    prims: Sequence[Usd.Prim], positions: np.ndarray, turns: np.ndarray, shown: np.ndarray | None = None, note: str = ""
) -> Arrangement:
    """Return local poses from world positions of origins, and rotations about them on top of the present ones."""
    parents = parent_matrices(prims)
    inverse = np.linalg.inv(parents)
    local = np.einsum("ni,nij->nj", positions, inverse[:, :3, :3]) + inverse[:, 3, :3]
    u, _, vt = np.linalg.svd(parents[:, :3, :3])
    frames = u @ vt
    _, angles, _ = local_poses(prims)
    rotations = matrix_from_euler(angles) @ frames @ turns @ np.swapaxes(frames, 1, 2)
    return Arrangement(local, euler_from_matrix(rotations), np.ones(len(prims), dtype=bool) if shown is None else shown, note)


def axis_rotations(axes: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return rotations about unit axes (N, 3) by angles [radians] (N,), row vectors, shape (N, 3, 3) (Rodrigues)."""
    x, y, z = axes.T
    zero = np.zeros(len(axes))
    cross = np.stack([zero, z, -y, -z, zero, x, y, -x, zero], axis=1).reshape(-1, 3, 3)  # transposed: row vectors
    sin, cos = np.sin(angles)[:, None, None], np.cos(angles)[:, None, None]
    return np.eye(3) + sin * cross + (1.0 - cos) * cross @ cross


def rotations_between(start: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the smallest rotations that turn a unit vector to others (N, 3), row vectors, shape (N, 3, 3)."""
    axes = np.cross(start, ends)
    sin = np.linalg.norm(axes, axis=1)
    spare = np.cross(start, np.eye(3)[np.argmin(np.abs(start))])
    axes = np.where(sin[:, None] > 1e-12, axes / np.where(sin > 1e-12, sin, 1.0)[:, None], spare / np.linalg.norm(spare))
    return axis_rotations(axes, np.arctan2(sin, ends @ start))
