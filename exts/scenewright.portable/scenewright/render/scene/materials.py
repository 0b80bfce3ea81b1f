"""UsdShade materials to records, cached by material and rebuilt when a prim of their network changes."""

import logging
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from pxr import Sdf, Usd, UsdShade

from scenewright.render.scene.materialx_surface import is_materialx_surface, read_materialx_surface
from scenewright.render.scene.mdl_surface import mdl_name, read_mdl_surface
from scenewright.render.scene.preview_surface import read_preview_surface
from scenewright.render.scene.records import MaterialRecord, TextureSlot
from scenewright.render.scene.shading_network import NetworkReader
from scenewright.render.scene.textures import TextureLibrary

__all__ = ["MaterialLibrary", "bound_materials", "material_textures"]

_log = logging.getLogger(__name__)


def bound_materials(prims: list[Usd.Prim]) -> list[UsdShade.Material]:
    """Return the material bound to each prim for purpose "full" (which falls back to all purposes); invalid where none is."""
    if not prims:
        return []
    return UsdShade.MaterialBindingAPI.ComputeBoundMaterials(prims, UsdShade.Tokens.full)[0]


def material_textures(record: MaterialRecord) -> set[str]:
    """Return the keys of the textures a material reads."""
    return {slot.texture for slot in vars(record).values() if isinstance(slot, TextureSlot) and slot.texture}


_RANGES = {
    "base_color": (0.0, 1.0), "metallic": (0.0, 1.0), "roughness": (0.0, 1.0), "ior": (1.0e-3, 100.0), "specular": (0.0, 100.0),
    "specular_color": (0.0, 1.0), "clearcoat": (0.0, 1.0), "clearcoat_roughness": (0.0, 1.0), "transmission": (0.0, 1.0),
    "absorption": (0.0, 1.0e30), "opacity": (0.0, 1.0), "opacity_threshold": (0.0, 1.0e30), "emission": (0.0, 1.0e30),
}


def put_in_range(record: MaterialRecord) -> list[str]:
    """Bring every number of a record into its range, in place; return the names of those that were no numbers at all.

    Infinities go to the end of the range, what is not a number to the default.
    """
    broken = []
    for name, (low, high) in _RANGES.items():
        value = getattr(record, name)
        parts = value if isinstance(value, tuple) else (value,)
        if all(low <= part <= high for part in parts):
            continue
        if any(math.isnan(part) for part in parts):
            broken.append(name)
            setattr(record, name, getattr(_DEFAULTS, name))
            continue
        kept = tuple(min(max(part, low), high) for part in parts)
        setattr(record, name, kept if isinstance(value, tuple) else kept[0])
    for name, slot in vars(record).items():
        if isinstance(slot, TextureSlot) and slot.texture:
            numbers = (*slot.scale, *slot.bias, *slot.uv_scale, slot.uv_rotation, *slot.uv_translate)
            if not all(math.isfinite(number) for number in numbers):
                broken.append(name)
                setattr(record, name, TextureSlot())
    return broken


_DEFAULTS = MaterialRecord("")


@dataclass(frozen=True, eq=False)
class _Surface:
    """The node that a material's record is read from, and what is known of its network."""

    shader: UsdShade.Shader
    reader: NetworkReader
    read: Callable[[str, UsdShade.Shader, NetworkReader, TextureLibrary], MaterialRecord | None]

    def record(self, key: str, textures: TextureLibrary) -> MaterialRecord | None:
        record = self.read(key, self.shader, self.reader, textures)
        broken = [] if record is None else put_in_range(record)
        if broken:
            _log.warning("%s: %s of its surface %s is not finite; the default is used. Correct the inputs of %s.", key,
                         " and ".join(broken), self.shader.GetPrim().GetName(), self.shader.GetPath())
        return record


