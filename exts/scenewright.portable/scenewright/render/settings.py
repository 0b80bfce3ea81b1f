"""What a caller may choose about a rendering."""

from dataclasses import dataclass

__all__ = ["DEFAULT_EXPOSURE", "RenderSettings"]

DEFAULT_EXPOSURE = 1.10267 * 0.02 * 100.0 / 100.0 / 5.0**2
"""Responsivity * exposure time [s] * iso / 100 / f-stop squared of a camera that authors no exposure (kit_conventions 5.4)."""

_MODES = ("real-time",)
_TONE_MAPS = ("aces", "linear")


@dataclass(frozen=True)
class RenderSettings:
    """Choices for one rendering; labels depend on none of them.

    Raises:
        ValueError: A choice that does not exist or a number out of range.
    """

    mode: str = "real-time"
    """Only ``real-time`` so far: direct light with shadows, environment light and ``bounces`` indirect bounces."""
    samples: int = 1
    """Colour samples a pixel. The first goes through the pixel centre and shares the label ray; the others fill the pixel."""
    bounces: int = 1
    """Indirect bounces of the colour pass; 0 = direct light only."""
    exposure: float = DEFAULT_EXPOSURE
    """Factor from radiance to the tone mapper's input, for cameras that author no exposure of their own."""
    seed: int = 0
    """Seed of the sampler. Colour depends on (scene, settings) alone, never on frames rendered before."""
    step: int = 0
    """Varies the sampler's noise from step to step."""
    tone_map: str = "aces"
    """``aces`` (filmic curve) or ``linear`` (clipped)."""
    denoise: bool = False
    """Filter the colour guided by normals, albedo and depth; labels stay as they are."""
    indirect_limit: float = 4.0
    """Largest exposed radiance that one sample may bring by bounces: above it a path is a firefly rather than light.
    ``math.inf`` keeps all light."""

    def __post_init__(self) -> None:
        if self.mode not in _MODES:
            raise ValueError(f"Unknown render mode {self.mode!r}. Available: {', '.join(_MODES)}.")
        if self.tone_map not in _TONE_MAPS:
            raise ValueError(f"Unknown tone map {self.tone_map!r}. Available: {', '.join(_TONE_MAPS)}.")
        if not 1 <= self.samples <= 65536:
            raise ValueError(f"samples must be 1 to 65536, got {self.samples}.")
        if not 0 <= self.bounces <= 64:
            raise ValueError(f"bounces must be 0 to 64, got {self.bounces}.")
        if not self.exposure > 0.0:
            raise ValueError(f"exposure must be positive, got {self.exposure}.")
        if not self.indirect_limit > 0.0:
            raise ValueError(f"indirect_limit must be positive (math.inf for none), got {self.indirect_limit}.")
