"""Render variables that the renderer has the truth of, shaded segmentations, attributes; and those it does not have."""

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Sdf

from scenewright.replicator.annotators import AnnotatorError
from scenewright.replicator.annotators.unavailable import UNAVAILABLE


@pytest.fixture
def product(stage):
    """A unit sphere around the origin from (0, -5, 0), which looks along +y; it is 1 m in stage units."""
    rep.functional.create.dome_light(intensity=1000, name="Dome")
    rep.functional.create.sphere(name="Ball", semantics={"class": "ball"})
    rep.functional.create.camera(position=(0, -5, 0), look_at=(0, 0, 0), name="Camera")
    return rep.create.render_product("/Camera", (33, 25))


@pytest.fixture
def see(product):
    """Return a function that captures what several annotators see."""

    def capture(*names, **params):
        annotators = [rep.annotators.get(name, init_params=params).attach(product) for name in names]
        rep.orchestrator.step()
        return [annotator.get_data() for annotator in annotators]

    return capture


def test_aovs_agree_with_the_standard_annotators(see):
    normals, smooth, pt_normal, depth, linear, pt_depth, motion, motion2d = see(
        "normals", "SmoothNormal", "PtWorldNormal", "distance_to_image_plane", "DepthLinearized", "PtZDepth", "motion_vectors",
        "Motion2d")
    np.testing.assert_array_equal(smooth, normals)
    assert pt_normal.dtype == pt_depth.dtype == np.float16 and pt_depth.shape == (25, 33, 4)
    np.testing.assert_allclose(pt_normal, normals, atol=1e-3)
    np.testing.assert_array_equal(linear, depth)
    np.testing.assert_array_equal(pt_depth[..., 2], depth.astype(np.float16))
    np.testing.assert_array_equal(motion2d, motion)


def test_world_positions_lie_on_the_sphere(see):
    positions, depth = see("PtWorldPos", "distance_to_image_plane")
    hit = np.isfinite(depth)
    assert positions.dtype == np.float16 and hit.any() and not positions[~hit].any() and (positions[hit][:, 3] == 1).all()
    radius = np.linalg.norm(positions[hit][:, :3].astype(float), axis=1)
    np.testing.assert_allclose(radius, radius.max(), rtol=0.02)
    np.testing.assert_allclose(positions[12, 16, :3], [0, -radius.max(), 0], atol=0.02)


@pytest.mark.parametrize("kind", ["instance", "instance_id"])
def test_shaded_segmentation_darkens_towards_the_limb(see, kind):
    shaded, flat, normals = see(f"shaded_{kind}_segmentation", f"{kind}_segmentation", "normals")
    color = np.array([[0, 0, 0, 0], [0, 0, 0, 255], [33, 243, 3, 255], [240, 4, 111, 255]])[flat["data"]]
    if kind == "instance_id":
        color = np.where(flat["data"][..., None] == 0, color, shaded["data"][12, 16] / (0.3 + 0.7 / np.sqrt(1.34)))
    to_lamp = np.array([-0.3, -1.0, 0.5]) / np.sqrt(1.34)  # (-0.3, 0.5, 1) of a camera that looks along +y
    facing = np.clip(normals[..., :3] @ to_lamp, 0, 1)[..., None]
    expected = color[..., :3] * (0.3 + 0.7 * facing)
    np.testing.assert_allclose(shaded["data"][..., :3], expected, atol=3.0)
    assert list(shaded["info"]["idToLabels"].values())[-1] == "/Ball" and (shaded["data"][flat["data"] == 0] == 0).all()


def test_attribute(see, stage):
    (data,) = see("Attribute", prims=["/Ball", "/Camera"], attribute="visibility")
    assert data == {"data": ["inherited", "inherited"], "primPaths": ["/Ball", "/Camera"]}
    with pytest.raises(AnnotatorError, match="/Ball has no attribute 'focalLength'"):
        see("Attribute", prims=["/Ball"], attribute="focalLength")


def test_old_semantics_labels(see, stage):
    """Kit's SemanticsAPI, as stages of before 2025 carry it."""
    prim = stage.DefinePrim("/Old", "Cube")
    prim.SetMetadata("apiSchemas", Sdf.TokenListOp.CreateExplicit(["SemanticsAPI:Semantics"]))  # no schema outside Kit
    for name, value in (("semanticType", "class"), ("semanticData", "old_cube")):
        prim.CreateAttribute(f"semantic:Semantics:params:{name}", Sdf.ValueTypeNames.String).Set(value)
    (segmentation,) = see("semantic_segmentation")
    assert {"class": "old_cube"} in segmentation["info"]["idToLabels"].values()


