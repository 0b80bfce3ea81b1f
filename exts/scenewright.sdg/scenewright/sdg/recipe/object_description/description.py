"""Reading object descriptions: the file with what it inherits, its settings, and its mutables with ``count`` expanded."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.recipe.document import BLOCK, Entry, Node, read_document
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError, choices_text
from scenewright.sdg.recipe.object_description.harmonizers import HARMONIZERS
from scenewright.sdg.recipe.object_description.resolver import DISTRIBUTIONS, Bounds, Resolver
from scenewright.sdg.recipe.object_description.transforms import OPERATORS, operator_kind
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.schema import Settings
from scenewright.sdg.recipe.values import is_int, is_number

__all__ = ["NUMBERS", "SUBTYPES", "SWITCHES", "TOP_KEYS", "ObjectDescription", "description_key", "read_description"]

TOP_KEYS = ("isaacsim.replicator.object", "omni.replicator.object")
"""Top keys of object descriptions; the second is the older one."""

SWITCHES = ("images", "labels", "3d_labels", "descriptions", "segmentation", "depth", "normal")
"""Outputs, each a folder; all are on unless ``output_switches`` says otherwise."""

_REQUIRED = ("num_frames", "screen_width", "screen_height", "seed")
NUMBERS = {
    "gravity": 0.0,
    "friction": 1.0,
    "linear_damping": 0.0,
    "angular_damping": 0.0,
    "inter_frame_time": 0.0,
    "simulation_time": 0.0,
    "extra_rendering_time": 0.0,
    "occlusion_threshold": 1.0,
    "max_area_threshold": None,
    "min_area_threshold": None,
}
"""Settings that are numbers, with their defaults."""

_SETTINGS = (
    "version",
    "output_path",
    "parent_config",
    "output_switches",
    "path_tracing",
    "output_name",
    "skip_frames_with_no_visible_tracked_mutables",
    *_REQUIRED,
    *NUMBERS,
)
SUBTYPES = {
    "geometry": ("bottle", "cone", "cube", "cylinder", "disk", "mesh", "plane", "sphere", "torus"),
    "light": ("distant", "dome"),
    "camera": (),
}
"""Types of mutables, with their subtypes."""

_OLDER_TYPES = ("compound", "force", "pyramid", "room")
_PARENTS = 16
_MOST = 10_000


def description_key(document: Node) -> str | None:
    """Return the top key that makes a file an object description; None where it has none."""
    return next((key for key in TOP_KEYS if key in document.value), None)


@dataclass(frozen=True)
class ObjectDescription(Recipe):
    """An object description whose every line has been checked; datasets are made of it as of recipes.

    Attributes:
        merged: Settings, mutables and harmonizers, inherited ones included.
        root: The same with every ``count`` expanded.
    """

    merged: Node
    root: Node

    @property
    def seed(self) -> int:
        """Seed of frame 0; each frame adds its number."""
        given = self.document.find(BLOCK, "seed")
        return self.settings.seed if given is not None else self.setting("seed")

    @property
    def frames(self) -> int:
        """How many frames."""
        given = self.settings.frames
        return given if isinstance(given, int) else self.setting("num_frames")

    def setting(self, name: str) -> Any:
        """Return a setting of the description, or its default."""
        node = self.root.find(name)
        return node.value if node is not None and node.value is not None else NUMBERS.get(name)

    def switch(self, name: str) -> bool:
        """Return whether an output is wanted."""
        node = self.root.find("output_switches", name)
        return node is None or bool(node.value)

    @cached_property
    def mutables(self) -> dict[str, str]:
        """Type of each mutable by name, in file order."""
        return {key: node.value["type"].node.value for key, node in _entries(self.root) if "type" in node.value}

    def attribute(self, mutable: str, name: str, default: Any = None) -> Any:
        """Return an attribute of a mutable as the file spells it; for what is the same in every frame."""
        node = self.root.find(mutable, name)
        return default if node is None or node.value is None else node.plain()

    def resolver(self, frame: int, bounds: Bounds) -> Resolver:
        """Return the values of a frame; see `Resolver` for ``bounds``."""
        return Resolver(self.root, self.folder, self.seed + frame, frame, bounds)

    def canonical_bytes(self) -> bytes:
        """Return what identifies the description; how many frames it has and where they go makes no difference."""
        own = self.settings.model_dump(by_alias=True, mode="json")
        kept = {key: value for key, value in own.items() if key not in ("output", "variables")}
        left_out = ("num_frames", "output_path", "parent_config")
        plain = {key: value for key, value in self.merged.plain().items() if key not in left_out}
        whole = {BLOCK: {**kept, "seed": self.seed}, "blocks": {TOP_KEYS[0]: plain}}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()

    def files_named(self) -> Iterator[tuple[str, Mark, bool]]:
        """Yield every file that mutables name as plain text, as (text, place, whether it is a USD file)."""
        for _, node in _entries(self.root):
            for keys in (("usd_path",), ("texture_path",), ("shader_attributes", "diffuse_texture")):
                found = node.find(*keys)
                values = found.find("values") if found is not None and found.is_map else None
                for item in values.value if values is not None and values.is_list else [found]:
                    if item is not None and isinstance(item.value, str) and "$[" not in item.value:
                        yield item.value, item.mark, keys[0] == "usd_path"


def read_description(path: Path, document: Node, settings: Settings, findings: list[Finding]) -> ObjectDescription | None:
    """Return the description in a document, or None with findings."""
    key = str(description_key(document))
    for name, entry in document.value.items():
        if name not in (key, BLOCK):
            message = f"'{name}' stands beside `{key}`."
            findings.append(Finding.at(entry.mark, message, f"Put it below `{key}`, or into a recipe of its own."))
    root = _inherit(document.value[key].node, path.parent, findings, _PARENTS)
    if findings:
        return None
    _Checker(findings, "num_frames" if settings.frames is not None else "").check(root)
    if findings:
        return None
    merged, root = root, _expand(root, findings)
    if findings:
        return None
    given = document.find(BLOCK, "output")
    output = root.find("output_path")
    if given is None and output is not None and isinstance(output.value, str):
        settings = settings.model_copy(update={"output": output.value})
    description = ObjectDescription(path.absolute(), document, settings, (), merged, root)
    _try_values(description, findings)
    return description


def _inherit(root: Node, folder: Path, findings: list[Finding], depth: int) -> Node:
    """Return the entries with those of the parent file that they do not replace."""
    if not root.is_map:
        findings.append(Finding.at(root.mark, "the description must be a mapping.", "Write `name: ...` lines below its key."))
        return root
    parent = root.find("parent_config")
    if parent is None or parent.value is None:
        return root
    name = str(parent.value)
    file = folder / (name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if depth == 0:
        findings.append(Finding.at(parent.mark, f"'{name}' inherits itself, or too many files.", "Remove a parent_config."))
        return root
    if not file.is_file():
        findings.append(Finding.at(parent.mark, f"there is no file '{file}' to inherit.", "Put it into the same folder."))
        return root
    try:
        document = read_document(file)
    except RecipeError as error:
        findings.extend(error.findings)
        return root
    key = description_key(document)
    if key is None:
        findings.append(Finding.at(Mark(str(file)), f"it has no top key `{TOP_KEYS[0]}`.", "Inherit an object description."))
        return root
    above = _inherit(document.value[key].node, folder, findings, depth - 1)
    return replace(root, value={**(above.value if above.is_map else {}), **root.value})


def _entries(root: Node) -> Iterator[tuple[str, Node]]:
    yield from ((key, entry.node) for key, entry in root.value.items() if entry.node.is_map and key != "output_switches")


class _Checker:
    """Reports what is wrong with a description as it is spelled."""

    def __init__(self, findings: list[Finding], spared: str):
        self.findings = findings
        self.spared = spared

    def report(self, mark: Mark, message: str, remedy: str = "") -> None:
        self.findings.append(Finding.at(mark, message, remedy))

    def one_of(self, node: Node, what: str, allowed: tuple[str, ...]) -> bool:
        if node.value in allowed:
            return True
        self.report(node.mark, f"unknown {what} '{node.plain()}'.", choices_text(str(node.plain()), allowed))
        return False

    def check(self, root: Node) -> None:
        for name in _REQUIRED:
            if name not in root.value and name != self.spared:
                self.report(root.mark, f"the setting '{name}' is missing.", "Give a whole number.")
        for key, entry in root.value.items():
            if key in _SETTINGS:
                self.setting(key, entry.node)
            elif not entry.node.is_map:
                if not re.fullmatch(r"[A-Za-z_]\w*", key):
                    self.report(entry.mark, f"'{key}' is no name.", "Use letters, digits and underscores.")
            elif "type" in entry.node.value:
                self.mutable(key, entry)
            elif "harmonizer_type" in entry.node.value:
                self.harmonizer(entry.node)
            self.distributions(entry.node)

    def setting(self, key: str, node: Node) -> None:
        if key in _REQUIRED and not (is_int(node.value) and node.value >= (0 if key == "seed" else 1)):
            self.report(node.mark, f"'{key}' must be a whole number, not {node.plain()!r}.", "Give one that is large enough.")
        elif key in NUMBERS and node.value is not None and not (is_number(node.value) and node.value >= 0):
            self.report(node.mark, f"'{key}' must be a number of at least 0, not {node.plain()!r}.")
        elif key == "output_switches":
            for name, entry in node.value.items() if node.is_map else ():
                if name not in SWITCHES:
                    self.report(entry.mark, f"unknown output '{name}'.", choices_text(name, SWITCHES))
                elif not isinstance(entry.node.value, bool):
                    self.report(entry.node.mark, f"'{name}' must be true or false.")

    def mutable(self, name: str, entry: Entry) -> None:
        node = entry.node
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            self.report(entry.mark, f"'{name}' is no name.", "Use letters, digits and underscores, and no digit first.")
        kind = node.value["type"].node
        if kind.value in _OLDER_TYPES:
            self.report(kind.mark, f"mutables of type '{kind.value}' are not built here.",
                        f"Older versions of isaacsim.replicator.object have them. Allowed: {', '.join(SUBTYPES)}.")
            return
        if not self.one_of(kind, "type", tuple(SUBTYPES)):
            return
        subtype = node.find("subtype")
        if kind.value != "camera":
            if subtype is None:
                self.report(entry.mark, f"'{name}' has no subtype.", f"Allowed: {', '.join(SUBTYPES[kind.value])}.")
            else:
                self.one_of(subtype, "subtype", SUBTYPES[kind.value])
        if subtype is not None and subtype.value == "mesh" and "usd_path" not in node.value:
            self.report(entry.mark, f"the mesh '{name}' has no usd_path.", "Give a USD file.")
        physics = node.find("physics")
        if physics is not None and physics.value is not None:
            self.one_of(physics, "physics", ("rigidbody", "collision"))
        operators = node.find("transform_operators")
        for item in (operators.value if operators.is_list else [operators]) if operators is not None else ():
            for key, below in item.value.items() if item.is_map else ():
                if operator_kind(key) is None:
                    self.report(below.mark, f"unknown transform operator '{key}'.", choices_text(key, OPERATORS))
            if not item.is_map and item.value is not None:
                self.report(item.mark, "a transform operator is `name: value`.", f"Allowed: {', '.join(OPERATORS)}.")

    def harmonizer(self, node: Node) -> None:
        kind = node.value["harmonizer_type"].node
        if self.one_of(kind, "harmonizer_type", HARMONIZERS) and kind.value == "bin_pack" and "bin_size" not in node.value:
            self.report(kind.mark, "bin_pack needs a 'bin_size'.", "Give three numbers.")

    def distributions(self, node: Node) -> None:
        needed = {
            "range": ("start", "end"),
            "set": ("values",),
            "folder": ("value",),
            "camera_frustum": ("camera_parameters", "distance_min", "distance_max"),
            "harmonized": ("harmonizer_name", "pitch"),
        }
        for item in _maps(node):
            kind = item.find("distribution_type")
            if kind is not None and self.one_of(kind, "distribution_type", DISTRIBUTIONS):
                missing = [key for key in needed.get(str(kind.value), ()) if key not in item.value]
                if missing:
                    self.report(kind.mark, f"the distribution '{kind.value}' lacks {', '.join(missing)}.", "Give it.")


def _maps(node: Node) -> Iterator[Node]:
    if node.is_map:
        yield node
        for entry in node.value.values():
            yield from _maps(entry.node)
    elif node.is_list:
        for item in node.value:
            yield from _maps(item)


def _expand(root: Node, findings: list[Finding]) -> Node:
    """Return the description with ``name`` of ``count`` n made ``name_0`` to ``name_{n-1}``, each with index, count, name."""
    expanded: dict[str, Entry] = {}
    for key, entry in root.value.items():
        node = entry.node
        if not node.is_map or "type" not in node.value:
            expanded[key] = entry
            continue
        count = 1
        if "count" in node.value:
            given = node.value["count"].node
            found = Resolver(root, Path(), 0, 0, _unit_box).value(key, "count")
            if not (is_int(found) and 0 <= found <= _MOST):
                findings.append(Finding.at(given.mark, f"'count' is {found!r}.", f"Give a whole number, 0 to {_MOST}."))
                continue
            count = found
        for index in range(count):
            name = f"{key}_{index}" if "count" in node.value else key
            own = {"index": index, "count": count, "name": name, "base_name": key}
            more = {item: Entry(entry.mark, Node(value, entry.mark)) for item, value in own.items()}
            expanded[name] = Entry(entry.mark, replace(node, value={**more, **node.value, "count": more["count"]}))
    return replace(root, value=expanded)


def _unit_box(name: str) -> np.ndarray:
    return np.array([[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]])


def _try_values(description: ObjectDescription, findings: list[Finding]) -> None:
    """Resolve every value of frame 0, so that macros that lead nowhere are findings before anything runs."""
    resolver = description.resolver(0, _unit_box)
    for key, entry in description.root.value.items():
        if key in _SETTINGS:
            continue
        try:
            if "type" in (entry.node.value if entry.node.is_map else ()):
                resolver.value(key)
                resolver.matrix(key)
            elif entry.node.find("harmonizer_type") is None:
                resolver.value(key)
        except RecipeError as error:
            findings.extend(error.findings)
