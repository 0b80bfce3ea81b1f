"""Samplers of lights, domes, glowing geometry and fog against their own densities: chi-square and totals."""

import numpy as np
import pytest
import warp as wp
from pxr import Gf
from scipy import stats

from scenewright.render.device.lights import LightArrays, dome_table
from scenewright.render.device.textures import TextureArrays
from scenewright.render.kernels.domes import dome_pdf
from scenewright.render.kernels.emitters import emitter_pdf
from scenewright.render.kernels.fog import equiangular_distance, equiangular_pdf, fog_depth, fog_distance, phase, sample_phase
from scenewright.render.kernels.intersect import closest_hit, hit_prim
from scenewright.render.kernels.lights import light_pdf, nearest_lamp, sample_light
from scenewright.render.kernels.surface import point_at
from scenewright.render.kernels.types import FogData, SceneData, SceneTables
from scenewright.render.scene.records import LightKind, LightRecord, TextureRecord

wp.set_module_options({"enable_backward": False})

SIZE = (32, 64)  # rows and columns of the map of directions: latitude and longitude about +Z


@wp.kernel
def sample_lights(scene: SceneData, row: int, p: wp.vec3, u: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec4)):
    i = wp.tid()
    s = sample_light(scene, scene[0].lights[row], p, wp.vec2(u[i][0], u[i][1]), u[i][2])
    out[i] = wp.vec4(s.direction[0], s.direction[1], s.direction[2], s.pdf)


@wp.kernel
def light_densities(scene: SceneData, row: int, p: wp.vec3, layers: int, d: wp.array(dtype=wp.vec3),
                    out: wp.array(dtype=float)):
    i = wp.tid()
    light = scene[0].lights[row]
    if light.kind == 5:
        out[i] = dome_pdf(scene, light, d[i])
    elif light.kind == 6:
        t_min = float(0.0)  # noqa: UP018 - in Warp, a variable
        for _layer in range(layers):  # all of its surfaces along the ray, hidden ones too
            hit = closest_hit(scene, p, d[i], t_min, 1.0e30, -1)
            if hit.instance < 0:
                break
            prim = hit_prim(scene, scene[0].instances[hit.instance], hit.face)
            if scene[0].prims[prim].emitter > 0:
                emitter = scene[0].lighting[0].emitters[scene[0].prims[prim].emitter - 1]
                there = point_at(scene, hit, p, d[i])
                out[i] = out[i] + emitter_pdf(scene, emitter, hit, there.geometric_normal, p, d[i], hit.t)
            t_min = hit.t * 1.00001
    else:
        lamp = nearest_lamp(scene, p, d[i], 0.0, 1.0e30, 0, -1)
        if lamp.light >= 0:
            out[i] = light_pdf(light, p, d[i], lamp.t)


def draw(scene, row, p, count=200_000):
    u = np.random.default_rng(1).uniform(0.0, 1.0, (count, 3)).astype(np.float32) * np.float32(1 - 2**-24)
    out = wp.zeros(count, dtype=wp.vec4, device="cpu")
    u = wp.array(u, dtype=wp.vec3, device="cpu")
    wp.launch(sample_lights, count, inputs=[scene, row, p, u], outputs=[out], device="cpu")
    out = out.numpy()
    return out[:, :3], out[:, 3]


def densities(scene, row, p, directions, layers=64):
    flat = np.ascontiguousarray(directions.reshape(-1, 3), np.float32)
    out = wp.zeros(len(flat), dtype=float, device="cpu")
    wp.launch(light_densities, len(flat), inputs=[scene, row, p, layers, wp.array(flat, dtype=wp.vec3, device="cpu")],
              outputs=[out], device="cpu")
    return out.numpy().reshape(directions.shape[:-1])


