"""Flow, disparity, silhouettes and occluders of a crowd against rays that are traced here in float64, triangle by triangle.

The crowd: a floor, boxes that move and turn, a point instancer whose points move and turn, a skinned arm that bends, all before
a camera that moves and turns, too.
"""

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Gf, UsdGeom, UsdSkel, Vt

from scenewright.sdg import annotators

W, H, FOCAL = 72, 54, 1.2
BASELINE = 0.3
CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
TRIANGLES = np.array([t for a, b, c, d in QUADS for t in ((a, b, c), (a, c, d))])


def turned(degrees, axis):
    return np.array(Gf.Matrix3d(Gf.Rotation(Gf.Vec3d(*axis), float(degrees))))  # row vectors


def placed(degrees, axis, place, scale=1.0):
    matrix = np.eye(4)
    matrix[:3, :3] = scale * turned(degrees, axis)
    matrix[3, :3] = place
    return matrix


class Eye:
    """A pinhole camera at a pose (row vectors, USD's axes)."""

    def __init__(self, matrix):
        self.matrix = matrix
        x, y = np.meshgrid(np.arange(W) + 0.5, np.arange(H) + 0.5)
        self.rays = self.direction(np.stack([x, y], axis=-1).reshape(-1, 2))

    def direction(self, pixels):
        local = np.stack([(pixels[:, 0] - W / 2) / (FOCAL * W), (H / 2 - pixels[:, 1]) / (FOCAL * W), -np.ones(len(pixels))], 1)
        return local @ self.matrix[:3, :3]

    def project(self, points):
        local = (points - self.matrix[3, :3]) @ np.linalg.inv(self.matrix[:3, :3])
        depth = -local[:, 2]
        return np.stack([W / 2 + FOCAL * W * local[:, 0] / depth, H / 2 - FOCAL * W * local[:, 1] / depth], 1), depth


def first_hits(origin, rays, triangles):
    """Return triangle (-1: none), barycentric u, v and ray parameter of each ray's nearest hit (Möller & Trumbore, 1997)."""
    a, e1, e2 = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    p = np.cross(rays[:, None], e2[None])
    det = (p * e1).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = origin - a
        u = (p * s).sum(-1) / det
        q = np.cross(s, e1)
        v = (rays[:, None] * q[None]).sum(-1) / det
        t = (q * e2).sum(-1)[None] / det
    t[~((u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-6))] = np.inf
    which = t.argmin(axis=1)
    rows = np.arange(len(rays))
    nearest = t[rows, which]
    return np.where(np.isfinite(nearest), which, -1), u[rows, which], v[rows, which], nearest


class Moment:
    """Triangles of the crowd and the cameras, at one step."""

    def __init__(self, step):
        self.boxes = [placed(35 * step, (0, 0, 1), (-1.0 + 0.3 * step, 0.1, 0.5)),
                      placed(20 - 25 * step, (1, 1, 0), (0.3, 1.2 - 0.4 * step, 0.6), 0.9)]
        self.points = [placed(15 * step, (0, 1, 0), (-1.6 + 0.2 * step, -1.0, 0.4), 0.5),
                       placed(-40 * step, (1, 0, 0), (-0.3, -1.2 + 0.1 * step, 0.6 + 0.2 * step), 0.4)]
        self.bend = 50.0 * step
        self.eye = Eye(placed(0, (0, 0, 1), (0, 0, 0)) @ placed(62, (1, 0, 0), (0, 0, 0)) @ placed(8 + 4 * step, (0, 0, 1),
                                                                                                 (0.6 + 0.1 * step, -4.2, 2.6)))
        floor = np.array([[-4, -4, 0], [4, -4, 0], [4, 4, 0], [-4, 4, 0]], float)
        bent = np.add(np.subtract(ARM, (0, 0, 1)) @ turned(self.bend, (1, 0, 0)), (0, 0, 1))
        arm = np.where(ARM[:, 2:] > 1.0, bent, np.where(ARM[:, 2:] == 1.0, 0.5 * (bent + ARM), ARM)) + ARM_PLACE
        meshes = [floor, *((np.c_[CORNERS, np.ones(8)] @ m)[:, :3] for m in (*self.boxes, *self.points)), arm]
        self.triangles = np.concatenate([mesh[f] for mesh, f in zip(meshes, FACES, strict=True)])


