"""Variation for scripts: ``rep.randomizer.<name>`` functions and augmentations by name, on either host.

A graph of Replicator runs no Python of ours while frames are made. So these functions draw the arrangements of a number of
executions when they are called and hand them to Replicator's own nodes as sequences: the same seed gives the same scenes in
Kit and elsewhere. After the last one the first comes again.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Usd, Vt

from scenewright.sdg.recipe.streams import stream
from scenewright.sdg.variation.arranging import Arrangement, MeshCache, place_prims, scatter_prims, settle_prims
from scenewright.sdg.variation.daylight import EXPOSURE, daylight_values, make_daylight, parsed_time
from scenewright.sdg.variation.displacement import displaced_points, mesh_prims
from scenewright.sdg.variation.errors import VariationError, checked_number, checked_range
from scenewright.sdg.variation.files import scratch_folder
from scenewright.sdg.variation.image_chain import camera_image
from scenewright.sdg.variation.population import PopulationRanges, PopulationVariation
from scenewright.sdg.variation.sky import make_sun_sky
from scenewright.sdg.variation.textures import bake_texture

__all__ = [
    "AUGMENTATION",
    "NAMES",
    "bake_textures",
    "displace",
    "place_meshes",
    "register_variation",
    "scatter_poisson",
    "settle",
    "sun_sky",
    "vary",
]

AUGMENTATION = "CameraImage"
"""Name of the augmentation with which ``rep.annotators.get_augmentation`` finds `camera_image`."""


def scatter_poisson(input_prims: Any, surface_prims: Any, executions: int = 32, seed: int = 0, **options: Any) -> Any:
    """Scatter prims over surfaces so that their origins keep a distance.

    Args:
        input_prims: Prims, paths, or an item such as that of ``rep.get.prims``.
        surface_prims: Where to, likewise.
        executions: How many arrangements are drawn.
        seed: Decides about all of them.
        **options: radius [stage units], slope [degrees], align, spin, offset, density_texture, density_primvar, exclude,
            clearance; see `arranging.scatter_prims`.

    Raises:
        VariationError: An argument is wrong, or fewer points than prims fit.
    """
    surfaces = resolve(surface_prims)
    if "exclude" in options:
        options["exclude"] = resolve(options["exclude"])
    return _play(
        "scatter_poisson", input_prims, executions, seed, lambda prims, rng: scatter_prims(prims, surfaces, rng, **options)
    )


def place_meshes(
    input_prims: Any, surface_prims: Any, obstacles: Any = (), executions: int = 32, seed: int = 0, **options: Any
) -> Any:
    """Put prims on surfaces so that no two meshes touch.

    Args:
        input_prims: Prims, paths, or an item.
        surface_prims: Where they stand.
        obstacles: What they stay clear of.
        executions: How many arrangements are drawn.
        seed: Decides about all of them.
        **options: gap [stage units], yaw [degrees], whole, offset, attempts; see `placement.place_meshes`.

    Raises:
        VariationError: An argument is wrong, or not all prims fit; the message says what stood in the way.
    """
    surfaces, others, cache = resolve(surface_prims), resolve(obstacles), MeshCache()
    return _play(
        "place_meshes",
        input_prims,
        executions,
        seed,
        lambda prims, rng: place_prims(prims, surfaces, rng, cache, obstacles=others, **options),
    )


def settle(input_prims: Any, surface_prims: Any, executions: int = 8, seed: int = 0, **options: Any) -> Any:
    """Let prims fall onto surfaces until they lie still; those that fall off stay where they are and are hidden.

    Args:
        input_prims: Prims, paths, or an item.
        surface_prims: What they fall on.
        executions: How many arrangements are simulated, once, before the first frame.
        seed: Decides about all of them.
        **options: friction, seconds; see `settling.settle_meshes`.

    Raises:
        VariationError: Newton is missing, or an argument is wrong.
    """
    surfaces, cache = resolve(surface_prims), MeshCache()
    return _play(
        "settle",
        input_prims,
        executions,
        seed,
        lambda prims, rng: settle_prims(prims, surfaces, rng, cache, **options),
        hide=True,
    )


def bake_textures(kind: str, count: int = 8, seed: int = 0, resolution: int = 1024, **options: Any) -> list[str]:
    """Bake textures and return the files of their colours, for ``rep.randomizer.texture`` and material inputs.

    The files of the roughness and normal maps have the same names, with ``_roughness`` and ``_normal`` for ``_color``. They
    last as long as the process.

    Args:
        kind: wood, concrete, metal, fabric or label.
        count: How many.
        seed: Decides about all of them.
        resolution: Width and height [pixels].
        **options: See `textures.bake_texture`.

    Raises:
        VariationError: An argument is wrong.
    """
    files = []
    for index in range(_whole("count", count)):
        bake = bake_texture(kind, stream(seed, f"bake_textures/{kind}", 0, index), resolution=resolution, **options)
        files.append(bake.save(scratch_folder(), f"{kind}_{bake.digest()}")["color"])
    return files


def vary(input_prims: Any, executions: int = 32, seed: int = 0, **ranges: Any) -> Any:
    """Draw pose, scale and display colour of prims.

    Args:
        input_prims: Prims, paths, or an item.
        executions: How many times values are drawn.
        seed: Decides about all of them.
        **ranges: position, rotation, scale and color as (lowest, highest) triples; see `population.PopulationRanges`.

    Raises:
        VariationError: An argument is wrong, or nothing is to be varied.
    """
    unknown = sorted(set(ranges) - {"position", "rotation", "scale", "color"})
    if unknown:
        raise VariationError(f"rep.randomizer.vary knows no {unknown[0]!r}. Give position, rotation, scale or color.")
    prims = _some("vary", input_prims)
    variation = PopulationVariation(prims, PopulationRanges(**ranges), author=False)
    frames = []
    for index in range(_whole("executions", executions)):
        values = variation.draw(stream(seed, "randomizer.vary", 0, index))
        frames.append({name: values[name].astype(float) for name in ("position", "rotation", "scale", "color")})
    paths = [str(prim.GetPath()) for prim in prims]
    posed = [name for name in ("position", "rotation", "scale") if ranges.get(name) is not None]
    item = None
    if posed:
        item = rep.modify.pose(input_prims=paths, **{name: _lanes([frame[name] for frame in frames]) for name in posed})
    if ranges.get("color") is not None:
        for lane, path in enumerate(paths):
            colors = [tuple(frame["color"][lane].tolist()) for frame in frames]
            item = rep.modify.attribute("primvars:displayColor", rep.distribution.sequence(colors), input_prims=[path])
    return item


def displace(input_prims: Any, seed: int = 0, **options: Any) -> list[Usd.Prim]:
    """Move the points of the meshes at and below prims along their normals by noise, once, when this is called.

    Graphs carry no arrays of points, so this one does not play; the recipe function displaces anew for each frame.

    Args:
        input_prims: Prims, paths, or an item.
        seed: Decides about the noise.
        **options: amplitude, wavelength, octaves, roughness, bias; see `displacement.displaced_points`.

    Returns:
        The meshes.

    Raises:
        VariationError: An argument is wrong, or there is no mesh.
    """
    meshes = mesh_prims(_some("displace", input_prims))
    for needed in ("amplitude", "wavelength"):
        checked_number(needed, options.get(needed), 0.0, unit="units of the mesh")
    moved = [displaced_points(mesh, stream(seed, f"randomizer.displace/{index}", 0, 0), **options)
             for index, mesh in enumerate(meshes)]
    for mesh, points in zip(meshes, moved, strict=True):
        mesh.GetPointsAttr().Set(Vt.Vec3fArray.FromNumpy(points))
        if mesh.GetNormalsAttr().HasAuthoredValue():
            mesh.GetNormalsAttr().Block()  # those of the shape before
        mesh.CreateExtentAttr(Vt.Vec3fArray.FromNumpy(np.stack([points.min(axis=0), points.max(axis=0)])))
    return [mesh.GetPrim() for mesh in meshes]


def sun_sky(
    time: str,
    latitude: float,
    longitude: float,
    hours: Any = 0.0,
    executions: int = 32,
    seed: int = 0,
    north: float = 0.0,
    exposure: float = EXPOSURE,
    **options: Any,
) -> Any:
    """Make a distant light and a dome that stand for sun and sky, and let them play through times of day.

    Args:
        time: With its zone, such as 2025-06-21T00:00:00+02:00.
        latitude: Degrees north.
        longitude: Degrees east.
        hours: Added to the time [h]: a number, or (lowest, highest) to draw from.
        executions: How many skies are baked.
        seed: Decides about all of them.
        north: Heading of +Y where Z is up, of -Z where Y is up [degrees].
        exposure: Stops that both lights get.
        **options: turbidity, ground_albedo, width; see `sky.make_sun_sky`.

    Raises:
        VariationError: An argument is wrong, or it is night at one of the times.
    """
    import omni.usd

    start, stage = parsed_time(time), omni.usd.get_context().get_stage()
    low, high = checked_range("hours", hours, -1e6, 1e6, "h")
    north, exposure = checked_number("north", north, unit="degrees"), checked_number("exposure", exposure, unit="stops")
    values = []
    for index in range(_whole("executions", executions)):
        later = timedelta(hours=float(stream(seed, "randomizer.sun_sky", 0, index).uniform(low, high)))
        found = make_sun_sky(start + later, latitude, longitude, **{"width": 256, **options})
        values.append(daylight_values(found, stage, north))
    sun, sky = (str(light.GetPath()) for light in make_daylight(stage, exposure=exposure))

    def play(name: str, path: str, rows: list[Any]) -> Any:
        return rep.modify.attribute(name, rep.distribution.sequence(rows), input_prims=[path])

    play("inputs:intensity", sun, [value.intensity for value in values])
    play("inputs:color", sun, [value.color for value in values])
    play("inputs:texture:file", sky, [value.file for value in values])
    rep.modify.pose(rotation=rep.distribution.sequence([value.sky_angles for value in values]), input_prims=[sky])
    return rep.modify.pose(rotation=rep.distribution.sequence([value.sun_angles for value in values]), input_prims=[sun])


NAMES: dict[str, Callable[..., Any]] = {
    "scatter_poisson": scatter_poisson,
    "place_meshes": place_meshes,
    "settle": settle,
    "bake_textures": bake_textures,
    "vary": vary,
    "displace": displace,
    "sun_sky": sun_sky,
}
"""What ``rep.randomizer`` gets, by name."""


def register_variation() -> None:
    """Make the functions of `NAMES` reachable as ``rep.randomizer.<name>``, and the image chain as an augmentation."""
    for name, function in NAMES.items():
        rep.randomizer.register(function, override=True, fn_name=name)
    values = {"seed": None}  # Replicator puts a number of the frame in its place
    rep.annotators.register_augmentation(AUGMENTATION, rep.annotators.Augmentation.from_function(camera_image, **values))


def resolve(given: Any) -> list[Usd.Prim]:
    """Return the prims that an item, a path, a prim or a list of those stands for.

    Raises:
        VariationError: A path leads nowhere, or it is nothing of the kind.
    """
    if isinstance(given, Usd.Prim):
        return [given]
    if isinstance(given, str):
        import omni.usd

        prim = omni.usd.get_context().get_stage().GetPrimAtPath(given)
        if not prim:
            raise VariationError(f"there is no prim '{given}'.")
        return [prim]
    if isinstance(given, list | tuple):
        return [prim for entry in given for prim in resolve(entry)]
    if hasattr(given, "get_output_prims"):
        return resolve(list(given.get_output_prims()["prims"]))
    raise VariationError(f"prims are wanted, not {given!r}. Give prims, paths or items of rep.get or rep.create.")


def _play(
    name: str,
    input_prims: Any,
    executions: int,
    seed: int,
    arrange: Callable[[Sequence[Usd.Prim], np.random.Generator], Arrangement],
    hide: bool = False,
) -> Any:
    prims = _some(name, input_prims)
    frames = [arrange(prims, stream(seed, f"randomizer.{name}", 0, index)) for index in range(_whole("executions", executions))]
    for index, frame in enumerate(frames):
        if not frame.shown.all() and not hide:
            raise VariationError(
                f"rep.randomizer.{name}: arrangement {index}: {frame.note} Use a larger surface or fewer prims."
            )
    paths = [str(prim.GetPath()) for prim in prims]
    item = rep.modify.pose(
        position=_lanes([frame.positions for frame in frames]),
        rotation=_lanes([frame.angles for frame in frames]),
        input_prims=paths,
    )
    if hide:
        shown = [[bool(frame.shown[lane]) for frame in frames] for lane in range(len(prims))]
        for path, lane in zip(paths, shown, strict=True):
            rep.modify.visibility(rep.distribution.sequence(lane), input_prims=[path])
    return item


def _some(name: str, input_prims: Any) -> list[Usd.Prim]:
    prims = resolve(input_prims)
    if not prims:
        raise VariationError(f"rep.randomizer.{name}: there are no prims to vary.")
    return prims


def _lanes(rows: list[np.ndarray]) -> Any:
    """Return a distribution that gives each prim its own sequence, from one array (N, 3) for each execution."""
    return rep.distribution.sequence([[tuple(row[lane].tolist()) for row in rows] for lane in range(len(rows[0]))])


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise VariationError(f"'{name}' is {value!r}. Give a whole number of at least 1.")
    return value
