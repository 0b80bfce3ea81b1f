"""Carb settings to the renderer's settings."""

import logging
from typing import TYPE_CHECKING, Any

from scenewright.host.settings import get_settings
from scenewright.replicator.fog_keys import fog_from_settings
from scenewright.replicator.seeds import get_global_seed

if TYPE_CHECKING:
    from scenewright.render import RenderSettings

__all__ = ["render_settings"]

_log = logging.getLogger(__name__)

_SAMPLES = 4  # of /scenewright/samples in real-time mode
_PATH_TRACED_SAMPLES = 64  # as rep.settings.set_render_pathtraced

#: RTX subframes let its temporal accumulation converge. Here they multiply the samples per pixel, up to this many.
_MAX_SUBFRAME_SAMPLES = 16

_MOTION_SLICES = 8

#: /rtx/post/tonemap/op in the order of RTX's menu; None: kept, but toned by the default curve, with a warning.
_TONE_MAPS = ("linear", "linear", "reinhard", "reinhard_extended", "hejl", "hable", "aces", None)

_told: set[str] = set()


def render_settings(subframes: int, frame: int) -> "RenderSettings":
    """Return the settings of one frame.

    Carb settings (those of RTX count only where a script or a command line has set them):

    - mode: ``/scenewright/renderer`` (real-time, path-traced or mitsuba), else ``/rtx/rendermode``, whose ``PathTracing`` is
      path-traced and all others real-time;
    - samples per pixel: ``/scenewright/samples`` (default 4), times the subframes up to 16; in path-traced mode
      ``/rtx/pathtracing/totalSpp``, else ``/rtx/pathtracing/spp`` times the subframes, else 64;
    - paths of light from the first surface that each sample meets: ``/scenewright/lightSamples`` (default 1);
    - more samples at edges, in real-time mode: ``/scenewright/edgeSamples`` (default 0);
    - bounces: ``/scenewright/bounces``, else ``/rtx/rtpt/maxBounces`` or ``/rtx/pathtracing/maxBounces``;
    - limit of one sample: ``/rtx/pathtracing/fireflyFilter/maxIntensityPerSample`` where
      ``/rtx/pathtracing/fireflyFilter/enabled``;
    - denoiser: ``/scenewright/denoise`` (default True, as RTX), in path-traced mode
      ``/rtx/pathtracing/optixDenoiser/enabled``; ``/scenewright/denoiser`` (filter or oidn, default filter);
    - picture: ``/rtx/post/tonemap/op``, ``/rtx/post/histogram/enabled`` (auto exposure), ``/scenewright/whiteBalance`` [K];
    - motion blur: ``/omni/replicator/captureMotionBlur``, with the number of moments in
      ``/omni/replicator/pathTracedMotionBlurSubSamples`` or ``/rtx/post/motionblur/numSamples`` (default 8) and, in real-time
      mode, the open part of the step in ``/rtx/post/motionblur/exposureFraction``;
    - fog: see :func:`fog_from_settings`;
    - ``/scenewright/step``: address of the sampler; default: the number of the frame since the orchestrator started.

    Args:
        subframes: Accumulation passes.
        frame: Number of the frame, 0-based.

    Raises:
        ValueError: A setting out of range.
    """
    from scenewright.render import RenderSettings

    mode = _mode()
    step = _number("/scenewright/step")
    options = {"mode": mode, "samples": _samples(mode, subframes), "seed": get_global_seed(),
               "step": frame if step is None else int(step)}
    bounces = _number("/scenewright/bounces")
    if bounces is None and mode != "mitsuba":
        bounces = _number("/rtx/rtpt/maxBounces" if mode == "real-time" else "/rtx/pathtracing/maxBounces")
    if bounces is not None:
        options["bounces"] = max(0, min(int(bounces), 64))
    options["fog"] = fog_from_settings()
    options["light_samples"] = int(_number("/scenewright/lightSamples") or 1)
    options["edge_samples"] = int(_number("/scenewright/edgeSamples") or 0)
    return RenderSettings(**options, **_denoising(mode), **_limits(mode), **_picture(), **_motion_blur(mode))


def _number(path: str) -> float | None:
    value = get_settings().get(path)
    return None if value is None else float(value)


def _mode() -> str:
    settings = get_settings()
    own = settings.get_as_string("/scenewright/renderer")
    return own or ("path-traced" if settings.get_as_string("/rtx/rendermode") == "PathTracing" else "real-time")


def _samples(mode: str, subframes: int) -> int:
    own = int(_number("/scenewright/samples") or 0)
    if mode == "real-time":
        base = max(1, own or _SAMPLES)
        return max(base, min(base * subframes, _MAX_SUBFRAME_SAMPLES))
    total, each = int(_number("/rtx/pathtracing/totalSpp") or 0), int(_number("/rtx/pathtracing/spp") or 0)
    return max(1, min(own or total or each * max(subframes, 1) or _PATH_TRACED_SAMPLES, 65536))


def _denoising(mode: str) -> dict[str, Any]:
    if mode == "mitsuba":
        return {}
    settings = get_settings()
    name = "/scenewright/denoise"
    if settings.get(name) is None and mode == "path-traced":
        name = "/rtx/pathtracing/optixDenoiser/enabled"
    return {"denoise": settings.get(name) is None or settings.get_as_bool(name),
            "denoiser": settings.get_as_string("/scenewright/denoiser") or "filter"}


def _limits(mode: str) -> dict[str, Any]:
    limit = _number("/rtx/pathtracing/fireflyFilter/maxIntensityPerSample")
    if mode != "path-traced" or not limit or not get_settings().get_as_bool("/rtx/pathtracing/fireflyFilter/enabled"):
        return {}
    return {"sample_limit": limit}


def _picture() -> dict[str, Any]:
    options: dict[str, Any] = {}
    curve = _number("/rtx/post/tonemap/op")
    if curve is not None:
        name = _TONE_MAPS[int(curve)] if 0 <= curve < len(_TONE_MAPS) else None
        if name is None:
            _tell(f"/rtx/post/tonemap/op is {int(curve)}: the portable renderer has no such curve; ACES (6) is used.")
        options["tone_map"] = name or "aces"
    kelvin = _number("/scenewright/whiteBalance")
    if kelvin is not None:
        options["white_balance"] = kelvin
    if get_settings().get_as_bool("/rtx/post/histogram/enabled"):
        options["auto_exposure"] = True
    return options


def _motion_blur(mode: str) -> dict[str, Any]:
    """Return the slices of the step that ends with the frame.

    ``maxBlurDiameterFraction`` bounds RTX's filter: it has no meaning here.
    """
    settings = get_settings()
    if not settings.get_as_bool("/omni/replicator/captureMotionBlur"):
        return {}
    traced = mode != "real-time"
    name = "/omni/replicator/pathTracedMotionBlurSubSamples" if traced else "/rtx/post/motionblur/numSamples"
    fraction = None if traced else _number("/rtx/post/motionblur/exposureFraction")
    return {"motion_slices": max(1, min(settings.get_as_int(name) or _MOTION_SLICES, 1024)),
            "shutter_fraction": 1.0 if fraction is None else min(max(fraction, 0.0), 1.0)}


def _tell(message: str) -> None:
    if message not in _told:
        _told.add(message)
        _log.warning(message)
