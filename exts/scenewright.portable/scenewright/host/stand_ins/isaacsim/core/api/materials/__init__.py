"""``isaacsim.core.api.materials``: materials as objects, over USD's preview surface and Omniverse's MDL materials."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Usd, UsdPhysics, UsdShade

from scenewright.host.assets import available_asset
from scenewright.host.stage_context import get_context

__all__ = ["OmniGlass", "OmniPBR", "PhysicsMaterial", "PreviewSurface", "VisualMaterial"]

_TYPES = {"color": Sdf.ValueTypeNames.Color3f, "asset": Sdf.ValueTypeNames.Asset, "bool": Sdf.ValueTypeNames.Bool,
          "float": Sdf.ValueTypeNames.Float, "float2": Sdf.ValueTypeNames.Float2}


class VisualMaterial:
    """A material with one shader, which is made if the prim is not there."""

    def __init__(self, prim_path: str, name: str, identifier: str) -> None:
        stage = get_context().get_stage()
        self.name, self.prim_path = name, str(prim_path)
        self.material = UsdShade.Material.Define(stage, self.prim_path)
        self.prim: Usd.Prim = self.material.GetPrim()
        self._shader = UsdShade.Shader.Define(stage, f"{self.prim_path}/Shader")
        self.shaders_list = [self._shader]
        if identifier.endswith(".mdl"):
            self._shader.SetSourceAsset(identifier, "mdl")
            self._shader.SetSourceAssetSubIdentifier(identifier.removesuffix(".mdl"), "mdl")
            for output in ("surface", "volume", "displacement"):
                self.material.CreateOutput(f"mdl:{output}", Sdf.ValueTypeNames.Token).ConnectToSource(
                    self._shader.ConnectableAPI(), "out")
        else:
            self._shader.CreateIdAttr(identifier)
            self.material.CreateSurfaceOutput().ConnectToSource(self._shader.ConnectableAPI(), "surface")

    def _set(self, name: str, kind: str, value: Any) -> None:
        self._shader.CreateInput(name, _TYPES[kind]).Set(value)

    def _get(self, name: str) -> Any:
        found = self._shader.GetInput(name)
        return found.Get() if found else None

    def _set_color(self, name: str, color: Sequence[float]) -> None:
        self._set(name, "color", Gf.Vec3f(*map(float, color)))

    def _get_color(self, name: str) -> np.ndarray | None:
        value = self._get(name)
        return None if value is None else np.array(value)


class PreviewSurface(VisualMaterial):
    """``UsdPreviewSurface`` with a colour (linear RGB), roughness and metallic in [0, 1]."""

    def __init__(self, prim_path: str, name: str = "preview_surface", shader: Any = None, color: Sequence[float] | None = None,
                 roughness: float | None = None, metallic: float | None = None) -> None:
        super().__init__(prim_path, name, "UsdPreviewSurface")
        for setter, value in ((self.set_color, color), (self.set_roughness, roughness), (self.set_metallic, metallic)):
            if value is not None:
                setter(value)

    def set_color(self, color: Sequence[float]) -> None:
        """Set the colour."""
        self._set_color("diffuseColor", color)

    def get_color(self) -> np.ndarray | None:
        """Return the colour, None where none is set."""
        return self._get_color("diffuseColor")

    def set_roughness(self, roughness: float) -> None:
        """Set the roughness."""
        self._set("roughness", "float", float(roughness))

    def get_roughness(self) -> float | None:
        """Return the roughness, None where none is set."""
        return self._get("roughness")

    def set_metallic(self, metallic: float) -> None:
        """Set how metallic it is."""
        self._set("metallic", "float", float(metallic))

    def get_metallic(self) -> float | None:
        """Return how metallic it is, None where nothing is set."""
        return self._get("metallic")


class OmniPBR(VisualMaterial):
    """``OmniPBR`` with a colour (linear RGB) or a texture."""

    def __init__(self, prim_path: str, name: str = "omni_pbr", shader: Any = None, texture_path: str | None = None,
                 texture_scale: Sequence[float] | None = None, texture_translate: Sequence[float] | None = None,
                 color: Sequence[float] | None = None) -> None:
        super().__init__(prim_path, name, "OmniPBR.mdl")
        for setter, value in ((self.set_texture, texture_path), (self.set_color, color)):
            if value is not None:
                setter(value)
        if texture_scale is not None:
            self.set_texture_scale(*texture_scale)
        if texture_translate is not None:
            self.set_texture_translate(*texture_translate)

    def set_color(self, color: Sequence[float]) -> None:
        """Set the colour."""
        self._set_color("diffuse_color_constant", color)

    def get_color(self) -> np.ndarray | None:
        """Return the colour, None where none is set."""
        return self._get_color("diffuse_color_constant")

    def set_texture(self, path: str) -> None:
        """Set the colour texture."""
        self._set("diffuse_texture", "asset", Sdf.AssetPath(available_asset(str(path))))

    def get_texture(self) -> str | None:
        """Return the path of the colour texture, None where none is set."""
        value = self._get("diffuse_texture")
        return value.path if value else None

    def set_texture_scale(self, x: float, y: float) -> None:
        """Set how often the texture repeats along u and v."""
        self._set("texture_scale", "float2", Gf.Vec2f(float(x), float(y)))

    def set_texture_translate(self, x: float, y: float) -> None:
        """Set where the texture begins in u and v."""
        self._set("texture_translate", "float2", Gf.Vec2f(float(x), float(y)))

    def set_project_uvw(self, flag: bool) -> None:
        """Choose whether the texture is projected along the axes."""
        self._set("project_uvw", "bool", bool(flag))

    def set_reflection_roughness(self, amount: float) -> None:
        """Set the roughness."""
        self._set("reflection_roughness_constant", "float", float(amount))

    def get_reflection_roughness(self) -> float | None:
        """Return the roughness, None where none is set."""
        return self._get("reflection_roughness_constant")

    def set_metallic_constant(self, amount: float) -> None:
        """Set how metallic it is."""
        self._set("metallic_constant", "float", float(amount))

    def get_metallic_constant(self) -> float | None:
        """Return how metallic it is, None where nothing is set."""
        return self._get("metallic_constant")


class OmniGlass(VisualMaterial):
    """``OmniGlass`` with a colour (linear RGB), an index of refraction and a depth [stage units]."""

    def __init__(self, prim_path: str, name: str = "omni_glass", shader: Any = None, color: Sequence[float] | None = None,
                 ior: float | None = None, depth: float | None = None, thin_walled: bool | None = None) -> None:
        super().__init__(prim_path, name, "OmniGlass.mdl")
        for setter, value in ((self.set_color, color), (self.set_ior, ior), (self.set_depth, depth),
                              (self.set_thin_walled, thin_walled)):
            if value is not None:
                setter(value)

    def set_color(self, color: Sequence[float]) -> None:
        """Set the colour."""
        self._set_color("glass_color", color)

    def get_color(self) -> np.ndarray | None:
        """Return the colour, None where none is set."""
        return self._get_color("glass_color")

    def set_ior(self, ior: float) -> None:
        """Set the index of refraction."""
        self._set("glass_ior", "float", float(ior))

    def get_ior(self) -> float | None:
        """Return the index of refraction, None where none is set."""
        return self._get("glass_ior")

    def set_depth(self, depth: float) -> None:
        """Set the depth at which it has its colour."""
        self._set("depth", "float", float(depth))

    def set_thin_walled(self, thin_walled: bool) -> None:
        """Choose whether it is a shell."""
        self._set("thin_walled", "bool", bool(thin_walled))


class PhysicsMaterial:
    """Friction and restitution of what it is bound to."""

    def __init__(self, prim_path: str, name: str = "physics_material", static_friction: float | None = None,
                 dynamic_friction: float | None = None, restitution: float | None = None) -> None:
        self.name, self.prim_path = name, str(prim_path)
        self.material = UsdShade.Material.Define(get_context().get_stage(), self.prim_path)
        self.prim: Usd.Prim = self.material.GetPrim()
        self._api = UsdPhysics.MaterialAPI.Apply(self.prim)
        for setter, value in ((self.set_static_friction, static_friction), (self.set_dynamic_friction, dynamic_friction),
                              (self.set_restitution, restitution)):
            if value is not None:
                setter(value)

    def set_static_friction(self, friction: float) -> None:
        """Set the coefficient of static friction."""
        self._api.CreateStaticFrictionAttr(float(friction))

    def get_static_friction(self) -> float:
        """Return the coefficient of static friction."""
        return self._api.GetStaticFrictionAttr().Get()

    def set_dynamic_friction(self, friction: float) -> None:
        """Set the coefficient of dynamic friction."""
        self._api.CreateDynamicFrictionAttr(float(friction))

    def get_dynamic_friction(self) -> float:
        """Return the coefficient of dynamic friction."""
        return self._api.GetDynamicFrictionAttr().Get()

    def set_restitution(self, restitution: float) -> None:
        """Set the restitution."""
        self._api.CreateRestitutionAttr(float(restitution))

    def get_restitution(self) -> float:
        """Return the restitution."""
        return self._api.GetRestitutionAttr().Get()
