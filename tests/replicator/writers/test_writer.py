"""The writer base class, its payloads and the registry."""

import json
import logging

import numpy as np
import omni.replicator.core as rep
import pytest
from omni.replicator.core import Writer

from scenewright.replicator.orchestrator import attached_writers
from scenewright.replicator.writers import WriterError, WriterRegistryError


class Collector(Writer):
    """Keeps its payloads; does not call super().__init__()."""

    def __init__(self, names=("rgb",), structure="legacy"):
        self.annotators = list(names)
        self.data_structure = structure
        self.payloads = []

    def write(self, data):
        self.payloads.append(data)


@pytest.fixture
def collector():
    rep.WriterRegistry.register(Collector)
    writer = rep.WriterRegistry.get("Collector")
    yield writer
    writer.detach()
    rep.WriterRegistry.unregister_writer("Collector")


def test_legacy_payload_of_one_product(products, collector):
    collector.initialize(names=["rgb", "camera_params", "semantic_segmentation"])
    collector.attach(products[0])
    rep.orchestrator.step()
    (data,) = collector.payloads
    assert data["rgb"].shape == (24, 32, 4)
    assert data["camera_params"]["renderProductResolution"].tolist() == [32, 24]
    assert set(data["semantic_segmentation"]) == {"data", "info"}
    assert data["rp_left"] == {"camera": "/CamLeft", "resolution": (32, 24)}
    assert data["trigger_outputs"] == {"on_frame": 0} and data["distribution_outputs"] == {}
    assert len(data["reference_time"]) == 2
    assert collector.get_data() is data


def test_legacy_payload_of_several_products(products, collector):
    collector.initialize()
    collector.attach(products)
    rep.orchestrator.step()
    (data,) = collector.payloads
    assert data["rgb-left"].shape == (24, 32, 4) and data["rgb-right"].shape == (16, 20, 4)
    assert "rgb" not in data and {"rp_left", "rp_right"} <= set(data)


def test_payload_by_render_product(products, collector):
    collector.initialize(names=["rgb", "bounding_box_2d_tight", "camera_params"], structure="renderProduct")
    collector.attach(products)
    rep.orchestrator.step()
    right = collector.payloads[0]["renderProducts"]["right"]
    assert right["camera"] == "/CamRight" and right["resolution"] == (20, 16)
    assert set(right["rgb"]) == {"data"}
    assert set(right["bounding_box_2d_tight"]) == {"data", "idToLabels", "bboxIds", "primPaths"}
    assert "cameraViewTransform" in right["camera_params"]


def test_payload_by_annotator(products, collector):
    collector.initialize(structure="annotator")
    collector.attach(products[:1])
    rep.orchestrator.step()
    (data,) = collector.payloads
    assert data["annotators"]["rgb"]["left"]["data"].shape == (24, 32, 4)
    assert data["renderProducts"] == {"left": {"camera": "/CamLeft", "resolution": (32, 24)}}


def test_two_writers_do_not_share_arrays(products, collector):
    other = Collector()
    for writer in (collector, other):
        writer.initialize()
        writer.attach(products[0])
    rep.orchestrator.step()
    other.detach()
    collector.payloads[0]["rgb"][:] = 3
    assert (other.payloads[0]["rgb"] != 3).any()


def test_a_disabled_product_is_left_out(products, collector):
    collector.initialize(structure="renderProduct")
    collector.attach(products)
    products[0].hydra_texture.set_updates_enabled(False)
    rep.orchestrator.step()
    assert list(collector.payloads[0]["renderProducts"]) == ["right"]


def test_attach_detach_and_again(products, collector):
    collector.initialize()
    collector.attach(products[0].path)
    with pytest.raises(WriterError, match="Call detach"):
        collector.initialize()
    rep.orchestrator.step()
    collector.detach()
    assert collector not in attached_writers and products[0].annotators == []
    rep.orchestrator.step()
    assert len(collector.payloads) == 1
    collector.initialize(names=["distance_to_camera"])
    collector.attach(products[1])
    rep.orchestrator.step()
    assert collector.payloads[0]["distance_to_camera"].shape == (16, 20)


def test_without_a_trigger_only_scheduled_frames(products, collector):
    collector.initialize()
    collector.attach(products[0], trigger=None)
    rep.orchestrator.step()
    collector.schedule_write()
    rep.orchestrator.step()
    rep.orchestrator.step()
    assert len(collector.payloads) == 1


