"""Recipe files as positioned trees: safe YAML, ``${variable}`` insertion and ``--set`` overrides.

YAML is only composed, never constructed: tags of Python objects have no meaning here, every value knows its line and
column, duplicate keys are findings, and aliases cannot blow a small file up because expanded values are counted.
"""

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError, choices_text

__all__ = ["BLOCK", "Entry", "Node", "insert_variables", "parse_scalar", "read_document", "read_text", "variables_of"]

BLOCK = "scenewright"
"""Key of the block that holds Scenewright's own settings."""

MAX_BYTES = 4 * 2**20
MAX_VALUES = 200_000
MAX_DEPTH = 100

# Braces of ``${name}`` would open a flow mapping, so they pass the YAML parser as private characters of equal width.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_VARIABLE_SOURCE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_VARIABLE = re.compile(rf"(\$?)\$(?:\{{|{_OPEN})([A-Za-z_]\w*)(?:\}}|{_CLOSE})")
_ALLOWED = "Recipes hold text, numbers, booleans, null, lists and mappings only."
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Entry:
    """One value of a mapping, with the place of its key."""

    mark: Mark
    node: "Node"


@dataclass(frozen=True)
class Node:
    """A YAML value with its place.

    Attributes:
        value: ``dict[str, Entry]``, ``list[Node]``, or a plain scalar (str, int, float, bool, None).
        mark: Where the value starts.
    """

    value: Any
    mark: Mark

    @property
    def is_map(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether this is a sequence."""
        return isinstance(self.value, list)

    def plain(self) -> Any:
        """Return the value without marks, as nested dicts, lists and scalars."""
        if self.is_map:
            return {key: entry.node.plain() for key, entry in self.value.items()}
        if self.is_list:
            return [item.plain() for item in self.value]
        return self.value

    def find(self, *keys: str | int) -> "Node | None":
        """Return the node below a path of keys and indices, or None where the path ends early."""
        node: Node = self
        for key in keys:
            if node.is_map and key in node.value:
                node = node.value[key].node
            elif node.is_list and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
            else:
                return None
        return node

    def strings(self) -> Iterator["Node"]:
        """Yield every string value below this node, in file order."""
        if self.is_map:
            for entry in self.value.values():
                yield from entry.node.strings()
        elif self.is_list:
            for item in self.value:
                yield from item.strings()
        elif isinstance(self.value, str):
            yield self


def read_document(path: str | os.PathLike[str]) -> Node:
    """Read a recipe file.

    Args:
        path: A YAML file of at most 4 MiB.

    Raises:
        RecipeError: The file is missing, unreadable, too large, not UTF-8, no valid YAML, or no mapping.
    """
    name = os.fspath(path)
    whole = Mark(name)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise RecipeError.at(
            whole, f"cannot read the recipe: {error.strerror or error}.", "Give the path of a YAML file."
        ) from None
    if len(data) > MAX_BYTES:
        raise RecipeError.at(whole, f"the recipe has {len(data)} bytes; at most {MAX_BYTES} are read.", "Split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RecipeError.at(Mark(name, line, 1), "the recipe is not UTF-8 text.", "Save it as UTF-8.") from None
    return read_text(text, name)


def read_text(text: str, name: str = "<recipe>") -> Node:
    """Parse YAML text into a positioned tree.

    Args:
        text: The YAML document.
        name: Name of the file in findings.

    Raises:
        RecipeError: The text is no valid YAML, has duplicate keys or tags, or its top level is no mapping.
    """
    findings: list[Finding] = []
    node = _Composer(name, findings).convert(_compose(text, name))
    if findings:
        raise RecipeError(findings)
    if node.value is None:
        node = Node({}, node.mark)
    if not node.is_map:
        raise RecipeError.at(node.mark, "the top level of a recipe must be a mapping of blocks.", "Write `name: ...` lines.")
    return node


def parse_scalar(text: str, name: str) -> Node:
    """Parse the value of a ``--set`` option as YAML (``3``, ``[1, 2]``, ``true``, ``text``).

    Raises:
        RecipeError: The text is no valid YAML value.
    """
    findings: list[Finding] = []
    node = _Composer(name, findings, whole=True).convert(_compose(text, name))
    if findings:
        raise RecipeError(findings)
    return node


def _compose(text: str, name: str) -> Any:
    hidden = _VARIABLE_SOURCE.sub(lambda match: f"${_OPEN}{match[1]}{_CLOSE}", text)
    yaml = YAML(typ="safe", pure=True)
    try:
        return yaml.compose(hidden)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(name, mark.line + 1, mark.column + 1) if mark else Mark(name)
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise RecipeError.at(
            place, f"not valid YAML: {_shown(what)}.", "Check indentation, brackets and quotes here."
        ) from None
    except (YAMLError, RecursionError) as error:
        line = next(iter(str(error).splitlines()), type(error).__name__)
        raise RecipeError.at(
            Mark(name), f"not valid YAML: {_shown(line)}.", "Check the file's characters and nesting."
        ) from None


def _shown(text: str) -> str:
    return text.replace(_OPEN, "{").replace(_CLOSE, "}")


class _Composer:
    """Turns ruamel's nodes into ours, counting what aliases expand to."""

    def __init__(self, name: str, findings: list[Finding], whole: bool = False):
        self.name = name
        self.findings = findings
        self.whole = whole
        self.count = 0

    def mark(self, node: Any) -> Mark:
        return Mark(self.name) if self.whole else Mark(self.name, node.start_mark.line + 1, node.start_mark.column + 1)

    def convert(self, node: Any, depth: int = 0) -> Node:
        if node is None:
            return Node(None, Mark(self.name, 0 if self.whole else 1, 0 if self.whole else 1))
        mark = self.mark(node)
        self.count += 1
        if self.count > MAX_VALUES:
            raise RecipeError.at(mark, f"the recipe expands to more than {MAX_VALUES} values.", "Use fewer aliases.")
        if depth > MAX_DEPTH:
            raise RecipeError.at(mark, f"values are nested deeper than {MAX_DEPTH} levels.", "Remove an alias to itself.")
        if not isinstance(node, ScalarNode) and str(node.tag) not in (_TAG + "map", _TAG + "seq"):
            self.findings.append(Finding.at(mark, f"tag '{node.tag}' is not allowed.", _ALLOWED))
        if isinstance(node, MappingNode):
            return Node(self.mapping(node, depth), mark)
        if isinstance(node, SequenceNode):
            return Node([self.convert(item, depth + 1) for item in node.value], mark)
        return Node(self.scalar(node, mark), mark)

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            mark = self.mark(key_node)
            if key_node.tag == _TAG + "merge":
                sources = value_node.value if isinstance(value_node, SequenceNode) else [value_node]
                for source in sources:
                    for key, entry in self.merge_source(source, depth).items():
                        merged.setdefault(key, entry)
                continue
            if not isinstance(key_node, ScalarNode):
                self.findings.append(Finding.at(mark, "a key must be plain text.", "Quote it."))
                continue
            key = key_node.value
            if key in entries:
                first = entries[key].mark
                message = f"key '{_shown(key)}' stands here a second time (first on line {first.line})."
                self.findings.append(Finding.at(mark, message, "Rename or remove one of the two."))
                continue
            entries[key] = Entry(mark, self.convert(value_node, depth + 1))
        return {**{key: entry for key, entry in merged.items() if key not in entries}, **entries}

    def merge_source(self, source: Any, depth: int) -> dict[str, Entry]:
        if not isinstance(source, MappingNode):
            self.findings.append(Finding.at(self.mark(source), "`<<` needs a mapping.", "Merge an anchored mapping."))
            return {}
        return self.convert(source, depth + 1).value

    def scalar(self, node: ScalarNode, mark: Mark) -> Any:
        tag, text = str(node.tag), node.value
        if tag in (_TAG + "str", _TAG + "timestamp", _TAG + "value"):
            return text
        if tag == _TAG + "null":
            return None
        if tag == _TAG + "bool":
            return text.lower() in ("true", "yes", "on")
        try:
            if tag == _TAG + "int":
                return int(text.replace("_", ""), 0) if not re.fullmatch(r"[-+]?0\d+", text) else int(text)
            if tag == _TAG + "float":
                number = text.replace("_", "").lower()
                return math.nan if number == ".nan" else float(number.replace(".inf", "inf"))
        except ValueError:
            pass
        what = f"tag or number '{_shown(tag.removeprefix(_TAG))}' with '{_shown(text)}' is not allowed."
        self.findings.append(Finding.at(mark, what, _ALLOWED))
        return None


def variables_of(document: Node) -> dict[str, Node]:
    """Return the variables that the document declares, by name."""
    declared = document.find(BLOCK, "variables")
    return {key: entry.node for key, entry in declared.value.items()} if declared is not None and declared.is_map else {}


def insert_variables(document: Node, findings: list[Finding]) -> Node:
    """Return the document with every ``${name}`` replaced by the value of that variable.

    A value that is nothing but ``${name}`` takes the variable's type; inside longer text the variable is written out.
    ``$${name}`` stands for a literal ``${name}``. Variables may use each other, but not in a circle.
    """
    inserter = _Inserter(variables_of(document), findings)
    return inserter.insert(document, ())


class _Inserter:
    def __init__(self, variables: Mapping[str, Node], findings: list[Finding]):
        self.variables = variables
        self.findings = findings
        self.resolved: dict[str, Node] = {}
        self.count = 0

    def insert(self, node: Node, active: tuple[str, ...]) -> Node:
        self.count += 1
        if self.count > MAX_VALUES:
            raise RecipeError.at(node.mark, f"variables expand to more than {MAX_VALUES} values.", "Use fewer of them.")
        if node.is_map:
            return replace(
                node,
                value={
                    self.text(key, entry.mark, active): Entry(entry.mark, self.insert(entry.node, active))
                    for key, entry in node.value.items()
                },
            )
        if node.is_list:
            return replace(node, value=[self.insert(item, active) for item in node.value])
        if not isinstance(node.value, str):
            return node
        whole = _VARIABLE.fullmatch(node.value)
        if whole and not whole[1]:
            value = self.value(whole[2], node.mark, active)
            return _moved(value, node.mark) if value is not None else replace(node, value=f"${{{whole[2]}}}")
        return replace(node, value=self.text(node.value, node.mark, active))

    def text(self, text: str, mark: Mark, active: tuple[str, ...]) -> str:
        def written(match: re.Match[str]) -> str:
            if match[1]:
                return f"${{{match[2]}}}"
            value = self.value(match[2], mark, active)
            if value is None:
                return f"${{{match[2]}}}"
            if value.is_map or value.is_list:
                self.findings.append(
                    Finding.at(
                        mark,
                        f"variable '{match[2]}' is a {'mapping' if value.is_map else 'list'} and "
                        "cannot be written inside text.",
                        "Let `${name}` be the whole value.",
                    )
                )
                return match[0]
            return _scalar_text(value.value)

        return _VARIABLE.sub(written, text)

    def value(self, name: str, mark: Mark, active: tuple[str, ...]) -> Node | None:
        if name in active:
            chain = " -> ".join((*active, name))
            self.findings.append(Finding.at(mark, f"variables refer to each other in a circle: {chain}.", "Break the circle."))
            return None
        if name not in self.variables:
            remedy = (
                choices_text(name, self.variables)
                + " Declare it under scenewright.variables, or write $${...} for the text itself."
            )
            self.findings.append(Finding.at(mark, f"unknown variable '{name}'.", remedy))
            return None
        if name not in self.resolved:
            self.resolved[name] = self.insert(self.variables[name], (*active, name))
        return self.resolved[name]


def _moved(node: Node, mark: Mark) -> Node:
    """Return the node as if it had been written at ``mark``, unless the command line gave it."""
    if not node.mark.line:
        return node
    if node.is_map:
        return Node({key: Entry(mark, _moved(entry.node, mark)) for key, entry in node.value.items()}, mark)
    if node.is_list:
        return Node([_moved(item, mark) for item in node.value], mark)
    return Node(node.value, mark)


def _scalar_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def set_path(document: Node, keys: Sequence[str | int], value: Node) -> Node:
    """Return the document with the value at a path replaced or added."""
    if not keys:
        return value
    head, *rest = keys
    if document.is_list and isinstance(head, int):
        items = list(document.value)
        items[head] = set_path(items[head], rest, value)
        return Node(items, document.mark)
    entries = dict(document.value) if document.is_map else {}
    below = entries[head].node if head in entries else Node({} if rest else None, value.mark)
    mark = entries[head].mark if head in entries else value.mark
    entries[head] = Entry(mark, set_path(below, rest, value))
    return Node(entries, document.mark)
