"""Physically settled placement: convex hulls fall onto surfaces and come to rest; what falls off is told apart.

Newton (https://github.com/newton-physics/newton, extra ``[physics]``) moves them, in units in which a typical body is about one
unit large and weighs about one, since float32 contact constraints lose their footing on small light things. It simulates
nothing but these bodies, so the stage's own physics is left alone. Kit has no Newton of this project's; there the recipe
function lets PhysX do the same through the timeline.

A body rests when it hardly moves, overlaps nothing by more than a tolerance, and forces exist within the friction cones of its
contacts, and of those of the bodies it lies on, that carry all weights. A solver that iterates lets heaps creep in which they
do; statics decides.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.launching import on_device
from scenewright.sdg.variation.meshes import TriangleMesh
from scenewright.sdg.variation.settling_world import RATE, SIZE, SettlingWorld
from scenewright.sdg.variation.statics import Contacts, unsupported

__all__ = ["Settled", "drop_poses", "load_newton", "settle_meshes"]

_EVERY = RATE // 6
"""Frames between two looks at what rests."""
_CALM = ((2.5, 4.0), (0.03, 0.3))
"""Over time [s]: how far a body's surface may move from one look to the next to be held, in typical radii."""
_SHALLOW = ((3.0, 4.0), (0.6, 0.8))
"""Over time [s]: the share of the tolerated overlap up to which a body is held."""
_DEEP, _SIMPLER = 0.85, 0.15
"""Shares of the tolerated overlap: of what is kept, and of what hulls leave out."""
_STUCK = 0.002
_FIRST, _WEAK = 0.5, (3.5, 0.3)
"""When the first look is taken [s]; from when gravity is a share of itself."""
_TOUCH = 0.25
"""Share of the tolerance up to which a gap counts as contact."""
_CARRIED = 0.02
"""Share of its weight that a body may lack to count as supported: contacts are known that well."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Where bodies came to rest.

    Attributes:
        positions: World positions of the bodies' origins [stage units], shape (N, 3).
        rotations: What turns each body's given frame to the world, row vectors, shape (N, 3, 3).
        kept: Which lie at rest on the surface, shape (N,), bool.
        fell: Which fell off, shape (N,), bool; those that are neither were moving, lay in another
            one, or nothing that is kept carried them.
        seconds: Simulated time.
    """

    positions: np.ndarray
    rotations: np.ndarray
    kept: np.ndarray
    fell: np.ndarray
    seconds: float


def load_newton() -> ModuleType:
    """Return the newton module.

    Raises:
        VariationError: It or its hull computation is not installed.
    """
    try:
        import newton
        importlib.import_module("scipy.spatial")  # newton computes hulls with it
    except ImportError as error:
        raise VariationError(
            f"settled placement needs the 'physics' extra: pip install scenewright[physics]. ({error})"
        ) from None
    return newton


