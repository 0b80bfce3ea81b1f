"""USD files from anywhere, made safe to open: every layer is looked at before the stage is composed.

A layer may name any file or URL, may refer to itself, and may double its content at each of many references. Here its layers
are read one by one, their references are followed within the folder only, and the number of prims is bounded before
`Usd.Stage.Open` sees them.
"""

import contextlib
import re
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from pathlib import Path, PurePosixPath

from pxr import Sdf, Tf, Usd, UsdUtils

from scenewright.sdg.assets.crates import check_crate
from scenewright.sdg.assets.errors import AssetError, writing_to
from scenewright.sdg.assets.memory import MemoryBound
from scenewright.sdg.assets.sources import FolderFiles, Source, ZipFiles
from scenewright.sdg.layers.stack import with_mutes

__all__ = ["opened_stage"]

_USD = (".usd", ".usda", ".usdc")
_QUOTED = re.compile(r" : '(.*?)'?\s*$", re.DOTALL)
_FILE = re.compile(r"[@<][^@<>]*?([^@<>/]+\.usd[acz]?)[@>]")
_STEPS = 2_000_000
"""References looked at in all; more of them is a file made to take time."""


@contextlib.contextmanager
def opened_stage(source: Source) -> Iterator[tuple[Usd.Stage, Source]]:
    """Open a USD file or package; yields the stage and the source that its textures are read from.

    Raises:
        AssetError: It is damaged, refers to what is outside or missing or to itself, or composes to too much.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(source.files, ZipFiles) or source.name.lower().endswith(".usdz"):
            if source.scratch is not None:
                source.scratch.mkdir(parents=True, exist_ok=True)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="package-", dir=source.scratch)))
            source = _unpacked(source, folder)
        bound = stack.enter_context(MemoryBound(source.own_threads > 0, source.own_threads))
        quiet = UsdUtils.CoalescingDiagnosticDelegate()
        try:
            _check_layers(source, bound)
            stage = Usd.Stage.Open(str(source.files.path(source.name)))
            if stage is None:
                raise AssetError("it cannot be opened as USD.")
            if errors := with_mutes(stage).GetCompositionErrors():
                raise AssetError(f"it does not compose: {_reason(str(errors[0]))}")
            yield stage, source
        except Tf.ErrorException as error:
            raise AssetError(f"it is damaged: {_reason(str(error))}") from error
        finally:
            quiet.TakeUncoalescedDiagnostics()


def _reason(text: str) -> str:
    """Return what USD says is wrong, without where in its own source that was found."""
    if "bad_alloc" in text or "length_error" in text:
        return "to read it takes more memory than a file of its size can need."
    quoted = _QUOTED.search(text)
    words = _FILE.sub(r"\1", " ".join((quoted.group(1) if quoted else text).split()))
    return f"{words[:200] or 'no reason given'}."


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
            inner = Source(FolderFiles(folder, source.files.title), name, limits, own_threads=source.own_threads)
            below = folder / ".package"
            below.mkdir()
            return _unpacked(inner, below)
    unpacked = Source(FolderFiles(folder, source.files.title), name, limits, own_threads=source.own_threads)
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
        with writing_to(folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _check_layers(source: Source, bound: MemoryBound) -> None:
    """Follow every reference from layer to layer; refuse what leads out, is missing, or grows beyond bounds."""
    census = _Census(source, bound)
    census.layer(source.name)
    census.size(source.name, None, 0)


@dataclass
class _Layer:
    """The prims of one layer in namespace order, and what they refer to."""

    ends: list[int] = field(default_factory=list)
    """End of each prim's descendants in the order."""
    places: dict[str, int] = field(default_factory=dict)
    arcs: list[tuple[int, str, str | None]] = field(default_factory=list)
    """(prim, file or "" for this layer, prim path, "" for the default prim or None for all of it), in order."""
    default: str = ""


