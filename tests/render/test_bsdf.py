"""The surface model against integrals of itself: energy, densities, sampling, and who may change places with whom."""

import numpy as np
import pytest
import warp as wp

from scenewright.render.device.glossy_albedo import glossy_albedo_table
from scenewright.render.kernels.bsdf import bsdf_eval, bsdf_pdf, bsdf_sample, lobes_of
from scenewright.render.kernels.glass import fresnel_dielectric
from scenewright.render.kernels.surface import Surface

wp.set_module_options({"enable_backward": False})

SURFACES = {
    "lambert": {"specular": 0.0, "roughness": 1.0},
    "plastic": {"roughness": 0.4},
    "shiny plastic": {"roughness": 0.25, "base_color": (0.9, 0.3, 0.1)},
    "rough plastic": {"roughness": 0.9},
    "diamond": {"roughness": 0.3, "ior": 2.4},
    "tinted": {"roughness": 0.3, "specular": 6.0, "specular_color": (1.0, 0.5, 0.2)},
    "metal": {"metallic": 1.0, "roughness": 0.3, "base_color": (0.9, 0.6, 0.3)},
    "white rough metal": {"metallic": 1.0, "roughness": 1.0, "base_color": (1.0, 1.0, 1.0)},
    "half metal": {"metallic": 0.5, "roughness": 0.5},
    "coated": {"roughness": 0.6, "clearcoat": 1.0, "clearcoat_roughness": 0.2},
    "coated metal": {"metallic": 1.0, "roughness": 0.5, "clearcoat": 0.7, "clearcoat_roughness": 0.25},
    "frosted": {"transmission": 1.0, "roughness": 0.5},
    "frosted from within": {"transmission": 1.0, "roughness": 0.5, "inside": 1},
    "slightly frosted": {"transmission": 1.0, "roughness": 0.25, "ior": 1.33, "base_color": (0.5, 0.8, 1.0)},
    "frosted sheet": {"transmission": 1.0, "roughness": 0.5, "thin": 1},
    "half glass": {"transmission": 0.5, "roughness": 0.4},
}
GLASS = [name for name, given in SURFACES.items() if "transmission" in given]
COSINES = (0.9, 0.25)


