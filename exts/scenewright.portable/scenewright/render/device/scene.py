"""The whole scene on a device, updated as little as the changes allow."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import warp as wp

from scenewright.render.device.emitters import EmitterArrays
from scenewright.render.device.glossy_albedo import glossy_albedo_table
from scenewright.render.device.instances import InstanceArrays, InstanceSnapshot, ObjectBoxes
from scenewright.render.device.lights import LightArrays
from scenewright.render.device.materials import MaterialArrays, material_textures, material_uv_sets
from scenewright.render.device.meshes import MeshArrays
from scenewright.render.device.textures import TextureArrays
from scenewright.render.device.wide_trees import fold_bvh
from scenewright.render.kernels.types import LightingData, SceneTables

if TYPE_CHECKING:
    from scenewright.render.scene.changes import SceneChanges
    from scenewright.render.scene.records import MeshRecord
    from scenewright.render.scene.stage_scene import StageScene

__all__ = ["DeviceScene", "PlacedScene"]


@dataclass(frozen=True, eq=False)
class PlacedScene:
    """A scene relative to a camera; stays as it is when the stage moves on."""

    tables: SceneTables
    data: wp.array  # of these alone, as kernels take them
    low: np.ndarray  # (N, 3) float32: lower corners of the instances' padded world boxes, relative to the camera
    high: np.ndarray  # (N, 3) float32
    boxes: ObjectBoxes
    first_prim: np.ndarray  # (N,) int64: prim id of each instance's slot 0
    owners: tuple  # what must live as long as ``data``: BVHs, meshes


class DeviceScene:
    """Device arrays that mirror the records of a stage."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.clear_shadows = True
        """Whether light goes straight through glass on its way to a surface, as in the real-time mode."""
        self._first_prim = np.zeros(0, np.int64)
        self.instances = InstanceArrays(device)
        self.previous: InstanceSnapshot | None = None
        """Where the instances were in the step before; None = no motion."""
        self._meshes = MeshArrays(device)
        self._materials = MaterialArrays(device)
        self._lights = LightArrays(device)
        self._emitters = EmitterArrays(device)
        bytes_ = np.arange(256) / 255.0
        linear = np.where(bytes_ <= 0.04045, bytes_ / 12.92, ((bytes_ + 0.055) / 1.055) ** 2.4)
        self._srgb_to_linear = wp.array(linear.astype(np.float32), dtype=wp.float32, device=device)
        self._textures = TextureArrays(device, self._srgb_to_linear)
        self._glossy_albedo = wp.array(glossy_albedo_table(), dtype=wp.vec2, device=device)

    @property
    def has_lights(self) -> bool:
        """Whether anything shines."""
        return self._lights.count > 0

    @property
    def mean_sky(self) -> np.ndarray:
        """Mean radiance of all domes together over all directions, (3,) float64."""
        return self._lights.mean_sky

    def update(self, scene: "StageScene", changes: "SceneChanges") -> None:
        """Take in what a sync of ``scene`` changed."""
        structure = changes.structure or (bool(changes.meshes) and list(self._meshes.rows) != list(scene.meshes))
        if structure:
            self._first_prim = np.array(scene.instance_first_prim, np.int64)
            self._meshes.replace(scene.meshes)
            self.instances.replace(scene.instances, scene.lend_matrices(), scene.meshes, self._meshes.rows,
                                   scene.instance_first_prim)
        else:
            if changes.meshes:
                self.take_meshes(changes.meshes, scene.meshes)
            self.instances.set_transforms(scene.matrices, changes.transforms)
        surfaces = bool(structure or changes.materials or (changes.meshes and self._emitters.rows))
        if surfaces or changes.lights:
            self._meshes.want_uv_sets(material_uv_sets(scene.materials.values()))
            keys = material_textures(scene.materials.values()) | {light.texture for light in scene.lights}
            moved = self._textures.replace(keys, scene.textures)
            if surfaces or moved:
                self._materials.replace(scene.materials, self._textures.rows)
                self.instances.set_flags(self._materials.bind(scene.instances, scene.instance_first_prim))
        self._update_lights(scene, changes, surfaces)
        if len(changes.colors) and not surfaces:
            colors, counts = scene.instances.colors_of(changes.colors)
            self._materials.set_colors(colors, scene.instance_first_prim[changes.colors], counts)

    def take_meshes(self, changed: Iterable[str], meshes: "Mapping[str, MeshRecord]") -> None:
        """Take points that moved: nothing but these meshes, whose keys are ``changed``, and the boxes of what draws them."""
        self._meshes.replace(meshes)
        self.instances.take_meshes(changed, meshes, self._meshes.rows)

    def _update_lights(self, scene: "StageScene", changes: "SceneChanges", surfaces: bool) -> None:
        """Take in lights and glowing geometry where something about them changed."""
        moved = bool(self._emitters.rows.intersection(changes.transforms.tolist()))
        if surfaces or (changes.lights and (self._emitters.has_lights or EmitterArrays.concerns(scene.lights))):
            self._emitters.replace(scene.instances, scene.instance_first_prim, scene.materials, scene.textures, scene.meshes,
                                   scene.lights, self.instances.matrices)
        elif moved:
            self._emitters.update(scene.instances, scene.instance_first_prim, scene.meshes, self.instances.matrices)
        if not (surfaces or changes.lights or moved):
            return
        self._lights.replace(scene.lights, self._emitters.groups, scene.textures, self._textures.rows, self.instances.paths)
        self._emitters.upload(self._lights.lamp_count)
        self._materials.set_emitters(self._emitters.prim_rows)

    def moment(self) -> "DeviceScene":
        """Return the scene as it is now, to be placed when the stage has moved on."""
        kept = copy(self)
        kept.instances = self.instances.moment()
        kept._meshes, kept._materials, kept._textures = copy(self._meshes), copy(self._materials), copy(self._textures)
        kept._lights, kept._emitters = copy(self._lights), copy(self._emitters)
        return kept

    def place(self, center: np.ndarray) -> PlacedScene:
        """Return the scene relative to ``center``, (3,) float64 world position."""
        data = SceneTables()
        data.origin = wp.vec3(*center.tolist())
        data.clear_shadows = int(self.clear_shadows)
        low, high = self.instances.padded_boxes(center)
        bvh = self._place_tree(data, low, high)
        data.instances = self.instances.place(center)
        data.meshes = self._meshes.data
        data.prims = self._materials.prims
        data.materials = self._materials.materials
        data.slots = self._materials.slots
        data.textures = self._textures.data
        data.srgb_to_linear = self._srgb_to_linear
        data.glossy_albedo = self._glossy_albedo
        data.lights = self._lights.place(center)
        data.light_nodes, data.light_leaves = self._lights.place_tree(center)
        lamps = self._lights.lamp_tree(center)
        data.lamp_tree = lamps.id if lamps else 0
        data.light_count = self._lights.count
        data.lamp_count = self._lights.lamp_count
        data.first_distant = self._lights.first_distant
        data.first_dome = self._lights.first_dome
        data.domes = self._lights.domes
        data.lighting = self._lighting()
        lighting = (self._lights.extras, self._lights.ies, self._lights.links, self._emitters.data, self._emitters.cdf,
                    self._emitters.owners, self._emitters.faces)
        owners = (bvh, lamps, self._meshes.entries, self._textures.entries, self._lights.tables, lighting)
        placed = wp.array([data], dtype=SceneTables, device=self._device)
        return PlacedScene(data, placed, low, high, self.instances.object_boxes(), self._first_prim, owners)

    def _lighting(self) -> wp.array:
        data = LightingData()
        data.extras, data.ies, data.links = self._lights.extras, self._lights.ies, self._lights.links
        data.emitters, data.entry_cdf = self._emitters.data, self._emitters.cdf
        data.entry_instance, data.entry_face = self._emitters.owners, self._emitters.faces
        return wp.array([data], dtype=LightingData, device=self._device)

    def _place_tree(self, data: SceneTables, low: np.ndarray, high: np.ndarray) -> wp.Bvh | None:
        """Build the tree over instances, on the CPU folded, too."""
        data.wide = int(wp.get_device(self._device).is_cpu)
        if not len(low):
            return None
        bvh = wp.Bvh(wp.array(low, dtype=wp.vec3, device=self._device), wp.array(high, dtype=wp.vec3, device=self._device))
        data.tlas = bvh.id
        if data.wide:
            data.top_nodes, data.top_items = fold_bvh(bvh)
        return bvh
