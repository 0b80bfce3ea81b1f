"""Geometry builders against closed formulas."""

import numpy as np
import pytest
from tabletop_generator.boxes import rounded_box
from tabletop_generator.curves import bezier, rounded_polyline, rounded_rectangle
from tabletop_generator.layout import resting_height
from tabletop_generator.loft import lathe, loft, sweep
from tabletop_generator.mesh import corner_normals, merge
from tabletop_generator.plates import slab


def test_lathe_of_a_rectangle_is_a_prism_over_a_regular_polygon():
    mesh = lathe(np.array([(0, 0), (0.03, 0), (0.03, 0.1), (0, 0.1)], float), 64)
    assert mesh.is_closed()
    assert mesh.volume() == pytest.approx(0.5 * 64 * 0.03 ** 2 * np.sin(2 * np.pi / 64) * 0.1, rel=1e-9)


def test_lathe_keeps_rims_sharp_and_sides_smooth():
    mesh = lathe(np.array([(0, 0), (0.03, 0), (0.03, 0.1), (0, 0.1)], float), 64)
    normals, corners = corner_normals(mesh), mesh.points[mesh.indices]
    radial = np.concatenate([corners[:, :2] / 0.03, np.zeros((len(corners), 1))], axis=1)
    on_side = np.abs(mesh.face_vectors()[mesh.face_of_corner()][:, 2]) < 1e-12
    assert np.allclose(normals[on_side], radial[on_side], atol=1e-9)
    assert np.allclose(np.abs(normals[~on_side][:, 2]), 1.0)


def test_rounded_box_has_the_volume_of_a_rounded_box():
    size, radius = np.array([0.2, 0.1, 0.3]), 0.02
    a, b, c = size - 2 * radius
    exact = a * b * c + 2 * radius * (a * b + b * c + c * a) + np.pi * radius ** 2 * (a + b + c) + 4 / 3 * np.pi * radius ** 3
    mesh = rounded_box(*size, radius, bevels=8)
    assert mesh.is_closed()
    assert mesh.volume() == pytest.approx(exact, rel=1e-3)
    assert np.allclose(mesh.points.min(0), [-0.1, -0.05, 0.0]) and np.allclose(mesh.points.max(0), [0.1, 0.05, 0.3])


def test_box_sides_stay_flat_beside_their_bevels():
    mesh = rounded_box(0.19, 0.06, 0.29, 0.0012)
    normals = corner_normals(mesh)
    front = np.isin(mesh.face_of_corner(), mesh.groups["front"])
    corners = mesh.points[mesh.indices]
    inner = front & (np.abs(corners[:, 0]) < 0.0939) & (np.abs(corners[:, 2] - 0.145) < 0.1439)
    assert inner.any() and np.all(normals[inner] @ [0, -1, 0] > 0.999)


def test_front_of_a_box_is_textured_upright():
    mesh = rounded_box(0.19, 0.06, 0.29, 0.0012, atlas={"front": (0.2, 0.0, 0.6, 0.8)})
    front = np.isin(mesh.face_of_corner(), mesh.groups["front"])
    corners, st = mesh.points[mesh.indices][front], mesh.st[front]
    right, top = corners[:, 0].argmax(), corners[:, 2].argmax()
    assert st[right, 0] == pytest.approx(0.6, abs=0.01) and st[top, 1] == pytest.approx(0.8, abs=0.01)


def test_sweep_along_a_line_is_a_capsule():
    angle = np.arange(48) * 2 * np.pi / 48
    section = 0.01 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    path = np.linspace((0, 0, 0), (0.1, 0.02, 0.03), 9)
    mesh = sweep(path, section, up=(0, 1, 0))
    length = np.linalg.norm(path[-1])
    assert mesh.is_closed()
    assert mesh.volume() == pytest.approx(np.pi * 1e-4 * length + 4 / 3 * np.pi * 1e-6, rel=0.02)


def test_closed_loft_is_a_torus():
    turn = np.arange(96) * 2 * np.pi / 96
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    sections = [np.concatenate([ring * (0.1 + 0.02 * np.cos(t)), np.full((96, 1), 0.02 * np.sin(t))], axis=1)
                for t in np.arange(48) * 2 * np.pi / 48]
    mesh = loft(np.stack(sections), closed=True)
    assert mesh.is_closed()
    assert mesh.volume() == pytest.approx(2 * np.pi ** 2 * 0.1 * 0.02 ** 2, rel=0.01)


def test_slab_with_a_gap_is_closed():
    x, y = np.meshgrid(np.linspace(0, 0.03, 4), np.linspace(0, 0.05, 6))
    keep = np.ones((5, 3), bool)
    keep[2:, 1] = False
    mesh = slab(np.stack([x, y, 0 * x], axis=2), 0.002, keep=keep, bulge=0.0)
    assert mesh.is_closed()
    assert mesh.volume() == pytest.approx((0.03 * 0.05 - 0.01 * 0.03) * 0.002)


def test_rounded_polyline_touches_its_edges():
    line = rounded_polyline([(0, 0), (1, 0, 0.25), (1, 1)], step=5.0)
    assert np.allclose(line[0], (0, 0)) and np.allclose(line[-1], (1, 1))
    assert np.allclose(np.hypot(*(line[1:-1] - (0.75, 0.25)).T), 0.25)


def test_rounded_rectangle_runs_counter_clockwise():
    outline = rounded_rectangle(0.2, 0.1, 0.02)
    following = np.roll(outline, -1, axis=0)
    area = 0.5 * (outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]).sum()
    assert area == pytest.approx(0.02 - (4 - np.pi) * 0.02 ** 2, rel=1e-3)


def test_bezier_ends_at_its_end_points():
    curve = bezier((0, 0), (0, 1), (1, 1), steps=4)
    assert np.allclose(curve[[0, 2, 4]], [(0, 0), (0.25, 0.75), (1, 1)])


def test_ball_rests_in_a_hemisphere():
    angle = np.linspace(np.pi / 2, 0, 200)
    inside = np.stack([0.2 * np.sin(angle), 0.2 - 0.2 * np.cos(angle)], axis=1)
    centre = resting_height(inside, 0.06, 0.05)
    assert centre == pytest.approx(0.2 - np.sqrt(0.15 ** 2 - 0.06 ** 2), abs=1e-5)


def test_merge_keeps_groups():
    one, other = rounded_box(0.1, 0.1, 0.1, 0.01), rounded_box(0.1, 0.1, 0.1, 0.01).moved(x=0.2)
    mesh = merge(one, other)
    assert mesh.volume() == pytest.approx(2 * one.volume())
    assert len(mesh.groups["top"]) == 2 * len(one.groups["top"])
