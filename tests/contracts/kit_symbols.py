"""Reads what a Python file uses of ``omni.*``, ``carb.*`` and ``isaacsim.*``, and holds it against the carried tables.

`data/kit_api.json` holds the symbols, `data/replicator_api.json` those of ``omni.replicator.core``. A value that such a call
returns is followed by the return type that the table gives, so that methods are checked too.
"""

import ast
import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
ROOTS = ("omni", "carb", "isaacsim")
REPLICATOR = "omni.replicator.core"

#: Used behind a guard, and described by no table that can be carried: name and reason.
UNDESCRIBED = {
    "omni.physics.core": "public stubs do not hold it; recipes with bodies only, and imported when they are run",
    "omni.ui": "its own table is held against the widgets by the tests of scenewright.ui",
}

#: What functions return whose table gives no type.
RETURNS = {
    "omni.kit.app.get_app": ("omni.kit.app", "IApp"),
    "omni.kit.app.IApp.get_extension_manager": ("omni.ext", "ExtensionManager"),
    "omni.usd.get_context": ("omni.usd", "UsdContext"),
    "omni.kit.actions.core.get_action_registry": ("omni.kit.actions.core", "IActionRegistry"),
    "carb.settings.get_settings": ("carb.settings", "ISettings"),
    "omni.timeline.get_timeline_interface": ("omni.timeline", "Timeline"),
    "isaacsim.SimulationApp": ("isaacsim.simulation_app", "SimulationApp"),
}


class KitTable:
    """The carried tables."""

    def __init__(self) -> None:
        self.modules: dict[str, dict[str, Any]] = json.loads((DATA / "kit_api.json").read_text(encoding="utf-8"))["modules"]
        self.replicator: dict[str, Any] = json.loads((DATA / "replicator_api.json").read_text(encoding="utf-8"))["names"]

    def module_exists(self, name: str) -> bool:
        """Return whether a dotted name is a module, or leads to one."""
        known = [*self.modules, REPLICATOR, *UNDESCRIBED, "isaacsim"]
        return any(module == name or module.startswith(name + ".") for module in known)

    def find(self, dotted: str) -> dict[str, Any] | None:
        """Return the row of a symbol, {} where it exists and nothing more is known, None where it does not exist."""
        if any(dotted == name or dotted.startswith(name + ".") for name in UNDESCRIBED):
            return {}
        if dotted == "isaacsim.SimulationApp":
            return self.modules["isaacsim.simulation_app"].get("SimulationApp")
        if dotted.startswith(REPLICATOR + "."):
            name = dotted.removeprefix(REPLICATOR + ".")
            if name in self.replicator:
                return self.replicator[name]
            return {} if any(key.startswith(name + ".") for key in self.replicator) else None
        for module in sorted(self.modules, key=len, reverse=True):
            if dotted.startswith(module + "."):
                return self.modules[module].get(dotted.removeprefix(module + "."))
        return None


class _Reader(ast.NodeVisitor):
    def __init__(self, table: KitTable) -> None:
        self.table = table
        self.problems: list[str] = []
        self.uses: set[str] = set()
        self._names: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name.partition(".")[0] in ROOTS:
                top = alias.name.partition(".")[0]
                self._names[alias.asname or top] = alias.name if alias.asname else top
                self._module(alias.name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and node.module.partition(".")[0] in ROOTS:
            self._module(node.module, node)
            for alias in node.names:
                dotted = f"{node.module}.{alias.name}"
                self._names[alias.asname or alias.name] = dotted
                if not self.table.module_exists(dotted):
                    self._symbol(dotted, node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        dotted = self._dotted(node.value)
        for target in node.targets:
            name = ast.unparse(target)
            if dotted and isinstance(target, ast.Name | ast.Attribute):
                self._names[name] = dotted
            elif isinstance(target, ast.Name):
                self._names.pop(name, None)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = self._dotted(node)
        if dotted is None:
            self.generic_visit(node)
            return
        if not self.table.module_exists(dotted):
            self._symbol(dotted, node)
        for child in ast.walk(node.value):
            if isinstance(child, ast.Call):
                self.visit(child)
                break

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        dotted = self._dotted(node.func)
        row = self.table.find(dotted) if dotted else None
        if not row or "params" not in row:
            return
        names = [parameter["name"].lstrip("*") for parameter in row["params"]]
        stars = [parameter["name"] for parameter in row["params"] if parameter["name"].startswith("*")]
        open_ended = stars or "kwargs" in names or row.get("ordered") is False
        for keyword in node.keywords:
            if keyword.arg and keyword.arg not in names and keyword.arg not in row.get("kwargs", ()) and not open_ended:
                self.problems.append(f"{node.lineno}: {dotted}() has no parameter {keyword.arg!r}")

    def _dotted(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in self._names:
            return self._names[ast.unparse(node)]
        if isinstance(node, ast.Attribute):
            above = self._dotted(node.value)
            return f"{above}.{node.attr}" if above else None
        if isinstance(node, ast.Call):
            called = self._dotted(node.func)
            if called in RETURNS:
                return ".".join(RETURNS[called])
        return None

    def _module(self, name: str, node: ast.AST) -> None:
        if not self.table.module_exists(name):
            self.problems.append(f"{node.lineno}: there is no module {name}")

    def _symbol(self, dotted: str, node: ast.AST) -> None:
        self.uses.add(dotted)
        if self.table.find(dotted) is None and not self._inherited(dotted):
            self.problems.append(f"{node.lineno}: {dotted} does not exist")

    def _inherited(self, dotted: str) -> bool:
        above = dotted.rpartition(".")[0]
        row = self.table.find(above)
        return row is not None and row.get("kind") in ("constant", "property", "name")


def problems_of(source: str) -> tuple[list[str], set[str]]:
    """Return what a source uses wrongly, each with its line, and the symbols that it uses."""
    reader = _Reader(KitTable())
    tree = ast.parse(source)
    for node in ast.walk(tree):  # imports first: functions use names that are imported below them
        if isinstance(node, ast.Import):
            reader.visit_Import(node)
        elif isinstance(node, ast.ImportFrom):
            reader.visit_ImportFrom(node)
    reader.problems.clear()
    reader.visit(tree)
    return reader.problems, reader.uses
