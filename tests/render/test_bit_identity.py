"""The same bytes in every buffer, whatever the number of threads and the order in which tiles are done.

Intel's denoiser has threads of its own: a process each tells it how many processors there are.
"""

import os
import subprocess
import sys

import pytest
from pxr import Gf

from scenewright.render import BUFFERS, Fog, RenderSettings
from scenewright.render.tiles import TileLauncher

_MODES = {
    "real-time": RenderSettings(samples=2, denoise=True, fog=Fog(0.05)),
    "real-time with oidn": RenderSettings(samples=2, denoise=True, denoiser="oidn"),
    "path-traced with oidn": RenderSettings(mode="path-traced", samples=2, bounces=2, denoise=True, denoiser="oidn"),
    "path-traced": RenderSettings(mode="path-traced", samples=2, bounces=3, auto_exposure=True),
}


def fill(studio):
    studio.quad("/World/floor", half=4.0, label="floor", color=(0.6, 0.5, 0.4))
    studio.shape("Sphere", "/World/ball", translate=(0, 0, 1), label="ball")
    studio.shape("Cube", "/World/box", translate=(1.5, 0.5, 0.5), size=1.0, label="box", color=(0.1, 0.6, 0.2))
    glass = studio.shape("Sphere", "/World/glass", translate=(-1.5, -1, 0.7), radius=0.7)
    studio.material("/World/Glass", glass, opacity=0.2, roughness=0.1, diffuseColor=Gf.Vec3f(0.8, 0.9, 1.0))
    studio.light("DomeLight", "/World/Dome", intensity=0.5)
    studio.light("SphereLight", "/World/Lamp", translate=(2, -2, 4), radius=0.3, intensity=40.0)
    studio.camera((5, -5, 3), (0, 0, 0.5))


def backwards(self, kernel, count, inputs, outputs, tile=8192, start=0):
    """Do the tiles one by one from the last to the first, and small ones."""
    import warp as wp

    for first in reversed(range(0, count, 700)):
        wp.launch(kernel, min(700, count - first), inputs=[*inputs, start + first], outputs=list(outputs), device=self.device)


@pytest.mark.parametrize("mode", _MODES)
def test_threads_and_tiles_leave_no_trace(studio, monkeypatch, mode):
    if _MODES[mode].denoiser == "oidn":
        pytest.importorskip("pyoidn")
    fill(studio)
    size = (128, 96)  # several tiles of 4096 pixels

    def render(threads):
        frame = studio.render(BUFFERS, size, _MODES[mode], threads=threads)
        return {name: frame[name].tobytes() for name in BUFFERS}

    first = render(1)
    for threads in (2, 5):
        again = render(threads)
        assert [name for name in BUFFERS if again[name] != first[name]] == []
    monkeypatch.setattr(TileLauncher, "launch", backwards)
    again = render(1)
    assert [name for name in BUFFERS if again[name] != first[name]] == []


_DENOISED = """
import hashlib, os, sys
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:int(sys.argv[1])]))
import numpy as np, pyoidn
rng = np.random.default_rng(3)
color, albedo, normal = (rng.random((90, 160, 3), np.float32) for _ in range(3))
for quality in ("fast", "high"):
    image = pyoidn.denoise(color * color * 8, albedo=albedo, normal=normal * 2 - 1, hdr=True, quality=quality)
    print(hashlib.sha256(image.tobytes()).hexdigest())
"""


def test_threads_of_the_denoiser_leave_no_trace():
    """One processor, then two."""
    pytest.importorskip("pyoidn")
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs two processors and a way to take one away")
    hashes = [subprocess.run([sys.executable, "-c", _DENOISED, count], capture_output=True, text=True, check=True).stdout
              for count in ("1", "2")]
    assert len(hashes[0].split()) == 2 and hashes[0] == hashes[1]
