"""USD files from anywhere, made safe to open: every layer is looked at before the stage is composed.

A layer may name any file or URL, may refer to itself, and may double its content at each of many references. Here its layers
are read one by one, their references are followed within the folder only, and the number of prims is bounded before
`Usd.Stage.Open` sees them.
"""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pxr import Sdf, Tf, Usd, UsdUtils

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.sources import FolderFiles, Source, ZipFiles

__all__ = ["opened_stage"]

_USD = (".usd", ".usda", ".usdc")
_CLIPS = re.compile(r"clips|clipSets")


@contextlib.contextmanager
def opened_stage(source: Source) -> Iterator[tuple[Usd.Stage, Source]]:
    """Open a USD file or package; yields the stage and the source that its textures are read from.

    Raises:
        AssetError: It is damaged, refers to what is outside or missing or to itself, or composes to too much.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(source.files, ZipFiles) or source.name.lower().endswith(".usdz"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scenewright-import-")))
            source = _unpacked(source, folder)
        quiet = UsdUtils.CoalescingDiagnosticDelegate()
        try:
            _check_layers(source)
            stage = Usd.Stage.Open(str(source.files.path(source.name)))
            if stage is None:
                raise AssetError("it cannot be opened as USD.")
            if errors := stage.GetCompositionErrors():
                raise AssetError(f"it does not compose: {_first_line(str(errors[0]))}")
            yield stage, source
        except Tf.ErrorException as error:
            raise AssetError(f"it is damaged: {_first_line(str(error))}") from error
        finally:
            quiet.TakeUncoalescedDiagnostics()


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[-1] if lines else "no reason given")[:200]


def _unpacked(source: Source, folder: Path) -> Source:
    """Return a source over an archive's USD files and images, copied to a folder of our own."""
    limits = source.limits
    if not isinstance(source.files, ZipFiles):
        with ZipFiles(_regular_file(source), limits) as package:
            source.read()  # so that its hash is known
            _copy(package, folder, limits.total_bytes)
            roots = [name for name in package.in_order() if PurePosixPath(name).suffix.lower() in _USD]
        if not roots:
            raise AssetError("it is a package without a USD layer.")
        name = roots[0]
    else:
        source.read()
        _copy(source.files, folder, limits.total_bytes)
        name = source.name
        if name.lower().endswith(".usdz"):
            inner = Source(FolderFiles(folder, source.files.title), name, limits)
            below = folder / ".package"
            below.mkdir()
            return _unpacked(inner, below)
    unpacked = Source(FolderFiles(folder, source.files.title), name, limits)
    unpacked.read_files = source.read_files
    return unpacked


def _regular_file(source: Source) -> Path:
    path = source.files.path(source.name)
    if not path.is_file():
        raise AssetError("it is no regular file.")
    return path


def _copy(package: ZipFiles, folder: Path, limit: int) -> None:
    total = 0
    for name in package.names():
        data = package.read(name, limit - total)
        total += len(data)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _check_layers(source: Source) -> None:
    """Follow every reference from layer to layer; refuse what leads out, is missing, or grows beyond bounds."""
    prims: dict[str, int] = {}
    _count_prims(source, source.name, prims, [])


def _count_prims(source: Source, name: str, counts: dict[str, int], above: list[str]) -> int:
    """Return how many prims a layer composes to at most, with everything it refers to."""
    if name in above:
        return 0  # references in a cycle; whether they are an error is composition's to say
    if len(above) > source.limits.depth:
        raise AssetError(f"its layers refer to each other more than {source.limits.depth} deep.")
    if name not in counts:
        layer = _layer(source, name)
        own, used = _contents(layer, source.limits.nodes)
        for reference in used:
            found = source.locate(reference, base=name)
            if found is None:
                raise AssetError(f"{name} refers to '{reference[:80]}', which is not there.")
            if PurePosixPath(found).suffix.lower() not in _USD:
                raise AssetError(f"{name} refers to '{reference[:80]}', which is no USD layer.")
            own += _count_prims(source, found, counts, [*above, name])
            if own > source.limits.nodes:
                raise AssetError(f"it composes to more than {source.limits.nodes:,} prims.")
        counts[name] = own
    return counts[name]


def _layer(source: Source, name: str) -> Sdf.Layer:
    source.read(name)  # bounds its size and remembers its hash
    layer = Sdf.Layer.FindOrOpen(str(source.files.path(name)))
    if layer is None:
        raise AssetError(f"{name} cannot be read as USD.")
    if layer.expired:
        raise AssetError(f"{name} cannot be read as USD.")
    return layer


def _contents(layer: Sdf.Layer, limit: int) -> tuple[int, list[str]]:
    """Return how many prims a layer has and the asset path of each arc that it authors, once for each time."""
    arcs: list[str] = list(layer.subLayerPaths)
    prims = 0
    internal = 0

    def visit(path: Sdf.Path) -> None:
        nonlocal prims, internal
        if not path.IsPrimOrPrimVariantSelectionPath():
            return
        prims += 1
        if prims > limit:
            raise AssetError(f"it has more than {limit:,} prims.")
        spec = layer.GetPrimAtPath(path)
        if spec is None:
            return
        if spec.HasInfo("clips"):
            raise AssetError("it uses value clips, which are not read.")
        for items in (spec.referenceList, spec.payloadList):
            for item in items.GetAddedOrExplicitItems():
                if item.assetPath:
                    arcs.append(item.assetPath)
                else:
                    internal += 1
        internal += len(spec.inheritPathList.GetAddedOrExplicitItems()) + len(spec.specializesList.GetAddedOrExplicitItems())

    layer.Traverse(Sdf.Path.absoluteRootPath, visit)
    # A reference within the layer may repeat all of it; nested ones double it each time.
    return min(prims * 2 ** min(internal, 24), max(prims, 1) * (internal + 1) ** 2), arcs
