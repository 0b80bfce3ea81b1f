"""From a positioned tree to a checked program: the grammar of Replicator YAML, with a finding for every mistake."""

import re

from scenewright.sdg.recipe.document import BLOCK, Entry, Node
from scenewright.sdg.recipe.findings import Finding, Mark, choices_text
from scenewright.sdg.recipe.functions import ATTACH, FUNCTIONS, KINDS, MODULES, Function, Keyword
from scenewright.sdg.recipe.program import Assign, Call, Items, Literal, Ref, Register, Statement, Symbol, Value, With
from scenewright.sdg.recipe.rules import check_call, check_distribution_fit
from scenewright.sdg.recipe.values import describe, element_kind, fits
from scenewright.sdg.recipe.variation_functions import VARIATION_MAKERS

__all__ = ["parse_program"]

_FUNCTION = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*")
_TOP_LEVEL = re.compile(r"settings\.|trigger\.|writers\.|create\.render_product|.*\.attach$")
_ACTS_ON_PRIMS = ("modify.", "randomizer.", "physics.", "scenes.domain")
_ACTS_ON_ALL = ("randomizer.instantiate", "physics.simulate", "modify.timeline", "modify.time", *VARIATION_MAKERS)
_TEXT_KINDS = ("str", "strs", "semantics", "dict")
_Scope = dict[str, Symbol]


def parse_program(document: Node, findings: list[Finding]) -> tuple[Assign, ...]:
    """Return the blocks of a recipe as a checked program.

    Args:
        document: The recipe's tree, with variables inserted; the ``scenewright`` block is skipped.
        findings: Takes everything that is wrong; the program is only good when none was added.
    """
    parser = _Parser(findings)
    scope: _Scope = {}
    blocks = [parser.block(name, entry, scope) for name, entry in document.value.items() if name != BLOCK]
    return tuple(blocks)


def is_call(node: Node) -> bool:
    """Return whether a value is a call by its form: a mapping with a ``module.function`` key."""
    return node.is_map and any(_FUNCTION.fullmatch(key) for key in node.value)