class _Census:
    """How many prims a stage will have at most, before it is composed.

    A prim counts with all its descendants, and with what each of them refers to, each time.
    """

    def __init__(self, source: Source, bound: MemoryBound) -> None:
        self.source = source
        self.bound = bound
        self._layers: dict[str, _Layer] = {}
        self._sizes: dict[tuple[str, str | None], int] = {}
        self._open: set[tuple[str, str | None]] = set()
        self._steps = 0

    def layer(self, name: str) -> _Layer:
        """Return a layer, read with every layer that it refers to."""
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in self._layers:
                continue
            self._layers[current] = found = self._read(current)
            waiting += [file for _, file, _ in found.arcs if file]
            if len(self._layers) > self.source.limits.parts:
                raise AssetError(f"it has more than {self.source.limits.parts:,} layers.")
        return self._layers[name]

    def size(self, name: str, path: str | None, depth: int) -> int:
        """Return the number of prims below a path of a layer; None = all of it.

        Raises:
            AssetError: There are too many, or references are nested too deep.
        """
        key = (name, path)
        limits = self.source.limits
        if key in self._open:
            return 0  # references in a cycle; that is composition's to tell
        if key not in self._sizes:
            if depth > limits.depth:
                raise AssetError(f"its references are nested deeper than {limits.depth}.")
            layer = self._layers[name]
            first = 0 if path is None else layer.places.get(path or layer.default, -1)
            last = len(layer.ends) if path is None else layer.ends[first] if first >= 0 else first
            total = max(last - first, 0)
            self._open.add(key)
            for place, file, target in islice(layer.arcs, bisect_left(layer.arcs, first, key=itemgetter(0)), None):
                if place >= last or first < 0:
                    break
                self._steps += 1
                total += self.size(file or name, target, depth + 1)
                if total > limits.nodes or self._steps > _STEPS:
                    raise AssetError(f"it composes to more than {limits.nodes:,} prims.")
            self._open.discard(key)
            self._sizes[key] = total
        return self._sizes[key]

    def _read(self, name: str) -> _Layer:
        try:
            check_crate(self.source.read(name), self.source.limits)  # reading it bounds its size and remembers its hash
        except AssetError as error:
            raise error if name == self.source.name else AssetError(f"{name}: {error}") from error
        self.bound.allow(self.source.total_bytes)
        layer = Sdf.Layer.FindOrOpen(str(self.source.files.path(name)))
        if layer is None:
            raise AssetError(f"{name} cannot be read as USD.")
        found = _Layer(default=f"/{layer.defaultPrim}" if layer.defaultPrim else "")
        for path in layer.subLayerPaths:
            found.arcs.append((0, self._file(path, name), None))
        self._walk(layer, name, found)
        if len(found.ends) > self.source.limits.nodes:
            raise AssetError(f"it has more than {self.source.limits.nodes:,} prims.")
        found.arcs.sort(key=lambda arc: (arc[0], arc[1], arc[2] or ""))
        return found

    def _walk(self, layer: Sdf.Layer, name: str, found: _Layer) -> None:
        """Number the prims of a layer, those of variants among them, with the descendants of each next to it."""
        stack: list[tuple[Sdf.PrimSpec | None, int]] = [(spec, -1) for spec in reversed(list(layer.rootPrims))]
        while stack:
            spec, opened = stack.pop()
            if spec is None:
                found.ends[opened] = len(found.ends)
                continue
            place = len(found.ends)
            found.ends.append(place + 1)
            if place > self.source.limits.nodes:
                return
            found.places.setdefault(str(spec.path), place)
            stack.append((None, place))
            self._note_arcs(spec, place, name, found)
            variants = [variant.primSpec for choices in spec.variantSets for variant in choices.variantList]
            stack += [(child, -1) for child in reversed([*spec.nameChildren, *variants])]

    def _note_arcs(self, spec: Sdf.PrimSpec, place: int, name: str, found: _Layer) -> None:
        if spec.HasInfo("clips"):
            raise AssetError("it uses value clips, which are not read.")
        for items in (spec.referenceList, spec.payloadList):
            for item in items.GetAddedOrExplicitItems():
                target = str(item.primPath) if item.primPath else ""
                found.arcs.append((place, self._file(item.assetPath, name) if item.assetPath else "", target))
        for items in (spec.inheritPathList, spec.specializesList):
            found.arcs += [(place, "", str(path)) for path in items.GetAddedOrExplicitItems()]

    def _file(self, reference: str, name: str) -> str:
        found = self.source.locate(reference, base=name)
        if found is None:
            raise AssetError(f"{name} refers to '{reference[:80]}', which is not there.")
        if PurePosixPath(found).suffix.lower() not in _USD:
            raise AssetError(f"{name} refers to '{reference[:80]}', which is no USD layer.")
        return found
