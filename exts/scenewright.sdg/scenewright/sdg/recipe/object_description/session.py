"""An object description on a stage: what the dataset tools drive, frame by frame, as they drive a recipe."""

from typing import Any

import omni.replicator.core as rep
import omni.usd
import yaml
from pxr import Usd, UsdGeom

from scenewright.sdg.recipe.asset_checks import find_asset_problems
from scenewright.sdg.recipe.clock import Address, addresses_of
from scenewright.sdg.recipe.findings import Finding, RecipeError, RecipeRunError
from scenewright.sdg.recipe.functions import find_writer
from scenewright.sdg.recipe.object_description.description import SWITCHES, TOP_KEYS, ObjectDescription
from scenewright.sdg.recipe.object_description.resolver import Resolver
from scenewright.sdg.recipe.object_description.world import World
from scenewright.sdg.recipe.physics import PHYSICS_ERRORS, simulate
from scenewright.sdg.recipe.playback import Playback
from scenewright.sdg.recipe.render_choices import apply_render_choices
from scenewright.sdg.recipe.runtime import Runtime
from scenewright.sdg.recipe.session import WriterRequest
from scenewright.sdg.recipe.stage_setup import add_randomization_layer, open_recipe_stage
from scenewright.sdg.recipe.stand_ins import allow_stand_ins

__all__ = ["DescriptionSession"]

_OUTPUT_NAME = "$[seed]_$[camera]"


class DescriptionSession:
    """An object description that has been set up on the application's stage; frames may come in any order.

    Args:
        description: The description.

    Attributes:
        recipe: The description.
        stage: Its stage.
        cameras: Render products by the names of the cameras.
        writer_requests: The outputs that are switched on, and the writers of the ``scenewright`` block.
        addresses: The frames, each a sequence of its own.
        initial_values: Nothing: every value belongs to a frame.

    Raises:
        RecipeError: It cannot be carried out; nothing was written.
    """

    def __init__(self, description: ObjectDescription, stage: Usd.Stage | None = None):
        self.recipe = description
        self.cameras: dict[str, Any] = {}
        self.initial_values: dict[str, Any] = {}
        self.writer_requests: list[WriterRequest] = []
        self.addresses = addresses_of(description.frames, [])
        problems = find_asset_problems(description)
        if problems:
            raise RecipeError(problems)
        allow_stand_ins(description.settings.assets.missing == "proxy")
        self.stage = stage or open_recipe_stage(description)
        self._open = True
        self._now: Resolver | None = None
        self._playback = Playback()
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    def _set_up(self) -> None:
        description = self.recipe
        rep.set_global_seed(description.seed)
        apply_render_choices(description.settings, path_traced=bool(description.setting("path_tracing")))
        if description.scene_path is None:
            UsdGeom.SetStageUpAxis(self.stage, UsdGeom.Tokens.y)
            UsdGeom.SetStageMetersPerUnit(self.stage, UsdGeom.LinearUnits.centimeters)
        self._layer = add_randomization_layer(self.stage)
        self._world = World(description, self.stage, Runtime(description, self.stage, self._layer))
        with Usd.EditContext(self.stage, self._layer):
            self._world.build(self.recipe.resolver(0, self._world.bounds))
        self._add_cameras()
        self._add_writers()
        try:
            self.apply(self.addresses[0])
        except RecipeRunError as error:
            raise RecipeError(error.finding) from error

    def _add_cameras(self) -> None:
        first = self.recipe.resolver(0, self._world.bounds)
        for name, camera in self._world.cameras.items():
            node = self.recipe.root.find(name, "camera_parameters")
            parameters = first.value(name, "camera_parameters") if node is not None else {}
            sides = [parameters.get(key, self.recipe.setting(key)) for key in ("screen_width", "screen_height")]
            size = (int(sides[0]), int(sides[1]))
            self.cameras[name] = rep.create.render_product(str(camera.GetPath()), size, name=name, force_new=True)
        if not self.cameras:
            mark = self.recipe.document.mark
            raise RecipeError.at(mark, "there is no camera, so there would be no images.", "Add a mutable `type: camera`.")

    def _add_writers(self) -> None:
        mark = self.recipe.document.mark
        switches = [name for name in SWITCHES if self.recipe.switch(name)]
        if switches:
            parameters = {"outputs": switches, "frames": self}
            self.writer_requests.append(WriterRequest("object_description", parameters, list(self.cameras), mark))
        for name, parameters in self.recipe.settings.writers.items():
            writer = find_writer(name)
            request = WriterRequest(writer.name if writer else name, dict(parameters or {}), list(self.cameras), mark)
            self.writer_requests.append(request)

    def apply(self, address: Address) -> dict[str, Any]:
        """Give the stage the state of a frame and return what was drawn, as JSON values by path.

        Raises:
            RecipeRunError: A value cannot be drawn or written for this frame.
        """
        values = self.recipe.resolver(address.index, self._world.bounds)
        try:
            with Usd.EditContext(self.stage, self._layer):
                rep.settings.carb_settings("/scenewright/step", address.index)
                if self._world.simulates:
                    self._playback.rewind()
                self._world.show(values)
                if self._world.simulates:
                    simulate(self._world.seconds)
        except RecipeError as error:
            finding = error.findings[0]
        except (ValueError, TypeError, NotImplementedError, *PHYSICS_ERRORS) as error:
            finding = Finding.at(self.recipe.document.mark, str(error))
        else:
            self._now = values
            return dict(values.drawn)
        message = f"frame {address.index}: {finding.message}"
        raise RecipeRunError(Finding(finding.file, finding.line, finding.column, message, finding.remedy))

    def rt_subframes(self, address: Address) -> int:
        """Return how often a frame is rendered."""
        return 1

    def close(self) -> None:
        """Let go of the stage; doing it twice is harmless."""
        if not self._open:
            return
        self._open = False
        for product in self.cameras.values():
            product.destroy()
        if omni.usd.get_context().get_stage() == self.stage:
            omni.usd.get_context().close_stage()
        allow_stand_ins(False)

    # What the writer asks

    def output_name(self, camera: str) -> str:
        """Return the name of the present frame's files of a camera, without their ending."""
        node = self.recipe.root.find("output_name")
        text, mark = (node.value, node.mark) if node is not None and node.value else (_OUTPUT_NAME, self.recipe.root.mark)
        return self._now.text(text, mark, camera=camera, **self._now.names)

    def threshold(self, name: str) -> float | None:
        """Return ``occlusion_threshold``, ``min_area_threshold`` or ``max_area_threshold``."""
        return self.recipe.setting(name)

    @property
    def skips_empty(self) -> bool:
        """Whether a frame in which no tracked mutable is visible is left out."""
        return bool(self.recipe.setting("skip_frames_with_no_visible_tracked_mutables"))

    def description_text(self) -> str:
        """Return the present frame as a description of one frame, with every value as it was drawn."""
        plain = {name: value for name, value in self.recipe.root.plain().items() if not isinstance(value, dict)}
        plain.pop("parent_config", None)
        entries: dict[str, Any] = {**plain, "num_frames": 1, "seed": self._now.names["seed"]}
        if self.recipe.root.find("output_switches") is not None:
            entries["output_switches"] = self.recipe.root.find("output_switches").plain()
        for name in self.recipe.mutables:
            values = {key: value for key, value in self._now.value(name).items() if key not in ("index", "count", "name")}
            matrix = self._now.matrix(name)
            if matrix is not None:
                entries[name] = {**values, "transform_operators": [{"transform": matrix.tolist()}]}
        return yaml.safe_dump({TOP_KEYS[0]: entries}, sort_keys=False, allow_unicode=True)
