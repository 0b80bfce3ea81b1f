"""What a misspelt keyword argument was meant to be: Python 3.13 says so itself, from the names a function has."""

import ast
import difflib
import inspect
import linecache
import re
import traceback
from types import FrameType
from typing import Any

__all__ = ["keyword_hint"]

_UNEXPECTED = re.compile(r"got an unexpected keyword argument '(\w+)'$")


def keyword_hint(error: BaseException) -> str:
    """Return a sentence to append to a TypeError about a keyword argument: the name that was meant, and all there are.

    Empty where the error is another one, or the function that was called cannot be told from the source.
    """
    found = _UNEXPECTED.search(str(error)) if isinstance(error, TypeError) else None
    steps = list(traceback.walk_tb(error.__traceback__))
    if found is None or not steps:
        return ""
    call = _call(traceback.extract_tb(error.__traceback__)[-1])
    try:
        parameters = inspect.signature(_called(call.func, steps[-1][0])).parameters.values()
    except (AttributeError, LookupError, TypeError, ValueError):
        return ""
    names = [one.name for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    close = difflib.get_close_matches(found[1], names, 1)
    meant = f" Did you mean '{close[0]}'?" if close else ""
    return f".{meant} Allowed: {', '.join(names)}." if names else "; it takes no keyword arguments."


def _call(frame: traceback.FrameSummary) -> Any:
    """Return the syntax tree of the call that a frame stands at; None where its source is not at hand."""
    if None in (frame.lineno, frame.end_lineno, frame.colno, frame.end_colno):
        return None
    lines = [linecache.getline(frame.filename, number).encode() for number in range(frame.lineno, frame.end_lineno + 1)]
    lines[-1] = lines[-1][:frame.end_colno]
    lines[0] = lines[0][frame.colno:]
    try:
        tree = ast.parse(b"".join(lines).decode(), mode="eval").body
    except (SyntaxError, UnicodeDecodeError):
        return None
    return tree if isinstance(tree, ast.Call) else None


def _called(node: ast.expr, frame: FrameType) -> Any:
    """Return the function of a call by names and attributes alone; nothing is called.

    Raises:
        LookupError: It is no such expression, or there is no such name.
        AttributeError: There is no such attribute.
    """
    if isinstance(node, ast.Name):
        return {**frame.f_globals, **frame.f_locals}[node.id]
    if isinstance(node, ast.Attribute):
        return getattr(_called(node.value, frame), node.attr)
    raise LookupError(ast.dump(node))
