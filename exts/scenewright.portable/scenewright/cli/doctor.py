"""``scenewright doctor``: what this machine has, what works here and why the rest does not."""

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import sys

import typer

__all__ = ["command"]

_CORE = ("scenewright", "usd-core", "warp-lang", "numpy", "pyyaml", "ruamel.yaml", "pydantic", "typer", "rich", "pillow",
         "fsspec")

#: Extra -> (module that it brings, what it is for).
_EXTRAS = {"coco": ("pycocotools", "reading COCO files back (writing needs nothing)"),
           "exr": ("OpenEXR", "EXR textures and images"),
           "physics": ("newton", "rigid bodies")}


def command() -> None:
    """Print versions, devices and extras, make one small picture, and say what works; exit status 1 if something core fails."""
    healthy = True
    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} CPU threads")
    for name in _CORE:
        version = _version(name)
        healthy &= version is not None
        print(f"  {name:<14}{version or 'MISSING: pip install ' + name}")
    print("Devices")
    healthy &= _devices()
    print("Extras")
    for extra, (module, purpose) in _EXTRAS.items():
        there = importlib.util.find_spec(module) is not None
        print(f"  {extra:<14}{'installed' if there else f'not installed: pip install scenewright[{extra}]'} ({purpose})")
    host = "Omniverse Kit: NVIDIA's Replicator renders" if _inside_kit() else "portable: scenewright.replicator renders"
    print(f"Host          {host}")
    healthy &= _picture()
    raise typer.Exit(0 if healthy else 1)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _inside_kit() -> bool:
    return hasattr(sys.modules.get("carb"), "get_framework")


def _devices() -> bool:
    try:
        warp = importlib.import_module("warp")
        warp.config.quiet = True
        warp.init()
        for device in warp.get_devices():
            print(f"  {device.alias:<14}{device.name}")
        if not warp.is_cuda_available():
            print("  cuda          not available: no NVIDIA driver found, rendering runs on the CPU")
    except (ImportError, RuntimeError, OSError) as error:
        print(f"  warp does not start: {error}")
        return False
    return True


def _picture() -> bool:
    """Render a lit sphere of radius 1 m from 4 m away and check the distance in the middle of the picture."""
    try:
        render = importlib.import_module("scenewright.render")
        pxr_usd, geom, lux = (importlib.import_module(f"pxr.{name}") for name in ("Usd", "UsdGeom", "UsdLux"))
        stage = pxr_usd.Stage.CreateInMemory()
        geom.SetStageMetersPerUnit(stage, 1.0)
        geom.Sphere.Define(stage, "/Sphere")
        lux.DomeLight.Define(stage, "/Dome").CreateIntensityAttr(1000.0)
        geom.Camera.Define(stage, "/Camera").AddTranslateOp().Set((0.0, 0.0, 4.0))
        renderer = render.Renderer(stage)
        frame = renderer.render("/Camera", (33, 33), ["ldr_color", "distance_to_camera"])
        distance = float(frame["distance_to_camera"][16, 16])
        renderer.close()
    except Exception as error:
        print(f"Rendering     FAILED: {type(error).__name__}: {error}")
        return False
    print(f"Rendering     works: a sphere 3 m away is measured at {distance:.6f} m")
    return abs(distance - 3.0) < 1e-4
