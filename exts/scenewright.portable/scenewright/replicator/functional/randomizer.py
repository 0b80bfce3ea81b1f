"""``rep.functional.randomizer``: draw and write now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pxr import Sdf, Vt

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional.layer_writes import AttributeColumn, write_attributes
from scenewright.replicator.functional.pose_ops import write_pose
from scenewright.replicator.functional.prim_arguments import PrimLike, accepts_only_named, resolve_prims
from scenewright.replicator.functional.scatter_sampling import CANDIDATES, clip_triangles, place_apart, place_boxes
from scenewright.replicator.functional.surface_triangles import (
    local_boxes,
    world_boxes,
    world_to_parent,
    world_triangles,
    world_volumes,
)
from scenewright.replicator.functional.volume_sampling import box_volume, sample_volumes

if TYPE_CHECKING:
    from scenewright.replicator.rng import ReplicatorRNG

__all__ = ["display_color", "scatter_2d", "scatter_3d"]

Prims = PrimLike | Sequence[PrimLike]


@accepts_only_named
def display_color(prims: Prims, rng: "ReplicatorRNG | np.random.Generator | None" = None) -> None:
    """Give each prim one colour, uniform over linear RGB in [0, 1), as ``primvars:displayColor``.

    Args:
        prims: N prims; shapes below an Xform inherit its colour.
        rng: Where the numbers come from; a `ReplicatorRNG` of the global seed by default.
    """
    found = resolve_prims(prims)
    write_display_color(found, generator_of(rng).random((len(found), 3)))


def write_display_color(prims: Sequence[Any], colors: np.ndarray, layer: Sdf.Layer | None = None) -> None:
    """Write one constant display colour for each prim.

    Args:
        prims: N prims of one stage.
        colors: Linear RGB, shape (N, 3).
        layer: Where to write; the stage's current edit target by default.
    """
    rows = np.ascontiguousarray(colors, dtype=np.float32)
    values = [Vt.Vec3fArray(1, color) for color in Vt.Vec3fArray.FromNumpy(rows)]
    column = AttributeColumn("primvars:displayColor", Sdf.ValueTypeNames.Color3fArray, values, interpolation="constant")
    write_attributes(prims, [column], layer)


@accepts_only_named
def scatter_2d(prims: Prims, surface_prims: Prims, no_collision_prims: Prims | None = None, extents: Any = None,
               offset: float = 0.0, check_for_collisions: bool = False,
               rng: "ReplicatorRNG | np.random.Generator | None" = None) -> None:
    """Scatter prims over surfaces so that their world-aligned bounding boxes rest on them; rotation and scale stay.

    Args:
        prims: What to scatter.
        surface_prims: Meshes or shapes, or prims above such; chosen by area. They may be invisible.
        no_collision_prims: What the prims must stay clear of.
        extents: World region for the points on the surface, ``(min, max)`` with three numbers or None each.
        offset: Distance kept from the surface [stage units].
        check_for_collisions: Whether the prims' bounding boxes must stay clear of each other too; ``no_collision_prims``
            are always kept clear of.
        rng: Where the numbers come from; a `ReplicatorRNG` of the global seed by default.

    Raises:
        ValueError: No surface is there, none of it is inside ``extents``, or no arrangement without collisions was found.
    """
    found = resolve_prims(prims)
    if not found:
        return
    triangles = world_triangles(resolve_prims(surface_prims))
    if extents is not None:
        low, high = extents_bounds(extents)
        triangles = clip_triangles(triangles, low, high)
        if not len(triangles):
            raise ValueError(f"No part of the surface lies inside extents {low.tolist()} to {high.tolist()}")
    obstacles = None if no_collision_prims is None else world_boxes(resolve_prims(no_collision_prims), per_gprim=True)
    boxes, _ = local_boxes(found)
    positions = place_boxes(triangles, boxes, generator_of(rng), offset=float(offset), obstacles=obstacles,
                            check_for_collisions=check_for_collisions or obstacles is not None)
    write_pose(found, position=world_to_parent(found, positions))


@accepts_only_named
def scatter_3d(prims: Prims, volume_prims: Prims | None = None, volume_excl_prims: Prims | None = None, extents: Any = None,
               prevent_vol_overlap: bool = True, check_for_collisions: bool = False,
               rng: "ReplicatorRNG | np.random.Generator | None" = None, *, no_collision_prims: Prims | None = None) -> None:
    """Scatter prims so that their origins lie uniformly inside volumes; rotation and scale stay.

    Args:
        prims: What to scatter.
        volume_prims: Closed meshes or shapes, or prims above such. None = the box ``extents``.
        volume_excl_prims: Closed meshes or shapes in which no origin may lie.
        extents: World region for the origins, ``(min, max)`` with three numbers or None each.
        prevent_vol_overlap: Whether a region that several volumes share is sampled as densely as the rest.
        check_for_collisions: Whether the prims' bounding boxes must stay clear of each other.
        rng: Where the numbers come from; a `ReplicatorRNG` of the global seed by default.
        no_collision_prims: What the prims' bounding boxes must stay clear of.

    Raises:
        ValueError: There is no volume, no room in it, or no arrangement without collisions was found.
    """
    found = resolve_prims(prims)
    if not found:
        return
    low, high = extents_bounds(extents if extents is not None else (None, None))
    if volume_prims is not None:
        volumes = world_volumes(resolve_prims(volume_prims))
    elif np.isfinite([low, high]).all():
        volumes = [box_volume(low, high)]
    else:
        raise ValueError("scatter_3d has nothing to scatter in: give volume_prims, or extents with all six bounds")
    excluded = [] if volume_excl_prims is None else world_volumes(resolve_prims(volume_excl_prims))
    generator = generator_of(rng)

    def draw(count: int) -> np.ndarray:
        return sample_volumes(volumes, count, generator, excluded=excluded, low=low, high=high,
                              prevent_overlap=prevent_vol_overlap)

    if check_for_collisions or no_collision_prims is not None:
        obstacles = None if no_collision_prims is None else world_boxes(resolve_prims(no_collision_prims), per_gprim=True)
        positions = place_apart(lambda box: draw(CANDIDATES), local_boxes(found)[0], obstacles)
    else:
        positions = draw(len(found))
    write_pose(found, position=world_to_parent(found, positions))


def extents_bounds(extents: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper bounds, shape (3,) each, open sides infinite, of ``(min, max)`` with three numbers or None each.

    Raises:
        ValueError: It has another form, or a lower bound is above its upper bound.
    """
    try:
        (low, high) = [[sign * np.inf if v is None else float(v) for v in ((None,) * 3 if side is None else side)]
                       for side, sign in zip(extents, (-1.0, 1.0), strict=True)]
        bounds = np.array([low, high])
    except (TypeError, ValueError) as error:
        raise ValueError(f"extents={extents!r}; give ((x_min, y_min, z_min), (x_max, y_max, z_max)), None for open") from error
    if bounds.shape != (2, 3) or (bounds[0] > bounds[1]).any():
        raise ValueError(f"extents={extents!r}; give ((x_min, y_min, z_min), (x_max, y_max, z_max)), None for open")
    return bounds[0], bounds[1]


def generator_of(rng: "ReplicatorRNG | np.random.Generator | None") -> np.random.Generator:
    """Return the numpy generator of an ``rng`` argument.

    Raises:
        TypeError: It is neither a `ReplicatorRNG`, a numpy generator nor None.
    """
    if rng is None:
        from scenewright.replicator.rng import ReplicatorRNG

        return ReplicatorRNG().generator
    generator = getattr(rng, "generator", rng)
    if not isinstance(generator, np.random.Generator):
        raise TypeError(f"rng={rng!r}; give rep.rng.ReplicatorRNG(seed=...) or a numpy.random.Generator")
    return generator

__getattr__ = unavailable_names(__name__, ())
