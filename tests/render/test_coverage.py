"""Unoccluded pixels, boxes and masks of labelled entities."""

import numpy as np
import pytest
from pxr import Sdf, UsdGeom, UsdSemantics, UsdShade

from scenewright.render.coverage import NO_BOX


def visible(frame, labels):
    """Pixels of each entity in the id buffer."""
    ids = labels.instance_of_prim[frame["prim_id"]]
    return [ids == e + 2 for e in range(len(labels.entity_paths))]


def box_of(mask):
    y, x = np.nonzero(mask)
    return [x.min(), y.min(), x.max(), y.max()]


def scatter(studio, count=40, seed=0):
    rng = np.random.default_rng(seed)
    for i in range(count):
        kind = ["Cube", "Sphere", "Cylinder", "Cone", "Capsule"][i % 5]
        studio.shape(kind, f"/World/Thing_{i}", translate=rng.uniform(-3, 3, 3), rotate=rng.uniform(-180, 180, 3),
                     scale=rng.uniform(0.2, 0.8, 3), label=f"kind{i % 7}")


def test_alone_an_entity_covers_exactly_what_is_visible(studio):
    for kind in ("Cube", "Sphere", "Cylinder", "Cone", "Capsule"):
        studio.shape(kind, f"/World/{kind}", label="thing", rotate=(20, 30, 40))
        studio.camera((0, -6, 2), (0.3, 0, 0))
        frame = studio.render(["prim_id"], size=(90, 70))
        labels = frame.labels()
        coverage = frame.coverage(labels, masks=True)
        mask = frame["prim_id"] > 0
        assert coverage.pixels.tolist() == [mask.sum()]
        assert coverage.boxes[0].tolist() == box_of(mask)
        x0, y0, x1, y1 = coverage.boxes[0]
        assert np.array_equal(coverage.masks[0], mask[y0:y1 + 1, x0:x1 + 1])
        studio.stage.RemovePrim(f"/World/{kind}")


def test_visible_is_a_subset_of_unoccluded(studio):
    scatter(studio)
    studio.camera((0, -7, 2), (0, 0, 0))
    frame = studio.render(["prim_id"], size=(160, 120))
    labels = frame.labels()
    coverage = frame.coverage(labels, masks=True)
    assert len(labels.entity_paths) == 40 and coverage.pixels.dtype == np.int64 and coverage.boxes.dtype == np.int32
    hidden = 0
    for e, seen in enumerate(visible(frame, labels)):
        full = np.zeros(seen.shape, bool)
        if coverage.pixels[e]:
            x0, y0, x1, y1 = coverage.boxes[e]
            full[y0:y1 + 1, x0:x1 + 1] = coverage.masks[e]
            assert coverage.boxes[e].tolist() == box_of(full)
        assert full.sum() == coverage.pixels[e]
        assert not np.any(seen & ~full)
        hidden += full.sum() - seen.sum()
    assert hidden > 100


def test_each_entity_equals_a_rendering_of_it_alone(studio):
    scatter(studio, count=15, seed=4)
    studio.camera((0, -5, 1), (0, 0, 0))
    renderer = studio.renderer()
    frame = renderer.render("/Camera", (120, 90), ["prim_id"])
    coverage = frame.coverage(frame.labels())
    for e, path in enumerate(frame.labels().entity_paths):
        for other in frame.labels().entity_paths:
            UsdGeom.Imageable(studio.stage.GetPrimAtPath(other)).GetVisibilityAttr().Set(
                "inherited" if other == path else "invisible")
        alone = renderer.render("/Camera", (120, 90), ["prim_id"])["prim_id"] > 0
        assert alone.sum() == coverage.pixels[e], path
        assert coverage.boxes[e].tolist() == (box_of(alone) if alone.any() else list(NO_BOX))


def test_a_pixel_counts_once_for_an_entity_of_many_parts(studio):
    UsdGeom.Xform.Define(studio.stage, "/World/Pile")
    UsdSemantics.LabelsAPI.Apply(studio.stage.GetPrimAtPath("/World/Pile"), "class").CreateLabelsAttr(["pile"])
    for i in range(20):
        studio.shape("Sphere", f"/World/Pile/S{i}", translate=(0, 0.3 * i, 0.1 * i), radius=0.5)
    studio.shape("Cube", "/World/Pile/Own", translate=(0, 2, 0), size=0.6, label="own")
    studio.camera((0, -6, 0), (0, 0, 0))
    frame = studio.render(["prim_id"], size=(90, 70))
    labels = frame.labels()
    assert labels.entity_paths == ("/World/Pile", "/World/Pile/Own")
    coverage = frame.coverage(labels)
    seen = visible(frame, labels)
    assert coverage.pixels[0] == seen[0].sum() and seen[1].sum() == 0  # the front sphere hides the cube, itself hidden by none
    assert coverage.pixels[1] > 20


