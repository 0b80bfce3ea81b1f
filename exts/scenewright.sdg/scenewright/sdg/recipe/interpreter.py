"""Running a recipe's program: prims are made once, and what triggers run becomes a list of operations."""

from dataclasses import dataclass, replace
from typing import Any

import omni.replicator.core as rep
from pxr import Usd, UsdGeom

from scenewright.sdg.recipe.clock import ONCE, Trigger, trigger_of
from scenewright.sdg.recipe.creation import create, render_products, tiled_render_product
from scenewright.sdg.recipe.findings import Mark, RecipeError
from scenewright.sdg.recipe.modifiers import MODIFIERS, camera_relative_operation
from scenewright.sdg.recipe.packs import pack_files
from scenewright.sdg.recipe.physics import PHYSICS
from scenewright.sdg.recipe.playback import timeline_operation
from scenewright.sdg.recipe.prims import FixedPrims, PrimQuery, PrimSet, find_prims
from scenewright.sdg.recipe.program import Assign, Call, Items, Literal, Ref, Register, Statement, Value, With
from scenewright.sdg.recipe.randomizers import RANDOMIZERS, instantiate
from scenewright.sdg.recipe.recipe import usd_files
from scenewright.sdg.recipe.runtime import Invocation, Operation, Runtime, as_prims
from scenewright.sdg.recipe.sampling import Choice, Combine, Constant, Distribution, Draws, Normal, Sequenced, Uniform
from scenewright.sdg.recipe.scene_building import build
from scenewright.sdg.recipe.scene_domain import domain_operation
from scenewright.sdg.recipe.variation import VARIATION

__all__ = ["Interpreter", "RenderProducts", "WriterBlock"]


@dataclass
class RenderProducts:
    """What a ``create.render_product`` block stands for."""

    products: list[Any]


@dataclass
class WriterBlock:
    """A ``writers.get`` block.

    Attributes:
        name: Name of the writer.
        init_params: Its parameters.
        mark: Where the block stands.
        products: What it is attached to; None until it is attached.
        trigger: When it writes: "every" frame, a trigger, or None for never by itself.
    """

    name: str
    init_params: dict[str, Any]
    mark: Mark
    products: list[Any] | None = None
    trigger: Trigger | str | None = "every"


@dataclass(frozen=True)
class _Place:
    """Where a statement stands: names that it sees, prims and trigger around it, and its block path."""

    names: dict[str, Any]
    prims: PrimSet | None
    trigger: Trigger | None
    path: str

    def below(self, part: str) -> "_Place":
        return replace(self, path=f"{self.path}/{part}" if self.path else part)

    def inner(self) -> "_Place":
        return replace(self, names=dict(self.names))


