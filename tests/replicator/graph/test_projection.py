"""Decals against areas and texture coordinates that are known."""

import numpy as np
import omni.replicator.core as rep
import pytest
from PIL import Image
from pxr import UsdGeom

from scenewright.replicator.functional.decal_geometry import project_decal
from scenewright.replicator.graph.errors import OrchestratorError


def areas(points, counts):
    total, start = 0.0, 0
    for count in counts:
        polygon = points[start:start + count]
        total += sum(np.linalg.norm(np.cross(polygon[i] - polygon[0], polygon[i + 1] - polygon[0])) / 2
                     for i in range(1, count - 1))
        start += count
    return total


def test_a_large_triangle_is_cut_to_the_box():
    points, counts, uvs = project_decal(np.array([[[-9, -9, 0.2], [9, -9, 0.2], [0, 20, 0.2]]], float))
    assert areas(points, counts) == pytest.approx(1.0) and (np.abs(points[:, :2]) <= 0.5 + 1e-12).all()
    assert sorted(map(tuple, uvs.round(6))) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_what_faces_away_or_lies_outside_is_left_out():
    away = np.array([[[-9, -9, 0], [0, 20, 0], [9, -9, 0]]], float)
    outside = np.array([[[-9, -9, 0.6], [9, -9, 0.6], [0, 20, 0.6]]], float)
    assert not len(project_decal(away)[1]) and not len(project_decal(outside)[1])
    slope = np.array([[[-2, -2, -2], [2, -2, 2], [2, 2, 2]], [[-2, -2, -2], [2, 2, 2], [-2, 2, -2]]], float)
    points, counts, _ = project_decal(slope)  # the plane z = x
    assert areas(points, counts) == pytest.approx(np.sqrt(2.0))


@pytest.fixture
def look():
    """Instance ids, boxes and colours of a look straight down on 4 x 4 units, 80 pixels wide."""
    def now():
        camera = rep.functional.create.camera(position=(0, 0, 20), look_at=(0, 0, 0), horizontal_aperture=4.8)
        product = rep.create.render_product(camera, (80, 80), force_new=True)
        found = {name: rep.annotators.get(name) for name in ("semantic_segmentation", "rgb")}
        for annotator in found.values():
            annotator.attach(product)
        rep.orchestrator.step(delta_time=0.0)
        data = {name: annotator.get_data() for name, annotator in found.items()}
        for annotator in found.values():
            annotator.detach()
        product.destroy()
        ids = data["semantic_segmentation"]["info"]["idToLabels"]
        wanted = [int(key) for key, value in ids.items() if value.get("class") == "sticker"]
        return np.isin(data["semantic_segmentation"]["data"], wanted), data["rgb"]

    return now


@pytest.fixture
def table(graph_stage):
    rep.functional.create.dome_light(intensity=1000)
    rep.functional.create.cube(scale=(3, 3, 1), position=(0, 0, -0.5), semantics={"class": "table"}, name="Table")
    return "/Table"


def test_a_decal_covers_its_box_and_moves_with_its_proxy(table, look):
    proxy = rep.create.plane(scale=(1.0, 0.5, 1.0), position=(0.5, 0.5, 0.0), visible=False)
    decal = rep.create.projection_material(proxy, semantics=[("class", "sticker")], input_prims=table)
    with decal:
        rep.modify.projection_material(position=rep.distribution.sequence([(0.5, 0.5, 0.0), (-0.5, -0.5, 0.0)]),
                                       diffuse=None)
    seen, _ = look()
    rows, columns = np.nonzero(seen)
    assert len(rows) == pytest.approx(20 * 10, rel=0.12)  # 20 pixels a unit
    assert rows.max() - rows.min() + 1 == pytest.approx(len(rows) / (columns.max() - columns.min() + 1))  # a rectangle
    rep.functional.modify.position(proxy.get_prims(), (0, 0, 5))
    assert not look()[0].any()


def test_pictures_are_drawn_and_cut_out_along_their_alpha(table, look, tmp_path):
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :4] = (255, 0, 0, 255)  # the left half is red, the right half open
    Image.fromarray(pixels).save(tmp_path / "red.png")
    proxy = rep.functional.create.cube(scale=(1.0, 1.0, 0.5), visible=False)
    with rep.get.prim_at_path(table):
        decal = rep.create.projection_material(proxy, [("class", "sticker")])
    with decal:
        rep.modify.projection_material(texture_group=rep.distribution.choice([{"diffuse": str(tmp_path / "red.png")}]))
    seen, color = look()
    assert seen.sum() == pytest.approx(200, rel=0.15)
    red = color[seen].astype(float)
    assert (red[:, 0] > 2.0 * red[:, 1] + 20).mean() > 0.9


def test_misuse_is_named(table):
    with pytest.raises(OrchestratorError, match="no prims to act on"):
        rep.create.projection_material(rep.create.cube())
    with pytest.raises(ValueError, match="offset_scale"):
        rep.create.projection_material(rep.create.cube(), input_prims=table, offset_scale=-1)
    with rep.get.prim_at_path(table):
        rep.modify.projection_material(diffuse="a.png")
    with pytest.raises(OrchestratorError, match="/Table is no decal"):
        rep.orchestrator.step()


def test_the_mesh_is_only_rebuilt_when_something_moved(table):
    proxy = rep.functional.create.plane(visible=False)
    decal = rep.create.projection_material(proxy, input_prims=table)
    rep.orchestrator.step()
    points = UsdGeom.Mesh(decal.get_prims()[0]).GetPointsAttr()
    assert len(points.Get()) >= 4 and {round(p[2], 6) for p in points.Get()} == {0.01}
    points.Set([])
    rep.orchestrator.step()
    assert not points.Get()
    rep.functional.modify.position(proxy, (0.1, 0, 0))
    rep.orchestrator.step()
    assert len(points.Get()) >= 4
