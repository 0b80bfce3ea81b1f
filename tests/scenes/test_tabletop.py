"""The tabletop as a scene: layers and who owns what, labels, lights, cameras, and objects that only touch."""

import numpy as np
import pytest
from pxr import Sdf, Sdr, Tf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdUtils, UsdValidation
from tabletop_generator.environment import TABLE_DEPTH, TABLE_HEIGHT, TABLE_WIDTH


@pytest.fixture(scope="module")
def stage(scenes):
    return Usd.Stage.Open(str(scenes / "tabletop" / "scene.usda"))


def layer_of(stage, name):
    return next(layer for layer in stage.GetLayerStack() if layer.realPath.endswith(f"layers/{name}.usda"))


SIZES = {"tabletop": 14e6, "turntable": 2e6, "warehouse": 6e6, "shelf": 6e6, "room": 7e6}


@pytest.mark.parametrize(("scene", "most"), SIZES.items())
def test_scenes_are_small(scene, most, scenes):
    files = [path for path in (scenes / scene).rglob("*") if path.is_file() and path.stem != "preview"]
    assert sum(path.stat().st_size for path in files) < most


@pytest.mark.parametrize("scene", ["tabletop", "turntable"])
def test_root_layer_holds_metadata_only(scene, scenes):
    stage = Usd.Stage.Open(str(scenes / scene / "scene.usda"))
    root = stage.GetRootLayer()
    assert not root.rootPrims
    assert root.defaultPrim == "World" and stage.GetDefaultPrim()
    assert UsdGeom.GetStageUpAxis(stage) == "Z" and UsdGeom.GetStageMetersPerUnit(stage) == 1.0
    assert list(root.subLayerPaths) == [f"./layers/{name}.usda" for name in ("semantics", "cameras", "lighting", "layout")]


@pytest.mark.parametrize("scene", ["tabletop", "turntable"])
def test_everything_resolves_relatively(scene, scenes):
    path = scenes / scene / "scene.usda"
    assert not Usd.Stage.Open(str(path)).GetCompositionErrors()
    layers, assets, unresolved = UsdUtils.ComputeAllDependencies(str(path))
    assert [name for name in unresolved if name != "OmniPBR.mdl"] == []  # resolved by RTX's MDL search path
    for layer in layers:
        assert not [name for name in layer.GetCompositionAssetDependencies() if not name.startswith(("./", "../"))]
    assert len(assets) > 2


def shaders_are_registered():
    """Return whether USD knows its own shaders: the wheel of usd-core 25.11 lacks their definitions."""
    try:
        return bool(Sdr.Registry().GetShaderNodeByIdentifier("UsdPreviewSurface"))
    except Tf.ErrorException:
        return False


@pytest.mark.skipif(not shaders_are_registered(), reason="this build of USD has no shader definitions")
@pytest.mark.parametrize("scene", ["tabletop", "turntable"])
def test_usds_own_validators_find_nothing(scene, scenes):
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    errors = UsdValidation.ValidationContext(validators).Validate(Usd.Stage.Open(str(scenes / scene / "scene.usda")))
    texts = [error.GetMessage() for error in errors]
    assert [text for text in texts if "OmniPBR" not in text] == []  # MDL is known to Kit alone


def test_each_layer_holds_what_it_is_for(stage):
    owned = {"lighting": "/World/Lights", "cameras": "/World/Cameras"}
    for name, prefix in owned.items():
        defined = []
        layer = layer_of(stage, name)
        layer.Traverse("/", lambda path, layer=layer, defined=defined: defined.append(path)
                       if path.IsPrimPath() and layer.GetPrimAtPath(path).specifier == Sdf.SpecifierDef else None)
        assert defined and all(path.HasPrefix(prefix) for path in defined if path != "/World")
    properties = []
    layer_of(stage, "semantics").Traverse("/", lambda path: properties.append(path.name) if path.IsPropertyPath() else None)
    assert properties and all(name.startswith("semantics:labels:") for name in properties)
    others = []
    for name in ("layout", "lighting", "cameras"):
        layer_of(stage, name).Traverse("/", lambda path: others.append(path.name) if path.IsPropertyPath() else None)
    assert others and not [name for name in others if name.startswith("semantics:")]


