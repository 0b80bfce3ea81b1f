"""``isaacsim.core.experimental.materials``: materials whose inputs are written by name."""

from typing import Any, NoReturn

import numpy as np
import warp as wp
from isaacsim.core.api import materials as single
from pxr import Gf, Sdf, UsdPhysics

from scenewright.host.assets import available_asset

__all__ = ["OmniGlassMaterial", "OmniPbrMaterial", "PreviewSurfaceMaterial", "RigidBodyMaterial", "VisualMaterial"]


class VisualMaterial:
    """Materials, made where the prims are not there.

    Args:
        paths: Paths of the materials.
    """

    identifier: str

    def __init__(self, paths: str | list[str]) -> None:
        self._made = [single.VisualMaterial(path, path.rpartition("/")[2], self.identifier)
                      for path in ([paths] if isinstance(paths, str) else list(paths))]

    paths = property(lambda self: [made.prim_path for made in self._made], doc="Paths of the materials.")
    materials = property(lambda self: [made.material for made in self._made], doc="The materials.")
    shaders = property(lambda self: [made.shaders_list[0] for made in self._made], doc="Their shaders.")

    def __len__(self) -> int:
        return len(self._made)

    def set_input_values(self, name: str, values: Any, *, indices: Any = None) -> None:
        """Write an input of the shaders: a number, three of a colour, a flag or a file; one or one for each."""
        shaders = self.shaders if indices is None else [self.shaders[int(index)] for index in np.ravel(indices)]
        given = values.numpy() if isinstance(values, wp.array) else values
        each = isinstance(given, list | tuple | np.ndarray) and np.ndim(given) > 1 and len(given) == len(shaders)
        for row, shader in enumerate(shaders):
            value = given[row] if each else given
            kind, written = _typed(value)
            shader.CreateInput(name, kind).Set(written)

    def get_input_values(self, name: str, *, indices: Any = None) -> list[Any]:
        """Return an input of the shaders, None where it is not set."""
        shaders = self.shaders if indices is None else [self.shaders[int(index)] for index in np.ravel(indices)]
        found = [shader.GetInput(name) for shader in shaders]
        return [value.Get() if value else None for value in found]


class OmniPbrMaterial(VisualMaterial):
    """``OmniPBR``: ``diffuse_color_constant``, ``diffuse_texture``, ``reflection_roughness_constant`` …"""

    identifier = "OmniPBR.mdl"


class OmniGlassMaterial(VisualMaterial):
    """``OmniGlass``: ``glass_color``, ``glass_ior`` …"""

    identifier = "OmniGlass.mdl"


class PreviewSurfaceMaterial(VisualMaterial):
    """``UsdPreviewSurface``: ``diffuseColor``, ``roughness``, ``metallic``, ``opacity`` …"""

    identifier = "UsdPreviewSurface"


class RigidBodyMaterial:
    """Friction and bounce of surfaces, one or one value for each path."""

    def __init__(self, paths: str | list[str], *, static_frictions: Any = None, dynamic_frictions: Any = None,
                 restitutions: Any = None, densities: Any = None) -> None:
        given = [paths] if isinstance(paths, str) else list(paths)
        rows = [np.broadcast_to(np.full(1, np.nan) if v is None else np.ravel(v), len(given)).tolist()
                for v in (static_frictions, dynamic_frictions, restitutions, densities)]
        self._made = [single.PhysicsMaterial(path, path.rpartition("/")[2], *(None if np.isnan(v) else v for v in row[:3]))
                      for path, *row in zip(given, *rows, strict=True)]
        for made, density in zip(self._made, rows[3], strict=True):
            if not np.isnan(density):
                UsdPhysics.MaterialAPI(made.material.GetPrim()).CreateDensityAttr(density)

    materials = property(lambda self: [made.material for made in self._made], doc="The materials.")


def _typed(value: Any) -> tuple[Sdf.ValueTypeName, Any]:
    types = Sdf.ValueTypeNames
    if isinstance(value, str):
        return types.Asset, Sdf.AssetPath(available_asset(value))
    if isinstance(value, bool | np.bool_):
        return types.Bool, bool(value)
    numbers = np.ravel(np.asarray(value, float)).tolist()
    if len(numbers) == 1:
        return types.Float, numbers[0]
    return (types.Color3f, Gf.Vec3f(*numbers)) if len(numbers) == 3 else (types.Float2, Gf.Vec2f(*numbers))


def __getattr__(name: str) -> NoReturn:
    """Tell what has no stand-in and why."""
    if name in ("NonVisualMaterial", "SurfaceDeformableMaterial", "VolumeDeformableMaterial"):
        raise ImportError(f"isaacsim.core.experimental.materials.{name} has no stand-in: it is for RTX sensors or soft bodies.")
    raise AttributeError(f"'{__name__}.{name}' has no stand-in on the portable host. Available in {__name__}: "
                         f"{', '.join(__all__)}.")
