"""``randomizer.bake_materials`` and ``randomizer.sun_sky``: materials from baked textures, and daylight."""

from datetime import datetime, timedelta

import numpy as np
import omni.replicator.core as rep
from pxr import Gf, Sdf

from scenewright.sdg.recipe.clock import ONCE
from scenewright.sdg.recipe.modifiers import write_rows
from scenewright.sdg.recipe.prims import FixedPrims
from scenewright.sdg.recipe.runtime import Invocation, Operation
from scenewright.sdg.recipe.sampling import Draws
from scenewright.sdg.variation.daylight import EXPOSURE, daylight_values, make_daylight
from scenewright.sdg.variation.files import scratch_folder
from scenewright.sdg.variation.sky import make_sun_sky
from scenewright.sdg.variation.textures import TEXTURES, bake_texture

__all__ = ["bake_materials", "sun_sky"]

_LOOKS = "/Replicator/Looks"


def bake_materials(call: Invocation) -> tuple[FixedPrims, Operation]:
    """Return ``randomizer.bake_materials``: OmniPBR materials whose textures are baked once, before the first frame."""
    kinds = call.args["kinds"] if isinstance(call.args["kinds"], list) else [call.args["kinds"]]
    for kind in kinds:
        if kind not in TEXTURES:
            raise call.error(f"there is no texture '{kind}'.", f"There are: {', '.join(sorted(TEXTURES))}.", "kinds")
    if call.trigger is not None:
        raise call.error(
            "materials are baked once, before the first frame.",
            "Put it outside of the trigger, and choose among them with randomizer.materials.",
        )
    count = int(call.args.get("count", len(kinds)))
    size, options = call.args.get("resolution", [1024, 1024]), dict(call.args.get("options") or {})
    materials = []
    draws = Draws(call.runtime.recipe.seed, ONCE)
    for index in range(count):
        kind = kinds[index % len(kinds)]
        generator = draws.stream(f"{call.path}/{index}", call.args.get("seed"))
        bake = bake_texture(kind, generator, resolution=size, **options)
        files = bake.save(scratch_folder(), f"{kind}_{bake.digest()}")
        inputs = {
            "diffuse_texture": files["color"],
            "reflectionroughness_texture": files["roughness"],
            "reflection_roughness_texture_influence": 1.0,
            "normalmap_texture": files["normal"],
            "metallic_constant": bake.metallic,
        }
        name = call.args.get("name") or f"Baked_{kind}"
        materials += rep.functional.create_batch.material(mdl="OmniPBR.mdl", count=1, name=name, parent=_LOOKS, **inputs)

    def nothing(later: Draws) -> None:
        """Bake no more."""

    return FixedPrims(tuple(materials)), Operation(call.call, call.trigger, nothing)


def sun_sky(call: Invocation) -> tuple[FixedPrims, Operation]:
    """Return ``randomizer.sun_sky``: a distant light and a dome that stand for sun and sky at a time and place.

    North is +Y of a stage whose Z points up, and -Z of one whose Y does; east is +X.
    """
    stage = call.runtime.stage
    prims = list(make_daylight(stage, call.args.get("name") or "SunSky", float(call.args.get("exposure", EXPOSURE))))

    def number_of(keyword: str, draws: Draws, otherwise: float) -> float:
        return float(call.rows(keyword, 1, draws, "number", 1)[0, 0]) if call.has(keyword) else otherwise

    def run(draws: Draws) -> None:
        when = _time(call, str(call.objects("time", 1, draws, "str")[0])) + timedelta(hours=number_of("hours", draws, 0.0))
        north = number_of("north", draws, 0.0)
        found = make_sun_sky(
            when,
            number_of("latitude", draws, 0.0),
            number_of("longitude", draws, 0.0),
            turbidity=number_of("turbidity", draws, 3.0),
            ground_albedo=number_of("ground_albedo", draws, 0.2),
            width=int(call.args.get("width", 256)),
        )
        values = daylight_values(found, stage, north)
        call.runtime.poses.write([prims[0]], np.zeros((1, 3)), np.array([values.sun_angles]))
        call.runtime.poses.write([prims[1]], np.zeros((1, 3)), np.array([values.sky_angles]))
        write_rows([prims[0]], "inputs:intensity", [values.intensity], "float")
        write_rows([prims[0]], "inputs:color", [Gf.Vec3f(*values.color)], "color3f")
        write_rows([prims[1]], "inputs:texture:file", [Sdf.AssetPath(values.file)], "asset")
        draws.record(
            call.path,
            {
                "time": when.isoformat(),
                "elevation": found.position.elevation,
                "azimuth": found.position.azimuth,
                "sun_lux": found.sun_illuminance,
                "sky_lux": found.sky_illuminance,
            },
        )

    return FixedPrims(tuple(prims)), Operation(call.call, call.trigger, run)


def _time(call: Invocation, text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise call.error(f"'time' is '{text}', which is no time.", "Write it like 2025-06-21T14:30:00+02:00.", "time") from None
    if when.tzinfo is None:
        raise call.error(f"'time' is '{text}', which has no zone.", "Add one, such as +02:00 or Z.", "time")
    return when
