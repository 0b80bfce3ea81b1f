"""Proxy files: a box of plausible size in place of a USD asset, a ground in place of an environment, grey for a picture."""

import re
import struct
import zlib
from pathlib import Path, PurePosixPath

from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdPhysics, UsdSemantics, Vt

__all__ = ["IMAGE_SUFFIXES", "PROXY_SIZES", "USD_SUFFIXES", "proxy_word", "write_proxy_image", "write_proxy_usd"]

USD_SUFFIXES = frozenset({".usd", ".usda", ".usdc", ".usdz"})
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".hdr", ".exr"})

#: Word in a file name -> width (x), depth (y), height (z) in metres. The first found counts, so longer words come first.
PROXY_SIZES: dict[str, tuple[float, float, float]] = {
    "forklift": (1.2, 3.2, 2.2), "palletjack": (0.7, 1.8, 1.2), "pallet_jack": (0.7, 1.8, 1.2),
    "pallet": (1.2, 0.8, 0.144), "palette": (1.2, 0.8, 0.144), "cracker_box": (0.16, 0.06, 0.21),
    "sugar_box": (0.09, 0.045, 0.175), "pudding_box": (0.11, 0.09, 0.035), "gelatin_box": (0.09, 0.07, 0.03),
    "soup_can": (0.066, 0.066, 0.1), "master_chef_can": (0.1, 0.1, 0.14), "mustard_bottle": (0.095, 0.06, 0.19),
    "bleach_cleanser": (0.1, 0.065, 0.25), "power_drill": (0.18, 0.06, 0.19), "banana": (0.18, 0.1, 0.04),
    "cardbox": (0.3, 0.25, 0.2), "cardboard": (0.3, 0.25, 0.2), "carton": (0.3, 0.25, 0.2), "crate": (0.6, 0.4, 0.35),
    "klt": (0.6, 0.4, 0.28), "bin": (0.6, 0.4, 0.3), "cone": (0.36, 0.36, 0.7), "barrel": (0.6, 0.6, 0.9),
    "bucket": (0.3, 0.3, 0.3), "bottle": (0.08, 0.08, 0.25), "mug": (0.12, 0.09, 0.1), "cup": (0.09, 0.09, 0.1),
    "bowl": (0.16, 0.16, 0.06), "plate": (0.25, 0.25, 0.03), "can": (0.066, 0.066, 0.12), "box": (0.3, 0.3, 0.3),
    "table": (1.6, 0.8, 0.75), "desk": (1.6, 0.8, 0.75), "chair": (0.55, 0.55, 0.9), "sofa": (2.0, 0.9, 0.85),
    "shelf": (1.8, 0.6, 2.2), "rack": (2.7, 1.1, 3.0), "cabinet": (0.8, 0.5, 1.8), "ladder": (0.5, 0.8, 2.0),
    "trolley": (0.6, 0.9, 1.0), "cart": (0.6, 0.9, 1.0), "truck": (2.5, 6.0, 3.0), "car": (1.8, 4.4, 1.5),
    "carter": (0.6, 0.72, 1.0), "nova": (0.6, 0.72, 0.4), "franka": (0.3, 0.3, 1.1), "ur10": (0.3, 0.3, 1.3),
    "robot": (0.6, 0.6, 1.2), "human": (0.5, 0.35, 1.75), "worker": (0.5, 0.35, 1.75), "person": (0.5, 0.35, 1.75),
    "sign": (0.6, 0.05, 0.6), "extinguisher": (0.18, 0.18, 0.55), "apple": (0.08, 0.08, 0.08), "orange": (0.08, 0.08, 0.08),
    "tree": (2.0, 2.0, 4.0), "plant": (0.5, 0.5, 0.8), "lamp": (0.3, 0.3, 0.5), "door": (0.9, 0.05, 2.0),
    "gear": (0.1, 0.1, 0.03), "block": (0.05, 0.05, 0.05), "cube": (0.05, 0.05, 0.05),
}
_UNKNOWN_SIZE = (0.5, 0.5, 0.5)
_ENVIRONMENT = re.compile(r"warehouse|environment|hospital|office|room|grid|stage|scene|map", re.IGNORECASE)
_GROUND = 20.0
_GREY = (0.5, 0.5, 0.5)


def proxy_word(path: str) -> str:
    """Return the word of the size table that a file's name holds; else the name's longest word of letters, in lower case."""
    stem = PurePosixPath(path).stem.lower()
    known = next((word for word in PROXY_SIZES if word in stem), None)
    if known is not None:
        return known
    words = re.findall(r"[a-z]{3,}", stem)
    return max(words, key=len) if words else "object"


def write_proxy_usd(file: Path, asked: str, metre: float = 1.0) -> str:
    """Write the proxy of asset ``asked`` to ``file``, Z-up; return what it shows, for people.

    Args:
        file: Where to.
        asked: Path of the asset.
        metre: Units of the stage that it is for in a metre; references are not scaled.
    """
    suffix = file.suffix.lower()
    layer = Sdf.Layer.CreateAnonymous(".usda") if suffix == ".usdz" else Sdf.Layer.CreateNew(str(file))
    stage = Usd.Stage.Open(layer)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0 / metre)
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    known = any(word in PurePosixPath(asked).stem.lower() for word in PROXY_SIZES)
    is_box = known or not _ENVIRONMENT.search(PurePosixPath(asked).stem)
    said = _box(stage, asked, metre) if is_box else _environment(stage, metre)
    if suffix == ".usdz":
        from pxr import UsdUtils

        inner = file.with_suffix(".usda")
        layer.Export(str(inner))
        UsdUtils.CreateNewUsdzPackage(Sdf.AssetPath(str(inner)), str(file))
    else:
        layer.Save()
    return said


