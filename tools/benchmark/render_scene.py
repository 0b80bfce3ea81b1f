"""The scene that the renderers are compared on: a hundred spheres of 5120 triangles on a plane, 101 instances."""

from dataclasses import dataclass

import numpy as np

__all__ = ["BenchmarkScene", "benchmark_scene", "look_at", "write_stage"]


@dataclass(frozen=True)
class BenchmarkScene:
    """One mesh, where it is placed, a ground, a sun, a sky and a camera; Z is up, lengths in metres."""

    points: np.ndarray  # (P, 3) float32, unit sphere
    triangles: np.ndarray  # (T, 3) int32
    positions: np.ndarray  # (N, 3) float64
    radii: np.ndarray  # (N,) float64
    colors: np.ndarray  # (N, 3) float32, linear base colours
    ground: float  # half side of the square at z = 0
    ground_color: tuple[float, float, float]
    sun_direction: np.ndarray  # (3,) float64, unit, the way its light travels
    sun_irradiance: float  # on a surface that faces it
    sky_radiance: float
    eye: np.ndarray
    target: np.ndarray
    field_of_view: float  # degrees across the width

    @property
    def camera_matrix(self) -> np.ndarray:
        """Camera to world, (4, 4) float64, column-vector convention, -Z forward."""
        return look_at(self.eye, self.target - self.eye)

    @property
    def triangle_count(self) -> int:
        """Triangles of all instances together."""
        return len(self.positions) * len(self.triangles) + 2


def icosphere(level: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points and triangles of an icosahedron split ``level`` times, on the unit sphere."""
    golden = 0.5 * (1.0 + 5.0**0.5)
    points = np.array([(-1, golden, 0), (1, golden, 0), (-1, -golden, 0), (1, -golden, 0), (0, -1, golden), (0, 1, golden),
                       (0, -1, -golden), (0, 1, -golden), (golden, 0, -1), (golden, 0, 1), (-golden, 0, -1), (-golden, 0, 1)])
    faces = np.array([(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4), (11, 10, 2), (10, 7, 6),
                      (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9), (4, 9, 5), (2, 4, 11), (6, 2, 10),
                      (8, 6, 7), (9, 8, 1)])
    for _ in range(level):
        edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        unique, inverse = np.unique(edges, axis=0, return_inverse=True)
        middle = len(points) + inverse.reshape(-1, 3)
        points = np.concatenate([points, points[unique].mean(axis=1)])
        a, b, c = faces.T
        ab, bc, ca = middle.T
        faces = np.concatenate([np.stack(corner, axis=1) for corner in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), faces.astype(np.int32)


def benchmark_scene(level: int = 4, count: int = 100) -> BenchmarkScene:
    """Return the scene; ``level`` 4 and 100 spheres make 512,002 triangles."""
    points, triangles = icosphere(level)
    rng = np.random.default_rng(7)
    side = int(np.ceil(count**0.5))
    cells = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)[:count] - 0.5 * (side - 1)
    radii = rng.uniform(0.35, 0.6, count)
    positions = np.column_stack([cells * 1.3 + rng.uniform(-0.15, 0.15, (count, 2)), radii])
    sun = np.array([0.5, 0.4, -0.77])
    return BenchmarkScene(points, triangles, positions, radii, rng.uniform(0.15, 0.9, (count, 3)).astype(np.float32), 12.0,
                          (0.6, 0.6, 0.6), sun / np.linalg.norm(sun), 2000.0, 600.0, np.array([9.5, -9.5, 6.5]),
                          np.array([0.0, 0.0, 0.2]), 50.0)


def write_stage(scene: BenchmarkScene):
    """Return the scene as a USD stage in memory; the camera is ``/World/Camera``."""
    from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdShade, Vt

    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    library = stage.CreateClassPrim("/Library/Sphere")
    mesh = UsdGeom.Mesh.Define(stage, "/Library/Sphere/Mesh")
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(scene.points))
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(len(scene.triangles), 3, np.int32)))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(scene.triangles.ravel()))
    mesh.CreateSubdivisionSchemeAttr("none")
    mesh.CreateDoubleSidedAttr(True)
    for i, (position, radius, color) in enumerate(zip(scene.positions, scene.radii, scene.colors, strict=True)):
        prim = UsdGeom.Xform.Define(stage, f"/World/Sphere_{i:03}")
        prim.GetPrim().GetReferences().AddInternalReference(library.GetPath())
        prim.AddTranslateOp().Set(Gf.Vec3d(*position))
        prim.AddScaleOp().Set(Gf.Vec3f(float(radius)))
        bind(stage, UsdShade, Sdf, prim.GetPrim(), f"/World/Looks/Sphere_{i:03}", color)
    ground = UsdGeom.Mesh.Define(stage, "/World/Ground")
    half = scene.ground
    ground.CreatePointsAttr([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)])
    ground.CreateFaceVertexCountsAttr([3, 3])
    ground.CreateFaceVertexIndicesAttr([0, 1, 2, 0, 2, 3])
    ground.CreateSubdivisionSchemeAttr("none")
    bind(stage, UsdShade, Sdf, ground.GetPrim(), "/World/Looks/Ground", scene.ground_color)
    sun = UsdLux.DistantLight.Define(stage, "/World/Sun")
    sun.CreateAngleAttr(0.0)
    sun.CreateNormalizeAttr(True)
    sun.CreateIntensityAttr(scene.sun_irradiance)
    sun.AddTransformOp().Set(Gf.Matrix4d(look_at(np.zeros(3), scene.sun_direction).T))
    UsdLux.DomeLight.Define(stage, "/World/Sky").CreateIntensityAttr(scene.sky_radiance)
    camera = UsdGeom.Camera.Define(stage, "/World/Camera")
    camera.CreateFocalLengthAttr(10.0 / np.tan(np.radians(0.5 * scene.field_of_view)))
    camera.CreateHorizontalApertureAttr(20.0)
    camera.CreateClippingRangeAttr((0.01, 1000.0))
    camera.AddTransformOp().Set(Gf.Matrix4d(scene.camera_matrix.T))
    return stage


def bind(stage, shade, sdf, prim, path: str, color: tuple[float, float, float]) -> None:
    """Give a prim a diffuse material."""
    material = shade.Material.Define(stage, path)
    shader = shade.Shader.Define(stage, f"{path}/Surface")
    shader.CreateIdAttr("UsdPreviewSurface")
    shader.CreateInput("diffuseColor", sdf.ValueTypeNames.Color3f).Set(tuple(float(c) for c in color))
    shader.CreateInput("useSpecularWorkflow", sdf.ValueTypeNames.Int).Set(1)
    shader.CreateInput("specularColor", sdf.ValueTypeNames.Color3f).Set((0.0, 0.0, 0.0))
    shader.CreateInput("roughness", sdf.ValueTypeNames.Float).Set(1.0)
    material.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
    shade.MaterialBindingAPI.Apply(prim).Bind(material)


def look_at(eye: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return the object-to-world matrix of something at ``eye`` that looks along ``direction``, -Z forward, world Z up."""
    back = -direction / np.linalg.norm(direction)
    right = np.cross((0.0, 0.0, 1.0), back)
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :4] = np.column_stack([right, np.cross(back, right), back, eye])
    return matrix
