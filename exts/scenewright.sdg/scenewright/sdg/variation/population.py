"""Pose, scale and colour of many prims: drawn in one kernel, written through Sdf specs in one change block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import warp as wp
from pxr import Sdf, Usd, UsdGeom, Vt

from scenewright.sdg.recipe.poses import local_poses
from scenewright.sdg.variation import drawing_kernels as kernels
from scenewright.sdg.variation.counter import key_of
from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.launching import on_device

__all__ = ["PopulationRanges", "PopulationVariation"]

_TRANSFORM = "xformOp:transform"
_ORDER = Vt.TokenArray([_TRANSFORM])
_Box = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class PopulationRanges:
    """What is varied, as (lowest, highest) triples; None = left as it is.

    Attributes:
        position: Local translation [stage units].
        rotation: Local XYZ angles [degrees].
        scale: Local scale; where all three axes have the same range, all get the same value.
        color: ``primvars:displayColor``, linear.
    """

    position: _Box | None = None
    rotation: _Box | None = None
    scale: _Box | None = None
    color: _Box | None = None


class PopulationVariation:
    """Varies the same prims again and again; what has to be looked up is looked up once.

    Values go to the stage's edit target as it is when this is made. A pose is one
    matrix, since writing values is what a step costs: half a microsecond to draw them, a microsecond for each to write.

    Args:
        prims: N prims of one stage.
        ranges: What to vary.
        device: Warp device; None = the CPU.
        author: Whether values will be written; otherwise the stage is left alone and `draw` is all that works.

    Raises:
        VariationError: There is nothing to vary, a range is wrong, or a prim cannot be posed or lies inside an instance.
    """

    def __init__(
        self, prims: Sequence[Usd.Prim], ranges: PopulationRanges, *, device: str | None = None, author: bool = True
    ):
        self.prims, self.device, self.count = list(prims), on_device(device), len(prims)
        if not self.prims:
            raise VariationError("there are no prims to vary. Give some.")
        self.given = ranges
        self.ranges = _checked(ranges)
        self.posed = any(getattr(ranges, name) is not None for name in ("position", "rotation", "scale"))
        base = [np.zeros((self.count, 3)), np.zeros((self.count, 3)), np.ones((self.count, 3))]
        self._check_prims(author)
        if self.posed:
            base = list(local_poses(self.prims))
        kinds = (wp.vec3d, wp.vec3, wp.vec3)
        self.base = [
            wp.array(np.ascontiguousarray(rows), dtype=kind, device=self.device)
            for rows, kind in zip((base[0], *(part.astype(np.float32) for part in base[1:])), kinds, strict=True)
        ]
        buffers = {"position": wp.vec3d, "rotation": wp.vec3, "scale": wp.vec3, "color": wp.vec3, "matrix": wp.mat44d}
        self.buffers = {name: wp.zeros(self.count, dtype=kind, device=self.device) for name, kind in buffers.items()}
        if author:
            self.poses, self.orders, self.colors = self._specs()
            self.claim()

    def draw(self, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw values: position, rotation, scale and color, (N, 3), and the poses' matrices (row vectors), (N, 4, 4), float64.

        On the CPU they are views that the next draw overwrites.
        """
        inputs = [0, key_of(generator), self.ranges, *self.base, *self.buffers.values()]
        wp.launch(kernels.draw_variations, dim=self.count, inputs=inputs, device=self.device)
        return {name: buffer.numpy() for name, buffer in self.buffers.items()}

    def write(self, values: dict[str, np.ndarray]) -> None:
        """Write matrices and colours to the stage, all in one change block."""
        with Sdf.ChangeBlock():
            if self.posed:
                for spec, value in zip(self.poses, Vt.Matrix4dArray.FromNumpy(values["matrix"]), strict=True):
                    spec.default = value
            if self.colors:
                rows = values["color"]
                for row, spec in enumerate(self.colors):
                    spec.default = Vt.Vec3fArray.FromNumpy(rows[row : row + 1])

    def claim(self) -> None:
        """Let the matrices count again where something else has posed the prims meanwhile."""
        for spec in self.orders:
            if spec.default != _ORDER:
                spec.default = _ORDER

    def apply(self, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw and write; return what was drawn."""
        values = self.draw(generator)
        self.write(values)
        return values

    def _check_prims(self, author: bool) -> None:
        for prim in self.prims:
            if prim.IsInstanceProxy() or not prim.IsA(UsdGeom.Xformable):
                what = (
                    "lies inside an instance" if prim.IsInstanceProxy() else f"({prim.GetTypeName() or 'no type'}) has no pose"
                )
                raise VariationError(f"{prim.GetPath()} {what}. Give Xforms, shapes, cameras or lights.")
            if author and self.given.color is not None and not prim.IsA(UsdGeom.Gprim):
                raise VariationError(f"{prim.GetPath()} ({prim.GetTypeName()}) has no display colour. Give meshes or shapes.")

    def _specs(self) -> tuple[list[Sdf.AttributeSpec], list[Sdf.AttributeSpec], list[Sdf.AttributeSpec]]:
        target = self.prims[0].GetStage().GetEditTarget()
        layer, kinds = target.GetLayer(), Sdf.ValueTypeNames
        poses, orders, colors = [], [], []
        with Sdf.ChangeBlock():
            for prim in self.prims:
                owner = Sdf.CreatePrimInLayer(layer, target.MapToSpecPath(prim.GetPath()))
                if self.posed:
                    poses.append(_attribute(owner, _TRANSFORM, kinds.Matrix4d))
                    orders.append(_attribute(owner, "xformOpOrder", kinds.TokenArray, Sdf.VariabilityUniform))
                if self.given.color is not None:
                    colors.append(_attribute(owner, "primvars:displayColor", kinds.Color3fArray))
                    colors[-1].SetInfo("interpolation", "constant")
        return poses, orders, colors


def _attribute(
    owner: Sdf.PrimSpec, name: str, kind: Sdf.ValueTypeName, variability: Sdf.Variability = Sdf.VariabilityVarying
) -> Sdf.AttributeSpec:
    spec = owner.attributes.get(name)
    return spec if spec is not None else Sdf.AttributeSpec(owner, name, kind, variability)


def _checked(ranges: PopulationRanges) -> kernels.Ranges:
    if all(getattr(ranges, name) is None for name in ("position", "rotation", "scale", "color")):
        raise VariationError("nothing is to be varied. Give a range of position, rotation, scale or color.")
    table = kernels.Ranges()
    for name, otherwise in (("position", 0.0), ("rotation", 0.0), ("scale", 1.0), ("color", 0.5)):
        box = ([otherwise] * 3, [otherwise] * 3) if getattr(ranges, name) is None else getattr(ranges, name)
        if not isinstance(box, Sequence) or isinstance(box, str) or len(box) != 2:
            raise VariationError(f"'{name}' is {box!r}. Give the lowest and the highest, three numbers each.")
        ends = []
        for end, values in zip(("low", "high"), box, strict=True):
            if not isinstance(values, Sequence | np.ndarray) or isinstance(values, str) or len(values) != 3:
                raise VariationError(f"the {end} end of '{name}' is {values!r}. Give three numbers.")
            bounds = (0.0, 1e6) if name == "color" else (-1e12, 1e12)
            plain = (float(value) if isinstance(value, np.number) else value for value in values)
            ends.append([checked_number(name, value, *bounds) for value in plain])
            setattr(table, f"{name}_{end}", wp.vec3(*ends[-1]))
        if any(low > high for low, high in zip(*ends, strict=True)):
            raise VariationError(f"'{name}' goes from {ends[0]} to {ends[1]}: the lowest comes first.")
        if name != "color":
            setattr(table, f"vary_{name}", int(getattr(ranges, name) is not None))
        if name == "scale":
            table.uniform_scale = int(all(len(set(end)) == 1 for end in ends))
    return table
