"""What a recipe's settings ask of the renderer, handed to it as carb settings."""

import carb.settings
import omni.replicator.core as rep

from scenewright.sdg.recipe.schema import Settings
from scenewright.sdg.rtx import RENDER_MODE, real_time_mode, rtx_is_there

__all__ = ["apply_render_choices"]


def apply_render_choices(settings: Settings, *, path_traced: bool = False) -> None:
    """Set mode, samples and denoiser for the frames that follow.

    Args:
        settings: The ``scenewright:`` block.
        path_traced: An object description's own switch: path tracing where the block says no other mode than the default.
    """
    mode = "path-traced" if path_traced and settings.renderer == "real-time" else settings.renderer
    chosen = {"renderer": mode, "samples": settings.samples, "lightSamples": settings.light_samples,
              "edgeSamples": settings.edge_samples, "denoise": settings.denoise, "denoiser": settings.denoiser}
    for name, value in chosen.items():
        rep.settings.carb_settings(f"/scenewright/{name}", value)
    if mode == "path-traced":  # what RTX reads
        rep.settings.set_render_pathtraced(settings.samples)
    elif mode == "real-time" and rtx_is_there() and carb.settings.get_settings().get(RENDER_MODE) == "PathTracing":
        rep.settings.carb_settings(RENDER_MODE, real_time_mode())