def cells_of(directions):
    row = np.clip((np.arccos(np.clip(directions[:, 2], -1, 1)) / np.pi * SIZE[0]).astype(int), 0, SIZE[0] - 1)
    turn = np.arctan2(directions[:, 1], directions[:, 0]) / (2 * np.pi) % 1.0
    return row * SIZE[1] + np.clip((turn * SIZE[1]).astype(int), 0, SIZE[1] - 1)


def expected_shares(density, fine=12):
    """Integrate a density of directions over each cell by a grid of ``fine`` x ``fine`` points."""
    theta = (np.arange(SIZE[0] * fine) + 0.5) / (SIZE[0] * fine) * np.pi
    phi = (np.arange(SIZE[1] * fine) + 0.5) / (SIZE[1] * fine) * 2 * np.pi
    t, f = np.meshgrid(theta, phi, indexing="ij")
    values = density(np.stack([np.sin(t) * np.cos(f), np.sin(t) * np.sin(f), np.cos(t)], axis=-1)) * np.sin(t)
    values *= np.pi / len(theta) * 2 * np.pi / len(phi)
    return values.reshape(SIZE[0], fine, SIZE[1], fine).sum(axis=(1, 3)).ravel()


def assert_fits(directions, share, slack=0.0):
    """Chi-square of the cells that expect at least ten samples, the rest as one; ``slack``: relative error of the grid."""
    counts = np.bincount(cells_of(directions), minlength=len(share)).astype(float)
    expected = share / share.sum() * len(directions)
    many = expected >= 10.0
    observed = np.append(counts[many], counts[~many].sum())
    wanted = np.append(expected[many], expected[~many].sum())
    if wanted[-1] < 10.0:
        observed, wanted = observed[:-1], wanted[:-1]
    statistic = ((observed - wanted) ** 2 / (wanted + (slack * wanted) ** 2)).sum()
    assert stats.chi2.sf(statistic, len(wanted) - 1) > 1e-4


def assert_covers(directions, density, shape):
    """Weigh each sample by one over its density: each cell then sums to the solid angle of what is in it, limbs too.

    Args:
        directions: (N, 3), of all samples.
        density: (N,) at each; 0 where the sample is void.
        shape: Function that gives the density at directions; where it is positive there is something.
    """
    weight = np.where(density > 0.0, 1.0 / np.maximum(density, 1e-20), 0.0)
    count = len(weight)
    cells = cells_of(directions)
    mean = np.bincount(cells, weight, SIZE[0] * SIZE[1]) / count
    error = np.sqrt(np.maximum(np.bincount(cells, weight**2, SIZE[0] * SIZE[1]) / count - mean**2, 0.0) / count)
    solid = expected_shares(lambda d: (shape(d) > 0.0).astype(float), fine=8)
    full = expected_shares(lambda d: np.ones(d.shape[:-1]), fine=8)
    whole = solid > 0.999 * full
    z = (mean - solid)[whole] / np.maximum(error[whole], 1e-3 * solid[whole])
    assert whole.sum() > 20
    assert np.sqrt((z**2).mean()) < 1.25 and np.abs(z).max() < 5.0
    assert mean.sum() == pytest.approx(solid.sum(), rel=0.02)


def place(studio):
    renderer = studio.renderer()
    renderer.sync()
    return renderer._device_scene.place(np.zeros(3))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("SphereLight", {"radius": 1.2}), ("RectLight", {"width": 3.0, "height": 1.0}), ("DiskLight", {"radius": 1.3}),
     ("CylinderLight", {"radius": 0.6, "length": 3.0})],
)
def test_area_lights(studio, kind, options):
    studio.light(kind, "/L", translate=(1.0, 0.5, 2.0), rotate=(0, -25, 0), **options)
    placed = place(studio)
    p = wp.vec3(0.2, 0.1, 0.0)
    directions, pdf = draw(placed.data, 0, p)
    found = densities(placed.data, 0, p, directions)
    inner = (pdf > 0.0) & (found > 0.0) & (pdf < np.quantile(pdf, 0.98))  # not at the limb, where it grows without end
    np.testing.assert_allclose(found[inner], pdf[inner], rtol=2e-2)
    assert_covers(directions, np.where(pdf > 0.0, pdf, 0.0), lambda d: densities(placed.data, 0, p, d))