class Interpreter:
    """Runs a program on a runtime.

    Args:
        runtime: Where prims and operations go.

    Attributes:
        products: All render products, in the order made.
        writers: All writer blocks, in the order of the file.
        triggers: All triggers.
    """

    def __init__(self, runtime: Runtime):
        self.runtime = runtime
        self.products: list[Any] = []
        self.writers: list[WriterBlock] = []
        self.triggers: list[Trigger] = []
        self._randomizers: dict[str, tuple[Register, dict[str, Any]]] = {}

    def run(self, program: tuple[Assign, ...]) -> None:
        """Run all blocks, top to bottom.

        Raises:
            RecipeError: A block cannot be carried out on this stage.
        """
        place = _Place({}, None, None, "")
        for block in program:
            self._statement(block, place)

    # Statements

    def _statement(self, statement: Statement | Value, place: _Place) -> Any:
        if isinstance(statement, Assign):
            inner = place.inner().below(statement.name)
            value = None
            for part in statement.body:
                value = (
                    self._statement(part, inner)
                    if isinstance(part, Assign | With | Register | Call)
                    else self._value(part, inner)
                )
            place.names[statement.name] = value
            return value
        if isinstance(statement, With):
            return self._with(statement, place)
        if isinstance(statement, Register):
            self._randomizers[statement.name] = (statement, dict(place.names))
            return None
        if not isinstance(statement, Call):
            return self._value(statement, place)
        return self._call(statement, place.below(statement.function))

    def _with(self, statement: With, place: _Place) -> None:
        target = place.names.get(statement.target)
        inner = place.inner().below(f"with.{statement.target}")
        if isinstance(target, Trigger):
            inner = replace(inner, trigger=target)
        else:
            inner = replace(inner, prims=as_prims(target, self.runtime.stage, statement.mark))
        for part in statement.body:
            self._statement(part, inner)

    # Values

    def _value(self, value: Value, place: _Place) -> Any:
        if isinstance(value, Literal):
            return value.value
        if isinstance(value, Ref):
            return place.names[value.name]
        if isinstance(value, Items):
            return [self._value(item, place.below(str(index))) for index, item in enumerate(value.items)]
        return self._call(value, place.below(value.function))

    def _arguments(self, call: Call, place: _Place) -> dict[str, Any]:
        args = {}
        for name, value in call.args.items():
            found = self._value(value, place.below(name))
            if found is None and name != "trigger":
                continue
            whole = name in ("choices", "items", "distributions", "paths", "textures", "colors", "materials", "input_prims")
            if isinstance(found, list) and not whole and any(isinstance(item, Distribution) for item in found):
                found = _combined(found, f"{place.path}/{name}", value.mark)
            args[name] = found
        return args

    # Calls

    def _call(self, call: Call, place: _Place) -> Any:
        module, method = call.function.split(".")
        if module == "randomizer" and method in self._randomizers:
            return self._custom(call, place, *self._randomizers[method])
        args = self._arguments(call, place)
        if module == "distribution":
            return _distribution(call, place.path, args)
        invocation = Invocation(self.runtime, call, place.path, args, place.prims, place.trigger)
        try:
            return self._perform(invocation, module, method, place)
        except RecipeError:
            raise
        except (ValueError, TypeError, NotImplementedError, OSError) as error:
            raise RecipeError.at(call.mark, f"`{call.function}`: {error}") from error

    def _custom(self, call: Call, place: _Place, register: Register, names: dict[str, Any]) -> Any:
        inner = replace(place, names=dict(names))
        for name, default in register.inputs.items():
            given = call.args.get(name, default)
            source = place if name in call.args else inner
            inner.names[name] = self._value(given, source.below(name)) if given is not None else None
        value = None
        for statement in register.body:
            value = self._statement(statement, inner)
        return value

    def _perform(self, call: Invocation, module: str, method: str, place: _Place) -> Any:
        function = call.call.function
        if function in ("create.render_product", "create.render_product_tiled"):
            made = RenderProducts(tiled_render_product(call) if function.endswith("tiled") else render_products(call))
            self.products += [product for product in made.products if product not in self.products]
            return made
        if module == "create":
            return create(call)
        if module == "get":
            return self._get(call, method)
        if function == "modify.pose_camera_relative":
            products = self._product_list(call.args["render_product"])
            return self._operate(camera_relative_operation(call, products[0].resolution), call)
        if function in MODIFIERS:
            return self._operate(MODIFIERS[function](call), call)
        if function == "randomizer.instantiate":
            prims, operation = instantiate(call)
            self._operate(operation, call)
            if call.trigger is not None:  # later blocks look for prims below before the first frame is drawn
                operation.reset()
            return prims
        if function == "scenes.domain":
            return self._operate(domain_operation(call), call)
        if module == "scenes":
            prims, operation = build(call)
            if call.trigger is not None:
                self.runtime.operations.append(operation)
            return prims
        if function in VARIATION:
            prims, operation = VARIATION[function](call)
            self._operate(operation, call)
            return prims
        if function in RANDOMIZERS:
            return self._operate(RANDOMIZERS[function](call), call)
        if function in ("modify.timeline", "modify.time"):
            return self._operate(timeline_operation(call), call)
        if function in PHYSICS:
            return self._operate(PHYSICS[function](call), call)
        if module == "trigger":
            trigger = trigger_of(place.path.split("/")[0], call.call)
            self.triggers.append(trigger)
            return trigger
        if module == "settings":
            return self._setting(call, method)
        if function == "writers.get":
            return self._writer(call)
        if method == "attach":
            return self._attach(call, place.names[module])
        if function == "utils.get_usd_files":
            return [str(path) for path in usd_files(self.runtime.recipe, call.call)]
        if function == "utils.get_assets":
            return pack_files(self.runtime.recipe, call.call)
        raise call.error("is not available yet.")

    def _operate(self, operation: Operation, call: Invocation) -> None:
        if call.trigger is None:
            draws = Draws(self.runtime.recipe.seed, ONCE)
            operation.run(draws)
            self.runtime.once.update(draws.values)
        else:
            self.runtime.operations.append(operation)

    def _get(self, call: Invocation, method: str) -> PrimSet:
        if method == "prim_at_path":
            return call.prim_set("path")
        stage = self.runtime.stage

        def find() -> list[Usd.Prim]:
            return find_prims(stage, method, call.args)

        return FixedPrims(tuple(find())) if call.args.get("cache_result", True) else PrimQuery(find)

    def _setting(self, call: Invocation, method: str) -> None:
        if method not in ("set_stage_up_axis", "set_stage_meters_per_unit"):
            getattr(rep.settings, method)(**call.args)
            return
        # Stage metadata counts in the root and session layers only, and the root layer is the user's when a scene was opened.
        stage = self.runtime.stage
        layer = stage.GetSessionLayer() if self.runtime.recipe.scene_path else stage.GetRootLayer()
        with Usd.EditContext(stage, layer):
            if method == "set_stage_up_axis":
                UsdGeom.SetStageUpAxis(stage, call.args["up_axis"])
            else:
                UsdGeom.SetStageMetersPerUnit(stage, float(call.args["meters_per_unit"]))

    def _writer(self, call: Invocation) -> WriterBlock:
        products = self._product_list(call.args["render_products"]) if call.has("render_products") else None
        writer = WriterBlock(
            call.args["name"],
            dict(call.args.get("init_params") or {}),
            call.call.mark,
            products,
            call.args.get("trigger", "every"),
        )
        self.writers.append(writer)
        return writer

    def _attach(self, call: Invocation, writer: WriterBlock) -> None:
        writer.products = [*(writer.products or ()), *self._product_list(call.args["render_products"])]
        writer.trigger = call.args.get("trigger", "every")

    def _product_list(self, value: Any) -> list[Any]:
        parts = value if isinstance(value, list) else [value]
        return [product for part in parts for product in part.products]


