"""Label buffers against analytic truth."""

import numpy as np
import pytest
from pxr import Gf, UsdGeom

from scenewright.render import BUFFERS

GEOMETRY = ["distance_to_camera", "distance_to_image_plane", "normals", "prim_id"]


def sphere_truth(origin, rays, center, radius):
    """t, hit mask, and how far in px-free units the ray passes from the outline."""
    o = origin - center
    a = np.einsum("...i,...i", rays, rays)
    b = rays @ o
    nearest = o - (b / a)[..., None] * rays
    miss = np.linalg.norm(nearest, axis=-1)
    root = np.sqrt(np.maximum(radius**2 - miss**2, 0.0) / a)
    return -b / a - root, miss < radius, np.abs(miss - radius)


@pytest.mark.parametrize("offset", [0.0, 1.0e5])
def test_sphere_depth_normal_and_outline(studio, offset):
    center = np.array([0.3, 0.2, 0.1]) + offset * np.array([1.0, -1.0, 0.5])
    studio.shape("Sphere", "/World/Ball", translate=center, radius=0.8)
    studio.camera(center + np.array([0.4, -4.0, 1.0]), center + np.array([0.2, 0.0, 0.1]))
    frame = studio.render(GEOMETRY, size=(160, 120))
    origin, rays = studio.rays(size=(160, 120))
    t, hit, margin = sphere_truth(origin, rays, center, 0.8)
    clear = margin > 1e-3 * 4.0 * (24.0 / 24.0) / 160.0  # farther than 1e-3 px from the outline
    assert np.array_equal((frame["prim_id"] > 0)[clear], hit[clear])
    inside = clear & hit
    assert inside.sum() > 1000
    np.testing.assert_allclose(frame["distance_to_image_plane"][inside], t[inside], rtol=1e-4)
    np.testing.assert_allclose(frame["distance_to_camera"][inside], (t * np.linalg.norm(rays, axis=-1))[inside], rtol=1e-4)
    normal = (origin + t[..., None] * rays - center) / 0.8
    smooth = inside & (margin > 0.01)
    np.testing.assert_allclose(frame["normals"][smooth][:, :3], normal[smooth], atol=2e-3)
    assert np.all(frame["normals"][..., 3] == 0.0)


def test_small_sphere_far_away(studio):
    studio.shape("Sphere", "/World/Ball", translate=(0, 5000.0, 0), radius=30.0)
    studio.camera((0, 0, 0), (0, 1, 0), focal=240.0, aperture=24.0)
    frame = studio.render(GEOMETRY, size=(400, 300))
    t, hit, margin = sphere_truth(*studio.rays(size=(400, 300)), np.array([0, 5000.0, 0]), 30.0)
    clear = margin > 1e-3 * 5000.0 * 0.1 / 400.0
    assert np.array_equal((frame["prim_id"] > 0)[clear], hit[clear])
    np.testing.assert_allclose(frame["distance_to_image_plane"][clear & hit], t[clear & hit], rtol=1e-4)


@pytest.mark.parametrize("as_mesh", [False, True])
@pytest.mark.parametrize("offset", [0.0, 1.0e5])
def test_tilted_plane(studio, as_mesh, offset):
    center = np.array([offset, 2 * offset, -offset])
    where = {"translate": center, "rotate": (25.0, -15.0, 40.0), "scale": (3.0, 2.0, 1.0)}
    if as_mesh:
        prim = studio.quad("/World/Floor", half=1.0, **where)
    else:
        prim = studio.shape("Plane", "/World/Floor", width=2.0, length=2.0, **where)
    studio.camera(center + np.array([0.5, -3.0, 6.0]), center)
    size = (200, 150)
    frame = studio.render([*GEOMETRY, "uv"], size=size)
    origin, rays = studio.rays(size=size)
    world = np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim.GetPrim()))
    inverse = np.linalg.inv(world)
    o = (np.append(origin, 1.0) @ inverse)[:3]
    d = rays @ inverse[:3, :3]
    t = -o[2] / d[..., 2]
    p = o + t[..., None] * d
    edge = np.abs(np.abs(p[..., :2]).max(axis=-1) - 1.0)
    clear = edge > 1e-3 * t / 200.0
    hit = (np.abs(p[..., :2]).max(axis=-1) < 1.0) & (t > 0)
    assert np.array_equal((frame["prim_id"] > 0)[clear], hit[clear])
    inside = hit & clear
    np.testing.assert_allclose(frame["distance_to_image_plane"][inside], t[inside], rtol=1e-4)
    np.testing.assert_allclose(frame["uv"][inside], (p[inside][:, :2] + 1.0) / 2.0, atol=2e-4)
    normal = np.linalg.inv(world[:3, :3])[:, 2]
    normal /= np.linalg.norm(normal)
    np.testing.assert_allclose(frame["normals"][inside][:, :3], np.tile(normal, (inside.sum(), 1)), atol=1e-5)


