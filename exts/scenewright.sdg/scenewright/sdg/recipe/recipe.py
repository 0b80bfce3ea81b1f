"""A recipe, read and checked: settings, program, and the bytes that identify it."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from scenewright.sdg.labels import BUILT_IN
from scenewright.sdg.recipe.clock import frames_wanted, trigger_of
from scenewright.sdg.recipe.document import BLOCK, Node, insert_variables, read_document, read_text
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError, choices_text
from scenewright.sdg.recipe.functions import find_writer
from scenewright.sdg.recipe.grammar import parse_program
from scenewright.sdg.recipe.overrides import apply_overrides
from scenewright.sdg.recipe.program import Assign, Call, Items, Literal, Ref, Register, Value, With, calls_of
from scenewright.sdg.recipe.rules import check_writer_parameters, usable_writers
from scenewright.sdg.recipe.schema import DEFAULT_FRAMES, Assets, Checks, FrameGrid, LabelRule, Settings, Split, unavailable

if TYPE_CHECKING:
    from scenewright.sdg.labels.ontology import Ontology

__all__ = ["MAX_FRAMES", "Recipe", "find_recipe_problems", "load_recipe"]

MAX_FRAMES = 1_000_000
"""Frames of one dataset: addresses and ledger rows of more would not fit into the memory of an ordinary machine."""

_MODELS = {"frames": FrameGrid, "split": Split, "assets": Assets, "checks": Checks, "labels": LabelRule}


@dataclass(frozen=True)
class Recipe:
    """A recipe whose every line has been checked.

    Attributes:
        path: The recipe file, absolute.
        document: The tree after overrides and variables.
        settings: The ``scenewright`` block, with defaults.
        program: The Replicator blocks.
    """

    path: Path
    document: Node
    settings: Settings
    program: tuple[Assign, ...]

    @property
    def folder(self) -> Path:
        """Folder that relative paths of the recipe start from."""
        return self.path.parent

    @property
    def seed(self) -> int:
        """Seed of every random value."""
        return self.settings.seed

    @property
    def scene_path(self) -> Path | None:
        """The USD file to open, absolute; None for a new stage."""
        return self.resolve(self.settings.scene) if self.settings.scene else None

    @cached_property
    def ontology(self) -> "Ontology | None":
        """The classes that labels mean; None where the recipe names no ontology.

        Raises:
            RecipeError: The file cannot be read, or classes in it are wrong.
        """
        from scenewright.sdg.labels.ontology import open_ontology

        name = self.settings.ontology
        if name is None:
            return None
        if name != BUILT_IN and not self.resolve(name).is_file():
            remedy = f"It is relative to the recipe; `{BUILT_IN}` names the shipped one."
            raise RecipeError.at(self.mark("ontology"), f"there is no ontology file '{name}'.", remedy)
        return open_ontology(name if name == BUILT_IN else self.resolve(name))

    @property
    def frames(self) -> int | FrameGrid:
        """How many frames, or sequences and steps; taken from the triggers' limits where the recipe sets nothing."""
        if self.settings.frames is not None:
            return self.settings.frames
        limits = [frames_wanted(trigger_of("", call)) for kind in _LIMITED for call in self.calls(kind)]
        return max((limit for limit in limits if limit), default=DEFAULT_FRAMES)

    @property
    def plays(self) -> bool:
        """Whether the timeline plays from frame to frame: a time trigger makes it, or the setting ``play``."""
        return self.settings.play or any(True for _ in self.calls("trigger.on_time"))

    @property
    def frame_count(self) -> int:
        """How many frames there are in all."""
        frames = self.frames
        return frames.sequences * frames.steps if isinstance(frames, FrameGrid) else frames

    def calls(self, function: str) -> Iterator[Call]:
        """Yield every call of a function, in file order."""
        for block in self.program:
            yield from (call for call in calls_of(block) if call.function == function)

    def resolve(self, path: str) -> Path:
        """Return a path of the recipe as an absolute path."""
        expanded = Path(path.removeprefix("file://")).expanduser()
        return Path(os.path.normpath(self.folder / expanded))

    def mark(self, *keys: str | int) -> Mark:
        """Return the place of a setting (``mark("scene")``), or of the block or file where it is not set."""
        for end in range(len(keys), -1, -1):
            node = self.document.find(BLOCK, *keys[:end])
            if node is not None:
                return node.mark
        return Mark(str(self.path))

    def canonical_bytes(self) -> bytes:
        """Return what identifies the recipe: UTF-8 JSON after overrides and variables, without the output folder.

        The order of blocks is kept, since they run in order.
        """
        plain = self.document.plain()
        own = {
            key: value
            for key, value in self.settings.model_dump(by_alias=True, mode="json").items()
            if key not in ("output", "variables")
        }
        blocks = {name: value for name, value in plain.items() if name != BLOCK}
        return json.dumps({BLOCK: own, "blocks": blocks}, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()

    def files_named(self) -> Iterator[tuple[str, Mark, bool]]:
        """Yield every file that the blocks name, as (text, place, whether it is a USD file).

        Constants are followed, and folders of ``utils.get_usd_files`` are listed. Layers and textures that those files refer
        to in turn are not included.
        """
        for function, keyword, is_usd in _FILE_KEYWORDS:
            for call in self.calls(function):
                for text, mark in self._texts(call.args.get(keyword)):
                    yield text, mark, is_usd
        for call in self.calls("create.from_dir"):
            yield from ((str(path), call.mark, True) for path in usd_files(self, call, "dir_path"))

    def asset_files(self) -> list[Path]:
        """Return the local files that the recipe itself names, its scene included: absolute, sorted, without repeats."""
        files = {self.resolve(text) for text, _, _ in self.files_named() if "://" not in text or text.startswith("file://")}
        if self.scene_path:
            files.add(self.scene_path)
        if self.settings.ontology not in (None, BUILT_IN):
            files.add(self.resolve(self.settings.ontology))
        return sorted(path for path in files if path.is_file())

    def _texts(self, value: Value | None) -> Iterator[tuple[str, Mark]]:
        if isinstance(value, Literal):
            items = value.value if isinstance(value.value, list) else [value.value]
            yield from ((item, value.mark) for item in items if isinstance(item, str))
        elif isinstance(value, Items):
            for item in value.items:
                yield from self._texts(item)
        elif isinstance(value, Ref):
            for block in self.program:
                if block.name == value.name and block.body and not isinstance(block.body[-1], With | Register | Assign):
                    yield from self._texts(block.body[-1])
        elif isinstance(value, Call) and value.function == "utils.get_usd_files":
            yield from ((str(path), value.mark) for path in usd_files(self, value))
        elif isinstance(value, Call) and value.function == "utils.get_assets":
            from scenewright.sdg.recipe.packs import pack_files

            yield from ((text, value.mark) for text in pack_files(self, value))
        elif isinstance(value, Call) and value.function.startswith("distribution."):
            yield from self._texts(value.args.get("choices", value.args.get("items")))


_LIMITED = ("trigger.on_frame", "trigger.on_time")
_FILE_KEYWORDS = (
    ("create.from_usd", "usd", True),
    ("randomizer.instantiate", "paths", True),
    ("create.light", "texture", False),
    ("create.material_omnipbr", "diffuse_texture", False),
    ("create.material_omnipbr", "roughness_texture", False),
    ("create.material_omnipbr", "metallic_texture", False),
    ("create.material_omnipbr", "emissive_texture", False),
    ("randomizer.texture", "textures", False),
    *((f"scenes.{name}", "assets", False) for name in ("warehouse", "shelf", "room")),
    ("scenes.domain", "textures", False),
)


def usd_files(recipe: Recipe, call: Call, keyword: str = "path") -> list[Path]:
    """Return the USD files in the folder that a keyword of a call names, sorted.

    Raises:
        RecipeError: The folder is missing, or has none.
    """
    args = {name: value.value for name, value in call.args.items() if isinstance(value, Literal)}
    folder, mark = recipe.resolve(str(args.get(keyword, ""))), call.mark
    if not folder.is_dir():
        raise RecipeError.at(
            mark, f"there is no folder '{args.get(keyword)}' (looked for {folder}).", "It is relative to the recipe."
        )
    found = folder.rglob("*") if args.get("recursive") else folder.iterdir()
    wanted = args.get("path_filter") or ""
    files = sorted(path for path in found if path.is_file() and path.suffix.lower() in _USD_SUFFIXES and wanted in str(path))
    if not files:
        raise RecipeError.at(mark, f"the folder {folder} has no such USD files.", "Give another one, or set `recursive: true`.")
    return files


_USD_SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")


def load_recipe(path: str | os.PathLike[str], overrides: Iterable[str] = (), text: str | None = None) -> Recipe:
    """Read and check a recipe.

    Args:
        path: The YAML file.
        overrides: ``key.path=value`` texts, as given to ``--set``.
        text: What to check instead of the file's contents: an editor's text that has not been saved.

    Raises:
        RecipeError: Something is wrong; all findings are in it.
    """
    findings: list[Finding] = []
    recipe = _read(path, overrides, findings, text)
    if findings or recipe is None:
        raise RecipeError(sorted(set(findings), key=lambda finding: (finding.line, finding.column)))
    return recipe


def find_recipe_problems(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> list[Finding]:
    """Return everything that is wrong with a recipe file; an empty list when nothing is."""
    try:
        load_recipe(path, overrides)
    except RecipeError as error:
        return error.findings
    return []


def _read(
    path: str | os.PathLike[str], overrides: Iterable[str], findings: list[Finding], text: str | None
) -> Recipe | None:
    document = read_document(path) if text is None else read_text(text, os.fspath(path))
    document = apply_overrides(document, overrides, findings)
    document = insert_variables(document, findings)
    settings = _settings(document, findings)
    from scenewright.sdg.recipe.object_description.description import description_key, read_description

    if description_key(document) is not None:
        if settings is not None and settings.ontology is not None:
            mark = document.find(BLOCK, "ontology").mark
            findings.append(Finding.at(mark, "object descriptions take no ontology.", "Leave it out, or write a recipe."))
        return read_description(Path(path).absolute(), document, settings, findings) if settings is not None else None
    program = parse_program(document, findings)
    if settings is None:
        return None
    recipe = Recipe(Path(path).absolute(), document, settings, program)
    try:
        recipe.ontology  # noqa: B018  (read now, so that what is wrong with it is told with the rest)
    except RecipeError as error:
        findings += error.findings
    if not findings and recipe.frame_count > MAX_FRAMES:
        message = f"the recipe has {recipe.frame_count} frames; at most {MAX_FRAMES} make one dataset."
        findings.append(Finding.at(recipe.mark("frames"), message, "Make several datasets, each with its own seed."))
    return recipe


def _settings(document: Node, findings: list[Finding]) -> Settings | None:
    node = document.find(BLOCK)
    if node is None or node.value is None:
        return Settings()
    if not node.is_map:
        findings.append(Finding.at(node.mark, f"`{BLOCK}` must be a mapping.", choices_text("", Settings.model_fields)))
        return None
    _check_writers(document, findings)
    try:
        settings = Settings.model_validate(node.plain())
    except ValidationError as error:
        found = (_setting_finding(document, detail) for detail in error.errors())
        findings.extend(finding for finding in found if finding is not None)
        return None
    for keys, feature in unavailable(settings):
        found = document.find(BLOCK, *keys)
        findings.append(Finding.at(found.mark if found else node.mark, f"{feature} is not available yet.", "Leave it out."))
    return settings


def _check_writers(document: Node, findings: list[Finding]) -> None:
    writers = document.find(BLOCK, "writers")
    for name, entry in writers.value.items() if writers is not None and writers.is_map else ():
        writer = find_writer(name)
        if writer is None:
            findings.append(Finding.at(entry.mark, f"unknown writer '{name}'.", choices_text(name, usable_writers())))
        elif writer.never:
            message = f"{name} {writer.never}, so it is no writer for datasets."
            findings.append(Finding.at(entry.mark, message, "Use another one, or a script."))
        elif entry.node.is_map:
            for key, message, remedy in check_writer_parameters(name, entry.node.plain()):
                findings.append(Finding.at(entry.node.value[key].mark, message, remedy))


def _setting_finding(document: Node, detail: dict) -> Finding | None:
    """Return pydantic's error in our words at the key or value that it concerns, None for the wrong branch of a union."""
    node, mark, keys = document.find(BLOCK), document.find(BLOCK).mark, []
    for part in detail["loc"]:
        below = node.find(part)
        if below is not None:
            mark = node.value[part].mark if node.is_map and detail["type"] == "extra_forbidden" else below.mark
            node = below
            keys.append(part)
        elif part == "FrameGrid" or str(part).endswith("int"):
            if node.is_map != (part == "FrameGrid"):
                return None
        elif detail["type"] == "missing":
            keys.append(part)
    shown = ".".join(str(key) for key in keys) or BLOCK
    if detail["type"] == "extra_forbidden":
        model = _MODELS.get(str(keys[0]), Settings) if len(keys) > 1 else Settings
        names = [field.alias or name for name, field in model.model_fields.items()]
        return Finding.at(mark, f"unknown key '{shown}'.", choices_text(str(keys[-1]), names))
    message = detail["msg"].removeprefix("Value error, ").replace(" after validation", "")
    if keys == ["frames"]:
        message = "must be a whole number from 1, or {sequences: ..., steps: ...}"
    given = "" if node.is_map else f" (given: {node.plain()!r})"
    return Finding.at(mark, f"'{shown}': {message[0].lower() + message[1:]}{given}.", _setting_remedy(keys))


def _setting_remedy(keys: list) -> str:
    field = Settings.model_fields.get(str(keys[0])) if keys else None
    return field.description or "" if field else ""
