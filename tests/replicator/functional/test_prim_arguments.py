"""What may stand for prims and for per-prim values."""

import numpy as np
import pytest
import warp as wp
from pxr import Gf, Sdf, UsdGeom

from scenewright.replicator.functional.prim_arguments import (
    accepts_only_named,
    resolve_parent,
    resolve_prim,
    resolve_prims,
    rows,
)


class Item:
    def __init__(self, prims):
        self.prims = prims

    def get_output_prims(self):
        return {"prims": self.prims}


def test_prims_from_every_form(stage):
    a, b = stage.DefinePrim("/A", "Xform"), stage.DefinePrim("/B", "Cube")
    assert resolve_prims(a) == [a]
    assert resolve_prims("/A") == resolve_prims(Sdf.Path("/A")) == resolve_prims(UsdGeom.Xform(a)) == [a]
    assert resolve_prims([Item([a, b]), "/B", (a,)]) == [a, b, b, a]
    assert resolve_prims([]) == []


def test_what_is_no_prim_is_an_error(stage):
    stage.DefinePrim("/World/Mug", "Xform")
    with pytest.raises(ValueError, match=r"No prim at '/World/Cup'.*Children of /World: Mug"):
        resolve_prims("/World/Cup")
    with pytest.raises(ValueError, match="not an absolute prim path"):
        resolve_prims("World")
    with pytest.raises(TypeError, match="got int"):
        resolve_prims(3)
    with pytest.raises(ValueError, match="exactly one prim, got 2"):
        resolve_prim(["/World", "/World/Mug"])
    gone = stage.DefinePrim("/Gone")
    stage.RemovePrim("/Gone")
    with pytest.raises(ValueError, match="no longer exists"):
        resolve_prims(gone)


@pytest.mark.parametrize("bad", ["/World/a b", "/World.size", ""])
def test_parents_must_be_prim_paths(stage, bad):
    with pytest.raises(ValueError, match="parent="):
        resolve_parent(bad)


@pytest.mark.parametrize("value", [(1, 2, 3), [1.0, 2.0, 3.0], np.array([1, 2, 3], dtype=np.float32), Gf.Vec3f(1, 2, 3),
                                   [[1, 2, 3]], [(1, 2, 3)] * 2, [Gf.Vec3d(1, 2, 3)] * 2])
def test_rows_broadcast(value):
    np.testing.assert_array_equal(rows(value, 2, "position"), [[1, 2, 3], [1, 2, 3]])


def test_rows_of_warp_arrays():
    array = wp.array([[1.0, 2.0, 3.0]], dtype=wp.vec3, device="cpu")
    np.testing.assert_array_equal(rows(array, 2, "position"), [[1, 2, 3]] * 2)


def test_scalars_are_uniform_rows_only_where_asked():
    np.testing.assert_array_equal(rows(2, 2, "scale", uniform_scalar=True), [[2, 2, 2]] * 2)
    np.testing.assert_array_equal(rows([2, 3], 2, "scale", uniform_scalar=True), [[2, 2, 2], [3, 3, 3]])
    np.testing.assert_array_equal(rows([1, 2, 3], 3, "scale", uniform_scalar=True), [[1, 2, 3]] * 3)
    with pytest.raises(ValueError, match=r"position has shape \(\); expected 3 numbers, or \(2, 3\) for 2 prims$"):
        rows(2, 2, "position")


def test_rows_name_what_is_wrong():
    with pytest.raises(ValueError, match=r"scale has shape \(2, 2\).*or one number"):
        rows([[1, 2], [3, 4]], 2, "scale", uniform_scalar=True)
    with pytest.raises(ValueError, match="not finite"):
        rows((0, np.nan, 0), 1, "position")
    with pytest.raises(TypeError, match="position must be numbers"):
        rows(("a", "b", "c"), 1, "position")


def test_unknown_keyword_names_the_allowed_ones():
    @accepts_only_named
    def pose(position=None, rotation=None):
        return position

    assert pose(position=1) == 1
    with pytest.raises(TypeError, match=r"pose\(\): .*'postion'. Allowed: position, rotation. Did you mean 'position'\?"):
        pose(postion=1)
