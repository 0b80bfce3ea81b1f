"""Plain records between the stage readers (pxr) and the device arrays (warp): numpy in, no pxr and no warp here.

Matrices are float64 (4, 4) in USD's row-vector convention (``p' = p @ M``, translation in the last row) and in world
space of the stage, in stage units. Colours are linear Rec.709. Angles are radians.
"""

import math
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

__all__ = ["CameraRecord", "IesRecord", "InstanceRecord", "LensRecord", "LightKind", "LightRecord", "LinkRecord",
           "MaterialRecord", "MeshRecord", "ShapeKind", "ShapingRecord", "TextureRecord", "TextureSlot"]


class ShapeKind(IntEnum):
    """Analytic shapes of the intersector, all centred at the origin of object space with their axis along +Z.

    A reader folds the gprim's ``axis`` and position along it into the instance's matrix.
    """

    MESH = 0
    CUBE = 1  # size = (half edge, 0, 0, 0)
    SPHERE = 2  # size = (radius, 0, 0, 0)
    CYLINDER = 3  # size = (radius bottom, radius top, half height, 0), capped
    CONE = 4  # size = (radius at -half height, 0, half height, 0), capped; apex at +half height
    CAPSULE = 5  # size = (radius, 0, half height of the cylindrical part, 0)
    PLANE = 6  # size = (half width along x, half length along y, 0, 0), normal +Z
    DISK = 7  # size = (radius, 0, 0, 0), normal +Z


@dataclass(eq=False)
class MeshRecord:
    """One triangulated mesh prototype in object space."""

    points: np.ndarray  # (V, 3) float32
    triangles: np.ndarray  # (T, 3) int32, right-handed winding
    corner_normals: np.ndarray  # (3 T, 3) float32, unit
    corner_uvs: np.ndarray  # (3 T, 2) float32; zeros where the mesh has no st
    triangle_slots: np.ndarray  # (T,) int32: 0 = faces in no subset, k = k-th GeomSubset
    corner_colors: np.ndarray | None = None  # (3 T, 3) float32 when displayColor varies over the mesh, else None
    face_of_triangle: np.ndarray | None = None  # (T,) int32: the USD face
    extra_uvs: dict[str, np.ndarray] = field(default_factory=dict)  # (3 T, 2) float32 of further sets, by primvar, sorted


@dataclass(eq=False)
class TextureRecord:
    """A decoded image, bottom row first (v = 0 is row 0)."""

    key: str  # file path and colour space: equal keys are one texture
    pixels: np.ndarray  # (H, W, 4) uint8 or float32, encoded as in the file
    srgb: bool  # uint8 pixels are sRGB-encoded and are to be decoded after lookup
    tiles: tuple[tuple[int, str], ...] = ()  # of a UDIM set: (number from 1001 on, TextureRecord.key); pixels are elsewhere


@dataclass(eq=False)
class TextureSlot:
    """How a material input reads a texture, which replaces the input's constant.

    ``value = texel * scale + bias`` at ``uv' = R(rotation) (uv * uv_scale) + uv_translate``.
    """

    texture: str = ""  # TextureRecord.key; empty = no texture
    channel: int = -1  # -1 = rgb, 0..3 = one channel
    wrap: tuple[int, int] = (0, 0)  # 0 repeat, 1 clamp, 2 mirror, 3 black
    scale: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    bias: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    uv_set: str = ""  # primvar of the texture coordinates; empty = the mesh's first, "#2" = its second of further ones
    uv_scale: tuple[float, float] = (1.0, 1.0)
    uv_rotation: float = 0.0
    uv_translate: tuple[float, float] = (0.0, 0.0)


@dataclass(eq=False)
class MaterialRecord:
    """The one principled surface that UsdPreviewSurface and OmniPBR map to."""

    path: str  # prim path; empty = the default material, whose base colour is the prim's displayColor
    base_color: tuple[float, float, float] = (0.18, 0.18, 0.18)
    use_display_color: bool = False
    metallic: float = 0.0
    roughness: float = 0.5
    ior: float = 1.5
    specular: float = 0.5  # 0.5 = Fresnel from ior
    specular_color: tuple[float, float, float] = (1.0, 1.0, 1.0)  # of dielectric reflections
    clearcoat: float = 0.0
    clearcoat_roughness: float = 0.01
    transmission: float = 0.0  # how much of a dielectric is glass, tinted by the base colour at each passage
    thin_walled: bool = False  # glass without an inside: nothing bends
    absorption: tuple[float, float, float] = (0.0, 0.0, 0.0)  # inside the glass, per stage unit
    projection: str = ""  # "object" or "world": textures are projected along the axes of that space, a unit to a unit
    opacity: float = 1.0
    opacity_threshold: float = 0.0  # > 0: cut-out at this value
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)  # radiance, cd/m2
    base_color_texture: TextureSlot = field(default_factory=TextureSlot)
    metallic_texture: TextureSlot = field(default_factory=TextureSlot)
    roughness_texture: TextureSlot = field(default_factory=TextureSlot)
    opacity_texture: TextureSlot = field(default_factory=TextureSlot)
    emission_texture: TextureSlot = field(default_factory=TextureSlot)
    normal_texture: TextureSlot = field(default_factory=TextureSlot)


