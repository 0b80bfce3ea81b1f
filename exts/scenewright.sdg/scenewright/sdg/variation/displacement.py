"""Noise displacement of meshes: points move along their normals; texture coordinates, subsets and labels stay as they are."""

import numpy as np
import warp as wp
from pxr import Usd, UsdGeom

from scenewright.sdg.variation import displacement_kernels as kernels
from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.launching import launch_ranges, on_device
from scenewright.sdg.variation.meshes import fan_triangles, welded

__all__ = ["displaced_points", "mesh_prims", "smooth_normals"]


def displaced_points(
    mesh: UsdGeom.Mesh,
    generator: np.random.Generator,
    *,
    amplitude: float,
    wavelength: float,
    octaves: int = 3,
    roughness: float = 0.5,
    bias: float = 0.0,
    device: str | None = None,
    points: np.ndarray | None = None,
) -> np.ndarray:
    """Return the points of a mesh after displacement, shape (P, 3), float32.

    Number and order of points stay, so whatever is written for points, corners and faces (texture coordinates, subsets,
    labels, skinning) still fits. Points at one place move together: seams stay shut.

    Args:
        mesh: The mesh.
        generator: Source of the noise.
        amplitude: Largest displacement, about [units of the mesh].
        wavelength: Size of the coarsest bumps [units of the mesh].
        octaves: Layers of noise, each half as large as the one before, 1 to 12.
        roughness: Strength of a layer over that of the one before, 0 to 1.
        bias: Added to the noise, -1 to 1: 1 moves outwards only.
        device: Warp device; None = the CPU.
        points: Points before displacement, shape (P, 3); None = those of the mesh now.

    Raises:
        VariationError: An argument is wrong, or the mesh has no faces.
    """
    amplitude = checked_number("amplitude", amplitude, 0.0, unit="units of the mesh")
    wavelength = checked_number("wavelength", wavelength, 0.0, unit="units of the mesh", above=True)
    roughness, bias = checked_number("roughness", roughness, 0.0, 1.0), checked_number("bias", bias, -1.0, 1.0)
    if isinstance(octaves, bool) or not isinstance(octaves, int) or not 1 <= octaves <= 12:
        raise VariationError(f"'octaves' is {octaves!r}. Give a whole number from 1 to 12.")
    held = mesh.GetPointsAttr().Get() if points is None else points
    given = np.array([] if held is None else held, dtype=np.float32).reshape(-1, 3)
    normals = smooth_normals(mesh, given)
    place = on_device(device)
    moved = wp.empty(len(given), dtype=wp.vec3, device=place)
    inputs = [
        wp.uint32(int(generator.integers(2**32))),
        1.0 / wavelength,
        octaves,
        roughness,
        amplitude,
        bias,
        wp.vec3(*(float(part) for part in generator.uniform(-100.0, 100.0, 3))),
        wp.array(given, dtype=wp.vec3, device=place),
        wp.array(normals.astype(np.float32), dtype=wp.vec3, device=place),
        moved,
    ]
    launch_ranges(kernels.displace, len(given), inputs, place, smallest=2048)
    return moved.numpy().copy()


def smooth_normals(mesh: UsdGeom.Mesh, points: np.ndarray) -> np.ndarray:
    """Return a unit normal for each point, shape (P, 3): faces count by area; 0 where there is none.

    Raises:
        VariationError: The mesh has no faces, or they do not fit its points.
    """
    counts, indices = (
        np.array(attribute.Get() if attribute.Get() is not None else [], dtype=np.int64)
        for attribute in (mesh.GetFaceVertexCountsAttr(), mesh.GetFaceVertexIndicesAttr())
    )
    if not len(points) or not len(counts):
        raise VariationError(f"{mesh.GetPath()} has no faces. Give a mesh that has some.")
    if indices.size != counts.sum() or indices.min() < 0 or indices.max() >= len(points):
        raise VariationError(f"{mesh.GetPath()}: faceVertexIndices do not fit its points. Correct the mesh.")
    corners, _ = fan_triangles(counts, mesh.GetOrientationAttr().Get() == UsdGeom.Tokens.leftHanded)
    triangles = indices[corners]
    a, b, c = np.swapaxes(points[triangles].astype(np.float64), 0, 1)
    area = np.cross(b - a, c - a)
    places = welded(points, np.arange(len(points)))
    total = np.zeros((int(places.max()) + 1, 3))
    for corner in range(3):
        np.add.at(total, places[triangles[:, corner]], area)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.where(length > 0.0, length, 1.0))[places]


def mesh_prims(prims: list[Usd.Prim]) -> list[UsdGeom.Mesh]:
    """Return the meshes at or below prims.

    Raises:
        VariationError: There is none, or one lies inside an instance or gets its points from a skeleton or time samples.
    """
    found = [
        UsdGeom.Mesh(prim)
        for root in prims
        for prim in Usd.PrimRange(root, Usd.TraverseInstanceProxies())
        if prim.IsA(UsdGeom.Mesh)
    ]
    if not found:
        raise VariationError(f"there is no mesh at or below {', '.join(str(prim.GetPath()) for prim in prims) or 'nothing'}.")
    for mesh in found:
        if mesh.GetPrim().IsInstanceProxy():
            raise VariationError(
                f"{mesh.GetPath()} lies inside an instance, whose points all copies share. "
                "Set `instanceable = false` on the instance."
            )
        if mesh.GetPointsAttr().GetNumTimeSamples():
            raise VariationError(f"the points of {mesh.GetPath()} are animated. Displace a mesh that keeps its shape.")
    return found
