"""S3Backend against a real S3 server in this process (moto)."""

import json

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.replicator import backends
from scenewright.replicator.backends.io_functions import encode_png

pytest.importorskip("s3fs")
server_module = pytest.importorskip("moto.server")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the AWS clients


@pytest.fixture(scope="module")
def endpoint():
    """URL of the server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture
def bucket(endpoint, request):
    """Name of a new, empty bucket."""
    import fsspec

    name = "bucket-" + request.node.name.replace("_", "-").replace("[", "-").strip("]")[:50]
    fsspec.filesystem("s3", endpoint_url=endpoint, skip_instance_cache=True).mkdir(name)
    return name


def test_objects_are_written_and_read(endpoint, bucket):
    backend = backends.get("S3Backend")
    backend.initialize(bucket=bucket, region="us-east-1", endpoint_url=endpoint, key_prefix="run/one")
    assert backend.output_dir == f"s3://{bucket}/run/one"
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    backend.write_image("rgb/0.png", image)
    backend.schedule(rep.functional.write_json, data={"a": np.float32(1.5)}, path="a.json", indent=2)
    backend.write_blob("raw.bin", b"123")
    backend.wait_until_done()
    assert json.loads(backend.read_blob("a.json")) == {"a": 1.5} and backend.read_blob("raw.bin") == b"123"
    assert backend.read_blob("rgb/0.png") == encode_png(image)
    assert sorted(backend._files.find(bucket)) == [f"{bucket}/run/one/{n}" for n in ("a.json", "raw.bin", "rgb/0.png")]


def test_a_writer_fills_a_bucket(endpoint, bucket):
    from scenewright.host.stage_context import get_context

    get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)
    product = rep.create.render_product(rep.functional.create.camera(name="Camera"), (8, 6))
    writer = rep.writers.get("BasicWriter")
    writer.initialize(output_dir="out", s3_bucket=bucket, s3_endpoint=endpoint, distance_to_camera=True)
    writer.attach(product)
    rep.orchestrator.step()
    rep.orchestrator.wait_until_complete()
    writer.detach()
    found = {name.removeprefix(f"{bucket}/") for name in writer.backend._backends[0]._files.find(bucket)}
    assert found == {"out/distance_to_camera_0000.npy", "out/metadata.txt"}
    get_context().close_stage()


def test_without_overwrite_a_free_prefix_is_taken(endpoint, bucket):
    options = {"bucket": bucket, "endpoint_url": endpoint, "key_prefix": "run", "overwrite": False}
    for expected in ("run", "run_0001", "run_0002"):
        backend = backends.get("S3Backend", options)
        assert backend.output_dir == f"s3://{bucket}/{expected}"
        backend.write_blob("a", b"1")
    with pytest.raises(ValueError, match="Give a key_prefix"):
        backends.get("S3Backend", options | {"key_prefix": None})


def test_failures_are_told(endpoint, monkeypatch):
    backend = backends.get("S3Backend", {"bucket": "no-such-bucket", "endpoint_url": endpoint})
    backend.write_json("a.json", {})
    with pytest.raises(backends.WriteError, match=r"bucket does not exist.*s3://no-such-bucket/a\.json"):
        backend.wait_until_done()
    with pytest.raises(ValueError, match="bucket name"):
        backends.get("S3Backend", {"bucket": "No_Bucket"})
    with pytest.raises(ValueError, match="below the output folder"):
        backend.write_blob("../a", b"")
    with pytest.raises(RuntimeError, match="no bucket yet"):
        backends.S3Backend().write_blob("a", b"")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"scenewright\[s3\]"):
        backends.S3Backend(bucket="some-bucket")
