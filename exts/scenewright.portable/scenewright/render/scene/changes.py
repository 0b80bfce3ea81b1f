"""What changed: on the stage since the last sync (from its notices), and in the records because of it."""

from dataclasses import dataclass, field
from itertools import filterfalse

import numpy as np
from pxr import Sdf, Tf, Usd

__all__ = ["SceneChanges", "StageChanges", "StageListener"]

_NO_ROWS = np.zeros(0, np.int64)
_is_property = Sdf.Path.IsPrimPropertyPath

# Fields of a prim that concern nothing that is drawn or labelled.
_INERT_FIELDS = frozenset(
    {
        "customData",
        "assetInfo",
        "documentation",
        "comment",
        "kind",
        "displayName",
        "hidden",
        "userDocBrief",
        "primOrder",
        "propertyOrder",
        "displayGroupOrder",
        "timeCodesPerSecond",
        "framesPerSecond",
        "startTimeCode",
        "endTimeCode",
        "customLayerData",
        "defaultPrim",
        "specifier",
    }
)


@dataclass(frozen=True, eq=False)
class SceneChanges:
    """Which records a sync replaced; rows index ``StageScene.instances``."""

    structure: bool = False
    """Instances, prim ids, bindings or sizes differ: take everything anew (unchanged meshes keep their record)."""
    transforms: np.ndarray = field(default_factory=lambda: _NO_ROWS)
    """Rows of the instances whose matrix changed, (K,) int64, ascending."""
    materials: frozenset[str] = frozenset()
    """Keys of new, changed and removed materials."""
    colors: np.ndarray = field(default_factory=lambda: _NO_ROWS)
    """Rows of the instances whose displayColor changed, (K,) int64, ascending."""
    lights: bool = False
    labels: bool = False
    meshes: frozenset[str] = frozenset()
    """Keys of new, changed and removed meshes."""

    def __bool__(self) -> bool:
        """Return whether anything changed."""
        return bool(
            self.structure
            or len(self.transforms)
            or self.materials
            or len(self.colors)
            or self.lights
            or self.labels
            or self.meshes
        )


@dataclass(eq=False)
class StageChanges:
    """Notices since the last sync."""

    resynced: set[str] = field(default_factory=set)
    """Prims that were added, removed or composed anew."""
    properties: list[Sdf.Path] = field(default_factory=list)
    """Properties that were added, removed or edited; one may be named more than once."""

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        return bool(self.resynced or self.properties)


class StageListener:
    """Collects ``Usd.Notice.ObjectsChanged`` of one stage. The handler only stores paths: authoring stays fast."""

    def __init__(self, stage: Usd.Stage) -> None:
        self._paths: list[Sdf.Path] = []
        self._resynced: set[str] = set()
        self._key: Tf.Notice.Listener | None = Tf.Notice.Register(Usd.Notice.ObjectsChanged, self._on_change, stage)

    def close(self) -> None:
        """Stop listening."""
        if self._key is not None:
            self._key.Revoke()
            self._key = None

    def take(self) -> StageChanges:
        """Return what came since the last call."""
        changes = StageChanges(self._resynced, self._paths)
        self._paths, self._resynced = [], set()
        return changes

    def _on_change(self, notice: Usd.Notice.ObjectsChanged, _: Usd.Stage) -> None:
        for path in notice.GetResyncedPaths():
            if path.IsPrimPropertyPath():
                self._paths.append(path)
            else:
                self._resynced.add(path.pathString)
        edited = notice.GetChangedInfoOnlyPaths()
        others = list(filterfalse(_is_property, edited))
        self._paths += filter(_is_property, edited) if others else edited
        for path in others:
            if not _INERT_FIELDS.issuperset(notice.GetChangedFields(path)):
                self._resynced.add(path.pathString)
