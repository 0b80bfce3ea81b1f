"""Annotators on a rendered stage: attachment, data structures, sharing, and the truth of what they say."""

import numpy as np
import omni.replicator.core as rep
import pytest
import warp as wp

from scenewright.replicator.annotators import AnnotatorError, AnnotatorRegistryError
from scenewright.replicator.annotators.camera_params import projection_matrix
from scenewright.replicator.render_product import RenderProduct


@pytest.fixture
def product(stage) -> RenderProduct:
    rep.functional.create.sphere(position=(0, 0, 0), scale=1.0, name="Ball", semantics={"class": "ball"})
    camera = rep.functional.create.camera(position=(0, 0, 10), look_at=(0, 0, 0), name="Camera", clipping_range=(0.1, 100.0))
    return rep.create.render_product(camera, (64, 48), name="rp")


def _ball_pixels(product, radius):
    """Return the pixels whose centre ray meets a ball at the origin, seen from (0, 0, 10) down -Z, and their ray lengths."""
    width, height = product.resolution
    step = 20.955 / 24.0 / width
    x = (np.arange(width) + 0.5 - width / 2) * step
    y = (height / 2 - np.arange(height) - 0.5) * step
    square = x[None, :] ** 2 + y[:, None] ** 2 + 1.0
    # |t d - 10 e|^2 = r^2 with d . e = 1: t^2 |d|^2 - 20 t + 100 - r^2 = 0
    discriminant = 100.0 - square * (100.0 - radius**2)
    depth = (10.0 - np.sqrt(np.maximum(discriminant, 0))) / square
    return discriminant > 0, depth, np.sqrt(square)


def test_arrays_and_structures(product):
    names = ("rgb", "HdrColor", "distance_to_camera", "distance_to_image_plane", "normals", "motion_vectors",
             "semantic_segmentation", "bounding_box_2d_tight", "bounding_box_3d", "camera_params", "pointcloud",
             "ReferenceTime")
    annotators = {name: rep.annotators.get(name).attach(product) for name in names}
    assert all(a.get_data() is None for a in annotators.values())
    rep.orchestrator.step()
    data = {name: a.get_data() for name, a in annotators.items()}
    hit, depth, length = _ball_pixels(product, 0.5)
    assert data["rgb"].shape == (48, 64, 4) and data["rgb"].dtype == np.uint8
    assert data["HdrColor"].shape == (48, 64, 4) and data["HdrColor"].dtype == np.float16
    for name, expected in (("distance_to_image_plane", depth), ("distance_to_camera", depth * length)):
        assert data[name].dtype == np.float32 and np.isposinf(data[name][~hit]).all()
        np.testing.assert_allclose(data[name][hit], expected[hit], rtol=1e-4)
    assert data["normals"].shape == (48, 64, 4) and (data["normals"][~hit] == 0).all()
    assert data["motion_vectors"].shape == (48, 64, 4)
    np.testing.assert_array_equal(data["semantic_segmentation"]["data"], np.where(hit, 2, 0))
    rows, columns = np.nonzero(hit)
    box = data["bounding_box_2d_tight"]["data"][0]
    assert tuple(box) == (2, columns.min(), rows.min(), columns.max(), rows.max(), 0.0)
    assert data["bounding_box_2d_tight"]["info"]["idToLabels"] == {"2": {"class": "ball"}}
    box3d = data["bounding_box_3d"]["data"][0]
    np.testing.assert_allclose([box3d[n] for n in ("x_min", "y_min", "z_min", "x_max", "y_max", "z_max")],
                               [-0.5] * 3 + [0.5] * 3, atol=1e-6)
    np.testing.assert_array_equal(box3d["transform"], np.eye(4))
    assert data["camera_params"]["renderProductResolution"].tolist() == [64, 48]
    assert set(data["ReferenceTime"]) == {"referenceTimeNumerator", "referenceTimeDenominator"}
    np.testing.assert_allclose(np.linalg.norm(data["pointcloud"]["data"], axis=1), 0.5, atol=1e-4)
    assert len(data["pointcloud"]["data"]) == hit.sum()


def test_flat_structure(product):
    annotator = rep.annotators.get("bounding_box_2d_tight").attach(product)
    rgb = rep.annotators.get("rgb").attach(product)
    rep.orchestrator.step()
    assert set(annotator.get_data(use_legacy_structure=False)) == {"data", "idToLabels", "bboxIds", "primPaths"}
    assert set(rgb.get_data(use_legacy_structure=False)) == {"data"}


