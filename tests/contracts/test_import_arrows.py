"""The arrows of the design: which room may import which. Read from the source, so that lazy imports count too."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PORTABLE = ROOT / "exts/scenewright.portable/scenewright"
SDG = ROOT / "exts/scenewright.sdg/scenewright/sdg"

STANDARD_LIBRARY_AND = {
    "render": {"scenewright.render", "pxr", "numpy", "warp", "PIL", "OpenEXR", "mitsuba", "drjit", "pyoidn"},
    "host": {"scenewright.host", "pxr", "numpy", "warp", "PIL", "av", "isaacsim", "omni"},
    "replicator": {"scenewright.replicator", "scenewright.render", "scenewright.host", "pxr", "numpy", "warp", "PIL", "OpenEXR",
                   "fsspec", "yaml", "av", "scipy", "torch", "newton"},
}
UI = ROOT / "exts/scenewright.ui/scenewright/ui"
UI_MAY = {"scenewright.ui", "scenewright.sdg", "omni", "carb", "pxr", "numpy", "PIL"}
SDG_MAY = {"scenewright.sdg", "carb", "omni", "pxr", "numpy", "warp", "PIL", "yaml", "pydantic", "pydantic_core", "ruamel",
           # of the extras [parquet], [viz], [mesh], [physics] and [validate], where needed
           "pyarrow", "rerun", "scipy", "coacd", "DracoPy", "newton", "usd_validation_nvidia"}


def imported_modules(file: Path) -> set[str]:
    """Return the dotted names that a file imports anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute"
            names.add(node.module)
    return names


def outside(names: set[str], allowed: set[str]) -> set[str]:
    import sys

    return {name for name in names
            if name.partition(".")[0] not in sys.stdlib_module_names
            and not any(name == room or name.startswith(room + ".") for room in allowed)}


@pytest.mark.parametrize("room", sorted(STANDARD_LIBRARY_AND))
def test_portable_rooms_import_only_what_lies_below_them(room):
    wrong = {str(file.relative_to(ROOT)): names for file in sorted((PORTABLE / room).rglob("*.py"))
             if (names := outside(imported_modules(file), STANDARD_LIBRARY_AND[room]))}
    assert wrong == {}


def test_the_product_knows_no_host():
    wrong = {str(file.relative_to(ROOT)): names for file in sorted(SDG.rglob("*.py"))
             if (names := outside(imported_modules(file), SDG_MAY))}
    assert wrong == {}


def test_the_window_imports_the_product_and_kit_only():
    wrong = {str(file.relative_to(ROOT)): names for file in sorted(UI.rglob("*.py"))
             if (names := outside(imported_modules(file), UI_MAY))}
    assert wrong == {}


def test_what_the_window_knows_needs_no_toolkit():
    for file in (UI / "model").rglob("*.py"):
        assert not any(name == "omni.ui" or name.startswith(("omni.ui.", "omni.kit")) for name in imported_modules(file)), file


def test_kernels_import_no_usd_and_do_no_io():
    for file in (PORTABLE / "render/kernels").rglob("*.py"):
        assert not any(name.partition(".")[0] in {"pxr", "PIL", "os", "pathlib", "io"} for name in imported_modules(file)), file


def test_the_namespace_is_shared():
    assert not (PORTABLE / "__init__.py").exists()
    assert not (SDG.parent / "__init__.py").exists()
    assert not (UI.parent / "__init__.py").exists()
