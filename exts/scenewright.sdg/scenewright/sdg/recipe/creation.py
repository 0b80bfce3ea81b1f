"""``create.*``: prims are made once, before the first frame, with drawn values where a distribution is given.

Under a trigger, the drawn keywords are drawn and written again each time it fires; the prims stay.
"""

from pathlib import Path
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Tf, Usd, UsdGeom

from scenewright.sdg.recipe.clock import ONCE
from scenewright.sdg.recipe.modifiers import labels_by_type, pose_operation, visibility_operation, write_rows
from scenewright.sdg.recipe.prims import FixedPrims
from scenewright.sdg.recipe.randomizers import LOOKS, reference_asset
from scenewright.sdg.recipe.recipe import usd_files
from scenewright.sdg.recipe.runtime import Invocation, Operation, as_prims
from scenewright.sdg.recipe.sampling import Distribution, Draws
from scenewright.sdg.recipe.stage_setup import spec_conformant

__all__ = ["create"]

ROOT = "/Replicator"
"""Where a recipe's prims are made."""

_SHAPES = ("cube", "sphere", "cylinder", "cone", "torus", "plane", "disk")
_AS_MESH = ("cube", "sphere", "cylinder", "cone")
_POSE = ("position", "rotation", "scale", "look_at", "look_at_up_axis", "pivot")
_WIDTHS = {"color": 3, "clipping_range": 2, "diffuse": 3, "emissive_color": 3}
_CAMERA_ATTRIBUTES = {
    "focal_length": "focalLength",
    "focus_distance": "focusDistance",
    "f_stop": "fStop",
    "horizontal_aperture": "horizontalAperture",
    "horizontal_aperture_offset": "horizontalApertureOffset",
    "vertical_aperture_offset": "verticalApertureOffset",
    "clipping_range": "clippingRange",
}
_NEAR, _FAR = 0.01, 1.0e6  # [m], [stage units]
_LIGHT_ATTRIBUTES = {
    "color": "inputs:color",
    "intensity": "inputs:intensity",
    "exposure": "inputs:exposure",
    "temperature": "inputs:colorTemperature",
    "texture": "inputs:texture:file",
}
_OMNIPBR = {
    "diffuse": "diffuse_color_constant",
    "diffuse_texture": "diffuse_texture",
    "roughness": "reflection_roughness_constant",
    "roughness_texture": "reflectionroughness_texture",
    "metallic": "metallic_constant",
    "metallic_texture": "metallic_texture",
    "specular": "specular_level",
    "emissive_color": "emissive_color",
    "emissive_texture": "emissive_color_texture",
    "emissive_intensity": "emissive_intensity",
    "project_uvw": "project_uvw",
}


def create(call: Invocation) -> FixedPrims:
    """Make the prims of a ``create`` call and return them; drawn keywords become operations of the enclosing trigger."""
    kind = call.call.function.removeprefix("create.")
    if kind == "group":
        prims = call.prim_set("items").prims()
        if call.has("semantics"):
            rep.functional.modify.semantics(prims, labels_by_type(call.args["semantics"]))
        return FixedPrims(tuple(prims))
    makers = {
        "camera": _camera,
        "stereo_camera": _stereo_camera,
        "light": _light,
        "material_omnipbr": _material,
        "from_usd": _from_usd,
        "from_dir": _from_dir,
    }
    prims = makers.get(kind, _shape)(call, kind)
    if kind != "material_omnipbr":
        made = FixedPrims(tuple(prims))
        _pose(call, made)
        if call.is_random("visible"):
            _now_and_later(call, visibility_operation(_acting_on(call, made)))
        call.runtime.label(prims)
    return FixedPrims(tuple(prims))


def _common(call: Invocation) -> dict[str, Any]:
    common: dict[str, Any] = {"count": call.args.get("count", 1)}
    common["parent"] = call.prim_set("parent").prims()[0] if call.has("parent") else ROOT
    if call.has("name"):
        common["name"] = call.args["name"]
    if call.has("semantics"):
        common["semantics"] = labels_by_type(call.args["semantics"])
    if call.has("visible") and not call.is_random("visible"):
        common["visible"] = call.args["visible"]
    if call.has("material"):
        common["material"] = call.materials("material", 1, Draws(call.runtime.recipe.seed, ONCE))[0]
    return common


