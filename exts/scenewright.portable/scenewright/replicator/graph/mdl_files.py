"""MDL files that a script chooses materials from: a Material prim for each, made when it is first drawn."""

import colorsys
import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from pxr import Sdf, Tf, Usd, UsdGeom

from scenewright.host.assets import proxies_wanted
from scenewright.replicator.functional.material_definition import define_materials
from scenewright.replicator.functional.prim_definition import unique_paths
from scenewright.replicator.graph.creating import ROOT

__all__ = ["MdlFiles"]

_SCOPE = f"{ROOT}/Looks"

_log = logging.getLogger(__name__)


class MdlFiles:
    """The materials of MDL files on one stage."""

    def __init__(self, stage: Usd.Stage) -> None:
        self._stage = stage
        self._made: dict[str, str] = {}

    def loaded(self, entries: Iterable[Any]) -> list[Any]:
        """Return ``entries`` with the path of a Material prim in place of each MDL file.

        A missing file is an OmniPBR of a colour of its own where proxies are wanted.

        Raises:
            FileNotFoundError: There is no such file, and no proxies are wanted.
        """
        return [self._path(entry) if isinstance(entry, str) and entry.lower().endswith(".mdl") else entry for entry in entries]

    def _path(self, file: str) -> str:
        made = self._made.get(file)
        if made is None or not self._stage.GetPrimAtPath(made):
            made = self._made[file] = self._define(file)
        return made

    def _define(self, file: str) -> str:
        name = PurePosixPath(file).stem
        mdl, inputs = file, {}
        if not Path(file).is_file() and ("/" in file or not name.startswith("Omni")):  # Omni….mdl are Kit's own
            if not proxies_wanted():
                raise FileNotFoundError(f"There is no MDL file {file!r}. Give one that exists, or let plain materials stand in "
                                        "with 'scenewright exec --missing-assets=proxy'.")
            hue = hashlib.blake2b(name.encode(), digest_size=1).digest()[0] / 256.0
            mdl, inputs = "OmniPBR.mdl", {"diffuse_color_constant": colorsys.hsv_to_rgb(hue, 0.4, 0.6)}
            _log.warning("There is no MDL file %r: a plain OmniPBR stands in for it (--missing-assets=proxy).", file)
        if not self._stage.GetPrimAtPath(_SCOPE):
            UsdGeom.Scope.Define(self._stage, _SCOPE)
        path = unique_paths(self._stage, Sdf.Path(_SCOPE), Tf.MakeValidIdentifier(name), 1)[0]
        return str(define_materials(self._stage, [path], mdl, inputs)[0].GetPath())
