"""Wavefront MTL: materials of OBJ files as principled looks.

Kd is taken as a display (sRGB) colour, as viewers draw it. Where there is a map, it replaces Kd: exporters leave
there what nobody was meant to see, and Sweet Home 3D shows none of it. Ns becomes roughness by matching the Blinn-Phong lobe,
``(2 / (Ns + 2)) ** 0.25`` (Walter et al., EGSR 2007, for the Beckmann width; roughness is its square root), and without Ks a
surface is dull.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.images import ImageShelf, StoredImage, srgb_to_linear
from scenewright.sdg.assets.materials import Surface
from scenewright.sdg.assets.sources import Source

__all__ = ["EMISSION", "read_materials"]

EMISSION = 500.0
"""[cd/m2] What an emissive value of 1 radiates: bright in a room, as such values are meant."""

_OPTIONS = {"-blendu": 1, "-blendv": 1, "-cc": 1, "-clamp": 1, "-texres": 1, "-imfchan": 1, "-type": 1, "-bm": 1, "-boost": 1,
            "-mm": 2, "-o": 3, "-s": 3, "-t": 3}
_DULL = 0.9
_BLENDER = "# blender"
_BLENDER_FILE = re.compile("Blender(3D)? MTL File")  # with 3D: until 2.49
_INTENSITY = 0.8
_MISSING_SHOWN = 3
_PLAIN = Surface(color=(0.6, 0.6, 0.6), roughness=_DULL)
_GLASS = Surface(color=(0.75, 0.8, 0.8), roughness=0.1, opacity=0.25)
"""Of a name that no library has: Sweet Home 3D and its like know some kinds of glass themselves."""


def read_materials(source: Source, libraries: Iterable[str], used: Iterable[str],
                   ) -> tuple[dict[str, Surface], dict[str, bytes], list[str]]:
    """Return looks by name, images by file name, and notes.

    Args:
        source: Where the libraries and their maps are read from.
        libraries: What the ``mtllib`` lines say; a line may name several files.
        used: Names of the materials that faces wear; others are not read.

    Raises:
        AssetError: A library or a map is damaged, or leads out of the source.
    """
    wanted = {name for name in used if name}
    raw: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    for line in dict.fromkeys(libraries):
        names = _library_names(source, line)
        if not names:
            notes.append(f"material library '{line[:80]}' is not there")
        for name in names:
            raw.update(_brightened(_statements(source.read(name, source.limits.text_bytes), source)))
    shelf = ImageShelf(source.limits)
    maps = _Maps(source, shelf)
    looks = {name: _look(raw[name], maps) for name in sorted(wanted & raw.keys())}
    if absent := sorted(wanted - raw.keys()):
        looks |= {name: _GLASS if "glass" in name.lower() else _PLAIN for name in absent}
        notes.append(f"{len(absent)} of its materials are in no library: {', '.join(absent[:_MISSING_SHOWN])[:120]}")
    return looks, shelf.files, notes + maps.notes()


def _library_names(source: Source, line: str) -> list[str]:
    """Return the files a ``mtllib`` line names: one whose name may have spaces, or several."""
    whole = source.locate(line)
    found = [whole] if whole else [source.locate(word) for word in line.split()]
    return [name for name in found if name]


def _statements(data: bytes, source: Source) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    blender: dict[str, str] = {}
    text = data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-8", "replace")
    for line in text.splitlines():
        key, _, rest = line.replace("\t", " ").strip().partition(" ")
        if key.lower() == "newmtl":
            if len(found) >= source.limits.looks:
                raise AssetError(f"it has more than {source.limits.looks} materials.")
            current = found[rest.strip()] = dict(blender)
        elif line.lstrip().startswith("#") and _BLENDER_FILE.search(line):
            blender = {_BLENDER: "yes"}
        elif key and not key.startswith("#"):
            current[key.lower()] = rest.strip()
    return found


def _brightened(materials: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return materials with the diffuse intensity undone that Blender before 2.80 multiplies Kd by, 0.8 unless changed.

    A library is taken for one of its making when it says so and nothing in it is brighter than that.
    """
    brightest = max((max(_numbers(raw, "kd", (0.0, 0.0, 0.0))) for raw in materials.values()), default=0.0)
    if any(_BLENDER in raw for raw in materials.values()) and brightest <= _INTENSITY + 1e-4:
        for raw in materials.values():
            if "kd" in raw:
                raw["kd"] = " ".join(str(value / _INTENSITY) for value in _numbers(raw, "kd", (0.8, 0.8, 0.8)))
    return materials


