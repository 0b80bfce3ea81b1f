"""Transform operators against USD's own xformOps, and harmonizers against what they promise."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

from scenewright.sdg.recipe.object_description.harmonizers import bin_pack, permutate
from scenewright.sdg.recipe.object_description.transforms import operator_kind, operator_matrix, product

OPERATORS = [
    ("translate", [1, 2, 3]),
    ("rotateXYZ", [10, 20, 30]),
    ("rotateZYX", [40, 50, 60]),
    ("rotateYXZ", [-10, 70, 5]),
    ("scale", [2, 3, 4]),
    ("orient", [0.5, 0.5, -0.5, 0.5]),
    ("rotateY", 33),
    ("transform", [[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 0], [5, 6, 7, 1]]),
]


def test_operators_are_usds_in_the_same_order():
    stage = Usd.Stage.CreateInMemory()
    xform = UsdGeom.Xform.Define(stage, "/A")
    for name, value in OPERATORS:
        add = getattr(xform, f"Add{name[0].upper()}{name[1:]}Op")
        if name == "transform":
            add().Set(Gf.Matrix4d(*np.array(value, dtype=float).reshape(-1)))
        elif name == "orient":
            add().Set(Gf.Quatf(*value))
        else:
            add().Set(tuple(map(float, value)) if isinstance(value, list) else value)
    ours = product([operator_matrix(*pair) for pair in OPERATORS])
    assert np.allclose(ours, np.array(xform.GetLocalTransformation()), atol=1e-5)


def test_suffixes_and_wrong_numbers():
    assert operator_kind("translate_global") == "translate" and operator_kind("rotateXX") is None
    with pytest.raises(ValueError, match="rotateX needs 1 number"):
        operator_matrix("rotateX", [1, 2])
    with pytest.raises(ValueError, match="4 rows of 4"):
        operator_matrix("transform", [1, 2, 3])


def test_permutate_keeps_all_and_reaches_every_order():
    seen = {tuple(permutate([1, 2, 3], np.random.default_rng(seed))) for seed in range(100)}
    assert len(seen) == 6 and all(sorted(order) == [1, 2, 3] for order in seen)


@pytest.mark.parametrize("seed", range(5))
def test_packed_boxes_stay_inside_and_apart(seed):
    rng = np.random.default_rng(seed)
    low = rng.uniform(-3, 3, (30, 3))
    boxes = np.stack([low, low + rng.uniform(1, 4, (30, 3))], axis=1)
    answers = bin_pack(boxes, [8, 10, 6], 0.7, rng)
    placed = np.array([box + answer[3, :3] for box, answer in zip(boxes, answers, strict=True) if answer is not None])
    assert len(placed) >= 5 and any(answer is None for answer in answers)
    assert (placed[:, 0] >= np.array([-4, -5, -3]) - 1e-6).all() and (placed[:, 1] <= np.array([4, 5, 3]) + 1e-6).all()
    assert np.prod(placed[:, 1] - placed[:, 0], axis=1).sum() <= 0.7 * 480 + 1e-6
    for i, one in enumerate(placed):
        for other in placed[i + 1 :]:
            assert ((one[1] <= other[0] + 1e-5) | (other[1] <= one[0] + 1e-5)).any()