def test_distant_cone(studio):
    studio.light("DistantLight", "/L", rotate=(30, 0, 0), angle=40.0, intensity=100.0)
    placed = place(studio)
    directions, pdf = draw(placed.data, 0, wp.vec3(0.0, 0.0, 0.0))
    axis = directions.mean(axis=0) / np.linalg.norm(directions.mean(axis=0))
    cosine = directions @ axis
    assert cosine.min() >= np.cos(np.radians(20.0)) - 1e-3
    np.testing.assert_allclose(pdf, 1.0 / (2 * np.pi * (1 - np.cos(np.radians(20.0)))), rtol=1e-4)
    heights = (cosine - np.cos(np.radians(20.0))) / (1 - np.cos(np.radians(20.0)))
    assert stats.kstest(heights, "uniform").pvalue > 1e-4


def sky(rows=16, columns=32):
    pixels = np.random.default_rng(0).uniform(0.0, 1.0, (rows, columns, 4)).astype(np.float32) ** 4
    pixels[3, 5] = 400.0
    return pixels


def test_textured_dome(studio):
    placed = place_dome(studio, sky())
    p = wp.vec3(0.0, 0.0, 0.0)
    directions, pdf = draw(placed, 0, p)
    np.testing.assert_allclose(densities(placed, 0, p, directions), pdf, rtol=1e-3)
    share = expected_shares(lambda d: densities(placed, 0, p, d), fine=16)
    assert share.sum() == pytest.approx(1.0, abs=2e-3)
    assert_fits(directions, share, slack=0.02)


def place_dome(studio, pixels):
    """Put a dome with an image in memory on the device."""
    texture = TextureRecord("sky", pixels, srgb=False)
    textures, lights = TextureArrays("cpu", wp.zeros(256, dtype=float, device="cpu")), LightArrays("cpu")
    textures.replace({"sky"}, {"sky": texture})
    record = LightRecord("/Dome", LightKind.DOME, np.eye(4), (1.0, 1.0, 1.0), texture="sky")
    lights.replace([record], [], {"sky": texture}, textures.rows, ())
    tables = place(studio).tables
    tables.textures, tables.lights, tables.light_count, tables.first_dome = textures.data, lights.place(np.zeros(3)), 1, 0
    tables.domes, tables.lamp_count, tables.first_distant = lights.domes, 0, 0
    studio.kept = (textures, lights, tables)
    return wp.array([tables], dtype=SceneTables, device="cpu")


def test_dome_table_is_the_mean_of_the_bilinear_image():
    """Each cell's probability is its mean radiance under the bilinear lookup, but for the even floor."""
    pixels = sky(4, 8)
    marginal, conditional = dome_table(TextureRecord("sky", pixels, srgb=False))
    rows, columns = conditional.shape[0], conditional.shape[1] - 1
    weight = np.diff(marginal)[:, None] * np.diff(conditional, axis=1)
    weight /= np.sin((np.arange(rows) + 0.5) / rows * np.pi)[:, None]
    light = pixels[..., :3] @ [0.2126, 0.7152, 0.0722]
    x = (np.arange(columns) + 0.5) / columns * 8 - 0.5
    y = np.clip((np.arange(rows) + 0.5) / rows * 4 - 0.5, 0, 3)
    x0, y0 = np.floor(x).astype(int), np.minimum(np.floor(y).astype(int), 2)
    fx, fy = x - x0, (y - y0)[:, None]
    across = light[:, x0 % 8] * (1 - fx) + light[:, (x0 + 1) % 8] * fx
    bilinear = across[y0] * (1 - fy) + across[y0 + 1] * fy
    found = weight / weight.mean() * (1 + 0.03)
    np.testing.assert_allclose(found, bilinear / bilinear.mean() + 0.03, rtol=1e-6)