def _shape(call: Invocation, kind: str) -> list[Usd.Prim]:
    own = {"as_mesh": call.args.get("as_mesh", True)} if kind in _AS_MESH else {}
    return getattr(rep.functional.create_batch, kind)(**_common(call), **own)


def _camera(call: Invocation, kind: str) -> list[Usd.Prim]:
    return _with_attributes(
        call,
        rep.functional.create_batch.camera,
        _CAMERA_ATTRIBUTES,
        _fixed_lens(call),
    )


def _fixed_lens(call: Invocation) -> dict[str, Any]:
    """Return the arguments of a camera's lens that are never random.

    Where the recipe does not say, rays start 1 cm away: the Replicator's 1 unit hides what is near on a stage in metres.
    """
    lens = {key: call.args[key] for key in call.args if key.startswith(("fisheye", "openCV", "cross", "projection"))}
    if not call.has("clipping_range"):
        lens["clipping_range"] = (_NEAR / UsdGeom.GetStageMetersPerUnit(call.runtime.stage), _FAR)
    return lens


def _stereo_camera(call: Invocation, kind: str) -> list[Usd.Prim]:
    """Make an Xform for each pair, with two parallel cameras ``stereo_baseline`` apart below it."""
    common = _common(call)
    name = common.setdefault("name", "StereoCamera")
    wrappers = rep.functional.create_batch.xform(**common)
    fixed = _fixed_lens(call)
    count, draws = len(wrappers), Draws(call.runtime.recipe.seed, ONCE)
    lens = {key: _values(call, key, count, draws) for key in _CAMERA_ATTRIBUTES if call.has(key)}
    sides: list[list[Usd.Prim]] = []
    for side in ("Left", "Right"):
        made = []
        for index, wrapper in enumerate(wrappers):
            values = {key: value[index] if call.is_random(key) else value for key, value in lens.items()}
            made += rep.functional.create_batch.camera(count=1, name=f"{name}_{side}", parent=wrapper, **fixed, **values)
        sides.append(made)

    def spread(draws: Draws) -> None:
        half = call.rows("stereo_baseline", count, draws, "number", 1) / 2.0 * np.array([1.0, 0.0, 0.0])
        call.runtime.poses.write(sides[0], -half)
        call.runtime.poses.write(sides[1], half)

    spread(draws)
    _keep(call, draws)
    if call.trigger is not None and call.is_random("stereo_baseline"):
        call.runtime.movers.append(FixedPrims((*sides[0], *sides[1])))
        call.runtime.operations.append(Operation(call.call, call.trigger, spread))
    _later(call, {key: _CAMERA_ATTRIBUTES[key] for key in lens if call.is_random(key)}, *sides)
    return wrappers


def _light(call: Invocation, kind: str) -> list[Usd.Prim]:
    light = str(call.args.get("light_type", "distant")).lower()
    if call.has("texture") and light not in ("dome", "rect"):
        raise call.error(f"a {light} light has no texture.", "Only dome and rect lights have one.", "texture")
    maker = getattr(rep.functional.create_batch, f"{light}_light")
    return spec_conformant(_with_attributes(call, maker, _LIGHT_ATTRIBUTES, {}))


def _with_attributes(call: Invocation, maker: Any, attributes: dict[str, str], fixed: dict[str, Any]) -> list[Usd.Prim]:
    common = _common(call)
    draws = Draws(call.runtime.recipe.seed, ONCE)
    values = {key: _values(call, key, common["count"], draws) for key in attributes if call.has(key)}
    prims = maker(**common, **fixed, **values)
    _keep(call, draws)
    drawn = {key: attributes[key] for key in values if call.is_random(key)}
    _later(call, drawn, prims)
    return prims


