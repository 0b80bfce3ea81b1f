"""glTF 2.0: every triangle of the default scene as it stands, with metallic-roughness looks.

Nodes are placed, skins posed by their nodes and morph targets weighted as the file opens; animations are left out.
"""

import math

import numpy as np

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.gltf_document import Document, Node, Primitive, read_document
from scenewright.sdg.assets.gltf_draco import unpack_draco
from scenewright.sdg.assets.gltf_looks import GltfLook, GltfLooks
from scenewright.sdg.assets.model import Model, Part
from scenewright.sdg.assets.sources import Source

__all__ = ["read_gltf"]

_TRIANGLES, _STRIP, _FAN = 4, 5, 6


def read_gltf(source: Source) -> Model:
    """Return the model of a .gltf or .glb file: metres, Y up, one part for each primitive of each placed mesh.

    Raises:
        AssetError: The file is damaged, hostile, needs what is not read, or has no triangles.
    """
    document = read_document(source)
    reader = _Reader(document)
    for node in _roots(document):
        reader.place(node, np.eye(4), 0)
    parts = reader.parts()
    if not parts:
        raise AssetError("it has no triangles.")
    model = Model(parts, reader.looks.surfaces, reader.looks.shelf.files, 1.0, "Y", sorted(reader.notes | reader.looks.notes))
    if document.content.asset.copyright:
        model.facts["attribution"] = document.content.asset.copyright
    return model


def _roots(document: Document) -> list[int]:
    content = document.content
    if content.scenes:
        return document.item("scenes", content.scene or 0).nodes
    children = {child for node in content.nodes for child in node.children}
    return [index for index in range(len(content.nodes)) if index not in children]


