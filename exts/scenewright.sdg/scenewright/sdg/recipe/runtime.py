"""What the blocks of a running recipe share: the stage, the poses of this step, bindings, and the arguments of a call."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import omni.replicator.core as rep
from pxr import Sdf, Usd, UsdGeom, UsdPhysics, UsdShade

from scenewright.sdg.recipe.asset_checks import missing_file
from scenewright.sdg.recipe.clock import Trigger
from scenewright.sdg.recipe.findings import Mark, RecipeError
from scenewright.sdg.recipe.labels import apply_label_rules
from scenewright.sdg.recipe.ontology import name_labels
from scenewright.sdg.recipe.poses import local_poses, world_matrices
from scenewright.sdg.recipe.prims import FixedPrims, PrimSet, check_editable, prim_at
from scenewright.sdg.recipe.program import Call
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.sampling import Distribution, Draws, texts_of
from scenewright.sdg.recipe.stand_ins import stand_in_for

if TYPE_CHECKING:
    from scenewright.sdg.recipe.scene_building import Site

__all__ = ["Invocation", "Operation", "Poses", "Runtime"]


@dataclass(frozen=True)
class Operation:
    """Something that a block does to the stage each time its trigger fires.

    Attributes:
        call: The call, for errors.
        trigger: When it runs; None = once, before the first frame.
        run: Draws its values and writes them.
        reads_poses: Whether what it does depends on poses that other operations write.
        reset: Takes back what it did to the content of prims, so that the next step does not depend on this one.
        simulates: Whether it lets bodies move, which must be rewound before the next step.
    """

    call: Call
    trigger: Trigger | None
    run: Callable[[Draws], None]
    reads_poses: bool = False
    reset: Callable[[], None] | None = None
    simulates: bool = False


class Poses:
    """Local poses of the prims that a recipe moves: those before the first frame, and those of the step being applied."""

    def __init__(self) -> None:
        self._base: dict[Sdf.Path, tuple[Usd.Prim, np.ndarray]] = {}
        self._now: dict[Sdf.Path, np.ndarray] = {}

    def watch(self, prims: Sequence[Usd.Prim]) -> None:
        """Keep the poses of prims that are not known yet; must be called before anything moves them in a step."""
        new = [prim for prim in prims if prim.GetPath() not in self._base]
        if new:
            for prim, *pose in zip(new, *local_poses(new), strict=True):
                self._base[prim.GetPath()] = (prim, np.stack(pose))

    def restart(self, sets: Iterable[PrimSet]) -> None:
        """Take the present poses as those before the first frame, and keep those of the prims that triggers move."""
        self._base.clear()
        self._now.clear()
        for prims in sets:
            self.watch(prims.prims())

    def forget(self, root: Sdf.Path) -> None:
        """Forget all prims below ``root``, which are about to be made anew."""
        for known in (self._base, self._now):
            for path in [path for path in known if path.HasPrefix(root) and path != root]:
                del known[path]

    def begin(self, restore: bool) -> None:
        """Begin a step; with ``restore``, put every prim that is known back where it was before the first frame.

        All of them are written, moved or not, so that the layer holds the same whichever frame came before.
        """
        self._now.clear()
        if restore and self._base:
            rows = [self._base[path] for path in sorted(self._base)]
            prims, base = [row[0] for row in rows], np.array([row[1] for row in rows])
            rep.functional.modify.pose(prims, position_value=base[:, 0], rotation_value=base[:, 1], scale_value=base[:, 2])

    def current(self, prims: Sequence[Usd.Prim]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return translations, XYZ angles [deg] and scales of prims in this step, each (N, 3)."""
        self.watch(prims)
        rows = np.array([self._now.get(prim.GetPath(), self._base[prim.GetPath()][1]) for prim in prims]).reshape(-1, 3, 3)
        return rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy()

    def follow_bodies(self) -> None:
        """Take over where simulated bodies have got to."""
        self.read(prim for prim, _ in self._base.values() if prim.HasAPI(UsdPhysics.RigidBodyAPI))

    def read(self, prims: Iterable[Usd.Prim]) -> None:
        """Take over the poses of prims that something else has moved in this step."""
        moved = list(prims)
        if moved:
            rows = np.stack(local_poses(moved), axis=1)
            self._now.update(zip((prim.GetPath() for prim in moved), rows, strict=True))

    def write(
        self,
        prims: Sequence[Usd.Prim],
        position: np.ndarray | None = None,
        rotation: np.ndarray | None = None,
        scale: np.ndarray | None = None,
    ) -> None:
        """Write components of local poses, each (N, 3); what is None stays."""
        given = (position, rotation, scale)
        if not prims or all(value is None for value in given):
            return
        now = self.current(prims)
        rows = np.stack([old if new is None else new for old, new in zip(now, given, strict=True)], axis=1)
        self._now.update(zip((prim.GetPath() for prim in prims), rows, strict=True))
        rep.functional.modify.pose(list(prims), position_value=position, rotation_value=rotation, scale_value=scale)