def test_data_is_a_copy_unless_asked_otherwise(product):
    copied, shared = rep.annotators.get("rgb"), rep.annotators.get("rgb", do_array_copy=False)
    copied.attach(product)
    shared.attach([product])
    rep.orchestrator.step()
    before = shared.get_data().copy()
    copied.get_data()[:] = 7
    np.testing.assert_array_equal(shared.get_data(), before)
    assert shared.get_data() is shared.get_data() and copied.get_data() is not copied.get_data()
    assert copied.get_data(do_array_copy=False) is shared.get_data()


@pytest.mark.parametrize("name", ["rgb", "normals", "distance_to_camera"])
def test_device_arrays_have_the_shape_of_images(product, name):
    annotator = rep.annotators.get(name).attach(product)
    outputs = []
    update = annotator._update
    annotator._update = lambda capture: (update(capture), outputs.append(annotator._template.compute_on(capture, {}, "cpu")))
    rep.orchestrator.step()
    np.testing.assert_array_equal(outputs[0].data.numpy(), annotator.get_data())


def test_an_earlier_frame_keeps_its_data(product):
    annotator = rep.annotators.get("distance_to_camera", do_array_copy=False).attach(product.path)
    rep.orchestrator.step()
    first = annotator.get_data()
    before = first.copy()
    rep.functional.modify.position(rep.functional.get.prims(path_match="Ball"), (0, 0, 3))
    rep.orchestrator.step()
    np.testing.assert_array_equal(first, before)
    assert annotator.get_data().min() < first.min() - 1


def test_attachment_rules(product):
    other = rep.create.render_product(product.camera_path, (32, 32), name="other")
    annotator = rep.annotators.get("rgb")
    with pytest.raises(AnnotatorError, match="not attached"):
        annotator.get_data()
    with pytest.raises(AnnotatorError, match="takes one render product, got 2"):
        annotator.attach([product, other])
    with pytest.raises(ValueError, match="no render product at"):
        annotator.attach("/Render/nothing")
    annotator.attach(product)
    annotator.attach(product)
    annotator.attach(other)
    assert annotator.is_attached and product.annotators.count(annotator) == 1
    with pytest.raises(AnnotatorError, match="is attached"):
        annotator.initialize()
    rep.orchestrator.step()
    assert annotator.get_data().shape == (48, 64, 4)
    assert annotator.data_of(other.path, True).shape == (32, 32, 4)
    annotator.detach(product)
    assert annotator.get_data().shape == (32, 32, 4)
    annotator.detach()
    assert not annotator.is_attached and annotator not in other.annotators


def test_the_segmentation_of_a_type_nobody_has_is_unlabelled(product):
    annotator = rep.annotators.get("bounding_box_2d_tight", init_params={"semanticTypes": ["dummy"]}).attach(product)
    rep.orchestrator.step()
    assert annotator.get_data()["data"].shape == (0,)


@pytest.mark.parametrize("offset", [(0.0, 0.0), (2.0, -1.5)])
def test_projection_agrees_with_the_renderer(stage, offset):
    rep.functional.create.sphere(position=(1.0, 0.5, 0), scale=0.4, name="Ball", semantics={"class": "ball"})
    camera = rep.functional.create.camera(position=(0.3, -0.2, 8), look_at=(0, 0, 0), name="Camera")
    camera.GetAttribute("horizontalApertureOffset").Set(offset[0])
    camera.GetAttribute("verticalApertureOffset").Set(offset[1])
    product = rep.create.render_product(camera, (160, 120))
    boxes, params = rep.annotators.get("bounding_box_2d_tight"), rep.annotators.get("camera_params")
    boxes.attach(product)
    params.attach(product)
    rep.orchestrator.step()
    camera_data = params.get_data()
    view, projection = (camera_data[k].reshape(4, 4) for k in ("cameraViewTransform", "cameraProjection"))
    clip = np.array([1.0, 0.5, 0.0, 1.0]) @ view @ projection
    x, y = (clip[0] / clip[3] + 1) * 80, (1 - clip[1] / clip[3]) * 60
    box = boxes.get_data()["data"][0]
    assert abs((box["x_min"] + box["x_max"] + 1) / 2 - x) < 0.8 and abs((box["y_min"] + box["y_max"] + 1) / 2 - y) < 0.8


def test_projection_matrix_of_the_golden_camera(draw):
    camera = draw([[0]]).frame.camera
    matrix = projection_matrix(camera, (512, 512))
    np.testing.assert_allclose([matrix[0, 0], matrix[1, 1], matrix[2, 2], matrix[2, 3], matrix[3, 2]],
                               [2.29062, 2.29062, 0.0, -1.0, 1.0], atol=1e-5)
    camera.clipping_range = (0.1, 100.0)
    matrix = projection_matrix(camera, (640, 480))
    np.testing.assert_allclose([matrix[1, 1], matrix[2, 2], matrix[3, 2]], [2.29062 * 640 / 480, 0.001, 0.1001], atol=1e-5)


