"""Random stages of all that the renderer draws, and random damage to them. A seed tells everything."""

import math
import random
from pathlib import Path

import numpy as np
from PIL import Image
from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdShade, UsdSkel, Vt

__all__ = ["CAMERA", "StageMaker", "damage", "edit", "write_pictures"]

CAMERA = "/World/Camera"
_T = Sdf.ValueTypeNames
_NAN, _INF = float("nan"), float("inf")
_NUMBERS = (_NAN, _INF, -_INF, 0.0, -0.0, -1.0, 1e-30, 1e-7, 0.5, 3.0, 1e6, 1e12, -1e12, 1e20, 1e38, -1e38)
_INTS = (-1, 0, 1, 2, 3, 7, 1000, -(2**31), 2**31 - 1)
_LENSES = ("pinhole", "fisheyePolynomial", "fisheyeSpherical", "fisheyeKannalaBrandtK3", "fisheyeRadTanThinPrism",
           "omniDirectionalStereo", "pinholeOpenCV", "fisheyeOpenCV", "fisheyeOrthographic", "fisheyeEquidistant",
           "fisheyeEquisolid", "generalizedProjection", "nonsense")
_MODELS = ("ftheta", "kannalaBrandtK3", "radTanThinPrism", "opencvPinhole", "opencvFisheye", "lut", "nonsense")


def write_pictures(folder: Path) -> list[str]:
    """Write sound, cut and false pictures; return their paths and two of files that are not there."""
    rng = np.random.default_rng(5)
    picture = Image.fromarray(rng.integers(0, 256, (8, 12, 3), np.uint8))
    for name in ("a.png", "b.jpg", "tile.1001.png"):
        picture.save(folder / name)
    rows = bytes([2, 2, 0, 8, *([128 + 8, 130] * 4)]) * 4
    (folder / "c.hdr").write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 4 +X 8\n" + rows)
    bad = {f"cut.{source}": (folder / source).read_bytes()[:-40] for source in ("a.png", "b.jpg", "c.hdr")}
    bad |= {"false.png": b"no picture", "empty.jpg": b"",
            "false.hdr": b"#?RADIANCE\n\n-Y 9999999 +X 9999999\n", "false.exr": b"v/1\x01"}
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    names = ["a.png", "b.jpg", "c.hdr", "tile.<UDIM>.png", *bad, "missing.png", "missing.<UDIM>.png"]
    return [str(folder / name) for name in names]


