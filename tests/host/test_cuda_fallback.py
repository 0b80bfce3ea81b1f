"""Scripts that ask Warp for CUDA on a machine without it."""

import pytest
import warp as wp

from scenewright.host.cuda_fallback import cuda_in_main_memory
from scenewright.host.runner import run_script


@pytest.fixture
def no_cuda(monkeypatch):
    if wp.get_cuda_device_count():
        pytest.skip("this machine has CUDA")


def test_scripts_compute_in_main_memory_after_one_warning(no_cuda, tmp_path, capsys, caplog):
    script = tmp_path / "script.py"
    script.write_text("import warp as wp\nimport numpy as np\n"
                      "a = wp.array(np.arange(4.0), dtype=wp.float32, device='cuda')\nb = wp.zeros(4, device='cuda:0')\n"
                      "wp.copy(b, a)\nprint(b.numpy().tolist(), b.device, wp.is_cuda_available())\n")
    assert run_script(script) == 0
    assert capsys.readouterr().out == "[0.0, 1.0, 2.0, 3.0] cpu False\n"
    assert [r.message for r in caplog.records].count(
        "The script asks Warp for device 'cuda' and there is no CUDA device here: it computes on the CPU.") == 1
    with pytest.raises((ValueError, RuntimeError)):
        wp.zeros(1, device="cuda:0")


def test_other_devices_stay_errors(no_cuda):
    with cuda_in_main_memory():
        assert wp.get_device("cuda:1") is wp.get_device("cpu") and wp.get_device(None) is wp.get_device("cpu")
        with pytest.raises(ValueError, match="gpu"):
            wp.get_device("gpu")


def test_a_machine_with_cuda_is_left_alone(monkeypatch):
    runtime = wp.get_device("cpu").runtime
    before = runtime.device_map
    monkeypatch.setattr("warp.get_cuda_device_count", lambda: 1)
    with cuda_in_main_memory():
        assert runtime.device_map is before