def _values(call: Invocation, key: str, count: int, draws: Draws) -> Any:
    """Return the value of a keyword for all prims, or a list of one for each where it is drawn."""
    value = call.args[key]
    if key.endswith("texture"):
        files = [call.runtime.file(str(text), call.mark(key)) for text in call.objects(key, count, draws, "paths")]
        return files if isinstance(value, Distribution) else files[0] if files else None
    if not isinstance(value, Distribution):
        return value
    width = _WIDTHS.get(key, 1)
    rows = call.rows(key, count, draws, "number" if width == 1 else f"vec{width}", width)
    return [tuple(row) if width > 1 else row[0] for row in rows.tolist()]


def _later(call: Invocation, drawn: dict[str, str], *groups: list[Usd.Prim]) -> None:
    """Have the enclosing trigger draw keywords again, the same ones for each group of prims."""
    if not drawn or call.trigger is None:
        return

    def run(draws: Draws) -> None:
        for key, attribute in drawn.items():
            values = _values(call, key, len(groups[0]), draws)
            for prims in groups:
                write_rows(prims, attribute, values)

    call.runtime.operations.append(Operation(call.call, call.trigger, run))


def _keep(call: Invocation, draws: Draws) -> None:
    if call.trigger is None:
        call.runtime.once.update(draws.values)


def _pose(call: Invocation, prims: FixedPrims) -> None:
    if not call.has(*_POSE):
        return
    if not call.is_random(*_POSE) and not call.has("pivot", "look_at"):
        count = len(prims.found)
        draws = Draws(call.runtime.recipe.seed, ONCE)
        given = [
            call.rows(key, count, draws, "vec3", 3) if call.has(key) else None for key in ("position", "rotation", "scale")
        ]
        call.runtime.poses.write(prims.prims(), *given)
        return
    _now_and_later(call, pose_operation(_acting_on(call, prims)), again=call.is_random(*_POSE))


def _now_and_later(call: Invocation, operation: Operation, again: bool = True) -> None:
    """Run an operation once, and each time the enclosing trigger fires."""
    draws = Draws(call.runtime.recipe.seed, ONCE)
    operation.run(draws)
    _keep(call, draws)
    if call.trigger is not None and again:
        call.runtime.operations.append(operation)


def _acting_on(call: Invocation, prims: FixedPrims) -> Invocation:
    return Invocation(call.runtime, call.call, call.path, call.args, prims, call.trigger)


def _material(call: Invocation, kind: str) -> list[Usd.Prim]:
    count, draws = call.args.get("count", 1), Draws(call.runtime.recipe.seed, ONCE)
    inputs = {_OMNIPBR[key]: _values(call, key, count, draws) for key in _OMNIPBR if call.has(key)}
    if call.has("roughness_texture"):
        inputs["reflection_roughness_texture_influence"] = 1.0
    if call.has("metallic_texture"):
        inputs["metallic_texture_influence"] = 1.0
    if call.has("emissive_color", "emissive_texture", "emissive_intensity"):
        inputs["enable_emission"] = True
    if call.has("emissive_texture") and not call.has("emissive_color"):
        inputs["emissive_color"] = (1.0, 1.0, 1.0)
    materials = rep.functional.create_batch.material(mdl="OmniPBR.mdl", count=count, parent=LOOKS, **inputs)
    _keep(call, draws)
    if call.has("semantics"):
        rep.functional.modify.semantics(materials, labels_by_type(call.args["semantics"]))
    _later(call, {key: _OMNIPBR[key] for key in _OMNIPBR if call.is_random(key)}, materials)
    return materials


def _from_dir(call: Invocation, kind: str) -> list[Usd.Prim]:
    """Refer to every USD file of a folder, each below an Xform of its own."""
    labels = {"semantics": labels_by_type(call.args["semantics"])} if call.has("semantics") else {}
    wrappers = []
    for path in usd_files(call.runtime.recipe, call.call, "dir_path"):
        name = Tf.MakeValidIdentifier(path.stem)
        wrappers += rep.functional.create_batch.xform(count=1, name=name, parent=ROOT, **labels)
        reference_asset(call.runtime, call.runtime.stage.DefinePrim(wrappers[-1].GetPath().AppendChild("Ref")), str(path))
    return wrappers