def test_direct_instantiation(products):
    writer = Collector(names=[rep.annotators.get("normals")])
    writer.attach(products[0])
    rep.orchestrator.step()
    writer.detach()
    assert writer.payloads[0]["normals"].shape == (24, 32, 4)


def test_annotators_are_added_replaced_and_augmented(products, collector):
    collector.initialize()
    collector.attach(products[0])
    collector.add_annotator("distance_to_camera")
    collector.add_annotator(rep.annotators.get("rgb").augment(lambda image: image // 2))
    collector.augment_annotator("distance_to_camera", lambda depth: np.full_like(depth, 5))
    assert [a.get_name() for a in collector.get_annotators()] == ["distance_to_camera", "rgb"]
    rep.orchestrator.step()
    data = collector.payloads[0]
    assert data["rgb"].max() <= 127 and np.nanmax(data["distance_to_camera"]) == 5
    with pytest.raises(WriterError, match=r"no annotator 'depth'. It has: distance_to_camera, rgb"):
        collector.get_annotator("depth")


def test_metadata_is_written_once_with_the_first_frame(products, tmp_path):
    rep.set_global_seed(12)

    class Filing(Collector):
        def __init__(self, folder):
            super().__init__()
            self.version = "3.1"
            self.backend = rep.backends.get("DiskBackend", {"output_dir": str(folder)})

    writer = Filing(tmp_path)
    writer.attach(products)
    assert list(tmp_path.iterdir()) == []
    rep.orchestrator.step()
    rep.orchestrator.step()
    writer.detach()
    assert [p.name for p in tmp_path.iterdir()] == ["metadata.txt"]
    text = (tmp_path / "metadata.txt").read_text()
    assert text == json.dumps({"name": "Filing", "version": "3.1", "replicator_global_seed:": 12})


def test_final_frame_hook(products, collector):
    calls = []
    collector.initialize()
    collector.on_final_frame = lambda: calls.append(len(collector.payloads))
    collector.attach(products[0])
    rep.orchestrator.step()
    rep.orchestrator.step()
    rep.orchestrator.wait_until_complete()
    assert calls == [2]


def test_readable_errors(products, collector):
    with pytest.raises(WriterError, match="not initialised"):
        rep.WriterRegistry.get("BasicWriter").attach(products[0])
    collector.initialize(structure="flat")
    with pytest.raises(WriterError, match=r"'flat'. Available: legacy, renderProduct, annotator"):
        collector.attach(products[0])
    collector.initialize(names=["rgbb"])
    with pytest.raises(ValueError, match="Did you mean 'rgb'"):
        collector.attach(products[0])
    collector.initialize(names=[7])
    with pytest.raises(WriterError, match="got int"):
        collector.attach(products[0])
    with pytest.raises(WriterError, match="no render product"):
        collector.attach([])
    with pytest.raises(TypeError, match="colour"):
        collector.initialize(colour=True)


def test_registry(caplog):
    @rep.writers.register_writer
    class Blank(Writer):
        pass

    first = Blank
    assert rep.WriterRegistry.get_writers()["Blank"] is first and "BasicWriter" in rep.WriterRegistry.get_writers()

    class Blank(Writer):
        pass

    with caplog.at_level(logging.WARNING):
        rep.writers.register_writer(Blank, category="mine")
    assert "replaces" in caplog.text and list(rep.WriterRegistry.get_writers(category="mine")) == ["Blank"]
    assert type(rep.writers.get("Blank")) is Blank
    with pytest.raises(NotImplementedError, match=r"does not implement write"):
        rep.writers.get("Blank").write({})
    rep.writers.unregister_writer(Blank)
    with pytest.raises(WriterRegistryError, match=r"Unknown writer 'BasikWriter'.*Did you mean 'BasicWriter'"):
        rep.writers.get("BasikWriter")
    with pytest.raises(NotImplementedError, match="writer 'TaoWriter' is not available"):
        rep.writers.get("TaoWriter")
    with pytest.raises(WriterRegistryError, match=r"subclass of rep\.Writer"):
        rep.WriterRegistry.register(dict)
    rep.writers.register_node_writer("Ros", "ros2.Node", [])
    with pytest.raises(NotImplementedError, match=r"OmniGraph node 'ros2\.Node'"):
        rep.writers.get("Ros")
    rep.writers.unregister_writer("Ros")
