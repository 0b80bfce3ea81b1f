"""The layer stack of a scene: its layers in order of strength, who owns them, and the locks and mutes that Kit keeps.

Kit keeps locks and mutes in the root layer, ``customLayerData["omni_layer"]``: ``locked`` and ``muteness`` map a layer's path
to a truth value. Nothing in USD enforces a lock; Kit's commands do, and so does everything here that writes.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pxr import Sdf, Tf, Usd, UsdUtils

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import check_writable, layer_format, read_layer, write_layer

__all__ = [
    "StackEntry",
    "check_unlocked",
    "flagged_layers",
    "layer_owner",
    "open_root",
    "open_stage",
    "set_flag",
    "stack_layer",
    "walk_stack",
    "with_mutes",
]

#: Names of the tables in ``omni_layer``.
LOCKED, MUTED = "locked", "muteness"


@dataclass(frozen=True)
class StackEntry:
    """One place in a layer stack.

    Attributes:
        identifier: Absolute path of the layer.
        depth: How deep it is nested; 0 for the root layer.
        layer: The layer; None where there is a problem that keeps it from being used.
        listed: The path as its parent lists it; empty for the root layer.
        problem: missing, cyclic, twice (listed above already), or what USD says about a file that it cannot read.
    """

    identifier: str
    depth: int
    layer: Sdf.Layer | None
    listed: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """What people call the layer: its file's name."""
        return Path(self.identifier).name


def open_root(path: str | os.PathLike[str]) -> Sdf.Layer:
    """Open the root layer of a scene.

    Raises:
        LayerError: There is no such file, or it cannot be read as USD.
    """
    layer_format(path)
    layer, problem = _open(os.path.abspath(path))
    if layer is None:
        read_layer(path)  # says what and where
        raise LayerError(f"{os.fspath(path)}: cannot be read as USD: {problem}.")
    return layer


def walk_stack(root: Sdf.Layer) -> Iterator[StackEntry]:
    """Yield the layers of a stack, strongest first, each below the one that lists it."""
    seen: set[str] = set()

    def below(layer: Sdf.Layer, depth: int, above: tuple[str, ...]) -> Iterator[StackEntry]:
        seen.add(layer.identifier)
        for listed in layer.subLayerPaths:
            inner = layer.ComputeAbsolutePath(listed)
            if inner in above:
                yield StackEntry(inner, depth, None, listed, "cyclic")
                continue
            found, problem = _open(inner)
            again = found is not None and found.identifier in seen
            yield StackEntry(inner, depth, found, listed, "twice" if again else problem)
            if found is not None and not again:
                yield from below(found, depth + 1, (*above, found.identifier))

    yield StackEntry(root.identifier, 0, root)
    yield from below(root, 1, (root.identifier,))


def _open(identifier: str) -> tuple[Sdf.Layer | None, str]:
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        layer = Sdf.Layer.FindOrOpen(identifier)
    except Tf.ErrorException:
        layer = None
    finally:
        delegate.TakeUncoalescedDiagnostics()
    if layer is not None:
        return layer, ""
    if not os.path.exists(identifier):
        return None, "missing"
    try:
        read_layer(identifier)
    except LayerError as error:
        return None, str(error).removeprefix(f"{identifier}: ").removeprefix(f"{identifier}:")
    return None, "cannot be opened"


def layer_owner(layer: Sdf.Layer, known: Callable[[str], str] | None = None) -> str:
    """Return who owns a layer: its ``owner`` metadata, else what ``known`` says of its identifier, else who owns the file."""
    if layer.HasOwner() if hasattr(layer, "HasOwner") else layer.owner:
        return layer.owner
    if layer.anonymous:
        return ""
    named = known(layer.identifier) if known is not None else ""
    if named:
        return named
    try:
        return Path(layer.realPath).owner() if layer.realPath else ""
    except (OSError, KeyError, NotImplementedError):
        return ""


def flagged_layers(root: Sdf.Layer, table: str) -> set[str]:
    """Return the identifiers of the layers that a root layer's table (`LOCKED`, `MUTED`) holds true."""
    return {root.ComputeAbsolutePath(path) for path, value in _table(root, table).items() if value}


