"""When the light of a frame is gathered: motion blur and rolling shutters as slices of time.

The scene is placed once for each slice, so that no ray meets anything that moves; labels stay at the frame's own time. What has
time samples is where they say at a slice's time; what was posed anew since the step before moves evenly from there.
"""

from dataclasses import dataclass, replace

import numpy as np

from scenewright.render.device.instances import InstanceSnapshot, same_faces
from scenewright.render.scene.records import CameraRecord, MeshRecord

__all__ = ["ShutterPlan", "between_cameras", "between_matrices", "between_meshes", "deformed_meshes", "plan_shutter"]

_ROLLING_SLICES = 128
_BALANCED = 4
_BASES = (2, 3)


@dataclass(frozen=True, eq=False)
class ShutterPlan:
    """Slices of the time while the shutter is open."""

    seconds: np.ndarray
    """(N,) float64: time of each slice relative to the frame's."""
    steps: np.ndarray
    """(N,) float64: the same in steps, 0 = this frame, -1 = the one before."""
    weights: np.ndarray
    """(N, lines) float32: share of each slice in each image row (or column); columns sum to 1."""
    by_column: bool

    @property
    def slices_per_line(self) -> int:
        """Slices that make up a line, at the least."""
        return int((self.weights > 0.0).sum(axis=0).min())

    def shift(self, index: int) -> tuple[float, float]:
        """Return where a slice's first sample lies relative to the pixel's centre [px].

        Halton's points, 0 for slice 0; 0 for all where a line has too few slices for the points to balance.
        """
        if self.slices_per_line < _BALANCED:
            return 0.0, 0.0
        return tuple((radical_inverse(base, index) + 0.5) % 1.0 - 0.5 for base in _BASES)

    def lines(self, index: int) -> tuple[int, int]:
        """Return the range of lines to which a slice contributes, (begin, end)."""
        used = np.flatnonzero(self.weights[index])
        return (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 0)


def plan_shutter(camera: CameraRecord, size: tuple[int, int], slices: int, fraction: float, codes_per_second: float,
                 step_seconds: float) -> ShutterPlan | None:
    """Return the slices of a frame, None where one moment is all.

    A camera's own shutter interval (time codes, relative to the frame) says when a global shutter is open; without one it is
    open for the last ``fraction`` of the step. A rolling shutter's last line closes at the frame's time.

    Args:
        camera: The camera.
        size: (width, height).
        slices: Slices that were asked for; 0 = no motion blur, which a rolling shutter has nevertheless.
        fraction: Part of the step, 0 to 1.
        codes_per_second: Time codes in a second.
        step_seconds: Time since the step before; 0 = unknown, then a step counts as one time code.
    """
    step = step_seconds if step_seconds > 0.0 else 1.0 / codes_per_second
    if camera.scan_order:
        return _rolling(camera, size, slices, step)
    if slices < 2:
        return None
    opens, closes = camera.shutter
    if closes > opens:
        opens, closes = opens / codes_per_second, closes / codes_per_second
    else:
        opens, closes = -fraction * step, 0.0
    seconds = opens + (np.arange(slices) + 0.5) / slices * (closes - opens)
    return ShutterPlan(seconds, seconds / step, np.full((slices, size[1]), 1.0 / slices, np.float32), False)


def _rolling(camera: CameraRecord, size: tuple[int, int], slices: int, step: float) -> ShutterPlan:
    by_column = camera.scan_order in ("leftToRight", "rightToLeft")
    lines = size[0] if by_column else size[1]
    slices = max(slices, min(lines, _ROLLING_SLICES))
    start = (np.arange(lines) - (lines - 1)) * camera.line_offset - camera.line_exposure
    if camera.scan_order in ("bottomToTop", "rightToLeft"):
        start = start[::-1]
    whole = max(camera.line_exposure - start.min(), 1e-12)
    exposure = max(camera.line_exposure, 1e-6 * whole)  # a line without exposure lies in one slice
    edges = np.linspace(start.min(), start.max() + exposure, slices + 1)
    low = np.maximum(edges[:-1, None], start)
    high = np.minimum(edges[1:, None], start + exposure)
    weights = np.maximum(high - low, 0.0)
    weights /= weights.sum(axis=0)
    seconds = 0.5 * (edges[:-1] + edges[1:])
    return ShutterPlan(seconds, seconds / step, weights.astype(np.float32), by_column)