class _Maps:
    """Reads the images that materials name, and remembers which are not there."""

    def __init__(self, source: Source, shelf: ImageShelf) -> None:
        self.source = source
        self.shelf = shelf
        self.missing: dict[str, None] = {}

    def image(self, text: str) -> StoredImage | None:
        """Return the image of a map statement, None where it is not there or none that can be shown."""
        reference = _file_part(text)
        name = self.source.locate(reference)
        if name is None and "#" in reference:  # a comment that follows without a line break, as in Scopia's files
            name = self.source.locate(reference.split("#")[0])
        if name is None:
            self.missing[reference] = None
            return None
        return self.shelf.add(self.source.read(name), name)

    def notes(self) -> list[str]:
        """Return what was not found, in words."""
        names = [name.replace("\\", "/").rpartition("/")[2][:60] for name in self.missing]
        return [f"textures that are not there: {', '.join(names[:_MISSING_SHOWN])}"] if names else []


def _file_part(text: str) -> str:
    """Return a map statement without its options."""
    words = text.split(" ")
    while words and words[0].lower() in _OPTIONS:
        count = _OPTIONS[words[0].lower()]
        words = words[1:]
        taken = 0
        while words and taken < count and (taken == 0 or _is_number(words[0])):
            words, taken = words[1:], taken + 1
    return " ".join(words).strip()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(raw: dict[str, str], key: str, default: tuple[float, ...]) -> tuple[float, ...]:
    values = []
    for word in raw.get(key, "").split()[: len(default)]:
        if not _is_number(word):
            return default
        values.append(float(word))
    if len(values) == 1:
        values *= len(default)  # "Kd 0.5" is grey
    return tuple(values) if len(values) == len(default) and all(abs(v) < 1e30 for v in values) else default


def _look(raw: dict[str, str], maps: _Maps) -> Surface:
    color = tuple(srgb_to_linear(c) for c in _numbers(raw, "kd", (0.8, 0.8, 0.8)))
    specular = max(_numbers(raw, "ks", (0.0, 0.0, 0.0)))
    exponent = min(max(_numbers(raw, "ns", (10.0,))[0], 0.0), 1.0e4)
    roughness = (2.0 / (exponent + 2.0)) ** 0.25 if specular > 0.01 else _DULL
    if "pr" in raw:
        roughness = min(max(_numbers(raw, "pr", (roughness,))[0], 0.0), 1.0)
    metallic = min(max(_numbers(raw, "pm", (0.0,))[0], 0.0), 1.0)
    opacity = _numbers(raw, "d", (1.0,))[-1] if "d" in raw else 1.0 - _numbers(raw, "tr", (0.0,))[0]
    if "halo" in raw.get("d", ""):
        opacity = 1.0
    surface = Surface(color=color, roughness=round(roughness, 4), metallic=metallic, opacity=min(max(opacity, 0.0), 1.0))
    surface = replace(surface, emission=tuple(EMISSION * srgb_to_linear(c) for c in _numbers(raw, "ke", (0.0, 0.0, 0.0))))
    return _with_maps(surface, raw, maps)


def _with_maps(surface: Surface, raw: dict[str, str], maps: _Maps) -> Surface:
    changes: dict[str, object] = {}
    if "map_kd" in raw and (image := maps.image(raw["map_kd"])):
        changes |= {"color_map": image.name}
        if image.has_alpha:
            changes |= {"opacity_map": image.name, "opacity_channel": "a"}
    if "map_d" in raw and (image := maps.image(raw["map_d"])):
        changes |= {"opacity_map": image.name, "opacity_channel": "a" if image.has_alpha else "r"}
    if "map_ke" in raw and (image := maps.image(raw["map_ke"])):
        changes |= {"emission_map": image.name, "emission": (EMISSION,) * 3}
    for key, name in (("map_pr", "roughness"), ("map_pm", "metallic")):
        if key in raw and (image := maps.image(raw[key])):
            changes |= {f"{name}_map": image.name, f"{name}_channel": "r", name: 1.0}
    if "norm" in raw and (image := maps.image(raw["norm"])):
        changes |= {"normal_map": image.name, "green_up": True}
    return replace(surface, **changes)