@pytest.mark.parametrize("name", sorted(UNAVAILABLE))
def test_what_is_missing_says_so(name):
    with pytest.raises(NotImplementedError, match=f"'{name}', .*(RTX|Isaac Sim).* is not available in the portable Replicator"):
        rep.annotators.get(name)


@pytest.fixture
def paint(stage):
    """Bind an OmniPBR to the ball."""

    def bind(**inputs):
        material = rep.functional.create.material(mdl="OmniPBR.mdl", bind_prims=["/Ball"], **inputs)
        return material

    return bind


def test_material_aovs_hold_what_the_material_says(see, paint):
    paint(diffuse_color_constant=(0.8, 0.2, 0.05), metallic_constant=0.25, reflection_roughness_constant=0.37)
    albedo, roughness, mask, linear, glow, depth = see("DiffuseAlbedo", "Roughness", "EmissionAndForegroundMask",
                                                       "PtDiffuseFilter", "PtSelfIllumination", "distance_to_image_plane")
    hit = np.isfinite(depth)
    expected = 0.75 * np.array([0.8, 0.2, 0.05])
    assert (albedo.dtype, roughness.dtype, mask.dtype, linear.dtype) == (np.uint8, np.uint8, np.float16, np.float16)
    encoded = 255 * (1.055 * expected ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(albedo[hit][:, :3], np.broadcast_to(encoded, (hit.sum(), 3)), atol=0.51)
    np.testing.assert_allclose(linear[hit], np.broadcast_to([*expected, 1.0], (hit.sum(), 4)), rtol=2e-3)
    assert (roughness[hit] == [94, 94, 94, 255]).all() and (albedo[hit][:, 3] == 255).all()
    assert (mask[hit] == 1.0).all() and (glow[hit] == [0, 0, 0, 1]).all()
    for image in (albedo, roughness, mask, linear, glow):
        assert not image[~hit].any()


def test_glass_has_no_diffuse_albedo(see, stage):
    rep.functional.create.material(mdl="OmniGlass.mdl", bind_prims=["/Ball"], glass_color=(0.9, 0.8, 0.7))
    linear, bump = see("PtDiffuseFilter", "BumpNormal")
    assert bump.any() and not linear[..., :3].any()


def test_what_glows_is_in_the_emission(see, paint, product):
    paint(enable_emission=True, emissive_color=(1.0, 0.5, 0.0), emissive_intensity=40.0)
    mask, glow, color = see("EmissionAndForegroundMask", "PtSelfIllumination", "HdrColor")
    middle = glow[12, 16].astype(float)
    assert middle[0] > 0 and middle[1] == pytest.approx(middle[0] / 2, rel=1e-3) and middle[2] == 0
    assert mask[12, 16] == pytest.approx(1 + 0.2126 * middle[0] + 0.7152 * middle[1], rel=1e-3)
    assert (color[12, 16, :2] >= 0.99 * glow[12, 16, :2]).all()  # what it emits is part of what is seen


def test_normal_maps_bend_only_the_bump_normal(see, paint, tmp_path):
    smooth, bump = see("SmoothNormal", "BumpNormal")
    np.testing.assert_array_equal(smooth, bump)
    from PIL import Image

    tilted = np.array([np.sin(0.5), 0.0, np.cos(0.5)])  # half a radian towards growing u
    pixels = np.broadcast_to(np.rint((tilted * 0.5 + 0.5) * 255).astype(np.uint8), (4, 4, 3))
    Image.fromarray(np.ascontiguousarray(pixels)).save(tmp_path / "tilted.png")
    paint(normalmap_texture=str(tmp_path / "tilted.png"))
    again, bump = see("SmoothNormal", "BumpNormal")
    np.testing.assert_array_equal(again, smooth)
    hit = smooth.any(axis=2)
    cosine = (smooth[hit] * bump[hit]).sum(axis=1)
    np.testing.assert_allclose(cosine, np.cos(0.5), atol=0.02)


def test_the_global_filter_counts_where_an_annotator_has_none(see, stage):
    from omni.syntheticdata import SyntheticData

    rep.functional.create.cube(position=(1, 0, 0), name="Box", semantics={"class": "box", "part": "lid"})

    def labels(**params):
        found = see("semantic_segmentation", **params)[0]["info"]["idToLabels"]
        return [value for key, value in found.items() if int(key) > 1]

    assert labels() == [{"class": "ball"}, {"class": "box", "part": "lid"}]
    SyntheticData.Get().set_instance_mapping_semantic_filter("class: box")
    assert labels() == [{"class": "box"}]
    assert labels(semanticFilter="class: ball") == [{"class": "ball"}]
    assert labels(semanticTypes=["class"]) == [{"class": "box"}]
    assert SyntheticData.Get().get_instance_mapping_semantic_filter() == "class: box"
    SyntheticData.Get().set_instance_mapping_semantic_filter("")
    assert len(labels()) == 2
