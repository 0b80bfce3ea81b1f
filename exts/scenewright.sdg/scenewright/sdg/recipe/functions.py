"""The functions that a recipe may call: names, keywords, kinds of values, and what works so far.

One table drives validation, the JSON Schema and the interpreter's checks. Names and keywords are those of the public
Replicator API; a keyword line reads ``name:kind`` followed by ``!`` (required) and ``~`` (may be a distribution).
"""

import sys
from dataclasses import dataclass

from scenewright.sdg.recipe.scene_functions import SCENE_FUNCTIONS
from scenewright.sdg.recipe.variation_functions import VARIATION_ROWS

__all__ = ["FUNCTIONS", "KINDS", "MODULES", "WRITERS", "Function", "Keyword", "Kind", "Writer", "find_writer"]

MODULES = (
    *("create", "get", "modify", "distribution", "randomizer", "trigger", "physics", "settings", "writers", "utils"),
    "scenes",
)


@dataclass(frozen=True)
class Kind:
    """A kind of value: how it is called in errors, which block results fit, and its JSON Schema."""

    text: str
    results: tuple[str, ...] = ()
    schema: dict | None = None


# Numbers of a list may be ${variables}, constants by name or distributions of their own.
_NUMBERS3 = {"type": "array", "items": {"type": ["number", "string", "object"]}, "minItems": 3, "maxItems": 3}
_NUMBERS2 = {**_NUMBERS3, "minItems": 2, "maxItems": 2}
_PATHS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