def _table(root: Sdf.Layer, table: str) -> dict[str, Any]:
    kept = root.customLayerData.get("omni_layer", {})
    found = kept.get(table, {}) if isinstance(kept, dict) else {}
    return dict(found) if isinstance(found, dict) else {}


def check_unlocked(root: Sdf.Layer, layer: Sdf.Layer) -> None:
    """Refuse to write to a layer that is locked in its scene or read-only on disk.

    Raises:
        LayerError: It is.
    """
    if layer.identifier in flagged_layers(root, LOCKED):
        told = f"scenewright layers unlock {root.realPath} {Path(layer.identifier).name}"
        raise LayerError(f"{layer.realPath}: the layer is locked in {root.realPath}. Ask its owner, or run `{told}`.")
    check_writable(layer.realPath)


def stack_layer(root: Sdf.Layer, name: str) -> StackEntry:
    """Return the layer of a stack that a person means: by path, file name, or name without ending.

    Raises:
        LayerError: None or several are called so.
    """
    entries = list(walk_stack(root))
    by_path = [entry for entry in entries if entry.listed == name or entry.identifier == os.path.abspath(name)]
    found = by_path or [entry for entry in entries if name in (entry.name, Path(entry.identifier).stem)]
    found = list({entry.identifier: entry for entry in found}.values())
    if len(found) == 1:
        return found[0]
    names = ", ".join(entry.listed or entry.name for entry in (found or entries))
    what = f"several layers are called '{name}'" if found else f"no layer of this scene is called '{name}'"
    raise LayerError(f"{root.realPath}: {what}. Allowed: {names}.")


def set_flag(path: str | os.PathLike[str], names: list[str], table: str, value: bool) -> list[str]:
    """Lock, unlock, mute or unmute layers of a scene, where Kit keeps it; the root layer is written whole or not at all.

    Args:
        path: The root layer.
        names: The layers, as `stack_layer` finds them.
        table: `LOCKED` or `MUTED`.
        value: What to set; False removes the entry.

    Returns:
        The layers' paths as they are kept.

    Raises:
        LayerError: A layer is not in the stack, is the root layer, or the root layer cannot be written.
    """
    root = open_root(path)
    check_writable(path)
    held = _table(root, table)
    kept_as = []
    for name in names:
        entry = stack_layer(root, name)
        if entry.depth == 0:
            raise LayerError(f"{root.realPath}: the root layer keeps the locks and mutes of others; it has none itself.")
        for key in [key for key in held if root.ComputeAbsolutePath(key) == entry.identifier]:
            del held[key]
        relative = os.path.relpath(entry.identifier, os.path.dirname(root.realPath)).replace(os.sep, "/")
        kept_as.append(relative if relative.startswith("..") else f"./{relative}")
        if value:
            held[kept_as[-1]] = True
    _write_table(path, table, held)
    return kept_as


def _write_table(path: str | os.PathLike[str], table: str, held: dict[str, Any]) -> None:
    layer = read_layer(path)
    kept = dict(layer.customLayerData.get("omni_layer", {}))
    kept[table] = held
    kept = {key: value for key, value in kept.items() if value != {}}
    layer.pseudoRoot.SetInfoDictionaryValue("customLayerData", "omni_layer", kept or None)
    if not layer.customLayerData:
        layer.ClearCustomLayerData()
    write_layer(layer, path, layer_format(path))


def open_stage(root: Sdf.Layer) -> Usd.Stage:
    """Open a scene with all payloads as Kit shows it: without the layers that its root layer mutes."""
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        return with_mutes(Usd.Stage.Open(root, Usd.Stage.LoadAll))
    finally:
        delegate.TakeUncoalescedDiagnostics()


def with_mutes(stage: Usd.Stage) -> Usd.Stage:
    """Mute the layers that a stage's root layer says are muted, as Kit does when it opens one, and return the stage."""
    root = stage.GetRootLayer()
    muted = sorted(flagged_layers(root, MUTED) - {root.identifier})
    if muted:
        stage.MuteAndUnmuteLayers(muted, [])
    return stage
