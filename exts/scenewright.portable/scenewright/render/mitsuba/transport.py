"""A path tracer on Mitsuba's scenes and surfaces that knows what its own integrators do not.

It has light shaping, light and shadow links, lights without shadows and lights that the camera does not see, fog that scatters
once on each stretch of a path, and rays of any lens. Needs a vectorised variant of Mitsuba to be set.
"""

from typing import NamedTuple

import drjit as dr
import mitsuba as mi
import numpy as np

from scenewright.render.mitsuba.air import Air
from scenewright.render.mitsuba.light_rows import LightRows

__all__ = ["CameraRays", "PathTracer"]

_ROULETTE_DEPTH = 5
_LAYERS = 256
"""Most surfaces, those seen through included, that a path meets, and most that a shadow ray looks through."""


class CameraRays(NamedTuple):
    """Rays relative to the camera's position; the direction of one that the lens does not have is NaN."""

    origins: np.ndarray
    """(N, 3)."""
    directions: np.ndarray
    """(N, 3), unit."""
    near: np.ndarray
    """(N,) distance at which each begins to see."""
    far: np.ndarray
    """(N,) distance at which it ends."""


class PathTracer:
    """Traces rays through one Mitsuba scene."""

    def __init__(self, scene: "mi.Scene", rows: LightRows, air: Air | None, bounces: int) -> None:
        """Take a scene whose shapes are called ``shape_<instance>_…`` and whose lights are called ``light_<row - 1>_…``."""
        self._scene, self._rows, self._air, self._bounces = scene, rows, air, bounces
        shapes, emitters = list(scene.shapes()), list(scene.emitters())
        self._lamp = _table(scene.shapes_dr(), [_light_row(shape.id()) for shape in shapes])
        self._instance = _table(scene.shapes_dr(), [_instance_row(shape.id()) for shape in shapes])
        names = [e.id() if e.get_shape() is None else e.get_shape().id() for e in emitters]
        self._row_of = _table(scene.emitters_dr(), [_light_row(name) for name in names]) if emitters else None

    def trace(self, rays: CameraRays, seed: int) -> np.ndarray:
        """Return radiance and coverage of each ray, (N, 4) float32."""
        sampler = mi.load_dict({"type": "independent"})
        sampler.seed(seed, len(rays.origins))
        known = mi.Bool(np.isfinite(rays.directions).all(axis=1))
        o = mi.Point3f(np.ascontiguousarray(rays.origins.T, np.float32))
        d = dr.select(known, mi.Vector3f(np.ascontiguousarray(rays.directions.T, np.float32)), mi.Vector3f(0, 0, 1))
        near, far = mi.Float(rays.near.astype(np.float32)), mi.Float(rays.far.astype(np.float32))
        ray = mi.Ray3f(o + near * d, d)
        ray.maxt = far - near
        light, covered = self._paths(ray, near, sampler, known)
        return np.concatenate([np.array(light).reshape(3, -1), np.array(covered).reshape(1, -1)]).T

    @dr.syntax
    def _paths(self, ray: "mi.Ray3f", lead: "mi.Float", sampler: "mi.Sampler", active: "mi.Bool"
               ) -> "tuple[mi.Color3f, mi.Float]":
        rows, context = self._rows, mi.BSDFContext()
        light, throughput = mi.Color3f(0.0), mi.Color3f(1.0)
        covered, clear = mi.Float(0.0), mi.Float(1.0)  # of the camera's ray: the part that met something, and that has not
        depth, layers, eta = mi.UInt32(0), mi.UInt32(0), mi.Float(1.0)
        origin, origin_pdf, origin_delta = dr.zeros(mi.Interaction3f), mi.Float(1.0), mi.Bool(True)
        origin_instance = mi.Int32(-1)
        while active:
            si = self._scene.ray_intersect(ray, active)
            if dr.hint(self._air is not None, mode="scalar"):
                t = dr.minimum(si.t, ray.maxt)
                light += throughput * self._fog_light(ray, -lead, t, sampler, active)
                passed = self._air.passed(ray.o, ray.d, -lead, t)
                covered = dr.select(active & (depth == 0), covered + clear * (1.0 - passed), covered)
                clear = dr.select(active & (depth == 0), clear * passed, clear)
                throughput = dr.select(active, throughput * passed, throughput)
            lead = mi.Float(0.0)
            lamp = dr.select(si.is_valid(), _look_up(self._lamp, si.shape), 0)
            is_lamp = lamp > 0
            found = dr.select(depth == 0, dr.gather(mi.Bool, rows.visible, lamp), dr.gather(mi.Bool, rows.met, lamp))
            ignored = is_lamp & ~found

            # what shines by itself
            emitter = si.emitter(self._scene, active)
            shines = active & (emitter != None) & ~ignored  # noqa: E711 - an array of pointers
            row = self._row(emitter, shines)
            shines &= dr.select(depth == 0, dr.gather(mi.Bool, rows.visible, row), dr.gather(mi.Bool, rows.met, row))
            shines &= rows.shines_on(row, origin_instance)
            ds = mi.DirectionSample3f(self._scene, si, origin)
            rival = self._scene.pdf_emitter_direction(origin, ds, shines & ~origin_delta)
            share = dr.select(origin_delta, 1.0, origin_pdf / (origin_pdf + rival))
            emitted = emitter.eval(si, shines) * rows.shape_factor(row, ray.d) * share
            light = dr.select(shines, light + throughput * emitted, light)
            seen = active & (depth == 0) & ~ignored & (is_lamp | (shines & ~si.is_valid()))
            covered = dr.select(seen, covered + clear, covered)
            clear = dr.select(seen, 0.0, clear)

            # what comes straight from a light
            active &= si.is_valid() & ~(is_lamp & ~ignored) & (depth <= self._bounces)
            bounces = active & ~ignored
            bsdf = si.bsdf(ray)
            instance = _look_up(self._instance, si.shape)
            wanted = bounces & mi.has_flag(bsdf.flags(), mi.BSDFFlags.Smooth)
            if dr.hint(self._row_of is not None, mode="scalar"):
                ds, weight = self._scene.sample_emitter_direction(si, sampler.next_2d(wanted), False, wanted)
                row = self._row(ds.emitter, wanted)
                wanted &= (ds.pdf > 0.0) & rows.shines_on(row, instance)
                value, pdf = bsdf.eval_pdf(context, si, si.to_local(ds.d), wanted)
                lone = ds.delta | ~dr.gather(mi.Bool, rows.met, row)
                share = dr.select(lone, 1.0, ds.pdf / (ds.pdf + pdf))
                weight *= value * share * rows.shape_factor(row, ds.d)
                wanted &= dr.max(weight) > 0.0
                weight *= self._passed(si.spawn_ray_to(ds.p), ds, row, wanted)
                light = dr.select(wanted, light + throughput * weight, light)

            # where the path goes on
            choice, spot = sampler.next_1d(bounces), sampler.next_2d(bounces)
            sample, weight = bsdf.sample(context, si, choice, spot, bounces)
            straight = mi.has_flag(sample.sampled_type, mi.BSDFFlags.Null)
            straight &= dr.max(bsdf.eval_null_transmission(si, bounces)) > 0.0
            on = ignored | straight  # a hole, or a lamp that such rays do not meet: the path has not ended its stretch
            first = bounces & ~straight & (depth == 0)
            covered = dr.select(first, covered + clear, covered)
            clear = dr.select(first, 0.0, clear)
            throughput = dr.select(bounces & ~straight | (active & straight), throughput * weight, throughput)
            eta = dr.select(bounces, eta * sample.eta, eta)
            turned = bounces & ~straight
            origin = dr.select(turned, mi.Interaction3f(si), origin)
            origin_pdf = dr.select(turned, sample.pdf, origin_pdf)
            origin_delta = dr.select(turned, mi.has_flag(sample.sampled_type, mi.BSDFFlags.Delta), origin_delta)
            origin_instance = dr.select(turned, instance, origin_instance)
            away = dr.select(on, ray.d, si.to_world(sample.wo))
            left = dr.select(on, ray.maxt - si.t, dr.largest(mi.Float))
            depth = dr.select(turned, depth + 1, depth)
            ray = si.spawn_ray(away)
            ray.maxt = left
            layers += 1
            active &= (dr.max(throughput) > 0.0) & (layers < _LAYERS)
            survival = dr.minimum(dr.max(throughput) * eta * eta, 0.95)
            chance = turned & (depth >= _ROULETTE_DEPTH)
            active &= ~chance | (sampler.next_1d(active) < survival)
            throughput = dr.select(chance, throughput / survival, throughput)
        return light, covered

    def _row(self, emitter: "mi.EmitterPtr", active: "mi.Bool") -> "mi.UInt32":
        return mi.UInt32(0) if self._row_of is None else dr.select(active, _look_up(self._row_of, emitter), 0)

    @dr.syntax
    def _passed(self, ray: "mi.Ray3f", ds: "mi.DirectionSample3f", row: "mi.UInt32", active: "mi.Bool") -> "mi.Color3f":
        """Return the part of a light's radiance that arrives, shadows and fog taken off."""
        rows, passed = self._rows, mi.Color3f(1.0)
        if dr.hint(self._air is not None, mode="scalar"):
            passed *= self._air.passed(ray.o, ray.d, mi.Float(0.0), ray.maxt)
        linked = rows.links_shadows(row)
        layers, alive = mi.UInt32(0), active & dr.gather(mi.Bool, rows.shadows, row)
        while alive:
            si = self._scene.ray_intersect(ray, alive)
            alive &= si.is_valid()
            lamp = dr.select(alive, _look_up(self._lamp, si.shape), 0)
            instance = dr.select(alive, _look_up(self._instance, si.shape), -1)
            dark = (lamp > 0) & (lamp != row) & ~linked & dr.gather(mi.Bool, rows.met, lamp)
            throws = (instance >= 0) & rows.throws(row, instance)
            through = si.bsdf().eval_null_transmission(si, alive & throws)
            passed = dr.select(alive & throws, passed * through, passed)
            passed = dr.select(alive & dark, 0.0, passed)
            ray = si.spawn_ray_to(ds.p)
            layers += 1
            alive &= (dr.max(passed) > 0.0) & (layers < _LAYERS)
        return passed

    def _fog_light(self, ray: "mi.Ray3f", low: "mi.Float", high: "mi.Float", sampler: "mi.Sampler", active: "mi.Bool"
                   ) -> "mi.Color3f":
        """Return what fog adds to a stretch of a ray: its own glow, and light that it scatters once."""
        air = self._air
        added = air.glow * (1.0 - air.passed(ray.o, ray.d, low, high))
        if self._row_of is None:
            return dr.select(active, added, 0.0)
        p, share = air.scattering(ray.o, ray.d, low, high, sampler.next_1d(active))
        here = dr.zeros(mi.Interaction3f, dr.width(p))
        here.p = p
        wanted = active & (dr.max(share) > 0.0)
        ds, weight = self._scene.sample_emitter_direction(here, sampler.next_2d(active), False, wanted)
        row = self._row(ds.emitter, wanted)
        wanted &= ds.pdf > 0.0
        weight *= air.phase(dr.dot(ds.d, ray.d)) * self._rows.shape_factor(row, ds.d)
        weight *= self._passed(here.spawn_ray_to(ds.p), ds, row, wanted)
        return dr.select(active, added + dr.select(wanted, share * weight, 0.0), 0.0)


def _table(pointers: object, values: list[int]) -> "mi.Int32":
    """Return values by the number that stands for each object in Dr.Jit's registry."""
    numbers = np.array(dr.reinterpret_array(mi.UInt32, pointers))
    table = np.full(int(numbers.max(initial=0)) + 1, -1, np.int32)
    table[numbers] = values
    return mi.Int32(table)


def _look_up(table: "mi.Int32", pointer: object) -> "mi.Int32":
    return dr.gather(mi.Int32, table, dr.reinterpret_array(mi.UInt32, pointer))


def _light_row(name: str) -> int:
    return int(name.split("_")[1]) + 1 if name.startswith("light_") else 0


def _instance_row(name: str) -> int:
    return int(name.split("_")[1]) if name.startswith("shape_") else -1
