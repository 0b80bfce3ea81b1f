"""The label hit of each pixel: what the ray through its centre meets."""

import warp as wp

from scenewright.render.kernels.intersect import LISTED, closest_hit, nearer_hit, nearer_instance
from scenewright.render.kernels.packets import PACKET_WIDTH, packet_closest, packet_vec
from scenewright.render.kernels.raster import TILE_WIDTH, tile_closest
from scenewright.render.kernels.rays import CENTRAL, PINHOLE, camera_direction, camera_origin, sees
from scenewright.render.kernels.types import NO_HIT, CameraData, Hit, SceneData

__all__ = ["trace_blocks", "trace_pixels"]

wp.set_module_options({"enable_backward": False, "max_unroll": 4})

WIDTH = wp.constant(PACKET_WIDTH)
TILE = wp.constant(TILE_WIDTH)
ORIGIN = wp.constant(wp.vec3(0.0, 0.0, 0.0))


@wp.func
def pixel_hit(scene: SceneData, camera: CameraData, column: int, row: int) -> Hit:
    """Return the nearest hit of the ray through a pixel's centre."""
    x = float(column) + 0.5
    y = float(row) + 0.5
    hit = Hit()
    hit.instance = NO_HIT
    d = camera_direction(camera, x, y)
    if sees(d):
        hit = closest_hit(scene, camera_origin(camera, x, y), d, camera.near, camera.far, -1)
    return hit


@wp.kernel
def trace_pixels(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    # In:
    first: int,
    # Out:
    hits_out: wp.array(dtype=Hit),
):
    """Store the nearest hit of the ray through each pixel centre, a thread each."""
    i = first + wp.tid()
    hits_out[i] = pixel_hit(scene, camera, i % camera.width, i // camera.width)


@wp.func
def trace_packet(scene: SceneData, camera: CameraData, x0: int, y0: int, hits_out: wp.array(dtype=Hit)):
    """Store the hits of a block of pixels whose rays start at the origin."""
    dx = packet_vec()
    dy = packet_vec()
    dz = packet_vec()
    for k in range(WIDTH * WIDTH):  # those beyond the image repeat its last ones
        x = wp.min(x0 + k // WIDTH, camera.width - 1)
        y = wp.min(y0 + k % WIDTH, camera.height - 1)
        d = camera_direction(camera, float(x) + 0.5, float(y) + 0.5)
        dx[k] = d[0]
        dy[k] = d[1]
        dz[k] = d[2]
    candidates = packet_closest(scene, camera, camera.model == PINHOLE, dx, dy, dz, x0, y0, hits_out)
    count = int(candidates[0])
    if count == 0:
        return
    for k in range(WIDTH * WIDTH):
        x = x0 + k // WIDTH
        y = y0 + k % WIDTH
        d = wp.vec3(dx[k], dy[k], dz[k])
        if x < camera.width and y < camera.height and sees(d):
            i = y * camera.width + x
            hit = hits_out[i]
            if count <= LISTED:
                for n in range(count):
                    met = (int(candidates[3 + 3 * n]) >> k) & 1
                    if met != 0 and candidates[2 + 3 * n] <= hit.t * 1.000001:
                        hit = nearer_instance(scene, int(candidates[1 + 3 * n]), ORIGIN, d, camera.near, camera.far, hit)
            else:
                hit = nearer_hit(scene, ORIGIN, d, camera.near, camera.far, -1, hit)
            hits_out[i] = hit


@wp.func
def trace_block(scene: SceneData, camera: CameraData, x0: int, y0: int, hits_out: wp.array(dtype=Hit)):
    """Store the hits of 4 x 4 pixels: rays from one point walk the trees of the solid meshes together."""
    if camera.model == PINHOLE or camera.model == CENTRAL:
        trace_packet(scene, camera, x0, y0, hits_out)
        return
    for k in range(WIDTH * WIDTH):
        x = x0 + k % WIDTH
        y = y0 + k // WIDTH
        if x < camera.width and y < camera.height:
            hits_out[y * camera.width + x] = pixel_hit(scene, camera, x, y)


@wp.kernel
def trace_blocks(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    # In:
    first: int,
    # Out:
    hits_out: wp.array(dtype=Hit),
):
    """Store the same hits, a tile of 16 x 16 pixels at a time: drawn where that can be, else in packets of 4 x 4."""
    across = (camera.width + TILE - 1) // TILE
    tile = first + wp.tid()
    x0 = (tile % across) * TILE
    y0 = (tile // across) * TILE
    if camera.model == PINHOLE:
        if tile_closest(scene, camera, x0, y0, hits_out):
            return
    for y in range(y0, wp.min(y0 + TILE, camera.height), WIDTH):
        for x in range(x0, wp.min(x0 + TILE, camera.width), WIDTH):
            trace_block(scene, camera, x, y, hits_out)
