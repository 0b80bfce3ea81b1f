"""Every kernel module compiles for CUDA, too: NVRTC needs no GPU for that."""

import importlib
from pathlib import Path

import pytest
import warp as wp

from scenewright.render import kernels

pytestmark = pytest.mark.verify
HOPPER = 90


def modules_with_kernels():
    """Return the names of the modules in which kernels are defined."""
    files = Path(kernels.__file__).parent.glob("*.py")
    return sorted(file.stem for file in files if "@wp.kernel" in file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", modules_with_kernels())
def test_module_compiles_for_cuda(name, tmp_path):
    """Native code for the CPU is left out, everything else is accepted by NVRTC."""
    wp.init()
    module = importlib.import_module(f"scenewright.render.kernels.{name}")
    paths = wp.compile_aot_module(module, arch=HOPPER, module_dir=tmp_path, use_ptx=True)
    assert ".target sm_90" in paths[0].read_text(encoding="utf-8")
