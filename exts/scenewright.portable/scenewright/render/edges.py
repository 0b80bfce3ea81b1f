"""More colour samples where an edge crosses a pixel: outlines, and the borders of sharp shadows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.device.scene import PlacedScene
from scenewright.render.kernels.edges import OUTLINE, SHADOW, find_edges
from scenewright.render.kernels.trace import GuideBuffers, shade_pixels
from scenewright.render.kernels.types import PathSettings
from scenewright.render.settings import RenderSettings
from scenewright.render.tiles import TileLauncher

__all__ = ["EDGE_KERNELS", "refine_edges", "samples_each"]

EDGE_KERNELS = (find_edges,)
_MOST_WORK = 0.5
"""At most this part of the paths that the image has got already; where there are many edges, each gets fewer."""
_SEED_WORD = 0x65646765


def refine_edges(launcher: TileLauncher, placed: PlacedScene, image: ImageCamera, settings: RenderSettings,
                 path_settings: Callable[[RenderSettings, ImageCamera], PathSettings], hits: wp.array, hdr: wp.array,
                 guides: GuideBuffers) -> None:
    """Average up to ``settings.edge_samples`` more samples into the pixels of ``hdr`` and ``guides`` that an edge crosses.

    Which pixels these are is decided by labels and by light without noise: what a shadow ray met by chance has no say.
    """
    count = image.width * image.height
    edges = wp.empty(count, dtype=wp.uint8, device=launcher.device)
    launcher.launch(find_edges, count, [hits, guides.calm, image.width, image.height], [edges])
    kinds = edges.numpy()
    samples = samples_each(settings, count, np.count_nonzero(kinds))
    if samples < 1:
        return
    path = path_settings(replace(settings, samples=samples, light_samples=1), image)
    path.earlier = settings.samples
    words = [settings.seed % 2**64, settings.step % 2**64, _SEED_WORD]
    path.seed = np.random.SeedSequence(words).generate_state(1)[0]
    for kind, paths in ((OUTLINE, 1), (SHADOW, 0)):  # but for its shadow, light is even there
        chosen = np.flatnonzero(kinds == kind).astype(np.int32)
        if len(chosen):
            path.paths = paths
            pixels = wp.array(chosen, dtype=wp.int32, device=launcher.device)
            launcher.launch(shade_pixels, len(chosen), [placed.data, image.data, path, hits, pixels], [hdr, guides], tile=1024)


def samples_each(settings: RenderSettings, pixels: int, edges: int) -> int:
    """Return how many more samples each of ``edges`` pixels gets in an image of ``pixels``."""
    return min(settings.edge_samples, int(_MOST_WORK * settings.samples * settings.light_samples * pixels / max(edges, 1)))