class StageMaker:
    """Builds one random stage."""

    def __init__(self, seed: int, pictures: list[str]) -> None:
        self.rng = random.Random(seed)
        self.pictures = pictures
        self.stage = Usd.Stage.CreateInMemory()
        self.drawn: list[Usd.Prim] = []
        self.materials: list[UsdShade.Material] = []

    def make(self) -> Usd.Stage:
        """Return the stage; its camera is CAMERA."""
        rng, stage = self.rng, self.stage
        UsdGeom.SetStageUpAxis(stage, rng.choice(["Y", "Z"]))
        UsdGeom.SetStageMetersPerUnit(stage, rng.choice([1.0, 0.01]))
        UsdGeom.Xform.Define(stage, "/World")
        self._camera()
        for index in range(rng.randint(0, 2)):
            self._material(f"/World/Look{index}")
        makers = (self._mesh, self._mesh, self._gprim, self._gprim, self._instancer, self._curves, self._points, self._skin,
                  self._splats, self._native, self._patch)
        for index in range(rng.randint(1, 5)):
            self._finish(rng.choice(makers)(f"/World/P{index}"))
        for index in range(rng.randint(0, 3)):
            self._light(f"/World/L{index}")
        return stage

    def _number(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def _vectors(self, count: int, reach: float = 1.0) -> list[Gf.Vec3f]:
        return [Gf.Vec3f(*(self._number(-reach, reach) for _ in range(3))) for _ in range(count)]

    def _place(self, prim: Usd.Prim) -> None:
        api = UsdGeom.XformCommonAPI(prim)
        api.SetTranslate(Gf.Vec3d(*(self._number(-2, 2) for _ in range(3))))
        api.SetRotate(Gf.Vec3f(*(self._number(-180, 180) for _ in range(3))))
        if self.rng.random() < 0.3:
            api.SetTranslate(Gf.Vec3d(*(self._number(-2, 2) for _ in range(3))), 1.0)

    def _finish(self, prim: Usd.Prim) -> None:
        rng = self.rng
        self._place(prim)
        self.drawn.append(prim)
        if rng.random() < 0.5:
            UsdSemantics.LabelsAPI.Apply(prim, "class").CreateLabelsAttr([rng.choice(["cup", "box"])])
        if self.materials and rng.random() < 0.6:
            UsdShade.MaterialBindingAPI.Apply(prim).Bind(rng.choice(self.materials))

    def _camera(self) -> None:
        camera, rng = UsdGeom.Camera.Define(self.stage, CAMERA), self.rng
        look = Gf.Matrix4d().SetLookAt(Gf.Vec3d(*self._vectors(1, 4.0)[0]), Gf.Vec3d(0), Gf.Vec3d(0, 0.1, 1)).GetInverse()
        UsdGeom.Xformable(camera).AddTransformOp().Set(look)
        camera.CreateClippingRangeAttr(Gf.Vec2f(0.01, 1e5))
        camera.CreateHorizontalApertureAttr(50.0)
        prim = camera.GetPrim()
        if rng.random() < 0.4:
            kind = rng.choice(_LENSES)
            prim.CreateAttribute("cameraProjectionType", _T.Token).Set(kind)
            for name, value in (("fthetaPolyB", 0.002), ("fthetaWidth", 16.0), ("fthetaHeight", 12.0), ("fthetaCx", 8.0),
                                ("fthetaCy", 6.0), ("openCVFx", 12.0), ("openCVFy", 12.0), ("fthetaMaxFov", 190.0)):
                if rng.random() < 0.8:
                    prim.CreateAttribute(name, _T.Float).Set(value)
        elif rng.random() < 0.3:
            model = rng.choice(_MODELS)
            prim.CreateAttribute("omni:lensdistortion:model", _T.Token).Set(model)
            for name in ("k0", "k1", "k2", "k3", "p0", "s0", "fx", "maxFov", "nominalWidth"):
                if rng.random() < 0.4:
                    prim.CreateAttribute(f"omni:lensdistortion:{model}:{name}", _T.Float).Set(self._number(0, 2))
        elif rng.random() < 0.2:
            camera.CreateProjectionAttr("orthographic")
        if rng.random() < 0.2:
            camera.CreateFStopAttr(2.0)
            camera.CreateFocusDistanceAttr(3.0)
        if rng.random() < 0.2:
            prim.CreateAttribute("exposure", _T.Float).Set(self._number(-3, 3))
            prim.CreateAttribute("exposure:fStop", _T.Float).Set(2.0)

    def _material(self, path: str) -> None:
        rng = self.rng
        material = UsdShade.Material.Define(self.stage, path)
        shader = UsdShade.Shader.Define(self.stage, path + "/Surface")
        if rng.random() < 0.6:
            shader.CreateIdAttr("UsdPreviewSurface")
            color, numbers = "diffuseColor", ("roughness", "metallic", "opacity", "ior", "clearcoat", "opacityThreshold")
            output = material.CreateSurfaceOutput()
        else:
            shader.CreateImplementationSourceAttr("sourceAsset")
            name = rng.choice(["OmniPBR", "OmniGlass", "OmniSurface", "Nonsense"])
            shader.SetSourceAsset(Sdf.AssetPath(f"{name}.mdl"), "mdl")
            shader.SetSourceAssetSubIdentifier(name, "mdl")
            color, numbers = "diffuse_color_constant", ("reflection_roughness_constant", "metallic_constant", "glass_ior")
            output = material.CreateSurfaceOutput("mdl")
            if rng.random() < 0.5:
                shader.CreateInput("diffuse_texture", _T.Asset).Set(Sdf.AssetPath(rng.choice(self.pictures)))
        output.ConnectToSource(shader.ConnectableAPI(), "surface" if color == "diffuseColor" else "out")
        for name in numbers:
            if rng.random() < 0.5:
                shader.CreateInput(name, _T.Float).Set(self._number(0, 1.5))
        if rng.random() < 0.3:
            shader.CreateInput("emissiveColor", _T.Color3f).Set(Gf.Vec3f(*(self._number(0, 9) for _ in range(3))))
        if color == "diffuseColor" and rng.random() < 0.6:
            self._texture(path, shader, rng.choice(["diffuseColor", "roughness", "normal", "opacity", "emissiveColor"]))
        else:
            shader.CreateInput(color, _T.Color3f).Set(Gf.Vec3f(0.5, 0.2, 0.7))
        self.materials.append(material)

    def _texture(self, path: str, shader: UsdShade.Shader, name: str) -> None:
        rng = self.rng
        reader = UsdShade.Shader.Define(self.stage, path + "/Reader")
        reader.CreateIdAttr("UsdPrimvarReader_float2")
        reader.CreateInput("varname", _T.String).Set(rng.choice(["st", "map2"]))
        texture = UsdShade.Shader.Define(self.stage, path + "/Texture")
        texture.CreateIdAttr("UsdUVTexture")
        texture.CreateInput("file", _T.Asset).Set(Sdf.AssetPath(rng.choice(self.pictures)))
        texture.CreateInput("wrapS", _T.Token).Set(rng.choice(["repeat", "clamp", "mirror", "black", "nonsense"]))
        texture.CreateInput("st", _T.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
        single = name in ("roughness", "opacity")
        shader.CreateInput(name, _T.Float if single else _T.Color3f).ConnectToSource(
            texture.ConnectableAPI(), "r" if single else "rgb")

    def _grid(self, path: str, wide: int, high: int) -> UsdGeom.Mesh:
        """A bumpy sheet of quads and triangles, or a polygon of many corners."""
        rng = self.rng
        mesh = UsdGeom.Mesh.Define(self.stage, path)
        points = [Gf.Vec3f(x / wide - 0.5, y / high - 0.5, self._number(-0.2, 0.2)) * 2.0
                  for y in range(high + 1) for x in range(wide + 1)]
        counts, indices = [], []
        for y in range(high):
            for x in range(wide):
                a = y * (wide + 1) + x
                ring = [a, a + 1, a + wide + 2, a + wide + 1]
                faces = [ring] if rng.random() < 0.7 else [ring[:3], [ring[0], *ring[2:]]]
                counts += [len(face) for face in faces]
                indices += [corner for face in faces for corner in face]
        mesh.CreatePointsAttr(points)
        mesh.CreateFaceVertexCountsAttr(counts)
        mesh.CreateFaceVertexIndicesAttr(indices)
        return mesh

    def _mesh(self, path: str) -> Usd.Prim:
        rng = self.rng
        mesh = self._grid(path, rng.randint(1, 4), rng.randint(1, 3))
        corners, points = len(mesh.GetFaceVertexIndicesAttr().Get()), len(mesh.GetPointsAttr().Get())
        faces = len(mesh.GetFaceVertexCountsAttr().Get())
        sizes = {"constant": 1, "uniform": faces, "vertex": points, "varying": points, "faceVarying": corners}
        mesh.CreateSubdivisionSchemeAttr(rng.choice(["none", "none", "catmullClark", "loop", "bilinear"]))
        mesh.CreateDoubleSidedAttr(rng.random() < 0.5)
        api = UsdGeom.PrimvarsAPI(mesh)
        for name in ("st", "map2"):
            if rng.random() < 0.5:
                how = rng.choice(list(sizes))
                values = [Gf.Vec2f(self._number(0, 2), self._number(0, 2)) for _ in range(sizes[how])]
                primvar = api.CreatePrimvar(name, _T.TexCoord2fArray, how)
                primvar.Set(values)
                if rng.random() < 0.3:
                    primvar.SetIndices(Vt.IntArray([rng.randrange(len(values)) for _ in values]))
        if rng.random() < 0.3:
            mesh.CreateNormalsAttr(self._vectors(points))
        if rng.random() < 0.4:
            how = rng.choice(list(sizes))
            api.CreatePrimvar("displayColor", _T.Color3fArray, how).Set([Gf.Vec3f(0.5, 0.7, 0.1)] * sizes[how])
        if rng.random() < 0.3 and faces > 1:
            subset = UsdGeom.Subset.CreateGeomSubset(mesh, "part", "face", Vt.IntArray(range(faces // 2)), "materialBind")
            if self.materials:
                UsdShade.MaterialBindingAPI.Apply(subset.GetPrim()).Bind(rng.choice(self.materials))
        if rng.random() < 0.3:
            mesh.CreateCreaseIndicesAttr([0, 1])
            mesh.CreateCreaseLengthsAttr([2])
            mesh.CreateCreaseSharpnessesAttr([2.0])
            mesh.CreateCornerIndicesAttr([0])
            mesh.CreateCornerSharpnessesAttr([3.0])
        if rng.random() < 0.2:
            mesh.GetPointsAttr().Set(self._vectors(points), 1.0)
        if rng.random() < 0.1:
            mesh.CreateHoleIndicesAttr([0])
        return mesh.GetPrim()

    def _gprim(self, path: str) -> Usd.Prim:
        kind = self.rng.choice(["Sphere", "Cube", "Cylinder", "Cone", "Capsule", "Plane", "Cylinder_1", "Capsule_1"])
        return getattr(UsdGeom, kind).Define(self.stage, path).GetPrim()

    def _instancer(self, path: str) -> Usd.Prim:
        rng = self.rng
        instancer = UsdGeom.PointInstancer.Define(self.stage, path)
        paths = []
        for index in range(rng.randint(1, 2)):
            kind = rng.choice([self._gprim, self._mesh])
            paths.append(kind(f"{path}/Proto{index}").GetPath())
        instancer.CreatePrototypesRel().SetTargets(paths)
        count = rng.randint(0, 6)
        instancer.CreateProtoIndicesAttr([rng.randrange(len(paths)) for _ in range(count)])
        instancer.CreatePositionsAttr(self._vectors(count, 2.0))
        if rng.random() < 0.5:
            instancer.CreateScalesAttr([Gf.Vec3f(self._number(0.1, 1)) for _ in range(count)])
            instancer.CreateOrientationsAttr([Gf.Quath(1, 0, 0, 0)] * count)
        if rng.random() < 0.2:
            instancer.CreateIdsAttr(list(range(count)))
            instancer.CreateInvisibleIdsAttr([0])
        return instancer.GetPrim()

    def _curves(self, path: str) -> Usd.Prim:
        rng = self.rng
        curves = UsdGeom.BasisCurves.Define(self.stage, path)
        kind = rng.choice(["linear", "cubic"])
        curves.CreateTypeAttr(kind)
        curves.CreateBasisAttr(rng.choice(["bezier", "bspline", "catmullRom"]))
        curves.CreateWrapAttr(rng.choice(["nonperiodic", "periodic", "pinned"]))
        counts = [rng.choice([4, 7]) for _ in range(rng.randint(1, 2))]
        curves.CreateCurveVertexCountsAttr(counts)
        curves.CreatePointsAttr(self._vectors(sum(counts)))
        curves.CreateWidthsAttr([0.2])
        curves.SetWidthsInterpolation("constant")
        return curves.GetPrim()

    def _points(self, path: str) -> Usd.Prim:
        points = UsdGeom.Points.Define(self.stage, path)
        count = self.rng.randint(0, 5)
        points.CreatePointsAttr(self._vectors(count))
        points.CreateWidthsAttr([0.4] * count)
        return points.GetPrim()

    def _patch(self, path: str) -> Usd.Prim:
        patch = UsdGeom.NurbsPatch.Define(self.stage, path)
        patch.CreatePointsAttr([Gf.Vec3f(u, v, self._number(-0.3, 0.3)) for v in range(4) for u in range(4)])
        for side in "UV":
            getattr(patch, f"Create{side}VertexCountAttr")(4)
            getattr(patch, f"Create{side}OrderAttr")(4)
            getattr(patch, f"Create{side}KnotsAttr")([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
            getattr(patch, f"Create{side}RangeAttr")(Gf.Vec2d(0, 1))
        return patch.GetPrim()

    def _skin(self, path: str) -> Usd.Prim:
        root = UsdSkel.Root.Define(self.stage, path)
        skeleton = UsdSkel.Skeleton.Define(self.stage, path + "/Skeleton")
        joints, still = ["a", "a/b"], [Gf.Matrix4d(1.0), Gf.Matrix4d(1.0)]
        skeleton.CreateJointsAttr(joints)
        skeleton.CreateBindTransformsAttr(still)
        skeleton.CreateRestTransformsAttr(still)
        animation = UsdSkel.Animation.Define(self.stage, path + "/Motion")
        animation.CreateJointsAttr(joints)
        for time in (0.0, 1.0):
            animation.CreateTranslationsAttr().Set(self._vectors(2, 0.5), time)
        animation.CreateRotationsAttr([Gf.Quatf(1, 0, 0, 0)] * 2)
        animation.CreateScalesAttr([Gf.Vec3h(1, 1, 1)] * 2)
        UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
        mesh = self._grid(path + "/Body", 2, 2)
        binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
        binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
        count = len(mesh.GetPointsAttr().Get())
        binding.CreateJointIndicesPrimvar(False, 2).Set([0, 1] * count)
        binding.CreateJointWeightsPrimvar(False, 2).Set([0.5, 0.5] * count)
        return root.GetPrim()

    def _splats(self, path: str) -> Usd.Prim:
        prim = self.stage.DefinePrim(path, "ParticleField3DGaussianSplat")
        count = self.rng.randint(1, 4)
        values = {"positions": (_T.Point3fArray, self._vectors(count)), "scales": (_T.Float3Array, [Gf.Vec3f(0.2)] * count),
                  "orientations": (_T.QuatfArray, [Gf.Quatf(1, 0, 0, 0)] * count), "opacities": (_T.FloatArray, [0.8] * count),
                  "radiance:sphericalHarmonicsCoefficients": (_T.Float3Array, self._vectors(count))}
        for name, (kind, value) in values.items():
            prim.CreateAttribute(name, kind).Set(value)
        UsdGeom.Xformable(prim)
        return prim

    def _native(self, path: str) -> Usd.Prim:
        """An instanceable reference to something drawn before."""
        prim = UsdGeom.Xform.Define(self.stage, path).GetPrim()
        if self.drawn:
            prim.GetReferences().AddInternalReference(self.rng.choice(self.drawn).GetPath())
            prim.SetInstanceable(self.rng.random() < 0.7)
        return prim

    def _light(self, path: str) -> None:
        rng = self.rng
        kind = rng.choice(["DomeLight", "DistantLight", "SphereLight", "RectLight", "DiskLight", "CylinderLight",
                           "GeometryLight"])
        light = getattr(UsdLux, kind).Define(self.stage, path)
        prim = light.GetPrim()
        self._place(prim)
        prim.GetAttribute("inputs:intensity").Set(self._number(1, 1000))
        if kind in ("DomeLight", "RectLight") and rng.random() < 0.5:
            prim.GetAttribute("inputs:texture:file").Set(Sdf.AssetPath(rng.choice(self.pictures)))
        if kind == "GeometryLight" and self.drawn:
            prim.GetRelationship("geometry").SetTargets([rng.choice(self.drawn).GetPath()])
        if rng.random() < 0.3:
            shaping = UsdLux.ShapingAPI.Apply(prim)
            shaping.CreateShapingConeAngleAttr(self._number(0, 90))
            shaping.CreateShapingFocusAttr(self._number(0, 5))
        if rng.random() < 0.2 and self.drawn:
            links = UsdLux.LightAPI(prim).GetLightLinkCollectionAPI()
            links.CreateIncludesRel().SetTargets([rng.choice(self.drawn).GetPath()])
            links.CreateIncludeRootAttr(False)


def _prims(stage: Usd.Stage) -> list[Usd.Prim]:
    return [prim for prim in stage.Traverse() if not prim.IsInstanceProxy()]


def _odd(rng: random.Random, old: object) -> object:
    """Return a value of the type of ``old`` that no one expects."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return rng.choice(_INTS)
    if isinstance(old, float):
        return rng.choice(_NUMBERS)
    if isinstance(old, str):
        return rng.choice(["", "nonsense", "none", "constant", "vertex", "faceVarying", "bspline", "leftHanded", "invisible"])
    if isinstance(old, Sdf.AssetPath):
        return Sdf.AssetPath(rng.choice(["", "nowhere.png", "/dev/null", "a\tb.png"]))
    kind = type(old)
    if hasattr(old, "__len__") and kind.__module__.endswith("Vt"):
        return _odd_array(rng, old)
    if isinstance(old, (Gf.Matrix4d,)):
        return rng.choice([Gf.Matrix4d(0.0), Gf.Matrix4d(_NAN), Gf.Matrix4d(1e30), Gf.Matrix4d().SetScale(Gf.Vec3d(1, 0, 1)),
                           Gf.Matrix4d().SetTranslate(Gf.Vec3d(1e15, 0, 0)), Gf.Matrix4d().SetScale(-1.0)])
    if kind.__name__.startswith("Vec"):
        whole = kind.__name__.endswith("i")
        return kind(*(rng.choice(_INTS if whole else _NUMBERS) if rng.random() < 0.5 else old[i] for i in range(len(old))))
    if kind.__name__.startswith("Quat"):
        return kind(rng.choice(_NUMBERS))
    return old


def _odd_array(rng: random.Random, old: object) -> object:
    values, kind = list(old), type(old)
    what = rng.randrange(6)
    if what == 0 or not values:
        values = []
    elif what == 1:
        values = values[:rng.randrange(len(values))]
    elif what == 2:
        values = values + values[:rng.randint(1, 3)]
    elif what == 3:
        values = [values[0]] * len(values)
    else:
        for _ in range(rng.choice([1, 1, 3])):
            index = rng.randrange(len(values))
            values[index] = _odd(rng, values[index])
    return kind(values)


def _set(attribute: Usd.Attribute, value: object, rng: random.Random) -> None:
    time = rng.choice([Usd.TimeCode.Default(), Usd.TimeCode.Default(), Usd.TimeCode(0.0), Usd.TimeCode(1.0)])
    attribute.Set(value, time)


def _odd_value(stage: Usd.Stage, rng: random.Random) -> None:
    prim = rng.choice(_prims(stage))
    attributes = [a for a in prim.GetAttributes() if a.Get() is not None]
    authored = [a for a in attributes if a.HasAuthoredValue()]
    pool = authored if authored and rng.random() < 0.8 else attributes
    if pool:
        attribute = rng.choice(pool)
        _set(attribute, _odd(rng, attribute.Get()), rng)


def _wrong_type(stage: Usd.Stage, rng: random.Random) -> None:
    """Author a value of another type than the attribute's."""
    prim = rng.choice(_prims(stage))
    names = [a.GetName() for a in prim.GetAttributes()]
    spec = stage.GetRootLayer().GetPrimAtPath(prim.GetPath())
    if not names or not spec:
        return
    name = rng.choice(names)
    if name in spec.attributes:
        spec.RemoveProperty(spec.attributes[name])
    kind, value = rng.choice([(_T.String, "text"), (_T.Float, 2.5), (_T.FloatArray, [1.0, 2.0]), (_T.Int, 3),
                              (_T.TokenArray, ["a"]), (_T.Double3, Gf.Vec3d(1, 2, 3)), (_T.Bool, True)])
    Sdf.AttributeSpec(spec, name, kind).default = value


def _odd_arc(stage: Usd.Stage, rng: random.Random) -> None:
    prims = _prims(stage)
    prim, other = rng.choice(prims), rng.choice(prims)
    what = rng.randrange(8)
    if what == 0:
        prim.GetReferences().AddInternalReference(other.GetPath())
    elif what == 1:
        prim.GetReferences().AddReference("/nowhere/at_all.usda")
    elif what == 2:
        prim.SetInstanceable(not prim.IsInstanceable())
    elif what == 3:
        relationships = prim.GetRelationships()
        if relationships:
            targets = rng.choice([[], ["/nowhere"], [prim.GetPath()], [other.GetPath()], [other.GetPath(), prim.GetPath()]])
            rng.choice(relationships).SetTargets([Sdf.Path(str(t)) for t in targets])
    elif what == 4 and prim.GetPath() != Sdf.Path(CAMERA):
        prim.SetTypeName(rng.choice(["Mesh", "Sphere", "PointInstancer", "SphereLight", "Skeleton", "SkelRoot", "Xform", "",
                                     "Nonsense", "DomeLight", "Points", "BasisCurves", "GeomSubset", "Material", "Camera"]))
    elif what == 5:
        prim.GetInherits().AddInherit(other.GetPath())
    elif what == 6:
        shader = UsdShade.Shader(prim)
        inputs = shader.GetInputs() if shader else []
        if inputs:
            rng.choice(inputs).GetAttr().AddConnection(other.GetPath().AppendProperty("outputs:rgb"))
    else:
        UsdShade.MaterialBindingAPI.Apply(prim).GetDirectBindingRel().SetTargets([other.GetPath()])


def _odd_place(stage: Usd.Stage, rng: random.Random) -> None:
    prim = rng.choice(_prims(stage))
    xformable = UsdGeom.Xformable(prim)
    if xformable:
        xformable.ClearXformOpOrder()
        _set(xformable.MakeMatrixXform(), _odd(rng, Gf.Matrix4d(1.0)), rng)


def damage(stage: Usd.Stage, rng: random.Random) -> None:
    """Break one thing."""
    if _prims(stage):
        rng.choice([_odd_value, _odd_value, _odd_value, _odd_value, _wrong_type, _odd_arc, _odd_place])(stage, rng)


def edit(stage: Usd.Stage, rng: random.Random) -> None:
    """Change one thing as a script would between two frames."""
    prims = _prims(stage)
    if not prims:
        return
    prim, what = rng.choice(prims), rng.randrange(9)
    if what == 0 and UsdGeom.Imageable(prim):
        UsdGeom.Imageable(prim).GetVisibilityAttr().Set(rng.choice(["inherited", "invisible"]))
    elif what == 1 and UsdGeom.Imageable(prim):
        UsdGeom.Imageable(prim).CreatePurposeAttr(rng.choice(["default", "render", "proxy", "guide"]))
    elif what == 2 and UsdGeom.Xformable(prim):
        place = Gf.Matrix4d().SetTranslate(Gf.Vec3d(*(rng.uniform(-2, 2) for _ in "xyz")))
        UsdGeom.Xformable(prim).MakeMatrixXform().Set(place)
    elif what == 3 and UsdGeom.Gprim(prim):
        UsdGeom.Gprim(prim).CreateDisplayColorAttr([Gf.Vec3f(rng.random(), rng.random(), rng.random())])
    elif what == 4 and UsdGeom.PointBased(prim):
        points = UsdGeom.PointBased(prim).GetPointsAttr()
        old = points.Get()
        if old is not None and isinstance(old, Vt.Vec3fArray):
            points.Set([Gf.Vec3f(*p) * rng.uniform(0.5, 1.5) for p in old])
    elif what == 5 and prim.GetPath() not in (Sdf.Path("/World"), Sdf.Path(CAMERA)):
        prim.SetActive(False) if rng.random() < 0.5 else stage.RemovePrim(prim.GetPath())
    elif what == 6:
        UsdSemantics.LabelsAPI.Apply(prim, "class").CreateLabelsAttr([rng.choice(["cup", "ball", "tree"])])
    elif what == 7:
        UsdGeom.Sphere.Define(stage, f"/World/New{rng.randrange(4)}").CreateRadiusAttr(rng.uniform(0.1, 1.0))
    else:
        inputs = [a for a in prim.GetAttributes() if a.GetName().startswith("inputs:") and isinstance(a.Get(), float)]
        if inputs and math.isfinite(value := rng.uniform(0, 2)):
            rng.choice(inputs).Set(value)
