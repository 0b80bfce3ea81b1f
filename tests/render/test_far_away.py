"""Analytic shapes at grazing angles and far from the camera."""

import numpy as np
import pytest


@pytest.mark.parametrize("height", [1e-3, 0.1, 1.0])
def test_endless_plane_at_grazing_angles(studio, height):
    """A plane 400 000 units wide seen from just above it: every pixel below the horizon, and distances to 1e-6."""
    studio.shape("Plane", "/World/Plane", width=4.0e5, length=4.0e5)
    studio.camera((0, 0, height), (0, 1.0e5, height - 1.0e-9))
    size = (32, 200)
    frame = studio.render(["prim_id", "distance_to_camera"], size=size)
    origin, rays = studio.rays(size)
    t = np.where(rays[..., 2] < 0, -origin[2] / np.minimum(rays[..., 2], -1e-300), np.inf)
    place = origin + rays * np.where(np.isfinite(t), t, 0.0)[..., None]
    expected = np.isfinite(t) & (t > 0.01) & np.all(np.abs(place[..., :2]) < 2.0e5, axis=-1)
    assert expected.sum() > 90
    assert np.array_equal(frame["prim_id"] > 0, expected)
    distance = (t * np.linalg.norm(rays, axis=-1))[expected]
    np.testing.assert_allclose(frame["distance_to_camera"][expected], distance, rtol=1e-6)


@pytest.mark.parametrize("away", [1.0e2, 1.0e3, 1.0e5])
def test_turned_sphere_far_away(studio, away):
    """Its outline errs by less than single precision moves a ray there (6e-8 of the distance), its distance by 2e-6."""
    radius = max(1.0, away * 1e-2)
    studio.shape("Sphere", "/World/Ball", radius=radius, rotate=(20, 30, 40), translate=(0, away, 0))
    studio.camera((0, 0, 0), (0, 1, 0), focal=24.0 * away / (6.0 * radius))
    size = (120, 120)
    frame = studio.render(["prim_id", "distance_to_camera"], size=size)
    _, rays = studio.rays(size)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    center = np.array([0.0, away, 0.0])
    aside = np.linalg.norm(np.cross(rays, center), axis=-1)
    sure = np.abs(aside - radius) > 4e-7 * away
    assert np.array_equal((frame["prim_id"] > 0)[sure], (aside < radius)[sure])
    inner = sure & (aside < radius)
    assert inner.sum() > 1000
    distance = (rays @ center - np.sqrt(np.maximum(radius**2 - aside**2, 0.0)))[inner]
    np.testing.assert_allclose(frame["distance_to_camera"][inner], distance, rtol=5e-6)
