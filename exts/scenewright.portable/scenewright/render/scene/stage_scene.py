"""A live USD stage as records: read once, then kept up to date from the stage's change notices."""

from collections.abc import Sequence

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.render.scene.bindings import bind_leaves
from scenewright.render.scene.cameras import DEFAULT_EXPOSURE, read_camera
from scenewright.render.scene.changes import SceneChanges, StageChanges, StageListener
from scenewright.render.scene.dirt import Dirt, sort_changes
from scenewright.render.scene.entity_boxes import EntityPlaces, MeshExtents
from scenewright.render.scene.false_types import naming_false_types
from scenewright.render.scene.labels import LabelSource, LabelTable, SemanticFilter
from scenewright.render.scene.leaves import Leaf, LeafReader
from scenewright.render.scene.lights import LightReader, is_animated_light, light_state
from scenewright.render.scene.materials import MaterialLibrary, material_textures
from scenewright.render.scene.mesh_library import MeshLibrary
from scenewright.render.scene.point_instances import place_instancer
from scenewright.render.scene.records import (
    CameraRecord,
    InstanceRecord,
    LightRecord,
    MaterialRecord,
    MeshRecord,
    TextureRecord,
)
from scenewright.render.scene.row_table import DrawnInstances, RowTable, TableBuilder, world_matrices
from scenewright.render.scene.skinning import Skins
from scenewright.render.scene.splats import Splats
from scenewright.render.scene.stage_metadata import codes_per_second, meters_per_unit
from scenewright.render.scene.survey import Survey, survey_stage
from scenewright.render.scene.textures import TextureLibrary

__all__ = ["SceneChanges", "StageScene"]


