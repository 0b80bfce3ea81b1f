"""Kernels of collision-free placement: outlines seen from above, then triangle against triangle, then containment.

Everything is in a frame whose third axis points up. A pose is (x, y, z, angle about up).
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

__all__ = ["Bodies", "find_support", "meshes_touch", "outlines_overlap"]

wp.set_module_options({"enable_backward": False, "max_unroll": 2})  # compiles in a third of the time


@wp.struct
class Bodies:
    """Objects in their frames before posing: meshes, their linear maps, convex outlines from above and heights."""

    mesh: wp.array(dtype=wp.uint64)
    closed: wp.array(dtype=wp.int32)
    linear: wp.array(dtype=wp.mat33)
    inverse: wp.array(dtype=wp.mat33)
    inner: wp.array(dtype=wp.vec3)
    low: wp.array(dtype=wp.vec3)
    high: wp.array(dtype=wp.vec3)
    outline_first: wp.array(dtype=wp.int32)
    outline: wp.array(dtype=wp.vec2)


@wp.func
def outline_point(bodies: Bodies, index: int, pose: wp.vec4) -> wp.vec2:
    """Return a corner of a posed outline."""
    p = bodies.outline[index]
    c = wp.cos(pose[3])
    s = wp.sin(pose[3])
    return wp.vec2(c * p[0] - s * p[1] + pose[0], s * p[0] + c * p[1] + pose[1])


@wp.func
def separated_by_edges(bodies: Bodies, a: int, pose_a: wp.vec4, b: int, pose_b: wp.vec4, gap: float) -> bool:
    """Return whether an edge of the first outline has all of the second one on its outer side, ``gap`` away."""
    first = bodies.outline_first[a]
    last = bodies.outline_first[a + 1]
    previous = outline_point(bodies, last - 1, pose_a)
    for i in range(first, last):
        point = outline_point(bodies, i, pose_a)
        edge = point - previous
        length = wp.length(edge)
        if length > 0.0:
            outward = wp.vec2(edge[1], -edge[0]) / length
            apart = float(1.0e30)
            for j in range(bodies.outline_first[b], bodies.outline_first[b + 1]):
                apart = wp.min(apart, wp.dot(outline_point(bodies, j, pose_b) - point, outward))
                if apart <= gap:
                    break
            if apart > gap:
                return True
        previous = point
    return False


@wp.kernel
def outlines_overlap(
    first: int,
    body: int,
    candidates: wp.array(dtype=wp.vec4),
    of_candidate: wp.array(dtype=wp.int32),
    others: wp.array(dtype=wp.int32),
    poses: wp.array(dtype=wp.vec4),
    gap: float,
    bodies: Bodies,
    hits: wp.array(dtype=wp.uint8),
):
    """Set 1 where a candidate pose of ``body`` may touch another object: neither heights nor outlines are ``gap`` apart."""
    i = first + wp.tid()
    b = others[i]
    pose_a = candidates[of_candidate[i]]
    pose_b = poses[b]
    above = bodies.low[body][2] + pose_a[2] - bodies.high[b][2] - pose_b[2]
    below = bodies.low[b][2] + pose_b[2] - bodies.high[body][2] - pose_a[2]
    free = above > gap or below > gap
    if not free:
        free = separated_by_edges(bodies, body, pose_a, b, pose_b, gap)
    if not free:
        free = separated_by_edges(bodies, b, pose_b, body, pose_a, gap)
    hits[i] = wp.uint8(1)
    if free:
        hits[i] = wp.uint8(0)


@wp.func
def turn_of(pose: wp.vec4) -> wp.mat33:
    """Return the rotation of a pose."""
    c = wp.cos(pose[3])
    s = wp.sin(pose[3])
    return wp.mat33(c, -s, 0.0, s, c, 0.0, 0.0, 0.0, 1.0)


@wp.func
def box_low(m: wp.mat33, low: wp.vec3, high: wp.vec3) -> wp.vec3:
    """Return the lower corner of the box around a mapped box."""
    r = wp.vec3(0.0, 0.0, 0.0)
    for i in range(3):
        r[i] = (
            wp.min(m[i, 0] * low[0], m[i, 0] * high[0])
            + wp.min(m[i, 1] * low[1], m[i, 1] * high[1])
            + wp.min(m[i, 2] * low[2], m[i, 2] * high[2])
        )
    return r


@wp.func
def box_high(m: wp.mat33, low: wp.vec3, high: wp.vec3) -> wp.vec3:
    """Return the upper corner of the box around a mapped box."""
    return -box_low(m, -high, -low)


@wp.func
def point_triangle_sq(p: wp.vec3, t: wp.mat33) -> float:
    """Return the squared distance of a point from the inside of a triangle (rows), large where it projects outside."""
    ab = t[1] - t[0]
    ac = t[2] - t[0]
    n = wp.cross(ab, ac)
    nn = wp.dot(n, n)
    d = p - t[0]
    v = wp.dot(wp.cross(d, ac), n)
    w = wp.dot(wp.cross(ab, d), n)
    if nn <= 0.0 or v < 0.0 or w < 0.0 or v + w > nn:
        return 1.0e30
    side = wp.dot(d, n)
    return side * side / nn


@wp.func
def pierces(p: wp.vec3, q: wp.vec3, t: wp.mat33) -> bool:
    """Return whether a segment crosses a triangle."""
    n = wp.cross(t[1] - t[0], t[2] - t[0])
    a = wp.dot(p - t[0], n)
    b = wp.dot(q - t[0], n)
    if a * b > 0.0 or a == b:
        return False
    x = p + (a / (a - b)) * (q - p)
    return (
        wp.dot(wp.cross(t[1] - t[0], x - t[0]), n) >= 0.0
        and wp.dot(wp.cross(t[2] - t[1], x - t[1]), n) >= 0.0
        and wp.dot(wp.cross(t[0] - t[2], x - t[2]), n) >= 0.0
    )


@wp.func
def segments_sq(p: wp.vec3, u: wp.vec3, q: wp.vec3, v: wp.vec3) -> float:
    """Return the squared distance of the segments p + s u and q + t v, s and t in [0, 1] (Ericson 2005, section 5.1.9)."""
    r = p - q
    a = wp.max(wp.dot(u, u), 1.0e-30)
    e = wp.max(wp.dot(v, v), 1.0e-30)
    f = wp.dot(v, r)
    b = wp.dot(u, v)
    c = wp.dot(u, r)
    denominator = a * e - b * b
    s = float(0.0)
    if denominator > 0.0:
        s = wp.clamp((b * f - c * e) / denominator, 0.0, 1.0)
    t = (b * s + f) / e
    if t < 0.0:
        t = 0.0
        s = wp.clamp(-c / a, 0.0, 1.0)
    elif t > 1.0:
        t = 1.0
        s = wp.clamp((b - c) / a, 0.0, 1.0)
    return wp.length_sq(r + s * u - t * v)


@wp.func
def triangles_near(a: wp.mat33, b: wp.mat33, gap: float) -> bool:
    """Return whether two triangles (rows are corners) cross or come closer than ``gap``."""
    for i in range(3):
        j = (i + 1) % 3
        if pierces(a[i], a[j], b) or pierces(b[i], b[j], a):
            return True
        if point_triangle_sq(a[i], b) < gap * gap or point_triangle_sq(b[i], a) < gap * gap:
            return True
        for k in range(3):
            if segments_sq(a[i], a[j] - a[i], b[k], b[(k + 1) % 3] - b[k]) < gap * gap:
                return True
    return False


@wp.func
def triangle_of(mesh: wp.uint64, face: int, m: wp.mat33, shift: wp.vec3) -> wp.mat33:
    """Return a triangle's corners as rows, mapped."""
    p = m * wp.mesh_eval_position(mesh, face, 1.0, 0.0) + shift
    q = m * wp.mesh_eval_position(mesh, face, 0.0, 1.0) + shift
    r = m * wp.mesh_eval_position(mesh, face, 0.0, 0.0) + shift
    return wp.mat33(p[0], p[1], p[2], q[0], q[1], q[2], r[0], r[1], r[2])


