"""A recipe on a stage: what the dataset tools drive, frame by frame."""

import gc
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import omni.replicator.core as rep
import omni.usd
from pxr import Usd

from scenewright.sdg.recipe.asset_checks import find_asset_problems
from scenewright.sdg.recipe.clock import Address, Trigger, addresses_of, window_start
from scenewright.sdg.recipe.creation import cameras_on
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError, RecipeRunError, choices_text
from scenewright.sdg.recipe.functions import find_writer
from scenewright.sdg.recipe.interpreter import Interpreter
from scenewright.sdg.recipe.ontology import find_label_problems, with_classes
from scenewright.sdg.recipe.physics import PHYSICS_ERRORS
from scenewright.sdg.recipe.playback import Playback
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.render_choices import apply_render_choices
from scenewright.sdg.recipe.runtime import Operation, Runtime
from scenewright.sdg.recipe.sampling import Draws
from scenewright.sdg.recipe.stage_setup import add_randomization_layer, hidden_values, open_recipe_stage
from scenewright.sdg.recipe.stand_ins import allow_stand_ins

if TYPE_CHECKING:
    from scenewright.sdg.recipe.scene_building import Site

__all__ = ["RecipeSession", "WriterRequest"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WriterRequest:
    """A writer that a recipe asks for.

    Attributes:
        name: Registered name of the writer.
        init_params: Its parameters.
        cameras: Names of the render products that it writes, keys of `RecipeSession.cameras`.
        mark: Where the recipe asks for it.
        trigger: When it writes: None = at every frame.
        manual: Whether it was attached with ``trigger: null``, so that it never writes by itself.
    """

    name: str
    init_params: dict[str, Any]
    cameras: list[str]
    mark: Mark
    trigger: Trigger | None = None
    manual: bool = False

    @property
    def line(self) -> str:
        """Place of the request as ``file:line:column``."""
        return str(self.mark)

    def fires(self, address: Address) -> bool:
        """Return whether the writer writes the frame of an address."""
        return not self.manual and (self.trigger is None or self.trigger.fires(address))


class RecipeSession:
    """A recipe that has been set up on the application's stage.

    Opening it makes the stage, the prims, the labels and the render products, and tries the first frame; `apply` then gives
    the stage the state of any frame, in any order. Nothing is written to disk, and no layer of the user's changes.

    Args:
        recipe: The recipe.
        stage: What `open_recipe_stage_async` has opened for it; None = it is opened here.

    Attributes:
        recipe: The recipe.
        stage: Its stage.
        cameras: Render products by name.
        writer_requests: The writers that the recipe asks for.
        addresses: The frames of the dataset.
        initial_values: What was drawn once, before the first frame, by block path.

    Raises:
        RecipeError: The recipe cannot be carried out on its scene; nothing was written.
    """

    def __init__(self, recipe: Recipe, stage: Usd.Stage | None = None):
        problems = find_asset_problems(recipe) or find_label_problems(recipe)
        if problems:
            raise RecipeError(problems)
        self.recipe = recipe
        allow_stand_ins(recipe.settings.assets.missing == "proxy")
        self.stage = stage or open_recipe_stage(recipe)
        self.cameras: dict[str, Any] = {}
        self.writer_requests: list[WriterRequest] = []
        self._open = True
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    def _set_up(self) -> None:
        recipe = self.recipe
        rep.set_global_seed(recipe.seed)
        apply_render_choices(recipe.settings)
        self._runtime = Runtime(recipe, self.stage, add_randomization_layer(self.stage))
        interpreter = Interpreter(self._runtime)
        with Usd.EditContext(self.stage, self._runtime.layer):
            self._runtime.label([self.stage.GetPseudoRoot()])
            interpreter.run(recipe.program)
            self._runtime.name_labels([self.stage.GetPseudoRoot()])
            self._runtime.poses.restart(self._runtime.movers)
        for index, count in enumerate(self._runtime.labelled):
            if not count:
                _log.warning("%s: this label rule fits no prim.", recipe.mark("labels", index))
        self._operations = list(enumerate(self._runtime.operations))
        self._plays = recipe.plays
        self._simulates = any(operation.simulates for operation in self._runtime.operations)
        self._restore, self._reset = _what_to_restore(self._runtime.operations, self._plays)
        self._playback = Playback()
        self._shown: tuple[int, int, dict[str, Any]] | None = None
        self._triggers = interpreter.triggers
        self.initial_values = self._runtime.once
        self.addresses = addresses_of(recipe.frames, self._triggers, self._plays)
        self._add_cameras(interpreter.products)
        self._add_writers(interpreter)
        self._try_first_frame()

    def _try_first_frame(self) -> None:
        """Raise what the first frame would fail with, while nothing has been written yet."""
        try:
            self.apply(self.addresses[0])
        except RecipeRunError as error:
            raise RecipeError(error.finding) from error
        if self._simulates:
            self._playback.rewind()  # where bodies have got to is stronger than what blocks write
        hidden = hidden_values(self.stage, self._runtime.layer)
        if hidden:
            mark = Mark(str(self.recipe.path))
            says = "{} is randomized, but the stronger layer @{}@ holds a value."
            raise RecipeError([Finding.at(mark, says.format(path, layer), "Remove that value.") for path, layer in hidden])

    def _add_cameras(self, products: list[Any]) -> None:
        if not products:
            cameras = self._chosen(cameras_on(self.stage), lambda camera: camera.GetName())
            if not cameras:
                raise RecipeError.at(
                    self.recipe.mark(),
                    "there is no camera: the recipe makes none and its scene has none.",
                    "Add a `create.camera` block.",
                )
            seen = Counter[str]()
            for camera in cameras:
                name = camera.GetName()
                seen[name] += 1
                unique = name if seen[name] == 1 else f"{name}_{seen[name] - 1:02d}"
                products.append(
                    rep.create.render_product(str(camera.GetPath()), tuple(self.recipe.settings.resolution), name=unique)
                )
        for product in products:
            self.cameras[getattr(product, "name", None) or str(product.path).rsplit("/", 1)[-1]] = product

    def _chosen(self, cameras: list[Any], name_of: Callable[[Any], str]) -> list[Any]:
        """Return the cameras that the recipe's ``cameras`` names, in stage order; all where it names none."""
        wanted = self.recipe.settings.cameras
        there = {name_of(camera) for camera in cameras}
        for index, name in enumerate(wanted):
            if name not in there:
                mark = self.recipe.mark("cameras", index)
                raise RecipeError.at(mark, f"there is no camera '{name}'.", choices_text(name, sorted(there)))
        return [camera for camera in cameras if name_of(camera) in wanted] if wanted else cameras

    def _add_writers(self, interpreter: Interpreter) -> None:
        names = {id(product): name for name, product in self.cameras.items()}
        for writer in interpreter.writers:
            if not writer.products:
                raise RecipeError.at(
                    writer.mark,
                    f"the writer {writer.name} is attached to no render product.",
                    "Give `render_products`, or attach it with `<block>.attach`.",
                )
            trigger = writer.trigger if isinstance(writer.trigger, Trigger) else None
            cameras = [names[id(product)] for product in writer.products]
            name = _registered(writer.name)
            parameters = with_classes(self.recipe.ontology, name, writer.init_params)
            self.writer_requests.append(
                WriterRequest(name, parameters, cameras, writer.mark, trigger, manual=writer.trigger is None)
            )
        chosen = self._chosen(list(self.cameras), lambda name: name) if interpreter.products else list(self.cameras)
        for name, parameters in self.recipe.settings.writers.items():
            registered = _registered(name)
            wanted = with_classes(self.recipe.ontology, registered, dict(parameters or {}))
            self.writer_requests.append(WriterRequest(registered, wanted, chosen, self.recipe.mark("writers", name)))

    @property
    def sites(self) -> "list[Site]":
        """The places that the recipe has built, in the order of its blocks."""
        return list(self._runtime.sites)

    def apply(self, address: Address) -> dict[str, Any]:
        """Give the stage the state of a frame, whatever it showed before.

        Args:
            address: One of `addresses`.

        Returns:
            What was drawn, as JSON values by block path.

        Raises:
            RecipeRunError: A block could not be carried out for this frame.
        """
        values: dict[str, Any] = {}
        with Usd.EditContext(self.stage, self._runtime.layer):
            rep.settings.carb_settings("/scenewright/step", address.index)
            if self._plays:
                return self._play_to(address)
            self._set(address, values)
        return values

    def _set(self, address: Address, values: dict[str, Any]) -> None:
        """Give the stage the state of an address, from nothing but what was there before the first frame."""
        if self._plays or self._simulates:
            self._playback.rewind()
        for reset in self._reset:
            reset()
        self._runtime.poses.begin(self._restore)
        due = [(operation.trigger.last_firing(address), index, operation) for index, operation in self._operations]
        for firing, _, operation in sorted(due, key=lambda item: (item[0].step, item[1])):
            self._run(operation, Draws(self.recipe.seed, firing, values), address)

    def _play_to(self, address: Address) -> dict[str, Any]:
        """Play to an address: from the step shown last where nothing is rewound between, else from where that was done."""
        sequence, step = address.clock
        start = window_start(step, sequence, self._triggers)
        shown, self._shown = self._shown, None
        if shown is None or shown[0] != sequence or not start <= shown[1] <= step:
            values: dict[str, Any] = {}
            self._set(replace(address, clock=(sequence, start)), values)
            self._playback.show(start)
        else:
            start, values = shown[1], dict(shown[2])
        for now in range(start + 1, step + 1):
            self._playback.advance(now)
            self._fire(replace(address, clock=(sequence, now)), values)
        self._shown = (sequence, step, values)
        return dict(values)

    def _fire(self, address: Address, values: dict[str, Any]) -> None:
        """Run what fires in the step of an address, on the stage as it is."""
        due = [operation for _, operation in self._operations if operation.trigger.fires(address)]
        if due:
            self._runtime.poses.follow_bodies()
        for operation in due:
            fresh: dict[str, Any] = {}
            self._run(operation, Draws(self.recipe.seed, operation.trigger.last_firing(address), fresh), address)
            values.update(fresh)

    def _run(self, operation: Operation, draws: Draws, address: Address) -> None:
        try:
            operation.run(draws)
        except RecipeError as error:
            finding = error.findings[0]
        except (ValueError, TypeError, NotImplementedError, *PHYSICS_ERRORS) as error:
            finding = Finding.at(operation.call.mark, f"`{operation.call.function}`: {error}")
        else:
            return
        message = f"frame {address.index} (sequence {address.sequence}, step {address.step}): {finding.message}"
        raise RecipeRunError(Finding(finding.file, finding.line, finding.column, message, finding.remedy))

    def rt_subframes(self, address: Address) -> int:
        """Return how often the frame of an address is rendered: the most that a trigger which fires there asks for."""
        return max([1, *(trigger.rt_subframes for trigger in self._triggers if trigger.fires(address))])

    def close(self) -> None:
        """Let go of the stage and of its layers; doing it twice is harmless.

        Layers are shared by everyone in the process: one that lived on would show the next who opens its file what somebody
        may have changed in it meanwhile.
        """
        if not self._open:
            return
        self._open = False
        for product in self.cameras.values():
            product.destroy()
        if omni.usd.get_context().get_stage() == self.stage:  # else somebody has opened another one meanwhile
            omni.usd.get_context().close_stage()
        allow_stand_ins(False)
        self.stage = None
        self._operations, self._reset = [], []
        vars(self).pop("_runtime", None)
        gc.collect()  # blocks know the runtime that knows them, and both know prims


def _registered(name: str) -> str:
    writer = find_writer(name)
    return writer.name if writer else name


def _what_to_restore(operations: list[Operation], plays: bool) -> tuple[bool, list[Any]]:
    """Return whether poses must be put back before a step that starts afresh, and what else must be taken back.

    An operation that reads poses and bounds could see those of the frame applied before. New content needs no taking back
    where it is always there first: under the same trigger, and above every such operation.
    """
    readers = [(index, operation.trigger) for index, operation in enumerate(operations) if operation.reads_poses]
    resets = [
        operation.reset
        for index, operation in enumerate(operations)
        if operation.reset is not None
        and (plays or any(trigger != operation.trigger or reader < index for reader, trigger in readers))
    ]
    return bool(readers) or plays, resets
