"""Materials of glTF as principled looks."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.gltf_document import Document, Material, TextureInfo
from scenewright.sdg.assets.images import ImageShelf
from scenewright.sdg.assets.materials import Surface
from scenewright.sdg.assets.mtl import EMISSION

__all__ = ["GltfLook", "GltfLooks"]

_COAT_TEXTURES = {"clearcoatTexture", "clearcoatRoughnessTexture", "clearcoatNormalTexture"}
_UNLIT = {"KHR_materials_unlit"}


@dataclass(frozen=True, eq=False)
class GltfLook:
    """A look and how its textures lie on a mesh."""

    name: str
    surface: Surface
    uv_set: int
    transform: np.ndarray
    """(3, 3) column-vector transform of texture coordinates."""

    @property
    def uses_maps(self) -> bool:
        """Whether it reads a texture."""
        return bool(self.surface.color_map or self.surface.normal_map or self.surface.roughness_map
                    or self.surface.emission_map)


class GltfLooks:
    """The looks of one document, made as primitives ask for them."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shelf = ImageShelf(document.source.limits)
        self.surfaces: dict[str, Surface] = {}
        self.notes: set[str] = set()
        self._made: dict[tuple[int | None, bool], GltfLook] = {}
        self._alpha: dict[str, bool] = {}

    def look(self, index: int | None, has_colors: bool) -> GltfLook:
        """Return the look of a material; None is the default material.

        Args:
            index: Of the material.
            has_colors: Whether the mesh has vertex colours. They are shown where the material leaves its colour to them.
        """
        key = (index, has_colors)
        if key not in self._made:
            if len(self._made) > self.document.source.limits.looks:
                raise AssetError(f"it has more than {self.document.source.limits.looks} materials.")
            material = Material() if index is None else self.document.item("materials", index)
            name = material.name or ("default" if index is None else f"material_{index}")
            while name in self.surfaces:
                name += "_"
            self._made[key] = look = self._look(material, name, has_colors)
            self.surfaces[name] = look.surface
        return self._made[key]

    def _look(self, material: Material, name: str, has_colors: bool) -> GltfLook:
        pbr = material.pbrMetallicRoughness
        color = tuple(min(max(c, 0.0), 1.0) for c in pbr.baseColorFactor)
        surface = Surface(color=color[:3], roughness=pbr.roughnessFactor, metallic=pbr.metallicFactor,
                          double_sided=material.doubleSided)
        infos: list[TextureInfo] = []
        if file := self._map(pbr.baseColorTexture, infos):
            surface = replace(surface, color_map=file, tint=color[:3])
        elif has_colors and color[:3] == (1.0, 1.0, 1.0):
            surface = replace(surface, display_color=True)
        elif has_colors:
            self.notes.add("vertex colours under a texture or a colour are left out")
        if file := self._map(pbr.metallicRoughnessTexture, infos):
            surface = replace(surface, roughness_map=file, roughness_channel="g", metallic_map=file, metallic_channel="b")
        if file := self._map(material.normalTexture, infos):
            surface = replace(surface, normal_map=file, green_up=True, normal_strength=material.normalTexture.scale)
        strength = EMISSION * _number(material.extensions, "KHR_materials_emissive_strength", "emissiveStrength", 1.0)
        emission = tuple(strength * max(c, 0.0) for c in material.emissiveFactor)
        if any(emission):
            surface = replace(surface, emission=emission, emission_map=self._map(material.emissiveTexture, infos))
        surface = self._with_opacity(self._with_extensions(surface, material, infos), material, color[3])
        uv_set, transform = self._coordinates(infos)
        return GltfLook(name, surface, uv_set, transform)

    def _with_opacity(self, surface: Surface, material: Material, alpha: float) -> Surface:
        if material.alphaMode == "OPAQUE":
            return surface
        has_alpha = surface.color_map and self._alpha.get(surface.color_map)
        threshold = min(material.alphaCutoff, 1.0) if material.alphaMode == "MASK" else 0.0
        surface = replace(surface, opacity=surface.opacity * alpha, opacity_threshold=threshold)
        return replace(surface, opacity_map=surface.color_map, opacity_channel="a") if has_alpha else surface

    def _with_extensions(self, surface: Surface, material: Material, infos: list[TextureInfo]) -> Surface:
        coat = _number(material.extensions, "KHR_materials_clearcoat", "clearcoatFactor", 0.0)
        through = _number(material.extensions, "KHR_materials_transmission", "transmissionFactor", 0.0)
        if coat:
            roughness = _number(material.extensions, "KHR_materials_clearcoat", "clearcoatRoughnessFactor", 0.0)
            surface = replace(surface, clearcoat=min(max(coat, 0.0), 1.0), clearcoat_mdl=True,
                              clearcoat_roughness=min(max(roughness, 0.0), 1.0))
            if _COAT_TEXTURES & set(material.extensions["KHR_materials_clearcoat"]):
                self.notes.add("textures of the clear coat are left out")
        if through:
            self.notes.add("transmission is shown as opacity")
            surface = replace(surface, opacity=1.0 - 0.8 * min(max(through, 0.0), 1.0))
        if "KHR_materials_pbrSpecularGlossiness" in material.extensions:
            surface = self._glossy(surface, material.extensions["KHR_materials_pbrSpecularGlossiness"], infos)
        return replace(surface, roughness=1.0, metallic=0.0) if _UNLIT & material.extensions.keys() else surface

    def _glossy(self, surface: Surface, given: Any, infos: list[TextureInfo]) -> Surface:
        """Return the diffuse colour and glossiness of the older workflow; its specular colour is left out."""
        self.notes.add("specular-glossiness is read as diffuse colour and roughness")
        given = given if isinstance(given, dict) else {}
        color = given.get("diffuseFactor", [1.0] * 4)
        if not (isinstance(color, list) and len(color) == 4 and all(isinstance(c, int | float) for c in color)):
            raise AssetError("its KHR_materials_pbrSpecularGlossiness.diffuseFactor is not four numbers.")
        color = tuple(min(max(float(c), 0.0), 1.0) for c in color[:3])
        gloss = given.get("glossinessFactor", 1.0)
        gloss = min(max(float(gloss), 0.0), 1.0) if isinstance(gloss, int | float) else 1.0
        surface = replace(surface, color=color, metallic=0.0, metallic_map="", roughness_map="", roughness=1.0 - gloss)
        if isinstance(texture := given.get("diffuseTexture"), dict) and isinstance(texture.get("index"), int):
            uv_set = texture.get("texCoord", 0)
            info = TextureInfo(index=max(texture["index"], 0), texCoord=max(uv_set, 0) if isinstance(uv_set, int) else 0)
            file = self._map(info, infos)
            surface = replace(surface, color_map=file, tint=color)
        return surface

    def _map(self, info: TextureInfo | None, infos: list[TextureInfo]) -> str:
        """Return the file of a texture, "" where there is none, and remember how it lies on the mesh."""
        if info is None:
            return ""
        texture = self.document.item("textures", info.index)
        webp = texture.extensions.get("EXT_texture_webp")
        image = webp.get("source") if isinstance(webp, dict) and texture.source is None else texture.source
        if not isinstance(image, int) or image < 0:
            self.notes.add("a texture of a kind that is not read is left out")
            return ""
        data, title = self.document.image(image)
        stored = self.shelf.add(data, title)
        self._alpha[stored.name] = stored.has_alpha
        infos.append(info)
        return stored.name

    def _coordinates(self, infos: list[TextureInfo]) -> tuple[int, np.ndarray]:
        """Return the one set of coordinates and the one transform that the look's textures share; the first one's else."""
        layouts = [(_layout(info)) for info in infos]
        if not layouts:
            return 0, np.eye(3)
        if any(layout[0] != layouts[0][0] or not np.array_equal(layout[1], layouts[0][1]) for layout in layouts[1:]):
            self.notes.add("textures of one material lie differently on the mesh; all lie as the first one")
        return layouts[0]


def _layout(info: TextureInfo) -> tuple[int, np.ndarray]:
    """Return the coordinate set and the matrix of KHR_texture_transform: offset * rotation * scale."""
    given = info.extensions.get("KHR_texture_transform")
    if not isinstance(given, dict):
        return info.texCoord, np.eye(3)
    try:
        x, y = map(float, given.get("offset", (0.0, 0.0)))
        u, v = map(float, given.get("scale", (1.0, 1.0)))
        angle, uv_set = float(given.get("rotation", 0.0)), int(given.get("texCoord", info.texCoord))
    except (TypeError, ValueError):
        raise AssetError("its KHR_texture_transform is not made of numbers.") from None
    cosine, sine = math.cos(angle), math.sin(angle)
    matrix = np.array([[cosine * u, sine * v, x], [-sine * u, cosine * v, y], [0.0, 0.0, 1.0]])
    if not np.isfinite(matrix).all() or uv_set < 0:
        raise AssetError("its KHR_texture_transform is not made of numbers.")
    return uv_set, matrix


def _number(extensions: dict[str, Any], extension: str, name: str, default: float) -> float:
    given = extensions.get(extension)
    value = given.get(name, default) if isinstance(given, dict) else default
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else default
