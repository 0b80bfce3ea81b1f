"""The same bytes in every buffer, whatever the number of threads and the order in which tiles are done."""

import pytest
from pxr import Gf

from scenewright.render import BUFFERS, Fog, RenderSettings
from scenewright.render.tiles import TileLauncher

_MODES = {
    "real-time": RenderSettings(samples=2, denoise=True, fog=Fog(0.05)),
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
