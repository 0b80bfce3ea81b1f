"""``scenes.domain``: full domain randomization of any prims and what is below them.

Every firing, each object gets a material of a pool whose colours, roughnesses and textures are drawn anew; lights change
their strength and colour; unlabelled distractors of random shape fly through the volume; and cameras are nudged, still
looking at their objects. What a recipe does not ask for stays as it is.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux

from scenewright.sdg.recipe.modifiers import write_rows
from scenewright.sdg.recipe.poses import look_at_rotation, parent_matrices, up_axis, world_bounds, world_matrices
from scenewright.sdg.recipe.randomizers import LOOKS
from scenewright.sdg.recipe.runtime import Invocation, Operation
from scenewright.sdg.recipe.sampling import Draws

__all__ = ["domain_operation"]

_POOL = 32
"""Materials that are shared out: more looks than objects of one kind beside each other need, fewer than slow a frame."""

_SHAPES = ("cube", "sphere", "cylinder", "cone", "torus")


def domain_operation(call: Invocation) -> Operation:
    """Return ``scenes.domain`` as an operation on the call's prims."""
    targets = call.targets()
    domain = _Domain(call)
    domain.remember(targets.prims())

    def run(draws: Draws) -> None:
        roots = targets.prims()
        if not roots:
            return
        domain.remember(roots)
        domain.looks(roots, draws)
        domain.lights(roots, draws)
        domain.distractors(roots, draws)
        domain.cameras(roots, draws)

    return Operation(call.call, call.trigger, run, reads_poses=True)