def test_pointcloud_in_centimetres(stage):
    from pxr import UsdGeom

    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    rep.functional.create.plane(position=(0, 0, -20), scale=100.0, name="Floor", semantics={"class": "floor"})
    rep.functional.create.cube(position=(500, 0, -100), scale=50.0, name="Crate")
    camera = rep.functional.create.camera(position=(100, 50, 300), look_at=(20, 0, 0), name="Camera", clipping_range=(1.0, 1e5))
    product = rep.create.render_product(camera, (32, 24))
    labelled = rep.annotators.get("pointcloud").attach(product)
    everything = rep.annotators.get("pointcloud", init_params={"includeUnlabelled": True}).attach(product)
    rep.orchestrator.step()
    data = labelled.get_data()
    assert len(data["data"]) > 100 and data["data"].dtype == np.float32
    np.testing.assert_allclose(data["data"][:, 2], -20.0, atol=2e-2)
    assert (data["info"]["pointSemantic"] == 2).all() and data["info"]["pointRgb"].shape == (len(data["data"]), 4)
    np.testing.assert_allclose(data["info"]["pointNormals"][:, :3], [[0, 0, 1]] * len(data["data"]), atol=1e-5)
    assert len(everything.get_data()["data"]) >= len(data["data"])


@pytest.mark.parametrize("per_subset", [True, False])
def test_labelled_faces_count_where_the_setting_says_so(stage, per_subset):
    from pxr import UsdGeom, UsdSemantics

    from scenewright.host.settings import get_settings

    get_settings().set("/syntheticdata/sensors/perSubsetSegmentation", per_subset)
    mesh = UsdGeom.Mesh.Define(stage, "/Box")
    mesh.CreatePointsAttr([(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)])
    faces = [(4, 5, 7, 6), (0, 2, 3, 1), (1, 3, 7, 5), (0, 4, 6, 2), (2, 6, 7, 3), (0, 1, 5, 4)]  # +z -z +x -x +y -y
    mesh.CreateFaceVertexCountsAttr([4] * 6)
    mesh.CreateFaceVertexIndicesAttr([i for face in faces for i in face])
    mesh.CreateSubdivisionSchemeAttr("none")
    for index in range(6):
        subset = UsdGeom.Subset.CreateGeomSubset(mesh, f"face_{index}", "face", [index], "material")
        UsdSemantics.LabelsAPI.Apply(subset.GetPrim(), "class").CreateLabelsAttr([f"face_{index}"])
    camera = rep.functional.create.camera(position=(5, 5, 5), look_at=(0, 0, 0), name="Camera")
    product = rep.create.render_product(camera, (32, 32))
    semantic, boxes = (rep.annotators.get(n).attach(product) for n in ("semantic_segmentation", "bounding_box_2d_tight"))
    rep.orchestrator.step()
    seen = {label["class"] for label in semantic.get_data()["info"]["idToLabels"].values()}
    assert seen == {"BACKGROUND", "UNLABELLED"} | ({"face_0", "face_2", "face_4"} if per_subset else set())
    assert len(np.unique(semantic.get_data()["data"])) == (4 if per_subset else 2)
    assert boxes.get_data()["info"]["primPaths"] == (["/Box/face_0", "/Box/face_2", "/Box/face_4"] if per_subset else [])


def test_names():
    with pytest.raises(AnnotatorRegistryError, match=r"'distance_to_camra'.*Did you mean 'distance_to_camera'"):
        rep.annotators.get("distance_to_camra")
    with pytest.raises(NotImplementedError, match="annotator 'Reflections', an intermediate result of the RTX renderer"):
        rep.annotators.get("Reflections")
    with pytest.raises(AnnotatorError, match=r"'rgb' has no parameter 'colorize'. Available: none"):
        rep.annotators.get("rgb", init_params={"colorize": True})
    with pytest.raises(AnnotatorError, match="Semantic filter"):
        rep.annotators.get("semantic_segmentation", init_params={"semanticFilter": "car"})
    with pytest.raises(AnnotatorError, match=r"mapping\['class:a'\]"):
        rep.annotators.get("semantic_segmentation", init_params={"mapping": {"class:a": [300, 0, 0]}})
    assert rep.AnnotatorRegistry.get_annotator("LdrColor").get_name() == "LdrColor"
    assert "rgb" in rep.AnnotatorRegistry.get_registered_annotators()
    assert "uint8" in rep.annotators.get("rgb").docs


