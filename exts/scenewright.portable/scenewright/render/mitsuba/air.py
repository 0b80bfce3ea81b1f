"""Fog as ``render.settings.Fog`` describes it, for Mitsuba's arrays: optical depths in closed form.

Needs a variant of Mitsuba to be set. Positions are relative to the camera, lengths in stage units.
"""

import drjit as dr
import mitsuba as mi
import numpy as np

from scenewright.render.settings import Fog

__all__ = ["Air"]

_MOST_REACH = 1e9
_LEVEL = 1e-3  # below this change of the exponent over a stretch, the density counts as even there


class Air:
    """Even or height fog between two balls round the camera."""

    def __init__(self, fog: Fog, center: np.ndarray, up_axis: str, meters_per_unit: float) -> None:
        """Take the fog in stage units.

        Args:
            fog: The settings, in metres.
            center: (3,) world position of the camera.
            up_axis: Y or Z.
            meters_per_unit: Of the stage.
        """
        up = np.array((0.0, 1.0, 0.0) if up_axis == "Y" else (0.0, 0.0, 1.0))
        self._up = mi.Vector3f(*up.tolist())
        self._base = fog.base / meters_per_unit - float(np.asarray(center) @ up)
        self._density = fog.density * meters_per_unit
        self._falloff = fog.falloff * meters_per_unit
        self._start = fog.start / meters_per_unit
        self._reach = min(fog.reach / meters_per_unit, _MOST_REACH)
        self.glow = mi.Color3f(*fog.color)
        self.albedo = mi.Color3f(*fog.albedo)
        self._anisotropy = fog.anisotropy

    def span(self, o: "mi.Point3f", d: "mi.Vector3f", low: "mi.Float", high: "mi.Float",
             reach: float) -> "tuple[mi.Float, mi.Float]":
        """Return the part of a ray within a ball round the camera, as two distances; equal where there is none."""
        along = -dr.dot(o, d)
        gap = o + along * d
        half = dr.safe_sqrt(reach * reach - dr.squared_norm(gap))
        low = dr.maximum(low, along - half)
        return low, dr.maximum(dr.minimum(high, along + half), low)

    def density(self, p: "mi.Point3f") -> "mi.Float":
        """Return the extinction per stage unit at a point."""
        if self._falloff <= 0.0:
            return mi.Float(self._density)
        return self._density * dr.exp(-self._falloff * dr.maximum(dr.dot(p, self._up) - self._base, 0.0))

    def depth(self, o: "mi.Point3f", d: "mi.Vector3f", low: "mi.Float", high: "mi.Float") -> "mi.Float":
        """Return the optical depth of the fog between two distances, as if it had no edges."""
        if self._falloff <= 0.0:
            return self._density * (high - low)
        climb = dr.dot(d, self._up)
        begin = dr.dot(o, self._up) - self._base + climb * low
        end = begin + climb * (high - low)
        level = dr.abs(end - begin) * self._falloff < _LEVEL
        rise = dr.select(level, 1.0, climb)
        return self._density * dr.select(
            level, (high - low) * dr.exp(-self._falloff * dr.maximum(0.5 * (begin + end), 0.0)),
            (self._column(end) - self._column(begin)) / rise)

    def _column(self, height: "mi.Float") -> "mi.Float":
        """Return the relative density integrated from the base to a height over it."""
        above = (1.0 - dr.exp(-self._falloff * dr.maximum(height, 0.0))) / self._falloff
        return dr.minimum(height, 0.0) + above

    def passed(self, o: "mi.Point3f", d: "mi.Vector3f", low: "mi.Float", high: "mi.Float") -> "mi.Float":
        """Return the part of light that passes between two distances along a ray (unit direction)."""
        begin, end = self.span(o, d, low, high, self._reach)
        depth = self.depth(o, d, begin, end)
        if self._start > 0.0:
            begin, end = self.span(o, d, low, high, self._start)
            depth -= self.depth(o, d, begin, end)
        return dr.exp(-dr.maximum(depth, 0.0))

    def scattering(self, o: "mi.Point3f", d: "mi.Vector3f", low: "mi.Float", high: "mi.Float", u: "mi.Float"
                   ) -> "tuple[mi.Point3f, mi.Color3f]":
        """Choose where light scatters into a ray; return the point, and what it scatters over the density of the choice."""
        begin, end = self.span(o, d, low, high, self._reach)
        whole = self._density * (end - begin)
        reached = -dr.expm1(-whole) if hasattr(dr, "expm1") else 1.0 - dr.exp(-whole)
        t = dr.clip(begin - dr.log(1.0 - u * reached) / self._density, begin, end)
        pdf = self._density * dr.exp(-self._density * (t - begin)) / reached
        p = o + t * d
        here = (reached > 0.0) & (dr.norm(p) >= self._start)
        share = self.density(p) * self.passed(o, d, low, t) / pdf
        return p, dr.select(here, self.albedo * share, 0.0)

    def phase(self, cosine: "mi.Float") -> "mi.Float":
        """Return Henyey and Greenstein's function of the cosine between the directions before and after scattering."""
        g = self._anisotropy
        below = dr.maximum(1.0 + g * g - 2.0 * g * cosine, 1e-12)
        return dr.inv_four_pi * (1.0 - g * g) / (below * dr.sqrt(below))
