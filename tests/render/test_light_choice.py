"""Many lights: the tree that chooses among them against its own probabilities, closed forms, and one by one."""

import numpy as np
import pytest
import warp as wp

from scenewright.render import RenderSettings
from scenewright.render.kernels.light_choice import picked_light, samples_of, targets_of
from scenewright.render.kernels.lights import nearest_lamp
from scenewright.render.kernels.types import SceneData, SceneTables

wp.set_module_options({"enable_backward": False})

LIGHTS = 45


@wp.kernel
def choose(scene: SceneData, p: wp.vec3, normal: wp.vec3, count: int, index_out: wp.array(dtype=int),
           chance_out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    targets = targets_of(scene, p, normal, 8, 1)
    pick = picked_light(scene, p, normal, (float(i) + 0.5) / float(count), targets)
    index_out[i] = pick.index
    chance_out[i] = wp.vec2(pick.count, samples_of(scene, p, normal, pick.index, targets))


@wp.kernel
def meet(scene: SceneData, o: wp.array(dtype=wp.vec3), d: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec2)):
    i = wp.tid()
    lamp = nearest_lamp(scene, o[i], d[i], 0.0, 1.0e30, 0, 3)
    out[i] = wp.vec2(lamp.t, float(lamp.light))


def fill(studio, seed=4):
    rng = np.random.default_rng(seed)
    for i in range(LIGHTS):
        kind = ("SphereLight", "RectLight", "DiskLight", "CylinderLight", "DistantLight")[min(i % 6, 4)]
        inputs = {"intensity": float(rng.uniform(1.0, 30.0))}
        if kind == "RectLight":
            inputs |= {"width": 0.4, "height": 0.9}
        elif kind != "DistantLight":
            inputs["radius"] = float(rng.uniform(0.05, 0.4))
        studio.light(kind, f"/World/Light_{i:02}", translate=rng.uniform(-3, 3, 3), rotate=rng.uniform(-180, 180, 3), **inputs)


def place(studio):
    renderer = studio.renderer()
    renderer.sync()
    return renderer._device_scene.place(np.zeros(3))


@pytest.mark.parametrize(("p", "normal"), [((0, 0, 0), (0, 0, 1)), ((9, -4, 2), (-1, 0, 0)), ((0.3, 1, -7), (0, 0, 0))])
def test_lights_are_chosen_with_the_probabilities_that_are_told(studio, p, normal):
    """A fine grid of numbers: each light's part of it is its probability, and they add up to one."""
    fill(studio)
    placed, count = place(studio), 200_000
    assert placed.tables.light_nodes.shape[0] == 2 * LIGHTS - 1
    index, chance = wp.zeros(count, dtype=int, device="cpu"), wp.zeros(count, dtype=wp.vec2, device="cpu")
    wp.launch(choose, count, inputs=[placed.data, wp.vec3(*p), wp.vec3(*normal), count], outputs=[index, chance], device="cpu")
    index, chance = index.numpy(), chance.numpy()
    np.testing.assert_allclose(chance[:, 0], chance[:, 1], rtol=1e-4)
    found, first = np.unique(index, return_index=True)
    assert len(found) >= LIGHTS - 2 and chance[first, 0].sum() == pytest.approx(1.0, abs=2e-4)
    np.testing.assert_allclose(np.bincount(index, minlength=LIGHTS)[found] / count, chance[first, 0], atol=2.1 / count)


def test_lamps_are_met_through_the_tree_as_one_by_one(studio):
    fill(studio)
    placed, rng, count = place(studio), np.random.default_rng(1), 20_000
    assert placed.tables.lamp_tree != 0
    o = wp.array(rng.uniform(-5, 5, (count, 3)), dtype=wp.vec3, device="cpu")
    d = rng.normal(size=(count, 3))
    d[:50, 0] = 0.0
    d = wp.array(d / np.linalg.norm(d, axis=1, keepdims=True), dtype=wp.vec3, device="cpu")
    met = []
    for tree in (placed.tables.lamp_tree, 0):
        placed.tables.lamp_tree = tree
        out = wp.zeros(count, dtype=wp.vec2, device="cpu")
        wp.launch(meet, count, inputs=[wp.array([placed.tables], dtype=SceneTables, device="cpu"), o, d], outputs=[out],
                  device="cpu")
        met.append(out.numpy())
    assert (met[0][:, 1] >= 0).sum() > 400
    np.testing.assert_array_equal(met[0], met[1])


@pytest.mark.parametrize("mode", ["real-time", "path-traced"])
def test_irradiance_of_many_balls(studio, mode):
    """A white Lambert plane under 60 small balls: E = pi L sin^2 cos for each that is wholly above the horizon."""
    rng = np.random.default_rng(7)
    plane = studio.quad("/World/Plane", half=0.02)
    studio.material("/World/White", plane, diffuseColor=(1.0, 1.0, 1.0), roughness=1.0, useSpecularWorkflow=1,
                    specularColor=(0.0, 0.0, 0.0))
    expected = 0.0
    for i in range(60):  # evenly about the hemisphere, so that none stands in another's light
        rise, turn = 0.2 + 0.78 * (i + 0.5) / 60, 2.399963 * i
        flat, distance = np.sqrt(1.0 - rise * rise), rng.uniform(1.5, 4.0)
        position = np.array([flat * np.cos(turn), flat * np.sin(turn), rise]) * distance
        radius, level = rng.uniform(0.04, 0.1), rng.uniform(1, 20)
        studio.light("SphereLight", f"/World/Ball_{i:02}", translate=position, radius=float(radius), intensity=float(level))
        expected += level * (radius / distance) ** 2 * position[2] / distance
    studio.camera((0, 0, 1.5), (0, 0, 0), up=(0, 1, 0), focal=2000.0, aperture=20.0, clip=(1.4, 100.0))
    image = studio.render(["hdr_color"], (32, 32), RenderSettings(mode=mode, samples=64, bounces=0))["hdr_color"][..., :3]
    values = image.mean(axis=2).ravel()
    assert values.mean() == pytest.approx(expected, abs=5.0 * values.std() / np.sqrt(values.size) + 2e-3 * expected)
    assert values.std() < 0.25 * expected