class _Parser:
    def __init__(self, findings: list[Finding]):
        self.findings = findings
        self.randomizers: dict[str, Register] = {}
        self.depth = 0
        self.in_register = False
        self.has_prims = False
        self.in_trigger = False

    def report(self, mark: Mark, message: str, remedy: str = "") -> None:
        self.findings.append(Finding.at(mark, message, remedy))

    # Blocks and bodies

    def block(self, name: str, entry: Entry, scope: _Scope) -> Assign:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            self.report(entry.mark, f"'{name}' is no block name.", self.name_remedy(name))
        body: tuple[Statement | Value, ...]
        if is_call(entry.node):
            body = self.body(entry.node, dict(scope))
            scope[name] = self.symbol_of(body, entry.mark)
        elif entry.node.is_map and self.looks_misplaced(entry.node):
            body = ()
        else:
            body = (Literal(entry.node.plain(), entry.node.mark),)
            scope[name] = Symbol("const", entry.node, mark=entry.mark)
        return Assign(name, body, entry.mark)

    def name_remedy(self, name: str) -> str:
        if name in FUNCTIONS or name.split(".")[0] in (*MODULES, "with"):
            return f"Give the call a name: `my_block:` with `{name}:` indented below it."
        return "Use letters, digits and underscores, and no digit first."

    def looks_misplaced(self, node: Node) -> bool:
        """Report a mapping whose keys are names of functions without their module (``cube: ...``)."""
        short = {name.split(".")[1]: name for name in FUNCTIONS}
        wrong = [key for key in node.value if key in short]
        for key in wrong:
            self.report(node.value[key].mark, f"'{key}' is no function by itself.", f"Write '{short[key]}:'.")
        return bool(wrong)

    def symbol_of(self, body: tuple[Statement | Value, ...], mark: Mark) -> Symbol:
        for statement in reversed(body):
            if isinstance(statement, Call):
                return Symbol(self.result_of(statement), call=statement, mark=mark)
        return Symbol("none", mark=mark)

    def result_of(self, call: Call) -> str:
        if call.function in FUNCTIONS:
            return FUNCTIONS[call.function].result
        return "unknown" if call.function.startswith("randomizer.") else "none"

    def body(self, node: Node, scope: _Scope, skip: tuple[str, ...] = ()) -> tuple[Statement, ...]:
        statements: list[Statement] = []
        for key, entry in node.value.items():
            if key in skip:
                continue
            if key == "randomizer.register":
                statements.extend(self.register(entry, scope))
            elif key.startswith("with."):
                statements.append(self.with_body(key.removeprefix("with."), entry, scope))
            elif _FUNCTION.fullmatch(key):
                call = self.call(key, entry, scope)
                if call is not None:
                    statements.append(call)
            else:
                statements.append(self.block(key, entry, scope))
        return tuple(statements)

    def with_body(self, target: str, entry: Entry, scope: _Scope) -> With:
        symbol = scope.get(target)
        if symbol is None:
            self.report(
                entry.mark, f"`with.{target}` names no earlier block.", choices_text(target, self.usable_in_with(scope))
            )
        elif symbol.result not in ("prims", "trigger", "unknown", "materials"):
            self.report(
                entry.mark, f"`with.{target}`: block '{target}' is {describe(symbol)}.", "Use a block of prims or a trigger."
            )
        elif symbol.result == "trigger" and self.in_trigger:
            self.report(
                entry.mark, f"`with.{target}`: a trigger stands inside another trigger.", "Take it out of the outer one."
            )
        if not entry.node.is_map or not entry.node.value:
            self.report(entry.node.mark, f"`with.{target}` has no body.", "Indent the calls that it holds below it.")
            return With(target, (), entry.mark)
        before = self.depth, self.has_prims, self.in_trigger
        self.depth += 1
        if symbol is not None and symbol.result == "trigger":
            self.in_trigger = True
        else:
            self.has_prims = True
        body = self.body(entry.node, dict(scope))
        self.depth, self.has_prims, self.in_trigger = before
        return With(target, body, entry.mark)

    def usable_in_with(self, scope: _Scope) -> list[str]:
        return [name for name, symbol in scope.items() if symbol.result in ("prims", "trigger", "unknown")]

    def register(self, entry: Entry, scope: _Scope) -> list[Register]:
        if not entry.node.is_map or not entry.node.value:
            self.report(
                entry.node.mark,
                "`randomizer.register` needs a randomizer's name with its body.",
                "Indent `my_randomizer:` below it.",
            )
            return []
        registered = []
        for name, body_entry in entry.node.value.items():
            node = body_entry.node
            if not node.is_map or not node.value:
                self.report(node.mark, f"the randomizer '{name}' has no body.", "Indent its calls below it.")
                continue
            inner = dict(scope)
            inputs = self.inputs(node.value.get("inputs"), inner)
            before = self.depth, self.in_register, self.has_prims, self.in_trigger
            self.depth, self.in_register, self.has_prims, self.in_trigger = self.depth + 1, True, False, False
            body = self.body(node, inner, skip=("inputs",))
            self.depth, self.in_register, self.has_prims, self.in_trigger = before
            self.randomizers[name] = Register(name, inputs, body, body_entry.mark)
            registered.append(self.randomizers[name])
        return registered

    def inputs(self, entry: Entry | None, scope: _Scope) -> dict[str, Value | None]:
        if entry is None:
            return {}
        if not entry.node.is_map:
            self.report(
                entry.node.mark, "`inputs` must be a mapping of names to defaults.", "Write `name: default`, or `name: null`."
            )
            return {}
        any_value = Keyword("input", "any", False, True)
        outer = dict(scope)
        found = {}
        for name, item in entry.node.value.items():
            found[name] = None if item.node.value is None else self.value(item.node, any_value, outer)
            scope[name] = Symbol("unknown", mark=item.mark)
        return found

    # Calls

    def call(self, key: str, entry: Entry, scope: _Scope) -> Call | None:
        module, method = key.split(".")
        if key in FUNCTIONS:
            function = FUNCTIONS[key]
        elif module == "randomizer" and method in self.randomizers:
            return self.custom(key, entry, scope)
        elif module in scope and method == "attach":
            function = ATTACH
            if scope[module].result not in ("writer", "unknown"):
                self.report(
                    entry.mark,
                    f"`{key}`: block '{module}' is {describe(scope[module])}, which has nothing to attach.",
                    "Attach a `writers.get` block.",
                )
        else:
            self.unknown_function(key, entry.mark, scope)
            return None
        if self.depth and _TOP_LEVEL.match(key):
            self.report(
                entry.mark, f"`{key}` stands inside a `with` or a registered randomizer.", "Make it a block at the top level."
            )
        if function.feature:
            self.report(
                entry.mark,
                f"`{key}`: {function.feature} is not available yet.",
                "Remove the call; everything else can run without it.",
            )
        if function.never:
            self.report(entry.mark, f"`{key}`: {function.never}.", "Write a script, and run it by `scenewright exec`.")
        args = self.arguments(function, key, entry, scope)
        call = Call(key, args, entry.mark)
        self.check_target(call)
        check_call(call, self.findings)
        return call

    def check_target(self, call: Call) -> None:
        acts = call.function.startswith(_ACTS_ON_PRIMS) and call.function not in _ACTS_ON_ALL
        if acts and not (self.has_prims or self.in_register or "input_prims" in call.args):
            self.report(
                call.mark,
                f"`{call.function}` has no prims to act on.",
                "Put it under `with.<block of prims>:` or give `input_prims`.",
            )

    def unknown_function(self, key: str, mark: Mark, scope: _Scope) -> None:
        module, method = key.split(".")
        if module in MODULES:
            allowed = [name.split(".")[1] for name in FUNCTIONS if name.startswith(module + ".")]
            allowed += list(self.randomizers) if module == "randomizer" else []
            self.report(mark, f"unknown function '{key}'.", choices_text(method, allowed))
        elif module in scope:
            self.report(mark, f"unknown method '{method}' of block '{module}'.", f"Allowed: {module}.attach.")
        else:
            names = [
                *FUNCTIONS,
                "randomizer.register",
                *(f"{name}.attach" for name, symbol in scope.items() if symbol.result == "writer"),
            ]
            self.report(
                mark,
                f"unknown function '{key}': '{module}' is no module and no earlier block.",
                (choices_text(key, names) if len(names) < 12 else _closest(key, names, module)),
            )

    def custom(self, key: str, entry: Entry, scope: _Scope) -> Call:
        registered = self.randomizers[key.split(".")[1]]
        args: dict[str, Value] = {}
        if entry.node.is_map:
            for name, item in entry.node.value.items():
                if name not in registered.inputs:
                    self.report(item.mark, f"`{key}` has no input '{name}'.", choices_text(name, registered.inputs))
                else:
                    args[name] = self.value(item.node, Keyword(name, "any", False, True), scope)
        elif entry.node.value is not None:
            self.report(entry.node.mark, f"`{key}` takes a mapping of inputs, or null.", choices_text("", registered.inputs))
        return Call(key, args, entry.mark)

    def arguments(self, function: Function, key: str, entry: Entry, scope: _Scope) -> dict[str, Value]:
        node = entry.node
        given = node.value if node.is_map else {}
        if not node.is_map and node.value is not None:
            self.report(node.mark, f"`{key}` takes keywords, not {_shown(node)}.", choices_text("", function.keywords))
        args: dict[str, Value] = {}
        for name, item in given.items():
            keyword = function.keywords.get(name)
            if keyword is None:
                self.report(item.mark, f"`{key}` has no keyword '{name}'.", choices_text(name, function.keywords))
            elif item.node.value is not None:
                args[name] = self.value(item.node, keyword, scope, key)
            elif keyword.required:
                self.report(item.mark, f"`{key}`: '{name}' is null but must be given.", f"Give {KINDS[keyword.kind].text}.")
            elif keyword.kind == "trigger":
                args[name] = Literal(None, item.node.mark)
        missing = [name for name in function.required() if name not in given]
        if missing and (node.is_map or node.value is None):
            self.report(
                entry.mark,
                f"`{key}` lacks {', '.join(repr(name) for name in missing)}.",
                "; ".join(f"{name}: {KINDS[function.keywords[name].kind].text}" for name in missing) + ".",
            )
        return args

    # Values

    def value(self, node: Node, keyword: Keyword, scope: _Scope, key: str = "") -> Value:
        if is_call(node):
            return self.nested(node, keyword, scope, key)
        if self.is_named(node, scope, keyword.kind):
            found = self.reference(node, keyword, scope, key)
            if found is not None:
                return found
        kind = element_kind(keyword.kind)
        if node.is_list and any(self.is_dynamic(item, scope, kind) for item in node.value):
            element = Keyword(keyword.name, kind, False, keyword.random)
            return Items(tuple(self.value(item, element, scope, key) for item in node.value), node.mark)
        plain = node.plain()
        if not fits(plain, keyword.kind):
            self.mismatch(node, keyword, key)
        return Literal(plain, node.mark)

    def is_dynamic(self, node: Node, scope: _Scope, kind: str) -> bool:
        if node.is_list:
            return any(self.is_dynamic(item, scope, kind) for item in node.value)
        return is_call(node) or self.is_named(node, scope, kind)

    def is_named(self, node: Node, scope: _Scope, kind: str) -> bool:
        """Return whether a value names a block; where text is wanted, only constants and inputs are meant by name."""
        if not isinstance(node.value, str) or node.value not in scope:
            return False
        return kind not in _TEXT_KINDS or scope[node.value].result in ("const", "unknown")

    def reference(self, node: Node, keyword: Keyword, scope: _Scope, key: str) -> Value | None:
        symbol, kind = scope[node.value], KINDS[keyword.kind]
        if symbol.result == "const":
            if fits(symbol.node.plain(), keyword.kind):
                return Ref(node.value, node.mark)
            if not fits(node.value, keyword.kind) or keyword.kind in ("prims", "target", "camera", "materials", "material"):
                self.report(
                    node.mark, f"{_where(keyword, key)} needs {kind.text}; block '{node.value}' is {_shown(symbol.node)}."
                )
                return Ref(node.value, node.mark)
            return None
        if symbol.result == "unknown" or symbol.result in kind.results:
            return Ref(node.value, node.mark)
        if symbol.result == "distribution" and keyword.random:
            if symbol.call is not None:
                check_distribution_fit(symbol.call, keyword, node.mark, key, self.findings)
            return Ref(node.value, node.mark)
        if keyword.kind == "any":
            return None
        self.report(node.mark, f"{_where(keyword, key)} needs {kind.text}; block '{node.value}' is {describe(symbol)}.")
        return Ref(node.value, node.mark)

    def nested(self, node: Node, keyword: Keyword, scope: _Scope, key: str) -> Value:
        if len(node.value) != 1:
            self.report(node.mark, f"{_where(keyword, key)} holds {len(node.value)} calls.", "A value is a single call.")
        name, entry = next(iter(node.value.items()))
        if not _FUNCTION.fullmatch(name):
            self.report(entry.mark, f"'{name}' is no function.", "A value is a single call `module.function:`.")
            return Literal(None, node.mark)
        before, self.has_prims = self.has_prims, True
        call = self.call(name, entry, scope)
        self.has_prims = before
        if call is None:
            return Literal(None, node.mark)
        result = self.result_of(call)
        if result == "distribution" and (keyword.random or keyword.kind == "choices"):
            check_distribution_fit(call, keyword, entry.mark, key, self.findings)
        elif result not in (*KINDS[keyword.kind].results, "unknown"):
            extra = " a distribution is not allowed here." if result == "distribution" else f" `{name}` does not give that."
            self.report(entry.mark, f"{_where(keyword, key)} needs {KINDS[keyword.kind].text};{extra}")
        return call

    def mismatch(self, node: Node, keyword: Keyword, key: str) -> None:
        if any("${" in text.value for text in node.strings()):  # an unknown variable, which has its own finding
            return
        kind = KINDS[keyword.kind]
        more = " or a distribution" if keyword.random else ""
        self.report(node.mark, f"{_where(keyword, key)} needs {kind.text}{more}, not {_shown(node)}.")


def _where(keyword: Keyword, key: str) -> str:
    return f"`{key}`: '{keyword.name}'" if key else f"'{keyword.name}'"


def _closest(key: str, names: list[str], module: str) -> str:
    closest = choices_text(key, names).split(" Allowed:")[0]
    return (closest if closest.startswith("Did") else "") + f" Modules: {', '.join(MODULES)}; methods: <writer block>.attach."


def _shown(node: Node) -> str:
    if node.is_map:
        return "a mapping"
    text = repr(node.plain())
    return text if len(text) <= 60 else text[:57] + "..."