def between_matrices(before: np.ndarray, after: np.ndarray, progress: float) -> np.ndarray:
    """Return transforms on the way between two poses, (N, 4, 4): even translation, rotation about one axis, even stretch.

    Args:
        before: (N, 4, 4) float64, row-vector convention.
        after: Likewise.
        progress: 0 = before, 1 = after.
    """
    stretches, turns = zip(_polar(before[:, :3, :3]), _polar(after[:, :3, :3]), strict=True)
    result = before + progress * (after - before)
    turned = turns[0] @ _part_of_turn(np.swapaxes(turns[0], 1, 2) @ turns[1], progress)
    result[:, :3, :3] = (stretches[0] + progress * (stretches[1] - stretches[0])) @ turned
    return result


def between_cameras(before: CameraRecord, after: CameraRecord, progress: float) -> CameraRecord:
    """Return ``after`` with its pose on the way from that of ``before``."""
    return replace(after, matrix=between_matrices(before.matrix[None], after.matrix[None], progress)[0])


def deformed_meshes(before: InstanceSnapshot, now: InstanceSnapshot
                    ) -> tuple[dict[str, tuple[MeshRecord, MeshRecord]], set[str]]:
    """Return the meshes of ``now``, by key, whose points moved while their faces stayed: (before, now); and others' keys.

    A mesh is matched by the instances that draw it. The others are those whose faces became others, or whose instances drew
    different meshes: there is no way between.
    """
    if all(before.meshes.get(key) is record for key, record in now.meshes.items()):
        return {}, set()
    old_keys = dict(zip(before.paths, before.mesh_keys, strict=True))
    pairs: dict[str, set[str]] = {}
    for path, key in zip(now.paths, now.mesh_keys, strict=True):
        if key:
            pairs.setdefault(key, set()).add(old_keys.get(path, ""))
    found, stuck = {}, set()
    for key, others in pairs.items():
        record = now.meshes[key]
        olds = [before.meshes[other] for other in others - {""} if before.meshes[other] is not record]
        if len(olds) == 1 == len(others - {""}) and same_faces(olds[0], record):
            found[key] = (olds[0], record)
        elif olds:
            stuck.add(key)
    return found, stuck


def between_meshes(before: MeshRecord, after: MeshRecord, progress: float) -> MeshRecord:
    """Return a mesh whose points are on the straight way between two of the same faces, and its normals likewise.

    Where a pose cuts faces into other triangles, which share no corners, the normals are those of ``after``.
    """
    normals = after.corner_normals
    if np.array_equal(before.triangles, after.triangles):
        normals = before.corner_normals + np.float32(progress) * (normals - before.corner_normals)
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = np.where(length > 0.0, normals / np.where(length > 0.0, length, 1.0), after.corner_normals)
    points = before.points + np.float32(progress) * (after.points - before.points)
    return replace(after, points=points.astype(np.float32), corner_normals=normals.astype(np.float32))


def radical_inverse(base: int, index: int) -> float:
    """Return the digits of a number mirrored at the point (van der Corput)."""
    value, share = 0.0, 1.0 / base
    while index:
        index, digit = divmod(index, base)
        value += digit * share
        share /= base
    return value


def _polar(linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return stretch (N, 3, 3), mirrored where the matrix is, and rotation with ``linear = stretch @ rotation``."""
    u, _, vt = np.linalg.svd(linear)
    turn = u @ vt
    turn *= np.sign(np.linalg.det(turn))[:, None, None]
    return linear @ np.swapaxes(turn, 1, 2), turn


def _part_of_turn(turn: np.ndarray, part: float) -> np.ndarray:
    """Return rotations (N, 3, 3) by a part of their angle, Rodrigues' formula about their own axis."""
    cosine = np.clip((np.trace(turn, axis1=1, axis2=2) - 1.0) / 2.0, -1.0, 1.0)
    skew = (turn - np.swapaxes(turn, 1, 2)) / 2.0
    sine = np.sqrt(np.maximum((skew**2).sum(axis=(1, 2)) / 2.0, 0.0))
    angle = np.arctan2(sine, cosine)
    axis = skew / np.where(sine > 1e-12, sine, 1.0)[:, None, None]
    half = (sine <= 1e-12) & (cosine < 0.0)  # half a turn has no skew part: its axis is the column of turn + 1
    if half.any():
        columns = turn[half] + np.eye(3)
        longest = np.linalg.norm(columns, axis=1).argmax(axis=1)
        x, y, z = (columns[np.arange(len(columns)), :, longest]
                   / np.linalg.norm(columns[np.arange(len(columns)), :, longest], axis=1, keepdims=True)).T
        zero = np.zeros_like(x)
        axis[half] = np.stack((zero, -z, y, z, zero, -x, -y, x, zero), axis=1).reshape(-1, 3, 3)
    angle = (angle * part)[:, None, None]
    return np.eye(3) + np.sin(angle) * axis + (1.0 - np.cos(angle)) * (axis @ axis)
