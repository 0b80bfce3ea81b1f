"""Subdivision surfaces: Catmull-Clark, Loop and bilinear refinement of polygon meshes, with creases, corners and borders.

Rules: E. Catmull and J. Clark, "Recursively generated B-spline surfaces on arbitrary topological meshes", 1978; C. Loop,
"Smooth subdivision surfaces based on triangles", 1987; T. DeRose, M. Kass and T. Truong, "Subdivision surfaces in character
animation", 1998 (semi-sharp creases); limit masks: M. Halstead et al., "Efficient, fair interpolation using Catmull-Clark
surfaces", 1993. The options are those of UsdGeomMesh.
"""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["BORDERS", "SCHEMES", "SHARP", "Cage", "border_vertices", "levels_for", "limit_points", "refine"]

SCHEMES = ("catmullClark", "loop", "bilinear")
BORDERS = ("none", "edgeOnly", "edgeAndCorner")

SHARP = 10.0
"""Sharpness that stays sharp at every level (UsdGeomMesh::SHARPNESS_INFINITE)."""
_WANTED_FACES = 20_000
_MOST_FACES = 500_000
_MOST_LEVELS = 4


@dataclass(frozen=True, eq=False)
class Cage:
    """A mesh on its way through refinement. Every face of a refined cage has four corners (Loop: three)."""

    counts: np.ndarray
    """(F,) int64 corners of each face."""
    indices: np.ndarray
    """(sum of counts,) int64 vertex of each corner."""
    vertices: int
    """Number of vertices V."""
    faces: np.ndarray
    """(F,) int64: the face of the original mesh that each face lies in."""
    edges: np.ndarray
    """(E, 2) int64 vertex pairs of semi-sharp edges, the smaller first."""
    edge_sharpness: np.ndarray
    """(E,) float64."""
    corners: np.ndarray
    """(K,) int64 semi-sharp vertices."""
    corner_sharpness: np.ndarray
    """(K,) float64."""
    border: str = "edgeAndCorner"
    """How borders are kept; ``none`` is treated as ``edgeOnly``, its faces being left out by the caller."""

    @staticmethod
    def of(counts: np.ndarray, indices: np.ndarray, vertices: int, border: str = "edgeAndCorner") -> "Cage":
        """Return the cage of a mesh without creases."""
        none = np.zeros(0, np.int64)
        faces = np.arange(len(counts))
        return Cage(counts.astype(np.int64), indices.astype(np.int64), vertices, faces, none.reshape(0, 2), np.zeros(0), none,
                    np.zeros(0), border)


@dataclass(frozen=True, eq=False)
class _Edges:
    """The undirected edges of a cage and what lies at them."""

    ends: np.ndarray  # (E, 2) vertices, smaller first
    of_corner: np.ndarray  # (C,) edge from each corner to the next one of its face
    uses: np.ndarray  # (E,) number of faces
    sharpness: np.ndarray  # (E,) float64; borders and edges of more than two faces are infinitely sharp


def levels_for(faces: int) -> int:
    """Return how often to refine a mesh of ``faces`` faces: small ones until they are smooth, large ones at least once."""
    if faces <= 0 or faces * 4 > _MOST_FACES:
        return 0
    return int(np.clip(np.floor(np.log(_WANTED_FACES / faces) / np.log(4.0)), 1, _MOST_LEVELS))


