"""Who is seen where, against Embree: random meshes, instanced, stretched and mirrored, pixel by pixel."""

import numpy as np
import pytest
from pxr import Gf, UsdGeom

embree = pytest.importorskip("embreex.rtcore_scene", reason="the oracle is optional: pip install embreex")
embree_mesh = pytest.importorskip("embreex.mesh_construction")

pytestmark = pytest.mark.verify
SIZE = (320, 240)


def tetrahedra(rng, count):
    """Return points and triangles of ``count`` random tetrahedra round the origin."""
    points = rng.normal(size=(count, 4, 3)) * 0.35 + rng.uniform(-0.6, 0.6, (count, 1, 3))
    faces = np.array([[0, 1, 2], [0, 3, 1], [1, 3, 2], [0, 2, 3]])
    return points.reshape(-1, 3).astype(np.float32), (faces[None] + 4 * np.arange(count)[:, None, None]).reshape(-1, 3)


def fill(studio, rng, kinds, count):
    """Put meshes (some of them native instances) on the stage; return world triangles (T, 3, 3) and the path of each."""
    meshes = [tetrahedra(rng, 12) for _ in range(kinds)]
    for k, (points, faces) in enumerate(meshes):
        studio.stage.CreateClassPrim(f"/Library/Kind{k}")
        studio.mesh(f"/Library/Kind{k}/Mesh", points, [3] * len(faces), faces.ravel().tolist())
    triangles, owners = [], []
    for i in range(count):
        k = i % kinds
        prim = UsdGeom.Xform.Define(studio.stage, f"/World/Thing_{i:03}")
        prim.GetPrim().GetReferences().AddInternalReference(f"/Library/Kind{k}")
        prim.GetPrim().SetInstanceable(i % 2 == 0)
        scale = rng.uniform(0.2, 2.0, 3) * rng.choice([-1.0, 1.0], 3)
        studio.place(prim, rng.uniform(-4, 4, 3), rng.uniform(-180, 180, 3), scale)
        matrix = np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(0))
        points, faces = meshes[k]
        world = points.astype(np.float64) @ matrix[:3, :3] + matrix[3, :3]
        triangles.append(world[faces])
        owners += [f"/World/Thing_{i:03}/Mesh"] * len(faces)
    return np.concatenate(triangles), np.array(owners)


def cast(triangles, origin, rays):
    """Return the triangle (-1: none) and the distance in multiples of the ray that Embree finds for each ray (N, 3)."""
    scene = embree.EmbreeScene()
    embree_mesh.TriangleMesh(scene, (triangles - origin).astype(np.float32))
    found = scene.run(np.zeros(rays.shape, np.float32), rays.astype(np.float32), output=True)
    return found["primID"].astype(np.int64), found["tfar"]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("offset", [0.0, 1.0e5])
def test_every_pixel_shows_what_embree_sees(studio, seed, offset):
    """Only rays that pass within rounding of an edge may differ; distances agree to single precision."""
    rng = np.random.default_rng(seed)
    triangles, owners = fill(studio, rng, kinds=5, count=60)
    middle = np.array([offset, -offset, offset])
    UsdGeom.Xform.Define(studio.stage, "/World").AddTranslateOp().Set(Gf.Vec3d(*middle))
    triangles = triangles + middle
    studio.camera(middle + rng.normal(size=3) * 4.0, middle, focal=18.0, clip=(1.0e-5, 1.0e6))
    frame = studio.render(["prim_id", "distance_to_image_plane"], size=SIZE)
    origin, rays = studio.rays(SIZE)
    found, t = cast(triangles, origin, rays.reshape(-1, 3))
    names = np.append(owners, "")[found]
    seen = np.array(frame.prim_paths)[frame["prim_id"].ravel()]
    differ = seen != names
    same = ~differ & (found >= 0)
    depth = frame["distance_to_image_plane"].ravel()
    far_off = same & (np.abs(depth - t) > 1e-4 * t)
    assert (found >= 0).sum() > 10000
    assert differ.sum() <= 4
    assert far_off.sum() <= 4
