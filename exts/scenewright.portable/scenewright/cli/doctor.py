"""``scenewright doctor``: what this machine has, what works here and why the rest does not."""

import importlib
import importlib.metadata
import json
import os
import platform
import re
import sys
import tomllib
import urllib.parse
import urllib.request
from pathlib import Path

import typer

from scenewright.cli.device_choice import silent_stderr

__all__ = ["command", "extra_lines"]

_CORE = ("scenewright", "usd-core", "warp-lang", "numpy", "pyyaml", "ruamel.yaml", "pydantic", "typer", "rich", "pillow",
         "fsspec")

#: What the extras are for; the extras themselves come from the package's metadata.
_PURPOSES = {"coco": "reading COCO files back; writing needs nothing", "exr": "EXR textures and images", "s3": "writing to S3",
             "video": "MP4 files", "ycb": "YCB-Video's .mat files", "physics": "rigid bodies", "denoise": "Open Image Denoise",
             "parquet": "Hugging Face datasets with the images inside", "mitsuba": "the renderer of that name",
             "dev": "working on Scenewright", "bench": "peers of the benchmarks", "oracles": "what `make verify` compares with",
             "ui-test": "tests of the window"}

_EXTRA_OF_MARKER = re.compile(r"""\s*(?:and\s+)?extra\s*==\s*['"](?P<extra>[^'"]+)['"]""")


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
    for line in extra_lines("scenewright"):
        print(f"  {line}")
    host = "Omniverse Kit: NVIDIA's Replicator renders" if _inside_kit() else "portable: scenewright.replicator renders"
    print(f"Host          {host}")
    healthy &= _picture()
    raise typer.Exit(0 if healthy else 1)


def extra_lines(package: str) -> list[str]:
    """Return one line for each extra of an installed package: what of it is installed, what is not."""
    return [_extra_line(package, extra, [_requirement(line) for line in lines]) for extra, lines in _extras(package).items()]


def _extras(package: str) -> dict[str, list[str]]:
    """Return the requirements of each extra: from the metadata, or from the checkout that the package is used from."""
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return {}
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):  # its metadata is as old as its installation
        project = Path(urllib.request.url2pathname(urllib.parse.urlsplit(origin["url"]).path)) / "pyproject.toml"
        if project.is_file():
            return tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("optional-dependencies", {})
    extras: dict[str, list[str]] = {extra: [] for extra in distribution.metadata.get_all("Provides-Extra") or ()}
    for requirement in distribution.requires or ():
        extra = _EXTRA_OF_MARKER.search(requirement.partition(";")[2])
        if extra:
            extras[extra["extra"]].append(_EXTRA_OF_MARKER.sub("", requirement))
    return extras


def _requirement(line: str) -> tuple[str, str]:
    """Return name and condition of a requirement such as ``ovui>=0.3; python_version == '3.12'``."""
    name, _, condition = line.partition(";")
    return re.match(r"\s*([\w.-]+)", name)[1], condition.strip(" ()")


def _extra_line(package: str, extra: str, requirements: list[tuple[str, str]]) -> str:
    here = [(name, condition) for name, condition in requirements if _is_for_this_python(condition)]
    missing = [f"{name} ({condition})" if condition else name for name, condition in here if _version(name) is None]
    purpose = f" ({_PURPOSES[extra]})" if extra in _PURPOSES else ""
    if missing:
        return f"{extra:<14}not installed: {', '.join(missing)}; pip install {package}[{extra}]{purpose}"
    if requirements and not here:
        elsewhere = ", ".join(f"{name} ({condition})" for name, condition in requirements)
        return f"{extra:<14}for another Python: {elsewhere}{purpose}"
    return f"{extra:<14}installed: {', '.join(f'{name} {_version(name)}' for name, _ in here)}{purpose}"


def _is_for_this_python(condition: str) -> bool:
    wanted = re.search(r"""python_version\s*==\s*['"]([\d.]+)['"]""", condition)
    return wanted is None or wanted[1] == ".".join(platform.python_version_tuple()[:2])


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _inside_kit() -> bool:
    return hasattr(sys.modules.get("carb"), "get_framework")


def _devices() -> bool:
    try:
        importlib.import_module("scenewright.render")  # sets how much Warp says about itself
        warp = importlib.import_module("warp")
        with silent_stderr():
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
