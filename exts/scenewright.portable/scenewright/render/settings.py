"""What a caller may choose about a rendering."""

import math
from dataclasses import dataclass
from numbers import Integral

__all__ = ["DEFAULT_EXPOSURE", "Fog", "RenderSettings"]

DEFAULT_EXPOSURE = 1.10267 * 0.02 * 100.0 / 100.0 / 5.0**2
"""Responsivity * exposure time [s] * iso / 100 / f-stop squared of a camera that authors no exposure (kit_conventions 5.4)."""

_MODES = ("real-time", "path-traced", "mitsuba")
_DENOISERS = ("filter", "oidn")
_TONE_MAPS = ("aces", "linear", "reinhard", "reinhard_extended", "hable", "hejl")
_MOST_BOUNCES = 64
_COUNTS = {"samples": (1, 65536), "light_samples": (1, 1024), "edge_samples": (0, 1024), "bounces": (0, _MOST_BOUNCES),
           "motion_slices": (0, 1024)}
_REAL_TIME_BOUNCES = 1
_REAL_TIME_LIMIT = 4.0


@dataclass(frozen=True)
class Fog:
    """A medium round the camera; lengths are metres. Labels do not see it.

    In the path-traced mode it dims every ray, lights are dimmed on their way, and it scatters their light once towards the
    camera and towards each surface. In the real-time mode it dims what the camera sees and adds its own colour and the mean
    colour of the sky.

    Raises:
        ValueError: A number out of range.
    """

    density: float
    """Extinction per metre: after 1 / density metres 37 % of the light is left."""
    falloff: float = 0.0
    """Rate per metre at which the density falls off exponentially above ``base``; 0 = even."""
    base: float = 0.0
    """Height along the stage's up axis up to which the density is ``density``."""
    color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Radiance of endless fog of its own, lit by nothing: what RTX's fog colour is."""
    albedo: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Part of the extinction that scatters light rather than swallows it."""
    anisotropy: float = 0.0
    """Mean cosine of scattering, -1 (back) to 1 (forward)."""
    start: float = 0.0
    """Distance from the camera within which the air is clear."""
    reach: float = 1000.0
    """Distance from the camera beyond which there is no more fog, so that the sky is seen."""

    def __post_init__(self) -> None:
        numbers = {"density": self.density, "falloff": self.falloff, "start": self.start, "color": min(self.color),
                   "albedo": min(self.albedo)}
        for name, value in numbers.items():
            if not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"Fog: {name} must be finite and not negative, got {value}.")
        if not (math.isfinite(self.base) and self.reach > 0.0 and max(self.albedo) <= 1.0 and math.isfinite(max(self.color))):
            raise ValueError(f"Fog: base and color must be finite, reach above 0 and albedo at most 1; got base {self.base}, "
                             f"color {self.color}, reach {self.reach}, albedo {self.albedo}.")
        if not -1.0 < self.anisotropy < 1.0:
            raise ValueError(f"Fog: anisotropy must be between -1 and 1, got {self.anisotropy}.")


@dataclass(frozen=True)
class RenderSettings:
    """Choices for one rendering; labels depend on none of them.

    Raises:
        ValueError: A choice that does not exist or a number out of range.
    """

    mode: str = "real-time"
    """``real-time``: direct light with shadows, environment light and few indirect bounces, calm at few samples.
    ``path-traced``: unbiased; converges to what the scene's surfaces and lights radiate as the samples grow.
    ``mitsuba``: colour by Mitsuba 3's path tracer (extra ``[mitsuba]``), labels by ours."""
    samples: int = 1
    """Colour samples a pixel. In real-time mode the first goes through the pixel centre and shares the label ray; all others
    fill the pixel."""
    light_samples: int = 1
    """Paths that each colour sample sends on from the first surface it meets. Where light is noisier than what is seen, few
    samples of many paths cost less than many samples: the surface and the suns without size are looked up once."""
    edge_samples: int = 0
    """Up to so many more samples in pixels that outlines or the borders of sharp shadows cross, together at most half of all
    others: smooth edges for little time. In real-time mode only, as the choice of pixels leans on the samples before; without
    effect where motion blurs."""
    bounces: int | None = None
    """Indirect bounces of the colour pass; 0 = direct light only. None becomes 1 in real-time mode, else 64, where
    Russian roulette ends paths that carry little from the fourth on."""
    exposure: float = DEFAULT_EXPOSURE
    """Factor from radiance to the tone mapper's input, for cameras that author no exposure of their own."""
    seed: int = 0
    """Seed of the sampler. Colour depends on (scene, settings) alone, never on frames rendered before."""
    step: int = 0
    """Varies the sampler's noise from step to step."""
    tone_map: str = "aces"
    """``aces`` (filmic), ``linear`` (clipped), ``reinhard``, ``reinhard_extended``, ``hable`` or ``hejl``."""
    white_point: float = 4.0
    """Exposed value that ``reinhard_extended`` brings to white."""
    white_balance: float | None = None
    """Colour temperature [K] of the light that shall look white, 1667 to 25000; None leaves colours as they are."""
    auto_exposure: bool = False
    """Expose each frame for its own mean, whatever the camera and ``exposure`` say."""
    denoise: bool = False
    """Filter the colour guided by normals, albedo and depth; labels stay as they are."""
    denoiser: str = "filter"
    """``filter`` (a wavelet filter guided by normals, albedo and depth) or ``oidn`` (Intel Open Image Denoise, extra
    ``[denoise]``: sharper and calmer)."""
    indirect_limit: float | None = None
    """Largest exposed radiance that one sample may bring by bounces: above it a path is a firefly rather than light.
    ``math.inf`` keeps all light. None becomes 4 in real-time mode, infinite in path-traced mode."""
    sample_limit: float = math.inf
    """Largest exposed radiance of one whole sample; ``math.inf`` keeps all light."""
    fog: Fog | None = None
    """Fog; None for clear air."""

    @property
    def path_traced(self) -> bool:
        """Whether the mode is ``path-traced``."""
        return self.mode == "path-traced"

    motion_slices: int = 0
    """Moments of the shutter time that make motion blur in colour; below 2 there is none. At least one sample falls on each."""
    shutter_fraction: float = 1.0
    """Part of the step during which the shutter is open, up to the frame's time, where the camera authors no shutter times."""

    def __post_init__(self) -> None:
        if self.mode not in _MODES:
            raise ValueError(f"Unknown render mode {self.mode!r}. Available: {', '.join(_MODES)}.")
        if self.bounces is None:
            object.__setattr__(self, "bounces", _REAL_TIME_BOUNCES if self.mode == "real-time" else _MOST_BOUNCES)
        if self.indirect_limit is None:
            object.__setattr__(self, "indirect_limit", math.inf if self.path_traced else _REAL_TIME_LIMIT)
        if self.denoiser not in _DENOISERS:
            raise ValueError(f"Unknown denoiser {self.denoiser!r}. Available: {', '.join(_DENOISERS)}.")
        if self.tone_map not in _TONE_MAPS:
            raise ValueError(f"Unknown tone map {self.tone_map!r}. Available: {', '.join(_TONE_MAPS)}.")
        if self.white_balance is not None and not 1667.0 <= self.white_balance <= 25000.0:
            raise ValueError(f"white_balance must be 1667 to 25000 kelvin or None, got {self.white_balance}.")
        if not self.white_point > 0.0:
            raise ValueError(f"white_point must be positive, got {self.white_point}.")
        for name, (least, most) in _COUNTS.items():
            count = getattr(self, name)
            if not isinstance(count, Integral):
                raise TypeError(f"{name} must be a whole number, got {count!r}.")
            if not least <= count <= most:
                raise ValueError(f"{name} must be {least} to {most}, got {count}.")
        if self.light_samples > 1 and self.mode == "mitsuba":
            raise ValueError("The renderer 'mitsuba' has no light_samples. Set them to 1 and raise samples.")
        if self.edge_samples and self.mode != "real-time":
            raise ValueError(f"edge_samples are for the real-time mode, the mode is {self.mode!r}. Set them to 0.")
        if not self.exposure > 0.0:
            raise ValueError(f"exposure must be positive, got {self.exposure}.")
        if not 0.0 <= self.shutter_fraction <= 1.0:
            raise ValueError(f"shutter_fraction must be 0 to 1, got {self.shutter_fraction}.")
        if self.mode == "mitsuba" and self.denoise:
            raise ValueError("The renderer 'mitsuba' has no denoiser here. Set denoise to False.")
        for name, limit in (("indirect_limit", self.indirect_limit), ("sample_limit", self.sample_limit)):
            if not limit > 0.0:
                raise ValueError(f"{name} must be positive (math.inf for none), got {limit}.")