def test_out_of_view_and_behind_the_camera(studio):
    studio.shape("Sphere", "/World/Behind", translate=(0, -20, 0), label="a")
    studio.shape("Sphere", "/World/Aside", translate=(500, 5, 0), label="b")
    studio.shape("Sphere", "/World/Around", translate=(0, 0, 0), radius=2.0, label="c")
    studio.camera((0, 0, 0), (0, 1, 0))
    frame = studio.render(["prim_id"], size=(40, 30))
    coverage = frame.coverage(frame.labels(), masks=True)
    by_path = dict(zip(frame.labels().entity_paths, range(3), strict=True))
    assert coverage.pixels[[by_path["/World/Behind"], by_path["/World/Aside"]]].tolist() == [0, 0]
    assert coverage.boxes[by_path["/World/Behind"]].tolist() == list(NO_BOX)
    assert coverage.masks[by_path["/World/Aside"]] is None
    assert coverage.pixels[by_path["/World/Around"]] == 40 * 30  # the camera is inside


def test_clipping_planes_count(studio):
    studio.shape("Sphere", "/World/Ball", translate=(0, 5, 0), radius=1.0, label="ball")
    studio.camera((0, 0, 0), (0, 1, 0), clip=(0.1, 3.9))
    frame = studio.render(["prim_id"])
    assert frame.coverage(frame.labels()).pixels.tolist() == [0]


def cut_out_card(studio):
    """A card whose opacity texture is solid on its left half."""
    card = studio.quad("/World/Card", translate=(0, 4, 0), rotate=(90, 0, 0), label="card")
    shader = studio.material("/World/Looks/Card", card, opacityThreshold=0.5)
    reader = UsdShade.Shader.Define(studio.stage, "/World/Looks/Card/St")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    texture = UsdShade.Shader.Define(studio.stage, "/World/Looks/Card/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    shader.CreateInput("opacity", Sdf.ValueTypeNames.Float).ConnectToSource(texture.ConnectableAPI(), "r")
    return texture


@pytest.fixture
def half_texture(tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "half.png"
    pixels = np.zeros((64, 64), np.uint8)
    pixels[:, :32] = 255
    image.fromarray(pixels).save(path)
    return str(path)


def test_cut_outs_are_open_for_labels_and_coverage(studio, half_texture):
    texture = cut_out_card(studio)
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(half_texture)
    texture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("raw")
    studio.shape("Sphere", "/World/Ball", translate=(0, 8, 0), radius=1.0, label="ball")
    studio.camera((0, 0, 0), (0, 1, 0))
    frame = studio.render(["prim_id"], size=(80, 60))
    labels = frame.labels()
    ids = frame["prim_id"]
    assert ids[30, 35] == frame.prim_paths.index("/World/Card")
    assert ids[30, 45] == frame.prim_paths.index("/World/Ball")
    coverage = frame.coverage(labels, masks=True)
    card = labels.entity_paths.index("/World/Card")
    assert coverage.pixels[card] == (ids == frame.prim_paths.index("/World/Card")).sum()
    assert coverage.boxes[card][2] == 39  # the left half ends at the image's centre


def test_subsets_are_entities_of_their_own_when_asked_for(studio):
    points = [(-1, 0, -1), (0, 0, -1), (1, 0, -1), (-1, 0, 1), (0, 0, 1), (1, 0, 1)]
    mesh = studio.mesh("/World/Sheet", points, [4, 4], [0, 1, 4, 3, 1, 2, 5, 4], label="sheet", translate=(0, 4, 0))
    subset = UsdGeom.Subset.CreateGeomSubset(mesh, "right", "face", [1], "materialBind")
    UsdSemantics.LabelsAPI.Apply(subset.GetPrim(), "class").CreateLabelsAttr(["right"])
    studio.camera((0, 0, 0), (0, 1, 0))
    frame = studio.render(["prim_id"], size=(80, 60))
    whole = frame.coverage(frame.labels())
    assert whole.pixels.tolist() == [(frame["prim_id"] > 0).sum()]
    parts = frame.labels(per_subset=True)
    assert len(parts.entity_paths) == 2
    coverage = frame.coverage(parts)
    seen = visible(frame, parts)
    assert coverage.pixels.tolist() == [mask.sum() for mask in seen] and min(coverage.pixels) > 100
    assert coverage.boxes[1].tolist() == box_of(seen[1])


def test_a_frame_keeps_its_scene_when_the_stage_moves_on(studio):
    ball = studio.shape("Sphere", "/World/Ball", translate=(0, 5, 0), label="ball")
    studio.camera((0, 0, 0), (0, 1, 0))
    renderer = studio.renderer()
    before = renderer.render("/Camera", (60, 45), ["prim_id"])
    pixels = before.coverage(before.labels()).pixels[0]
    studio.place(ball, (0, 50, 0))
    after = renderer.render("/Camera", (60, 45), ["prim_id"])
    assert after.coverage(after.labels()).pixels[0] < pixels / 10
    assert before.coverage(before.labels()).pixels[0] == pixels == (before["prim_id"] > 0).sum()


def test_a_table_of_another_frame_is_refused(studio):
    studio.shape("Sphere", "/World/Ball", translate=(0, 5, 0), label="ball")
    studio.camera((0, 0, 0), (0, 1, 0))
    renderer = studio.renderer()
    before = renderer.render("/Camera", (8, 6), ["prim_id"])
    studio.shape("Sphere", "/World/Second", translate=(0, 7, 0), label="ball")
    after = renderer.render("/Camera", (8, 6), ["prim_id"])
    with pytest.raises(ValueError, match="same frame"):
        after.coverage(before.labels())
