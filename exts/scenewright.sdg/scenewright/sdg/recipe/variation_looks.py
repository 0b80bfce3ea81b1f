"""``randomizer.bake_materials`` and ``randomizer.sun_sky``: materials from baked textures, and daylight."""

import hashlib
from datetime import datetime, timedelta

import numpy as np
import omni.replicator.core as rep
from pxr import Gf, Sdf, UsdGeom, UsdLux

from scenewright.sdg.recipe.clock import ONCE
from scenewright.sdg.recipe.modifiers import write_rows
from scenewright.sdg.recipe.poses import look_at_rotation
from scenewright.sdg.recipe.prims import FixedPrims
from scenewright.sdg.recipe.runtime import Invocation, Operation
from scenewright.sdg.recipe.sampling import Draws
from scenewright.sdg.variation.files import scratch_folder
from scenewright.sdg.variation.sky import make_sun_sky, write_radiance_hdr
from scenewright.sdg.variation.textures import TEXTURES, bake_texture

__all__ = ["bake_materials", "sun_sky"]

_LOOKS = "/Replicator/Looks"
_ANGLE = 0.533
"""Angle that the sun fills [degrees]."""
_EXPOSURE = -5.0
"""Stops by which daylight is dimmed unless told otherwise: cameras as scripts leave them are exposed for rooms."""


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
    name, number = call.args.get("name") or "SunSky", 0
    path = Sdf.Path("/Replicator").AppendChild(name)
    while stage.GetPrimAtPath(path):
        number += 1
        path = Sdf.Path("/Replicator").AppendChild(f"{name}_{number:02d}")
    UsdGeom.Xform.Define(stage, path)
    sun = UsdLux.DistantLight.Define(stage, path.AppendChild("Sun"))
    sky = UsdLux.DomeLight.Define(stage, path.AppendChild("Sky"))
    stops = float(call.args.get("exposure", _EXPOSURE))
    for light in (sun, sky):
        light.CreateExposureAttr(stops)
        light.GetPrim().CreateAttribute("omni:rtx:usdluxVersion", Sdf.ValueTypeNames.Int).Set(2505)
    sun.CreateAngleAttr(_ANGLE)
    sun.CreateNormalizeAttr(True)
    sky.CreateIntensityAttr(1.0)
    sky.CreateTextureFormatAttr(UsdLux.Tokens.latlong)
    z_up = UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.z
    prims = [sun.GetPrim(), sky.GetPrim()]

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
        file = scratch_folder() / f"sky_{hashlib.blake2b(found.picture.tobytes(), digest_size=8).hexdigest()}.hdr"
        if not file.exists():
            write_radiance_hdr(file, found.picture)
        heading = np.radians(north)
        east, forward, up = found.direction
        east, forward = (np.cos(heading) * east - np.sin(heading) * forward, np.sin(heading) * east + np.cos(heading) * forward)
        towards = np.array([[east, forward, up]] if z_up else [[east, up, -forward]])
        tilt = look_at_rotation(
            towards, np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0] if z_up else [0.0, 1.0, 0.0]]), np.eye(4)[None]
        )
        call.runtime.poses.write([prims[0]], np.zeros((1, 3)), tilt)
        call.runtime.poses.write([prims[1]], np.zeros((1, 3)), np.array([[0.0, 0.0, north] if z_up else [0.0, north, 0.0]]))
        write_rows([prims[0]], "inputs:intensity", [found.sun_illuminance], "float")
        write_rows([prims[0]], "inputs:color", [Gf.Vec3f(*(float(part) for part in found.sun_color))], "color3f")
        write_rows([prims[1]], "inputs:texture:file", [Sdf.AssetPath(str(file))], "asset")
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