class _Reader:
    """Walks the nodes, then makes parts once every node's matrix is known (skins need those of their joints)."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.looks = GltfLooks(document)
        self.notes: set[str] = set()
        self._matrices: dict[int, np.ndarray] = {}
        self._corners = 0

    def place(self, index: int, parent: np.ndarray, depth: int) -> None:
        """Note where a node and those below it stand.

        Raises:
            AssetError: Nodes form a cycle, or are nested too deep.
        """
        if index in self._matrices:
            raise AssetError(f"nodes[{index}] is reached twice: its nodes form a cycle or share children.")
        if depth > self.document.source.limits.depth:
            raise AssetError(f"its nodes are nested deeper than {self.document.source.limits.depth}.")
        node = self.document.item("nodes", index)
        self._matrices[index] = matrix = parent @ _local(node)
        if not np.isfinite(matrix).all():
            raise AssetError(f"nodes[{index}] has a transform that is no number.")
        for child in node.children:
            self.place(child, matrix, depth + 1)

    def parts(self) -> list[Part]:
        found = []
        for index, matrix in self._matrices.items():
            node = self.document.content.nodes[index]
            if node.mesh is None:
                continue
            mesh = self.document.item("meshes", node.mesh)
            for primitive in mesh.primitives:
                part = self._part(node.name or mesh.name, node, primitive, node.weights or mesh.weights, matrix)
                if part is not None:
                    found.append(part)
            if len(found) > self.document.source.limits.parts:
                raise AssetError(f"it has more than {self.document.source.limits.parts:,} parts.")
        return found

    def _part(self, name: str, node: Node, primitive: Primitive, weights: list[float], matrix: np.ndarray) -> Part | None:
        if primitive.mode not in (_TRIANGLES, _STRIP, _FAN):
            self.notes.add("left out: points and lines")
            return None
        if "POSITION" not in primitive.attributes:
            return None
        unpack_draco(self.document, primitive)
        points = self._rows(primitive, "POSITION", "VEC3", None)
        triangles = self._triangles(primitive, len(points))
        if not len(triangles):
            return None
        normals = self._rows(primitive, "NORMAL", "VEC3", len(points)) if "NORMAL" in primitive.attributes else None
        points, normals = self._morphed(primitive, weights, points, normals)
        matrices = self._skinned(node, primitive, len(points)) if node.skin is not None else matrix
        points = _moved(points, matrices)
        linear = matrices[..., :3, :3]
        if normals is not None:
            normals = _unit(np.einsum("...ij,...j->...i", _cofactors(linear), normals))
        if np.linalg.det(linear if linear.ndim == 2 else linear[triangles[:, 0]].mean(axis=0)) < 0.0:
            triangles = triangles[:, ::-1]
            normals = None if normals is None else -normals
        corners = triangles.reshape(-1)
        look = self.looks.look(primitive.material, "COLOR_0" in primitive.attributes)
        return Part(
            name=name, points=points, counts=np.full(len(triangles), 3), indices=corners, looks=[look.name],
            face_looks=np.zeros(len(triangles), int), normals=None if normals is None else normals[corners],
            st=self._coordinates(primitive, look, len(points), corners),
            colors=self._colors(primitive, len(points), corners) if look.surface.display_color else None,
            double_sided=look.surface.double_sided,
        )

    def _rows(self, primitive: Primitive, attribute: str, kind: str, count: int | None) -> np.ndarray:
        rows = self.document.numbers(primitive.attributes[attribute], kind).astype(np.float64)
        if count is not None and len(rows) != count:
            raise AssetError(f"{attribute} has {len(rows)} entries for {count} points.")
        if count is None and len(rows) > self.document.source.limits.points:
            raise AssetError(f"it has more than {self.document.source.limits.points:,} points.")
        return rows

    def _triangles(self, primitive: Primitive, points: int) -> np.ndarray:
        """Return the primitive's triangles as points, (T, 3)."""
        if primitive.indices is None:
            order = np.arange(points)
        else:
            order = self.document.numbers(primitive.indices, "SCALAR")[:, 0]
            if order.dtype.kind != "i" or (len(order) and (order.max() >= points or order.min() < 0)):
                worst = order.max() if len(order) else 0
                raise AssetError(f"a triangle refers to point {worst} of {points}.")
        self._corners += 3 * len(order) if primitive.mode != _TRIANGLES else len(order)
        if self._corners > self.document.source.limits.corners:
            raise AssetError(f"its triangles have more than {self.document.source.limits.corners:,} corners.")
        if primitive.mode == _TRIANGLES:
            return order[: len(order) // 3 * 3].reshape(-1, 3)
        if len(order) < 3:
            return np.zeros((0, 3), int)
        if primitive.mode == _FAN:
            return np.stack([np.broadcast_to(order[:1], len(order) - 2), order[1:-1], order[2:]], axis=1)
        strip = np.stack([order[:-2], order[1:-1], order[2:]], axis=1)
        strip[1::2] = strip[1::2][:, [1, 0, 2]]
        return strip

    def _morphed(self, primitive: Primitive, weights: list[float], points: np.ndarray,
                 normals: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
        for target, weight in zip(primitive.targets, weights, strict=False):
            for attribute in ("POSITION", "NORMAL"):
                if weight and attribute in target and (attribute == "POSITION" or normals is not None):
                    change = weight * self.document.numbers(target[attribute], "VEC3")
                    if len(change) != len(points):
                        raise AssetError(f"a morph target has {len(change)} entries for {len(points)} points.")
                    points, normals = (points + change, normals) if attribute == "POSITION" else (points, normals + change)
        return points, normals

    def _skinned(self, node: Node, primitive: Primitive, count: int) -> np.ndarray:
        """Return the matrix of each point (count, 4, 4): the weighted sum of those of its joints."""
        skin = self.document.item("skins", node.skin)
        joints = np.stack([self._joint(index) for index in skin.joints])
        if skin.inverseBindMatrices is not None:
            inverse = self.document.numbers(skin.inverseBindMatrices, "MAT4").reshape(-1, 4, 4).transpose(0, 2, 1)
            if len(inverse) < len(joints):
                raise AssetError(f"a skin has {len(inverse)} inverse bind matrices for {len(joints)} joints.")
            joints = joints @ inverse[: len(joints)]
        if not {"JOINTS_0", "WEIGHTS_0"} <= primitive.attributes.keys():
            return np.broadcast_to(np.eye(4), (count, 4, 4))
        which = self._rows(primitive, "JOINTS_0", "VEC4", count).astype(int)
        weights = self._rows(primitive, "WEIGHTS_0", "VEC4", count)
        if which.max(initial=0) >= len(joints) or which.min(initial=0) < 0:
            raise AssetError(f"a point is bound to joint {which.max()} of {len(joints)}.")
        weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
        return np.einsum("pj,pjab->pab", weights, joints[which])

    def _joint(self, index: int) -> np.ndarray:
        matrix = self._matrices.get(index)
        if matrix is None:
            raise AssetError(f"nodes[{index}] is a joint that is not in the scene.")
        return matrix

    def _coordinates(self, primitive: Primitive, look: GltfLook, count: int, corners: np.ndarray) -> np.ndarray | None:
        """Return st with v up, (C, 2), with the look's texture transform applied."""
        attribute = f"TEXCOORD_{look.uv_set}"
        if attribute not in primitive.attributes:
            if look.uses_maps:
                self.notes.add(f"a mesh has no {attribute} for its textures")
            return None
        st = self._rows(primitive, attribute, "VEC2", count)
        st = st @ look.transform[:2, :2].T + look.transform[:2, 2]
        return np.stack([st[:, 0], 1.0 - st[:, 1]], axis=1)[corners]

    def _colors(self, primitive: Primitive, count: int, corners: np.ndarray) -> np.ndarray:
        accessor = self.document.item("accessors", primitive.attributes["COLOR_0"])
        return np.clip(self._rows(primitive, "COLOR_0", accessor.type, count)[:, :3], 0.0, 1.0)[corners]


def _local(node: Node) -> np.ndarray:
    """Return a node's own column-vector matrix, (4, 4)."""
    if node.matrix is not None:
        return np.array(node.matrix).reshape(4, 4).T
    x, y, z, w = node.rotation
    length = math.sqrt(x * x + y * y + z * z + w * w) or 1.0
    x, y, z, w = x / length, y / length, z / length, w / length
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]) * np.array(node.scale)
    matrix[:3, 3] = node.translation
    return matrix


def _moved(points: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    return np.einsum("...ij,...j->...i", matrices[..., :3, :3], points) + matrices[..., :3, 3]


def _cofactors(linear: np.ndarray) -> np.ndarray:
    """Return the cofactor matrix, which turns normals whatever the scale, also where that is zero or mirrors."""
    a, b, c = linear[..., 0, :], linear[..., 1, :], linear[..., 2, :]
    return np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=-2)


def _unit(rows: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(length > 1e-12, rows / np.maximum(length, 1e-300), 0.0)