@dataclass
class _Domain:
    """What one call keeps from firing to firing."""

    call: Invocation
    materials: list[Usd.Prim] = field(default_factory=list)
    strays: list[Usd.Prim] = field(default_factory=list)
    first: dict[Sdf.Path, tuple[Any, ...]] = field(default_factory=dict)

    def stream(self, draws: Draws, what: str) -> np.random.Generator:
        return draws.stream(f"{self.call.path}/{what}")

    def remember(self, roots: list[Usd.Prim]) -> None:
        """Keep strengths of lights and views of cameras as they are before the first frame, so that no frame sees another's."""
        for prim in (prim for root in roots for prim in Usd.PrimRange(root) if prim.GetPath() not in self.first):
            if prim.HasAPI(UsdLux.LightAPI):
                self.first[prim.GetPath()] = (UsdLux.LightAPI(prim).GetIntensityAttr().Get(),)
            elif prim.IsA(UsdGeom.Camera):
                matrix = world_matrices([prim])[0]
                distance = float(UsdGeom.Camera(prim).GetFocusDistanceAttr().Get() or 5.0)
                self.first[prim.GetPath()] = (matrix[3, :3], matrix[3, :3] - distance * matrix[2, :3])

    def looks(self, roots: list[Usd.Prim], draws: Draws) -> None:
        """Draw the pool's materials, and which object wears which."""
        rng = self.stream(draws, "looks")
        self._pool(rng)
        if not self.call.args.get("looks", True):
            return
        objects = _objects(roots)
        if objects:
            chosen = rng.integers(len(self.materials), size=len(objects))
            self.call.runtime.bind(objects, [self.materials[index] for index in chosen])

    def _pool(self, rng: np.random.Generator) -> None:
        call = self.call
        given = call.args.get("textures", ())
        files = [call.runtime.file(str(text), call.mark("textures")) for text in ([given] if isinstance(given, str) else given)]
        if not self.materials:
            self.materials = rep.functional.create_batch.material(
                mdl="OmniPBR.mdl",
                count=_POOL,
                name="Domain",
                parent=LOOKS,
                diffuse_color_constant=(0.5, 0.5, 0.5),
                diffuse_tint=(1.0, 1.0, 1.0),
                reflection_roughness_constant=0.5,
                metallic_constant=0.0,
                **({"diffuse_texture": files[0], "texture_scale": (1.0, 1.0), "project_uvw": True} if files else {}),
            )
        count = len(self.materials)
        palette = call.args.get("colors")
        colors = rng.random((count, 3))
        if palette:
            rows = np.array(palette if isinstance(palette[0], list) else [palette], dtype=float)
            colors = rows[rng.integers(len(rows), size=count)]
        write_rows(self.materials, "diffuse_color_constant", [tuple(row) for row in colors.tolist()])
        write_rows(self.materials, "reflection_roughness_constant", rng.uniform(0.1, 1.0, count).tolist())
        write_rows(self.materials, "metallic_constant", (rng.random(count) < 0.15).astype(float).tolist())
        if files:
            write_rows(self.materials, "diffuse_tint", [tuple(row) for row in (0.3 + 0.7 * colors).tolist()])
            write_rows(self.materials, "diffuse_texture", [files[i] for i in rng.integers(len(files), size=count)])
            write_rows(self.materials, "texture_scale", [(float(s), float(s)) for s in rng.uniform(0.5, 4.0, count)])

    def lights(self, roots: list[Usd.Prim], draws: Draws) -> None:
        """Draw strength and colour of every light, relative to what it was before the first frame."""
        limits = self.call.args.get("lights")
        lights = [prim for root in roots for prim in Usd.PrimRange(root) if prim.HasAPI(UsdLux.LightAPI)]
        if limits is None or not lights:
            return
        rng = self.stream(draws, "lights")
        low, high = np.log(float(limits[0])), np.log(float(limits[1]))
        factors = np.exp(low + (high - low) * rng.random(len(lights)))
        tints = rng.uniform(0.7, 1.0, (len(lights), 3))
        for prim, factor, tint in zip(lights, factors, tints, strict=True):
            light = UsdLux.LightAPI(prim)
            light.GetIntensityAttr().Set(float(self.first[prim.GetPath()][0] * factor))
            light.GetColorAttr().Set(Gf.Vec3f(*tint.tolist()))

    def distractors(self, roots: list[Usd.Prim], draws: Draws) -> None:
        """Draw place, turn, size and look of the distractors."""
        count = int(self.call.args.get("distractors", 0))
        if not count:
            return
        if not self.strays:
            group = rep.functional.create.xform(name="Distractors", parent="/Replicator")
            for index, shape in enumerate(_SHAPES):
                share = len(range(index, count, len(_SHAPES)))
                if share:
                    made = getattr(rep.functional.create_batch, shape)(count=share, name=shape.capitalize(), parent=group)
                    self.strays += made
        rng = self.stream(draws, "distractors")
        low, high = self._volume(roots)
        size = 0.04 * float(np.max(high - low))
        places = low + (high - low) * rng.random((count, 3))
        scales = np.repeat(size * rng.uniform(0.25, 1.0, (count, 1)), 3, axis=1)
        self.call.runtime.poses.write(self.strays, places, rng.uniform(-180.0, 180.0, (count, 3)), scales)
        chosen = rng.integers(len(self.materials), size=count)
        self.call.runtime.bind(self.strays, [self.materials[index] for index in chosen])

    def _volume(self, roots: list[Usd.Prim]) -> tuple[np.ndarray, np.ndarray]:
        if self.call.has("volume"):
            low, high = np.array(self.call.args["volume"], dtype=float)
            return low, high
        boxes = world_bounds(_objects(roots) or roots)
        boxes = boxes[~np.isnan(boxes).any(axis=(1, 2))]
        if not len(boxes):
            raise self.call.error("there is nothing whose bounds the distractors could fly in.", "Give `volume`.", "volume")
        return boxes[:, 0].min(0), boxes[:, 1].max(0)

    def cameras(self, roots: list[Usd.Prim], draws: Draws) -> None:
        """Nudge every camera by up to ``cameras`` metres and aim it within as much of where it looked."""
        reach = float(self.call.args.get("cameras", 0.0))
        cameras = [prim for root in roots for prim in Usd.PrimRange(root) if prim.IsA(UsdGeom.Camera)]
        if not reach or not cameras:
            return
        nudges = self.stream(draws, "cameras").uniform(-reach, reach, (2, len(cameras), 3))
        eyes, targets = (np.stack([self.first[prim.GetPath()][side] for prim in cameras]) + nudges[side] for side in (0, 1))
        parents = parent_matrices(cameras)
        inverse = np.linalg.inv(parents)
        places = np.einsum("ni,nij->nj", eyes, inverse[:, :3, :3]) + inverse[:, 3, :3]
        up = np.broadcast_to(up_axis(self.call.runtime.stage), eyes.shape)
        self.call.runtime.poses.write(cameras, places, look_at_rotation(eyes, targets, up, parents))


def _objects(roots: list[Usd.Prim]) -> list[Usd.Prim]:
    """Return what gets a look of its own: instances, prototypes of point instancers, and gprims that are neither's."""
    found = []
    for root in roots:
        walk = iter(Usd.PrimRange(root))
        for prim in walk:
            parent = prim.GetParent()
            prototype = parent and parent.GetName() == "Prototypes" and parent.GetParent().IsA(UsdGeom.PointInstancer)
            if prim.IsInstance() or prototype or prim.IsA(UsdGeom.Gprim):
                found.append(prim)
                walk.PruneChildren()
    return found