def refine(cage: Cage, values: np.ndarray, scheme: str, linear: np.ndarray | None = None
           ) -> tuple[Cage, np.ndarray, np.ndarray | None]:
    """Refine once.

    Args:
        cage: The mesh; for ``loop`` all faces must be triangles.
        values: (V, C) float64 what is subdivided smoothly: points and vertex primvars.
        scheme: One of SCHEMES.
        linear: (V, D) float64 what is interpolated linearly: varying primvars.

    Returns:
        The refined cage, its values and its linear values. New vertices stand in the order: old vertices, edges, faces.

    Raises:
        ValueError: An unknown scheme, or faces that are not triangles with ``loop``.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"Unknown subdivision scheme {scheme!r}. Available: {', '.join(SCHEMES)}.")
    if scheme == "loop" and len(cage.counts) and (cage.counts != 3).any():
        raise ValueError("Loop subdivision is for triangles only. Set subdivisionScheme to catmullClark.")
    edges = _edges_of(cage)
    if scheme == "loop":
        fine = _split_triangles(cage, edges)
        return fine, _loop_values(cage, edges, values), _linear_values(cage, edges, linear, faces=False)
    fine = _split_faces(cage, edges)
    smooth = _linear_values(cage, edges, values) if scheme == "bilinear" else _catmull_clark_values(cage, edges, values)
    return fine, smooth, _linear_values(cage, edges, linear)


def border_vertices(cage: Cage) -> np.ndarray:
    """Return (V,) bool: the vertex lies at an edge that has a face on one side only."""
    edges = _edges_of(cage)
    found = np.zeros(cage.vertices, bool)
    found[edges.ends[edges.uses == 1].reshape(-1)] = True
    return found


def limit_points(cage: Cage, values: np.ndarray, scheme: str) -> np.ndarray:
    """Return where the vertices of a refined cage lie on the limit surface, (V, C) float64.

    The cage must have been refined at least once.
    """
    if scheme == "bilinear" or not len(cage.indices):
        return values
    edges = _edges_of(cage)
    corner, crease = _rules(cage, edges)
    neighbours, valence = _neighbour_sums(cage, edges, values)
    n = np.maximum(valence, 1.0)[:, None]
    if scheme == "loop":
        weight = 1.0 / (3.0 / (8.0 * _loop_beta(n)) + n)
        smooth = values * (1.0 - n * weight) + neighbours * weight
    else:
        across = _sum_at(cage.indices, values[_opposite(cage)], cage.vertices)
        smooth = (values * n * n + 4.0 * neighbours + across) / (n * (n + 5.0))
    along, count = _sharp_neighbours(cage, edges, values)
    creased = (values * 4.0 + along) / 6.0
    result = np.where((crease & (count == 2))[:, None], creased, np.where(corner[:, None], values, smooth))
    return np.where((valence == 0.0)[:, None], values, result)


def _edges_of(cage: Cage) -> _Edges:
    starts = np.cumsum(cage.counts) - cage.counts
    face_of_corner = np.repeat(np.arange(len(cage.counts)), cage.counts)
    following = np.arange(len(cage.indices)) + 1
    last = following == (starts + cage.counts)[face_of_corner]
    following[last] = starts[face_of_corner[last]]
    a, b = cage.indices, cage.indices[following]
    keys = np.minimum(a, b) * np.int64(cage.vertices) + np.maximum(a, b)
    unique, of_corner, uses = np.unique(keys, return_inverse=True, return_counts=True)
    ends = np.stack([unique // max(cage.vertices, 1), unique % max(cage.vertices, 1)], axis=1)
    sharpness = np.where(uses == 2, 0.0, SHARP)
    if len(cage.edges):
        wanted = cage.edges[:, 0] * np.int64(cage.vertices) + cage.edges[:, 1]
        at = np.minimum(np.searchsorted(unique, wanted), len(unique) - 1)
        found = unique[at] == wanted
        np.maximum.at(sharpness, at[found], cage.edge_sharpness[found])
    return _Edges(ends, of_corner.reshape(-1), uses, sharpness)


def _sum_at(rows: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Return (count, C): the values summed by row."""
    result = np.empty((count, values.shape[1]))
    for k in range(values.shape[1]):
        result[:, k] = np.bincount(rows, values[:, k], count)
    return result


