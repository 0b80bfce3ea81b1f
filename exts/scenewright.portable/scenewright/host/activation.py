"""The import finder: names of Kit and Isaac Sim resolve to stand-ins, where the real thing is not installed."""

import importlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["STAND_IN_ROOTS", "activate", "available_stand_ins", "deactivate"]

_STAND_INS = Path(__file__).parent / "stand_ins"

#: Top-level names whose modules may be stood in for.
STAND_IN_ROOTS = ("Semantics", "carb", "isaacsim", "omni", "semantics", "usdrt", "video_encoding")

#: Single modules inside packages that are installed.
_STAND_IN_MODULES = frozenset({"pxr.PhysicsSchemaTools", "pxr.PhysxSchema", "pxr.Semantics"})

_REPLICATOR = "omni.replicator.core"
_PORTABLE_REPLICATOR = "scenewright.replicator"

#: Inner module paths of the Replicator that public scripts import, and where the same names live here.
_REPLICATOR_ALIASES = {
    "scripts": "",
    "scripts.annotators": "annotators",
    "scripts.backends": "backends",
    "scripts.create": "create",
    "scripts.distribution": "distribution",
    "scripts.functional": "functional",
    "scripts.functional.utils": "functional.utils",
    "scripts.orchestrator": "orchestrator",
    "scripts.utils": "utils",
    "scripts.utils.utils": "utils",
    "scripts.writers": "writers",
    "scripts.writers_default": "writers",
    "scripts.writers_default.basicwriter": "writers.basic_writer",
    "utils.utils": "utils",
}


#: Where modules went that older Isaac Sim releases had under another name; the longest prefix counts.
_MOVED = {
    "Semantics": "pxr.Semantics",
    **{f"isaacsim.core.api.objects.{name}": "isaacsim.core.api.objects"
       for name in ("capsule", "cone", "cuboid", "cylinder", "ground_plane", "sphere")},
    **{f"isaacsim.core.api.materials.{name}": "isaacsim.core.api.materials"
       for name in ("omni_glass", "omni_pbr", "physics_material", "preview_surface", "visual_material")},
    "isaacsim.storage.native.nucleus": "isaacsim.storage.native",
    "omni.isaac.cloner": "isaacsim.core.cloner",
    "omni.isaac.core": "isaacsim.core.api",
    **{f"omni.isaac.core.prims.{name}": "omni.isaac.core.prims"
       for name in ("geometry_prim", "geometry_prim_view", "rigid_prim", "rigid_prim_view", "xform_prim", "xform_prim_view")},
    "omni.isaac.core.utils": "isaacsim.core.utils",
    "omni.isaac.nucleus": "isaacsim.storage.native",
    "omni.replicator.isaac": "isaacsim.replicator.writers",
    "omni.replicator.replicator_yaml": f"{_PORTABLE_REPLICATOR}.replicator_yaml",
    "omni.syntheticdata.scripts": "omni.syntheticdata",
    "omni.syntheticdata.scripts.SyntheticData": "omni.syntheticdata",
    "omni.usd._impl": "omni.usd",
    "omni.usd._impl.utils": "omni.usd",
}


class _AliasLoader(importlib.abc.Loader):
    """Makes one module importable under a second name: the same object, not a copy."""

    def __init__(self, target: str) -> None:
        self.target = target

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.target)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system has just put the alias's spec there


class _StandInLoader(importlib.abc.Loader):
    """Runs a stand-in's source and makes a symbol that it lacks an error that names it."""

    def __init__(self, inner: importlib.abc.Loader) -> None:
        self.inner = inner

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.inner.exec_module(module)
        if "__getattr__" not in vars(module):
            module.__getattr__ = _missing_symbol(module)

    def get_source(self, fullname: str) -> str | None:
        return self.inner.get_source(fullname)


class _FolderLoader(importlib.abc.Loader):
    """Makes a folder of stand-ins a package whose modules load when they are first named: Kit has loaded all of them."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__getattr__ = _lazy_children(module)


def _lazy_children(module: ModuleType) -> Callable[[str], Any]:
    """Return a ``__getattr__`` that imports the module of that name."""
    def load(name: str) -> Any:
        full_name = f"{module.__name__}.{name}"
        if name.startswith("__") or importlib.util.find_spec(full_name) is None:
            raise AttributeError(f"'{full_name}' has no stand-in on the portable host.")
        return importlib.import_module(full_name)
    return load


def _missing_symbol(module: ModuleType) -> Any:
    def missing(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(module, "__path__") and importlib.util.find_spec(f"{module.__name__}.{name}") is not None:
            return importlib.import_module(f"{module.__name__}.{name}")
        public = sorted(key for key in vars(module) if not key.startswith("_"))
        raise AttributeError(f"'{module.__name__}.{name}' has no stand-in on the portable host. "
                             f"Available in {module.__name__}: {', '.join(public)}.")
    return missing


class _ReplicatorModuleFinder(importlib.abc.MetaPathFinder):
    """First finder: modules inside the Replicator, once the Replicator is ours (by path they would be loaded twice)."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of ``omni.replicator.core.<inner>``, None for anything else and for NVIDIA's own."""
        ours = sys.modules.get(_PORTABLE_REPLICATOR)
        if not fullname.startswith(_REPLICATOR + ".") or ours is None or sys.modules.get(_REPLICATOR) is not ours:
            return None
        return _replicator_spec(fullname)