def write_proxy_image(file: Path) -> str:
    """Write a small grey picture to ``file``; return what it is, for people."""
    suffix = file.suffix.lower()
    if suffix == ".hdr":
        pixel = bytes((128, 128, 128, 128))  # RGBE: 128/256 * 2**0 = 0.5
        file.write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 4\n" + pixel * 8)
    elif suffix == ".png":
        file.write_bytes(_grey_png())
    elif suffix == ".exr":
        file.write_bytes(_grey_exr())
    else:
        from PIL import Image

        Image.new("RGB", (4, 4), (128, 128, 128)).save(file)
    return "a grey picture"


def _box(stage: Usd.Stage, asked: str, metre: float) -> str:
    word = proxy_word(asked)
    size = PROXY_SIZES.get(word, _UNKNOWN_SIZE)
    root = UsdGeom.Xform.Define(stage, "/Proxy")
    stage.SetDefaultPrim(root.GetPrim())
    UsdSemantics.LabelsAPI.Apply(root.GetPrim(), "class").CreateLabelsAttr([word])
    mesh = _mesh_box(stage, "/Proxy/Box", size, metre)
    if "physics" in asked.lower():
        UsdPhysics.RigidBodyAPI.Apply(root.GetPrim())
        UsdPhysics.MassAPI.Apply(root.GetPrim())
        root.GetPrim().AddAppliedSchema("PhysxRigidBodyAPI")
        UsdPhysics.CollisionAPI.Apply(mesh.GetPrim())
        UsdPhysics.MeshCollisionAPI.Apply(mesh.GetPrim()).CreateApproximationAttr("convexHull")
    return f"a box of {' x '.join(f'{edge:g}' for edge in size)} m labelled {word!r}"


def _environment(stage: Usd.Stage, metre: float) -> str:
    root = UsdGeom.Xform.Define(stage, "/Root")
    stage.SetDefaultPrim(root.GetPrim())
    ground = _mesh_box(stage, "/Root/Ground", (_GROUND, _GROUND, 0.1), metre)
    UsdGeom.XformCommonAPI(ground).SetTranslate(Gf.Vec3d(0.0, 0.0, -0.1 * metre))
    UsdSemantics.LabelsAPI.Apply(ground.GetPrim(), "class").CreateLabelsAttr(["floor"])
    UsdPhysics.CollisionAPI.Apply(ground.GetPrim())
    light = UsdLux.DistantLight.Define(stage, "/Root/DistantLight")
    light.CreateIntensityAttr(1000.0)
    UsdGeom.XformCommonAPI(light).SetRotate(Gf.Vec3f(30.0, 20.0, 0.0))
    return f"a ground of {_GROUND:g} x {_GROUND:g} m with a light"


def _mesh_box(stage: Usd.Stage, path: str, size: tuple[float, float, float], metre: float) -> UsdGeom.Mesh:
    """Define a box of ``size`` [m] that stands on its origin."""
    x, y, z = size[0] / 2.0 * metre, size[1] / 2.0 * metre, size[2] * metre
    mesh = UsdGeom.Mesh.Define(stage, path)
    mesh.CreatePointsAttr([(sx * x, sy * y, z * top) for top in (0.0, 1.0) for sy in (-1, 1) for sx in (-1, 1)])
    mesh.CreateFaceVertexCountsAttr([4] * 6)
    mesh.CreateFaceVertexIndicesAttr([0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5])
    mesh.CreateSubdivisionSchemeAttr("none")
    mesh.CreateExtentAttr([(-x, -y, 0.0), (x, y, z)])
    mesh.CreateDisplayColorAttr(Vt.Vec3fArray([Gf.Vec3f(*_GREY)]))
    return mesh


def _grey_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes((128, 128, 128)) * 4) * 4
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def _grey_exr() -> bytes:
    """Return an uncompressed 2 x 2 OpenEXR file of three half channels at 0.5 (layout: openexr.com, file layout)."""
    def attribute(name: bytes, kind: bytes, data: bytes) -> bytes:
        return name + b"\0" + kind + b"\0" + struct.pack("<I", len(data)) + data

    size, box = 2, struct.pack("<4i", 0, 0, 1, 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    header = (struct.pack("<II", 20000630, 2) + attribute(b"channels", b"chlist", channels)
              + attribute(b"compression", b"compression", b"\0") + attribute(b"dataWindow", b"box2i", box)
              + attribute(b"displayWindow", b"box2i", box) + attribute(b"lineOrder", b"lineOrder", b"\0")
              + attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1.0))
              + attribute(b"screenWindowCenter", b"v2f", struct.pack("<2f", 0.0, 0.0))
              + attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1.0)) + b"\0")
    line = struct.pack("<6e", *[0.5] * 6)
    start = len(header) + 8 * size
    offsets = struct.pack("<2Q", *(start + row * (8 + len(line)) for row in range(size)))
    return header + offsets + b"".join(struct.pack("<iI", row, len(line)) + line for row in range(size))
