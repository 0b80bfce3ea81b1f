"""Three-dimensional boxes of labelled entities: tight in the space of the labelled prim."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from scenewright.render.scene.records import InstanceRecord, MeshRecord, ShapeKind
from scenewright.render.scene.row_table import RowTable

__all__ = ["EntityPlaces", "MeshExtents", "shape_extents"]

_KEPT_PER_MESH = 64


class MeshExtents:
    """Bounds of meshes under affine maps, remembered: labelled assets are rigid in most frames."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[MeshRecord, dict[tuple, np.ndarray]] = WeakKeyDictionary()

    def find(self, mesh: MeshRecord, slots: tuple[int, ...] | None, matrix: np.ndarray) -> np.ndarray:
        """Return (6,) float64 minimum and maximum of the mesh's points times ``matrix``.

        Args:
            mesh: The mesh.
            slots: Only triangles of these slots count; None for all.
            matrix: (4, 4) float64, row-vector.
        """
        known = self._known.setdefault(mesh, {})
        key = (slots, matrix.tobytes())
        if key not in known:
            if len(known) >= _KEPT_PER_MESH:
                known.clear()
            triangles = mesh.triangles if slots is None else mesh.triangles[np.isin(mesh.triangle_slots, slots)]
            points = mesh.points[np.unique(triangles)].astype(np.float64) @ matrix[:3, :3] + matrix[3, :3]
            known[key] = np.concatenate([points.min(axis=0), points.max(axis=0)]) if len(points) else empty_box()
        return known[key]


def empty_box() -> np.ndarray:
    """Return the (6,) box that adds nothing to a union."""
    return np.array([np.inf] * 3 + [-np.inf] * 3)


