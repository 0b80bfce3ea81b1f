"""Writers that fail or dawdle: the run stops with the frame's number, no half-written frame stays, no frame is dropped."""

import subprocess
import sys
import textwrap
import time

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.replicator.backends.io_functions import write_np


@pytest.fixture
def make_writer(tmp_path):
    """Return a function that makes a writer of two files a frame, with a hook between them."""

    class TwoFiles(rep.Writer):
        def __init__(self, between):
            self.annotators = ["distance_to_camera"]
            self.backend = rep.backends.get("DiskBackend", {"output_dir": str(tmp_path)})
            self.between = between
            self.frame = 0

        def write(self, data):
            first = self.backend.schedule(write_np, data=data["distance_to_camera"], path=f"a_{self.frame}.npy")
            self.between(self, first)
            self.backend.schedule(write_np, data=data["distance_to_camera"], path=f"b_{self.frame}.npy")
            self.frame += 1

    return TwoFiles


def fail_in_third(writer, _):
    if writer.frame == 2:
        raise KeyError("depth")


def test_the_run_stops_and_keeps_whole_frames_alone(make_writer, products, tmp_path, listing):
    writer = make_writer(fail_in_third)
    writer.attach(products[0])
    with pytest.raises(rep.orchestrator.OrchestratorError, match="Writer 'TwoFiles' failed at frame 2: KeyError: 'depth'"):
        rep.orchestrator.run_until_complete(num_frames=5)
    assert not rep.orchestrator.get_is_started() and writer.frame == 2
    writer.detach()
    assert listing(tmp_path) == sorted(["metadata.txt", *(f"{k}_{i}.npy" for k in "ab" for i in range(2))])


def test_basic_writer_leaves_no_part_of_a_frame_that_it_cannot_write(products, tmp_path, listing):
    writer = rep.writers.get("BasicWriter", {"output_dir": str(tmp_path), "rgb": True, "normals": True}, products[0])
    normals = writer.get_annotator("normals")
    rep.orchestrator.step()
    normals.augment(lambda data_in: np.zeros((4, 4, 2)))  # no normals any more
    with pytest.raises(rep.orchestrator.OrchestratorError, match="Writer 'BasicWriter' failed at frame 1: "):
        rep.orchestrator.step()
    writer.detach()
    assert listing(tmp_path) == ["metadata.txt", "normals_0000.png", "rgb_0000.png"]


def test_a_slow_writer_gets_every_frame(make_writer, products, tmp_path, listing):
    writer = make_writer(lambda *_: time.sleep(0.03))
    writer.attach(products[0])
    rep.orchestrator.run_until_complete(num_frames=6)
    writer.detach()
    assert writer.frame == 6 and len(listing(tmp_path)) == 13


def test_a_writer_may_wait_for_what_it_scheduled(make_writer, products, tmp_path):
    seen = []
    writer = make_writer(lambda self, first: (first.result(timeout=10), seen.append((tmp_path / "a_0.npy").exists())))
    writer.attach(products[0])
    rep.orchestrator.step()
    writer.detach()
    assert seen == [True] and (tmp_path / "b_0.npy").exists()


def test_a_script_ends_with_the_reason_and_an_exit_code(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent("""
        import omni.replicator.core as rep

        class Broken(rep.Writer):
            def __init__(self):
                self.annotators = ["distance_to_camera"]

            def write(self, data):
                raise RuntimeError("no room left on the film")

        product = rep.create.render_product(rep.functional.create.camera(name="Camera"), (8, 8))
        Broken().attach(product)
        rep.orchestrator.run_until_complete(num_frames=3)
        print("never reached")
        """))
    done = subprocess.run([sys.executable, "-m", "scenewright.cli", "exec", str(script)], capture_output=True, text=True,
                          timeout=120, check=False, cwd=tmp_path)
    output = done.stdout + done.stderr
    assert done.returncode != 0 and "never reached" not in output
    assert "Writer 'Broken' failed at frame 0: RuntimeError: no room left on the film" in output.replace("\n", " ")


def test_what_a_writer_stored_at_once_goes_with_its_frame(products, tmp_path, listing):
    """``write_blob`` stores before it returns; a file that was there before the frame stays."""
    class Blobs(rep.Writer):
        def __init__(self):
            self.annotators = ["rgb"]
            self.backend = rep.backends.get("DiskBackend", {"output_dir": str(tmp_path)})
            self.frame = 0

        def write(self, data):
            self.backend.write_blob("latest.bin", b"same name in every frame")
            self.backend.write_blob(f"{self.frame}.bin", b"x")
            assert (tmp_path / f"{self.frame}.bin").read_bytes() == b"x"
            if self.frame == 1:
                raise ValueError("no")
            self.frame += 1

    writer = Blobs()
    writer.attach(products[0])
    rep.orchestrator.step()
    with pytest.raises(rep.orchestrator.OrchestratorError, match="failed at frame 1: ValueError: no"):
        rep.orchestrator.step()
    writer.detach()
    assert listing(tmp_path) == ["0.bin", "latest.bin", "metadata.txt"]
