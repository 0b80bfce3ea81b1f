"""``rep.get``: items for prims that exist, found by path, type or label."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from pxr import Usd, UsdGeom, UsdLux, UsdRender, UsdShade, UsdSkel

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional.prim_query import prim_filter
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import PrimsNode
from scenewright.replicator.graph.targets import prims_node
from scenewright.replicator.registration import register_function
from scenewright.replicator.session import current_session

__all__ = ["camera", "curve", "geomsubset", "graph", "light", "listener", "material", "mesh", "nurbs", "physics",
           "prim_at_path", "prims", "register", "renderproduct", "rendervar", "scope", "shape", "skelanimation", "skeleton",
           "sound", "xform"]

__getattr__ = unavailable_names(__name__, ())

_log = logging.getLogger(__name__)

#: What belongs to the application and not to the scene.
_HIDDEN = ("/OmniverseKit_", "/Render", "/Orchestrator", "/Replicator/SDGPipeline")

_TYPES: dict[str, Callable[[Usd.Prim], bool]] = {
    "camera": lambda prim: prim.IsA(UsdGeom.Camera),
    "curve": lambda prim: prim.IsA(UsdGeom.Curves),
    "geomsubset": lambda prim: prim.IsA(UsdGeom.Subset),
    "graph": lambda prim: prim.GetTypeName() == "OmniGraph",
    "light": lambda prim: prim.HasAPI(UsdLux.LightAPI),
    "listener": lambda prim: prim.GetTypeName() == "OmniListener",
    "material": lambda prim: prim.IsA(UsdShade.Material),
    "mesh": lambda prim: prim.IsA(UsdGeom.Mesh),
    "nurbs": lambda prim: prim.IsA(UsdGeom.NurbsPatch),
    "physics": lambda prim: prim.GetTypeName().startswith("Physics"),
    "renderproduct": lambda prim: prim.IsA(UsdRender.Product),
    "rendervar": lambda prim: prim.IsA(UsdRender.Var),
    "scope": lambda prim: prim.IsA(UsdGeom.Scope),
    "shape": lambda prim: prim.IsA(UsdGeom.Gprim) and not prim.IsA(UsdGeom.PointBased),
    "skelanimation": lambda prim: prim.IsA(UsdSkel.Animation),
    "skeleton": lambda prim: prim.IsA(UsdSkel.Skeleton),
    "sound": lambda prim: prim.GetTypeName() in ("OmniSound", "SpatialAudio"),
    "xform": lambda prim: prim.IsA(UsdGeom.Xform),
}


def prims(path_pattern: str | None = None, path_match: str | None = None, path_pattern_exclusion: str | None = None,
          prim_types: str | Sequence[str] | None = None, prim_types_exclusion: str | Sequence[str] | None = None,
          semantics: Any = None, semantics_exclusion: Any = None, cache_result: bool = True, ignore_case: bool = True,
          name: str | None = None) -> ReplicatorItem:
    """Find prims of the current stage; all filters given must hold. The search runs when the prims are first needed.

    Prims of the application itself (viewport cameras, render products) are never found.

    Args:
        path_pattern: Regular expression that is found somewhere in the path.
        path_match: Text that is part of the path.
        path_pattern_exclusion: Regular expression that is found nowhere in the path.
        prim_types: USD type names, one of which the prim has; names of this module ("mesh", "light") count too.
        prim_types_exclusion: Types that the prim has not.
        semantics: Labels, one of which the prim itself has: ``[(type, label), …]`` or ``{type: label}``.
        semantics_exclusion: Labels that the prim itself has not.
        cache_result: Search once; False = with every execution.
        ignore_case: Whether case does not matter in paths and types.
        name: Name of the node.

    Raises:
        ValueError: A pattern is no regular expression.
    """
    matches = prim_filter(path_pattern, path_match, path_pattern_exclusion, prim_types, prim_types_exclusion, semantics,
                          semantics_exclusion, ignore_case, _TYPES)
    filters = {"path_pattern": path_pattern, "path_match": path_match, "path_pattern_exclusion": path_pattern_exclusion,
               "prim_types": prim_types, "prim_types_exclusion": prim_types_exclusion, "semantics": semantics,
               "semantics_exclusion": semantics_exclusion}
    told = ", ".join(f"{key}={value!r}" for key, value in filters.items() if value is not None)
    return _query(told, matches, cache_result, name)


def prim_at_path(path: Any, name: str | None = None) -> ReplicatorItem:
    """Return an item for one path, prim or item, or for a list of them.

    Raises:
        ValueError: There is no prim at a path.
        TypeError: Something else was given.
    """
    return ReplicatorItem(prims_node(path, current_session().graph, name=name))


def register(fn: Callable[..., Any], override: bool = True) -> None:
    """Make ``fn`` reachable as ``rep.get.<its name>``.

    Raises:
        ValueError: The name is taken and ``override`` is False.
        TypeError: ``fn`` is no function.
    """
    register_function(__name__, fn, override)


def _typed(kind: str) -> Callable[..., ReplicatorItem]:
    def get_typed(path_pattern: str | None = None, path_match: str | None = None, path_pattern_exclusion: str | None = None,
                  prim_types_exclusion: str | Sequence[str] | None = None, semantics: Any = None,
                  semantics_exclusion: Any = None, cache_result: bool = True, ignore_case: bool = True,
                  name: str | None = None) -> ReplicatorItem:
        return prims(path_pattern, path_match, path_pattern_exclusion, [kind], prim_types_exclusion, semantics,
                     semantics_exclusion, cache_result, ignore_case, name)

    get_typed.__name__ = get_typed.__qualname__ = kind
    get_typed.__doc__ = f"""Find prims of kind "{kind}": see ``prims`` for the filters."""
    return get_typed


camera, curve, geomsubset, graph = _typed("camera"), _typed("curve"), _typed("geomsubset"), _typed("graph")
light, listener, material, mesh = _typed("light"), _typed("listener"), _typed("material"), _typed("mesh")
nurbs, physics, renderproduct, rendervar = _typed("nurbs"), _typed("physics"), _typed("renderproduct"), _typed("rendervar")
scope, shape, skelanimation, skeleton = _typed("scope"), _typed("shape"), _typed("skelanimation"), _typed("skeleton")
sound, xform = _typed("sound"), _typed("xform")


def _query(told: str, matches: Callable[[Usd.Prim], bool], cached: bool, name: str | None) -> ReplicatorItem:
    graph = current_session().graph

    def find() -> list[Usd.Prim]:
        found = [prim for prim in graph.stage.Traverse() if matches(prim) and not _is_hidden(prim)]
        if not found:
            _log.warning("rep.get.prims(%s) found no prim; what acts on it does nothing.", told)
        return found

    return PrimsNode(graph, "get.prims", find, name=name, cached=cached).item


def _is_hidden(prim: Usd.Prim) -> bool:
    path = str(prim.GetPath())
    return any(path.startswith(prefix) for prefix in _HIDDEN) and not (prim.IsA(UsdRender.Product) or prim.IsA(UsdRender.Var))
