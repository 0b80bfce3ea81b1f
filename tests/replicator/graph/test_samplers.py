"""Every distribution and randomizer against the law that it names: Kolmogorov-Smirnov and chi-square tests with fixed seeds.

A sampler passes at a probability above one in a thousand; each test below draws enough to tell a wrong law by far less.
"""

from itertools import pairwise

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Gf, Usd, UsdGeom, UsdShade
from scipy import stats

from scenewright.replicator.functional import rotation_math
from scenewright.replicator.rng import ReplicatorRNG
from scenewright.replicator.session import current_session

LEAST = 1e-3
COUNT = 4000
DRAW = rep.distribution


def draws(item, count=COUNT, executions=1, width=None):
    """Return what ``executions`` firings of a trigger would sample, shape (executions * count, ...)."""
    graph, rows = current_session().graph, []
    graph.start()
    for _ in range(executions):
        graph.pass_number += 1
        rows.append(np.array(item.node.sample(count, width)))
    return np.concatenate(rows)


def follows(values, law):
    return stats.kstest(np.ravel(values), law.cdf).pvalue > LEAST


def are_even(values, shares=None):
    """Return whether the counts of distinct values go by ``shares`` (in the order of the sorted values; even by default)."""
    counts = np.unique(values, return_counts=True)[1]
    expected = np.full(len(counts), 1 / len(counts)) if shares is None else np.asarray(shares)
    return stats.chisquare(counts, expected * counts.sum()).pvalue > LEAST


def independent(one, other):
    """Return whether two columns of numbers have no rank correlation."""
    return stats.spearmanr(one, other).pvalue > LEAST


LAWS = [
    (lambda: DRAW.uniform(-2, 3), [stats.uniform(-2, 5)]),
    (lambda: DRAW.uniform((3, 0, -1), (-2, 10, -0.5)), [stats.uniform(-2, 5), stats.uniform(0, 10), stats.uniform(-1, 0.5)]),
    (lambda: DRAW.normal(1, 0.25), [stats.norm(1, 0.25)]),
    (lambda: DRAW.normal((0, 100), (1, 20)), [stats.norm(0, 1), stats.norm(100, 20)]),
    (lambda: DRAW.log_uniform(1e-3, 1e2), [stats.loguniform(1e-3, 1e2)]),
    (lambda: DRAW.log_uniform((1, 10), (8, 1e4)), [stats.loguniform(1, 8), stats.loguniform(10, 1e4)]),
    (lambda: DRAW.combine([DRAW.uniform(0, 1), DRAW.normal(0, 2), DRAW.log_uniform(1, 9)]),
     [stats.uniform(), stats.norm(0, 2), stats.loguniform(1, 9)]),
    (lambda: DRAW.choice([DRAW.uniform(4, 5)]), [stats.uniform(4, 1)]),
    (lambda: DRAW.uniform(0, 1, seed=12345), [stats.uniform()]),
]