def test_annotators_bound_to_nodes_are_accepted_and_refused_on_use():
    rep.AnnotatorRegistry.register_annotator_from_node(name="MyNode", input_rendervars=["LdrColorSD"], node_type_id="my.Node")
    with pytest.raises(NotImplementedError, match=r"OmniGraph node 'my\.Node'"):
        rep.annotators.get("MyNode")
    rep.AnnotatorRegistry.unregister_annotator("MyNode")
    with pytest.raises(AnnotatorRegistryError):
        rep.annotators.get("MyNode")


# ---- devices


@pytest.fixture
def no_cuda(monkeypatch):
    monkeypatch.setattr("warp.get_cuda_devices", list)
    monkeypatch.setattr("scenewright.replicator.annotators.array_device._told", set())


def test_without_cuda_arrays_are_warp_arrays_in_main_memory(product, no_cuda, caplog):
    plain, asked = rep.annotators.get("rgb").attach(product), rep.annotators.get("rgb", device="cuda").attach(product)
    numbered = rep.annotators.get("distance_to_camera", device="cuda:3").attach(product)
    boxes = rep.annotators.get("bounding_box_2d_tight", device="cuda").attach(product)
    occlusion = rep.annotators.get("occlusion", device="cuda").attach(product)
    rep.orchestrator.step()
    assert isinstance(asked.get_data(), wp.array) and str(asked.get_data().device) == "cpu"
    assert asked.get_data().shape == (48, 64, 4) and numbered.get_data().shape == (48, 64)
    np.testing.assert_array_equal(asked.get_data().numpy(), plain.get_data())
    assert plain.get_data(device="cuda").shape == (48, 64, 4) and plain.get_data(device="cuda").dtype == wp.uint8
    assert isinstance(asked.get_data(device="cpu"), np.ndarray)
    assert isinstance(boxes.get_data()["data"], np.ndarray)
    records, hidden = occlusion.get_data()["data"], rep.annotators.get("occlusion").attach(product)
    assert isinstance(records, wp.array)
    rep.orchestrator.step()
    np.testing.assert_array_equal(occlusion.get_data()["data"].numpy(), hidden.get_data()["data"])
    told = [record.message for record in caplog.records if "no CUDA device" in record.message]
    assert len(told) == 2 and "device='cuda'" in told[0] and "device='cuda:3'" in told[1]


def test_data_of_an_earlier_frame_stays_without_cuda(product, no_cuda):
    annotator = rep.annotators.get("distance_to_camera", device="cuda", do_array_copy=False).attach(product)
    rep.orchestrator.step()
    first = annotator.get_data()
    before = first.numpy().copy()
    rep.functional.modify.position(rep.functional.get.prims(path_match="Ball"), (0, 0, 3))
    rep.orchestrator.step()
    np.testing.assert_array_equal(first.numpy(), before)
    assert annotator.get_data().numpy().min() < before.min() - 1


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cpu:0", 0])
def test_other_devices_are_named(device):
    with pytest.raises(AnnotatorError, match="'cuda' or 'cuda:N', got"):
        rep.annotators.get("rgb", device=device)


def test_with_cuda_a_missing_ordinal_is_named(monkeypatch):
    monkeypatch.setattr("warp.get_cuda_devices", lambda: [type("Gpu", (), {"alias": "cuda:0"})()])
    with pytest.raises(AnnotatorError, match="device='cuda:9': this machine has cuda:0"):
        rep.annotators.get("rgb", device="cuda:9")


@wp.kernel
def halve(data_in: wp.array2d(dtype=wp.float32), data_out: wp.array2d(dtype=wp.float32)):
    i, j = wp.tid()
    data_out[i, j] = data_in[i, j] * 0.5


def test_kernels_run_without_cuda_wherever_it_is_asked_for(product, no_cuda):
    plain = rep.annotators.get("distance_to_camera").attach(product)
    of_annotator = rep.annotators.get("distance_to_camera", device="cuda").augment(halve).attach(product)
    of_step = rep.annotators.get("distance_to_camera").augment(halve, device="cuda:0").attach(product)
    then_numpy = rep.annotators.get("distance_to_camera", device="cuda").augment(halve).augment(lambda data_in: data_in * 2)
    then_numpy.attach(product)
    rep.orchestrator.step()
    half = plain.get_data() * np.float32(0.5)
    assert isinstance(of_annotator.get_data(), wp.array)
    np.testing.assert_array_equal(of_annotator.get_data().numpy(), half)
    np.testing.assert_array_equal(of_step.get_data(), half)
    np.testing.assert_array_equal(then_numpy.get_data().numpy(), plain.get_data())