@wp.func
def holds(mesh: wp.uint64, point: wp.vec3) -> bool:
    """Return whether a closed mesh holds a point: most of three rays meet its inside first."""
    inside = int(0)
    for k in range(3):
        direction = wp.normalize(wp.vec3(0.5132, 0.2917 + 0.8 * float(k), 1.0 - 0.71 * float(k)))
        ray = wp.mesh_query_ray(mesh, point, direction, 1.0e9)
        if ray.result:
            if wp.dot(ray.normal, direction) > 0.0:
                inside = inside + 1
    return inside >= 2


@wp.kernel
def meshes_touch(
    first: int,
    body: int,
    candidates: wp.array(dtype=wp.vec4),
    of_candidate: wp.array(dtype=wp.int32),
    others: wp.array(dtype=wp.int32),
    poses: wp.array(dtype=wp.vec4),
    gap: float,
    bodies: Bodies,
    hits: wp.array(dtype=wp.uint8),
):
    """Set 1 where triangles of a posed ``body`` and another object come within ``gap``, or one closed mesh holds the other."""
    i = first + wp.tid()
    b = others[i]
    pose_a = candidates[of_candidate[i]]
    pose_b = poses[b]
    turn_a = turn_of(pose_a)
    turn_b = turn_of(pose_b)
    m_a = turn_a * bodies.linear[body]
    m_b = turn_b * bodies.linear[b]
    i_a = bodies.inverse[body] * wp.transpose(turn_a)
    i_b = bodies.inverse[b] * wp.transpose(turn_b)
    # Coordinates are relative to the first body, so that float32 is precise.
    shift = wp.vec3(pose_b[0] - pose_a[0], pose_b[1] - pose_a[1], pose_b[2] - pose_a[2])
    margin = wp.vec3(gap, gap, gap)
    low_b = box_low(turn_b, bodies.low[b], bodies.high[b]) + shift - margin
    high_b = box_high(turn_b, bodies.low[b], bodies.high[b]) + shift + margin
    mesh_a = bodies.mesh[body]
    mesh_b = bodies.mesh[b]
    near = int(0)
    query_a = wp.mesh_query_aabb(mesh_a, box_low(i_a, low_b, high_b), box_high(i_a, low_b, high_b))
    face_a = int(0)
    while near == 0 and wp.mesh_query_aabb_next(query_a, face_a):
        t = triangle_of(mesh_a, face_a, m_a, wp.vec3(0.0, 0.0, 0.0))
        low_t = wp.min(wp.min(t[0], t[1]), t[2]) - shift - margin
        high_t = wp.max(wp.max(t[0], t[1]), t[2]) - shift + margin
        query_b = wp.mesh_query_aabb(mesh_b, box_low(i_b, low_t, high_t), box_high(i_b, low_t, high_t))
        face_b = int(0)
        while near == 0 and wp.mesh_query_aabb_next(query_b, face_b):
            if triangles_near(t, triangle_of(mesh_b, face_b, m_b, shift), gap):
                near = 1
    if near == 0 and bodies.closed[b] == 1:
        if holds(mesh_b, i_b * (m_a * bodies.inner[body] - shift)):
            near = 1
    if near == 0 and bodies.closed[body] == 1:
        if holds(mesh_a, i_a * (m_b * bodies.inner[b] + shift)):
            near = 1
    hits[i] = wp.uint8(near)