@pytest.mark.parametrize(("make", "laws"), LAWS)
@pytest.mark.parametrize(("count", "executions"), [(COUNT, 1), (1, COUNT), (40, COUNT // 40)])
def test_continuous_distributions_follow_their_law(graph_stage, make, laws, count, executions):
    """Over prims, over frames, and over both; the components and successive draws have nothing to do with each other."""
    columns = draws(make(), count, executions).reshape(COUNT, -1).T
    assert len(columns) == len(laws)
    for column, law in zip(columns, laws, strict=True):
        assert follows(column, law)
        assert independent(column[1:], column[:-1])
    for one, other in pairwise(columns):
        assert independent(one, other)


def test_a_wrong_law_does_not_pass(graph_stage):
    values = draws(DRAW.uniform(0, 1))
    assert not follows(values**1.3, stats.uniform())
    assert not are_even(draws(DRAW.choice([0, 1, 2], weights=[1, 1, 1.25])))


@pytest.mark.parametrize("weights", [None, [1, 2, 3, 4], [5, 1, 1, 1]])
@pytest.mark.parametrize(("count", "executions"), [(COUNT, 1), (1, COUNT)])
def test_choice_goes_by_its_weights(graph_stage, weights, count, executions):
    values = draws(DRAW.choice([10, 20, 30, 40], weights=weights), count, executions)
    assert are_even(values, None if weights is None else np.array(weights) / sum(weights))
    table = np.histogram2d(values[1:], values[:-1], bins=4)[0]
    assert stats.chi2_contingency(table).pvalue > LEAST


def test_choice_without_replacement_gives_every_order_alike(graph_stage):
    orders = draws(DRAW.choice([1, 2, 3], with_replacements=False), 3, 1200).reshape(-1, 3)
    assert are_even(orders @ [100, 10, 1]) and len(np.unique(orders, axis=0)) == 6


def test_a_shuffled_sequence_gives_every_order_alike(graph_stage):
    turns = draws(DRAW.sequence([1, 2, 3], ordered=False), 1, 3600).reshape(-1, 3)
    assert len(np.unique(turns, axis=0)) == 6 and (np.sort(turns, axis=1) == [1, 2, 3]).all()
    assert are_even(turns @ [100, 10, 1])


def test_two_nodes_and_two_seeds_are_independent(graph_stage):
    nodes = [draws(DRAW.uniform(0, 1)) for _ in range(3)]
    seeds = [draws(DRAW.uniform(0, 1, seed=seed)) for seed in (1, 2, 3)]
    for one, other in [*pairwise(nodes), *pairwise(seeds), (nodes[0], seeds[0])]:
        assert independent(one, other)


def test_streams_of_one_draw_each_are_uniform_together():
    """What a script draws that makes a generator for every frame: the first number of many streams."""
    rep.set_global_seed(3)
    firsts = [ReplicatorRNG().generator.random() for _ in range(COUNT)]
    assert follows(firsts, stats.uniform()) and independent(firsts[1:], firsts[:-1])
    assert follows([ReplicatorRNG(seed=k).generator.random() for k in range(COUNT)], stats.uniform())
    rep.set_global_seed(0)


def fired(graph_stage, randomize, count=600, frames=4):
    """Fire a randomizer on cubes; return the cubes after each frame."""
    cubes = rep.functional.create_batch.cube(count=count, parent="/World", name="Cube")
    with rep.trigger.on_frame():
        randomize([str(cube.GetPath()) for cube in cubes])
    graph = current_session().graph
    graph.start()
    for _ in range(frames):
        graph.fire_due()
        yield cubes
        graph.end_frame()


def test_full_rotations_turn_every_axis_anywhere(graph_stage):
    """The z component of a turned axis is uniform (Archimedes), and so is its direction about z."""
    matrices = []
    for cubes in fired(graph_stage, lambda paths: rep.randomizer.rotation(input_prims=paths)):
        angles = np.array([cube.GetAttribute("xformOp:rotateXYZ").Get() for cube in cubes], dtype=float)
        matrices.append(rotation_math.matrix_from_euler(angles))
    for axis in np.concatenate(matrices).transpose(1, 0, 2):
        assert follows(axis[:, 2], stats.uniform(-1, 2))
        assert follows(np.arctan2(axis[:, 1], axis[:, 0]), stats.uniform(-np.pi, 2 * np.pi))


def test_bounded_rotations_have_uniform_angles(graph_stage):
    bounds = {"min_angle": (-30, 0, 90), "max_angle": (30, 10, 80)}
    frames = fired(graph_stage, lambda paths: rep.randomizer.rotation(input_prims=paths, **bounds))
    angles = np.array([tuple(cube.GetAttribute("xformOp:rotateXYZ").Get()) for cubes in frames for cube in cubes])
    for column, low, width in zip(angles.T, (-30, 0, 80), (60, 10, 10), strict=True):
        assert follows(column, stats.uniform(low, width))


def test_display_colors_are_uniform(graph_stage):
    cubes = rep.functional.create_batch.cube(count=2000, parent="/World", name="Cube")
    rep.functional.randomizer.display_color(cubes, rng=ReplicatorRNG(seed=5))
    colors = np.array([tuple(cube.GetAttribute("primvars:displayColor").Get()[0]) for cube in cubes])
    assert all(follows(channel, stats.uniform()) for channel in colors.T)


def test_colors_and_materials_are_drawn_evenly(graph_stage):
    palette = [(0.0, 0.0, 0.5), (0.0, 0.5, 0.0), (0.5, 0.0, 0.0)]
    seen = []
    for cubes in fired(graph_stage, lambda paths: rep.randomizer.color(colors=palette, input_prims=paths), 200):
        bound = (UsdShade.MaterialBindingAPI(cube).ComputeBoundMaterial()[0] for cube in cubes)
        shaders = (material.ComputeSurfaceSource("mdl")[0] for material in bound)
        seen += [palette.index(tuple(Gf.Vec3f(shader.GetInput("diffuse_color_constant").Get()))) for shader in shaders]
    assert are_even(seen) and set(seen) == {0, 1, 2}


def test_drawn_materials_go_evenly(graph_stage):
    made = rep.functional.create_batch.material(mdl="OmniPBR.mdl", count=4, parent="/World", name="Material")
    paths = [str(material.GetPath()) for material in made]
    seen = []
    for cubes in fired(graph_stage, lambda prims: rep.randomizer.materials(paths, input_prims=prims), 200):
        seen += [paths.index(str(UsdShade.MaterialBindingAPI(cube).ComputeBoundMaterial()[0].GetPath())) for cube in cubes]
    assert are_even(seen) and set(seen) == {0, 1, 2, 3}


def test_instances_are_drawn_by_weight(graph_stage):
    paths = []
    for kind in (UsdGeom.Sphere, UsdGeom.Cube):
        paths.append(f"/Sources/{kind.__name__}")
        kind.Define(graph_stage, paths[-1])
    with rep.trigger.on_frame():
        item = rep.randomizer.instantiate(paths, size=500, weights=[1, 3], mode="reference")
    graph, chosen = current_session().graph, []
    graph.start()
    for _ in range(4):
        graph.fire_due()
        chosen += [any(part.IsA(UsdGeom.Sphere) for part in Usd.PrimRange(prim)) for prim in item.get_prims()]
        graph.end_frame()
    assert len(chosen) == 2000 and are_even(chosen, [0.75, 0.25])
