"""The program that a recipe's blocks spell out: calls, references, literals, `with` bodies and registered randomizers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scenewright.sdg.recipe.findings import Mark

__all__ = ["Assign", "Call", "Items", "Literal", "Ref", "Register", "Statement", "Value", "With", "calls_of"]


@dataclass(frozen=True)
class Literal:
    """A plain value as the file spells it."""

    value: Any
    mark: Mark


@dataclass(frozen=True)
class Ref:
    """The result of an earlier block, or an input of a registered randomizer."""

    name: str
    mark: Mark


@dataclass(frozen=True)
class Items:
    """A list in which at least one item is a call or a reference."""

    items: tuple["Value", ...]
    mark: Mark


@dataclass(frozen=True)
class Call:
    """A call of a function, of a registered randomizer or of a block's method.

    Attributes:
        function: The name as written (``create.cube``, ``randomizer.my_own``, ``writer.attach``).
        args: Keyword values; keywords given as null are left out.
    """

    function: str
    args: dict[str, "Value"]
    mark: Mark


Value = Literal | Ref | Items | Call


@dataclass(frozen=True)
class With:
    """Statements that run for prims or under a trigger."""

    target: str
    body: tuple["Statement", ...]
    mark: Mark


@dataclass(frozen=True)
class Register:
    """A randomizer of the recipe's own: inputs with defaults, and a body that runs wherever it is used."""

    name: str
    inputs: dict[str, Value | None]
    body: tuple["Statement", ...]
    mark: Mark


@dataclass(frozen=True)
class Assign:
    """A named block: its value is that of its last call, or a constant."""

    name: str
    body: tuple["Statement | Value", ...]
    mark: Mark


Statement = Call | With | Register | Assign


@dataclass
class Symbol:
    """What a name stands for while a recipe is checked.

    ``result`` is a result of the function table, ``const`` or ``unknown`` (an input of a registered randomizer).
    """

    result: str
    node: Any = None
    call: Call | None = None
    mark: Mark = field(default_factory=lambda: Mark(""))


def calls_of(item: "Statement | Value | None") -> Iterator[Call]:
    """Yield every call below a statement or value, outer calls before their arguments."""
    if isinstance(item, Call):
        yield item
        for value in item.args.values():
            yield from calls_of(value)
    elif isinstance(item, Items):
        for value in item.items:
            yield from calls_of(value)
    elif isinstance(item, Assign | With | Register):
        for statement in item.body:
            yield from calls_of(statement)
