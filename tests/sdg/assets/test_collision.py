import builtins

import numpy as np
import pytest
import trimesh

from scenewright.sdg.assets.collision import MAX_HULL_POINTS, collision_pieces
from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.model import Part


def part_of(mesh):
    return Part("p", np.array(mesh.vertices), np.full(len(mesh.faces), 3), mesh.faces.reshape(-1), [""],
                np.zeros(len(mesh.faces), int))


def solid(piece):
    return trimesh.Trimesh(*piece, process=False)


def test_a_hull_is_convex_closed_and_outward():
    box, ball = trimesh.creation.box([1, 2, 3]), trimesh.creation.icosphere(radius=0.2)
    ball.apply_translation([2, 0, 0])
    (piece,) = collision_pieces([part_of(box), part_of(ball)], "hull")
    hull = solid(piece)
    exact = trimesh.convex.convex_hull(np.concatenate([box.vertices, ball.vertices]))
    assert hull.is_watertight and hull.is_convex and len(piece[0]) <= MAX_HULL_POINTS
    assert hull.volume == pytest.approx(exact.volume, rel=0.01)


def test_a_hull_of_very_many_points_keeps_its_extent(monkeypatch):
    ball = trimesh.creation.icosphere(subdivisions=5, radius=1.0)
    monkeypatch.setattr("scenewright.sdg.assets.collision._MANY", 1000)
    (piece,) = collision_pieces([part_of(ball)], "hull")
    assert len(piece[0]) == MAX_HULL_POINTS
    assert np.abs(piece[0]).max(axis=0) == pytest.approx([1, 1, 1], abs=5e-3)
    assert solid(piece).volume > 0.85 * ball.volume


@pytest.mark.parametrize("flat", [[[0, 0, 0], [1, 0, 0], [1, 2, 0], [0, 2, 0]], [[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3]],
                                  [[0, 0, 0], [1, 0, 1], [1, 2, 1], [0, 2, 0]]])
def test_sheets_and_lines_get_a_thin_volume(flat):
    part = Part("p", np.array(flat, float), np.array([4]), np.arange(4), [""], np.zeros(1, int))
    (piece,) = collision_pieces([part], "hull")
    assert solid(piece).volume > 0.0 and np.allclose(np.ptp(piece[0], axis=0), np.ptp(np.array(flat), axis=0), atol=1e-3)


def test_coacd_cuts_a_corner_into_convex_pieces():
    corner = trimesh.util.concatenate([trimesh.creation.box(bounds=[[0, 0, 0], [2, 0.4, 0.4]]),
                                       trimesh.creation.box(bounds=[[0, 0, 0.4], [0.4, 0.4, 2]])])
    pieces = collision_pieces([part_of(corner)], "coacd")
    assert len(pieces) >= 2 and all(solid(piece).is_convex for piece in pieces)
    assert sum(solid(piece).volume for piece in pieces) == pytest.approx(0.32 + 0.256, rel=0.2)  # its hull: 1.09


def test_none_and_a_missing_extra(monkeypatch):
    box = part_of(trimesh.creation.box())
    assert collision_pieces([box], "none") == []
    found = builtins.__import__

    def without(name, *rest, **more):
        if name.split(".")[0] in ("scipy", "coacd"):
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    for kind in ("hull", "coacd"):
        with pytest.raises(AssetError, match=r"scenewright\[mesh\]"):
            collision_pieces([box], kind)
