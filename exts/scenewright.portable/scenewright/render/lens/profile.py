"""What a lens that is alike all around does: the angle to its axis against the distance from the image centre."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.polynomial import polynomial

from scenewright.render.scene.records import LensRecord

__all__ = ["Profile", "profile_of"]

_SAMPLES = 4097
_STEPS = 6
_WIDEST_TANGENT = 30.0  # 88 degrees: farther off axis a flat image is of no use

Function = Callable[[np.ndarray], np.ndarray]


class Profile:
    """Off-axis parameter q against image radius r, both from 0 up to where the lens ends.

    q is the angle [radians] to the axis, or its tangent where ``flat``. r is in nominal pixels for F-theta, else in focal
    lengths. One direction is given by ``value`` and ``slope``; the other is solved for.

    Args:
        value: The given direction, increasing from its value at 0.
        slope: Its derivative.
        end: How far the argument of ``value`` may go at most; the profile ends earlier where it stops rising.
        of_radius: Whether ``value`` takes r and gives q.
        flat: Whether q is a tangent.
        limit: Largest result of ``value`` that counts.
    """

    def __init__(self, value: Function, slope: Function, end: float, *, of_radius: bool = False, flat: bool = False,
                 limit: float = np.inf) -> None:
        self.flat = flat
        self._value, self._slope, self._of_radius = value, slope, of_radius
        knots = np.linspace(0.0, end, _SAMPLES)
        values = value(knots)
        falls = np.flatnonzero(~(np.diff(values) > 0.0))
        count = falls[0] + 1 if len(falls) else _SAMPLES
        self._knots, self._values = knots[:count], values[:count]
        if count < 2:
            raise ValueError("the lens polynomial does not rise from the image centre outwards")
        if self._values[-1] > limit:
            last = float(self._solve(np.array([limit]))[0])
            kept = self._knots < last
            self._knots, self._values = np.append(self._knots[kept], last), np.append(self._values[kept], limit)
        self.q_end, self.r_end = ((self._values[-1], self._knots[-1]) if of_radius
                                  else (self._knots[-1], self._values[-1]))

    def radius(self, q: np.ndarray) -> np.ndarray:
        """Return r of q; NaN outside the lens."""
        q = np.where((q >= 0.0) & (q <= self.q_end), q, np.nan)
        return self._solve(q) if self._of_radius else self._value(q)

    def radius_slope(self, q: np.ndarray) -> np.ndarray:
        """Return dr/dq."""
        if not self._of_radius:
            return self._slope(q)
        with np.errstate(divide="ignore"):
            return 1.0 / self._slope(self.radius(q))

    def parameter(self, r: np.ndarray) -> np.ndarray:
        """Return q of r; NaN outside the lens."""
        r = np.where((r >= 0.0) & (r <= self.r_end), r, np.nan)
        return self._value(r) if self._of_radius else self._solve(r)

    def parameter_slope(self, r: np.ndarray) -> np.ndarray:
        """Return dq/dr."""
        if self._of_radius:
            return self._slope(r)
        with np.errstate(divide="ignore"):
            return 1.0 / self._slope(self.parameter(r))

    def _solve(self, wanted: np.ndarray) -> np.ndarray:
        """Return the argument where ``value`` is as wanted: Newton's steps kept within the knots on both sides."""
        wanted = np.asarray(wanted, np.float64)
        above = np.clip(np.searchsorted(self._values, wanted), 1, len(self._values) - 1)
        low, high = self._knots[above - 1], self._knots[above]
        x = np.where(np.isnan(wanted), np.nan, np.interp(wanted, self._values, self._knots))
        for _ in range(_STEPS):
            slope = self._slope(x)
            x = np.clip(x - (self._value(x) - wanted) / np.where(slope > 1e-12, slope, np.inf), low, high)
        return x


@lru_cache(maxsize=64)
def profile_of(lens: LensRecord, image_radius: float) -> Profile:
    """Return the profile of a lens; ``image_radius`` is how far the image reaches from the optical centre, in units of r.

    Formulas: F-theta ``q = a + b r + c r^2 + ...`` (Replicator's fisheyePolynomial); ``r = q (1 + k1 q^2 + k2 q^4 + ...)``
    (Kannala and Brandt 2006, as OpenCV's fisheye and Project Aria's KannalaBrandtK3 write it); OpenCV's rational
    ``r = q (1 + k1 q^2 + k2 q^4 + k3 q^6) / (1 + k4 q^2 + k5 q^4 + k6 q^6)`` of the tangent; and the classic fisheyes.

    Raises:
        ValueError: The lens makes no image.
    """
    angle = np.radians(min(lens.max_fov, 360.0)) / 2.0
    if lens.model == "ftheta":
        coefficients = np.array(lens.radial or (0.0,))
        slope = polynomial.polyder(coefficients)
        return Profile(lambda r: polynomial.polyval(r, coefficients), lambda r: polynomial.polyval(r, slope),
                       4.0 * image_radius, of_radius=True, limit=angle)
    if lens.model in ("kannala_brandt", "rad_tan_thin_prism"):
        odd = _odd(lens.radial)
        slope = polynomial.polyder(odd)
        return Profile(lambda q: polynomial.polyval(q, odd), lambda q: polynomial.polyval(q, slope), angle)
    if lens.model == "opencv_pinhole":
        return _rational(lens.radial)
    if lens.model == "equidistant":
        return Profile(np.array, np.ones_like, angle)
    if lens.model == "equisolid":
        return Profile(lambda q: 2.0 * np.sin(0.5 * q), lambda q: np.cos(0.5 * q), angle)
    if lens.model == "orthographic_fisheye":
        return Profile(np.sin, np.cos, min(angle, 0.5 * np.pi))
    raise ValueError(f"{lens.model!r} is no lens with a profile")


def _odd(coefficients: tuple[float, ...]) -> np.ndarray:
    """Return ``x (1 + k1 x^2 + k2 x^4 + ...)`` as polynomial coefficients."""
    odd = np.zeros(2 * len(coefficients) + 2)
    odd[1] = 1.0
    odd[3::2] = coefficients
    return odd


def _rational(k: tuple[float, ...]) -> Profile:
    k = (*k, *(0.0,) * (6 - len(k)))
    upper, lower = _odd(k[:3]), _odd(k[3:])[1:]
    upper_slope, lower_slope = polynomial.polyder(upper), polynomial.polyder(lower)

    def value(q: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return polynomial.polyval(q, upper) / polynomial.polyval(q, lower)

    def slope(q: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            below = polynomial.polyval(q, lower)
            return (polynomial.polyval(q, upper_slope) - value(q) * polynomial.polyval(q, lower_slope)) / below

    return Profile(value, slope, _WIDEST_TANGENT, flat=True)
