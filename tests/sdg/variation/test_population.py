"""Poses and colours of many prims in one kernel, against numpy and USD."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

from scenewright.sdg.variation.counter import key_of, philox_words, units
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.population import PopulationRanges, PopulationVariation

RANGES = PopulationRanges(([-1, -2, 0], [1, 2, 0]), ([0, 0, 0], [90, 180, 360]), ([0.5] * 3, [2.0] * 3), ([0] * 3, [1, 0.5, 1]))


@pytest.fixture
def cubes():
    """Return a stage with 12 cubes."""
    stage = Usd.Stage.CreateInMemory()
    prims = [UsdGeom.Cube.Define(stage, f"/World/Cube{i}").GetPrim() for i in range(12)]
    return stage, prims


def test_values_are_those_of_the_numpy_twin(cubes, generator):
    values = PopulationVariation(cubes[1], RANGES).draw(generator())
    counters = np.array([[i, k, 0, 0] for i in range(12) for k in range(3)])
    u = units(philox_words(key_of(generator()), counters)).reshape(12, 12).astype(np.float64)
    assert np.allclose(values["position"], np.array([-1, -2, 0]) + u[:, :3] * [2, 4, 0], atol=1e-6)
    assert np.allclose(values["rotation"], u[:, 3:6] * [90, 180, 360], atol=1e-4)
    assert np.allclose(values["scale"], 0.5 + 1.5 * u[:, 6:7], atol=1e-6)
    assert np.allclose(values["color"], u[:, 9:12] * [1, 0.5, 1], atol=1e-6)


def test_the_stage_holds_usds_own_matrices(cubes, generator):
    prims = cubes[1]
    variation = PopulationVariation(prims, RANGES)
    for draw in range(2):
        values = {name: rows.copy() for name, rows in variation.apply(generator(draw)).items()}
        for row, prim in enumerate(prims):
            rotation = Gf.Rotation(Gf.Vec3d.XAxis(), float(values["rotation"][row, 0]))
            rotation *= Gf.Rotation(Gf.Vec3d.YAxis(), float(values["rotation"][row, 1]))
            rotation *= Gf.Rotation(Gf.Vec3d.ZAxis(), float(values["rotation"][row, 2]))
            expected = Gf.Matrix4d().SetScale(Gf.Vec3d(*map(float, values["scale"][row]))) * Gf.Matrix4d().SetRotate(rotation)
            expected.SetTranslateOnly(Gf.Vec3d(*map(float, values["position"][row])))
            assert Gf.IsClose(UsdGeom.Xformable(prim).GetLocalTransformation(), expected, 1e-5)
            shown = prim.GetAttribute("primvars:displayColor").Get()
            assert np.allclose(shown, values["color"][row])


def test_what_is_not_varied_stays(cubes, generator):
    _, prims = cubes
    UsdGeom.XformCommonAPI(prims[0]).SetTranslate((1, 2, 3))
    UsdGeom.XformCommonAPI(prims[0]).SetScale((2, 2, 2))
    PopulationVariation(prims, PopulationRanges(rotation=([90, 0, 0], [90, 0, 0]))).apply(generator())
    matrix = UsdGeom.Xformable(prims[0]).GetLocalTransformation()
    assert matrix.ExtractTranslation() == Gf.Vec3d(1, 2, 3)
    assert np.allclose(np.array(matrix)[1, :3], [0, 0, 2], atol=1e-6)
    assert not prims[0].GetAttribute("primvars:displayColor").HasAuthoredValue()


def test_the_number_of_prims_changes_no_values(cubes, generator):
    few = PopulationVariation(cubes[1][:5], RANGES).draw(generator())["position"].copy()
    assert np.array_equal(few, PopulationVariation(cubes[1], RANGES).draw(generator())["position"][:5])


def test_wrong_arguments_are_told(cubes):
    stage, prims = cubes
    scope = UsdGeom.Scope.Define(stage, "/Scope").GetPrim()
    for given, ranges, message in (([], RANGES, "no prims"), (prims, PopulationRanges(), "nothing is to be varied"),
                                   ([scope], RANGES, "/Scope"), (prims, PopulationRanges(scale=([2] * 3, [1] * 3)), "lowest"),
                                   (prims, PopulationRanges(position=([0, 0], [1, 1])), "three numbers"),
                                   (prims, PopulationRanges(color=([-1] * 3, [1] * 3)), "'color'")):
        with pytest.raises(VariationError, match=message):
            PopulationVariation(given, ranges)


def test_prims_that_something_else_has_posed_are_claimed_back(cubes, generator):
    _, prims = cubes
    variation = PopulationVariation(prims, RANGES)
    variation.apply(generator())
    first = UsdGeom.Xformable(prims[3]).GetLocalTransformation()
    UsdGeom.Xformable(prims[3]).ClearXformOpOrder()
    UsdGeom.XformCommonAPI(prims[3]).SetTranslate((9, 9, 9))
    variation.claim()
    variation.apply(generator())
    assert UsdGeom.Xformable(prims[3]).GetLocalTransformation() == first
