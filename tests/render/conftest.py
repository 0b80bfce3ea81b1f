"""Small stages to render: built in memory, z up, metres."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdShade

from scenewright.render import Renderer


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
