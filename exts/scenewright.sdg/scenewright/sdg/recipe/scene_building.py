"""``scenes.warehouse``, ``scenes.shelf`` and ``scenes.room``: a whole place below one prim, built anew when its trigger fires.

Structured randomization draws context first: the layout, then the objects in it, then their looks, the lights and the
cameras. Each level has a random stream of its own, so that a recipe can have some drawn anew and the others kept, without
one moving another.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import omni.replicator.core as rep
from pxr import Sdf, Usd

from scenewright.sdg.recipe.clock import ONCE, Address, Firing
from scenewright.sdg.recipe.findings import Mark
from scenewright.sdg.recipe.prims import FixedPrims
from scenewright.sdg.recipe.runtime import Invocation, Operation, Runtime
from scenewright.sdg.recipe.sampling import Draws
from scenewright.sdg.scenes.assets import AssetBook, SceneError
from scenewright.sdg.scenes.authoring import Layers, author_plan
from scenewright.sdg.scenes.builders import BUILDERS, build_scene, read_books
from scenewright.sdg.scenes.plan import LEVELS, ScenePlan, Streams

__all__ = ["Site", "build", "forget_below"]

_log = logging.getLogger(__name__)


def build(call: Invocation) -> tuple[FixedPrims, Operation]:
    """Return the root prim of a built scene, and the operation that builds it anew.

    The scene is there at once, so that later blocks find its cameras, lights and objects.
    """
    name = call.call.function.split(".")[1]
    paths = call.args["assets"] if isinstance(call.args["assets"], list) else [call.args["assets"]]
    book = read_books([call.runtime.file(str(path), call.mark("assets")) for path in paths])
    root = rep.functional.create.xform(name=call.args.get("name") or name.capitalize(), parent="/Replicator")
    site = Site(call, name, book, root)
    call.runtime.sites.append(site)
    site.show(Draws(call.runtime.recipe.seed, ONCE))
    return FixedPrims((root,)), Operation(call.call, call.trigger, site.show, reset=site.show_first)


@dataclass
class Site:
    """One place on the stage, and which draw of each level it shows.

    Attributes:
        call: The block that asks for it.
        name: Name of its builder.
        book: The assets.
        root: The prim that it stands below.
        shown: Firing of each level that it shows.
        built: What the ledger keeps of it.
    """

    call: Invocation
    name: str
    book: AssetBook
    root: Usd.Prim
    shown: tuple[Any, ...] = ()
    built: dict[str, Any] = field(default_factory=dict)

    def show_first(self) -> None:
        """Build what was there before the first frame."""
        self.show(Draws(self.call.runtime.recipe.seed, ONCE))

    def show(self, draws: Draws) -> None:
        """Build what the levels draw for a firing; nothing is written where that is shown already."""
        firings = {level: self._firing(level, draws) for level in LEVELS}
        key = tuple((level, firing.sequence, firing.step) for level, firing in firings.items())
        if key != self.shown:
            self._write(draws, firings)
            self.shown = key
        draws.record(self.call.path, self.built)

    @property
    def mark(self) -> Mark:
        """Where the block stands."""
        return self.call.mark()

    def misfits(self, addresses: Sequence[Address], most: int) -> Iterator[tuple[Address, str]]:
        """Plan the first ``most`` different layouts of some frames, and yield what cannot be built, each reason once.

        Nothing is written to the stage.
        """
        seen, told = set(), set()
        for address in addresses:
            firing = self.call.trigger.last_firing(address) if self.call.trigger is not None else ONCE
            draws = Draws(self.call.runtime.recipe.seed, firing)
            firings = {level: self._firing(level, draws) for level in LEVELS[:3]}  # lights and cameras always fit
            key = tuple((one.sequence, one.step) for one in firings.values())
            if key in seen:
                continue
            if len(seen) == most:
                return
            seen.add(key)
            try:
                self._plan(draws, {level: self._firing(level, draws) for level in LEVELS})
            except SceneError as error:
                if str(error) not in told:
                    told.add(str(error))
                    yield address, str(error)

    def _plan(self, draws: Draws, firings: dict[str, Firing]) -> ScenePlan:
        call = self.call
        streams = Streams(
            {level: Draws(draws.seed, firing).stream(f"{call.path}/{level}") for level, firing in firings.items()}
        )
        options = {key: call.args[key] for key in BUILDERS[self.name].option_names() if call.has(key)}
        return build_scene(self.name, self.book, streams, options, bool(call.args.get("must_fit", True)))

    def _write(self, draws: Draws, firings: dict[str, Firing]) -> None:
        call, plan = self.call, self._plan(draws, firings)
        for shortfall in plan.shortfalls:
            _log.warning("%s: `%s`: %s.", call.mark(), call.call.function, shortfall)
        _check_files(plan)
        runtime, path = call.runtime, self.root.GetPath()
        forget_below(runtime, path)
        author_plan(plan, Layers.all_in(runtime.layer), path)
        runtime.label([self.root])
        self.built = {"objects": plan.counts(), "missing": [str(one) for one in plan.shortfalls]}

    def _firing(self, level: str, draws: Draws) -> Firing:
        """Return the firing that a level is drawn for: this one, the start of its sequence, or none where it is kept."""
        given = self.call.args.get("randomize", "all")
        levels = LEVELS if given == "all" else [given] if isinstance(given, str) else given
        if level not in levels or draws.firing == ONCE:
            return ONCE
        held = self.call.args.get("per_sequence", ())
        if level in ([held] if isinstance(held, str) else held):
            return Firing(draws.firing.sequence, -1, 0)
        return draws.firing


def _check_files(plan: ScenePlan) -> None:
    """Refuse a plan whose assets are not there: USD would leave them out without a word in the picture."""
    used = {item.placed.thing.asset.path for item in plan.items} | {plan.book.looks, plan.book.sky} - {""}
    missing = sorted(path for path in used if not os.path.isfile(path))
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        told = f"{plan.book.source} names '{missing[0]}'{more}, which is not there."
        raise SceneError(f"{told} Correct the path or bring the file.")


def forget_below(runtime: Runtime, root: Sdf.Path) -> None:
    """Have a runtime forget the poses and bindings of prims below ``root``, which are about to be made anew."""
    runtime.poses.forget(root)
    for path in [path for path in runtime.bindings if path.HasPrefix(root) and path != root]:
        del runtime.bindings[path]
