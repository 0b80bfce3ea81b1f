"""Gaussian splats (UsdVolParticleField3DGaussianSplat, usd-core 26.3 and later) as arrays."""

import logging
from dataclasses import dataclass, field

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.false_types import naming_false_types
from scenewright.render.scene.reach import MOST_REACH, within_reach
from scenewright.render.scene.row_table import world_matrices

__all__ = ["SPLAT_TYPE", "SplatCloud", "Splats", "is_splats", "read_splats"]

_log = logging.getLogger(__name__)

SPLAT_TYPE = "ParticleField3DGaussianSplat"
"""The schema; stages that hold it open in older usd-core, too, where its attributes are custom ones."""

_MAX_DEGREE = 3


@dataclass(frozen=True, eq=False)
class SplatCloud:
    """The Gaussians of one prim in its own space (Kerbl et al., "3D Gaussian Splatting", 2023)."""

    path: str
    positions: np.ndarray  # (N, 3) float32
    axes: np.ndarray  # (N, 3, 3) float32: rows are the half axes (one standard deviation)
    opacities: np.ndarray  # (N,) float32, 0..1
    harmonics: np.ndarray  # (N, (degree + 1)^2, 3) float32: radiance, sRGB-encoded, less 0.5, by direction from the viewer
    animated: bool


def is_splats(prim: Usd.Prim) -> bool:
    """Return whether ``prim`` is a cloud of Gaussian splats."""
    return prim.GetTypeName() == SPLAT_TYPE


def read_splats(prim: Usd.Prim, time: Usd.TimeCode) -> SplatCloud | None:
    """Return the Gaussians of a prim, or None where it has none.

    Float attributes go before half ones. Scales and opacities are linear; missing ones are 1, missing orientations none, and
    missing or too few coefficients grey, as the schema says. Degrees above 3 are cut.

    Raises:
        SceneError: Arrays whose lengths do not fit the positions, or positions and scales that are not finite.
    """
    path = str(prim.GetPath())
    reader = _Attributes(prim, time)
    positions = reader.array("positions", 3)
    if positions is None or not len(positions):
        return None
    count = len(positions)
    scales = reader.sized("scales", 3, count)
    scales = np.ones((count, 3), np.float32) if scales is None else scales
    opacities = reader.sized("opacities", 1, count)
    opacities = np.ones((count, 1), np.float32) if opacities is None else opacities
    if not (within_reach(positions).all() and within_reach(scales).all() and np.isfinite(opacities).all()):
        raise SceneError(f"{path}: positions, scales and opacities of splats must be finite, and the first two within "
                         f"{MOST_REACH:g} units. Repair the prim.")
    rotations = reader.rotations(count)
    return SplatCloud(path, positions, rotations * scales[:, :, None], np.clip(opacities[:, 0], 0.0, 1.0),
                      _harmonics(reader, count, path), reader.animated)


@dataclass(eq=False)
class Splats:
    """The clouds of a stage; each is read when it is first drawn and again when it changed."""

    prims: list[Usd.Prim] = field(default_factory=list)
    _clouds: dict[str, SplatCloud | None] = field(default_factory=dict)

    def forget(self, roots: set[str] | None = None) -> None:
        """Drop what was read at and below ``roots``, or all."""
        keep = {} if roots is None else self._clouds
        self._clouds = {path: cloud for path, cloud in keep.items()
                        if not any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)}

    def placed(self, time: Usd.TimeCode) -> list[tuple[SplatCloud, np.ndarray]]:
        """Return the visible clouds at ``time``, each with its (4, 4) float64 matrix to world space.

        Raises:
            SceneError: A cloud is broken.
        """
        cache, found = UsdGeom.XformCache(time), []
        for prim in self.prims:
            imageable = UsdGeom.Imageable(prim)
            hidden = imageable.ComputeVisibility(time) == UsdGeom.Tokens.invisible
            if hidden or imageable.ComputePurpose() not in (UsdGeom.Tokens.default_, UsdGeom.Tokens.render):
                continue
            path = str(prim.GetPath())
            cloud = self._clouds.get(path)
            if path not in self._clouds or (cloud is not None and cloud.animated):
                with naming_false_types(prim.GetStage()):
                    cloud = self._clouds[path] = read_splats(prim, time)
            if cloud is not None:
                with naming_false_types(prim.GetStage()):
                    found.append((cloud, world_matrices([prim], cache)[0]))
        return found


def _harmonics(reader: "_Attributes", count: int, path: str) -> np.ndarray:
    degree = reader.value("radiance:sphericalHarmonicsDegree")
    each = (max(int(3 if degree is None else degree), 0) + 1) ** 2
    flat = reader.array("radiance:sphericalHarmonicsCoefficients", 3)
    if flat is None or len(flat) < count * each:
        if flat is not None and len(flat):
            _log.warning("%s: %d spherical harmonics coefficients are too few for %d splats of degree %s; they are grey.", path,
                         len(flat), count, degree)
        return np.zeros((count, 1, 3), np.float32)
    if each > (_MAX_DEGREE + 1) ** 2:
        _log.warning("%s: spherical harmonics above degree %d are left out.", path, _MAX_DEGREE)
    return np.ascontiguousarray(flat[: count * each].reshape(count, each, 3)[:, : (_MAX_DEGREE + 1) ** 2])


class _Attributes:
    """The attributes of one prim at one time."""

    def __init__(self, prim: Usd.Prim, time: Usd.TimeCode) -> None:
        self.prim = prim
        self.time = time
        self.animated = False

    def value(self, name: str) -> object:
        attribute = self.prim.GetAttribute(name)
        if not attribute:
            return None
        self.animated = self.animated or attribute.ValueMightBeTimeVarying()
        return attribute.Get(self.time)

    def array(self, name: str, width: int) -> np.ndarray | None:
        """Return (N, width) float32 of the float attribute or, where it is empty, of the half one."""
        for candidate in (name, name + "h"):
            value = self.value(candidate)
            if value is not None and len(value):
                return np.array(value, dtype=np.float32).reshape(-1, width)
        return None

    def sized(self, name: str, width: int, count: int) -> np.ndarray | None:
        found = self.array(name, width)
        if found is not None and len(found) != count:
            raise SceneError(f"{self.prim.GetPath()}: {name} has {len(found)} entries for {count} positions.")
        return found

    def rotations(self, count: int) -> np.ndarray:
        """Return (N, 3, 3) float32 whose rows are the rotated axes."""
        quaternions = None
        for candidate in ("orientations", "orientationsh"):
            value = self.value(candidate)
            if value is not None and len(value):
                quaternions = np.array([(*q.GetImaginary(), q.GetReal()) for q in value], dtype=np.float32)
                break
        if quaternions is None:
            return np.broadcast_to(np.eye(3, dtype=np.float32), (count, 3, 3))
        if len(quaternions) != count:
            raise SceneError(f"{self.prim.GetPath()}: orientations has {len(quaternions)} entries for {count} positions.")
        length = np.linalg.norm(quaternions, axis=1, keepdims=True)
        x, y, z, w = np.where(length > 0.0, quaternions / np.where(length > 0.0, length, 1.0), (0.0, 0.0, 0.0, 1.0)).T
        rows = ((1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)),
                (2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)),
                (2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)))
        return np.stack([np.stack(row, axis=1) for row in rows], axis=1).astype(np.float32)