def _neighbour_sums(cage: Cage, edges: _Edges, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of the neighbours along edges (V, C) and their number (V,)."""
    a, b = edges.ends[:, 0], edges.ends[:, 1]
    total = _sum_at(a, values[b], cage.vertices) + _sum_at(b, values[a], cage.vertices)
    return total, np.bincount(edges.ends.reshape(-1), minlength=cage.vertices).astype(np.float64)


def _sharp_neighbours(cage: Cage, edges: _Edges, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of the neighbours along sharp edges (V, C) and their number (V,)."""
    a, b = edges.ends[edges.sharpness > 0.0].T
    total = _sum_at(a, values[b], cage.vertices) + _sum_at(b, values[a], cage.vertices)
    return total, np.bincount(np.concatenate([a, b]), minlength=cage.vertices)


def _rules(cage: Cage, edges: _Edges) -> tuple[np.ndarray, np.ndarray]:
    """Return (V,) bool: the vertex stays a corner; it lies on a crease (of two sharp edges)."""
    sharp = np.bincount(edges.ends[edges.sharpness > 0.0].reshape(-1), minlength=cage.vertices)
    corner = sharp > 2
    corner[cage.corners[cage.corner_sharpness > 0.0]] = True
    if cage.border == "edgeAndCorner":
        border_uses = np.bincount(cage.indices, minlength=cage.vertices)
        corner |= border_vertices(cage) & (border_uses == 1)
    return corner, (sharp == 2) & ~corner


def _sharp_share(cage: Cage, edges: _Edges) -> np.ndarray:
    """Return (V,) 0..1: how much of the sharp rule applies, below 1 where the sharpness runs out at this level."""
    a, b = edges.ends[edges.sharpness > 0.0].T
    level = np.minimum(edges.sharpness[edges.sharpness > 0.0], 1.0)
    both = np.concatenate([a, b])
    total = np.bincount(both, np.concatenate([level, level]), cage.vertices)
    share = np.ones(cage.vertices)
    number = np.bincount(both, minlength=cage.vertices)
    share[number > 0] = total[number > 0] / number[number > 0]
    share[cage.corners] = np.maximum(np.minimum(cage.corner_sharpness, 1.0), np.where(number[cage.corners] > 0,
                                                                                      share[cage.corners], 0.0))
    return share


def _face_points(cage: Cage, values: np.ndarray) -> np.ndarray:
    face_of_corner = np.repeat(np.arange(len(cage.counts)), cage.counts)
    return _sum_at(face_of_corner, values[cage.indices], len(cage.counts)) / np.maximum(cage.counts, 1)[:, None]


def _blend_vertices(cage: Cage, edges: _Edges, values: np.ndarray, smooth: np.ndarray) -> np.ndarray:
    """Return the new places of the old vertices: smooth, on a crease, or a corner."""
    corner, crease = _rules(cage, edges)
    along, _ = _sharp_neighbours(cage, edges, values)
    sharp = np.where(corner[:, None], values, values * 0.75 + along * 0.125)
    share = np.where(corner | crease, _sharp_share(cage, edges), 0.0)[:, None]
    result = smooth * (1.0 - share) + sharp * share
    used = np.zeros(cage.vertices, bool)
    used[cage.indices] = True
    result[~used] = values[~used]
    return result


def _catmull_clark_values(cage: Cage, edges: _Edges, values: np.ndarray) -> np.ndarray:
    faces = _face_points(cage, values)
    face_of_corner = np.repeat(np.arange(len(cage.counts)), cage.counts)
    ends = values[edges.ends]
    middle = ends.mean(axis=1)
    sharp = np.minimum(edges.sharpness, 1.0)[:, None]
    beside = _sum_at(edges.of_corner, faces[face_of_corner], len(edges.ends))
    edge_points = (ends.sum(axis=1) + beside) * 0.25 * (1.0 - sharp) + middle * sharp
    neighbours, valence = _neighbour_sums(cage, edges, values)
    n = np.maximum(valence, 1.0)[:, None]
    around = _sum_at(cage.indices, faces[face_of_corner], cage.vertices)
    smooth = values * ((n - 2.0) / n) + (neighbours + around) / (n * n)
    return np.concatenate([_blend_vertices(cage, edges, values, smooth), edge_points, faces])


def _loop_beta(n: np.ndarray) -> np.ndarray:
    """Return Loop's weight of each neighbour."""
    return (0.625 - (0.375 + 0.25 * np.cos(2.0 * np.pi / n)) ** 2) / n


def _loop_values(cage: Cage, edges: _Edges, values: np.ndarray) -> np.ndarray:
    ends = values[edges.ends]
    middle = ends.mean(axis=1)
    sharp = np.minimum(edges.sharpness, 1.0)[:, None]
    apex = cage.indices.reshape(-1, 3)[:, (2, 0, 1)].reshape(-1)  # the corner across from each edge of a triangle
    across = _sum_at(edges.of_corner, values[apex], len(edges.ends))
    edge_points = (ends.sum(axis=1) * 0.375 + across * 0.125) * (1.0 - sharp) + middle * sharp
    neighbours, valence = _neighbour_sums(cage, edges, values)
    n = np.maximum(valence, 1.0)[:, None]
    beta = _loop_beta(n)
    smooth = values * (1.0 - n * beta) + neighbours * beta
    return np.concatenate([_blend_vertices(cage, edges, values, smooth), edge_points])


def _linear_values(cage: Cage, edges: _Edges, values: np.ndarray | None, faces: bool = True) -> np.ndarray | None:
    if values is None:
        return None
    parts = [values, values[edges.ends].mean(axis=1)]
    return np.concatenate([*parts, _face_points(cage, values)] if faces else parts)


def _split_faces(cage: Cage, edges: _Edges) -> Cage:
    """Return four-cornered faces, one for each corner: (corner, next edge, face, edge before)."""
    starts = np.cumsum(cage.counts) - cage.counts
    face = np.repeat(np.arange(len(cage.counts)), cage.counts)
    before = np.arange(len(cage.indices)) - 1
    first = starts[face] == np.arange(len(cage.indices))
    before[first] = (starts + cage.counts - 1)[face[first]]
    at_edge = cage.vertices + edges.of_corner
    quads = np.stack([cage.indices, at_edge, cage.vertices + len(edges.ends) + face, at_edge[before]], axis=1)
    fine = replace(cage, counts=np.full(len(quads), 4, np.int64), indices=quads.reshape(-1), faces=cage.faces[face],
                   vertices=cage.vertices + len(edges.ends) + len(cage.counts))
    return _less_sharp(fine, cage, edges)


def _split_triangles(cage: Cage, edges: _Edges) -> Cage:
    """Return the four triangles of each triangle."""
    corner = cage.indices.reshape(-1, 3)
    middle = cage.vertices + edges.of_corner.reshape(-1, 3)
    a, b, c = corner.T
    ab, bc, ca = middle.T
    triangles = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], axis=1).reshape(-1)
    fine = replace(cage, counts=np.full(4 * len(corner), 3, np.int64), indices=triangles, faces=np.repeat(cage.faces, 4),
                   vertices=cage.vertices + len(edges.ends))
    return _less_sharp(fine, cage, edges)


def _less_sharp(fine: Cage, cage: Cage, edges: _Edges) -> Cage:
    """Hand the creases down: both halves of a semi-sharp edge are one less sharp; infinitely sharp ones stay so."""
    kept = np.flatnonzero((edges.sharpness > 0.0) & (edges.uses == 2))
    below = _one_less(edges.sharpness[kept])
    kept, below = kept[below > 0.0], below[below > 0.0]
    middle = cage.vertices + kept
    halves = np.concatenate([np.stack([edges.ends[kept, 0], middle], axis=1), np.stack([edges.ends[kept, 1], middle], axis=1)])
    corner = _one_less(cage.corner_sharpness)
    return replace(fine, edges=halves, edge_sharpness=np.concatenate([below, below]), corners=cage.corners[corner > 0.0],
                   corner_sharpness=corner[corner > 0.0])


def _one_less(sharpness: np.ndarray) -> np.ndarray:
    return np.where(sharpness >= SHARP, sharpness, sharpness - 1.0)


def _opposite(cage: Cage) -> np.ndarray:
    """Return, for each corner of four-cornered faces, the vertex diagonally across."""
    return cage.indices.reshape(-1, 4)[:, (2, 3, 0, 1)].reshape(-1)
