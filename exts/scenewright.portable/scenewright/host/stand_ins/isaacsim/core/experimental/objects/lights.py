"""Lights of UsdLux."""

from typing import Any

import numpy as np
from isaacsim.core.experimental.objects.definition import TypedPrims, has_values
from pxr import Gf, Sdf, UsdGeom, UsdLux

from scenewright.host.assets import available_asset

__all__ = ["CylinderLight", "DiskLight", "DistantLight", "DomeLight", "Light", "RectLight", "SphereLight"]


@has_values(intensities=("inputs:intensity", float), exposures=("inputs:exposure", float),
            enabled_normalizations=("inputs:normalize", bool), color_temperatures=("inputs:colorTemperature", float),
            enabled_color_temperatures=("inputs:enableColorTemperature", bool))
class Light(TypedPrims):
    """Lights.

    Args:
        paths: Paths of new prims, or paths or regular expressions of existing ones.
        options: See ``XformPrim``; and the sizes of the light.
    """

    schema = UsdGeom.Xformable

    def __init__(self, paths: str | list[str], **options: Any) -> None:
        sizes = {name: options.pop(name) for name in list(options) if hasattr(self, f"set_{name}")}
        super().__init__(paths, **options)
        for name, values in sizes.items():
            if values is not None:
                getattr(self, f"set_{name}")(values)

    lights = property(lambda self: [UsdLux.LightAPI(prim) for prim in self._prims], doc="The prims as lights.")

    def set_colors(self, colors: Any, *, indices: Any = None) -> None:
        """Write colours, linear RGB, (3,) or (N, 3)."""
        self._write("inputs:color", colors, indices, lambda row: Gf.Vec3f(*map(float, row)))

    def get_colors(self, *, indices: Any = None) -> np.ndarray:
        """Return colours, (N, 3)."""
        return np.array(self._read("inputs:color", indices), np.float32)


@has_values(guide_radii=("guideRadius", float), texture_formats=("inputs:texture:format", str))
class DomeLight(Light):
    """Light from all around, with ``texture_files`` or without."""

    schema = UsdLux.DomeLight

    def __init__(self, paths: str | list[str], *, radii: Any = None, **options: Any) -> None:
        super().__init__(paths, guide_radii=radii, **options)

    def set_texture_files(self, texture_files: str | list[str], *, indices: Any = None) -> None:
        """Write the pictures of the surroundings, one or one for each."""
        prims = self._chosen(indices)
        files = [texture_files] * len(prims) if isinstance(texture_files, str) else list(texture_files)
        for prim, file in zip(prims, files, strict=True):
            UsdLux.DomeLight(prim).CreateTextureFileAttr(Sdf.AssetPath(available_asset(str(file))))

    def get_texture_files(self, *, indices: Any = None) -> list[str | None]:
        """Return the pictures of the surroundings."""
        return [value.path if value else None for value in self._read("inputs:texture:file", indices)]


@has_values(angles=("inputs:angle", float))
class DistantLight(Light):
    """Suns with ``angles`` [degrees]."""

    schema = UsdLux.DistantLight


@has_values(radii=("inputs:radius", float), enabled_treat_as_points=("treatAsPoint", bool))
class SphereLight(Light):
    """Balls of light with ``radii`` [stage units]."""

    schema = UsdLux.SphereLight


@has_values(radii=("inputs:radius", float))
class DiskLight(Light):
    """Disks of light with ``radii`` [stage units]."""

    schema = UsdLux.DiskLight


@has_values(widths=("inputs:width", float), heights=("inputs:height", float))
class RectLight(Light):
    """Rectangles of light with ``widths`` and ``heights`` [stage units]."""

    schema = UsdLux.RectLight


@has_values(radii=("inputs:radius", float), lengths=("inputs:length", float))
class CylinderLight(Light):
    """Tubes of light with ``radii`` and ``lengths`` [stage units]."""

    schema = UsdLux.CylinderLight