class MaterialLibrary:
    """The material records in use. Key "" is the default material: the prim's displayColor."""

    def __init__(self, textures: TextureLibrary) -> None:
        self.textures = textures
        self.records: dict[str, MaterialRecord] = {"": MaterialRecord("", use_display_color=True)}
        self.animated: set[str] = set()
        self.instanced: set[str] = set()
        """Keys of the materials that live inside native instances."""
        self.constants: dict[Sdf.Path, set[str]] = defaultdict(set)
        """Attributes that hold nothing but a constant of materials, with the keys of these."""
        self._dependents: dict[str, set[str]] = defaultdict(set)
        self._surfaces: dict[str, _Surface] = {}
        self._warned: set[str] = set()

    def unbound(self, opacity: float) -> str:
        """Return the key of the material of prims that have none: their displayColor at an opacity."""
        if not opacity < 1.0:
            return ""
        key = f"displayOpacity {max(opacity, 0.0):.6g}"
        if key not in self.records:
            self.records[key] = MaterialRecord(key, use_display_color=True, opacity=max(opacity, 0.0))
        return key

    def load(self, key: str, material: UsdShade.Material, time: Usd.TimeCode) -> None:
        """Read ``material`` into the record ``key`` unless it is there already.

        Raises:
            SceneError: One of its textures is missing or broken and that is an error, or an extra is needed to read it.
        """
        if key in self.records:
            return
        reader = NetworkReader(time)
        reader.visit(material.GetPrim())
        self.records[key] = self._read(key, material, reader)
        if reader.animated:
            self.animated.add(key)
        if material.GetPrim().IsInstanceProxy():
            self.instanced.add(key)
        for path in reader.visited:
            self._dependents[path].add(key)
        if key in self._surfaces and key not in self.animated | self.instanced:
            for path in reader.constants:
                self.constants[path].add(key)

    def refresh(self, edited: set[Sdf.Path], time: Usd.TimeCode) -> set[str]:
        """Read the materials again whose ``constants`` were edited; return the keys of those that have to be loaded anew.

        Raises:
            SceneError: One of their textures is missing or broken.
        """
        stale: set[str] = set()
        keys: set[str] = set()
        for path in edited:
            for key in self.constants[path]:
                keys.add(key)
                if not self._surfaces[key].reader.reread(path, time):
                    stale.add(key)
        for key in sorted(keys - stale):
            surface = self._surfaces[key]
            before = surface.reader.extent
            self.records[key] = surface.record(key, self.textures)
            if surface.reader.extent != before:  # a switch was set: it reads what nothing depended on so far
                stale.add(key)
        return stale

    def dependents(self, prim_path: str) -> set[str]:
        """Return the keys of the materials that were read through the prim at ``prim_path``."""
        return self._dependents.get(prim_path, set())

    def below(self, roots: set[str]) -> set[str]:
        """Return the keys of the materials with a prim of their network at, below or above one of ``roots``."""
        found: set[str] = set()
        for path, users in self._dependents.items():
            if any(path == root or root == "/" or path.startswith(root + "/") or root.startswith(path + "/") for root in roots):
                found |= users
        return found

    def drop(self, keys: set[str]) -> None:
        """Forget these records, so that the next ``load`` reads them again."""
        if not keys:
            return
        for key in keys - {""}:
            self.records.pop(key, None)
        self.animated -= keys
        self.instanced -= keys
        for key in keys:
            self._surfaces.pop(key, None)
        for users_of in (self._dependents, self.constants):
            for path in [path for path, users in users_of.items() if not users.isdisjoint(keys)]:
                users_of[path] -= keys
                if not users_of[path]:
                    del users_of[path]

    def keep_only(self, keys: set[str]) -> None:
        """Forget every record that is not in ``keys``; the default stays."""
        self.drop(self.records.keys() - keys)

    def _read(self, key: str, material: UsdShade.Material, reader: NetworkReader) -> MaterialRecord:
        for context in ("mdl", "mtlx", ""):
            if context and not material.GetSurfaceOutput(context):  # asking for its source would give the universal one
                continue
            shader = material.ComputeSurfaceSource(context)[0]
            if not shader:
                continue
            reader.visit(shader.GetPrim())
            surface = None
            if mdl_name(shader):
                surface = _Surface(shader, reader, read_mdl_surface)
            elif is_materialx_surface(shader):
                surface = _Surface(shader, reader, read_materialx_surface)
            elif shader.GetIdAttr().Get() == "UsdPreviewSurface":
                surface = _Surface(shader, reader, read_preview_surface)
            record = None if surface is None else surface.record(key, self.textures)
            if record is not None:
                self._surfaces[key] = surface
                return record
        shaders = (material.ComputeSurfaceSource(context)[0] for context in ("mdl", "mtlx", ""))
        shader = next(filter(None, shaders), None)
        if shader is None:  # a material for physics alone
            return MaterialRecord(key, use_display_color=True)
        if key not in self._warned:
            self._warned.add(key)
            what = mdl_name(shader) or shader.GetIdAttr().Get() or str(shader.GetPath())
            _log.warning(
                "%s: surface %s is not supported; supported are UsdPreviewSurface, OmniPBR, OmniGlass, OmniSurface and, of "
                "MaterialX, Standard Surface, OpenPBR and glTF PBR. It is rendered as the default grey.",
                key,
                what,
            )
        return MaterialRecord(key)
