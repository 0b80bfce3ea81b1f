"""What is committed is what the generator makes: files, composed values in every variant, pixels."""

from itertools import chain

import numpy as np
import pytest
from PIL import Image
from pxr import Sdf, Usd, Vt

SCENES = ("tabletop", "turntable")


def files_below(folder, *suffixes):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.suffix in suffixes}


def composed_values(prim):
    """Everything that composition says about one prim, with asset paths relative to nothing."""
    yield "type", prim.GetTypeName()
    yield "schemas", prim.GetPrimTypeInfo().GetAppliedAPISchemas()
    yield "kind", prim.GetMetadata("kind")
    yield "instance", prim.IsInstance()
    for attribute in prim.GetAuthoredAttributes():
        yield attribute.GetName(), attribute.Get()
        yield attribute.GetName() + " (connections)", attribute.GetConnections()
        yield attribute.GetName() + " (space)", attribute.GetColorSpace()
    for relationship in prim.GetAuthoredRelationships():
        yield relationship.GetName(), relationship.GetTargets()


def is_same(one, other):
    if isinstance(one, Sdf.AssetPath):
        return one.path == other.path
    if isinstance(one, (Vt.Vec3fArray, Vt.Vec2fArray, Vt.FloatArray)):
        one, other = np.array(one), np.array(other)
        return one.shape == other.shape and bool(np.all(np.abs(one - other) <= 2e-4))
    if isinstance(one, float):
        return other == pytest.approx(one, rel=1e-5, abs=1e-6)
    if hasattr(one, "dimension"):
        return np.allclose(np.array(one), np.array(other), rtol=1e-5, atol=1e-6)
    return one == other


def assert_same_stage(one, other):
    walk = Usd.TraverseInstanceProxies()
    prims = [{str(prim.GetPath()): prim for prim in Usd.PrimRange.Stage(stage, walk)} for stage in (one, other)]
    assert list(prims[0]) == list(prims[1])
    for path, prim in prims[0].items():
        values, again = dict(composed_values(prim)), dict(composed_values(prims[1][path]))
        assert values.keys() == again.keys(), path
        differing = [name for name, value in values.items() if not is_same(value, again[name])]
        assert not differing, f"{path}: {differing}"


@pytest.mark.parametrize("scene", SCENES)
def test_same_files(scene, scenes, regenerated):
    suffixes = (".usda", ".usdc", ".png", ".hdr")
    committed = {path for path in files_below(scenes / scene, *suffixes) if path.name != "preview.png"}
    assert committed == files_below(regenerated / scene, *suffixes)


@pytest.mark.parametrize("scene", SCENES)
def test_same_composed_scene(scene, scenes, regenerated):
    assert_same_stage(*(Usd.Stage.Open(str(folder / scene / "scene.usda")) for folder in (scenes, regenerated)))


@pytest.mark.parametrize("scene", SCENES)
def test_same_composed_assets_in_every_variant(scene, scenes, regenerated):
    checked = 0
    for path in sorted(files_below(scenes / scene / "assets", ".usda")):
        stages = [Usd.Stage.Open(str(folder / scene / "assets" / path)) for folder in (scenes, regenerated)]
        assert_same_stage(*stages)
        for stage in stages:
            stage.SetEditTarget(stage.GetSessionLayer())  # the files' layers, which others may share, stay as they are
        variant_sets = [stage.GetDefaultPrim().GetVariantSets() for stage in stages]
        assert variant_sets[0].GetNames() == variant_sets[1].GetNames()
        for name in variant_sets[0].GetNames():
            choices = [sets.GetVariantSet(name).GetVariantNames() for sets in variant_sets]
            assert choices[0] == choices[1]
            for choice in choices[0]:
                for sets in variant_sets:
                    sets.GetVariantSet(name).SetVariantSelection(choice)
                assert_same_stage(*stages)
                checked += 1
    assert checked > 50 or scene == "turntable"


@pytest.mark.parametrize("scene", SCENES)
def test_same_pixels(scene, scenes, regenerated):
    """Up to rounding of sines and exponentials, and the edges of letters in other versions of the font renderer."""
    for path in chain(files_below(regenerated / scene, ".png")):
        one, other = (np.asarray(Image.open(folder / scene / path), dtype=np.int16) for folder in (scenes, regenerated))
        assert one.shape == other.shape, path
        apart = np.abs(one - other)
        assert (apart > 2).mean() < 0.005, path
        assert apart.mean() < 0.2, path


@pytest.mark.parametrize("scene", SCENES)
def test_studio_map_reads_back(scene, scenes):
    from tabletop_generator.studio_map import studio_map

    from scenewright.render.scene.textures import read_radiance_hdr

    wanted = studio_map()
    pixels = np.asarray(read_radiance_hdr((scenes / scene / "textures" / "studio.hdr").read_bytes()))[..., :3]
    assert pixels.shape == wanted.shape
    # RGBE keeps 8 bits of the largest channel, cut off.
    assert np.all(np.abs(pixels - wanted) <= wanted.max(axis=2, keepdims=True) / 127)