KINDS: dict[str, Kind] = {
    "any": Kind("any value", ("prims", "materials", "distribution", "paths", "render_products", "trigger"), {}),
    "bool": Kind("true or false", (), {"type": "boolean"}),
    "bools": Kind(
        "true or false, or a list of them",
        (),
        {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "boolean"}}]},
    ),
    "int": Kind("an integer", (), {"type": "integer"}),
    "number": Kind("a number", (), {"type": "number"}),
    "numbers": Kind(
        "a number or a list of numbers", (), {"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]}
    ),
    "str": Kind("text", (), {"type": "string"}),
    "vec2": Kind("two numbers [x, y]", (), _NUMBERS2),
    "vec3": Kind("three numbers [x, y, z]", (), _NUMBERS3),
    "vec3s": Kind(
        "three numbers, or a list of such triples", (), {"anyOf": [_NUMBERS3, {"type": "array", "items": _NUMBERS3}]}
    ),
    "scale": Kind("a number or three numbers", (), {"anyOf": [{"type": "number"}, _NUMBERS3]}),
    "clip3": Kind(
        "three numbers, each possibly null",
        (),
        {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 3, "maxItems": 3},
    ),
    "size2": Kind(
        "two positive integers [width, height]",
        (),
        {"type": "array", "items": {"type": ["integer", "string"], "minimum": 1}, "minItems": 2, "maxItems": 2},
    ),
    "prims": Kind("a block that made or got prims, a prim path, or a list of them", ("prims", "materials"), _PATHS),
    "target": Kind(
        "three numbers [x, y, z], or a block or path of prims", ("prims",), {"anyOf": [_NUMBERS3, *_PATHS["anyOf"]]}
    ),
    "semantics": Kind(
        "a list of [type, label] pairs, or a mapping {type: label}",
        (),
        {"anyOf": [{"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, {"type": "object"}]},
    ),
    "material": Kind("a material block or a material path", ("materials", "prims"), {"type": "string"}),
    "materials": Kind("material blocks, material paths or a list of them", ("materials", "prims"), _PATHS),
    "paths": Kind("a file, or a list of files", ("paths",), _PATHS),
    "choices": Kind("a list of values", ("distribution", "prims", "materials", "paths"), {}),
    "weights": Kind("a list of non-negative numbers", (), {"type": "array", "items": {"type": "number", "minimum": 0}}),
    "camera": Kind("a camera block, a camera path, or a list of them", ("prims",), _PATHS),
    "render_products": Kind("a render product block, or a list of them", ("render_products",), _PATHS),
    "trigger": Kind("a trigger block", ("trigger",), {"type": ["string", "null"]}),
    "strs": Kind("text, or a list of texts", (), _PATHS),
    "dict": Kind("a mapping", (), {"type": "object"}),
}


@dataclass(frozen=True)
class Keyword:
    """One keyword of a function."""

    name: str
    kind: str
    required: bool
    random: bool


@dataclass(frozen=True)
class Function:
    """A function that a recipe may name.

    Attributes:
        name: ``module.function``.
        keywords: By name, in the API's order.
        result: Kind of what it returns: prims, materials, distribution, trigger, writer, render_products, paths or none.
        feature: Empty when it works; otherwise what is missing, in words that finish "... is not available yet".
        never: Empty when a recipe can call it; otherwise why only a script can.
    """

    name: str
    keywords: dict[str, Keyword]
    result: str
    feature: str = ""
    never: str = ""

    def required(self) -> list[str]:
        """Return the names of the keywords that must be given."""
        return [keyword.name for keyword in self.keywords.values() if keyword.required]


_POSE = "position:vec3~ rotation:vec3~ scale:scale~ look_at:target~ look_at_up_axis:vec3~"
_SHAPE = _POSE + " pivot:vec3 semantics:semantics material:material visible:bool~ count:int name:str parent:prims"
_CAMERA = (
    "position:vec3~ rotation:vec3~ look_at:target~ look_at_up_axis:vec3~ focal_length:number~ "
    "focus_distance:number~ f_stop:number~ horizontal_aperture:number~ horizontal_aperture_offset:number~ "
    "vertical_aperture_offset:number~ clipping_range:vec2~ projection_type:str fisheye_nominal_width:number "
    "fisheye_nominal_height:number fisheye_optical_centre_x:number fisheye_optical_centre_y:number "
    "fisheye_max_fov:number fisheye_polynomial_a:number fisheye_polynomial_b:number fisheye_polynomial_c:number "
    "fisheye_polynomial_d:number fisheye_polynomial_e:number fisheye_polynomial_f:number fisheye_p0:number "
    "fisheye_p1:number fisheye_s0:number fisheye_s1:number fisheye_s2:number fisheye_s3:number "
    "cross_camera_reference_name:str openCV_focal_x:number openCV_focal_y:number tick_rate:number count:int "
    "parent:prims name:str"
)
_LIGHT = (
    _POSE + " light_type:str color:vec3~ intensity:number~ exposure:number~ temperature:number~ texture:paths~ count:int "
    "name:str parent:prims"
)
_OMNIPBR = (
    "diffuse:vec3~ diffuse_texture:paths~ roughness:number~ roughness_texture:paths~ metallic:number~ metallic_texture:paths~ "
    "specular:number~ emissive_color:vec3~ emissive_texture:paths~ emissive_intensity:number~ project_uvw:bool "
    "semantics:semantics count:int"
)
_FILTER = (
    "path_pattern:str path_match:str path_pattern_exclusion:str prim_types:strs prim_types_exclusion:strs semantics:semantics "
    "semantics_exclusion:semantics cache_result:bool ignore_case:bool name:str"
)
_TYPED_FILTER = _FILTER.replace("prim_types:strs ", "")
_QUERIES = (
    "camera",
    "curve",
    "geomsubset",
    "graph",
    "light",
    "listener",
    "mesh",
    "nurbs",
    "physics",
    "renderproduct",
    "rendervar",
    "scope",
    "shape",
    "skelanimation",
    "skeleton",
    "sound",
    "xform",
)
_RANDOM = "num_samples:int seed:int name:str"
_INPUT = "input_prims:prims name:str"
_POSE_KEYWORDS = (
    "position:vec3~ position_x:number~ position_y:number~ position_z:number~ rotation:vec3~ rotation_x:number~ "
    "rotation_y:number~ rotation_z:number~ rotation_order:str scale:scale~ size:scale~ pivot:vec3~ look_at:target~ "
    "look_at_up_axis:vec3~"
)

_SUPPORTED: dict[str, tuple[str, str]] = {
    **{f"create.{shape}": (_SHAPE + " as_mesh:bool", "prims") for shape in ("cube", "sphere", "cylinder", "cone")},
    **{f"create.{shape}": (_SHAPE, "prims") for shape in ("torus", "plane", "disk")},
    "create.xform": (_POSE + " pivot:vec3 semantics:semantics visible:bool~ count:int name:str parent:prims", "prims"),
    "create.camera": (_CAMERA, "prims"),
    "create.light": (_LIGHT, "prims"),
    "create.from_usd": ("usd:paths! semantics:semantics count:int name:str parent:prims", "prims"),
    "create.group": ("items:prims! semantics:semantics name:str", "prims"),
    "create.material_omnipbr": (_OMNIPBR, "materials"),
    "create.stereo_camera": ("stereo_baseline:number!~ " + _CAMERA, "prims"),
    "create.from_dir": ("dir_path:str! recursive:bool path_filter:str semantics:semantics", "prims"),
    "create.render_product_tiled": ("cameras:camera! tile_resolution:size2 name:str force_new:bool", "render_products"),
    "create.render_product": ("camera:camera! resolution:size2 force_new:bool name:strs render_vars:strs", "render_products"),
    "get.prims": (_FILTER, "prims"),
    "get.prim_at_path": ("path:prims! name:str", "prims"),
    **{f"get.{kind}": (_TYPED_FILTER, "prims") for kind in _QUERIES},
    "get.material": (_TYPED_FILTER, "materials"),
    "modify.pose": (_POSE_KEYWORDS + " " + _INPUT, "none"),
    "modify.pose_orbit": (
        "barycentre:target!~ distance:number!~ azimuth:number!~ elevation:number!~ look_at_barycentre:bool " + _INPUT,
        "none",
    ),
    "modify.pose_camera_relative": (
        (
            "camera:camera! render_product:render_products! distance:number!~ horizontal_location:number~ "
            "vertical_location:number~ "
        )
        + _INPUT,
        "none",
    ),
    "modify.timeline": ("value:number!~ modify_type:str", "none"),
    "modify.time": ("value:number!~", "none"),
    "modify.attribute": ("name:str! value:any!~ attribute_type:str input_prims:prims", "none"),
    "modify.semantics": ("semantics:semantics! mode:str " + _INPUT, "none"),
    "modify.visibility": ("value:bools!~ " + _INPUT, "none"),
    "modify.material": ("value:materials!~ " + _INPUT, "none"),
    "modify.variant": ("name:str! value:str!~ input_prims:prims", "none"),
    "distribution.uniform": ("lower:numbers! upper:numbers! " + _RANDOM, "distribution"),
    "distribution.normal": ("mean:numbers! std:numbers! " + _RANDOM, "distribution"),
    "distribution.log_uniform": ("lower:numbers! upper:numbers! " + _RANDOM, "distribution"),
    "distribution.choice": ("choices:choices! weights:weights with_replacements:bool " + _RANDOM, "distribution"),
    "distribution.sequence": ("items:choices! ordered:bool stride:int seed:int name:str", "distribution"),
    "distribution.combine": ("distributions:choices! name:str", "distribution"),
    "randomizer.rotation": ("min_angle:vec3 max_angle:vec3 seed:int " + _INPUT, "none"),
    "randomizer.color": ("colors:vec3s!~ per_sub_mesh:bool seed:int " + _INPUT, "none"),
    "randomizer.materials": ("materials:materials!~ max_cached_materials:int seed:int " + _INPUT, "none"),
    "randomizer.texture": (
        "textures:paths!~ texture_scale:vec2~ texture_rotate:number~ per_sub_mesh:bool project_uvw:bool seed:int " + _INPUT,
        "none",
    ),
    "randomizer.instantiate": (
        (
            "paths:paths!~ size:int! weights:weights mode:str with_replacements:bool seed:int name:str "
            "use_cache:bool semantics:semantics"
        ),
        "prims",
    ),
    "randomizer.scatter_2d": (
        "surface_prims:prims! no_coll_prims:prims min_samp:clip3 max_samp:clip3 offset:number "
        "check_for_collisions:bool seed:int " + _INPUT,
        "none",
    ),
    "randomizer.scatter_3d": (
        "volume_prims:prims no_coll_prims:prims volume_excl_prims:prims min_samp:clip3 max_samp:clip3 "
        "resolution_scaling:number voxel_size:number check_for_collisions:bool prevent_vol_overlap:bool "
        "viz_sampled_voxels:bool seed:int " + _INPUT,
        "none",
    ),
    "trigger.on_frame": ("interval:int num_frames:int name:str rt_subframes:int max_execs:int", "trigger"),
    "trigger.on_time": (
        "interval:number num:int name:str rt_subframes:int enable_capture_on_play:bool reset_physics:bool max_execs:int",
        "trigger",
    ),
    "physics.rigid_body": (
        "velocity:vec3~ angular_velocity:vec3~ contact_offset:number rest_offset:number overwrite:bool input_prims:prims",
        "none",
    ),
    "physics.collider": (
        "approximation_shape:str contact_offset:number rest_offset:number input_prims:prims",
        "none",
    ),
    "physics.mass": (
        "mass:number~ density:number~ center_of_mass:vec3~ diagonal_inertia:vec3~ principal_axes:any~ input_prims:prims",
        "none",
    ),
    "physics.drive_properties": ("stiffness:number~ damping:number~ input_prims:prims", "none"),
    "physics.physics_material": (
        "static_friction:number~ dynamic_friction:number~ restitution:number~ input_prims:prims",
        "none",
    ),
    "physics.simulate": ("duration:number~ name:str", "none"),
    "settings.set_physx_timestep": ("dt:number!", "none"),
    "settings.carb_settings": ("setting:str! value:any!", "none"),
    "settings.set_render_pathtraced": ("samples_per_pixel:int", "none"),
    "settings.set_render_rtx_realtime": ("antialiasing:str", "none"),
    "settings.set_stage_up_axis": ("up_axis:str!", "none"),
    "settings.set_stage_meters_per_unit": ("meters_per_unit:number!", "none"),
    "writers.get": ("name:str! init_params:dict render_products:render_products trigger:trigger", "writer"),
    "utils.get_usd_files": ("path:str! recursive:bool path_filter:str", "paths"),
    # Our own: the assets of the packs in `assets.packs` that fit every condition; sizes are those of the longest side [m].
    "utils.get_assets": ("class:str id:str licence:str text:str min_size:number max_size:number", "paths"),
    **SCENE_FUNCTIONS,
}

_LATER: dict[str, tuple[str, str, str]] = {
    "create.mdl_from_json": ("material_def:dict material_def_path:str", "materials", "MDL graphs from JSON"),
    "create.projection_material": (
        "proxy_prim:prims! semantics:semantics material:material offset_scale:number input_prims:prims name:str",
        "prims",
        "projected decals",
    ),
    "modify.animation": ("values:any!~ reset_timeline:bool input_prims:prims", "none", "switching skeletal animations"),
    "modify.projection_material": (
        (
            "position:vec3~ rotation:vec3~ scale:scale~ texture_group:any diffuse:any~ normal:any~ "
            "roughness:any~ metallic:any~ input_prims:prims"
        ),
        "none",
        "projected decals",
    ),
}

_NEVER: dict[str, tuple[str, str, str]] = {
    "trigger.on_custom_event": ("event_name:str!", "trigger", "nothing in a recipe can send an event"),
    "trigger.on_condition": (
        "condition:any! max_execs:int rt_subframes:int",
        "trigger",
        "its condition is a Python function, which a recipe cannot hold",
    ),
    "trigger.on_key_press": ("key:str! modifier:str name:str", "trigger", "no keyboard is there while a dataset is made"),
}


def _keywords(line: str) -> dict[str, Keyword]:
    found = {}
    for word in line.split():
        name, kind = word.split(":")
        plain = kind.rstrip("!~")
        found[name] = Keyword(name, plain, "!" in kind, "~" in kind)
    return found


FUNCTIONS: dict[str, Function] = {
    **{name: Function(name, _keywords(line), result) for name, (line, result) in (_SUPPORTED | VARIATION_ROWS).items()},
    **{name: Function(name, _keywords(line), result, feature) for name, (line, result, feature) in _LATER.items()},
    **{name: Function(name, _keywords(line), result, never=never) for name, (line, result, never) in _NEVER.items()},
}
"""Every function of a recipe by its full name; ``randomizer.register`` and ``<writer>.attach`` are syntax, not rows."""

ATTACH = Function("attach", _keywords("render_products:render_products! trigger:trigger"), "none")
"""The one method that recipes call on an earlier block: ``<writer block>.attach``."""


@dataclass(frozen=True)
class Writer:
    """A writer that recipes may name.

    Attributes:
        name: The name it is registered under.
        parameters: Allowed keys of its parameters; None when the writer checks them itself.
        never: Empty when it works; otherwise why only a script can use it: its files depend on more than their frame.
    """

    name: str
    parameters: dict[str, Keyword] | None = None
    never: str = ""


_BASIC = (
    "output_dir:str s3_bucket:str s3_region:str s3_endpoint:str semantic_types:strs rgb:bool bounding_box_2d_tight:bool "
    "bounding_box_2d_loose:bool bounding_box_3d:bool semantic_segmentation:bool instance_id_segmentation:bool "
    "instance_segmentation:bool distance_to_camera:bool distance_to_image_plane:bool occlusion:bool normals:bool "
    "motion_vectors:bool camera_params:bool pointcloud:bool skeleton_data:bool pointcloud_include_unlabelled:bool "
    "image_output_format:str colorize_semantic_segmentation:bool colorize_instance_id_segmentation:bool "
    "colorize_instance_segmentation:bool colorize_depth:bool frame_padding:int semantic_filter_predicate:str "
    "use_common_output_dir:bool"
)

WRITERS: dict[str, Writer] = {
    "basic": Writer("BasicWriter", _keywords(_BASIC)),
    "BasicWriter": Writer("BasicWriter", _keywords(_BASIC)),
    **{name: Writer(name) for name in ("bop", "coco", "ground_truth", "huggingface", "voc", "webdataset", "yolo")},
    "kitti": Writer("KittiWriter"),
    **{name: Writer(name) for name in ("DataVisualizationWriter", "DOPEWriter", "KittiWriter", "PoseWriter")},
    "CocoWriter": Writer("CocoWriter", never="keeps the annotations of all frames to its end; 'coco' writes them here"),
    "CosmosWriter": Writer("CosmosWriter", never="makes one clip of all frames in order"),
    "FPSWriter": Writer("FPSWriter", never="measures time and writes nothing"),
    "PytorchWriter": Writer("PytorchWriter", never="hands its frames to Python code"),
    "YCBVideoWriter": Writer("YCBVideoWriter", never="numbers the frames of a video in order"),
}
"""Writers by the names that recipes may use, beside what is registered with ``rep.WriterRegistry`` before a recipe is read."""


def find_writer(name: str) -> Writer | None:
    """Return the writer of a name: one of `WRITERS`, or one that somebody has registered."""
    if name in WRITERS:
        return WRITERS[name]
    replicator = sys.modules.get("omni.replicator.core")  # a recipe can be checked where there is none
    known = replicator.WriterRegistry.get_writers() if replicator is not None else ()
    return Writer(name) if name in known else None