def _distribution(call: Call, path: str, args: dict[str, Any]) -> Distribution:
    common = {
        "path": path,
        "mark": call.mark,
        "seed": args.get("seed"),
        "samples": args.get("num_samples", 1),
        "name": args.get("name", ""),
    }
    kind = call.function.removeprefix("distribution.")
    if kind in ("uniform", "log_uniform"):
        return Uniform(
            **common, lower=_numbers(args["lower"], call), upper=_numbers(args["upper"], call), log=kind == "log_uniform"
        )
    if kind == "normal":
        return Normal(**common, mean=_numbers(args["mean"], call), std=_numbers(args["std"], call))
    if kind == "choice":
        weights = tuple(args["weights"]) if "weights" in args else None
        return Choice(
            **common,
            choices=_alternatives(args["choices"], path, call),
            weights=weights,
            replace=args.get("with_replacements", True),
        )
    if kind == "sequence":
        items = _alternatives(args["items"], path, call)
        return Sequenced(**common, items=items, ordered=args.get("ordered", True), stride=args.get("stride", 1))
    parts = args["distributions"] if isinstance(args["distributions"], list) else [args["distributions"]]
    return replace(_combined(parts, path, call.mark), name=args.get("name", ""))


def _combined(parts: list[Any], path: str, mark: Mark) -> Combine:
    wrapped = tuple(
        part if isinstance(part, Distribution) else Constant(f"{path}/{i}", mark, value=part) for i, part in enumerate(parts)
    )
    return Combine(path, mark, parts=wrapped)


def _numbers(value: Any, call: Call) -> tuple[float, ...]:
    numbers = value if isinstance(value, list) else [value]
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
        raise RecipeError.at(
            call.mark, f"`{call.function}`: numbers are wanted, not {value!r}.", "Give a number or a list of numbers."
        )
    return tuple(float(number) for number in numbers)


def _alternatives(value: Any, path: str, call: Call) -> tuple[Any, ...]:
    """Return what a choice or sequence chooses among: items of a list, prims of blocks, or what another one chooses among."""
    if isinstance(value, Choice | Sequenced):
        return value.choices if isinstance(value, Choice) else value.items
    if isinstance(value, PrimSet):
        value = [value]
    items: list[Any] = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(item, PrimSet):
            items.extend(item.prims())
        elif isinstance(item, list) and any(isinstance(part, Distribution) for part in item):
            items.append(_combined(item, f"{path}/{index}", call.mark))
        else:
            items.append(item)
    if not items:
        raise RecipeError.at(call.mark, f"`{call.function}`: there is nothing to choose from.", "Give at least one value.")
    return tuple(items)
