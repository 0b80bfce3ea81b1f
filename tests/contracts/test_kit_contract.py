"""What Kit loads uses only what Kit has, and needs only what Kit carries."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("kit_symbols", Path(__file__).parent / "kit_symbols.py")
kit_symbols = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(kit_symbols)

LOADED_BY_KIT = sorted([*(ROOT / "exts/scenewright.sdg").rglob("*.py"), *(ROOT / "exts").glob("scenewright.ui/**/*.py"),
                        ROOT / "tools/generate.py"])
LOADED_BY_KIT = [file for file in LOADED_BY_KIT if "pip_prebundle" not in file.parts]

#: Attributes of UsdPhysics.Scene travel as keywords of a call whose table lists its own parameters only.
ATTRIBUTES_AS_KEYWORDS = ("gravityDirection", "gravityMagnitude")


@pytest.mark.parametrize("file", LOADED_BY_KIT, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_symbol_exists_in_kit(file):
    problems, _ = kit_symbols.problems_of(file.read_text(encoding="utf-8"))
    assert [problem for problem in problems if not any(f"'{name}'" in problem for name in ATTRIBUTES_AS_KEYWORDS)] == []


@pytest.mark.parametrize(("source", "says"), [
    ("import omni.usd\nomni.usd.get_contxt()", "omni.usd.get_contxt does not exist"),
    ("import omni.kit.app\nomni.kit.app.get_app().post_quitt(3)", "IApp.post_quitt does not exist"),
    ("import omni.kit.app as kit\napp = kit.get_app()\napp.post_quit(returncode=3)",
     "post_quit() has no parameter 'returncode'"),
    ("import omni.replicator.core as rep\nrep.orchestrator.step(subframes=2)", "step() has no parameter 'subframes'"),
    ("import omni.replicator.core as rep\nrep.orchestratr.step()", "orchestratr.step does not exist"),
    ("def f():\n    from omni.kit.nope import x", "there is no module omni.kit.nope"),
    ("from carb.settings import get_setting", "carb.settings.get_setting does not exist"),
])
def test_what_does_not_exist_is_found(source, says):
    assert any(says in problem for problem in kit_symbols.problems_of(source)[0])


def test_what_exists_passes():
    source = ("import omni.kit.app\nimport omni.replicator.core as rep\napp = omni.kit.app.get_app()\n"
              "async def f():\n    await app.next_update_async()\n    await rep.orchestrator.step_async(rt_subframes=2)\n"
              "    app.post_quit(return_code=3)\n")
    problems, uses = kit_symbols.problems_of(source)
    assert problems == []
    assert "omni.kit.app.IApp.next_update_async" in uses


def test_the_tests_read_something():
    uses = set().union(*(kit_symbols.problems_of(file.read_text(encoding="utf-8"))[1] for file in LOADED_BY_KIT))
    assert {"omni.kit.app.IApp.post_quit", "omni.replicator.core.orchestrator.step_async", "omni.usd.get_context"} <= uses


_BLOCKED = r"""
import importlib, importlib.abc, sys
from pathlib import Path
ALLOWED = {"numpy", "pxr", "warp", "PIL", "yaml", "pydantic", "ruamel", "omni", "carb", "isaacsim", "scenewright"}
BENEATH = {"pydantic_core", "annotated_types", "typing_extensions", "typing_inspection", "_ruamel_yaml", "_yaml"}
class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ALLOWED | BENEATH:
            frame, asks = sys._getframe(1), ""
            while frame is not None:
                if "/scenewright/" in frame.f_code.co_filename:
                    asks = frame.f_code.co_filename
                    break
                if not frame.f_code.co_filename.startswith("<frozen importlib"):
                    return None
                frame = frame.f_back
            if "/scenewright/sdg/" in asks or "/scenewright/ui/" in asks:
                raise ImportError(f"{asks} imports {name}, which Kit does not carry")
        return None
sys.meta_path.insert(0, Blocker())
from scenewright.host.activation import activate
activate()
root = Path(sys.argv[1])
for file in sorted(root.rglob("*.py")):
    parts = file.relative_to(root.parents[1]).with_suffix("").parts
    importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
assert "scenewright.cli" not in sys.modules
print("loaded")
"""


def run_blocked(root, *more):
    path = os.pathsep.join(map(str, [*more, *filter(None, [os.environ.get("PYTHONPATH")])]))
    return subprocess.run([sys.executable, "-c", _BLOCKED, str(root)], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": path})


def test_what_kit_loads_needs_nothing_that_kit_lacks():
    done = run_blocked(ROOT / "exts/scenewright.sdg/scenewright/sdg")
    assert done.returncode == 0 and done.stdout.endswith("loaded\n"), done.stderr[-2000:]


def test_the_blocker_blocks(tmp_path):
    folder = tmp_path / "exts/scenewright/sdg"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "needy.py").write_text("import typer\n")
    done = run_blocked(folder, tmp_path / "exts")
    assert "needy.py imports typer, which Kit does not carry" in done.stderr


def kernel_files():
    return [file for file in LOADED_BY_KIT for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and any("wp.kernel" in ast.unparse(mark) for mark in node.decorator_list)]


@pytest.mark.verify
def test_kernels_compile_with_the_warp_of_isaac_sim_5(tmp_path):
    """Every module with ``@wp.kernel`` is imported and compiled for the CPU with warp-lang 1.8.1.

    Isaac Sim 5.1 carries 1.8.2, which PyPI does not have.
    """
    files = sorted(set(kernel_files()))
    if not files:
        pytest.skip("nothing that Kit loads has a Warp kernel yet")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(tmp_path), "warp-lang==1.8.1"],
                   check=True, timeout=600)
    code = ("import sys, runpy, warp as wp\nassert wp.config.version.startswith('1.8.1'), wp.config.version\n"
            "from scenewright.host.activation import activate\nactivate()\nimport importlib\n"
            "for name in sys.argv[1:]:\n    wp.load_module(importlib.import_module(name), device='cpu')\n")
    names = [".".join(file.relative_to(ROOT / "exts").with_suffix("").parts[1:]) for file in files]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "WARP_CACHE_PATH": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", code, *names], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
