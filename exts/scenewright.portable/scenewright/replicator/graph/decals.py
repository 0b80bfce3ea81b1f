"""Decals: a mesh just above a surface, cut out and textured by the box of a proxy prim, rebuilt when either moves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pxr import Sdf, Usd, UsdGeom, Vt

from scenewright.replicator.functional.decal_geometry import project_decal
from scenewright.replicator.functional.material_definition import bind_materials, define_materials, write_material_inputs
from scenewright.replicator.functional.prim_definition import unique_paths
from scenewright.replicator.functional.surface_triangles import world_triangles
from scenewright.replicator.graph.node import Node

__all__ = ["Decal"]

_TEXTURES = {"diffuse": "diffuse_texture", "normal": "normalmap_texture", "roughness": "reflectionroughness_texture",
             "metallic": "metallic_texture"}


class Decal:
    """One projection.

    Args:
        stage: Stage.
        path: Free path of its mesh.
        proxy: Stands for the prim whose local bounds the picture fills, looking along its -Z.
        targets: Stand for the prims that are projected on.
        material: Material prim of the decal; None = an OmniPBR of its own, which `paint` changes.
        offset: Height above the surface as a share of the decal's shorter side.
    """

    def __init__(self, stage: Usd.Stage, path: Sdf.Path, proxy: Node, targets: Node, material: Usd.Prim | None,
                 offset: float) -> None:
        self.proxy = proxy
        self._targets = targets
        self._offset = offset
        self._mesh = UsdGeom.Mesh.Define(stage, path)
        self._mesh.CreateSubdivisionSchemeAttr("none")
        if material is None:
            looks = unique_paths(stage, path.GetParentPath(), f"{path.name}_Material")
            material = define_materials(stage, looks, "OmniPBR.mdl", dict.fromkeys(_TEXTURES.values(), ""))[0]
        self._material = material
        bind_materials([self._mesh.GetPrim()], [material])
        self._surface: np.ndarray | None = None

    @property
    def prim(self) -> Usd.Prim:
        """The mesh."""
        return self._mesh.GetPrim()

    def paint(self, textures: Mapping[str, Any]) -> None:
        """Choose image files.

        Args:
            textures: Files of "diffuse", "normal", "roughness" and "metallic"; None leaves one as it is. Where the diffuse
                picture has alpha, the decal is cut out along it.
        """
        inputs: dict[str, Any] = {_TEXTURES[key]: str(file) for key, file in textures.items() if file is not None}
        if "diffuse_texture" in inputs:
            inputs |= {"opacity_texture": inputs["diffuse_texture"], "enable_opacity": True, "enable_opacity_texture": True,
                       "opacity_mode": 0, "opacity_threshold": 0.5}
        for key in ("roughness", "metallic"):
            if _TEXTURES[key] in inputs:
                inputs[f"{'reflection_' if key == 'roughness' else ''}{key}_texture_influence"] = 1.0
        write_material_inputs([self._material], inputs)

    def follow(self) -> None:
        """Rebuild the mesh where the proxy or what is projected on has moved or changed."""
        proxies, targets = self.proxy.prims(), self._targets.prims()
        if not proxies or not targets:
            return
        box = _box_to_world(proxies[0])
        triangles = world_triangles(targets)
        surface = np.concatenate([triangles.reshape(-1), box.reshape(-1)])
        if self._surface is not None and np.array_equal(surface, self._surface):
            return
        self._surface = surface
        inverse = np.linalg.inv(box)
        points, counts, uvs = project_decal(triangles @ inverse[:3, :3] + inverse[3, :3])
        world = points @ box[:3, :3] + box[3, :3]
        sides = np.linalg.norm(box[:2, :3], axis=1)
        world += self._offset * sides.min() * _normals(world, counts)
        self._write(world, counts, uvs)

    def _write(self, world: np.ndarray, counts: np.ndarray, uvs: np.ndarray) -> None:
        to_local = self._mesh.ComputeLocalToWorldTransform(Usd.TimeCode.Default()).GetInverse()
        matrix = np.array(to_local)
        local = np.ascontiguousarray(world @ matrix[:3, :3] + matrix[3, :3], np.float32)
        self._mesh.GetPointsAttr().Set(Vt.Vec3fArray.FromNumpy(local))
        self._mesh.GetFaceVertexCountsAttr().Set(Vt.IntArray.FromNumpy(counts))
        self._mesh.GetFaceVertexIndicesAttr().Set(Vt.IntArray.FromNumpy(np.arange(len(local), dtype=np.int32)))
        st = UsdGeom.PrimvarsAPI(self._mesh).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.vertex)
        st.Set(Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(uvs, np.float32)))
        self._mesh.GetExtentAttr().Set(UsdGeom.PointBased.ComputeExtent(self._mesh.GetPointsAttr().Get()))


def _box_to_world(proxy: Usd.Prim) -> np.ndarray:
    """Return the matrix (4, 4), row vectors, of the unit box [-0.5, 0.5]³ to the proxy's local bounds in the world.

    A flat proxy, such as a plane, gets a depth as large as its shorter side.
    """
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_, UsdGeom.Tokens.render], useExtentsHint=True,
                              ignoreVisibility=True)
    bounds = cache.ComputeUntransformedBound(proxy).ComputeAlignedRange()
    low, high = np.full(3, -0.5), np.full(3, 0.5)
    if not bounds.IsEmpty():
        low, high = np.array(bounds.GetMin()), np.array(bounds.GetMax())
    size = high - low
    size[2] = size[2] if size[2] > 1e-9 else size[:2].min()
    if not (size > 0.0).all():
        raise ValueError(f"The proxy prim {proxy.GetPath()} has no area to project from.")
    unit = np.diag([*size, 1.0])
    unit[3, :3] = (low + high) / 2.0
    return unit @ np.array(UsdGeom.XformCache().GetLocalToWorldTransform(proxy))


def _normals(points: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the unit normal of each point's polygon, shape (P, 3)."""
    starts: Sequence[int] = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(int) if len(counts) else []
    normals = [np.cross(points[s + 1] - points[s], points[s + 2] - points[s]) for s in starts]
    unit = np.array([normal / max(float(np.linalg.norm(normal)), 1e-30) for normal in normals]).reshape(-1, 3)
    return np.repeat(unit, counts, axis=0)
