"""One render product, one frame: settings from carb, the union of buffers that its annotators need, a capture."""

import logging
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pxr import Usd, UsdGeom

from scenewright.host.settings import get_settings
from scenewright.host.timeline import get_timeline_interface
from scenewright.replicator.capture import Capture
from scenewright.replicator.seeds import get_global_seed
from scenewright.replicator.session import Session
from scenewright.replicator.tiled_frame import TiledFrame, tile_grid

if TYPE_CHECKING:
    from scenewright.render import RenderSettings
    from scenewright.replicator.render_product import RenderProduct

__all__ = ["render_product_frame", "render_settings"]

_log = logging.getLogger(__name__)

_SAMPLES = 4  # of /scenewright/samples

#: RTX subframes let its temporal accumulation converge. Here they multiply the samples per pixel, up to this many.
_MAX_SUBFRAME_SAMPLES = 16

_MOTION_SLICES = 8

_told: set[str] = set()


def render_settings(subframes: int, frame: int) -> "RenderSettings":
    """Return the settings of one frame.

    Carb settings: ``/scenewright/samples`` (colour samples per pixel, default 4), ``/scenewright/bounces`` (default: the
    renderer's), ``/scenewright/denoise`` (default True, as RTX's real-time mode) and ``/scenewright/step`` (address of the
    sampler; default: the number of the frame since the orchestrator started). ``/rtx/rendermode`` other than real-time is
    rendered in real-time mode, with a warning.

    Args:
        subframes: Accumulation passes; colour samples are multiplied by it, up to 16 a pixel.
        frame: Number of the frame, 0-based.
    """
    from scenewright.render import RenderSettings

    settings = get_settings()
    mode = settings.get_as_string("/rtx/rendermode")
    if mode == "PathTracing" and mode not in _told:
        _told.add(mode)
        _log.warning("/rtx/rendermode is %r: path tracing is not available in the portable renderer yet; "
                     "frames are rendered in real-time mode.", mode)
    base = max(1, settings.get_as_int("/scenewright/samples") or _SAMPLES)
    samples = max(base, min(base * subframes, _MAX_SUBFRAME_SAMPLES))
    options = {}
    if settings.get("/scenewright/bounces") is not None:
        options["bounces"] = settings.get_as_int("/scenewright/bounces")
    denoise = settings.get("/scenewright/denoise") is None or settings.get_as_bool("/scenewright/denoise")
    options |= _motion_blur(mode == "PathTracing")
    step = settings.get("/scenewright/step")
    return RenderSettings(samples=samples, seed=get_global_seed(), step=frame if step is None else int(step),
                          denoise=denoise, **options)


def _motion_blur(path_traced: bool) -> dict[str, Any]:
    """Return what ``/omni/replicator/captureMotionBlur`` asks for: slices of the step that ends with the frame.

    Their number is ``/omni/replicator/pathTracedMotionBlurSubSamples`` in path-traced mode, else
    ``/rtx/post/motionblur/numSamples`` (default 8 each). In real-time mode ``/rtx/post/motionblur/exposureFraction`` is the
    part of the step during which the shutter is open. ``maxBlurDiameterFraction`` bounds RTX's filter: it has no meaning here.
    """
    settings = get_settings()
    if not settings.get_as_bool("/omni/replicator/captureMotionBlur"):
        return {}
    name = "/omni/replicator/pathTracedMotionBlurSubSamples" if path_traced else "/rtx/post/motionblur/numSamples"
    fraction = None if path_traced else settings.get("/rtx/post/motionblur/exposureFraction")
    return {"motion_slices": max(1, min(settings.get_as_int(name) or _MOTION_SLICES, 1024)),
            "shutter_fraction": 1.0 if fraction is None else min(max(float(fraction), 0.0), 1.0)}


def render_product_frame(session: Session, product: "RenderProduct", subframes: int) -> Capture:
    """Render what the annotators of ``product`` need and return it as a capture."""
    timeline = get_timeline_interface()
    seconds = timeline.get_current_time()
    stage = session.stage
    time = Usd.TimeCode(seconds * stage.GetTimeCodesPerSecond())
    buffers = frozenset().union(*(annotator.buffers for annotator in product.annotators))
    session.renderer.sync(time)
    settings = render_settings(subframes, session.graph.frame)
    if product.tiles:
        rows, columns = tile_grid(len(product.tiles))
        size = (product.resolution[0] // columns, product.resolution[1] // rows)
        frame = TiledFrame(session.renderer.render_tiles(product.tiles, size, sorted(buffers), settings))
    else:
        frame = session.renderer.render(product.camera_path, product.resolution, sorted(buffers), settings)
    moment = Fraction(seconds).limit_denominator(1_000_000)
    return Capture(product, stage, session.renderer, frame, (moment.numerator, moment.denominator),
                   UsdGeom.GetStageMetersPerUnit(stage))