def test_cube_ids_and_faces(studio):
    studio.shape("Cube", "/World/A", translate=(-1.5, 0, 0), size=2.0)
    studio.shape("Cube", "/World/B", translate=(1.0, 1.0, 0.5), rotate=(0, 0, 0), size=1.0)
    studio.camera((0, -6, 3), (0, 0, 0))
    size = (240, 180)
    frame = studio.render(GEOMETRY, size=size)
    origin, rays = studio.rays(size=size)
    best = np.full(rays.shape[:2], np.inf)
    ids = np.zeros(rays.shape[:2], np.uint32)
    margin = np.full(rays.shape[:2], np.inf)
    for prim, (center, half) in enumerate([((-1.5, 0, 0), 1.0), ((1.0, 1.0, 0.5), 0.5)], start=1):
        with np.errstate(divide="ignore"):
            low = (np.array(center) - half - origin) / rays
            high = (np.array(center) + half - origin) / rays
        enter = np.minimum(low, high).max(axis=-1)
        leave = np.maximum(low, high).min(axis=-1)
        margin = np.minimum(margin, np.abs(leave - enter) * np.linalg.norm(rays, axis=-1))
        nearer = (enter < leave) & (enter < best)
        best[nearer], ids[nearer] = enter[nearer], prim
    clear = margin > 1e-4
    assert np.array_equal(frame["prim_id"][clear], ids[clear])
    assert frame.prim_paths == ("", "/World/A", "/World/B")
    seen = clear & (ids > 0)
    np.testing.assert_allclose(frame["distance_to_image_plane"][seen], best[seen], rtol=1e-5)
    normals = frame["normals"][seen][:, :3]
    assert {tuple(n) for n in np.round(normals).astype(int)} == {(0, -1, 0), (0, 0, 1), (1, 0, 0), (-1, 0, 0)}


def test_misses_hold_the_tables_values(studio):
    studio.camera((0, 0, 0), (0, 1, 0))
    frame = studio.render([name for name, spec in BUFFERS.items() if spec.source == "label"])
    for name, spec in BUFFERS.items():
        if spec.source == "label":
            assert frame[name].shape == spec.shape(64, 48) and frame[name].dtype == spec.dtype
            assert np.all(frame[name] == spec.miss), name


def test_clipping_planes_cut_along_the_viewing_axis(studio):
    studio.shape("Sphere", "/World/Ball", translate=(0, 5, 0), radius=1.0)
    studio.shape("Plane", "/World/Wall", translate=(0, 8, 0), axis="Y", width=100.0, length=100.0)
    studio.camera((0, 0, 0), (0, 1, 0), clip=(4.5, 7.9))
    frame = studio.render(["distance_to_image_plane", "prim_id"], size=(101, 75))
    depth = frame["distance_to_image_plane"][37, 50]
    assert depth == pytest.approx(6.0, abs=0.02)  # the back of the sphere, its front is cut away
    assert set(np.unique(frame["prim_id"])) == {0, 1}
    finite = np.isfinite(frame["distance_to_image_plane"])
    assert np.all(frame["distance_to_image_plane"][finite] >= 4.5)


def test_meters_per_unit_scales_distances_alone(studio):
    UsdGeom.SetStageMetersPerUnit(studio.stage, 0.01)
    studio.shape("Sphere", "/World/Ball", translate=(0, 500, 0), radius=100.0)
    studio.camera((0, 0, 0), (0, 1, 0))
    assert studio.render(["distance_to_camera"], size=(33, 33))["distance_to_camera"][16, 16] == pytest.approx(4.0, rel=1e-5)


def test_aperture_offset_shifts_the_window(studio):
    studio.shape("Sphere", "/World/Ball", translate=(0, 5, 0), radius=0.2)
    camera = studio.camera((0, 0, 0), (0, 1, 0))
    camera.CreateHorizontalApertureOffsetAttr(6.0)  # a quarter of the width to the right
    ids = studio.render(["prim_id"], size=(80, 80))["prim_id"]
    assert np.mean(np.nonzero(ids)[1]) + 0.5 == pytest.approx(20.0, abs=0.6)


def test_motion_vectors_follow_object_and_camera(studio):
    ball = studio.shape("Cube", "/World/Box", translate=(0, 5, 0), size=1.0)
    studio.shape("Plane", "/World/Wall", translate=(0, 9, 0), axis="Y", width=100.0, length=100.0)
    studio.camera((0, 0, 0), (0, 1, 0))
    renderer = studio.renderer()
    size = (120, 90)
    first = renderer.render("/Camera", size, ["motion_vectors", "prim_id"])
    assert not first["motion_vectors"].any()
    renderer.begin_step()
    studio.place(ball, (0.1, 5, 0.05))
    frame = renderer.render("/Camera", size, ["motion_vectors", "prim_id"])
    moved = frame["motion_vectors"][frame["prim_id"] == 1]
    scale = 120.0 / 4.5  # px per unit at the box's front
    np.testing.assert_allclose(moved[:, :2], np.tile([-0.1 * scale, 0.05 * scale], (len(moved), 1)), atol=2e-3)
    assert not frame["motion_vectors"][frame["prim_id"] == 2].any()  # exactly
    renderer.begin_step()
    studio.camera((0.2, 0, 0), (0.2, 1, 0))  # the camera goes right: everything moves left
    frame = renderer.render("/Camera", size, ["motion_vectors", "prim_id"])
    wall = frame["motion_vectors"][frame["prim_id"] == 2]
    np.testing.assert_allclose(wall[:, :2], np.tile([0.2 * 120.0 / 9.0, 0.0], (len(wall), 1)), atol=2e-3)


