"""Boxes of spheres, exact to the pixel: against rays through the pixel centres, cast here in float64."""

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.host.stage_context import get_context

WIDTH, HEIGHT = 200, 150
RADIUS = 0.5  # functional spheres have a diameter of 1
FOCAL, APERTURE = 24.0, 20.955


def sphere_mask(centre: np.ndarray) -> np.ndarray:
    """Return where the ray of a pixel centre meets a sphere, (H, W) bool; the camera is at the origin and looks along -Z."""
    scale = APERTURE / FOCAL / WIDTH
    x = (np.arange(WIDTH) + 0.5 - WIDTH / 2) * scale
    y = (HEIGHT / 2 - np.arange(HEIGHT) - 0.5) * scale
    rays = np.stack([*np.meshgrid(x, y), np.full((HEIGHT, WIDTH), -1.0)], axis=-1)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    along = rays @ centre
    return (along > 0) & (centre @ centre - along**2 < RADIUS**2)


@pytest.mark.parametrize("seed", range(6))
def test_tight_and_loose_boxes_are_the_extent_of_the_silhouette(seed):
    rng = np.random.default_rng(seed)
    centre = np.array([rng.uniform(-1.5, 1.5), rng.uniform(-1.0, 1.0), rng.uniform(-9.0, -2.5)])
    get_context().new_stage()
    rep.functional.create.sphere(position=tuple(centre), semantics={"class": "ball"})
    camera = rep.functional.create.camera(focal_length=FOCAL, horizontal_aperture=APERTURE, clipping_range=(0.01, 100.0))
    product = rep.create.render_product(camera, (WIDTH, HEIGHT))
    tight, loose = rep.annotators.get("bounding_box_2d_tight"), rep.annotators.get("bounding_box_2d_loose")
    tight.attach(product)
    loose.attach(product)
    rep.orchestrator.step()
    rows, columns = np.nonzero(sphere_mask(centre))
    expected = [columns.min(), rows.min(), columns.max(), rows.max()]
    for annotator in (tight, loose):
        (record,) = annotator.get_data()["data"]
        assert [record[name] for name in ("x_min", "y_min", "x_max", "y_max")] == expected
    assert tight.get_data()["data"]["occlusionRatio"][0] == 0.0
    product.destroy()