def test_every_object_has_a_class_and_nothing_else_has(stage):
    objects = stage.GetPrimAtPath("/World/Objects").GetChildren()
    classes = {}
    for prim in objects:
        assert Usd.ModelAPI(prim).GetKind() == "component"
        classes[prim.GetName()] = list(UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get())
    assert all(len(labels) == 1 for labels in classes.values())
    assert len({labels[0] for labels in classes.values()}) >= 12 and len(objects) >= 16
    others = [prim for prim in stage.Traverse() if prim.HasAPI(UsdSemantics.LabelsAPI, "class") and prim not in objects]
    assert not others


def test_objects_are_posed_by_plain_ops(stage):
    for prim in stage.GetPrimAtPath("/World/Objects").GetChildren():
        names = [op.GetOpName() for op in UsdGeom.Xformable(prim).GetOrderedXformOps()]
        assert names == ["xformOp:translate", "xformOp:rotateXYZ", "xformOp:scale"]


def test_lights_are_in_physical_units_for_rtx(stage):
    lights = [prim for prim in stage.Traverse() if prim.HasAPI(UsdLux.LightAPI)]
    assert {prim.GetTypeName() for prim in lights} == {"DomeLight", "RectLight"}
    assert all(prim.GetAttribute("omni:rtx:usdluxVersion").Get() == 2505 for prim in lights)


def test_cameras_see_near_things_and_have_the_aspect_of_their_aperture(stage):
    cameras = [UsdGeom.Camera(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera)]
    assert len(cameras) >= 2
    for camera in cameras:
        assert tuple(camera.GetClippingRangeAttr().Get()) == pytest.approx((0.01, 100.0))
        assert camera.GetHorizontalApertureAttr().Get() / camera.GetVerticalApertureAttr().Get() == pytest.approx(16 / 9)


def test_cameras_look_at_the_table(stage):
    for prim in (prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera)):
        matrix = np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default()))
        eye, view = matrix[3, :3], -matrix[2, :3]
        hit = eye + view * (TABLE_HEIGHT - eye[2]) / view[2]
        assert abs(hit[0]) < TABLE_WIDTH / 2 and abs(hit[1]) < TABLE_DEPTH / 2 + 0.2
        assert abs(matrix[0, 2]) < 1e-6  # no roll


def closed_parts(prim):
    """World-space (points, triangles) of every mesh of an object."""
    for child in Usd.PrimRange(prim, Usd.TraverseInstanceProxies()):
        if child.IsA(UsdGeom.Mesh):
            mesh = UsdGeom.Mesh(child)
            matrix = np.array(UsdGeom.Xformable(child).ComputeLocalToWorldTransform(Usd.TimeCode.Default()))
            points = np.array(mesh.GetPointsAttr().Get(), float) @ matrix[:3, :3] + matrix[3, :3]
            counts = np.array(mesh.GetFaceVertexCountsAttr().Get())
            indices, starts = np.array(mesh.GetFaceVertexIndicesAttr().Get()), np.cumsum(counts) - counts
            fans = []
            for k in range(2, counts.max()):
                first = starts[counts > k]
                fans.append(np.stack([indices[first], indices[first + k - 1], indices[first + k]], axis=1))
            yield child.GetName(), points, np.concatenate(fans)