@wp.kernel
def find_support(
    first: int,
    body: int,
    surface: wp.uint64,
    step: float,
    whole: int,
    bodies: Bodies,
    candidates: wp.array(dtype=wp.vec4),
    supported: wp.array(dtype=wp.uint8),
):
    """Lift each candidate to the highest point of the surface below its outline; mark those that stand on it.

    A candidate's z comes in as the height of the surface at its (x, y). Surfaces more than ``step`` higher or lower do not
    count as being below. With ``whole`` = 1 every corner of the outline needs a surface below it.
    """
    i = first + wp.tid()
    pose = candidates[i]
    down = wp.vec3(0.0, 0.0, -1.0)
    height = pose[2]
    missing = int(0)
    for k in range(bodies.outline_first[body], bodies.outline_first[body + 1]):
        p = outline_point(bodies, k, pose)
        ray = wp.mesh_query_ray(surface, wp.vec3(p[0], p[1], pose[2] + step), down, 2.0 * step)
        if ray.result:
            height = wp.max(height, pose[2] + step - ray.t)
        else:
            missing = missing + 1
    candidates[i] = wp.vec4(pose[0], pose[1], height, pose[3])
    supported[i] = wp.uint8(1)
    if whole == 1 and missing > 0:
        supported[i] = wp.uint8(0)
