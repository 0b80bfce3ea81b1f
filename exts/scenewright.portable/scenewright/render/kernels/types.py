"""Structs that travel to the kernels. Matrices act on column vectors; positions are relative to the camera centre.

The scene is moved to the camera in float64 on the host before it becomes float32, so a scene 1e5 units from the stage
origin loses nothing and a ray from the camera starts at exactly (0, 0, 0).
"""

import warp as wp

__all__ = ["CUTOUT", "GLASS", "NO_HIT", "SLOTS_PER_MATERIAL", "SOLID", "TRANSLUCENT", "CameraData", "DomeData",
           "EmitterData", "FogData", "Hit", "InstanceData", "LightData", "LightExtraData", "LightNode", "LightingData",
           "MaterialData", "MeshData", "MotionData", "PathSettings", "PrimData", "SceneData", "SceneTables", "SlotData",
           "TextureData", "TileData"]

CUTOUT = wp.constant(1)
"""Instance flag: some material of it has points that rays pass through."""
TRANSLUCENT = wp.constant(2)
"""Instance flag: some material of it lets part of the light through."""
GLASS = wp.constant(4)
"""Instance flag: some material of it is glass, which is solid to rays, but not to the shadows of the real-time mode."""
SOLID = wp.constant(8)
"""Instance flag: no light passes it; on the CPU native code meets it."""
NO_HIT = wp.constant(-1)
SLOTS_PER_MATERIAL = wp.constant(6)
"""Texture slots of a material, in the order base colour, metallic, roughness, opacity, emission, normal."""


@wp.struct
class InstanceData:
    """One placed shape."""

    kind: wp.int32  # ShapeKind
    flags: wp.int32
    mesh: wp.int32  # row of SceneData.meshes, -1 for analytic shapes
    first_prim: wp.int32  # prim id of slot 0
    size: wp.vec4
    inverse: wp.mat33  # camera-relative world to object
    inverse_origin: wp.vec3
    forward: wp.mat33  # object to camera-relative world
    forward_origin: wp.vec3
    half: wp.vec3  # of a box around it, round the origin of object space
    exact_inverse: wp.mat33d  # ``inverse`` before rounding
    exact_origin: wp.vec3d


@wp.struct
class MotionData:
    """Where an instance was in the step before, relative to where the camera was."""

    moves: wp.int32  # 0: new, teleported, or exactly where it was
    first_corner: wp.int32  # of its mesh among the corners of the step before; -1 where the mesh was as it is
    forward: wp.mat33
    forward_origin: wp.vec3


@wp.struct
class MeshData:
    """One mesh prototype; the arrays may be empty, which the flags say."""

    mesh: wp.uint64
    has_slots: wp.int32
    has_colors: wp.int32
    corner_normals: wp.array(dtype=wp.vec3)
    corner_uvs: wp.array(dtype=wp.vec2)
    corner_count: wp.int32
    uv_sets: wp.int32  # further sets in extra_uvs, one after the other, in the order of DeviceScene.uv_names
    extra_uvs: wp.array(dtype=wp.vec2)
    corner_colors: wp.array(dtype=wp.vec3)
    triangle_slots: wp.array(dtype=wp.int32)
    extent: wp.float32  # largest absolute coordinate
    wide_nodes: wp.array(dtype=wp.float32)  # see wide_bvh; empty on CUDA
    wide_blocks: wp.array(dtype=wp.float32)


@wp.struct
class PrimData:
    """What belongs to a prim id: a slot of an instance."""

    material: wp.int32
    emitter: wp.int32  # 1 + row of LightingData.emitters; 0: does not shine
    color: wp.vec3


@wp.struct
class EmitterData:
    """A prim that shines, by its material or by a light made of it."""

    light: wp.int32  # row of SceneData.lights by which it is sampled
    first_entry: wp.int32  # entry of triangle 0, or of the whole analytic shape
    glow: wp.vec3  # radiance beside the material's emission


@wp.struct
class SlotData:
    """How a material input reads a texture; texture is -1 where there is none."""

    texture: wp.int32
    channel: wp.int32
    uv_set: wp.int32  # 0: the mesh's first texture coordinates, else 1 + place in MeshData.extra_uvs
    wrap_u: wp.int32
    wrap_v: wp.int32
    scale: wp.vec4
    bias: wp.vec4
    row_u: wp.vec3  # u' = dot(row_u, (u, v, 1))
    row_v: wp.vec3


@wp.struct
class MaterialData:
    """Constants of the principled surface."""

    base_color: wp.vec3
    emission: wp.vec3
    use_display_color: wp.int32
    textures: wp.int32  # bit k: slot k has a texture
    projection: wp.int32  # 0: texture coordinates of the surface; 1, 2: along the axes of object or world space
    metallic: wp.float32
    roughness: wp.float32
    ior: wp.float32
    specular: wp.float32
    specular_color: wp.vec3
    clearcoat: wp.float32
    clearcoat_roughness: wp.float32
    transmission: wp.float32
    thin_walled: wp.int32
    absorption: wp.vec3  # per stage unit
    opacity: wp.float32
    opacity_threshold: wp.float32