def drop_poses(
    radii: np.ndarray, low: np.ndarray, high: np.ndarray, top: float, generator: np.random.Generator, up: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Return where bodies start to fall: above a region, turned at random, none of their bounding spheres overlapping.

    Args:
        radii: Bounding radius of each body, shape (N,).
        low: Lower corner of the region, shape (3,); along ``up`` it does not matter.
        high: Upper corner.
        top: Height that all bodies start above.
        generator: Source of everything random.
        up: Axis that points up.

    Returns:
        Centres, shape (N, 3), and unit quaternions x, y, z, w, shape (N, 4).
    """
    flat = [axis for axis in range(3) if axis != up]
    unit = generator.random((len(radii), 2))
    turns = generator.standard_normal((len(radii), 4))
    centers = np.zeros((len(radii), 3))
    for body, radius in enumerate(radii):
        inset = np.minimum(radius, (high - low)[flat] / 2.0)
        spot = low[flat] + inset + unit[body] * ((high - low)[flat] - 2.0 * inset)
        reach = (radii[:body] + radius) * 1.02
        apart = np.linalg.norm(centers[:body][:, flat] - spot, axis=1)
        over = apart < reach
        heights = centers[:body, up][over] + np.sqrt(reach[over] ** 2 - apart[over] ** 2)
        centers[body, flat] = spot
        centers[body, up] = max(top + 1.05 * radius, heights.max(initial=-np.inf))
    return centers, turns / np.linalg.norm(turns, axis=1, keepdims=True)


def settle_meshes(
    meshes: Sequence[TriangleMesh],
    surface: TriangleMesh,
    generator: np.random.Generator,
    *,
    gravity: float = 9.81,
    friction: float = 0.6,
    seconds: float = 6.0,
    tolerance: float = 0.002,
    up: int = 2,
    device: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Settled:
    """Let convex hulls of meshes fall onto a surface until they lie still.

    Args:
        meshes: Bodies in frames whose axes are the world's, scaled as they shall be; origins are arbitrary.
        surface: What they fall on, in world coordinates: convex parts are solid, a flat one has a slab below it.
        generator: Source of places and rotations above the surface.
        gravity: Acceleration [stage units / s^2], downwards.
        friction: Coefficient of friction of everything.
        seconds: Simulated time at most [s].
        tolerance: How deep a body may lie in another, and how far from all others, to count as lying there [stage units].
        up: Axis that points up, 1 or 2.
        device: Warp device; None = the CPU.
        progress: Called with the simulated time [s] now and then.

    Raises:
        VariationError: Newton is missing, or an argument is wrong.
    """
    gravity = checked_number("gravity", gravity, 0.0, unit="stage units / s^2", above=True)
    friction = checked_number("friction", friction, 0.0, 10.0)
    seconds = checked_number("seconds", seconds, 0.0, 600.0, unit="s", above=True)
    tolerance = checked_number("tolerance", tolerance, 0.0, unit="stage units", above=True)
    if not meshes:
        return Settled(np.zeros((0, 3)), np.zeros((0, 3, 3)), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool), 0.0)
    error = _SIMPLER * tolerance
    world = SettlingWorld(load_newton(), meshes, surface, gravity, friction, up, error, on_device(device))
    centers, turns = drop_poses(world.radii, world.low, world.high, float(world.high[up]), generator, up)
    world.build(centers, turns)
    still = _run(world, seconds, tolerance, progress)
    positions, rotations = world.poses()
    fell = ~_above_surface(world, positions)
    kept = _resting(world, still & ~fell, tolerance)
    origins = positions - np.einsum("ni,nij->nj", world.middles, rotations)
    return Settled(origins, rotations, kept, fell, world.time)


def _run(world: SettlingWorld, seconds: float, tolerance: float, progress: Callable[[float], None] | None) -> np.ndarray:
    """Simulate until all bodies are held or time is up; return which hardly move."""
    before, still, left = world.state(), np.zeros(world.count, dtype=bool), int(np.ceil(seconds * RATE))
    weak = False
    while left > 0:
        world.advance(min(_EVERY, left))
        left -= _EVERY
        if not weak and world.time >= _WEAK[0]:
            world.weaken_gravity(_WEAK[1])
            weak = True
        after = world.state()
        moved, before = _moved(world, before, after), after
        still = moved < np.interp(world.time, *_CALM) * SIZE
        if world.time >= _FIRST:
            contacts = world.contacts(tolerance)
            gone = ~_above_surface(world, world.poses()[0])
            world.load = _load(world, contacts, ~gone, tolerance)
            deepest = _overlaps(contacts, world.count)
            carried = world.load < _CARRIED
            fresh = still & carried & (deepest < np.interp(world.time, *_SHALLOW) * tolerance)
            jammed = ~world.held & ((still & (deepest > _DEEP * tolerance)) | (~carried & (moved < _STUCK * SIZE)))
            world.hold((world.held | fresh) & carried & ~_touching(contacts, jammed))
            if (world.held | gone).all():
                break
        if progress is not None:
            progress(world.time)
    return still | world.held


def _resting(world: SettlingWorld, candidates: np.ndarray, tolerance: float) -> np.ndarray:
    """Return which bodies rest on each other and the surface when all others are taken away."""
    contacts = world.contacts(tolerance)
    kept = candidates
    while kept.any():
        there = _among(contacts, kept)
        carried = _load(world, there, kept, tolerance) < _CARRIED
        touches = np.zeros(world.count, dtype=bool)
        touches[there.bodies[there.bodies >= 0]] = True
        good = kept & carried & touches & (_overlaps(there, world.count) < _DEEP * tolerance)
        if (good == kept).all():
            break
        kept = good
    return kept


def _among(contacts: Contacts, bodies: np.ndarray) -> Contacts:
    """Return the contacts of some bodies with each other and the surface."""
    there = np.append(bodies, True)  # -1, the surface, is the last
    return contacts.where(there[contacts.bodies].all(axis=0))


def _load(world: SettlingWorld, contacts: Contacts, bodies: np.ndarray, tolerance: float) -> np.ndarray:
    there = _among(contacts, bodies)
    there = there.where(there.apart < _TOUCH * tolerance)
    weights = np.where(bodies, world.weights(), 0.0)
    return unsupported(there, world.mass_centers(), weights, world.radii, world.friction, world.up)


def _overlaps(contacts: Contacts, count: int) -> np.ndarray:
    """Return how deep each body lies in others [stage units], shape (count,)."""
    deepest = np.zeros(count)
    for body in contacts.bodies:
        np.maximum.at(deepest, body[body >= 0], -contacts.apart[body >= 0])
    return deepest


def _touching(contacts: Contacts, bodies: np.ndarray) -> np.ndarray:
    """Return which bodies touch some, shape (N,)."""
    first, second = contacts.bodies[:, (contacts.bodies >= 0).all(axis=0)]
    touching = np.zeros(len(bodies), dtype=bool)
    touching[first[bodies[second]]] = True
    touching[second[bodies[first]]] = True
    return touching


def _moved(world: SettlingWorld, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    turned = 2.0 * np.arccos(np.clip(np.abs((before[:, 3:7] * after[:, 3:7]).sum(axis=1)), 0.0, 1.0))
    return np.linalg.norm(after[:, :3] - before[:, :3], axis=1) + turned * world.radii * world.scale


def _above_surface(world: SettlingWorld, positions: np.ndarray) -> np.ndarray:
    """Return which bodies have their middle over the surface's box, and not below it."""
    flat = [axis for axis in range(3) if axis != world.up]
    inside = ((positions[:, flat] >= world.low[flat]) & (positions[:, flat] <= world.high[flat])).all(axis=1)
    return inside & (positions[:, world.up] > world.low[world.up] - 1e-6 * world.radii)
