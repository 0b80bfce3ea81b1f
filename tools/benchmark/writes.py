"""Bulk writes: N prims re-posed, re-scaled and re-coloured, with the scene sync.

CPU milliseconds a step, the smallest and the median over the steps. *usd* writes the same attributes through usd-core alone,
one by one and through Sdf specs in one change block: what this machine can do. *functional* writes through
``functional.modify``; *graph* by ``rep.modify`` nodes with their distributions; *own color* by ``rep.randomizer.color``, which
gives each prim an OmniPBR material; *materials* writes colour and roughness of N such materials through ``functional.modify``.
*sync* is what ``Renderer.sync`` adds, the time code going on by one each step as the orchestrator's does.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

__all__ = ["add_options", "run"]

SEED = 5


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this case's options."""
    parser.add_argument("--prims", type=int, default=500)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all")


def run(options: argparse.Namespace) -> None:
    """Run the chosen parts and print what was measured."""
    from scenewright.host.activation import activate

    activate()
    print(f"{options.prims} prims, {options.steps} steps; CPU ms a step (min, median)")
    for name, part in PARTS.items():
        if options.part in (name, "all"):
            for stage, spent in part(options.prims, options.steps).items():
                spent = spent[1:]  # the first step creates the specs
                print(f"  {name + ', ' + stage:<24}{1000.0 * min(spent):8.2f}{1000.0 * statistics.median(spent):8.2f}")


def _usd(count: int, steps: int) -> dict[str, list[float]]:
    from pxr import Gf, Sdf, Vt

    rep, stage, rng = _fresh()
    prims = rep.functional.create_batch.cube(count=count, parent="/World", name="Cube")
    rep.functional.randomizer.display_color(prims)
    names = ("xformOp:translate", "xformOp:rotateXYZ", "xformOp:scale", "primvars:displayColor")

    def rows() -> list[tuple[str, list[Any]]]:
        drawn = rng.uniform(0.1, 3, (4, count, 3)).tolist()
        makers = (lambda row: Gf.Vec3d(*row), lambda row: Gf.Vec3f(*row), lambda row: Gf.Vec3f(*row),
                  lambda row: Vt.Vec3fArray(1, Gf.Vec3f(*row)))
        return [(name, [make(row) for row in values]) for name, make, values in zip(names, makers, drawn, strict=True)]

    def one_by_one() -> None:
        for name, column in rows():
            for prim, value in zip(prims, column, strict=True):
                prim.GetAttribute(name).Set(value)

    def specs() -> None:
        layer = stage.GetRootLayer()
        with Sdf.ChangeBlock():
            for name, column in rows():
                for prim, value in zip(prims, column, strict=True):
                    layer.GetAttributeAtPath(prim.GetPath().AppendProperty(name)).default = value

    return _timed(stage, steps, {"attribute.Set": one_by_one, "specs": specs})


def _functional(count: int, steps: int) -> dict[str, list[float]]:
    rep, stage, rng = _fresh()
    prims = rep.functional.create_batch.cube(count=count, parent="/World", name="Cube", semantics={"class": "cube"})

    def write() -> None:
        rep.functional.modify.pose(prims, position_value=rng.uniform(-3, 3, (count, 3)),
                                   rotation_value=rng.uniform(0, 360, (count, 3)), scale_value=rng.uniform(0.1, 1, count))
        rep.functional.modify.attribute(prims, "primvars:displayColor", rng.uniform(0, 1, (count, 3)),
                                        attribute_type="color3f[]")

    return _timed(stage, steps, {"modify": write})


def _graph(count: int, steps: int) -> dict[str, list[float]]:
    rep, stage, _ = _fresh()
    draw = rep.distribution.uniform
    prims = _posed_by_graph(rep, count)
    with rep.trigger.on_frame():
        rep.modify.attribute("primvars:displayColor", draw((0, 0, 0), (1, 1, 1)), attribute_type="color3f[]", input_prims=prims)
    return _timed(stage, steps, {"write": _frames_of_graph()})


def _own_color(count: int, steps: int) -> dict[str, list[float]]:
    rep, stage, _ = _fresh()
    prims = _posed_by_graph(rep, count)
    with rep.trigger.on_frame(), prims:
        rep.randomizer.color(colors=rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
    return _timed(stage, steps, {"write": _frames_of_graph()})


def _posed_by_graph(rep: Any, count: int) -> Any:
    draw = rep.distribution.uniform
    prims = rep.create.cube(count=count, semantics=[("class", "cube")])
    with rep.trigger.on_frame(), prims:
        rep.modify.pose(position=draw((-3, -3, -3), (3, 3, 3)), rotation=draw((0, 0, 0), (360, 360, 360)), scale=draw(0.1, 1))
    return prims


def _frames_of_graph() -> Callable[[], None]:
    from scenewright.replicator.session import current_session

    graph = current_session().graph
    graph.start()

    def write() -> None:
        graph.run_events()
        graph.fire_due()
        graph.end_frame()

    return write


def _materials(count: int, steps: int) -> dict[str, list[float]]:
    rep, stage, rng = _fresh()
    prims = rep.functional.create_batch.cube(count=count, parent="/World", name="Cube")
    materials = rep.functional.create_batch.material(mdl="OmniPBR.mdl", count=count, parent="/World", name="Material",
                                                     bind_prims=prims)

    def write() -> None:
        rep.functional.modify.attribute(materials, "diffuse_color_constant", list(map(tuple, rng.uniform(0, 1, (count, 3)))))
        rep.functional.modify.attribute(materials, "reflection_roughness_constant", rng.uniform(0, 1, count).tolist())

    return _timed(stage, steps, {"modify": write})


def _fresh() -> tuple[Any, Any, Any]:
    import numpy as np
    import omni.replicator.core as rep

    from scenewright.host.stage_context import get_context

    get_context().new_stage()
    rep.functional.create.xform(name="World")
    rep.functional.create.distant_light(intensity=2000, parent="/World", name="DistantLight")
    rep.functional.create.camera(parent="/World", name="Camera")
    return rep, get_context().get_stage(), np.random.default_rng(SEED)


def _timed(stage: Any, steps: int, writes: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Return the CPU seconds of each kind of write alone, of the sync after the last one, and of these two together."""
    from pxr import Usd

    from scenewright.render import Renderer

    renderer = Renderer(stage)
    renderer.sync(Usd.TimeCode(0))
    spent: dict[str, list[float]] = {name: [] for name in (*writes, "sync", "both")}
    for step in range(steps + 1):
        renderer.begin_step()
        for name, write in writes.items():
            before = time.process_time()
            write()
            spent[name].append(time.process_time() - before)
        before = time.process_time()
        renderer.sync(Usd.TimeCode(step + 1))
        spent["sync"].append(time.process_time() - before)
        spent["both"].append(spent[name][-1] + spent["sync"][-1])
    renderer.close()
    return spent


PARTS = {"usd": _usd, "functional": _functional, "graph": _graph, "own color": _own_color, "materials": _materials}
