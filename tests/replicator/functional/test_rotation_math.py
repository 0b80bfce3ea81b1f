"""Rotations against Gf and against the numbers of Isaac Sim's golden files."""

import numpy as np
import pytest
from pxr import Gf

from scenewright.replicator.functional import rotation_math as rm

GENERATOR = np.random.default_rng(7)
ANGLES = GENERATOR.uniform(-180.0, 180.0, (64, 3))


def gf_rotation(degrees):
    x, y, z = (Gf.Rotation(axis, float(angle)) for axis, angle in zip(np.eye(3).tolist(), degrees, strict=True))
    return np.array(Gf.Matrix3d((x * y * z).GetQuat()))


def test_euler_matrices_are_those_of_gf():
    expected = np.stack([gf_rotation(angles) for angles in ANGLES])
    np.testing.assert_allclose(rm.matrix_from_euler(ANGLES), expected, atol=1e-12)


def test_golden_cube_rotation():
    matrix = rm.matrix_from_euler(np.array([[75.0, 65.0, 0.0]]))[0] * np.array([[1.5], [0.5], [1.0]])
    expected = [[0.63393, 0.0, -1.35946], [0.43771, 0.12941, 0.20411], [0.23457, -0.96593, 0.10938]]
    np.testing.assert_allclose(matrix, expected, atol=1e-5)


def test_euler_angles_return_to_the_same_matrix_even_where_y_is_locked():
    locked = np.column_stack([ANGLES[:8, 0], np.tile([90.0, -90.0], 4), ANGLES[:8, 2]])
    matrices = rm.matrix_from_euler(np.concatenate([ANGLES, locked]))
    np.testing.assert_allclose(rm.matrix_from_euler(rm.euler_from_matrix(matrices)), matrices, atol=1e-9)
    assert rm.euler_from_matrix(matrices)[-1, 2] == 0.0


def test_quaternions_are_those_of_gf_and_return():
    matrices = rm.matrix_from_euler(ANGLES)
    quaternions = rm.quaternion_from_matrix(matrices)
    for matrix, (w, x, y, z) in zip(matrices, quaternions, strict=True):
        np.testing.assert_allclose(np.array(Gf.Matrix3d(Gf.Quatd(w, x, y, z))), matrix, atol=1e-12)
    np.testing.assert_allclose(rm.matrix_from_quaternion(quaternions * 3.0), matrices, atol=1e-12)


@pytest.mark.parametrize("half_turn", [(180, 0, 0), (0, 180, 0), (0, 0, 180)])
def test_half_turns_have_exact_quaternions(half_turn):
    matrix = rm.matrix_from_euler(np.array([half_turn], dtype=float))
    np.testing.assert_allclose(rm.matrix_from_quaternion(rm.quaternion_from_matrix(matrix)), matrix, atol=1e-12)


def test_zero_quaternion_is_an_error():
    with pytest.raises(ValueError, match="zero length"):
        rm.matrix_from_quaternion(np.zeros((1, 4)))


def test_nearest_rotation_of_a_mirrored_scaled_matrix_is_proper():
    rotation = rm.orthonormal(rm.matrix_from_euler(ANGLES[:4]) * np.array([2.0, 3.0, -0.5])[:, None])
    np.testing.assert_allclose(np.linalg.det(rotation), 1.0, atol=1e-12)


@pytest.mark.parametrize(("eye", "up", "right", "above"), [
    ((-4, -4, 8), (0, 0, 1), (0.70711, -0.70711, 0), (0.57735, 0.57735, 0.57735)),
    ((0, 0, 10), (0, 0, 1), (0, 1, 0), (-1, 0, 0)),  # golden: straight down in a Z-up world
    ((0, 0, -10), (0, 0, 1), (0, 1, 0), (1, 0, 0)),
    ((0, 10, 0), (0, 1, 0), (1, 0, 0), (0, 0, -1)),
    ((0, 10, 0), (0, 0, 1), (-1, 0, 0), (0, 0, 1)),
])
def test_look_at_the_origin(eye, up, right, above):
    matrix = rm.look_at_matrix(np.array([eye]), np.zeros((1, 3)), np.array(up))[0]
    np.testing.assert_allclose(matrix[0], right, atol=1e-5)
    np.testing.assert_allclose(matrix[1], above, atol=1e-5)
    np.testing.assert_allclose(matrix[2], np.array(eye) / np.linalg.norm(eye), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


def test_look_at_from_the_target_or_with_no_up_axis_is_an_error():
    with pytest.raises(ValueError, match=r"look at \(1.0, 2.0, 3.0\)"):
        rm.look_at_matrix(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 2.0, 3.0]]), np.array([0, 0, 1]))
    with pytest.raises(ValueError, match="must not be zero"):
        rm.look_at_matrix(np.ones((1, 3)), np.zeros((1, 3)), np.zeros(3))
