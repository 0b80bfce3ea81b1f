"""What the second engine has no exact counterpart for: an error by name rather than another picture."""

from collections.abc import Iterator

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import LightKind, LightRecord, MaterialRecord, TextureRecord, TextureSlot
from scenewright.render.scene.stage_scene import StageScene
from scenewright.render.settings import RenderSettings

__all__ = ["check_scene", "special_wishes"]

_SMOOTH = 0.03
_BLACK = 3
_SLOTS = ("base_color", "metallic", "roughness", "opacity", "emission", "normal")


def check_scene(scene: StageScene) -> None:
    """Check what is about to be rendered.

    Raises:
        SceneError: A light or a material in use wants what Mitsuba cannot do exactly; the message names every such prim.
    """
    used = {key for instance in scene.instances for key in instance.slot_materials}
    found = [f"{light.path or 'a light'}: {what}" for light in scene.lights for what in _light_limits(light)]
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
        if slot.texture in textures and textures[slot.texture].tiles:
            yield f"UDIM tiles of {name}; use one image"
