"""What the second engine has no exact counterpart for: an error by name, or a warning where a surface looks otherwise."""

from collections.abc import Iterator

import numpy as np

from scenewright.render.device.glossy_albedo import glossy_albedo_table
from scenewright.render.mitsuba.materials import facing_reflectance
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import LightKind, LightRecord, MaterialRecord, TextureRecord, TextureSlot
from scenewright.render.scene.stage_scene import StageScene
from scenewright.render.settings import RenderSettings

__all__ = ["check_scene", "differences", "special_wishes"]

_SMOOTH = 0.03
_TABLE_SIDE = 32
_BLACK = 3
_SLOTS = ("base_color", "metallic", "roughness", "opacity", "emission", "normal")


def check_scene(scene: StageScene) -> None:
    """Check what is about to be rendered.

    Raises:
        SceneError: A light or a material in use wants what Mitsuba cannot do exactly; the message names every such prim.
    """
    used = {key for instance in scene.instances for key in instance.slot_materials}
    found = [f"{light.path or 'a light'}: {what}" for light in scene.lights for what in _light_limits(light)]
    found += _dome_limits([light for light in scene.lights if light.kind == LightKind.DOME])
    for key in sorted(used):
        material = scene.materials[key]
        found += [f"{material.path or key}: {what}" for what in _material_limits(material, scene.textures)]
    if found:
        shown = "\n".join(f"  {line}" for line in found[:20])
        more = f"\n  and {len(found) - 20} more" if len(found) > 20 else ""
        raise SceneError(f"The renderer 'mitsuba' would show something else than the stage says:\n{shown}{more}\n"
                         "Change these, or render with path-traced, which has them.")


def special_wishes(scene: StageScene, settings: RenderSettings) -> list[str]:
    """Return what Mitsuba's own integrator does not know and :mod:`.transport` does, one readable item each."""
    wishes = ["fog"] if settings.fog is not None and settings.fog.density > 0.0 else []
    for light in scene.lights:
        named = {"light shaping": light.shaping is not None, "light links": light.light_link is not None,
                 "shadow links": light.shadow_link is not None, "shadow:enable = False": not light.shadows,
                 "visibleInPrimaryRay = False": not light.visible_to_camera and light.kind != LightKind.DISTANT}
        wishes += [f"{what} of {light.path}" for what, wanted in named.items() if wanted]
    return wishes


def differences(material: MaterialRecord) -> Iterator[str]:
    """Return how Mitsuba's model of a surface differs from ours, one readable line each; of those that stay.

    Numbers are of surfaces under an even sky. Ours shares the energy of the layers and makes up for light that scatters several
    times within the microfacets (see kernels/bsdf.py); Mitsuba's ``principled`` adds Disney's lobes (B. Burley, "Physically
    Based Shading at Disney", 2012).
    """
    share = material.transmission * (1.0 - material.metallic)
    if share >= 1.0:
        if material.clearcoat > 0.0:
            yield "the clear coat of glass is left out"
        return
    textured = bool(material.metallic_texture.texture)
    some_metal = textured or material.metallic > 0.0
    all_metal = material.metallic >= 1.0 and not textured
    if some_metal and not all_metal:
        yield "mixtures of metal and dielectric are up to a quarter brighter"
    elif not all_metal and facing_reflectance(material) > 0.0:
        yield "gloss over a matt base is up to a tenth brighter, a third where it is grazed"
    roughest = 1.0 if material.roughness_texture.texture else float(np.clip(material.roughness, 0.0, 1.0))
    loss = _scattering_loss(max(material.base_color) if not material.base_color_texture.texture else 1.0, roughest)
    if some_metal and loss > 0.01:
        yield f"rough metal is up to {100.0 * loss:.0f} % darker, without light that scatters more than once in its microfacets"
    if material.clearcoat > 0.0:
        yield "a clear coat is a quarter as strong and takes no light from what lies below"
    if material.opacity_texture.texture and material.opacity_threshold > 0.0:
        yield "the edges of cut-outs run between the pixels of the texture, blurred by one, rather than through them"


def _scattering_loss(color: float, roughness: float) -> float:
    """Return the part of what a metal reflects that has scattered several times (the boost of kernels/bsdf.py)."""
    means = glossy_albedo_table()[-2 * _TABLE_SIDE:-_TABLE_SIDE].sum(axis=1)
    once = float(np.interp(roughness, np.linspace(0.0, 1.0, _TABLE_SIDE), means))
    return 1.0 - 1.0 / (1.0 + color * (1.0 / once - 1.0))


def _dome_limits(domes: list[LightRecord]) -> list[str]:
    """Return what several domes want that one environment cannot do."""
    kinds = {(dome.shadows, dome.visible_to_camera, dome.light_link, dome.shadow_link, dome.shaping) for dome in domes}
    if len(kinds) < 2:
        return []
    return [f"{dome.path}: one of several domes with unlike links, shadows or visibility; make them alike" for dome in domes]


def _light_limits(light: LightRecord) -> Iterator[str]:
    if light.diffuse != 1.0 or light.specular != 1.0:
        yield (f"inputs:diffuse {light.diffuse:g} and inputs:specular {light.specular:g} scale parts of a reflection; "
               "only 1 is possible")
    if light.kind == LightKind.MESH:
        yield "light of geometry; give the geometry an emissive material"


def _material_limits(material: MaterialRecord, textures: dict[str, TextureRecord]) -> Iterator[str]:
    glass = material.transmission > 0.0
    if material.projection:
        yield "textures projected along the axes; give the mesh texture coordinates"
    if glass and max(material.absorption) > 0.0:
        yield "absorption inside the glass; tint it by its base colour"
    if glass and material.thin_walled and material.roughness > _SMOOTH:
        yield f"rough thin glass (roughness {material.roughness:g}); make it smooth or solid"
    for name in ("roughness", "metallic"):
        if glass and getattr(material, f"{name}_texture").texture:
            yield f"glass with a texture of {name}; give it one number"
    if not glass and max(material.specular_color) - min(material.specular_color) > 1e-6:
        yield f"coloured reflections {material.specular_color} of a dielectric; make specularColor grey or the surface metallic"
    slots: dict[str, TextureSlot] = {name: getattr(material, f"{name}_texture") for name in _SLOTS}
    sets = sorted({slot.uv_set for slot in slots.values() if slot.texture})
    if len(sets) > 1:
        yield f"textures of several sets of texture coordinates ({', '.join(map(repr, sets))}); use one for all"
    for name, slot in slots.items():
        if not slot.texture:
            continue
        if slot.wrap[0] != slot.wrap[1] or _BLACK in slot.wrap:
            yield f"the texture of {name} is wrapped black, or not alike along both axes; use repeat, clamp or mirror"
        if name == "emission" and material.opacity_texture.texture and not _fit(slot, material.opacity_texture, textures):
            yield "textures of emission and opacity of unlike sizes or places; make them alike, or one of them a number"
        if slot.texture in textures and textures[slot.texture].tiles:
            yield f"UDIM tiles of {name}; use one image"


def _fit(one: TextureSlot, other: TextureSlot, textures: dict[str, TextureRecord]) -> bool:
    """Return whether two textures lie pixel on pixel."""
    places = [(slot.uv_scale, slot.uv_rotation, slot.uv_translate, slot.wrap, slot.uv_set) for slot in (one, other)]
    return places[0] == places[1] and textures[one.texture].pixels.shape[:2] == textures[other.texture].pixels.shape[:2]