@dataclass(eq=False)
class InstanceRecord:
    """One renderable prim (or instance proxy, or point instance) that is visible in this frame."""

    path: str  # prim path, unique; point instances are "<instancer>[<index>]<path below the prototype root>"
    kind: ShapeKind
    size: tuple[float, float, float, float]  # of ShapeKind
    mesh: str  # key of the MeshRecord, equal for all instances of one prototype; empty for analytic shapes
    matrix: np.ndarray  # (4, 4) object (of ShapeKind) to world
    slot_paths: tuple[str, ...]  # (path, subset path, ...): slot 0 is the prim itself
    slot_materials: tuple[str, ...]  # key of the MaterialRecord for each slot
    slot_colors: tuple[tuple[float, float, float], ...]  # displayColor for each slot
    double_sided: bool = False


class LightKind(IntEnum):
    """UsdLux light shapes. Emission: rect and disk along local -Z from one side; distant travels along local -Z."""

    DISTANT = 0
    SPHERE = 1
    RECT = 2
    DISK = 3
    CYLINDER = 4
    DOME = 5
    MESH = 6  # geometry that glows: a MeshLightAPI's own prim, or what a GeometryLight names


@dataclass(frozen=True, eq=False)
class IesRecord:
    """The light distribution of a luminaire; one object for each file."""

    key: str
    candela: np.ndarray  # (181, 145) float32: rows by degrees from the light's axis (-Z), columns by 2.5 degrees from +X


@dataclass(frozen=True)
class ShapingRecord:
    """How an area light's radiance depends on the angle from its axis, local -Z (UsdLux ShapingAPI)."""

    cone_angle: float = math.pi  # radians off the axis, beyond which nothing shines
    cone_softness: float = 0.0  # part of the cone over which the light fades
    focus: float = 0.0  # exponent of the cosine
    focus_tint: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ies: IesRecord | None = None
    ies_angle_scale: float = 0.0
    ies_normalize: bool = False


@dataclass(frozen=True)
class LinkRecord:
    """Which prims a light shines on, or which throw its shadow: a UsdCollection as (path, expansion rule) pairs.

    A prim belongs to it by the rule of its nearest ancestor that has one: ``expandPrims`` yes, ``exclude`` no,
    ``explicitOnly`` only the named prim itself.
    """

    rules: tuple[tuple[str, str], ...]


@dataclass(eq=False)
class LightRecord:
    """One visible light with its photometric inputs already resolved."""

    path: str
    kind: LightKind
    matrix: np.ndarray  # (4, 4) light to world, scale included
    color: tuple[float, float, float]  # radiance cd/m2 for area lights and domes; irradiance lux for DISTANT
    size: tuple[float, float] = (0.0, 0.0)  # (radius, length) | (width, height) | (cone half angle, 0)
    texture: str = ""  # TextureRecord.key of the lat-long image (dome) or rect texture
    shadows: bool = True
    visible_to_camera: bool = True  # area lights are drawn as emitters, domes as the background
    double_sided: bool = False  # rect and disk lights that shine to +Z, too
    diffuse: float = 1.0  # multiplies what Lambert lobes reflect
    specular: float = 1.0  # multiplies what all other lobes reflect
    shaping: ShapingRecord | None = None
    light_link: LinkRecord | None = None  # None: shines on everything
    shadow_link: LinkRecord | None = None  # None: everything throws its shadow
    geometry: tuple[str, ...] = ()  # MESH: paths of the prims that glow
    divide_by_area: bool = False  # MESH: ``color`` is to be divided by the world area of the geometry


@dataclass(frozen=True)
class LensRecord:
    """How a lens maps directions to the image, where that is not a plain pinhole: see ``render.lens`` for the models.

    Lengths in the image are pixels of the nominal image, which is stretched over whatever is rendered.
    """

    model: str  # ftheta | kannala_brandt | rad_tan_thin_prism | opencv_pinhole | equidistant | equisolid |
    # orthographic_fisheye | equirectangular | orthographic
    nominal: tuple[float, float] = (0.0, 0.0)  # (width, height); zeros: the rendered image's own
    center: tuple[float, float] | None = None  # optical centre; None: the image's
    focal: tuple[float, float] = (0.0, 0.0)  # (fx, fy); zeros: from focal length and aperture
    radial: tuple[float, ...] = ()
    tangential: tuple[float, float] = (0.0, 0.0)  # (a, b): dx = a (2 x^2 + r^2) + 2 b x y, dy = b (2 y^2 + r^2) + 2 a x y
    prism: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # dx = p0 r^2 + p1 r^4, dy = p2 r^2 + p3 r^4
    max_fov: float = 360.0  # degrees, across
    eye_offset: float = 0.0  # omnidirectional stereo: distance of the eye from the centre, + right [stage units]


@dataclass(eq=False)
class CameraRecord:
    """One camera; a pinhole's pixels are square and its vertical field of view follows the image's aspect (as RTX)."""

    path: str
    matrix: np.ndarray  # (4, 4) camera to world without scale; looks along -Z, +Y up
    focal_length: float
    horizontal_aperture: float
    vertical_aperture: float  # as authored; informative
    aperture_offset: tuple[float, float]
    clipping_range: tuple[float, float]  # stage units
    f_stop: float
    focus_distance: float
    projection: str = "pinhole"  # Replicator's name of the projection
    exposure: float = 1.0  # multiplier from radiance to the tone mapper's input
    lens: LensRecord | None = None  # None: pinhole
    shutter: tuple[float, float] = (0.0, 0.0)  # open, close: time codes relative to the frame; equal: none is authored
    scan_order: str = ""  # of a rolling shutter: topToBottom, bottomToTop, leftToRight or rightToLeft; empty: global
    line_offset: float = 0.0  # seconds from one line to the next
    line_exposure: float = 0.0  # seconds

    def view_matrix(self) -> np.ndarray:
        """Return world to camera, row-vector (4, 4) float64."""
        return np.linalg.inv(self.matrix)
