"""Whether points lie in a mesh or close to it."""

import warp as wp

__all__ = ["mark_near_surface", "mark_within_volume"]

wp.set_module_options({"enable_backward": False})


@wp.kernel
def mark_within_volume(
    first: int, mesh: wp.uint64, clearance: float, points: wp.array(dtype=wp.vec3), marks: wp.array(dtype=wp.uint8)
):
    """Set 1 where a point lies inside a closed mesh, or within ``clearance`` of it."""
    i = first + wp.tid()
    query = wp.mesh_query_point_sign_winding_number(mesh, points[i], 1.0e9)
    if query.result:
        apart = wp.length(wp.mesh_eval_position(mesh, query.face, query.u, query.v) - points[i])
        if query.sign < 0.0 or apart < clearance:
            marks[i] = wp.uint8(1)


@wp.kernel
def mark_near_surface(
    first: int, mesh: wp.uint64, clearance: float, points: wp.array(dtype=wp.vec3), marks: wp.array(dtype=wp.uint8)
):
    """Set 1 where a point lies within ``clearance`` of a mesh."""
    i = first + wp.tid()
    query = wp.mesh_query_point_no_sign(mesh, points[i], clearance)
    if query.result:
        marks[i] = wp.uint8(1)
