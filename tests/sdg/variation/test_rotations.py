"""Rotations against pxr's."""

import numpy as np
from pxr import Gf

from scenewright.sdg.variation.rotations import matrix_from_quaternion


def test_matrices_are_those_of_pxr():
    rows = np.random.default_rng(0).normal(size=(50, 4))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    wanted = [np.array(Gf.Matrix3d(Gf.Rotation(Gf.Quatd(w, x, y, z)))) for x, y, z, w in rows.tolist()]
    np.testing.assert_allclose(matrix_from_quaternion(*rows.T), wanted, atol=1e-12)
