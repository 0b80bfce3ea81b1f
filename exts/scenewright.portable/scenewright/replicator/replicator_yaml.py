"""``omni.replicator.replicator_yaml``: YAML files that call the Replicator API, block by block.

A block is a name with a call ``{module.function: arguments}`` or a constant; later blocks use it by its name. ``with.<block>``
enters a trigger or an item, ``randomizer.register`` defines functions, ``<block>.<method>`` calls a method of what it made.
``scenewright generate`` reads the same files with checks, resume and workers; this module is for scripts that call ``parse``.
"""

import difflib
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

__all__ = ["parse"]

_MODULES = ("create", "distribution", "get", "modify", "physics", "randomizer", "settings", "trigger", "utils", "writers")


#: Arguments that are words: a block of the same name is not meant. Labels are words too: "sphere" is often both.
_WORDS = frozenset({"attribute_type", "event_name", "light_type", "mode", "name", "path_filter", "path_match", "path_pattern",
                    "path_pattern_exclusion", "projection_type"})
_LABELS = frozenset({"semantics", "semantics_exclusion"})


def parse(yaml_path: str | Path, root_dir: str | Path | None = None) -> dict[str, Any]:
    """Build what a YAML file says; ``rep.orchestrator.run()`` then runs it.

    Args:
        yaml_path: The file.
        root_dir: Folder that a relative ``yaml_path`` is in; None = the current one.

    Returns:
        What the blocks made, by name.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no such YAML; the message names file and block.
    """
    file = Path(root_dir or ".") / yaml_path
    if not file.is_file():
        raise FileNotFoundError(f"replicator_yaml.parse: there is no file {str(file)!r}.")
    try:
        blocks = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{file}: {error}") from error
    if not isinstance(blocks, Mapping):
        raise ValueError(f"{file}: a mapping of blocks is expected, got {type(blocks).__name__}.")
    names: dict[str, Any] = {}
    for name, content in blocks.items():
        try:
            _Scope(names).run({name: content})
        except ValueError as error:
            raise ValueError(f"{file}: block '{name}': {error}") from error
    return names


class _Scope:
    """Names that calls see: those of the file, and within a registered function its own on top."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def run(self, statements: Mapping[str, Any]) -> Any:
        """Run ``name: call`` and bare calls in order; return what the last of them made."""
        result = None
        for name, content in statements.items():
            if "." in str(name):
                result = self._call(name, content)
            elif self._is_block(content):
                result = self.names[name] = self.run(content)
            else:
                result = self.names[name] = self._value(content)
        return result

    def _is_block(self, content: Any) -> bool:
        return isinstance(content, Mapping) and bool(content) and all(self._is_call(key) for key in content)

    def _is_call(self, key: Any) -> bool:
        head, dot, _ = str(key).partition(".")
        return bool(dot) and (head in _MODULES or head == "with" or head in self.names)

    def _call(self, name: str, arguments: Any) -> Any:
        head, _, last = name.partition(".")
        if head == "with":
            if last not in self.names:
                raise ValueError(_unknown(f"with.{last}: block", last, self.names))
            with self.names[last]:
                return self.run(arguments or {})
        if arguments is not None and not isinstance(arguments, Mapping):
            raise ValueError(f"{name} takes a mapping of arguments, got {arguments!r}.")
        if name == "randomizer.register":
            for function, body in (arguments or {}).items():
                self._register(function, body or {})
            return None
        values = {key: value if key in _WORDS or (key in _LABELS and isinstance(value, list)) else self._value(value)
                  for key, value in (arguments or {}).items()}
        if name == "writers.get":
            return self._writer(**values)
        return self._function(name, head, last)(**values)

    def _function(self, name: str, head: str, last: str) -> Any:
        if head in self.names and head not in _MODULES:
            owner, known = self.names[head], [key for key in dir(self.names[head]) if not key.startswith("_")]
        elif head in _MODULES:
            owner = importlib.import_module(f"scenewright.replicator.{head}")
            known = [key for key in vars(owner) if not key.startswith("_")]
        else:
            raise ValueError(_unknown(f"{name}: module or block", head, [*_MODULES, *self.names]))
        function = getattr(owner, last, None) if last in known or head in _MODULES else None
        if not callable(function):
            raise ValueError(_unknown(f"{name}: function", last, known))
        return function

    @staticmethod
    def _writer(name: str, init_params: Mapping[str, Any] | None = None, render_products: Any = None,
                trigger: Any = None) -> Any:
        from scenewright.replicator.writers import get

        writer = get(name)
        writer.initialize(**(init_params or {}))
        if render_products is not None:
            writer.attach(render_products, **({} if trigger is None else {"trigger": trigger}))
        return writer

    def _register(self, function: str, body: Mapping[str, Any]) -> None:
        from scenewright.replicator import randomizer

        defaults = dict(body.get("inputs") or {})
        statements = {key: value for key, value in body.items() if key != "inputs"}

        def build(**given: Any) -> Any:
            unknown = sorted(set(given) - set(defaults))
            if unknown:
                raise ValueError(f"randomizer.{function} has no input {', '.join(unknown)}; inputs: "
                                 f"{', '.join(defaults) or 'none'}.")
            inputs = {key: self._value(value) for key, value in defaults.items()} | given
            return _Scope({**self.names, **inputs}).run(statements)

        randomizer.register(build, fn_name=function)

    def _value(self, value: Any) -> Any:
        """Return a literal, what a block made, or what a call makes."""
        if isinstance(value, str):
            return self.names.get(value, value)
        if isinstance(value, list):
            return [self._value(entry) for entry in value]
        if isinstance(value, Mapping):
            if self._is_block(value):
                return self.run(value)
            return {key: self._value(entry) for key, entry in value.items()}
        return value


def _unknown(what: str, name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, [str(entry) for entry in known], n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"{what} '{name}' is not known.{hint}"