GLOWS = {
    "Cube": {"size": 0.8}, "Sphere": {"radius": 0.5}, "Cylinder": {"radius": 0.3, "height": 1.0},
    "Cone": {"radius": 0.5, "height": 1.0}, "Capsule": {"radius": 0.25, "height": 0.8}, "Plane": {"width": 1.0, "length": 0.7},
}


@pytest.mark.parametrize("kind", sorted(GLOWS))
@pytest.mark.parametrize("scale", [(1, 1, 1), (1.5, 0.8, 1.2)])
def test_glowing_shapes(studio, kind, scale):
    shape = studio.shape(kind, "/Glow", translate=(0.3, 0.2, 1.5), rotate=(20, 30, 0), scale=scale, **GLOWS[kind])
    studio.material("/Looks/Glow", shape, emissiveColor=Gf.Vec3f(5, 5, 5))
    fits_geometry(studio, layers=1 if kind == "Sphere" and scale == (1, 1, 1) else 64)  # a ball is sampled by its cone


def test_glowing_mesh_of_unequal_faces(studio):
    points = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0.5), (-1, 0.3, 0.2), (-0.5, -1, 0.1)]
    mesh = studio.mesh("/Glow", points, [3, 3, 3, 3], [0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 5], translate=(0.2, 0.3, 1.6),
                       rotate=(0, 15, 0), scale=(0.7, 1.2, 1.0))
    studio.material("/Looks/Glow", mesh, emissiveColor=Gf.Vec3f(5, 5, 5))
    fits_geometry(studio)


def test_glowing_geometry_that_moved(studio):
    """Several instances in one group, one of them moved and scaled after the first frame."""
    for i in range(20):
        shape = studio.shape("Cube", f"/Glow{i}", translate=(np.cos(i) * 1.5, np.sin(i) * 1.5, 1 + 0.1 * i), size=0.3)
        studio.material(f"/Looks/Glow{i}", shape, emissiveColor=Gf.Vec3f(5, 1 + i, 5))
    renderer = studio.renderer()
    renderer.sync()
    studio.place(shape, (0.0, 0.0, -1.5), (10, 20, 0), (3, 1, 2))
    renderer.sync()
    placed = renderer._device_scene.place(np.zeros(3))
    rows = renderer._device_scene._lights.count
    p, total = wp.vec3(0.1, 0.0, 0.0), 0
    for row in range(rows):
        directions, pdf = draw(placed.data, row, p, 20_000)
        found = densities(placed.data, row, p, directions[pdf > 0][:500])
        assert np.isfinite(found).all() and (found > 0).mean() > 0.98
        total += 1
    assert 1 < total <= 16


def fits_geometry(studio, layers=64):
    placed = place(studio)
    p = wp.vec3(0.0, 0.0, 0.0)
    directions, pdf = draw(placed.data, 0, p)
    found = densities(placed.data, 0, p, directions, layers)
    assert_covers(directions, np.where(pdf > 0.0, found, 0.0), lambda d: densities(placed.data, 0, p, d, layers))


@wp.kernel
def scatter(g: float, incoming: wp.vec3, u: wp.array(dtype=wp.vec2), out: wp.array(dtype=wp.vec3)):
    out[wp.tid()] = sample_phase(g, incoming, u[wp.tid()])