def _from_usd(call: Invocation, kind: str) -> list[Usd.Prim]:
    texts = call.args["usd"] if isinstance(call.args["usd"], list) else [call.args["usd"]]
    if len(texts) != 1:
        raise call.error(
            f"'usd' names {len(texts)} files.", "Give one; use randomizer.instantiate to choose among several.", "usd"
        )
    file = call.runtime.file(str(texts[0]), call.mark("usd"))
    common = _common(call)
    common.setdefault("name", Tf.MakeValidIdentifier(Path(file).stem))
    wrappers = rep.functional.create_batch.xform(**common)
    for wrapper in wrappers:
        prim = call.runtime.stage.DefinePrim(wrapper.GetPath().AppendChild("Ref"))
        reference_asset(call.runtime, prim, file)
    return wrappers


def check_cameras(stage: Usd.Stage, prims: list[Usd.Prim], call: Invocation) -> list[Usd.Prim]:
    """Return the cameras that prims are, or hold as their only camera.

    Raises:
        RecipeError: One of them is none; the message lists the stage's cameras.
    """
    found = []
    for prim in prims:
        below = [prim] if prim.IsA(UsdGeom.Camera) else [child for child in prim.GetChildren() if child.IsA(UsdGeom.Camera)]
        if len(below) != 1 and not _is_stereo(below):
            raise call.error(
                f"{prim.GetPath()} ({prim.GetTypeName() or 'no type'}) is no camera.", cameras_text(stage), "camera"
            )
        found += below
    return found


def _is_stereo(cameras: list[Usd.Prim]) -> bool:
    return len(cameras) == 2 and cameras[0].GetName().endswith("_Left") and cameras[1].GetName().endswith("_Right")


def tiled_render_product(call: Invocation) -> list[Any]:
    """Make the render product of a ``create.render_product_tiled`` call: a grid of what several cameras see."""
    stage = call.runtime.stage
    cameras = check_cameras(stage, as_prims(call.args["cameras"], stage, call.mark("cameras")).prims(), call)
    options = {key: call.args[key] for key in ("name", "force_new") if call.has(key)}
    size = tuple(call.args.get("tile_resolution", (128, 128)))
    return [rep.create.render_product_tiled([str(camera.GetPath()) for camera in cameras], size, **options)]


def cameras_on(stage: Usd.Stage) -> list[Usd.Prim]:
    """Return the cameras of a stage in namespace order, without the viewport's own."""
    return [
        prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera) and not str(prim.GetPath()).startswith("/OmniverseKit_")
    ]


def cameras_text(stage: Usd.Stage) -> str:
    """Return in words which cameras a stage has."""
    paths = [str(prim.GetPath()) for prim in cameras_on(stage)]
    return f"Cameras on this stage: {', '.join(paths)}." if paths else "This stage has no camera; make one with create.camera."


def render_products(call: Invocation) -> list[Any]:
    """Make the render products of a ``create.render_product`` call, one for each camera."""
    stage = call.runtime.stage
    value = call.args["camera"]
    for text in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
        if isinstance(text, str) and not (text.startswith("/") and stage.GetPrimAtPath(text)):
            raise call.error(f"there is no camera '{text}'.", cameras_text(stage), "camera")
    cameras = check_cameras(stage, as_prims(value, stage, call.mark("camera")).prims(), call)
    resolution = call.args.get("resolution", call.runtime.recipe.settings.resolution)
    options = {key: call.args[key] for key in ("name", "render_vars") if call.has(key)}
    if isinstance(options.get("name"), str) and len(cameras) == 2 and _is_stereo(cameras):
        options["name"] = [f"{options['name']}_{side}" for side in "LR"]
    if isinstance(options.get("name"), list) and len(options["name"]) != len(cameras):
        raise call.error(f"{len(options['name'])} names for {len(cameras)} cameras.", "Give one for each.", "name")
    force = bool(call.args.get("force_new", False))
    made = rep.create.render_product(
        [str(camera.GetPath()) for camera in cameras], tuple(resolution), force_new=force, **options
    )
    return list(made) if isinstance(made, list | tuple) else [made]