ARM_PLACE = (1.1, -0.4, 0.0)
ARM = np.array([[x, y, z] for z in (0.0, 1.0, 2.0) for x, y in ((-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2))])
ARM_QUADS = [(4 * s + k, 4 * s + (k + 1) % 4, 4 * s + 4 + (k + 1) % 4, 4 * s + 4 + k) for s in range(2) for k in range(4)]
ARM_TRIANGLES = np.array([t for a, b, c, d in ARM_QUADS for t in ((a, b, c), (a, c, d))])
FACES = [np.array([[0, 1, 2], [0, 2, 3]]), TRIANGLES, TRIANGLES, TRIANGLES, TRIANGLES, ARM_TRIANGLES]
OWNERS = np.repeat(np.arange(len(FACES)), [len(faces) for faces in FACES])
PATHS = ["/Floor", "/Box0", "/Box1", "/Points[0]", "/Points[1]", "/Arm"]


def mesh(stage, path, points, triangles):
    made = UsdGeom.Mesh.Define(stage, path)
    made.CreatePointsAttr(np.asarray(points, np.float32))
    made.CreateFaceVertexCountsAttr([3] * len(triangles))
    made.CreateFaceVertexIndicesAttr(np.asarray(triangles, np.int32).ravel().tolist())
    made.CreateSubdivisionSchemeAttr("none")
    return made.GetPrim()


@pytest.fixture
def crowd(stage):
    """Return the product of the camera, and a function that puts the stage at a step."""
    floor = mesh(stage, "/Floor", [[-4, -4, 0], [4, -4, 0], [4, 4, 0], [-4, 4, 0]], FACES[0])
    boxes = [mesh(stage, f"/Box{index}", CORNERS, TRIANGLES) for index in range(2)]
    ops = [UsdGeom.Xformable(box).AddTransformOp() for box in boxes]
    points = UsdGeom.PointInstancer.Define(stage, "/Points")
    proto = mesh(stage, "/Points/Box", CORNERS, TRIANGLES)
    points.CreatePrototypesRel().SetTargets(["/Points/Box"])
    points.CreateProtoIndicesAttr([0, 0])
    points.CreateScalesAttr([(0.5,) * 3, (0.4,) * 3])
    root = UsdSkel.Root.Define(stage, "/Arm")
    UsdGeom.XformCommonAPI(root).SetTranslate(ARM_PLACE)
    skin = mesh(stage, "/Arm/Skin", ARM, ARM_TRIANGLES)
    skeleton = UsdSkel.Skeleton.Define(stage, "/Arm/Bones")
    skeleton.CreateJointsAttr(["lower", "lower/upper"])
    up = Gf.Matrix4d().SetTranslate((0, 0, 1))
    skeleton.CreateBindTransformsAttr([Gf.Matrix4d(1), up])
    skeleton.CreateRestTransformsAttr([Gf.Matrix4d(1), up])
    motion = UsdSkel.Animation.Define(stage, "/Arm/Motion")
    motion.CreateJointsAttr(["lower", "lower/upper"])
    motion.CreateTranslationsAttr([(0, 0, 0), (0, 0, 1)])
    motion.CreateScalesAttr(Vt.Vec3hArray([(1, 1, 1)] * 2))
    binding = UsdSkel.BindingAPI.Apply(skin)
    binding.CreateSkeletonRel().SetTargets(["/Arm/Bones"])
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets(["/Arm/Motion"])
    weights = [(1.0, 0.0) if z < 1 else (0.5, 0.5) if z == 1 else (0.0, 1.0) for z in ARM[:, 2]]
    binding.CreateJointIndicesPrimvar(False, 2).Set([0, 1] * len(ARM))
    binding.CreateJointWeightsPrimvar(False, 2).Set([w for pair in weights for w in pair])
    for prim in (floor, *boxes, proto, root.GetPrim()):
        rep.functional.modify.semantics(prim, {"class": prim.GetName().lower()})
    camera = UsdGeom.Camera.Define(stage, "/Eye")
    camera.CreateFocalLengthAttr(24.0)
    camera.CreateHorizontalApertureAttr(20.0)
    camera.CreateVerticalApertureAttr(15.0)
    camera.CreateClippingRangeAttr((0.01, 100.0))
    pose = camera.AddTransformOp()
    UsdGeom.Camera.Define(stage, "/Eye/Right").AddTranslateOp().Set((BASELINE, 0, 0))
    for attribute in camera.GetPrim().GetAuthoredAttributes():
        if not attribute.GetName().startswith("xformOp"):
            stage.GetPrimAtPath("/Eye/Right").CreateAttribute(attribute.GetName(), attribute.GetTypeName()).Set(attribute.Get())

    def put(step):
        moment = Moment(step)
        for op, matrix in zip(ops, moment.boxes, strict=True):
            op.Set(Gf.Matrix4d(*matrix.ravel().tolist()))
        spins = [Gf.Matrix3d(*(m[:3, :3] / np.linalg.norm(m[0, :3])).ravel().tolist()).ExtractRotation().GetQuat()
                 for m in moment.points]
        points.GetPositionsAttr().Set([tuple(m[3, :3]) for m in moment.points])
        points.CreateOrientationsfAttr([Gf.Quatf(quat) for quat in spins])
        motion.CreateRotationsAttr([Gf.Quatf(1), Gf.Quatf(Gf.Rotation(Gf.Vec3d(1, 0, 0), moment.bend).GetQuat())])
        pose.Set(Gf.Matrix4d(*moment.eye.matrix.ravel().tolist()))
        return moment

    return rep.create.render_product("/Eye", (W, H)), put


