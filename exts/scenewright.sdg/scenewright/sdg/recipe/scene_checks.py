"""What is wrong with a USD file before anything is rendered: parse errors, and files that it names but nobody finds."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pxr import Ar, Sdf, Tf, Usd, UsdUtils

from scenewright.sdg.layers.stack import with_mutes
from scenewright.sdg.recipe.findings import Finding, Mark

__all__ = ["find_scene_problems", "open_quietly", "stage_problems", "without_missing"]

_TEXTURES = (".png", ".jpg", ".jpeg", ".exr", ".hdr", ".tif", ".tiff", ".tga", ".bmp")
_INTRODUCED = re.compile(r" introduced by @(?P<layer>[^@]*)@<(?P<prim>[^>]*)>| of layer @(?P<parent>[^@]*)@")
_FILE_REMEDY = "Correct the path (relative to the layer) or bring the file."
_ASSET_TYPES = (Sdf.ValueTypeNames.Asset, Sdf.ValueTypeNames.AssetArray)
_REMOTE = re.compile(r"(?<![^/])(omniverse|https?|s3):/.*")  # a normalised path has one slash left
_PARSE_PLACE = re.compile(r"(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+): (?P<what>.*?)(?: Failed to open layer|$)")


def find_scene_problems(path: str | os.PathLike[str], named_at: Mark | None = None) -> list[Finding]:
    """Return everything that keeps a USD file from being rendered as its author meant.

    Args:
        path: The root layer.
        named_at: Where a recipe names the file, for findings about the file as a whole.
    """
    place = named_at or Mark(os.fspath(path))
    remote = _REMOTE.search(os.fspath(path))
    if remote:
        message = f"'{remote[0]}' is a remote file, which recipes do not fetch."
        return [Finding.at(place, message, "Download it and give its path.")]
    try:
        stage = open_quietly(path)
    except FileNotFoundError:
        return [Finding.at(place, f"there is no USD file '{path}'.", "Correct the path; it is relative to the recipe.")]
    except ValueError as error:
        return [_parse_problem(os.fspath(path), str(error))]
    return stage_problems(stage)


def without_missing(findings: list[Finding]) -> list[Finding]:
    """Return the findings that are not about files that cannot be found."""
    return [finding for finding in findings if finding.remedy != _FILE_REMEDY]


def _parse_problem(file: str, message: str) -> Finding:
    """Return USD's parse error at the place that it names (``file:line:column: what``)."""
    text = _one_line(message)
    found = _PARSE_PLACE.search(text)
    if not found:
        return Finding(file, 0, 0, f"cannot be read as USD: {text}.", "Correct the file or give another one.")
    return Finding(
        found["file"], int(found["line"]), int(found["column"]), f"cannot be read as USD: {found['what']}.", "Correct the file."
    )


def open_quietly(path: str | os.PathLike[str]) -> Usd.Stage:
    """Open a stage with all payloads, with the layers muted that it says are muted, and without USD's own messages on stderr.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: USD cannot read it; the message is USD's, with the line where USD gives one.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(os.fspath(path))
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        return with_mutes(Usd.Stage.Open(os.fspath(path), Usd.Stage.LoadAll))
    except Tf.ErrorException as error:
        texts = [getattr(item, "commentary", str(item)) for item in error.args] or [str(error)]
        raise ValueError(" ".join(texts)) from None
    finally:
        delegate.TakeUncoalescedDiagnostics()


def stage_problems(stage: Usd.Stage) -> list[Finding]:
    """Return a finding for each composition error and each asset path of a stage that leads nowhere."""
    found: dict[str, Finding] = {}
    for finding in (*_composition_problems(stage), *_asset_problems(stage)):
        found.setdefault(str(finding), finding)
    return sorted(found.values(), key=str)


def _composition_problems(stage: Usd.Stage) -> Iterator[Finding]:
    for error in stage.GetCompositionErrors():
        text = _one_line(str(error)).rstrip(". ")
        introduced = _INTRODUCED.search(text)
        file = (introduced["layer"] or introduced["parent"]) if introduced else _name(stage.GetRootLayer())
        prim = (introduced["prim"] if introduced else None) or error.rootSite.path
        what = _INTRODUCED.sub("", text).replace(" --", ":").replace("; skipping", "").strip()
        missing = text.startswith("Could not")
        yield Finding(file, 0, 0, f"{prim}: {what}.", _FILE_REMEDY if missing else "Correct the composition arc in this layer.")


def _asset_problems(stage: Usd.Stage) -> Iterator[Finding]:
    roots = [stage.GetPseudoRoot(), *stage.GetPrototypes()]
    for root in roots:
        for prim in Usd.PrimRange(root):
            for attribute in prim.GetAuthoredAttributes():
                if attribute.GetTypeName() in _ASSET_TYPES:
                    yield from _attribute_problems(attribute)


def _attribute_problems(attribute: Usd.Attribute) -> Iterator[Finding]:
    value = attribute.Get()
    assets = [value] if isinstance(value, Sdf.AssetPath) else list(value or ())
    for asset in assets:
        if not asset.path or asset.resolvedPath or _found_elsewhere(attribute, asset.path):
            continue
        stack = [spec for spec in attribute.GetPropertyStack() if spec.HasDefaultValue()]
        file = _name(stack[0].layer) if stack else ""
        what = "texture" if asset.path.lower().endswith(_TEXTURES) else "file"
        yield Finding(file, 0, 0, f"{attribute.GetPath()}: {what} @{asset.path}@ cannot be found.", _FILE_REMEDY)


def _found_elsewhere(attribute: Usd.Attribute, path: str) -> bool:
    """Return whether a path needs no file here: an MDL module on the renderer's search path, or a tile set that exists."""
    if path.endswith(".mdl") and "/" not in path:
        return True
    if "<UDIM>" in path:
        layer = next((spec.layer for spec in attribute.GetPropertyStack()), None)
        anchored = layer.ComputeAbsolutePath(path) if layer else path
        folder, name = os.path.split(anchored)
        pattern = re.compile(re.escape(name).replace(re.escape("<UDIM>"), r"\d{4}"))
        return os.path.isdir(folder) and any(pattern.fullmatch(entry) for entry in os.listdir(folder))
    return bool(Ar.GetResolver().Resolve(path))


def _name(layer: Sdf.Layer) -> str:
    return layer.realPath or layer.identifier


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
