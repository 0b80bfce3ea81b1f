"""Kernels of Poisson-disk scatter: fronts of discs that grow over a mesh, block by block in eight colours.

Space is cut into blocks of 8 x 8.4 radii; blocks of one colour do not touch, so each is one thread's work and threads
write to their own block only. Within a block every sample tries places around itself at just the minimum distance, as
Bridson ("Fast Poisson Disk Sampling in Arbitrary Dimensions", 2007) with candidates on the circle instead of in the ring,
which packs them closer; what no front reaches is begun from a pool of uniform points.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.sdg.variation.counter import Key, philox, unit

__all__ = ["grow_blocks", "pool_points"]

wp.set_module_options({"enable_backward": False})

CELL = wp.constant(2.1)
"""Side of a cell in radii: all samples that matter to a candidate lie in the 27 cells around its parent."""
SLOTS = wp.constant(24)
NEAR = wp.constant(96)
ANGLES = wp.constant(24)
AWAY = wp.constant(1.0003)
"""How far from its parent a candidate is put, in minimum distances: rounding must not bring it too close."""


@wp.struct
class Front:
    """What all blocks share. Lengths are in mesh units, points relative to the mesh's centre."""

    surface: wp.uint64
    radius: float
    step: float
    origin: wp.vec3
    blocks: wp.vec3i
    key: Key
    allowed: wp.array(dtype=wp.uint8)
    table: wp.array(dtype=wp.int32)
    pool_first: wp.array(dtype=wp.int32)
    pool: wp.array(dtype=wp.vec3)
    pool_face: wp.array(dtype=wp.int32)
    sample_first: wp.array(dtype=wp.int32)
    samples: wp.array(dtype=wp.vec3)
    faces: wp.array(dtype=wp.int32)
    counts: wp.array(dtype=wp.int32)
    cell_counts: wp.array(dtype=wp.int32)
    cell_samples: wp.array(dtype=wp.int32)
    near: wp.array(dtype=wp.vec3)


@wp.func
def cell_of(front: Front, point: wp.vec3) -> wp.vec3i:
    """Return the cell that holds a point."""
    scaled = (point - front.origin) / (CELL * front.radius)
    return wp.vec3i(int(wp.floor(scaled[0])), int(wp.floor(scaled[1])), int(wp.floor(scaled[2])))


@wp.func
def block_of(front: Front, x: int, y: int, z: int) -> int:
    """Return the number of the block that holds a cell; -1 where there is none."""
    bx = x >> 2
    by = y >> 2
    bz = z >> 2
    if bx < 0 or by < 0 or bz < 0 or bx >= front.blocks[0] or by >= front.blocks[1] or bz >= front.blocks[2]:
        return -1
    return front.table[(bx * front.blocks[1] + by) * front.blocks[2] + bz]


@wp.func
def slot_of(block: int, x: int, y: int, z: int) -> int:
    """Return the number of a cell among all cells of all blocks."""
    return block * 64 + (x & 3) * 16 + (y & 3) * 4 + (z & 3)


