"""``--set key.path=value``: what the command line may change in a recipe before it is checked."""

from collections.abc import Iterable
from pathlib import Path

from scenewright.sdg.recipe.document import BLOCK, Node, parse_scalar, set_path, variables_of
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError, choices_text
from scenewright.sdg.recipe.functions import FUNCTIONS
from scenewright.sdg.recipe.schema import Settings

__all__ = ["apply_overrides"]


def apply_overrides(document: Node, overrides: Iterable[str], findings: list[Finding]) -> Node:
    """Return the document with every ``key.path=value`` applied, in order.

    A path is the name of a declared variable, a key of the ``scenewright`` block (with or without that prefix), or a
    block's name followed by keys (``camera.create.camera.focal_length``). Values are read as YAML. The value of a variable
    that looks like a path, and names a file seen from the working directory, becomes absolute.

    Args:
        document: The recipe's tree before variables are inserted.
        overrides: ``key.path=value`` texts.
        findings: Takes one finding for each override that cannot be applied.
    """
    for text in overrides:
        source = f"--set {text}"
        path, equals, raw = text.partition("=")
        if not equals or not path.strip():
            findings.append(Finding(source, 0, 0, "an override is `key.path=value`.", "For example `--set frames=10`."))
            continue
        try:
            value = parse_scalar(raw, source)
            document = _apply(document, path.strip(), value, Mark(source))
        except RecipeError as error:
            findings.extend(error.findings)
    return document


def _apply(document: Node, path: str, value: Node, mark: Mark) -> Node:
    if path in variables_of(document):
        return set_path(document, [BLOCK, "variables", path], _absolute(value))
    head = path.split(".")[0]
    if head in Settings.model_fields:
        path, head = f"{BLOCK}.{path}", BLOCK
    if head == BLOCK:
        return set_path(document, _settings_keys(document, path, mark), value)
    if head in document.value:
        return set_path(document, _block_keys(document, path, mark), value)
    names = [*variables_of(document), *Settings.model_fields, *(name for name in document.value if name != BLOCK)]
    raise RecipeError.at(mark, f"'{path}' is no variable, setting or block of this recipe.", choices_text(path, names))


def _absolute(value: Node) -> Node:
    text = value.value
    if isinstance(text, str) and ("/" in text or "." in text) and Path(text).is_file():
        return Node(str(Path(text).absolute()), value.mark)
    return value


def _settings_keys(document: Node, path: str, mark: Mark) -> list[str | int]:
    parts = path.split(".")
    if len(parts) == 1:
        raise RecipeError.at(mark, f"the whole '{BLOCK}' block cannot be set.", choices_text("", Settings.model_fields))
    if parts[1] not in Settings.model_fields:
        raise RecipeError.at(mark, f"'{parts[1]}' is no setting.", choices_text(parts[1], Settings.model_fields))
    if parts[1] == "variables":
        declared = variables_of(document)
        if len(parts) != 3 or parts[2] not in declared:
            raise RecipeError.at(mark, f"'{'.'.join(parts[2:])}' is no declared variable.", choices_text(parts[-1], declared))
    keys: list[str | int] = [BLOCK, parts[1]]
    node = document.find(*keys)
    for part in parts[2:]:
        keys.append(_index(node, part, mark) if node is not None and node.is_list else part)
        node = document.find(*keys)
    return keys


def _block_keys(document: Node, path: str, mark: Mark) -> list[str | int]:
    """Return the keys of a path whose keys contain dots themselves (``camera.create.camera.position``)."""
    parts = path.split(".")
    keys: list[str | int] = [parts.pop(0)]
    node = document.value[keys[0]].node
    while parts:
        if node.is_list:
            keys.append(_index(node, parts.pop(0), mark))
        elif node.is_map:
            taken = next((n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in node.value), 0)
            if not taken:
                return [*keys, _new_keyword(keys, node, ".".join(parts), mark)]
            keys.append(".".join(parts[:taken]))
            parts = parts[taken:]
        elif node.value is None and str(keys[-1]) in FUNCTIONS:
            return [*keys, _new_keyword(keys, node, ".".join(parts), mark)]
        else:
            raise RecipeError.at(
                mark,
                f"'{'.'.join(map(str, keys))}' is a plain value and has no '{parts[0]}'.",
                f"Set '{'.'.join(map(str, keys))}'.",
            )
        below = document.find(*keys)
        node = below if below is not None else node
    return keys


def _new_keyword(keys: list[str | int], node: Node, name: str, mark: Mark) -> str:
    """Return a keyword that is not in the file yet, provided that the function has it."""
    function = FUNCTIONS.get(str(keys[-1]))
    allowed = list(function.keywords) if function else list(node.value or ())
    if function is None or name not in allowed:
        raise RecipeError.at(mark, f"'{'.'.join(map(str, keys))}' has no '{name}'.", choices_text(name, allowed))
    return name


def _index(node: Node, part: str, mark: Mark) -> int:
    if not part.isdigit() or int(part) >= len(node.value):
        raise RecipeError.at(mark, f"'{part}' is no index of a list with {len(node.value)} items.", "Indices count from 0.")
    return int(part)
