"""The functions of a recipe that vary a scene with Warp kernels, as rows of `functions.FUNCTIONS`."""

__all__ = ["VARIATION_MAKERS", "VARIATION_ROWS"]

_SCATTER = (
    "surface_prims:prims! radius:number slope:vec2 align:number density_texture:paths density_primvar:str exclude:prims "
    "clearance:number offset:number spin:bool seed:int"
)
_INPUT = "input_prims:prims name:str"

VARIATION_ROWS: dict[str, tuple[str, str]] = {
    "randomizer.scatter_poisson": (f"{_SCATTER} {_INPUT}", "none"),
    "randomizer.scatter_instances": (f"prototypes:prims! {_SCATTER} count:int scale:vec2 name:str parent:prims", "prims"),
    "randomizer.place_meshes": (
        (
            "surface_prims:prims! obstacles:prims gap:number yaw:vec2 whole:bool offset:number attempts:int when_full:str "
            f"seed:int {_INPUT}"
        ),
        "none",
    ),
    "randomizer.settle": (
        f"surface_prims:prims! friction:number seconds:number engine:str when_rejected:str seed:int {_INPUT}",
        "none",
    ),
    "randomizer.vary": (
        (
            "position_low:vec3 position_high:vec3 rotation_low:vec3 rotation_high:vec3 scale_low:scale scale_high:scale "
            f"color_low:vec3 color_high:vec3 seed:int {_INPUT}"
        ),
        "none",
    ),
    "randomizer.displace": (
        f"amplitude:number!~ wavelength:number!~ octaves:int roughness:number bias:number seed:int {_INPUT}",
        "none",
    ),
    "randomizer.bake_materials": ("kinds:strs! count:int resolution:size2 options:dict seed:int name:str", "materials"),
    "randomizer.sun_sky": (
        (
            "time:str!~ hours:number~ latitude:number!~ longitude:number!~ turbidity:number~ ground_albedo:number~ "
            "north:number~ exposure:number width:int seed:int name:str"
        ),
        "prims",
    ),
}
"""Keywords and result of each function, written as in `functions`."""

VARIATION_MAKERS = ("randomizer.scatter_instances", "randomizer.bake_materials", "randomizer.sun_sky")
"""Those that make prims of their own instead of acting on some."""
