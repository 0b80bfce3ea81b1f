"""Tangential and thin-prism distortion: how a lens bends the image that its profile makes."""

from dataclasses import dataclass

import numpy as np

from scenewright.render.lens.profile import Profile

__all__ = ["Bend"]

_STEPS = 10
_CLOSE = 1e-9


@dataclass(frozen=True)
class Bend:
    """``dx = a (2 x^2 + r^2) + 2 b x y + p0 r^2 + p1 r^4``, ``dy = b (2 y^2 + r^2) + 2 a x y + p2 r^2 + p3 r^4``.

    With x right, y down, in focal lengths. OpenCV's p1, p2, s1..s4 are b, a, p0..p3, and the shift is a function of the
    undistorted position. Project Aria's FisheyeRadTanThinPrism has p0, p1, s0..s3 = a, b, p0..p3, the shift being a function of
    the image that the profile makes.
    """

    tangential: tuple[float, float]
    prism: tuple[float, float, float, float]

    def __bool__(self) -> bool:
        """Return whether it bends anything."""
        return any(self.tangential) or any(self.prism)

    def shift(self, w: np.ndarray) -> np.ndarray:
        """Return the shift at positions w (..., 2)."""
        (a, b), (p0, p1, p2, p3) = self.tangential, self.prism
        x, y = w[..., 0], w[..., 1]
        r2 = x * x + y * y
        return np.stack((a * (2 * x * x + r2) + 2 * b * x * y + p0 * r2 + p1 * r2 * r2,
                         b * (2 * y * y + r2) + 2 * a * x * y + p2 * r2 + p3 * r2 * r2), axis=-1)

    def jacobian(self, w: np.ndarray) -> np.ndarray:
        """Return the derivative of the shift, (..., 2, 2)."""
        (a, b), (p0, p1, p2, p3) = self.tangential, self.prism
        x, y = w[..., 0], w[..., 1]
        r2 = x * x + y * y
        rows = ((6 * a * x + 2 * b * y + 2 * x * (p0 + 2 * p1 * r2), 2 * a * y + 2 * b * x + 2 * y * (p0 + 2 * p1 * r2)),
                (2 * b * x + 2 * a * y + 2 * x * (p2 + 2 * p3 * r2), 6 * b * y + 2 * a * x + 2 * y * (p2 + 2 * p3 * r2)))
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)

    def straighten(self, w: np.ndarray) -> np.ndarray:
        """Return u with ``u + shift(u) = w``; NaN where there is none near."""
        return self._newton(w, w, lambda u: (u, np.broadcast_to(np.eye(2), (*u.shape, 2))))

    def straighten_flat(self, w: np.ndarray, profile: Profile) -> np.ndarray:
        """Return q with ``radius(|q|) q / |q| + shift(q) = w``; NaN where there is none near."""

        def bent(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            length = np.linalg.norm(q, axis=-1)
            axis = q / np.where(length > 0.0, length, 1.0)[..., None]
            slope = profile.radius_slope(length)
            stretch = np.where(length > 1e-12, profile.radius(length) / np.where(length > 1e-12, length, 1.0), slope)
            along = axis[..., :, None] * axis[..., None, :]
            return q * stretch[..., None], (stretch[..., None, None] * np.eye(2)
                                            + (slope - stretch)[..., None, None] * along)

        length = np.linalg.norm(w, axis=-1)
        q = profile.parameter(np.minimum(length, profile.r_end))
        return self._newton(w, w * (q / np.where(length > 0.0, length, 1.0))[..., None], bent)

    def _newton(self, wanted: np.ndarray, start: np.ndarray, rest) -> np.ndarray:
        u = start
        for _ in range(_STEPS):
            image, slope = rest(u)
            jacobian = slope + self.jacobian(u)
            off = image + self.shift(u) - wanted
            det = jacobian[..., 0, 0] * jacobian[..., 1, 1] - jacobian[..., 0, 1] * jacobian[..., 1, 0]
            det = np.where(det > 1e-6, det, np.nan)  # beyond a fold the image is a mirrored one
            u = u - np.stack((jacobian[..., 1, 1] * off[..., 0] - jacobian[..., 0, 1] * off[..., 1],
                              jacobian[..., 0, 0] * off[..., 1] - jacobian[..., 1, 0] * off[..., 0]), -1) / det[..., None]
        image, _ = rest(u)
        off = np.abs(image + self.shift(u) - wanted).max(axis=-1)
        return np.where((off < _CLOSE)[..., None], u, np.nan)
