"""``rep.utils``: events, ordering, files, and the handles of graph scripts."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from pxr import Usd

from scenewright.host.assets import proxy_listing
from scenewright.replicator import get
from scenewright.replicator.availability import unsupported
from scenewright.replicator.functional.prim_arguments import resolve_prims
from scenewright.replicator.functional.surface_triangles import world_boxes
from scenewright.replicator.graph.item import ReplicatorItem, node_of
from scenewright.replicator.session import current_session

__all__ = ["GRAPH_PATH", "ReplicatorItem", "ReplicatorWrapper", "auto_connect", "compute_aabb", "create_node", "find_prims",
           "get_graph", "get_node_targets", "get_prims_from_paths", "get_usd_files", "send_og_event", "sequential",
           "set_target_prims"]

#: Path under which the graph's own prims would be; nothing is authored there.
GRAPH_PATH = "/Replicator/SDGPipeline"

_USD_SUFFIXES = frozenset({".usd", ".usda", ".usdc", ".usdz"})

#: Scripts also write ``rep.utils.utils``.
utils = sys.modules[__name__]


def send_og_event(event_name: str) -> None:
    """Fire the ``rep.trigger.on_custom_event`` of this name with the next application update or step, whichever is first."""
    current_session().graph.send_event(event_name)


@contextmanager
def sequential() -> Iterator[None]:
    """Run the nodes inside in the order they are written; here all nodes always do."""
    yield


def get_usd_files(path: str, recursive: bool = False, path_filter: str | None = None) -> list[str]:
    """Return the USD files of a local folder, sorted.

    Args:
        path: Folder.
        recursive: Look into folders below it as well.
        path_filter: Regular expression that is found in the paths of the files taken.

    Returns:
        Paths. A folder that is not there has three files, for which proxies stand in, where those are wanted.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: ``path_filter`` is no regular expression, or ``path`` is a URL.
    """
    folder = Path(path)
    proxies = proxy_listing(str(path))
    if proxies is not None:
        return [f"{str(path).rstrip('/')}/{name}" for name in proxies]
    if "://" in str(path):
        raise ValueError(f"rep.utils.get_usd_files: {path!r} is a URL; only local folders can be listed here. Copy it, or let "
                         "boxes stand in with 'scenewright exec --missing-assets=proxy'.")
    if not folder.is_dir():
        raise FileNotFoundError(f"rep.utils.get_usd_files: there is no folder {str(path)!r}.")
    try:
        wanted = re.compile(path_filter) if path_filter else None
    except re.error as error:
        raise ValueError(f"rep.utils.get_usd_files: {path_filter!r} is not a regular expression: {error}.") from None
    files = folder.rglob("*") if recursive else folder.glob("*")
    found = sorted(str(file) for file in files if file.suffix.lower() in _USD_SUFFIXES and file.is_file())
    return [file for file in found if wanted is None or wanted.search(file)]


def get_prims_from_paths(paths: Any) -> list[Usd.Prim]:
    """Return the prims at paths.

    Raises:
        ValueError: There is no prim at a path.
    """
    return resolve_prims(paths, current_session().stage)


def find_prims(path_pattern: str | None = None, **filters: Any) -> list[Usd.Prim]:
    """Return the prims that the filters of ``rep.get.prims`` find now."""
    return get.prims(path_pattern, **filters).get_prims()


def compute_aabb(prims: Any) -> np.ndarray:
    """Return the world-aligned box that encloses prims with all below them.

    Args:
        prims: Prim, path or item, or a list of these.

    Returns:
        (6,) float64: min x, y, z and max x, y, z [stage units]. A prim without extent counts as its origin.

    Raises:
        ValueError: There are no prims.
    """
    found = resolve_prims(prims, current_session().stage)
    if not found:
        raise ValueError("rep.utils.compute_aabb: there are no prims to enclose.")
    boxes = world_boxes(found)
    return np.concatenate([boxes[:, :3].min(axis=0), boxes[:, 3:].max(axis=0)])


def get_graph() -> Any:
    """Return the graph of the current stage, an opaque handle."""
    return current_session().graph


def get_node_targets(node: Any, attribute: str = "inputs:prims") -> list[str]:
    """Return the paths of the prims that a node acts on or stands for.

    Args:
        node: Item or node.
        attribute: "inputs:prims" or "outputs:prims"; "_" for ":" is the graph's own spelling of outputs.

    Raises:
        TypeError: ``node`` is neither.
        ValueError: Another attribute is asked for.
    """
    found = node_of(node)
    if found is None:
        raise TypeError(f"rep.utils.get_node_targets: expected a node or an item, got {node!r}.")
    if attribute not in ("prims", "inputs:prims", "outputs:prims", "inputs_prims", "outputs_prims"):
        raise ValueError(f"rep.utils.get_node_targets: nodes have the targets 'inputs:prims', got {attribute!r}.")
    return [str(prim.GetPath()) for prim in found.prims()]


def ReplicatorWrapper(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that returns a node return an item."""

    @wraps(fn)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = fn(*args, **kwargs)
        node = node_of(result)
        return result if node is None else ReplicatorItem(node)

    return wrapped


def create_node(node_type_id: str, graph: Any = None, **attributes: Any) -> NoReturn:
    """Refuse custom OmniGraph nodes: importing the name works, so that a script fails where it uses one.

    Raises:
        FeatureUnavailableError: Always.
    """
    unsupported(f"The custom OmniGraph node {node_type_id!r} (rep.utils.create_node)",
                "Write a function of rep.functional calls and run it before each step.")


def auto_connect(*args: Any, **kwargs: Any) -> NoReturn:
    """Connect two OmniGraph nodes, which there are none of.

    Raises:
        FeatureUnavailableError: Always.
    """
    unsupported("rep.utils.auto_connect", "There is no OmniGraph outside Kit.")


def _disconnect(*args: Any, **kwargs: Any) -> NoReturn:
    """Disconnect two OmniGraph nodes, which there are none of.

    Raises:
        FeatureUnavailableError: Always.
    """
    unsupported("rep.utils._disconnect", "There is no OmniGraph outside Kit.")


def set_target_prims(node: Any, attribute: str, input_prims: Any) -> NoReturn:
    """Refuse custom OmniGraph nodes: see ``create_node``.

    Raises:
        FeatureUnavailableError: Always.
    """
    unsupported("rep.utils.set_target_prims (custom OmniGraph nodes)")
