"""The warehouse, the shelf and the room: their books tell the truth, and what is committed is what the builders make."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pxr import Sdf, Usd, UsdGeom, UsdUtils
from scene_generator.scenes import SEEDS

from scenewright.sdg.scenes import Layers, Streams, author_plan, read_asset_book
from scenewright.sdg.scenes.builders import build_scene

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("warehouse", "shelf", "room")
PARTS = {"layout": "usdc", "lighting": "usda", "cameras": "usda", "semantics": "usda"}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def book(name, scenes):
    return read_asset_book(scenes / name / "assets" / "assets.yaml")


def bounds(path):
    """The box of an asset over all its variants."""
    stage = Usd.Stage.Open(str(path))
    with Usd.EditContext(stage, stage.GetSessionLayer()):  # the file's layer stays as it is
        root, boxes = stage.GetDefaultPrim(), []
        sets = root.GetVariantSets()
        for set_name in sets.GetNames() or [None]:
            for choice in sets.GetVariantSet(set_name).GetVariantNames() if set_name else [None]:
                if choice:
                    sets.GetVariantSet(set_name).SetVariantSelection(choice)
                cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
                box = cache.ComputeWorldBound(root).ComputeAlignedRange()
                boxes.append((np.array(box.GetMin()), np.array(box.GetMax())))
    return np.min([low for low, _ in boxes], axis=0), np.max([high for _, high in boxes], axis=0)


def test_the_book_tells_the_truth(book):
    for assets in book.by_class.values():
        for asset in assets:
            low, high = bounds(asset.path)
            assert np.allclose(high - low, asset.size, atol=2e-3), asset.path
            assert np.allclose((low + high)[:2] / 2, asset.offset, atol=2e-3), asset.path
            assert low[2] == pytest.approx(0.0, abs=2e-3), asset.path
            stage = Usd.Stage.Open(asset.path)
            sets = stage.GetDefaultPrim().GetVariantSets()
            assert {n: sorted(sets.GetVariantSet(n).GetVariantNames()) for n in sets.GetNames()} == {
                n: sorted(choices) for n, choices in asset.variants.items()
            }
            for support in asset.supports:
                x0, y0, x1, y1 = support.rect
                assert x0 < x1 and y0 < y1 and 0.0 <= support.z <= asset.size[2] + 1e-3, (asset.path, support.name)


def test_the_scene_is_what_its_builder_makes(name, book, scenes, tmp_path):
    folder = tmp_path / name / "layers"  # relative paths are the same from here
    folder.mkdir(parents=True)
    (tmp_path / name / "assets").symlink_to(scenes / name / "assets")
    (tmp_path / "tabletop").symlink_to(scenes / "tabletop")
    layers = Layers(**{part: Sdf.Layer.CreateNew(str(folder / f"{part}.{suffix}")) for part, suffix in PARTS.items()})
    author_plan(build_scene(name, book, Streams.of_seed(SEEDS[name]), {}), layers, "/World")
    for part, suffix in PARTS.items():
        committed = Sdf.Layer.FindOrOpen(str(scenes / name / "layers" / f"{part}.{suffix}"))
        made = getattr(layers, part)
        specs = [[], []]
        for layer, found in zip((committed, made), specs, strict=True):
            layer.Traverse("/World", found.append)
        assert sorted(specs[0]) == sorted(specs[1])
        for path in specs[0]:
            one, other = committed.GetObjectAtPath(path), made.GetObjectAtPath(path)
            if isinstance(one, Sdf.AttributeSpec) and one.default is not None and not isinstance(one.default, Sdf.AssetPath):
                assert one.default == other.default, path
            if isinstance(one, Sdf.PrimSpec):
                assert one.typeName == other.typeName and dict(one.variantSelections) == dict(other.variantSelections), path


def test_everything_resolves_relatively(name, scenes):
    path = scenes / name / "scene.usda"
    stage = Usd.Stage.Open(str(path))
    assert not stage.GetCompositionErrors() and not stage.GetRootLayer().rootPrims
    layers, _, unresolved = UsdUtils.ComputeAllDependencies(str(path))
    assert {Path(found).name for found in unresolved} <= {"OmniPBR.mdl"}  # resolved by RTX's MDL search path
    for layer in layers:
        assert not [found for found in layer.GetCompositionAssetDependencies() if not found.startswith(("./", "../"))]


def test_the_warehouse_draws_ten_thousand_instances(scenes):
    stage = Usd.Stage.Open(str(scenes / "warehouse" / "scene.usda"))
    instances = sum(prim.IsInstance() for prim in stage.Traverse())
    points = [UsdGeom.PointInstancer(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.PointInstancer)]
    assert instances + sum(len(one.GetProtoIndicesAttr().Get()) for one in points) >= 10_000
    assert instances > 300


def test_there_is_a_picture_of_it(name, scenes):
    path = scenes / name / "preview.jpg"
    assert path.stat().st_size < 500_000
    with Image.open(path) as picture:
        assert picture.size == (1280, 720)
        assert 60 < np.asarray(picture.convert("L")).mean() < 190


@pytest.mark.verify
def test_the_generator_makes_the_committed_files(name, scenes, tmp_path):
    subprocess.run(
        [sys.executable, str(ROOT / "tools" / "generate_scenes.py"), name, "-o", str(tmp_path)], check=True, timeout=600
    )
    for committed in sorted((scenes / name).rglob("*")):
        again = tmp_path / name / committed.relative_to(scenes / name)
        if committed.suffix == ".png":
            assert np.array_equal(np.asarray(Image.open(committed)), np.asarray(Image.open(again))), committed
        elif committed.suffix in (".usda", ".yaml") and committed.name not in ("recipe.yaml", "domain.yaml"):
            assert committed.read_text() == again.read_text(), committed