@wp.kernel
def explore(surface: Surface, table: wp.array(dtype=wp.vec2), views: wp.array(dtype=wp.vec3), lights: wp.array(dtype=wp.vec3),
            values_out: wp.array(dtype=wp.vec3), pdf_out: wp.array(dtype=float), albedo_out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    lobes = lobes_of(table, surface, wp.vec3(0.0, 0.0, 1.0), views[i])
    values_out[i] = bsdf_eval(lobes, lights[i])
    pdf_out[i] = bsdf_pdf(lobes, lights[i])
    albedo_out[i] = lobes.albedo


@wp.kernel
def draw(surface: Surface, table: wp.array(dtype=wp.vec2), view: wp.vec3, u: wp.array(dtype=wp.vec3),
         direction_out: wp.array(dtype=wp.vec3), weight_out: wp.array(dtype=wp.vec3), pdf_out: wp.array(dtype=float),
         through_out: wp.array(dtype=int)):
    i = wp.tid()
    lobes = lobes_of(table, surface, wp.vec3(0.0, 0.0, 1.0), view)
    sample = bsdf_sample(lobes, wp.vec2(u[i][0], u[i][1]), u[i][2])
    direction_out[i] = sample.direction
    weight_out[i] = sample.weight
    pdf_out[i] = sample.pdf
    through_out[i] = sample.transmitted


@wp.kernel
def reflect(cosines: wp.array(dtype=float), eta: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = fresnel_dielectric(cosines[i], eta)


def array(values, dtype=wp.vec3):
    return wp.array(np.ascontiguousarray(values, np.float32), dtype=dtype, device="cpu")


def surface_of(**given):
    surface = Surface()
    values = {"base_color": (1.0, 1.0, 1.0), "ior": 1.5, "specular": 0.5, "specular_color": (1.0, 1.0, 1.0), **given}
    for name, value in values.items():
        setattr(surface, name, wp.vec3(*value) if isinstance(value, tuple) else value)
    return surface


def view_at(cosine):
    return np.array([np.sqrt(1.0 - cosine * cosine), 0.0, cosine], np.float32)


def evaluate(surface, views, lights):
    views, lights = np.broadcast_arrays(views, lights)
    out = [wp.zeros(len(lights), dtype=kind, device="cpu") for kind in (wp.vec3, float, wp.vec3)]
    inputs = [surface, array(glossy_albedo_table(), wp.vec2), array(views), array(lights)]
    wp.launch(explore, len(lights), inputs=inputs, outputs=out, device="cpu")
    return [values.numpy().astype(float) for values in out]


def sampled(surface, cosine, count, seed=0):
    u = np.random.default_rng(seed).random((count, 3), np.float32)
    out = [wp.zeros(count, dtype=kind, device="cpu") for kind in (wp.vec3, wp.vec3, float, int)]
    inputs = [surface, array(glossy_albedo_table(), wp.vec2), wp.vec3(*map(float, view_at(cosine))), array(u)]
    wp.launch(draw, count, inputs=inputs, outputs=out, device="cpu")
    return [values.numpy() for values in out]


def sphere(rows=1152, columns=384):
    """Return directions of half a sphere (y > 0) on a grid even in both angles, (rows * columns, 3), and twice the solid
    angle of each, (rows * columns, 1): the other half is alike."""
    edges = np.linspace(0.0, np.pi, rows + 1)
    theta = 0.5 * (edges[1:] + edges[:-1])
    phi = (np.arange(columns) + 0.5) / columns * np.pi
    x, y = np.sin(theta)[:, None] * np.cos(phi), np.sin(theta)[:, None] * np.sin(phi)
    lights = np.stack([x, y, np.broadcast_to(np.cos(theta)[:, None], x.shape)], -1)
    solid = np.repeat((np.cos(edges[:-1]) - np.cos(edges[1:])) * 2.0 * np.pi / columns, columns)
    return lights.reshape(-1, 3), solid[:, None]


@pytest.fixture(scope="module")
def grid():
    return sphere()


@pytest.mark.parametrize("cosine", COSINES)
@pytest.mark.parametrize("name", [name for name in SURFACES if name not in GLASS])
def test_albedo_is_the_integral_of_the_lobes(name, cosine, grid):
    """The reported albedo is the quadrature of value times cosine, and no surface gives back more than it gets."""
    lights, solid_angle = grid
    values, _, albedo = evaluate(surface_of(**SURFACES[name]), view_at(cosine), lights)
    integral = (values * solid_angle).sum(axis=0)
    np.testing.assert_allclose(integral, albedo[0], atol=0.012)
    assert np.all(integral <= 1.005)
    assert np.all(values[lights[:, 2] < 0.0] == 0.0)


@pytest.mark.parametrize("cosine", COSINES)
@pytest.mark.parametrize("roughness", [0.25, 0.5, 1.0])
def test_white_dielectrics_lose_nothing(roughness, cosine, grid):
    lights, solid_angle = grid
    values, _, albedo = evaluate(surface_of(roughness=roughness), view_at(cosine), lights)
    np.testing.assert_allclose(albedo[0], 1.0, atol=1e-5)
    np.testing.assert_allclose((values * solid_angle).sum(axis=0), 1.0, atol=0.012)


@pytest.mark.parametrize("cosine", COSINES)
@pytest.mark.parametrize("name", GLASS)
def test_glass_keeps_energy(name, cosine, grid):
    """Radiance that passes counts 1 / eta^2; power does not, and only what masking swallows is lost."""
    given = {**SURFACES[name], "base_color": (1.0, 1.0, 1.0)}
    lights, solid_angle = grid
    values, _, _ = evaluate(surface_of(**given), view_at(cosine), lights)
    eta = 1.0 if given.get("thin") else given.get("ior", 1.5)
    below = eta**2 if not given.get("inside") else 1.0 / eta**2
    power = np.where(lights[:, 2:] < 0.0, below, 1.0) * values * solid_angle
    assert 0.75 < power.sum(axis=0)[0] < 1.005
    if given["roughness"] < 0.3:
        np.testing.assert_allclose(power.sum(axis=0), 1.0, atol=0.02)


#: (roughness, whether the path leaves the glass) -> part of the light lost at 0, 66 and 84 degrees; glass.py tells them.
LOST = {(0.3, 0): (0.001, 0.011, 0.083), (0.5, 0): (0.008, 0.055, 0.122), (1.0, 0): (0.107, 0.386, 0.599),
        (0.3, 1): (0.009, 0.040, 0.141), (0.5, 1): (0.070, 0.193, 0.227), (1.0, 1): (0.581, 0.580, 0.657)}
LOSSES = [(*given, cosine, part) for given, parts in LOST.items() for cosine, part in zip((1.0, 0.4, 0.1), parts, strict=True)]


def kept(roughness, inside, cosine, count):
    """Return the part of light that rough glass of index 1.5 passes on, by sampling."""
    surface = surface_of(transmission=1.0, roughness=roughness, inside=inside, base_color=(1.0, 1.0, 1.0))
    _direction, weight, _pdf, through = sampled(surface, cosine, count)
    return (weight[:, 0] * np.where(through == 1, 1.5 ** (2 - 4 * inside), 1.0)).mean()


@pytest.mark.parametrize(("roughness", "inside", "cosine", "lost"), LOSSES)
def test_rough_glass_loses_as_much_as_is_said(roughness, inside, cosine, lost):
    assert 1.0 - kept(roughness, inside, cosine, 100_000) == pytest.approx(lost, abs=0.006)


@pytest.mark.verify
@pytest.mark.parametrize(("roughness", "inside", "cosine", "lost"), LOSSES)
def test_rough_glass_loses_as_much_as_mitsubas(roughness, inside, cosine, lost):
    mi = pytest.importorskip("mitsuba", reason="optional: pip install mitsuba")
    mi.set_variant("scalar_rgb")
    bsdf = mi.load_dict({"type": "roughdielectric", "int_ior": 1.5, "ext_ior": 1.0, "distribution": "ggx",
                         "alpha": roughness**2})
    si, context = mi.SurfaceInteraction3f(), mi.BSDFContext()
    si.sh_frame = mi.Frame3f([0, 0, 1])
    si.wi = [float(np.sqrt(1.0 - cosine**2)), 0.0, -cosine if inside else cosine]
    total, count = 0.0, 20_000
    squeeze = 1.5 ** (2 - 4 * inside)
    for u in np.random.default_rng(3).random((count, 3)).tolist():
        sample, weight = bsdf.sample(context, si, u[0], u[1:])
        total += weight[0] * (squeeze if sample.wo.z * si.wi.z < 0.0 else 1.0)
    assert kept(roughness, inside, cosine, 400_000) == pytest.approx(total / count, abs=0.012)


@pytest.mark.parametrize("cosine", COSINES)
@pytest.mark.parametrize("name", SURFACES)
def test_densities_integrate_to_what_is_sampled(name, cosine, grid):
    lights, solid_angle = grid
    surface = surface_of(**SURFACES[name])
    _, pdf, _ = evaluate(surface, view_at(cosine), lights)
    drawn = sampled(surface, cosine, 100_000)[2]
    np.testing.assert_allclose((pdf[:, None] * solid_angle).sum(), np.mean(drawn > 0.0), atol=0.01)


@pytest.mark.parametrize("cosine", COSINES)
@pytest.mark.parametrize("name", SURFACES)
def test_weights_are_value_over_density(name, cosine):
    surface = surface_of(**SURFACES[name])
    direction, weight, pdf, through = sampled(surface, cosine, 20_000)
    values, density, _ = evaluate(surface, view_at(cosine), direction)
    met = pdf > 0.0
    np.testing.assert_allclose(np.linalg.norm(direction, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(pdf[met], density[met], rtol=2e-3)
    np.testing.assert_allclose(weight[met] * pdf[met, None], values[met], rtol=5e-3, atol=1e-6)
    assert np.all(weight[~met] == 0.0)
    assert np.all(through[met] == (direction[met, 2] < 0.0)) and weight.max() < 30.0


@pytest.mark.parametrize("cosine", COSINES)
@pytest.mark.parametrize("name", SURFACES)
def test_samples_pass_chi_square_against_the_density(name, cosine, grid):
    """Cells even in both angles; those with fewer than ten expected samples are put together."""
    surface = surface_of(**SURFACES[name])
    rows, columns, count = 48, 16, 100_000
    direction, _, pdf, _ = sampled(surface, cosine, count, seed=7)
    direction = direction[pdf > 0.0]
    row = np.clip((np.arccos(direction[:, 2]) / np.pi * rows).astype(int), 0, rows - 1)
    column = np.clip((np.arctan2(np.abs(direction[:, 1]), direction[:, 0]) / np.pi * columns).astype(int), 0, columns - 1)
    observed = np.bincount(row * columns + column, minlength=rows * columns)
    lights, solid_angle = grid
    mass = evaluate(surface, view_at(cosine), lights)[1] * solid_angle[:, 0]
    cells = mass.reshape(rows, 1152 // rows, columns, 384 // columns).sum(axis=(1, 3)).ravel()
    expected = cells / cells.sum() * observed.sum()
    common = expected > 10.0
    seen = np.append(observed[common], observed[~common].sum())
    due = np.append(expected[common], max(expected[~common].sum(), 1e-3))
    if due[-1] < 10.0:
        seen, due = seen[:-1], due[:-1]
    freedom = len(due) - 1
    statistic = ((seen - due) ** 2 / due).sum()
    # Wilson & Hilferty: the cube root of chi-square over freedom is nearly normal
    z_score = ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / np.sqrt(2 / (9 * freedom))
    assert z_score < 4.0


@pytest.mark.parametrize("name", ["lambert", "plastic", "shiny plastic", "rough plastic", "frosted", "frosted sheet"])
def test_light_and_viewer_may_change_places(name):
    """BSDFs of one side are symmetric; the making-up for scattering within a white rough dielectric is not, by 0.5 %."""
    rng = np.random.default_rng(4)
    z, phi = rng.uniform(0.1, 1.0, (2, 500)), rng.uniform(0.0, 2 * np.pi, (2, 500))
    sine = np.sqrt(1 - z * z)
    first, second = np.stack([sine * np.cos(phi), sine * np.sin(phi), z], -1).astype(np.float32)
    surface = surface_of(**SURFACES[name])
    there = evaluate(surface, first, second)[0] / second[:, 2:]
    back = evaluate(surface, second, first)[0] / first[:, 2:]
    np.testing.assert_allclose(there, back, rtol=0.012, atol=1e-4)


def test_refraction_is_reciprocal_but_for_the_squared_index():
    rng = np.random.default_rng(5)
    z, phi = rng.uniform(0.3, 1.0, (2, 500)), rng.uniform(0.0, 2 * np.pi, (2, 500))
    sine = np.sqrt(1 - z * z)
    outer, inner = np.stack([sine * np.cos(phi), sine * np.sin(phi), z], -1).astype(np.float32)
    flip = np.array([1, 1, -1], np.float32)
    glass = SURFACES["frosted"]
    entering = evaluate(surface_of(**glass), outer, inner * flip)[0] / inner[:, 2:]
    leaving = evaluate(surface_of(**{**glass, "inside": 1}), inner, outer * flip)[0] / outer[:, 2:]
    assert entering.max() > 0.05
    np.testing.assert_allclose(entering * 1.5**2, leaving / 1.5**2 * 1.5**2, rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize("inside", [0, 1])
@pytest.mark.parametrize("thin", [0, 1])
def test_smooth_glass_splits_light_by_fresnel_and_bends_it_by_snell(inside, thin):
    cosine = 0.8
    surface = surface_of(transmission=1.0, roughness=0.0, inside=inside, thin=thin, base_color=(0.5, 0.6, 0.7))
    direction, weight, pdf, through = sampled(surface, cosine, 40_000)
    eta = (1.0 / 1.5 if inside else 1.5) if not thin else 1.5
    sine = np.sqrt(1 - cosine**2) / eta
    bent = np.sqrt(1 - sine**2)
    rs, rp = (cosine - eta * bent) / (cosine + eta * bent), (eta * cosine - bent) / (eta * cosine + bent)
    reflected = 0.5 * (rs**2 + rp**2)
    if thin:
        reflected = 2 * reflected / (1 + reflected)
    assert np.all(pdf == 0.0)
    assert abs(np.mean(through == 0) - reflected) < 4 * np.sqrt(reflected / 40_000)
    passed = through == 1
    np.testing.assert_allclose(direction[~passed], np.broadcast_to([-0.6, 0, 0.8], direction[~passed].shape), atol=1e-5)
    straight = [-0.6, 0, -0.8] if thin else [-sine, 0, -bent]
    np.testing.assert_allclose(direction[passed], np.broadcast_to(straight, direction[passed].shape), atol=1e-5)
    np.testing.assert_allclose(weight[~passed], 1.0, rtol=1e-5)
    tint = np.array([0.5, 0.6, 0.7]) / (1.0 if thin else eta**2)
    np.testing.assert_allclose(weight[passed], np.broadcast_to(tint, weight[passed].shape), rtol=1e-5)


def test_light_beyond_the_critical_angle_stays_inside():
    surface = surface_of(transmission=1.0, roughness=0.0, inside=1)
    critical = np.sqrt(1 - 1 / 1.5**2)
    assert np.all(sampled(surface, critical - 0.01, 1000)[3] == 0)
    assert np.any(sampled(surface, critical + 0.01, 1000)[3] == 1)


def test_index_one_changes_nothing():
    for roughness in (0.0, 0.6):
        direction, weight, _, through = sampled(surface_of(transmission=1.0, roughness=roughness, ior=1.0), 0.6, 100)
        assert np.all(through == 1)
        np.testing.assert_allclose(direction, np.broadcast_to([-0.8, 0, -0.6], direction.shape), atol=1e-5)
        np.testing.assert_allclose(weight, 1.0)


def test_fresnel_in_closed_form():
    """Normal incidence, Brewster's angle (no light polarised along), grazing and total reflection."""
    brewster = np.cos(np.arctan(1.5))
    out = wp.zeros(3, dtype=float, device="cpu")
    wp.launch(reflect, 3, inputs=[array([1.0, brewster, 0.0], float), 1.5], outputs=[out], device="cpu")
    across = ((1 - 1.5**2) / (1 + 1.5**2)) ** 2
    np.testing.assert_allclose(out.numpy(), [0.04, 0.5 * across, 1.0], rtol=1e-5)


def test_no_surface_gives_anything_but_finite_numbers():
    """Extremes of every value, at every angle down to grazing ones."""
    rng = np.random.default_rng(11)
    for _ in range(150):
        ends = {name: float(rng.choice([0.0, 1.0, rng.random()])) for name in (
            "metallic", "roughness", "clearcoat", "clearcoat_roughness", "transmission")}
        surface = surface_of(**ends, ior=float(rng.choice([1e-3, 0.5, 1.0, 1.0005, 1.002, 1.5, 100.0])),
                             specular=float(rng.choice([0.0, 0.5, 100.0])), inside=int(rng.integers(2)),
                             thin=int(rng.integers(2)),
                             base_color=tuple(rng.choice([0.0, 0.5, 1.0], 3).tolist()))
        cosine = float(rng.choice([1.0, rng.random(), 1e-3, 1e-6]))
        direction, weight, pdf, _ = sampled(surface, cosine, 200, seed=int(rng.integers(1 << 30)))
        assert np.isfinite(direction).all() and np.isfinite(weight).all() and np.isfinite(pdf).all()
        np.testing.assert_allclose(np.linalg.norm(direction, axis=1), 1.0, atol=1e-4)
        assert weight.min() >= 0.0 and pdf.min() >= 0.0
        values, density, albedo = evaluate(surface, view_at(cosine), direction)
        assert np.isfinite(values).all() and np.isfinite(density).all() and np.isfinite(albedo).all()
