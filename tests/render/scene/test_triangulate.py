import numpy as np
import pytest

from scenewright.render.scene.triangulate import triangulate


def area(points: np.ndarray, corners: np.ndarray, indices: np.ndarray) -> np.ndarray:
    p = points[indices[corners]]
    return 0.5 * np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])


def test_triangles_keep_their_corners():
    points = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)], float)
    cut = triangulate(points, np.array([3, 3]), np.array([0, 1, 2, 2, 1, 3]))
    assert cut.corners.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert cut.faces.tolist() == [0, 1]


def test_quad_is_split_along_the_shorter_diagonal():
    points = np.array([(0, 0, 0), (1, 0, 0), (3, 3, 0), (0, 1, 0)], float)
    cut = triangulate(points, np.array([4]), np.arange(4))
    assert {frozenset(t) for t in cut.corners.tolist()} == {frozenset((0, 1, 3)), frozenset((1, 2, 3))}


@pytest.mark.parametrize("turn", range(4))
def test_concave_quad_stays_inside_itself(turn):
    points = np.roll(np.array([(0, 0, 0), (4, 0, 0), (1, 1, 0), (0, 4, 0)], float), turn, axis=0)
    cut = triangulate(points, np.array([4]), np.arange(4))
    areas = area(points, cut.corners, np.arange(4))[:, 2]
    assert (areas > 0).all()
    assert areas.sum() == pytest.approx(4.0)


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, -2, 0.5), (-1, 0.3, 0.2)])
@pytest.mark.parametrize("flip", [False, True])
def test_concave_polygons_are_covered_once(axis, flip):
    """A comb with teeth, in several planes and windings: signed areas all agree and add up to the polygon's."""
    flat = np.array([(0, 0), (7, 0), (7, 3), (6, 3), (6, 1), (5, 1), (5, 3), (3, 3), (3, 1), (2, 1), (2, 2), (0, 2)], float)
    if flip:
        flat = flat[::-1]
    n = np.array(axis, float) / np.linalg.norm(axis)
    u = np.cross(n, (0.3, 0.5, 0.8))
    u /= np.linalg.norm(u)
    points = flat[:, :1] * u + flat[:, 1:] * np.cross(n, u)
    cut = triangulate(points, np.array([12]), np.arange(12))
    along = area(points, cut.corners, np.arange(12)) @ n * (-1 if flip else 1)
    assert cut.corners.shape == (10, 3)
    assert (along > -1e-9).all()
    x, y = flat.T
    shoelace = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    assert along.sum() == pytest.approx(shoelace)


def test_star_is_cut_without_backward_triangles():
    angle = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    radius = np.where(np.arange(10) % 2, 0.4, 1.0)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0 * angle], axis=1)
    cut = triangulate(points, np.array([10]), np.arange(10))
    areas = area(points, cut.corners, np.arange(10))[:, 2]
    assert (areas > 0).all()
    assert areas.sum() == pytest.approx(10 * 0.5 * 0.4 * np.sin(np.pi / 5))


def test_mixed_faces_keep_the_order_of_the_mesh_and_skip_holes():
    points = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0.5, 2, 0)], float)
    counts = np.array([4, 3, 5, 2, 3])
    indices = np.array([0, 1, 2, 3, 3, 2, 4, 0, 1, 2, 4, 3, 0, 1, 0, 1, 2])
    cut = triangulate(points, counts, indices, np.array([False, True, False, False, False]))
    assert cut.faces.tolist() == [0, 0, 2, 2, 2, 4]
    assert cut.corners[-1].tolist() == [14, 15, 16]


def test_a_grid_of_rectangles_is_split_the_same_way_everywhere():
    x, y = np.meshgrid(np.arange(4) * 0.1, np.arange(4) * 0.1)
    points = np.stack([x.ravel(), y.ravel(), np.sin(3 * x).ravel() * 1e-7], axis=1)
    a = np.array([r * 4 + c for r in range(3) for c in range(3)])
    quads = np.stack([a, a + 1, a + 5, a + 4], axis=1)
    cut = triangulate(points, np.full(9, 4), quads.ravel())
    assert (cut.corners.reshape(9, 2, 3) - np.arange(9)[:, None, None] * 4 == [[0, 1, 2], [0, 2, 3]]).all()