@wp.struct
class TextureData:
    """An image, row 0 at v = 0, and smaller versions of it one after the other, each of half the sides rounded down.

    Exactly one of ``bytes`` and ``floats`` holds the texels; a UDIM set has none and names its tiles.
    """

    width: wp.int32
    height: wp.int32
    levels: wp.int32
    is_float: wp.int32
    srgb: wp.int32
    bytes: wp.array(dtype=wp.uint32)  # R in the lowest byte
    floats: wp.array(dtype=wp.vec4)
    tile_count: wp.int32
    tiles: wp.array(dtype=wp.int32)  # row of SceneData.textures at 10 v + u, -1 where there is no tile


@wp.struct
class DomeData:
    """Piecewise constant distribution over the lat-long image of a dome."""

    width: wp.int32
    height: wp.int32
    marginal: wp.array(dtype=wp.float32)  # (height + 1,) cumulative, 0..1
    conditional: wp.array(dtype=wp.float32)  # (height * (width + 1),) cumulative per row, 0..1


@wp.struct
class LightData:
    """One light; ``axis_*`` are unit, emission of flat lights is towards ``-axis_z``."""

    kind: wp.int32
    shadows: wp.int32
    visible: wp.int32  # to the camera
    met: wp.int32  # 1: a path may meet it, as light is sampled towards it; 0: without shadows or with linked ones
    double_sided: wp.int32
    texture: wp.int32
    dome: wp.int32  # row of SceneData.domes, -1 for a constant dome
    extra: wp.int32  # row of LightingData.extras, -1 for none
    color: wp.vec3  # radiance; irradiance of a distant light without size
    position: wp.vec3
    axis_x: wp.vec3
    axis_y: wp.vec3
    axis_z: wp.vec3
    half_x: wp.float32  # half width | radius | half length of a cylinder
    half_y: wp.float32  # half height | radius
    spread: wp.float32  # 1 - cosine of a distant light's half angle
    area: wp.float32  # of a distant light: irradiance of a facing surface over ``color``
    first_entry: wp.int32  # of glowing geometry: its entries in LightingData.entry_*
    entry_count: wp.int32


@wp.struct
class LightNode:
    """A light or several, in a tree by which one of many is chosen; the second child follows the first."""

    center: wp.vec3
    radius: wp.float32  # of a ball round the lights that are somewhere
    power: wp.float32  # of these
    far_power: wp.float32  # of those that are distant
    light: wp.int32  # row of SceneTables.lights; -1 where there are several
    first: wp.int32  # first child
    parent: wp.int32


@wp.struct
class LightExtraData:
    """What few lights have: shaping, multipliers and links."""

    cone_start: wp.float32  # angle off the axis [rad] at which the light begins to fade
    cone_end: wp.float32  # and where it has gone
    focus: wp.float32
    focus_tint: wp.vec3
    ies: wp.int32  # first value in LightingData.ies, -1 for none
    ies_scale: wp.float32  # factor of the candela values
    ies_angle_scale: wp.float32
    diffuse: wp.float32
    specular: wp.float32
    light_link: wp.int32  # first value in LightingData.links, -1: shines on everything
    shadow_link: wp.int32


@wp.struct
class LightingData:
    """What shaped and linked lights and glowing geometry need."""

    extras: wp.array(dtype=LightExtraData)
    ies: wp.array(dtype=wp.float32)  # candela grids, each 181 x 145
    links: wp.array(dtype=wp.uint8)  # for each linked light, whether each instance belongs to it
    emitters: wp.array(dtype=EmitterData)
    entry_cdf: wp.array(dtype=wp.float32)  # for each light of geometry: cumulative probabilities of its entries, 0..1
    entry_instance: wp.array(dtype=wp.int32)  # at the same places: whose face an entry is
    entry_face: wp.array(dtype=wp.int32)  # triangle; -1 for the whole of an analytic shape


@wp.struct
class TileData:
    """One pinhole of several whose images lie below each other: see CameraData."""

    origin: wp.vec3  # relative to the origin of the scene
    right: wp.vec3
    up: wp.vec3
    forward: wp.vec3
    step_x: wp.float32
    start_x: wp.float32
    step_y: wp.float32
    start_y: wp.float32