class StandInFinder(importlib.abc.MetaPathFinder):
    """Last finder on ``sys.meta_path``: it is asked only for what nobody else has."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of a stand-in, of the Replicator under its real name, or None."""
        if fullname.partition(".")[0] not in STAND_IN_ROOTS and fullname not in _STAND_IN_MODULES:
            return None
        if fullname == _REPLICATOR:
            return _replicator_spec(fullname)
        place = _STAND_INS.joinpath(*fullname.split("."))
        if (place / "__init__.py").is_file():
            return _stand_in_spec(fullname, place / "__init__.py", [])
        if place.with_suffix(".py").is_file():
            return _stand_in_spec(fullname, place.with_suffix(".py"), None)
        moved = _moved_to(fullname)
        if moved is not None:
            return _alias_spec(fullname, moved)
        if place.is_dir() or fullname == "omni.replicator":
            spec = ModuleSpec(fullname, _FolderLoader(), is_package=True)
            spec.submodule_search_locations = []  # empty: children are looked up by this finder, not by path
            return spec
        return None


def _moved_to(fullname: str) -> str | None:
    """Return the present name of a module that older releases had as ``fullname``, None where it did not move."""
    prefix, rest = fullname, ""
    while prefix and prefix not in _MOVED:
        prefix, _, last = prefix.rpartition(".")
        rest = f".{last}{rest}"
    return _MOVED[prefix] + rest if prefix else None


def _alias_spec(fullname: str, target: str) -> ModuleSpec | None:
    """Return a spec that makes the module ``target`` importable as ``fullname`` too, None where there is no such module."""
    try:
        found = importlib.util.find_spec(target)
    except ModuleNotFoundError:
        return None
    return None if found is None else ModuleSpec(fullname, _AliasLoader(target), is_package=found.submodule_search_locations
                                                 is not None)


def _stand_in_spec(fullname: str, file: Path, locations: list[str] | None) -> ModuleSpec:
    spec = importlib.util.spec_from_file_location(fullname, file, submodule_search_locations=locations)
    if locations is not None:
        spec.submodule_search_locations = []  # it has put the folder there, and children would be found by path
    spec.loader = _StandInLoader(spec.loader)
    return spec


def _replicator_spec(fullname: str) -> ModuleSpec | None:
    inner = fullname[len(_REPLICATOR) + 1:]
    inner = _REPLICATOR_ALIASES.get(inner, inner)
    target = f"{_PORTABLE_REPLICATOR}.{inner}" if inner else _PORTABLE_REPLICATOR
    if importlib.util.find_spec(target) is None:
        return None
    return ModuleSpec(fullname, _AliasLoader(target), is_package=True)


_finder = StandInFinder()
_replicator_module_finder = _ReplicatorModuleFinder()


def activate() -> None:
    """Install the finder; doing it twice is harmless. Modules that are really installed keep precedence."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _replicator_module_finder)
        sys.meta_path.append(_finder)
        for module in _installed_namespaces():
            module.__getattr__ = _lazy_children(module)


def _installed_namespaces() -> list[ModuleType]:
    """Return packages without code of their own that installed packages share with Kit, such as ``omni``."""
    found = [importlib.util.find_spec(root) for root in STAND_IN_ROOTS]
    return [importlib.import_module(spec.name) for spec in found
            if spec is not None and spec.origin is None and not isinstance(spec.loader, _FolderLoader | _AliasLoader)]


def deactivate() -> None:
    """Remove the finder, forget the modules that it has provided, and undo what they changed in ``Usd.Prim``."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
        sys.meta_path.remove(_replicator_module_finder)
        for module in _installed_namespaces():
            vars(module).pop("__getattr__", None)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in STAND_IN_ROOTS or name in _STAND_IN_MODULES:
            loader = getattr(getattr(module, "__spec__", None), "loader", None)
            if isinstance(loader, _StandInLoader | _FolderLoader) or name.startswith(_REPLICATOR):
                del sys.modules[name]
                parent, _, last = name.rpartition(".")
                vars(sys.modules.get(parent, module)).pop(last, None)
    schemas = sys.modules.get("scenewright.host.python_schemas")
    if schemas is not None:
        schemas.forget_prims()


def available_stand_ins() -> list[str]:
    """Return the dotted names of all stand-in modules, sorted; private ones are left out."""
    names = []
    for file in _STAND_INS.rglob("*.py"):
        parts = file.relative_to(_STAND_INS).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if not parts[-1].startswith("_"):
            names.append(".".join(parts))
    return sorted([*names, _REPLICATOR])
