"""What Mitsuba's emitters do not know of a light, in arrays: shaping, links, shadows, who sees it.

Needs a vectorised variant of Mitsuba to be set.
"""

import math
from collections.abc import Sequence

import drjit as dr
import mitsuba as mi
import numpy as np

from scenewright.render.device.lights import ies_mean, linked_instances
from scenewright.render.scene.records import LightKind, LightRecord, LinkRecord

__all__ = ["LightRows"]

_DEGREES = 180
_STEPS = 144


class LightRows:
    """One row for each light, row 0 for what glows or has nothing special; a link is a row of flags of instances."""

    def __init__(self, lights: Sequence[LightRecord], paths: Sequence[str]) -> None:
        """Take the lights of a scene and the paths of its instances."""
        records: list[LightRecord | None] = [None, *lights]
        self._links: list[np.ndarray] = []
        self._profiles: list[np.ndarray] = []
        self._instances = max(len(paths), 1)
        self.shadows = mi.Bool([r is None or r.shadows for r in records])
        self.visible = mi.Bool([r is None or (r.visible_to_camera and r.kind != LightKind.DISTANT) for r in records])
        self.met = mi.Bool([r is None or (r.shadows and r.shadow_link is None) for r in records])
        self._light_link = mi.Int32([self._link(r and r.light_link, paths) for r in records])
        self._shadow_link = mi.Int32([self._link(r and r.shadow_link, paths) for r in records])
        shapings = [r.shaping if r is not None else None for r in records]
        frames = np.stack([np.eye(3) if r is None else _axes(r) for r in records])
        self._x, self._y, self._z = (mi.Vector3f(np.ascontiguousarray(frames[:, k].T)) for k in range(3))
        cone = [(s.cone_angle, s.cone_softness) if s and (s.cone_angle < math.pi or s.cone_softness > 0.0) else (10.0, 0.0)
                for s in shapings]
        self._cone_end = mi.Float([angle for angle, _ in cone])
        self._cone_start = mi.Float([angle * (1.0 - soft) for angle, soft in cone])
        self._focus = mi.Float([s.focus if s else 0.0 for s in shapings])
        self._tint = mi.Color3f(np.array([s.focus_tint if s else (0.0, 0.0, 0.0) for s in shapings], np.float32).T.copy())
        self._angle_scale = mi.Float([s.ies_angle_scale if s else 0.0 for s in shapings])
        self._profile = mi.Int32([self._store(s) for s in shapings])
        self._candela = mi.Float(np.concatenate([np.ones(1, np.float32), *self._profiles]).astype(np.float32))
        self._flags = mi.Bool(np.concatenate([np.ones(1, bool), *self._links]))

    def _link(self, link: LinkRecord | None, paths: Sequence[str]) -> int:
        if link is None:
            return -1
        self._links.append(np.resize(linked_instances(link, paths), self._instances))
        return 1 + (len(self._links) - 1) * self._instances

    def _store(self, shaping: object) -> int:
        if shaping is None or shaping.ies is None:
            return -1
        candela = shaping.ies.candela
        scale = 1.0 / max(ies_mean(candela), 1e-20) if shaping.ies_normalize else 1.0
        self._profiles.append(candela.ravel() * scale)
        return 1 + sum(map(len, self._profiles[:-1]))

    def shines_on(self, row: "mi.UInt32", instance: "mi.Int32") -> "mi.Bool":
        """Return whether a light shines on an instance."""
        return self._belongs(dr.gather(mi.Int32, self._light_link, row), instance)

    def throws(self, row: "mi.UInt32", instance: "mi.Int32") -> "mi.Bool":
        """Return whether an instance throws the shadow of a light."""
        return self._belongs(dr.gather(mi.Int32, self._shadow_link, row), instance)

    def links_shadows(self, row: "mi.UInt32") -> "mi.Bool":
        """Return whether only some instances throw the shadow of a light."""
        return dr.gather(mi.Int32, self._shadow_link, row) >= 0

    def _belongs(self, link: "mi.Int32", instance: "mi.Int32") -> "mi.Bool":
        linked = (link >= 0) & (instance >= 0)
        return ~linked | dr.gather(mi.Bool, self._flags, dr.select(linked, link + instance, 0))

    def shape_factor(self, row: "mi.UInt32", d: "mi.Vector3f") -> "mi.Color3f":
        """Return what shaping makes of the radiance along a unit direction from the lit point to the light."""
        axis = dr.gather(mi.Vector3f, self._z, row)
        cosine = dr.clip(dr.dot(d, axis), -1.0, 1.0)
        focus = dr.gather(mi.Float, self._focus, row)
        tint = dr.gather(mi.Color3f, self._tint, row)
        factor = dr.select(focus > 0.0, dr.lerp(tint, mi.Color3f(1.0), dr.power(dr.maximum(cosine, 0.0), focus)), 1.0)
        theta = dr.acos(cosine)
        begin, end = dr.gather(mi.Float, self._cone_start, row), dr.gather(mi.Float, self._cone_end, row)
        x = dr.clip((theta - begin) / dr.maximum(end - begin, 1e-8), 0.0, 1.0)
        fade = dr.select(theta > end, 0.0, dr.select(theta > begin, 1.0 - x * x * (3.0 - 2.0 * x), 1.0))
        return factor * fade * self._candela_at(row, -d, theta)

    def _candela_at(self, row: "mi.UInt32", emission: "mi.Vector3f", theta: "mi.Float") -> "mi.Float":
        """Return the value of the profile, bilinear in whole degrees and steps of 2.5 degrees; 1 without one."""
        first = dr.gather(mi.Int32, self._profile, row)
        scale = dr.gather(mi.Float, self._angle_scale, row)
        stretched = dr.select(scale > 0.0, theta / dr.select(scale == 0.0, 1.0, scale),
                              (theta - dr.pi) / dr.select(scale == 0.0, 1.0, -scale) + dr.pi)
        angle = dr.select(scale == 0.0, theta, dr.clip(stretched, 0.0, dr.pi))
        phi = dr.atan2(dr.dot(emission, dr.gather(mi.Vector3f, self._y, row)),
                       dr.dot(emission, dr.gather(mi.Vector3f, self._x, row)))
        phi = dr.select(phi < 0.0, phi + dr.two_pi, phi)
        y = dr.clip(angle * (_DEGREES / dr.pi), 0.0, _DEGREES)
        x = dr.clip(phi * (_STEPS / dr.two_pi), 0.0, _STEPS)
        down, across = dr.minimum(mi.Int32(y), _DEGREES - 1), dr.minimum(mi.Int32(x), _STEPS - 1)
        at = first + down * (_STEPS + 1) + across

        def value(offset: int) -> "mi.Float":
            return dr.gather(mi.Float, self._candela, dr.select(first < 0, 0, at + offset))

        left = mi.Float(across)
        upper = dr.lerp(value(0), value(1), x - left)
        lower = dr.lerp(value(_STEPS + 1), value(_STEPS + 2), x - left)
        return dr.select(first < 0, 1.0, dr.lerp(upper, lower, y - mi.Float(down)))


def _axes(record: LightRecord) -> np.ndarray:
    """Return the light's axes as rows; Z is across its plane where it is flat."""
    linear = np.asarray(record.matrix, np.float64)[:3, :3]
    axes = linear / np.maximum(np.linalg.norm(linear, axis=1), 1e-20)[:, None]
    if record.kind in (LightKind.RECT, LightKind.DISK):
        normal = np.cross(axes[0], axes[1])
        axes[2] = normal / max(np.linalg.norm(normal), 1e-20) * (-1.0 if np.linalg.det(linear) < 0.0 else 1.0)
    return axes