@wp.struct
class CameraData:
    """Pinhole: the ray of pixel (x, y) is ``forward + right * (x * step_x + start_x) + up * (y * step_y + start_y)``.

    Its component along ``forward`` is 1, so the ray parameter is the distance to the image plane in stage units. An
    orthographic camera's ray starts there without ``forward``. What follows ``focus_distance`` belongs to the other lenses, see
    ``kernels.rays``; for them ``step_x`` and ``step_y`` are the angle of a pixel near the optical centre.
    """

    right: wp.vec3
    up: wp.vec3
    forward: wp.vec3
    step_x: wp.float32
    start_x: wp.float32
    step_y: wp.float32
    start_y: wp.float32
    near: wp.float32
    far: wp.float32
    width: wp.int32
    height: wp.int32
    lens_radius: wp.float32
    focus_distance: wp.float32
    model: wp.int32  # rays.PINHOLE, CENTRAL, PARALLEL, PANORAMA, STRIP
    flat: wp.int32  # 1: the profile is of the tangent
    bend: wp.int32  # rays.STRAIGHT, BENT, BENT_FLAT
    center: wp.vec2  # px
    scale: wp.vec2  # units of the profile's radius (a panorama's: radians) a pixel
    q_end: wp.float32  # largest angle or tangent
    r_end: wp.float32  # largest radius
    ray_knots: wp.float32  # knots a unit of radius
    ray_table: wp.array(dtype=wp.vec4)  # sine and cosine of the angle, each followed by its slope
    radius_knots: wp.float32  # knots a radian
    radius_table: wp.array(dtype=wp.vec2)  # radius and its slope
    radial_upper: wp.vec3  # OpenCV's k1..k3
    radial_lower: wp.vec3  # k4..k6
    tangential: wp.vec2
    prism: wp.vec4
    eye_offset: wp.float32
    exact_right: wp.vec3d  # before rounding
    exact_up: wp.vec3d
    exact_forward: wp.vec3d
    exact_image: wp.vec4d  # step_x, start_x, step_y, start_y
    tile_height: wp.int32  # of a strip of pinholes; ``height`` is that of them all
    tiles: wp.array(dtype=TileData)


@wp.struct
class FogData:
    """A medium whose density falls off with height, or is even; relative to the camera centre."""

    density: wp.float32  # extinction per stage unit at ``base``; 0: no fog
    falloff: wp.float32  # per stage unit of height; 0: even
    base: wp.float32  # height at which the density is ``density``; below, it stays so where there is a falloff
    up: wp.vec3
    start: wp.float32  # distance from the camera centre at which it begins
    reach: wp.float32  # and ends
    glow: wp.vec3  # radiance towards which a view through endless fog goes, light apart
    albedo: wp.vec3  # part of the extinction that scatters
    anisotropy: wp.float32  # mean cosine of scattering (Henyey and Greenstein)


@wp.struct
class PathSettings:
    """What the colour pass needs of the render settings."""

    samples: wp.int32
    earlier: wp.int32  # samples that lie in the outputs already
    sample_stride: wp.uint32  # samples rounded up to a power of two
    paths: wp.int32  # that each sample sends on from its first surface; 0: only light without noise is looked for
    path_stride: wp.uint32  # paths rounded up to a power of two
    bounces: wp.int32
    seed: wp.uint32
    path_traced: wp.int32  # 1: nothing is cut short or left out
    indirect_limit: wp.float32  # largest indirect radiance of one sample
    direct_limit: wp.float32  # largest radiance of one sample
    fog: FogData


@wp.struct
class SceneTables:
    """All that a ray may meet."""

    origin: wp.vec3  # of camera-relative space in the world
    clear_shadows: wp.int32  # 1: light goes straight through glass on its way to a surface
    tlas: wp.uint64  # boxes of all instances; 0 where there are none
    wide: wp.int32  # 1 on the CPU: the tree is there folded, too, and meshes have trees of eight
    top_nodes: wp.array(dtype=wp.float32)
    top_items: wp.array(dtype=wp.float32)  # instance of each block, the bits of an int32
    instances: wp.array(dtype=InstanceData)
    meshes: wp.array(dtype=MeshData)
    prims: wp.array(dtype=PrimData)
    materials: wp.array(dtype=MaterialData)
    slots: wp.array(dtype=SlotData)
    textures: wp.array(dtype=TextureData)
    srgb_to_linear: wp.array(dtype=wp.float32)
    glossy_albedo: wp.array(dtype=wp.vec2)  # reflectance of GGX lobes by roughness and angle
    lights: wp.array(dtype=LightData)  # lamps that rays can meet, glowing geometry, distant lights, domes
    light_nodes: wp.array(dtype=LightNode)  # the tree of all lights but domes; empty where they are few
    light_leaves: wp.array(dtype=wp.int32)  # node of each light
    lamp_tree: wp.uint64  # boxes of the lamps; 0 where they are few
    light_count: wp.int32
    lamp_count: wp.int32
    first_distant: wp.int32
    first_dome: wp.int32
    domes: wp.array(dtype=DomeData)
    lighting: wp.array(dtype=LightingData)  # one element


SceneData = wp.array(dtype=SceneTables)
"""The scene as functions take it, one element: Warp copies a struct with each call, and this one is a kilobyte."""


@wp.struct
class Hit:
    """The nearest surface along a ray."""

    t: wp.float32
    instance: wp.int32  # NO_HIT where nothing was hit
    face: wp.int32  # triangle, or face of an analytic shape
    u: wp.float32  # barycentric weights of the triangle's first two corners
    v: wp.float32