@dataclass
class Runtime:
    """State of a running recipe.

    Attributes:
        recipe: The recipe.
        stage: Its stage.
        layer: The layer that takes all changes.
        operations: What triggers run, in the order of the file.
        once: What was drawn before the first frame, by block path.
        bindings: Material that each prim is bound to in the layer.
        layers: USD files that were referenced, kept open.
        movers: Prims that triggers move.
        labelled: How many prims each label rule has labelled.
        sites: Places that blocks have had built.
    """

    recipe: Recipe
    stage: Usd.Stage
    layer: Sdf.Layer
    poses: Poses = field(default_factory=Poses)
    operations: list[Operation] = field(default_factory=list)
    once: dict[str, Any] = field(default_factory=dict)
    bindings: dict[Sdf.Path, Sdf.Path] = field(default_factory=dict)
    layers: dict[str, Sdf.Layer] = field(default_factory=dict)
    movers: list[PrimSet] = field(default_factory=list)
    labelled: list[int] = field(default_factory=list)
    sites: list["Site"] = field(default_factory=list)

    def label(self, roots: Sequence[Usd.Prim]) -> None:
        """Apply the recipe's label rules to prims with everything below them: the whole scene first, then what blocks make."""
        rules = [(rule, self.recipe.mark("labels", index)) for index, rule in enumerate(self.recipe.settings.labels)]
        if rules:
            counts = apply_label_rules(rules, roots)
            self.labelled = [before + now for before, now in zip(self.labelled or [0] * len(rules), counts, strict=True)]
        self.name_labels(roots)

    def name_labels(self, roots: Sequence[Usd.Prim]) -> None:
        """Give the labels of prims, with everything below them, the names of the recipe's ontology."""
        if self.recipe.ontology is not None:
            name_labels(self.recipe.ontology, self.recipe.mark("ontology"), roots)

    def bind(self, prims: Sequence[Usd.Prim], materials: Sequence[Usd.Prim]) -> None:
        """Bind one material to each prim; what is bound already is left alone."""
        changed = [
            (prim, material)
            for prim, material in zip(prims, materials, strict=True)
            if self.bindings.get(prim.GetPath()) != material.GetPath()
        ]
        if changed:
            rep.functional.modify.material([prim for prim, _ in changed], [material for _, material in changed])
            self.bindings.update((prim.GetPath(), material.GetPath()) for prim, material in changed)

    def open_layer(self, file: str) -> Sdf.Layer:
        """Return the layer of a USD file; it stays open, so that assets which come and go are read once."""
        if file not in self.layers:
            self.layers[file] = Sdf.Layer.FindOrOpen(file)
        return self.layers[file]

    def file(self, path: str, mark: Mark) -> str:
        """Return a file of the recipe as an absolute path, or what stands in for it.

        Raises:
            RecipeError: There is no such file.
        """
        missing = missing_file(self.recipe, path, mark)
        if missing is None:
            return str(self.recipe.resolve(path))
        wanted = self.recipe.settings.assets.missing == "proxy"
        found = stand_in_for(path if "://" in path else str(self.recipe.resolve(path))) if wanted else path
        if not os.path.isfile(found):
            raise RecipeError(missing)
        return found