class StageScene:
    """Mirrors a stage at one time.

    Args:
        stage: The stage; it may be edited between calls of :meth:`sync`.
        missing_textures: ``"warn"`` (a texture that cannot be found or read is left out) or ``"error"`` (it raises).

    Attributes are replaced, not grown, when they change; matrices inside the instance records are views of
    :attr:`matrices` as it was when the record was asked for.
    """

    def __init__(self, stage: Usd.Stage, missing_textures: str = "warn") -> None:
        self.stage = stage
        self.instances: Sequence[InstanceRecord] = DrawnInstances(RowTable())
        """What is drawn, in stage namespace order."""
        self.lights: list[LightRecord] = []
        """Visible lights in namespace order."""
        self.prim_paths: tuple[str, ...] = ("",)
        """Path of each prim id; id 0 is nothing, then one per (instance, slot) in order."""
        self.instance_first_prim = np.zeros(0, np.int64)
        """(N,) prim id of each instance's slot 0."""
        self.declared_labels: dict[str, dict[str, list[str]]] = {}
        """Prim path to {semantic type: labels}, for prims, subsets, ancestors, instance proxies and point instances."""
        self.splats = Splats()
        """Clouds of Gaussian splats."""
        self.time: Usd.TimeCode | None = None
        """Time of the last sync."""
        self.revision = 0
        """Grows with each sync that found edits or another time."""
        self._textures = TextureLibrary(missing_textures)
        self._light_reader = LightReader(self._textures)
        self._meshes = MeshLibrary()
        self._materials = MaterialLibrary(self._textures)
        self._reader = LeafReader(self._meshes)
        self._table = RowTable()
        self._survey = Survey()
        self._light_lines: set[str] = set()  # paths of lights and of their ancestors
        self._light_paths: set[str] = set()
        self._lights_animated = False
        self._source: LabelSource | None = None
        self._label_memo: dict[tuple, LabelTable] = {}
        self._extents = MeshExtents()
        self._listener = StageListener(stage)

    @property
    def meshes(self) -> dict[str, MeshRecord]:
        """Mesh records by key; equal meshes share one. Meshes of hidden prims may be among them."""
        return self._meshes.records

    @property
    def materials(self) -> dict[str, MaterialRecord]:
        """Material records by key; "" is the default, whose base colour is the prim's displayColor."""
        return self._materials.records

    @property
    def textures(self) -> dict[str, TextureRecord]:
        """Decoded textures by key."""
        return self._textures.records

    @property
    def matrices(self) -> np.ndarray:
        """Object to world of every instance, (N, 4, 4) float64, row-vector; a record's matrix is a view of it."""
        return self._table.matrices

    def lend_matrices(self) -> np.ndarray:
        """Return :attr:`matrices` for somebody who keeps them: this array stays as it is when the stage moves on."""
        return self._table.lend_matrices()

    @property
    def meters_per_unit(self) -> float:
        """Metres in one stage unit; a SceneError where that is no positive number."""
        return meters_per_unit(self.stage)

    @property
    def codes_per_second(self) -> float:
        """Time codes in a second; a SceneError where that is no positive number."""
        return codes_per_second(self.stage)

    @property
    def up_axis(self) -> str:
        """The stage's up axis, "Y" or "Z"."""
        return str(UsdGeom.GetStageUpAxis(self.stage))

    def camera(self, path: str | Sdf.Path, default_exposure: float = DEFAULT_EXPOSURE) -> CameraRecord:
        """Return the camera at ``path`` at the time of the last sync.

        Raises:
            SceneError: It is no camera; the message lists the stage's cameras.
            CameraProjectionError: Its projection is not supported.
        """
        with naming_false_types(self.stage):
            return read_camera(self.stage, path, Usd.TimeCode.Default() if self.time is None else self.time, default_exposure)

    def close(self) -> None:
        """Stop following the stage. The records stay as they are."""
        self._listener.close()

    def sync(self, time: Usd.TimeCode = Usd.TimeCode.Default(), frame: Usd.TimeCode | None = None) -> SceneChanges:
        """Take in what changed on the stage since the last call, and the step to ``time``.

        Args:
            time: What is asked for.
            frame: The time of the frame of which ``time`` is a moment, None for the frame itself. Its faces, points and
                instances are shown, where others belong to ``time``.

        Raises:
            SceneError: Something on the stage cannot be rendered. The next call reads the whole stage again.
        """
        notices = self._listener.take()
        try:
            with naming_false_types(self.stage):
                return self._follow(notices, time, time if frame is None else frame)
        except Exception:
            self.time = None
            raise

    def _follow(self, notices: StageChanges, time: Usd.TimeCode, frame: Usd.TimeCode) -> SceneChanges:
        same = (self.time, self._reader.frame) == (time, frame)
        if not notices and same:
            return SceneChanges()
        self.revision += 1
        if self.time is None or self.time.IsDefault() != time.IsDefault():
            self._forget_all()
            dirt = Dirt(everything=True)
        else:
            dirt = sort_changes(notices, self)
            if not same:
                self._add_animated(dirt)
        self._reader.begin(time, frame)
        return self._apply(dirt, time)

    # What `dirt.sort_changes` asks.

    @property
    def table(self) -> RowTable:
        """Rows and anchors; for the room's own use."""
        return self._table

    @property
    def reader(self) -> LeafReader:
        """The leaves; for the room's own use."""
        return self._reader

    @property
    def material_library(self) -> MaterialLibrary:
        """The materials with their dependencies; for the room's own use."""
        return self._materials

    def tell_stuck(self, meshes: set[str]) -> None:
        """Warn, once a prim, that these meshes (keys) have no way from the step before; those with time samples need none."""
        for leaf in self._unique_leaves():
            if leaf.mesh in meshes and not leaf.animated:
                self._reader.tell_stuck(leaf.path, "faces, or the number of its points,")

    def note_visibility(self, path: str) -> None:
        """Take in that the visibility of the prim at ``path`` was edited: it may have become animated."""
        attribute = self.stage.GetAttributeAtPath(f"{path}.visibility")
        self._survey.visibility_animated |= bool(attribute) and attribute.ValueMightBeTimeVarying()

    def knows_labels_of(self, path: str) -> bool:
        """Return whether the prim at ``path`` declared labels when the namespace was read."""
        return path in self._survey.labelled

    def touches_light(self, path: str) -> bool:
        """Return whether a transform at ``path`` moves a light."""
        return path in self._light_lines

    def is_light_path(self, path: str) -> bool:
        """Return whether there is a visible light at ``path``."""
        return path in self._light_paths

    def _forget_all(self) -> None:
        self._reader.forget()
        self.splats.forget()
        self._materials.keep_only(set())

    def _add_animated(self, dirt: Dirt) -> None:
        """Mark what has time samples."""
        table = self._table
        moving = [leaf for leaf in table.unique_leaves.values() if leaf.animated]
        dirt.rows |= self._survey.visibility_animated or bool(table.prototypes)
        dirt.rows |= any(not leaf.mesh for leaf in moving)
        dirt.geometry |= {leaf.path for leaf in moving}
        for row in table.rows_of(table.recolored - dirt.colors).tolist():
            table.leaves[row].note_color_animation()
        dirt.colors |= table.anchors_with_animated_color()
        for path in table.moved - dirt.moved_prims:
            if UsdGeom.Xformable(self.stage.GetPrimAtPath(path)).TransformMightBeTimeVarying():
                table.animated_anchors.update(table.anchors_below(path))
        table.moved, table.recolored = set(), set()  # what is edited now is read at the new time anyway
        dirt.moved |= table.animated_anchors
        dirt.materials |= self._materials.animated
        dirt.lights |= self._lights_animated
        dirt.labels |= self._survey.labels_animated

    def _apply(self, dirt: Dirt, time: Usd.TimeCode) -> SceneChanges:
        meshes, materials, textures = dict(self.meshes), dict(self.materials), len(self.textures)
        self.time = time
        dirt.materials |= self._materials.refresh(dirt.constants, time)
        self._materials.drop(dirt.materials)
        rows = colors = np.zeros(0, np.int64)
        recolored: set[int] = set()
        if not (dirt.everything or dirt.rows) and dirt.geometry:
            dirt.everything = not self._reread_meshes(dirt.geometry, recolored)
        if dirt.everything or dirt.rows:
            self._forget_colors(dirt.colors | self._table.recolored)
            self._reader.forget(dirt.geometry)
            lights, labels = self._rebuild(time, survey=dirt.everything)
            dirt.everything = True
        else:
            cache = UsdGeom.XformCache(time)
            rows = self._table.update_worlds(dirt.moved, cache)
            self._table.moved |= dirt.moved_prims
            self._table.recolored |= dirt.colors
            colors = np.union1d(self._update_colors(dirt.colors), np.array(sorted(recolored), np.int64))
            if dirt.bindings or dirt.materials:
                dirt.everything = bool(bind_leaves(self._unique_leaves(), self._materials, time))
                if dirt.everything:
                    self._make_instances()
            lights = dirt.lights and self._read_lights(time)
            labels = dirt.labels and self._read_labels(time)
        if dirt.everything or dirt.materials or dirt.geometry or lights or len(self.textures) != textures:
            self._forget_unused()
        self._source = None
        if dirt.everything or labels:
            self._label_memo = {}
        return SceneChanges(
            structure=dirt.everything,
            transforms=rows,
            materials=_changed(materials, self.materials),
            colors=colors,
            lights=lights,
            labels=labels,
            meshes=_changed(meshes, self.meshes),
        )

    def _rebuild(self, time: Usd.TimeCode, survey: bool) -> tuple[bool, bool]:
        """Make rows, instances, lights and labels anew; return whether lights and labels changed.

        Leaves, meshes and materials that are known stay. Without ``survey`` the namespace is taken as it was read last.
        """
        if survey:
            self._survey = survey_stage(self.stage, time)
            self._reader.skins = Skins.below(self._survey.skeleton_roots)
            self.splats.prims = self._survey.splats
        builder = TableBuilder()
        for prim, draws in self._survey.anchors(time):
            if draws and prim.IsA(UsdGeom.PointInstancer):
                builder.add_instancer(prim, place_instancer(prim, self._reader))
                continue
            leaf = self._reader.read(prim) if draws else None
            if leaf is not None:
                builder.add_leaf(leaf)
            else:
                builder.add_frame(prim)
        cache = UsdGeom.XformCache(time)
        self._table = builder.finish(cache, lambda prim: UsdGeom.Xformable(prim).TransformMightBeTimeVarying())
        self._reader.keep({leaf.path for leaf in self._unique_leaves()}, self._survey.drawable_paths)
        bind_leaves(self._unique_leaves(), self._materials, time)
        self._make_instances()
        return self._read_lights(time), self._read_labels(time)

    def _unique_leaves(self) -> list[Leaf]:
        return list(self._table.unique_leaves.values())

    def _make_instances(self) -> None:
        """Make instance records and prim ids from the table."""
        table = self._table
        paths = [""]
        first = np.zeros(len(table.paths), np.int64)
        for row, (path, leaf) in enumerate(zip(table.paths, table.leaves, strict=True)):
            first[row] = len(paths)
            paths.extend(leaf.slot_paths(path))
        self.instances = DrawnInstances(table)
        self.prim_paths = tuple(paths)
        self.instance_first_prim = first

    def _update_colors(self, anchors: set[int]) -> np.ndarray:
        """Read the colours of what these anchors draw; return the rows where they changed."""
        table = self._table
        rows = table.rows_of(anchors).tolist()
        changed = self._reader.update_colors(table.leaves_of(rows).values())
        return np.array([row for row in rows if id(table.leaves[row]) in changed], dtype=np.int64)

    def _forget_colors(self, anchors: set[int]) -> None:
        """Let a rebuild read the colours of the leaves that it keeps."""
        table = self._table
        for leaf in table.leaves_of(table.rows_of(anchors).tolist()).values():
            leaf.is_color_known = False

    def _reread_meshes(self, paths: set[str], recolored: set[int]) -> bool:
        """Read changed meshes again in place; return False where more than the mesh's content changed.

        Rows whose colour differs are added to ``recolored``: the mesh itself may have come out as it was.
        """
        users: dict[str, int] = {}
        for leaf in self._reader.leaves.values():
            if leaf is not None:
                users[leaf.mesh] = users.get(leaf.mesh, 0) + 1
        rows = {path: row for row, path in enumerate(self._table.paths)}
        for path in paths:
            old, row = self._reader.leaves.get(path), rows.get(path)
            if old is None or row is None or not old.mesh or old.prim.IsInstanceProxy():
                return False
            fresh = self._reader.reread(old, shared=users[old.mesh] > 1)
            if fresh is None or (fresh.mesh, fresh.subset_names, fresh.double_sided) != (
                old.mesh,
                old.subset_names,
                old.double_sided,
            ):
                return False
            if fresh.color != old.color:
                recolored.add(row)
            self._table.replace_leaf(row, fresh)
        return True

    def _read_lights(self, time: Usd.TimeCode) -> bool:
        """Read all lights; return whether any record differs from before."""
        before = [light_state(light) for light in self.lights]
        prims = self._survey.shining(time)
        worlds = world_matrices(prims, UsdGeom.XformCache(time))
        found = [self._light_reader.read(prim, world, time) for prim, world in zip(prims, worlds, strict=True)]
        self.lights = [light for light in found if light is not None]
        self._light_paths = {str(prim.GetPath()) for prim in prims}
        self._light_lines = {str(p) for prim in prims for p in prim.GetPath().GetPrefixes()} | self._light_paths
        self._lights_animated = any(is_animated_light(prim) for prim in prims)
        return before != [light_state(light) for light in self.lights]

    def _read_labels(self, time: Usd.TimeCode) -> bool:
        """Read the labels of all prims known to have some; return whether any differ from before."""
        before = self.declared_labels
        self._survey.read_labels(time)
        self.declared_labels = {**self._survey.labels, **self._table.instance_labels}
        return self.declared_labels != before

    def _forget_unused(self) -> None:
        leaves = [leaf for leaf in self._reader.leaves.values() if leaf is not None]
        self._meshes.keep_only({leaf.mesh for leaf in leaves})
        self._materials.keep_only({key for leaf in leaves for key in leaf.materials})
        textures = {light.texture for light in self.lights}
        for record in self.materials.values():
            textures |= material_textures(record)
        self._textures.keep_only(textures)

    def label_source(self) -> LabelSource:
        """Return the names, labels and places of everything as of the last sync; it stays as it is when the stage moves on."""
        if self._source is None:
            boxes = EntityPlaces.take(self._table, self.instances, self.instance_first_prim, self.meshes, self._extents)
            self._source = LabelSource(self.prim_paths, self.instance_first_prim, self.declared_labels, boxes, self._label_memo)
        return self._source

    def labels(self, semantic_filter: SemanticFilter | None = None, *, per_subset: bool = False) -> LabelTable:
        """Return the label table of the last sync; see :meth:`LabelTable.build`."""
        return self.label_source().labels(semantic_filter, per_subset)


def _changed(before: dict, after: dict) -> frozenset[str]:
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) is not after.get(key))