def near_outline(owner):
    """Return where a pixel or one around it shows another object, (H, W)."""
    image = np.pad(owner.reshape(H, W), 1, mode="edge")
    around = [image[1 + dy : 1 + dy + H, 1 + dx : 1 + dx + W] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return np.any([a != around[4] for a in around], axis=0).ravel()


def owners_at(eye, triangles, pixels):
    which = first_hits(eye.matrix[3, :3], eye.direction(pixels), triangles)[0]
    return np.where(which >= 0, OWNERS[which], -1)


def truth(eye, triangles, other_eye, other_triangles):
    """Return owner, displacement, state, and whether the state is certain, for each pixel."""
    which, u, v, _ = first_hits(eye.matrix[3, :3], eye.rays, triangles)
    corners = other_triangles[which]
    there = corners[:, 0] * (1 - u - v)[:, None] + corners[:, 1] * u[:, None] + corners[:, 2] * v[:, None]
    at, depth = other_eye.project(there)
    inside = (depth > 0) & (at >= 0).all(1) & (at < (W, H)).all(1)
    reach = first_hits(other_eye.matrix[3, :3], other_eye.direction(at), other_triangles)[3]
    state = np.where(which < 0, 0, np.where(~inside, 3, np.where(reach < depth * (1 - 1e-5), 2, 1)))
    around = [owners_at(other_eye, other_triangles, np.add(at, (dx, dy))) for dx in (-1.0, 0, 1.0) for dy in (-1.0, 0, 1.0)]
    edge = np.minimum(np.abs(at).min(1), np.abs(at - (W, H)).min(1)) < 1e-3
    certain = np.all([a == around[4] for a in around], axis=0) & ~edge
    return np.where(which >= 0, OWNERS[which], -1), at, state, certain


def pixel_centres():
    x, y = np.meshgrid(np.arange(W) + 0.5, np.arange(H) + 0.5)
    return np.stack([x, y], axis=-1).reshape(-1, 2)


def run(product, put, *wanted, steps=2):
    made = [annotators.get(*((name,) if isinstance(name, str) else name)) for name in wanted]
    for annotator in made:
        annotator.attach(product)
    moments = []
    for step in range(steps):
        moments.append(put(step))
        rep.orchestrator.step(delta_time=0.0)
    return moments, [annotator.get_data() for annotator in made]


def owner_image(segmentation):
    number = {int(key): PATHS.index(path) for key, path in segmentation["info"]["idToLabels"].items() if path in PATHS}
    return np.array([number.get(int(i), -1) for i in segmentation["data"].ravel()])


def test_flow_of_a_crowd_in_both_directions(crowd):
    names = ("optical_flow_backward", "optical_flow_forward", "instance_segmentation")
    (before, now), (backward, forward, ids) = run(*crowd, *names)
    assert (owner_image(ids) == truth(now.eye, now.triangles, before.eye, before.triangles)[0]).mean() > 0.998
    for name, flow, one, two in (("backward", backward, now, before), ("forward", forward, before, now)):
        owner, at, state, certain = truth(one.eye, one.triangles, two.eye, two.triangles)
        got, got_state = flow["data"].reshape(-1, 2), flow["info"]["state"].ravel()
        inner = (owner >= 0) & ~near_outline(owner)  # a centre ray on an outline may meet either
        error = np.abs(got - (at - pixel_centres()))[inner]
        print(f"{name}: flow off by up to {error.max():.5f} px over {inner.sum()} pixels, owners {sorted(set(owner[inner]))}")
        assert set(owner[inner].tolist()) == set(range(6)) and error.max() < 0.001
        wrong = inner & (got_state != state)
        print(f"{name}: states {np.bincount(state)}, {wrong.sum()} differ, {(wrong & certain).sum()} away from outlines")
        assert {1, 2, 3} <= set(state[inner & certain].tolist()) and not (wrong & certain).any()
        assert wrong.sum() <= 0.005 * inner.sum()


def test_disparity_of_a_crowd_is_valid_where_both_cameras_see_the_point(crowd):
    (now,), (disparity,) = run(*crowd, ("stereo_disparity", {"right": "/Eye/Right"}), steps=1)
    right = Eye(now.eye.matrix.copy())
    right.matrix[3, :3] += BASELINE * now.eye.matrix[0, :3]
    owner, at, state, certain = truth(now.eye, now.triangles, right, now.triangles)
    inner = (owner >= 0) & ~near_outline(owner)
    error = np.abs(disparity["data"].ravel() - (pixel_centres() - at)[:, 0])[inner]
    wrong = inner & (disparity["info"]["state"].ravel() != state)
    print(f"disparity off by up to {error.max():.6f} px; states {np.bincount(state)}, {wrong.sum()} differ, "
          f"{(wrong & certain).sum()} away from outlines")
    assert error.max() < 0.001 and (np.bincount(state[inner & certain], minlength=4)[1:] > 0).all()
    assert not (wrong & certain).any() and wrong.sum() <= 0.01 * inner.sum()


def test_silhouettes_and_occluders_of_a_crowd(crowd):
    (now,), (amodal, occluders) = run(*crowd, "amodal_segmentation", "occluders", steps=1)
    seen = truth(now.eye, now.triangles, now.eye, now.triangles)[0]
    shares = {}
    for record, path, mask in zip(amodal["data"], amodal["info"]["primPaths"], amodal["info"]["masks"], strict=True):
        number = PATHS.index(path)
        alone = first_hits(now.eye.matrix[3, :3], now.eye.rays, now.triangles[OWNERS == number])[0].reshape(H, W) >= 0
        whole = np.zeros((H, W), bool)
        whole[record["y_min"] : record["y_max"] + 1, record["x_min"] : record["x_max"] + 1] = mask
        assert (whole != alone).sum() <= 2, path  # a ray may meet an edge within the rounding of float32
        hidden = alone.ravel() & (seen != number)
        shares[path] = {PATHS[other]: count for other, count in enumerate(np.bincount(seen[hidden], minlength=6)) if count}
        assert record["visibleFraction"] == pytest.approx((seen == number).sum() / alone.sum(), abs=3 / alone.sum())
    assert set(shares) == set(PATHS) and sum(map(len, shares.values())) >= 6
    found = {}
    hidden, hiders = occluders["info"]["primPaths"], occluders["info"]["occluderPaths"]
    for row, path, who in zip(occluders["data"], hidden, hiders, strict=True):
        found.setdefault(path, {})[who] = int(row["pixels"])
    for path, own in shares.items():
        for who in own.keys() | found.get(path, {}).keys():
            assert abs(own.get(who, 0) - found.get(path, {}).get(who, 0)) <= 2, (path, who)