def inside(points, vertices, triangles):
    """Whether points lie inside a closed mesh: parity of the triangles above them, seen along a slightly tilted axis."""
    tilt = np.array([[1, 0, 0], [0, 1, 0], [0.00317, 0.00211, 1.0]])
    points, corners = points @ tilt, (vertices @ tilt)[triangles]
    counts = np.zeros(len(points), int)
    for piece in np.array_split(np.arange(len(points)), max(1, len(points) // 200)):
        p = points[piece, None]
        a, b, c = corners[None, :, 0], corners[None, :, 1], corners[None, :, 2]
        near = (p[..., 0] >= corners[:, :, 0].min(1)) & (p[..., 0] <= corners[:, :, 0].max(1))
        near &= (p[..., 1] >= corners[:, :, 1].min(1)) & (p[..., 1] <= corners[:, :, 1].max(1))
        i, j = np.nonzero(near)
        p, a, b, c = points[piece][i], a[0, j], b[0, j], c[0, j]
        cross = lambda u, v: u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]  # noqa: E731
        area = cross(b - a, c - a)
        area = np.where(np.abs(area) < 1e-18, np.nan, area)
        s, t = cross(p - a, c - a) / area, cross(b - a, p - a) / area
        above = (s >= 0) & (t >= 0) & (s + t <= 1) & (a[:, 2] + s * (b - a)[:, 2] + t * (c - a)[:, 2] > p[:, 2])
        counts[piece] += np.bincount(i[above], minlength=len(piece))
    return counts % 2 == 1


@pytest.fixture(scope="module")
def objects(stage):
    return {prim.GetName(): list(closed_parts(prim)) for prim in stage.GetPrimAtPath("/World/Objects").GetChildren()}


@pytest.fixture(scope="module")
def boxes(objects):
    """Object name -> exact (lowest, highest) corner in world space."""
    return {name: (np.min([p.min(0) for _, p, _ in parts], axis=0), np.max([p.max(0) for _, p, _ in parts], axis=0))
            for name, parts in objects.items()}


def test_objects_touch_but_do_not_cut_into_each_other(objects, boxes):
    compared = 0
    for one in objects:
        for other in objects:
            low, high = np.maximum(boxes[one][0], boxes[other][0]), np.minimum(boxes[one][1], boxes[other][1])
            if one == other or np.any(low >= high):
                continue
            points = np.concatenate([p for _, p, _ in objects[one]])
            points = points[np.all((points >= low) & (points <= high), axis=1)]
            for part, vertices, triangles in objects[other]:
                if part not in ("Label", "Leaves") and len(points):
                    compared += 1
                    assert not inside(points, vertices, triangles).any(), f"{one} cuts into {other}/{part}"
    assert compared > 20


def test_the_check_finds_what_cuts_in():
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    triangles = np.array([triangle for a, b, c, d in quads for triangle in ((a, b, c), (a, c, d))])
    found = inside(np.array([[0.4, 0.3, 0.5], [1.2, 0.5, 0.5], [0.3, 0.6, -0.1], [0.9, 0.2, 0.99]]), corners, triangles)
    assert found.tolist() == [True, False, False, True]


def test_objects_rest_on_something(objects, boxes):
    """Every object's lowest point is on the table top, or just above the middle of something that carries it."""
    carried = dict.fromkeys(("Apple_01", "Apple_02", "Apple_03", "Orange_01", "Orange_02"), "FruitBowl")
    carried |= {"CerealBowl": "Plate", "Fork": "Napkin", "Banana_01": "CuttingBoard", "Lemon": "CuttingBoard"}
    carried |= {"Book_02": "Book_01", "Candle": "Book_02"}
    for name, (low, high) in boxes.items():
        middle = (low + high) / 2
        assert abs(middle[0]) < TABLE_WIDTH / 2 and abs(middle[1]) < TABLE_DEPTH / 2
        if name in carried:
            below = boxes[carried[name]]
            assert np.all(middle[:2] > below[0][:2]) and np.all(middle[:2] < below[1][:2]), name
            assert TABLE_HEIGHT + 0.003 < low[2] < below[1][2] + (0.05 if name == "Apple_03" else 0.001), name
        else:
            assert low[2] == pytest.approx(TABLE_HEIGHT, abs=5e-5), name