@wp.func
def gather(front: Front, block: int, center: wp.vec3, reach: float) -> int:
    """Put the samples within ``reach`` of a point into the block's list; return their number, -1 where they are too many."""
    cell = cell_of(front, center)
    count = int(0)
    for around in range(27):
        x = cell[0] + around // 9 - 1
        y = cell[1] + (around // 3) % 3 - 1
        z = cell[2] + around % 3 - 1
        other = block_of(front, x, y, z)
        if other >= 0:
            slot = slot_of(other, x, y, z)
            for k in range(front.cell_counts[slot]):
                sample = front.samples[front.cell_samples[slot * SLOTS + k]]
                if wp.length_sq(sample - center) < reach * reach:
                    if count >= NEAR:
                        return -1
                    front.near[block * NEAR + count] = sample
                    count = count + 1
    return count


@wp.func
def is_free(front: Front, block: int, count: int, point: wp.vec3, distance: float) -> bool:
    """Return whether no gathered sample lies within a distance."""
    for k in range(count):
        if wp.length_sq(front.near[block * NEAR + k] - point) < distance * distance:
            return False
    return True


@wp.func
def is_lonely(front: Front, point: wp.vec3) -> bool:
    """Return whether no sample at all lies within the minimum distance."""
    cell = cell_of(front, point)
    for around in range(27):
        x = cell[0] + around // 9 - 1
        y = cell[1] + (around // 3) % 3 - 1
        z = cell[2] + around % 3 - 1
        other = block_of(front, x, y, z)
        if other >= 0:
            slot = slot_of(other, x, y, z)
            for k in range(front.cell_counts[slot]):
                if wp.length_sq(front.samples[front.cell_samples[slot * SLOTS + k]] - point) < front.step * front.step:
                    return False
    return True


@wp.func
def add(front: Front, block: int, count: int, point: wp.vec3, face: int) -> int:
    """Append a sample to a block; return the new count, unchanged where there is no room left."""
    cell = cell_of(front, point)
    slot = slot_of(block, cell[0], cell[1], cell[2])
    index = front.sample_first[block] + count
    held = front.cell_counts[slot]
    if held >= SLOTS or index >= front.sample_first[block + 1]:
        return count
    front.samples[index] = point
    front.faces[index] = face
    front.cell_samples[slot * SLOTS + held] = index
    front.cell_counts[slot] = held + 1
    return count + 1


@wp.func
def spawn(front: Front, block: int, count: int, parent: wp.vec3, face: int, index: int) -> int:
    """Try places around a sample, at the minimum distance; return the block's new count."""
    near = gather(front, block, parent, 2.08 * front.radius)
    if near < 0:
        return count
    total = count
    away = AWAY * front.step
    normal = wp.mesh_eval_face_normal(front.surface, face)
    side = wp.vec3(1.0, 0.0, 0.0)
    if wp.abs(normal[0]) > 0.7:
        side = wp.vec3(0.0, 1.0, 0.0)
    tangent = wp.normalize(wp.cross(normal, side))
    bitangent = wp.cross(normal, tangent)
    words = philox(front.key, wp.uint32(index), wp.uint32(block), wp.uint32(1), wp.uint32(0))
    turn = unit(words[0])
    for j in range(ANGLES):
        angle = 6.283185307179586 * (turn + float(j) / float(ANGLES))
        guess = parent + away * (wp.cos(angle) * tangent + wp.sin(angle) * bitangent)
        if is_free(front, block, near, guess, 0.9 * front.radius):
            point = guess
            hit = int(-1)
            apart = float(0.0)
            for _refine in range(2):  # the closest point of a curved surface is nearer to the parent than the guess was
                if wp.abs(apart - away) > 1.0e-4 * front.radius:
                    query = wp.mesh_query_point_no_sign(front.surface, guess, front.radius)
                    if query.result:
                        hit = query.face
                        point = wp.mesh_eval_position(front.surface, query.face, query.u, query.v)
                        apart = wp.length(point - parent)
                        guess = parent + (point - parent) * (away / wp.max(apart, 0.2 * front.radius))
            if hit >= 0 and apart < 1.04 * front.radius and is_free(front, block, near, point, front.step):
                cell = cell_of(front, point)
                if block_of(front, cell[0], cell[1], cell[2]) == block and front.allowed[hit] == wp.uint8(1):
                    before = total
                    total = add(front, block, total, point, hit)
                    if total > before and near < NEAR:
                        front.near[block * NEAR + near] = point
                        near = near + 1
    return total


@wp.kernel
def grow_blocks(first: int, chosen: wp.array(dtype=wp.int32), coordinates: wp.array(dtype=wp.vec3i), front: Front):
    """Fill the blocks of one colour; thread t works on block ``chosen[first + t]``."""
    block = chosen[first + wp.tid()]
    place = coordinates[block]
    side = 4.0 * CELL * front.radius
    low = front.origin + side * wp.vec3(float(place[0]), float(place[1]), float(place[2]))
    high = low + wp.vec3(side, side, side)
    count = int(0)
    around = int(0)  # fronts that neighbours of earlier colours have brought to this block come first
    other = int(-1)
    member = int(0)
    done = int(0)
    fresh = front.pool_first[block]
    last = front.pool_first[block + 1]
    while around < 27 or done < count or fresh < last:
        parent = int(-1)
        if around < 27:
            if member == 0:
                x = place[0] + around // 9 - 1
                y = place[1] + (around // 3) % 3 - 1
                z = place[2] + around % 3 - 1
                other = block_of(front, x * 4, y * 4, z * 4)
            if other < 0 or other == block or member >= front.counts[other]:
                around = around + 1
                member = 0
            else:
                candidate = front.sample_first[other] + member
                sample = front.samples[candidate]
                outside = sample - wp.min(wp.max(sample, low), high)
                if wp.length_sq(outside) < front.step * front.step:
                    parent = candidate
                member = member + 1
        elif done < count:
            parent = front.sample_first[block] + done
            done = done + 1
        else:
            if is_lonely(front, front.pool[fresh]):
                count = add(front, block, count, front.pool[fresh], front.pool_face[fresh])
            fresh = fresh + 1
        if parent >= 0:
            count = spawn(front, block, count, front.samples[parent], front.faces[parent], parent)
    front.counts[block] = count


@wp.kernel
def pool_points(
    first: int,
    surface: wp.uint64,
    edges: wp.array(dtype=float),
    count: int,
    key: Key,
    radius: float,
    origin: wp.vec3,
    points: wp.array(dtype=wp.vec3),
    faces: wp.array(dtype=wp.int32),
    blocks: wp.array(dtype=wp.vec3i),
):
    """Draw points evenly over a surface, one in each of ``count`` shares of its area, and the block that each lies in.

    ``edges`` holds the summed areas of the triangles up to and with each one, as shares of the whole.
    """
    i = first + wp.tid()
    words = philox(key, wp.uint32(i), wp.uint32(0), wp.uint32(0), wp.uint32(0))
    share = (float(i) + unit(words[0])) / float(count)
    face = wp.min(wp.lower_bound(edges, share), edges.shape[0] - 1)
    # Osada et al. 2002, Shape Distributions, section 4.2
    root = wp.sqrt(unit(words[1]))
    u = 1.0 - root
    v = root * (1.0 - unit(words[2]))
    point = wp.mesh_eval_position(surface, face, u, v)
    scaled = (point - origin) / (4.0 * CELL * radius)
    points[i] = point
    faces[i] = face
    blocks[i] = wp.vec3i(int(wp.floor(scaled[0])), int(wp.floor(scaled[1])), int(wp.floor(scaled[2])))
