"""Variation for scripts: ``rep.randomizer.<name>`` functions and augmentations by name, on either host.

A graph of Replicator runs no Python of ours while frames are made. So these functions draw the arrangements of a number of
executions when they are called and hand them to Replicator's own nodes as sequences: the same seed gives the same scenes in
Kit and elsewhere. After the last one the first comes again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Usd

from scenewright.sdg.recipe.streams import stream
from scenewright.sdg.variation.arranging import Arrangement, MeshCache, place_prims, scatter_prims, settle_prims
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.files import scratch_folder
from scenewright.sdg.variation.image_chain import camera_image
from scenewright.sdg.variation.textures import bake_texture

__all__ = ["AUGMENTATION", "NAMES", "bake_textures", "place_meshes", "register_variation", "scatter_poisson", "settle"]

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


NAMES: dict[str, Callable[..., Any]] = {
    "scatter_poisson": scatter_poisson,
    "place_meshes": place_meshes,
    "settle": settle,
    "bake_textures": bake_textures,
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
    prims = resolve(input_prims)
    if not prims:
        raise VariationError(f"rep.randomizer.{name}: there are no prims to move.")
    frames = [arrange(prims, stream(seed, f"randomizer.{name}", 0, index)) for index in range(_whole("executions", executions))]
    for index, frame in enumerate(frames):
        if not frame.shown.all() and not hide:
            raise VariationError(
                f"rep.randomizer.{name}: arrangement {index}: {frame.note} Use a larger surface or fewer prims."
            )
    paths = [str(prim.GetPath()) for prim in prims]

    def lanes(rows: list[np.ndarray]) -> Any:
        return rep.distribution.sequence([[tuple(row[lane].tolist()) for row in rows] for lane in range(len(prims))])

    item = rep.modify.pose(
        position=lanes([frame.positions for frame in frames]),
        rotation=lanes([frame.angles for frame in frames]),
        input_prims=paths,
    )
    if hide:
        shown = [[bool(frame.shown[lane]) for frame in frames] for lane in range(len(prims))]
        for path, lane in zip(paths, shown, strict=True):
            rep.modify.visibility(rep.distribution.sequence(lane), input_prims=[path])
    return item


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise VariationError(f"'{name}' is {value!r}. Give a whole number of at least 1.")
    return value
