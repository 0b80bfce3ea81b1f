"""Macros: ``$[...]`` inside text, found with their nesting, and arithmetic on what is left when they are replaced."""

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

__all__ = ["arithmetic", "replace_macros", "split_reference"]

_OPERATIONS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_EXPRESSION = re.compile(r"[\d\s.eE+\-*/%()]*\d[\d\s.eE+\-*/%()]*")
_LONGEST = 1000


def replace_macros(text: str, value_of: Callable[[str], Any]) -> Any:
    """Return text with its macros replaced; text that is nothing but one macro becomes that macro's value, of any kind.

    Args:
        text: The text.
        value_of: Returns the value of a reference, the part between the brackets; inner macros are replaced before.

    Raises:
        ValueError: A bracket is not closed, or a list or mapping stands inside longer text.
    """
    start = text.find("$[")
    if start < 0:
        return text
    parts: list[Any] = []
    while start >= 0:
        parts.append(text[:start])
        end = _closing(text, start)
        parts.append(value_of(str(replace_macros(text[start + 2 : end], value_of))))
        text = text[end + 1 :]
        start = text.find("$[")
    parts.append(text)
    kept = [part for part in parts if part != "" or not isinstance(part, str)]
    if len(kept) == 1:
        return kept[0]
    for part in kept:
        if isinstance(part, dict | list):
            raise ValueError("a macro for a list or mapping must be the whole value, with nothing before or behind it")
    return "".join(str(part) for part in kept)


def arithmetic(text: str) -> int | float | None:
    """Return the value of an arithmetic expression of numbers; None where the text is none.

    Raises:
        ValueError: It divides by zero.
    """
    if len(text) > _LONGEST or not _EXPRESSION.fullmatch(text):
        return None
    try:
        return _evaluate(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, KeyError, TypeError, RecursionError):
        return None
    except ZeroDivisionError:
        raise ValueError(f"'{text}' divides by zero") from None


def split_reference(reference: str) -> list[str | int]:
    """Return the steps of a reference: ``/box/size~1`` is ["/", "box", "size", 1]; ``..`` stays as it is.

    Raises:
        ValueError: An index is no number, or a step is empty.
    """
    steps: list[str | int] = ["/"] if reference.startswith("/") else []
    for part in reference.strip("/").split("/"):
        name, *indices = part.split("~")
        if not name or not all(re.fullmatch(r"-?\d+", index.strip()) for index in indices):
            raise ValueError(f"'$[{reference}]' is no reference; write names joined by '/', and '~2' for item 2 of a list")
        steps += [name.strip(), *(int(index) for index in indices)]
    return steps


def _closing(text: str, start: int) -> int:
    depth = 0
    for position in range(start, len(text)):
        if text.startswith("$[", position):
            depth += 1
        elif text[position] == "]":
            depth -= 1
            if depth == 0:
                return position
    raise ValueError(f"'{text[start:]}' has no closing bracket")


def _evaluate(node: ast.expr) -> int | float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](_evaluate(node.left), _evaluate(node.right))
    if isinstance(node, ast.UnaryOp):
        return _OPERATIONS[type(node.op)](_evaluate(node.operand))
    raise KeyError(type(node).__name__)
