"""Small stages to render: built in memory, z up, metres."""

import time
from types import SimpleNamespace

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdShade

from scenewright.render import Renderer, RenderSettings


class Studio:
    """A stage under construction with shorthands for what the tests put on it."""

    def __init__(self) -> None:
        self.stage = Usd.Stage.CreateInMemory()
        UsdGeom.SetStageUpAxis(self.stage, UsdGeom.Tokens.z)
        UsdGeom.SetStageMetersPerUnit(self.stage, 1.0)
        self._renderers = []

    def place(self, prim, translate=(0, 0, 0), rotate=(0, 0, 0), scale=(1, 1, 1)):
        api = UsdGeom.XformCommonAPI(prim)
        api.SetTranslate(Gf.Vec3d(*map(float, translate)))
        api.SetRotate(Gf.Vec3f(*map(float, rotate)))
        api.SetScale(Gf.Vec3f(*map(float, scale)))
        return prim

    def shape(self, kind, path, translate=(0, 0, 0), rotate=(0, 0, 0), scale=(1, 1, 1), label=None, color=None, **attributes):
        prim = getattr(UsdGeom, kind).Define(self.stage, path)
        for name, value in attributes.items():
            prim.GetPrim().GetAttribute(name).Set(value)
        if color is not None:
            prim.CreateDisplayColorAttr([Gf.Vec3f(*color)])
        if label is not None:
            UsdSemantics.LabelsAPI.Apply(prim.GetPrim(), "class").CreateLabelsAttr([label])
        return self.place(prim, translate, rotate, scale)

    def mesh(self, path, points, counts, indices, label=None, color=None, uvs=None, **where):
        mesh = UsdGeom.Mesh.Define(self.stage, path)
        mesh.CreatePointsAttr([Gf.Vec3f(*map(float, p)) for p in points])
        mesh.CreateFaceVertexCountsAttr(list(counts))
        mesh.CreateFaceVertexIndicesAttr(list(indices))
        mesh.CreateSubdivisionSchemeAttr("none")
        if uvs is not None:
            primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, "faceVarying")
            primvar.Set([Gf.Vec2f(*map(float, uv)) for uv in uvs])
        if color is not None:
            mesh.CreateDisplayColorAttr([Gf.Vec3f(*color)])
        if label is not None:
            UsdSemantics.LabelsAPI.Apply(mesh.GetPrim(), "class").CreateLabelsAttr([label])
        return self.place(mesh, **where)

    def quad(self, path, half=1.0, **kwargs):
        """A square mesh in the xy plane, normal +z, st 0..1 along x and y."""
        points = [(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)]
        return self.mesh(path, points, [4], [0, 1, 2, 3], uvs=[(0, 0), (1, 0), (1, 1), (0, 1)], **kwargs)

    def material(self, path, prim, **inputs):
        """Bind a UsdPreviewSurface; by default Lambert: no specular at all is asked for by ``specular=False``."""
        material = UsdShade.Material.Define(self.stage, path)
        shader = UsdShade.Shader.Define(self.stage, path + "/Surface")
        shader.CreateIdAttr("UsdPreviewSurface")
        types = {"diffuseColor": Sdf.ValueTypeNames.Color3f, "emissiveColor": Sdf.ValueTypeNames.Color3f,
                 "specularColor": Sdf.ValueTypeNames.Color3f, "useSpecularWorkflow": Sdf.ValueTypeNames.Int}
        for name, value in inputs.items():
            shader.CreateInput(name, types.get(name, Sdf.ValueTypeNames.Float)).Set(value)
        material.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
        UsdShade.MaterialBindingAPI.Apply(prim.GetPrim()).Bind(material)
        return shader

    def light(self, kind, path, translate=(0, 0, 0), rotate=(0, 0, 0), scale=(1, 1, 1), **inputs):
        light = getattr(UsdLux, kind).Define(self.stage, path)
        for name, value in inputs.items():
            light.GetPrim().GetAttribute(f"inputs:{name}").Set(value)
        return self.place(light, translate, rotate, scale)

    def camera(self, eye, target, path="/Camera", up=(0, 0, 1), focal=24.0, aperture=24.0, clip=(0.01, 1.0e6)):
        camera = UsdGeom.Camera.Define(self.stage, path)
        camera.CreateFocalLengthAttr(focal)
        camera.CreateHorizontalApertureAttr(aperture)
        camera.CreateClippingRangeAttr(Gf.Vec2f(*clip))
        matrix = Gf.Matrix4d().SetLookAt(Gf.Vec3d(*map(float, eye)), Gf.Vec3d(*map(float, target)), Gf.Vec3d(*up)).GetInverse()
        xform = UsdGeom.Xformable(camera)
        (xform.GetOrderedXformOps() or [xform.AddTransformOp()])[0].Set(matrix)
        return camera

    def renderer(self, **kwargs):
        renderer = Renderer(self.stage, **kwargs)
        self._renderers.append(renderer)
        return renderer

    def render(self, buffers, size=(64, 48), settings=None, camera="/Camera", **kwargs):
        extra = {} if settings is None else {"settings": settings}
        return self.renderer(**kwargs).render(camera, size, buffers, **extra)

    def rays(self, size=(64, 48), camera="/Camera"):
        """Return the origin (3,) and the rays (H, W, 3) through the pixel centres, float64, 1 long along the viewing axis."""
        prim = UsdGeom.Camera(self.stage.GetPrimAtPath(camera))
        matrix = np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim.GetPrim()))
        width, height = size
        step = prim.GetHorizontalApertureAttr().Get() / prim.GetFocalLengthAttr().Get() / width
        x = (np.arange(width) + 0.5 - width / 2) * step
        y = (height / 2 - np.arange(height) - 0.5) * step
        local = np.stack(np.broadcast_arrays(x[None, :], y[:, None], -1.0), axis=-1)
        return matrix[3, :3], local @ matrix[:3, :3]

    def close(self):
        for renderer in self._renderers:
            renderer.close()