def shape_extents(kinds: np.ndarray, sizes: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Return the tight boxes of analytic shapes under affine maps, (N, 6) float64 minimum and maximum.

    The support of a sphere of radius r along output axis j is r times the norm of the map's column j; that of a disk takes
    the x and y rows alone. Cylinders, cones and capsules are hulls of two such; cubes and planes sums of absolute edges.

    Args:
        kinds: (N,) of ShapeKind; MESH rows give empty boxes.
        sizes: (N, 4) as in InstanceRecord.size.
        matrices: (N, 4, 4) float64, row-vector.
    """
    linear = matrices[:, :3, :3]
    disk = np.sqrt((linear[:, :2] ** 2).sum(axis=1))
    ball = np.sqrt((linear**2).sum(axis=1))
    along = linear[:, 2]
    a, b, half = (sizes[:, k : k + 1] for k in range(3))
    low, high = np.full((len(kinds), 3), np.inf), np.full((len(kinds), 3), -np.inf)

    def put(kind: ShapeKind, lowest: np.ndarray, highest: np.ndarray) -> None:
        chosen = kinds == kind
        low[chosen], high[chosen] = lowest[chosen], highest[chosen]

    box = a * np.abs(linear).sum(axis=1)
    put(ShapeKind.CUBE, -box, box)
    put(ShapeKind.SPHERE, -a * ball, a * ball)
    put(ShapeKind.DISK, -a * disk, a * disk)
    plane = a * np.abs(linear[:, 0]) + b * np.abs(linear[:, 1])
    put(ShapeKind.PLANE, -plane, plane)
    capsule = half * np.abs(along) + a * ball
    put(ShapeKind.CAPSULE, -capsule, capsule)
    for kind in (ShapeKind.CYLINDER, ShapeKind.CONE):
        bottom, top = -half * along, half * along
        put(kind, np.minimum(bottom - a * disk, top - b * disk), np.maximum(bottom + a * disk, top + b * disk))
    return np.concatenate([low + matrices[:, 3, :3], high + matrices[:, 3, :3]], axis=1)


@dataclass(frozen=True, eq=False)
class EntityPlaces:
    """Where everything was at one sync: what boxes are computed from when somebody asks."""

    worlds: np.ndarray  # (A, 4, 4): anchor space to world
    anchor_of_path: dict[str, int]
    frames: dict[str, tuple[int, np.ndarray]]  # of labelled prims in point instances
    matrices: np.ndarray  # (N, 4, 4): shape space to world of each instance
    instances: list[InstanceRecord]
    local: np.ndarray  # (N, 4, 4): shape space to the anchor's
    anchor_of_row: np.ndarray  # (N,)
    first_prim: np.ndarray  # (N,)
    meshes: dict[str, MeshRecord]
    extents: MeshExtents

    @classmethod
    def take(
        cls,
        table: RowTable,
        instances: list[InstanceRecord],
        first_prim: np.ndarray,
        meshes: dict[str, MeshRecord],
        extents: MeshExtents,
    ) -> "EntityPlaces":
        """Copy what moves, or borrow it, and refer to what is only ever replaced."""
        return cls(
            table.worlds.copy(), table.anchor_of_path, table.frames, table.lend_matrices(), instances, table.local,
            table.anchor_of_row, first_prim, dict(meshes), extents,
        )  # fmt: skip

    def entity_matrices(self, paths: tuple[str, ...]) -> np.ndarray:
        """Return local to world of labelled prims, (E, 4, 4) float64, row-vector."""
        anchors = np.array([self.frames[p][0] if p in self.frames else self.anchor_of_path[p] for p in paths], dtype=np.int64)
        result = self.worlds[anchors]
        inside = [e for e, path in enumerate(paths) if path in self.frames]
        if inside:
            result[inside] = np.array([self.frames[paths[e]][1] for e in inside]) @ result[inside]
        return result

    def entity_bounds(self, paths: tuple[str, ...], entity_of_prim: np.ndarray) -> np.ndarray:
        """Return the boxes of entities in the space of their labelled prim, (E, 6) float64, unscaled stage units.

        Args:
            paths: Path of each entity.
            entity_of_prim: (P,) entity of each prim id, -1 where it belongs to none.
        """
        boxes = np.tile(empty_box(), (len(paths), 1))
        pieces = self._pieces(entity_of_prim)
        if not pieces:
            return boxes
        rows = np.array([row for row, _, _ in pieces])
        entities = np.array([entity for _, entity, _ in pieces])
        maps = self._row_to_entity(rows, entities, paths)
        records = [self.instances[row] for row in rows.tolist()]
        kinds = np.array([record.kind for record in records])
        found = shape_extents(kinds, np.array([record.size for record in records]), maps)
        for k in np.flatnonzero(kinds == ShapeKind.MESH).tolist():
            found[k] = self.extents.find(self.meshes[records[k].mesh], pieces[k][2], maps[k])
        np.minimum.at(boxes[:, :3], entities, found[:, :3])
        np.maximum.at(boxes[:, 3:], entities, found[:, 3:])
        return boxes

    def _pieces(self, entity_of_prim: np.ndarray) -> list[tuple[int, int, tuple[int, ...] | None]]:
        """Return (row, entity, slots) of everything that belongs to an entity; slots None is the whole instance."""
        ends = np.append(self.first_prim[1:], len(entity_of_prim))
        whole = (ends - self.first_prim) == 1
        owner = entity_of_prim[self.first_prim]
        pieces: list[tuple[int, int, tuple[int, ...] | None]] = [
            (row, int(owner[row]), None) for row in np.flatnonzero(whole & (owner >= 0)).tolist()
        ]
        for row in np.flatnonzero(~whole).tolist():
            slots = entity_of_prim[self.first_prim[row] : ends[row]]
            for entity in np.unique(slots[slots >= 0]).tolist():
                mine = np.flatnonzero(slots == entity)
                pieces.append((row, entity, None if len(mine) == len(slots) else tuple(mine.tolist())))
        return pieces

    def _row_to_entity(self, rows: np.ndarray, entities: np.ndarray, paths: tuple[str, ...]) -> np.ndarray:
        """Return shape space to entity space of each piece, (K, 4, 4).

        A leaf that is its own entity needs no detour through world space. Otherwise the product is rounded to nine digits,
        so that an asset that only moves as a whole keeps one key in the cache of mesh bounds, and one result.
        """
        matrices = self.entity_matrices(paths)
        maps = self.matrices[rows] @ inverses(matrices)[entities]
        scale = np.abs(maps).max(axis=(1, 2), keepdims=True)
        exponent = 10.0 ** (9 - np.ceil(np.log10(np.maximum(scale, 1e-30))))
        maps = np.round(maps * exponent) / exponent + 0.0  # no negative zeros
        anchors = self.anchor_of_row[rows]
        entity_anchor = np.array([self.anchor_of_path.get(path, -1) for path in paths])[entities]
        own = anchors == entity_anchor
        pairs = zip(rows.tolist(), entities.tolist(), strict=True)
        own &= np.array([self.instances[row].path == paths[e] for row, e in pairs])
        maps[own] = self.local[rows[own]]
        return maps


def inverses(matrices: np.ndarray) -> np.ndarray:
    """Return the inverses of affine maps (N, 4, 4); of a singular one (a scale of zero) the pseudo-inverse."""
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        return np.linalg.pinv(matrices)
