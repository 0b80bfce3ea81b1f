"""Amodal masks against the object rendered alone, occluders against counting, truncation against geometry."""

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Sdf, UsdGeom

SIZE = (120, 90)
KINDS = (rep.functional.create.cube, rep.functional.create.sphere, rep.functional.create.cone, rep.functional.create.torus)


def watch(product, *names):
    annotators = [rep.annotators.get(name) for name in names]
    for annotator in annotators:
        annotator.attach(product)
    rep.orchestrator.step(delta_time=0.0)
    return [annotator.get_data() for annotator in annotators]


@pytest.fixture
def crowd(stage):
    """Twelve objects that hide each other and reach over the border, two of them native instances, and an unlabelled wall."""
    rng = np.random.default_rng(4)
    for index in range(10):
        place, turn, size = rng.uniform(-1.6, 1.6, 3), rng.uniform(0, 360, 3), rng.uniform(0.4, 1.2, 3)
        KINDS[index % 4](name=f"Thing{index}", position=tuple(place), rotation=tuple(turn), scale=tuple(size),
                         semantics={"class": f"kind{index % 4}"})
    rep.functional.create.cube(name="Wall", position=(0.5, -2.5, -0.6), scale=(1.5, 0.1, 0.7))
    holder = stage.DefinePrim("/Holder", "Xform")
    stage.DefinePrim("/Holder/Leaf", "Sphere")
    holder.SetSpecifier(Sdf.SpecifierClass)
    for index in range(2):
        prim = stage.DefinePrim(f"/Copy{index}", "Xform")
        prim.GetReferences().AddInternalReference("/Holder")
        prim.SetInstanceable(True)
        UsdGeom.XformCommonAPI(prim).SetTranslate((2.0 * index - 1.0, 1.5, 0.3))
        rep.functional.modify.semantics(prim, {"class": "copy"})
    camera = rep.functional.create.camera(position=(0, -7, 1.0), look_at=(0, 0, 0), clipping_range=(0.01, 100.0))
    return rep.create.render_product(camera, SIZE)


def test_masks_are_the_object_rendered_alone(crowd, stage):
    amodal, segmentation = watch(crowd, "amodal_segmentation", "instance_segmentation")
    info, records, visible = amodal["info"], amodal["data"], segmentation["data"]
    assert len(records) >= 12 and (records["visibleFraction"] < 0.95).sum() >= 3
    paths = [*info["primPaths"], "/Wall"]
    for record, path, mask in zip(records, info["primPaths"], info["masks"], strict=True):
        for other in paths:
            UsdGeom.Imageable(stage.GetPrimAtPath(other)).CreateVisibilityAttr("inherited" if other == path else "invisible")
        (alone,) = watch(crowd, "instance_segmentation")
        whole = np.zeros(SIZE[::-1], bool)
        whole[record["y_min"]:record["y_max"] + 1, record["x_min"]:record["x_max"] + 1] = mask
        assert np.array_equal(whole, alone["data"] > 1), path
        assert record["pixels"] == whole.sum()
        assert record["visiblePixels"] == (visible == record["instanceId"]).sum()
        assert not (visible[~whole] == record["instanceId"]).any()


def test_occluders_are_what_is_seen_where_the_silhouette_is_not(crowd):
    amodal, segmentation, occluders = watch(crowd, "amodal_segmentation", "instance_segmentation", "occluders")
    seen, rows, info = segmentation["data"], occluders["data"], occluders["info"]
    expected = {}
    for record, mask in zip(amodal["data"], amodal["info"]["masks"], strict=True):
        crop = seen[record["y_min"]:record["y_max"] + 1, record["x_min"]:record["x_max"] + 1]
        for other, count in zip(*np.unique(crop[mask & (crop != record["instanceId"])], return_counts=True), strict=True):
            expected[int(record["instanceId"]), int(other)] = int(count)
        own = rows["instanceId"] == record["instanceId"]
        assert rows["share"][own].sum() == pytest.approx(1 - record["visibleFraction"], abs=1e-5)
    assert {(int(r["instanceId"]), int(r["occluderId"])): int(r["pixels"]) for r in rows} == expected
    names = segmentation["info"]["idToLabels"]
    for row, path, occluder in zip(rows, info["primPaths"], info["occluderPaths"], strict=True):
        assert names.get(str(row["instanceId"]), path) == path
        assert occluder.startswith("/Wall") if row["occluderId"] == 1 else occluder == names[str(row["occluderId"])]
    assert (rows["occluderId"] == 1).any()


@pytest.mark.parametrize(("shift", "expected"), [(0.0, 0.0), (2.0, 0.5), (2.5, 0.75), (-2.25, 0.625)])
def test_truncation_is_the_part_of_the_silhouette_beyond_the_border(stage, shift, expected):
    rep.functional.create.plane(position=(shift, 0, -4), scale=(2, 2, 1), semantics={"class": "sheet"})
    camera = rep.functional.create.camera(focal_length=20, horizontal_aperture=20, clipping_range=(0.01, 100.0))
    product = rep.create.render_product(camera, (100, 100))  # sees 2 units to each side at the sheet
    (amodal,) = watch(product, "amodal_segmentation")
    assert amodal["data"]["truncation"] == pytest.approx([expected], abs=0.01)


def test_large_surroundings_are_estimated_within_a_percent(stage):
    rep.functional.create.plane(position=(0, 0, -4), scale=(40, 40, 1), semantics={"class": "floor"})
    camera = rep.functional.create.camera(focal_length=20, horizontal_aperture=20, clipping_range=(0.01, 100.0))
    (amodal,) = watch(rep.create.render_product(camera, (100, 80)), "amodal_segmentation")
    assert amodal["data"]["truncation"] == pytest.approx([8 / 9], abs=0.01)


def test_nothing_in_view_gives_no_records(stage):
    camera = rep.functional.create.camera(position=(0, -5, 0))
    amodal, occluders = watch(rep.create.render_product(camera, (16, 12)), "amodal_segmentation", "occluders")
    assert len(amodal["data"]) == len(occluders["data"]) == 0 and amodal["info"]["masks"] == []


def test_a_lens_without_rays_beyond_its_image_has_no_truncation(stage):
    rep.functional.create.sphere(position=(0, 0, -2), semantics={"class": "ball"})
    camera = rep.functional.create.camera(projection_type="fisheyePolynomial", clipping_range=(0.01, 100.0))
    (amodal,) = watch(rep.create.render_product(camera, (64, 48)), "amodal_segmentation")
    assert amodal["data"]["truncation"].tolist() == [-1.0]