@pytest.fixture
def studio():
    made = Studio()
    yield made
    made.close()


def rgb(*value):
    return {"type": "rgb", "value": [float(v) for v in value]}


def two_sided(*value):
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": rgb(*value)}}


class Pair:
    """One scene built twice: on a stage and as a Mitsuba dictionary."""

    size = (48, 36)
    lambert = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}  # noqa: RUF012

    def __init__(self, studio, mitsuba):
        self.studio = studio
        self.mi = mitsuba
        self.scene = {"type": "scene"}

    def moved(self, *translate):
        return self.mi.ScalarTransform4f().translate(list(translate))

    def camera(self, eye, target, focal=24.0):
        self.studio.camera(eye, target, focal=focal)
        film = {"type": "hdrfilm", "width": self.size[0], "height": self.size[1], "rfilter": {"type": "box"},
                "pixel_format": "rgb", "component_format": "float32"}
        self.scene["sensor"] = {
            "type": "perspective", "fov_axis": "x", "fov": float(np.degrees(2 * np.arctan(12.0 / focal))), "film": film,
            "to_world": self.mi.ScalarTransform4f().look_at(list(eye), list(target), [0, 0, 1]),
            "sampler": {"type": "independent"}}

    def look(self, name, prim, bsdf, **inputs):
        shader = self.studio.material(f"/World/Looks/{name}", prim, **inputs)
        self.scene[name]["bsdf"] = bsdf
        return shader

    def paint(self, name, prim, *color):
        """Give a shape a Lambert surface."""
        self.look(name, prim, two_sided(*color), diffuseColor=Gf.Vec3f(*color), **self.lambert)

    def ball(self, name, center, radius):
        self.scene[name] = {"type": "sphere", "center": list(center), "radius": radius}
        return self.studio.shape("Sphere", f"/World/{name}", translate=center, radius=radius)

    def quad(self, name, half, translate=(0, 0, 0), rotate=(0, 0, 0)):
        """Rotation about x and y only, in degrees."""
        turn = self.mi.ScalarTransform4f().rotate([0, 1, 0], rotate[1]).rotate([1, 0, 0], rotate[0])
        self.scene[name] = {"type": "rectangle", "to_world": self.moved(*translate) @ turn.scale([half, half, 1])}
        return self.studio.quad(f"/World/{name}", half=half, translate=translate, rotate=rotate)

    def rect_light(self, translate, width, height, radiance):
        self.studio.light("RectLight", "/World/Lamp", translate=translate, width=width, height=height, intensity=radiance)
        shape = self.moved(*translate).rotate([1, 0, 0], 180).scale([width / 2, height / 2, 1])
        emitter = {"type": "area", "radiance": rgb(radiance, radiance, radiance)}
        self.scene["lamp"] = {"type": "rectangle", "to_world": shape, "emitter": emitter}

    def dome(self, radiance):
        self.studio.light("DomeLight", "/World/Dome", intensity=radiance)
        self.scene["dome"] = {"type": "constant", "radiance": rgb(*[radiance] * 3)}

    def place(self, name, mitsuba, **attributes):
        """Add a light to the stage, as ``studio.light(**attributes)``, and its counterpart to the dictionary."""
        kind = attributes.pop("kind")
        self.scene[name] = mitsuba
        return self.studio.light(kind, f"/World/{name}", **attributes)

    def compare(self, samples=16, runs=8, bounces=64, integrator=None, **settings):
        """Render ``runs`` path-traced images with each renderer, each of other seeds, and compare their means and noise.

        Returns a namespace: ``mean`` relative difference of the means, ``se`` its standard error, ``outside`` the share of
        pixels whose means differ by more than 3.3 standard errors, ``noise`` the ratio of root mean square errors, ``seconds``
        the CPU time of (ours, Mitsuba's).
        """
        chosen = {"type": "path", "max_depth": bounces + 2, "rr_depth": 5}
        self.scene["integrator"] = integrator or chosen
        scene, renderer = self.mi.load_dict(self.scene), self.studio.renderer()
        images, seconds = ([], []), [0.0, 0.0]
        for run in range(runs):
            choice = RenderSettings(mode="path-traced", samples=samples, bounces=bounces, seed=run, **settings)
            before = time.process_time()
            images[0].append(renderer.render("/Camera", self.size, ["hdr_color"], choice)["hdr_color"][..., :3].copy())
            between = time.process_time()
            images[1].append(np.array(self.mi.render(scene, spp=samples, seed=run))[..., :3])
            if run:  # the first loads kernels
                seconds[0] += between - before
                seconds[1] += time.process_time() - between
        ours, theirs = (np.stack(list_).astype(np.float64) for list_ in images)
        assert np.isfinite(ours).all()
        variance = ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)
        level = theirs.mean()
        gap = (ours.mean(axis=0) - theirs.mean(axis=0)).mean(axis=-1)
        error = np.sqrt(variance.mean(axis=-1) / runs + (1e-3 * level) ** 2)
        whole = np.sqrt((ours.mean(axis=(1, 2, 3)).var(ddof=1) + theirs.mean(axis=(1, 2, 3)).var(ddof=1)) / runs) / level
        noise = np.sqrt(ours.var(axis=0, ddof=1).mean() / max(theirs.var(axis=0, ddof=1).mean(), 1e-30))
        found = SimpleNamespace(mean=ours.mean() / level - 1.0, se=whole, outside=float((np.abs(gap) > 3.3 * error).mean()),
                                noise=float(noise), seconds=tuple(seconds), ours=ours.mean(axis=0), theirs=theirs.mean(axis=0))
        print(f"mean {found.mean:+.4f} +- {found.se:.4f}, outside {found.outside:.4f}, noise {found.noise:.3f}, "
              f"seconds {seconds[0]:.2f} and {seconds[1]:.2f}")
        return found

    def errors(self, bounces, samples=256, reference=1024, mitsuba_bounces=None, **settings):
        """Return the relative error of the whole image and of 6 x 4 blocks that are not nearly black."""
        self.scene["integrator"] = {"type": "path", "max_depth": (mitsuba_bounces or bounces) + 2, "rr_depth": 1000}
        truth = np.array(self.mi.render(self.mi.load_dict(self.scene), spp=reference))[..., :3]
        chosen = RenderSettings(samples=samples, bounces=bounces, **settings)
        ours = self.studio.render(["hdr_color"], size=self.size, settings=chosen)["hdr_color"][..., :3]
        means = [image.reshape(4, self.size[1] // 4, 6, self.size[0] // 6, 3).mean(axis=(1, 3, 4)) for image in (ours, truth)]
        bright = means[1] > 0.02 * means[1].max()
        whole = ours.mean() / truth.mean() - 1.0
        blocks = np.where(bright, means[0] / np.maximum(means[1], 1e-20) - 1.0, 0.0)
        print(f"whole {whole:+.4f}, blocks {blocks.min():+.4f} .. {blocks.max():+.4f}")
        return whole, np.abs(blocks).max()


def nearest_of_all(scene, image):
    """Return distance (the camera's far: none) and instance (-1) of the nearest triangle for each pixel, in float64."""
    x, y = np.meshgrid(np.arange(image.width) + 0.5, np.arange(image.height) + 0.5)
    data = image.data
    rays = (image.forward + (x * data.step_x + data.start_x)[..., None] * image.right
            + (y * data.step_y + data.start_y)[..., None] * image.up).reshape(-1, 3)
    nearest, owner = np.full(len(rays), data.far), np.full(len(rays), -1)
    for index, instance in enumerate(scene.instances):
        mesh, matrix = scene.meshes[instance.mesh], np.asarray(instance.matrix)
        points = np.asarray(mesh.points, np.float64) @ matrix[:3, :3] + matrix[3, :3] - image.center
        for a, b, c in points[mesh.triangles]:
            u, v, w = (rays @ np.cross(q, p) for p, q in ((c, b), (a, c), (b, a)))
            with np.errstate(divide="ignore", invalid="ignore"):
                t = np.dot(a, np.cross(b - a, c - a)) / (rays @ np.cross(b - a, c - a))
            inside = ((u >= 0) & (v >= 0) & (w >= 0)) | ((u <= 0) & (v <= 0) & (w <= 0))
            better = inside & (t >= data.near) & (t < nearest)
            nearest[better], owner[better] = t[better], index
    return nearest, owner


@pytest.fixture
def brute_force():
    """Every triangle of a scene tried at every pixel of a pinhole."""
    return nearest_of_all


@pytest.fixture
def pair(studio):
    """A scene for both renderers; skipped where Mitsuba is not installed."""
    mitsuba = pytest.importorskip("mitsuba", reason="the oracle is optional: pip install mitsuba")
    mitsuba.set_variant("scalar_rgb")
    return Pair(studio, mitsuba)