@dataclass(frozen=True)
class Invocation:
    """One call with its evaluated arguments.

    Attributes:
        runtime: State of the recipe.
        call: The call as written.
        path: Block path: the identity of its random streams.
        args: Keyword values: plain ones, sets of prims, distributions, or lists of those.
        context: Prims of the enclosing ``with``, or None.
        trigger: The enclosing trigger, or None.
    """

    runtime: Runtime
    call: Call
    path: str
    args: dict[str, Any]
    context: PrimSet | None
    trigger: Trigger | None

    def mark(self, keyword: str = "") -> Mark:
        """Return the place of a keyword's value, or of the call."""
        return self.call.args[keyword].mark if keyword in self.call.args else self.call.mark

    def error(self, message: str, remedy: str = "", keyword: str = "") -> RecipeError:
        """Return an error at a keyword."""
        return RecipeError.at(self.mark(keyword), f"`{self.call.function}`: {message}", remedy)

    def has(self, *keywords: str) -> bool:
        """Return whether any of the keywords is given."""
        return any(keyword in self.args for keyword in keywords)

    def is_random(self, *keywords: str) -> bool:
        """Return whether any of the keywords is drawn."""
        return any(isinstance(self.args.get(keyword), Distribution) for keyword in keywords)

    def targets(self) -> PrimSet:
        """Return the prims that the call acts on.

        Raises:
            RecipeError: There are none, or one of them cannot be written to.
        """
        chosen = self.prim_set("input_prims") if self.has("input_prims") else self.context
        if chosen is None:
            raise self.error("there are no prims to act on.", "Put it under `with.<block of prims>:` or give `input_prims`.")
        check_editable(chosen.prims(), self.call.mark, self.call.function)
        return chosen

    def movable(self) -> PrimSet:
        """Return the prims that the call moves; their poses are kept from now on."""
        chosen = self.targets()
        for prim in chosen.prims():
            if not prim.IsA(UsdGeom.Xformable):
                raise self.error(
                    f"{prim.GetPath()} ({prim.GetTypeName() or 'no type'}) cannot be moved.",
                    "Give Xforms, shapes, cameras or lights.",
                )
        if self.trigger is not None:
            self.runtime.movers.append(chosen)
        return chosen

    def prim_set(self, keyword: str) -> PrimSet:
        """Return the prims that a keyword means: a block's, or those at one or several paths."""
        return as_prims(self.args[keyword], self.runtime.stage, self.mark(keyword))

    def rows(self, keyword: str, count: int, draws: Draws, kind: str, width: int) -> np.ndarray:
        """Return the numbers of a keyword, shape (count, width); a single number fills a row.

        Raises:
            RecipeError: A draw has another number of components.
        """
        value = self.args[keyword]
        if isinstance(value, Distribution):
            array = value.draw(draws, count, kind)
        else:
            array = np.array([value] * count, dtype=float) if _numeric(value) else value
        try:
            array = np.asarray(array, dtype=float).reshape(count, -1)
            return (
                np.broadcast_to(array, (count, width))
                if array.shape[1] in (1, width) and count
                else array.reshape(count, width)
            )
        except (TypeError, ValueError):
            raise self.error(
                f"'{keyword}' needs {width} number{'s' if width > 1 else ''}, got {_sample(array)}.", keyword=keyword
            ) from None

    def objects(self, keyword: str, count: int, draws: Draws, kind: str) -> list[Any]:
        """Return one value of a keyword for each of ``count`` prims."""
        value = self.args[keyword]
        if isinstance(value, Distribution):
            drawn = value.draw(draws, count, kind)
            if isinstance(drawn, np.ndarray):
                return [row[0].item() if len(row) == 1 else tuple(row.tolist()) for row in drawn]
            return list(drawn)
        return [value] * count

    def points(self, keyword: str, count: int, draws: Draws) -> np.ndarray:
        """Return world points of a keyword, shape (count, 3): numbers as they are, prims by their positions."""
        value = self.args[keyword]
        if isinstance(value, Distribution):
            drawn = value.draw(draws, count, "target")
            if isinstance(drawn, np.ndarray):
                return self._vectors(drawn, keyword)
            return np.array([self._point(item, keyword) for item in drawn]).reshape(count, 3)
        if _numeric(value):
            return np.broadcast_to(self._vectors(np.array([value], dtype=float), keyword), (count, 3))
        prims = as_prims(value, self.runtime.stage, self.mark(keyword)).prims()
        if len(prims) not in (1, count):
            raise self.error(
                f"'{keyword}' stands for {len(prims)} prims, and {count} are to be aimed.",
                "Give one, or one for each.",
                keyword,
            )
        return np.broadcast_to(world_matrices(prims)[:, 3, :3], (count, 3))

    def check_materials(self, keyword: str) -> None:
        """Raise a RecipeError where a path that a keyword can be drawn as is no material."""
        for text in texts_of(self.args[keyword]):
            prim = prim_at(self.runtime.stage, text, self.mark(keyword))
            if not prim.IsA(UsdShade.Material):
                raise self.error(f"{prim.GetPath()} ({prim.GetTypeName()}) is no material.", "Give Material prims.", keyword)

    def materials(self, keyword: str, count: int, draws: Draws) -> list[Usd.Prim]:
        """Return the material of each of ``count`` prims."""
        value = self.args[keyword]
        if isinstance(value, Distribution):
            found = [
                as_prims(item, self.runtime.stage, self.mark(keyword)).prims()[0]
                for item in value.draw(draws, count, "materials")
            ]
        else:
            found = as_prims(value, self.runtime.stage, self.mark(keyword)).prims()
            if len(found) not in (1, count):
                raise self.error(
                    f"'{keyword}' stands for {len(found)} materials, and there are {count} prims.",
                    "Give one, one for each, or a distribution.choice.",
                    keyword,
                )
            found = found * count if len(found) == 1 else found
        for prim in found:
            if not prim.IsA(UsdShade.Material):
                raise self.error(f"{prim.GetPath()} ({prim.GetTypeName()}) is no material.", "Give Material prims.", keyword)
        return found

    def _vectors(self, array: np.ndarray, keyword: str) -> np.ndarray:
        if array.ndim != 2 or array.shape[1] != 3:
            raise self.error(f"'{keyword}' needs three numbers, got {_sample(array)}.", keyword=keyword)
        return array

    def _point(self, item: Any, keyword: str) -> np.ndarray:
        if _numeric(item):
            return np.asarray(item, dtype=float)
        return world_matrices(as_prims(item, self.runtime.stage, self.mark(keyword)).prims()[:1])[0, 3, :3]


def as_prims(value: Any, stage: Usd.Stage, mark: Mark) -> PrimSet:
    """Return the prims that a block, a path or a list of either stands for.

    Raises:
        RecipeError: A path leads nowhere, or the value is no prims at all.
    """
    if isinstance(value, PrimSet):
        return value
    if isinstance(value, Usd.Prim):
        return FixedPrims((value,))
    if isinstance(value, str):
        return FixedPrims((prim_at(stage, value, mark),))
    if isinstance(value, list | tuple):
        return FixedPrims(tuple(prim for item in value for prim in as_prims(item, stage, mark).prims()))
    raise RecipeError.at(mark, f"prims are wanted here, not {value!r}.", "Name a block of prims, or give prim paths.")


def _numeric(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, list | tuple):
        return bool(value) and all(_numeric(item) for item in value)
    return isinstance(value, int | float | np.number) or (isinstance(value, np.ndarray) and value.dtype.kind in "iuf")


def _sample(array: Any) -> str:
    first = array[0] if len(array) else array
    return repr(first.tolist() if isinstance(first, np.ndarray) else first)