@wp.kernel
def phases(g: float, incoming: wp.vec3, d: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    out[wp.tid()] = phase(g, wp.dot(incoming, d[wp.tid()]))


@pytest.mark.parametrize("g", [0.0, 0.5, -0.7])
def test_phase_function(g):
    incoming = wp.vec3(0.6, 0.0, 0.8)
    u = np.random.default_rng(2).uniform(size=(100_000, 2)).astype(np.float32)
    out = wp.zeros(len(u), dtype=wp.vec3, device="cpu")
    wp.launch(scatter, len(u), inputs=[g, incoming, wp.array(u, dtype=wp.vec2, device="cpu")], outputs=[out], device="cpu")
    directions = out.numpy()
    assert (directions @ [0.6, 0.0, 0.8]).mean() == pytest.approx(g, abs=0.01)

    def density(d):
        flat = np.ascontiguousarray(d.reshape(-1, 3), np.float32)
        values = wp.zeros(len(flat), dtype=float, device="cpu")
        wp.launch(phases, len(flat), inputs=[g, incoming, wp.array(flat, dtype=wp.vec3, device="cpu")], outputs=[values],
                  device="cpu")
        return values.numpy().reshape(d.shape[:-1])

    share = expected_shares(density, fine=4)
    assert share.sum() == pytest.approx(1.0, abs=2e-3)
    assert_fits(directions, share, slack=0.01)


@wp.kernel
def fog_distances(fog: FogData, o: wp.vec3, d: wp.vec3, depth: wp.array(dtype=float), out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    t = fog_distance(fog, o, d, 0.5, depth[i])
    out[i] = wp.vec2(t, fog_depth(fog, o, d, 0.5, t))


def fog(**values):
    data = FogData()
    data.up, data.reach, data.density = wp.vec3(0.0, 0.0, 1.0), 1e6, 0.2
    for name, value in values.items():
        setattr(data, name, value)
    return data


@pytest.mark.parametrize("falloff", [0.0, 0.3])
@pytest.mark.parametrize("direction", [(1, 0, 0), (0.6, 0, 0.8), (0.6, 0, -0.8), (0, 0, 1), (1, 0, 1e-6)])
@pytest.mark.parametrize("height", [-2.0, 1.5])
def test_fog_depth_is_an_integral_and_has_an_inverse(falloff, direction, height):
    data = fog(falloff=falloff, base=0.25)
    d = np.array(direction) / np.linalg.norm(direction)
    o = np.array([0.0, 0.0, height])
    wanted = np.linspace(0.01, 0.6, 20).astype(np.float32)
    out = wp.zeros(20, dtype=wp.vec2, device="cpu")
    wp.launch(fog_distances, 20, inputs=[data, wp.vec3(*o), wp.vec3(*d), wp.array(wanted, dtype=float, device="cpu")],
              outputs=[out], device="cpu")
    t, depth = out.numpy().astype(float).T
    reached = t < 1e6
    np.testing.assert_allclose(depth[reached], wanted[reached], rtol=1e-3)
    for end, value in zip(t[reached], depth[reached], strict=True):
        at = np.linspace(0.5, end, 4001)
        above = np.maximum(o[2] + at * d[2] - 0.25, 0.0)
        assert np.trapezoid(0.2 * np.exp(-falloff * above), at) == pytest.approx(value, rel=2e-3)


@wp.kernel
def equiangular(o: wp.vec3, d: wp.vec3, light: wp.vec3, u: wp.array(dtype=float), out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    t = equiangular_distance(o, d, light, 0.5, 6.0, u[i])
    out[i] = wp.vec2(t, equiangular_pdf(o, d, light, 0.5, 6.0, t))


def test_equiangular_distances():
    u = ((np.arange(4000) + 0.5) / 4000).astype(np.float32)
    out = wp.zeros(4000, dtype=wp.vec2, device="cpu")
    wp.launch(equiangular, 4000, inputs=[wp.vec3(0.0, 0.0, 0.0), wp.vec3(1.0, 0.0, 0.0), wp.vec3(3.0, 0.4, 0.0),
                                         wp.array(u, dtype=float, device="cpu")], outputs=[out], device="cpu")
    t, pdf = out.numpy().astype(float).T
    assert t[0] == pytest.approx(0.5, abs=0.01) and t[-1] == pytest.approx(6.0, abs=0.02)
    np.testing.assert_allclose(np.diff(t) * 0.5 * (pdf[1:] + pdf[:-1]), 1 / 4000, rtol=1e-2)
