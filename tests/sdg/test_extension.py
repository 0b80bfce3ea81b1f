"""The extension: light to import anywhere, and the writers come and go with it."""

import subprocess
import sys

import omni.replicator.core as rep

from scenewright.sdg import ScenewrightSdgExtension


def test_importing_it_needs_no_host_and_pulls_in_nothing():
    code = "import sys, scenewright.sdg; print(sorted({'pxr', 'warp', 'numpy', 'omni'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.strip() == "[]"


def test_writers_come_and_go():
    extension = ScenewrightSdgExtension()
    extension.on_startup("scenewright.sdg-0.1.0")
    assert "coco" in rep.WriterRegistry.get_writers()
    extension.on_shutdown()
    assert "coco" not in rep.WriterRegistry.get_writers()
