"""The stage of an object description: one Xform for each mutable, made once, and what each frame writes to it."""

from pathlib import Path
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Gf, Usd, UsdGeom, UsdPhysics, UsdShade

from scenewright.sdg.recipe.findings import Mark, RecipeError
from scenewright.sdg.recipe.object_description.description import ObjectDescription
from scenewright.sdg.recipe.object_description.resolver import Resolver
from scenewright.sdg.recipe.poses import local_bounds
from scenewright.sdg.recipe.randomizers import LOOKS, reference_asset
from scenewright.sdg.recipe.runtime import Runtime
from scenewright.sdg.recipe.stage_setup import spec_conformant

__all__ = ["ROOT", "World"]

ROOT = "/World"
"""Where the mutables stand."""

_CENTIMETRE = 0.01
_LENS = {"focal_length": "focalLength", "horizontal_aperture": "horizontalAperture"}
_SHADER = {"diffuse_tint": "diffuse_tint", "color": "diffuse_color_constant"}
_RING = 48


class World:
    """Mutables on a stage.

    Args:
        description: The description.
        stage: Its stage, Y-up and in centimetres from now on.
        runtime: Opens files, or what stands in for them.

    Attributes:
        cameras: Camera prims by mutable, in file order.
        simulates: Whether bodies move in each frame.
    """

    def __init__(self, description: ObjectDescription, stage: Usd.Stage, runtime: Runtime):
        self.description = description
        self.stage = stage
        self.cameras: dict[str, Usd.Prim] = {}
        self._runtime = runtime
        self._wrappers: dict[str, Usd.Prim] = {}
        self._inner: dict[str, Usd.Prim] = {}
        self._materials: dict[str, Usd.Prim] = {}
        self._files: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self.simulates = any(description.attribute(name, "physics") == "rigidbody" for name in description.mutables)
        self.simulates &= self.seconds > 0.0

    @property
    def seconds(self) -> float:
        """Simulated time of each frame [s]."""
        return float(self.description.setting("simulation_time") or self.description.setting("inter_frame_time") or 0.0)

    def build(self, first: Resolver) -> None:
        """Make everything, with the values of the first frame where something must be there."""
        UsdGeom.Xform.Define(self.stage, ROOT)
        for name, kind in self.description.mutables.items():
            wrapper = UsdGeom.Xform.Define(self.stage, f"{ROOT}/{name}")
            wrapper.AddTransformOp()
            self._wrappers[name] = wrapper.GetPrim()
            self._inner[name] = getattr(self, f"_make_{kind}")(name, first)
        self._make_physics()

    def bounds(self, name: str) -> np.ndarray:
        """Return minimum and maximum of a mutable's geometry without its operators [cm], shape (2, 3)."""
        found = local_bounds([self._wrappers[name]])[0]
        return np.zeros((2, 3)) if np.isnan(found).any() else found

    def show(self, values: Resolver) -> None:
        """Write the values of a frame."""
        for name, kind in self.description.mutables.items():
            self._write_content(name, kind, values)
        for name in self.description.mutables:
            matrix, wrapper = values.matrix(name), self._wrappers[name]
            if matrix is not None:
                wrapper.GetAttribute("xformOp:transform").Set(Gf.Matrix4d(*matrix.reshape(-1).tolist()))
            UsdGeom.Imageable(wrapper).GetVisibilityAttr().Set("inherited" if matrix is not None else "invisible")
            self._label(name)

    # Making

    def _make_camera(self, name: str, first: Resolver) -> Usd.Prim:
        camera = rep.functional.create_batch.camera(count=1, name="camera", parent=self._wrappers[name])[0]
        self.cameras[name] = camera
        return camera

    def _make_light(self, name: str, first: Resolver) -> Usd.Prim:
        kind = self.description.attribute(name, "subtype")
        maker = getattr(rep.functional.create_batch, f"{kind}_light")
        return spec_conformant(maker(count=1, name="light", parent=self._wrappers[name]))[0]

    def _make_geometry(self, name: str, first: Resolver) -> Usd.Prim:
        subtype, parent = self.description.attribute(name, "subtype"), self._wrappers[name]
        if subtype == "mesh":
            inner = self.stage.DefinePrim(parent.GetPath().AppendChild("mesh"))
            self._show_file(name, inner, str(first.value(name, "usd_path")))
        elif subtype == "bottle":
            inner = self._bottle(name, first)
        else:
            inner = getattr(rep.functional.create_batch, subtype)(count=1, name=subtype, parent=parent)[0]
        if any(self.description.root.find(name, key) is not None for key in ("color", "shader_attributes")):
            material = rep.functional.create_batch.material(mdl="OmniPBR.mdl", count=1, name=name, parent=LOOKS)[0]
            rep.functional.modify.material([parent], [material])
            self._materials[name] = material
        return inner

    def _bottle(self, name: str, first: Resolver) -> Usd.Prim:
        """Make a bottle 20 cm high with a body 3.5 cm and a neck 1.2 cm in radius, times its effectors: proportions of ours."""
        node = self.description.root.find(name)
        base, neck, wide, high = (
            float(first.value(name, key)) if key in node.value else 1.0
            for key in ("base_effector", "neck_effector", "horizontal_effector", "vertical_effector")
        )
        radii = np.array([0.0, 3.5 * base, 3.5 * base, 1.2 * neck, 1.2 * neck, 0.0]) * wide
        heights = np.array([0.0, 0.0, 11.0, 15.0, 20.0, 20.0]) * high
        angles = np.linspace(0.0, 2.0 * np.pi, _RING, endpoint=False)
        points = [(r * np.cos(a), h, -r * np.sin(a)) for r, h in zip(radii, heights, strict=True) for a in angles]
        mesh = UsdGeom.Mesh.Define(self.stage, self._wrappers[name].GetPath().AppendChild("bottle"))
        mesh.CreatePointsAttr([Gf.Vec3f(*map(float, point)) for point in points])
        faces = [
            (row * _RING + i, row * _RING + j, (row + 1) * _RING + j, (row + 1) * _RING + i)
            for row in range(len(radii) - 1)
            for i, j in ((i, (i + 1) % _RING) for i in range(_RING))
        ]
        mesh.CreateFaceVertexCountsAttr([4] * len(faces))
        mesh.CreateFaceVertexIndicesAttr([index for face in faces for index in face])
        mesh.CreateSubdivisionSchemeAttr("none")
        return mesh.GetPrim()

    def _make_physics(self) -> None:
        kinds = {name: self.description.attribute(name, "physics") for name in self.description.mutables}
        bodies = [self._wrappers[name] for name, kind in kinds.items() if kind == "rigidbody"]
        fixed = [self._wrappers[name] for name, kind in kinds.items() if kind == "collision"]
        if not bodies and not fixed:
            return
        setting = self.description.setting
        physics = rep.functional.physics
        physics.create_physics_scene(
            f"{ROOT}/physics", gravityDirection=(0.0, -1.0, 0.0), gravityMagnitude=float(setting("gravity"))
        )
        if bodies:
            damping = {"linearDamping": setting("linear_damping"), "angularDamping": setting("angular_damping")}
            physics.apply_rigid_body(bodies, with_collider=True, **{key: float(value) for key, value in damping.items()})
        if fixed:
            physics.apply_collider(fixed, approximation="none")
        material = UsdShade.Material.Define(self.stage, f"{ROOT}/physics_material")
        api, friction = UsdPhysics.MaterialAPI.Apply(material.GetPrim()), float(setting("friction"))
        api.CreateStaticFrictionAttr(friction)
        api.CreateDynamicFrictionAttr(friction)
        for prim in (*bodies, *fixed):
            binding = UsdShade.MaterialBindingAPI.Apply(prim)
            binding.Bind(material, UsdShade.Tokens.strongerThanDescendants, "physics")

    # Each frame

    def _write_content(self, name: str, kind: str, values: Resolver) -> None:
        inner, node = self._inner[name], self.description.root.find(name)
        if kind == "camera":
            self._write_lens(inner, values.value(name, "camera_parameters") if "camera_parameters" in node.value else {})
        elif kind == "light":
            for key, attribute in (("intensity", "inputs:intensity"), ("color", "inputs:color")):
                if key in node.value:
                    self._write(inner, attribute, values.value(name, key))
            if "texture_path" in node.value:
                self._write(inner, "inputs:texture:file", self._file(name, "texture_path", values))
        else:
            if "usd_path" in node.value and self.description.attribute(name, "subtype") == "mesh":
                self._show_file(name, inner, str(values.value(name, "usd_path")))
            self._write_material(name, values)

    def _write_lens(self, camera: Usd.Prim, parameters: dict[str, Any]) -> None:
        for key, attribute in _LENS.items():
            if key in parameters:
                self._write(camera, attribute, float(parameters[key]))
        if "near_clip" in parameters and "far_clip" in parameters:
            self._write(camera, "clippingRange", (float(parameters["near_clip"]), float(parameters["far_clip"])))

    def _write_material(self, name: str, values: Resolver) -> None:
        material, node = self._materials.get(name), self.description.root.find(name)
        if material is None:
            return
        if "color" in node.value:
            self._write(material, _SHADER["color"], values.value(name, "color"))
        given = values.value(name, "shader_attributes") if "shader_attributes" in node.value else {}
        for key, value in (given or {}).items():
            if key.endswith("texture"):
                value = self._file(name, "shader_attributes", values, str(value))
            self._write(material, _SHADER.get(key, key), value)

    def _write(self, prim: Usd.Prim, attribute: str, value: Any) -> None:
        rep.functional.modify.attribute([prim], attribute, [tuple(value) if isinstance(value, list) else value])

    def _file(self, name: str, key: str, values: Resolver, text: str | None = None) -> str:
        return self._runtime.file(str(values.value(name, key)) if text is None else text, self._mark(name, key))

    def _show_file(self, name: str, inner: Usd.Prim, text: str) -> None:
        if self._files.get(name) == text:
            return
        mark = self._mark(name, "usd_path")
        try:
            reference_asset(self._runtime, inner, self._runtime.file(text, mark))
        except ValueError as error:
            raise error if isinstance(error, RecipeError) else RecipeError.at(mark, f"'{text}': {error}") from None
        self._files[name] = text

    def _label(self, name: str) -> None:
        if not self.description.attribute(name, "tracked"):
            return
        label = Path(self._files[name]).stem if name in self._files else str(self.description.attribute(name, "base_name"))
        if self._labels.get(name) != label:
            rep.functional.modify.semantics([self._wrappers[name]], {"class": [label]}, mode="replace")
            self._labels[name] = label

    def _mark(self, *keys: str) -> Mark:
        node = self.description.root.find(*keys)
        return node.mark if node is not None else self.description.root.mark