def test_no_motion_for_newcomers_and_after_a_reset(studio):
    studio.shape("Cube", "/World/A", translate=(-1, 5, 0), size=1.0)
    studio.camera((0, 0, 0), (0, 1, 0))
    renderer = studio.renderer()
    renderer.render("/Camera", (60, 45), ["motion_vectors"])
    renderer.begin_step()
    studio.shape("Cube", "/World/B", translate=(1, 5, 0), size=1.0)
    frame = renderer.render("/Camera", (60, 45), ["motion_vectors", "prim_id"])
    assert set(np.unique(frame["prim_id"])) == {0, 1, 2} and not frame["motion_vectors"].any()
    renderer.begin_step()
    studio.place(UsdGeom.Xformable(studio.stage.GetPrimAtPath("/World/A")), (-1.2, 5, 0))
    renderer.reset_motion()
    assert not renderer.render("/Camera", (60, 45), ["motion_vectors"])["motion_vectors"].any()
    renderer.begin_step()
    studio.place(UsdGeom.Xformable(studio.stage.GetPrimAtPath("/World/A")), (-1.0, 5, 0))
    assert renderer.render("/Camera", (60, 45), ["motion_vectors"])["motion_vectors"].any()


def test_mesh_is_met_from_both_sides_and_normals_face_the_camera(studio):
    studio.quad("/World/Quad", translate=(0, 5, 0), rotate=(90, 0, 0), scale=(1, 1, -1))
    studio.camera((0, 0, 0), (0, 1, 0))
    front = studio.render(["normals"], size=(21, 21))["normals"][10, 10]
    studio.camera((0, 10, 0), (0, 5, 0))
    back = studio.render(["normals"], size=(21, 21))["normals"][10, 10]
    np.testing.assert_allclose(front[:3], [0, -1, 0], atol=1e-6)
    np.testing.assert_allclose(back[:3], [0, 1, 0], atol=1e-6)


def test_albedo_is_linear_and_ids_are_lookups(studio):
    studio.shape("Cube", "/World/Red", translate=(-1, 5, 0), size=1.0, color=(0.6, 0.1, 0.05), label="box")
    studio.shape("Cube", "/World/Grey", translate=(1, 5, 0), size=1.0)
    studio.camera((0, 0, 0), (0, 1, 0))
    frame = studio.render(["albedo", "prim_id", "instance_id", "semantic_id"])
    table = frame.labels()
    np.testing.assert_array_equal(frame["instance_id"], table.instance_of_prim[frame["prim_id"]])
    np.testing.assert_array_equal(frame["semantic_id"], table.semantic_of_prim[frame["prim_id"]])
    assert set(np.unique(frame["instance_id"])) == {0, 1, 2}
    red = frame["albedo"][frame["instance_id"] == 2]
    np.testing.assert_allclose(red, np.tile([0.6, 0.1, 0.05, 1.0], (len(red), 1)), atol=1e-6)


def test_flattened_scale_still_renders(studio):
    studio.shape("Cube", "/World/Card", translate=(0, 5, 0), size=2.0, scale=(1.0, 0.0, 1.0))
    studio.camera((0, 0, 0), (0, 1, 0))
    assert studio.render(["distance_to_camera"], size=(21, 21))["distance_to_camera"][10, 10] == pytest.approx(5.0, rel=1e-4)


def test_coplanar_faces_are_decided_by_namespace_order(studio):
    """Two equal quads in one place: the first in the namespace wins, wherever the camera stands."""
    for name in ("B", "A"):
        studio.quad(f"/World/{name}", translate=(0, 5, 0), rotate=(90, 0, 0))
    studio.camera((0, 0, 0), (0, 1, 0))
    ids = studio.render(["prim_id"])["prim_id"]
    assert set(np.unique(ids)) == {0, 1}


def test_huge_matrix_offset_between_camera_and_stage_origin(studio):
    """Neighbouring objects keep their distance of a millimetre a hundred kilometres from the stage origin."""
    base = Gf.Vec3d(1.0e5, 1.0e5, 0)
    studio.quad("/World/Front", translate=base + Gf.Vec3d(0, 2.0, 0), rotate=(90, 0, 0))
    studio.quad("/World/Back", translate=base + Gf.Vec3d(0, 2.001, 0), rotate=(90, 0, 0))
    studio.camera(base, base + Gf.Vec3d(0, 1, 0))
    frame = studio.render(["prim_id", "distance_to_image_plane"], size=(64, 64))
    assert set(np.unique(frame["prim_id"])) == {1}
    np.testing.assert_allclose(frame["distance_to_image_plane"], 2.0, rtol=1e-6)
