"""UsdShade materials to records, cached by material and rebuilt when a prim of their network changes."""

import logging
from collections import defaultdict

from pxr import Usd, UsdShade

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


class MaterialLibrary:
    """The material records in use. Key "" is the default material: the prim's displayColor."""

    def __init__(self, textures: TextureLibrary) -> None:
        self.textures = textures
        self.records: dict[str, MaterialRecord] = {"": MaterialRecord("", use_display_color=True)}
        self.animated: set[str] = set()
        self.instanced: set[str] = set()
        """Keys of the materials that live inside native instances."""
        self._dependents: dict[str, set[str]] = defaultdict(set)
        self._warned: set[str] = set()

    def load(self, key: str, material: UsdShade.Material, time: Usd.TimeCode) -> None:
        """Read ``material`` into the record ``key`` unless it is there already.

        Raises:
            SceneError: One of its textures is missing or broken.
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
        for path in [path for path, users in self._dependents.items() if not users.isdisjoint(keys)]:
            self._dependents[path] -= keys
            if not self._dependents[path]:
                del self._dependents[path]

    def keep_only(self, keys: set[str]) -> None:
        """Forget every record that is not in ``keys``; the default stays."""
        self.drop(self.records.keys() - keys)

    def _read(self, key: str, material: UsdShade.Material, reader: NetworkReader) -> MaterialRecord:
        for context in ("mdl", ""):
            shader = material.ComputeSurfaceSource(context)[0]
            if not shader:
                continue
            reader.visit(shader.GetPrim())
            record = None
            if mdl_name(shader):
                record = read_mdl_surface(key, shader, reader, self.textures)
            elif shader.GetIdAttr().Get() == "UsdPreviewSurface":
                record = read_preview_surface(key, shader, reader, self.textures)
            if record is not None:
                return record
        shaders = (material.ComputeSurfaceSource(context)[0] for context in ("mdl", "mtlx", ""))
        shader = next(filter(None, shaders), None)
        if shader is None:  # a material for physics alone
            return MaterialRecord(key, use_display_color=True)
        if key not in self._warned:
            self._warned.add(key)
            what = mdl_name(shader) or shader.GetIdAttr().Get() or str(shader.GetPath())
            _log.warning(
                "%s: surface %s is not supported; supported are UsdPreviewSurface, OmniPBR and OmniGlass. It is rendered as "
                "the default grey.",
                key,
                what,
            )
        return MaterialRecord(key)
