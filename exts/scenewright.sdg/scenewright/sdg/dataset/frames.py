"""Making frames: one process, one recipe session, the writers of the recipe, a part of the ledger."""

import inspect
import json
import os
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import omni.replicator.core as rep

from scenewright.sdg.dataset.backend import DatasetBackend, FrameFiles, WriterBackend
from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.files import PRIVATE_FOLDER
from scenewright.sdg.dataset.ledger import LedgerEntry, LedgerPart
from scenewright.sdg.recipe.camera_image import augment_writer, chain_of
from scenewright.sdg.recipe.ontology import colour_segmentation
from scenewright.sdg.recipe.stage_setup import open_recipe_stage
from scenewright.sdg.writers import create_writer

__all__ = ["Capture", "FrameMaker", "OpenScene", "Steps", "carry_out"]


@dataclass(frozen=True)
class Capture:
    """The application is to render the stage as it is now and to call the writers.

    Attributes:
        rt_subframes: how often the frame is rendered.
    """

    rt_subframes: int = 1


@dataclass(frozen=True)
class OpenScene:
    """The application is to open a recipe's scene, or a new stage, and to answer with the stage.

    Attributes:
        recipe: whose scene it is.
    """

    recipe: Any


Steps = Generator[Capture | OpenScene, Any, Any]
"""Work that leaves what an application has to do to whoever drives it."""


def carry_out(steps: Steps) -> Any:
    """Do what steps ask for, one after the other, and return their result.

    This is for code that may block; `scenewright.sdg.jobs.carry_out_async` is the other way.
    """
    answer = None
    while True:
        try:
            wanted = steps.send(answer)
        except StopIteration as end:
            return end.value
        if isinstance(wanted, OpenScene):
            answer = open_recipe_stage(wanted.recipe)
        else:
            answer = rep.orchestrator.step(rt_subframes=wanted.rt_subframes, delta_time=0.0)


def initialize_writer(writer: Any, backend: WriterBackend, parameters: dict[str, Any]) -> None:
    """Initialise a writer so that it writes through a backend, whether or not its parameters provide for one."""
    known = inspect.signature(type(writer).__init__).parameters
    if "backend" in known or "output_dir" not in known:
        writer.initialize(backend=backend, **parameters)
        return
    writer.initialize(output_dir=backend.output_dir, **parameters)
    writer.backend = writer._backend = backend


class FrameMaker:
    """Makes frames of a recipe and commits them one by one.

    Nothing touches the disk before `open`. Frames may come in any order: each depends on its address alone.

    Args:
        session: an open `RecipeSession`.
        root: the dataset folder.
        seed: the recipe's seed, for the ledger.
        on_frame: called with the index of every committed frame, from whichever thread.

    Raises:
        DatasetInputError: if the recipe has no writers, or a writer refuses its parameters.
    """

    def __init__(self, session: Any, root: str | os.PathLike, seed: int, on_frame: Callable[[int], None] | None = None):
        self.session = session
        self.root = Path(root)
        self.seed = seed
        self._on_frame = on_frame
        self._part: LedgerPart | None = None
        self._known_common: dict[str, Any] = {}
        self._last: Any = None
        self._run = 0
        self._stages: dict[str, float] = {}
        self.backend = DatasetBackend(root, self._commit)
        self.writers: list[Any] = []
        try:
            for request in session.writer_requests:
                self.writers.append(self._attach(request))
            if not self.writers:
                raise DatasetInputError("The recipe has no writer, so nothing would be written. Add `writers: {coco: {}}`.")
        except BaseException:
            self.close()
            raise

    def open(self) -> None:
        """Let the writers write and start a part of the ledger."""
        self._part = LedgerPart(self.root)
        self.backend.open()

    def make(self, addresses: Iterable[Any]) -> None:
        """Make frames; all of them are committed when this returns.

        Raises:
            DatasetRunError: if a file could not be written or a writer failed; committed frames are intact.
        """
        carry_out(self.making(addresses))

    def making(self, addresses: Iterable[Any]) -> Steps:
        """Do what `make` does, and leave the captures to the caller."""
        for address in addresses:
            yield from self.rendering(address)
        self.backend.drain()

    def render(self, address: Any) -> None:
        """Render one frame and hand its files over; before `open` they wait, and so does the commit.

        Raises:
            ValueError: if the stage holds something that cannot be rendered.
            DatasetRunError: if a file of an earlier frame could not be written.
        """
        carry_out(self.rendering(address))

    def rendering(self, address: Any) -> Steps:
        """Do what `render` does, and leave the captures to the caller.

        Raises:
            ValueError: if the stage holds something that cannot be rendered.
            DatasetRunError: if a file of an earlier frame could not be written.
        """
        rep.orchestrator.set_capture_on_play(False)
        begun = time.perf_counter()
        self._stages = dict.fromkeys(("recipe", "render and annotate"), 0.0)
        if self._is_written(address):
            yield from self._preparing_motion(address)
        self.backend.begin(address.index)
        drawn = yield from self._rendering(address, write=True)
        self.backend.seal((address, drawn, time.perf_counter() - begun, self._stages))

    def close(self) -> None:
        """Detach the writers and close the files."""
        for writer in self.writers:
            writer.detach()
        self.backend.close()
        if self._part is not None:
            self._part.close()

    def _rendering(self, address: Any, write: bool) -> Steps:
        begun = time.perf_counter()
        drawn = self.session.apply(address)
        self._stages["recipe"] += time.perf_counter() - begun
        if write and not self._is_written(address):
            self._last = None  # nobody looks at this frame
            return drawn
        rep.settings.carb_settings("/scenewright/step", address.index)
        self._run += not self._follows(address)
        rep.settings.carb_settings("/scenewright/sequence", self._run)  # another value = nothing has moved since
        if write:
            for request, writer in zip(self.session.writer_requests, self.writers, strict=True):
                writer._frame_id = address.index
                if request.fires(address):
                    writer.schedule_write()
        begun = time.perf_counter()
        yield Capture(self.session.rt_subframes(address))
        self._stages["render and annotate"] += time.perf_counter() - begun
        self._last = address
        return drawn

    def _preparing_motion(self, address: Any) -> Steps:
        """Show the step before, unless this process has just done so: motion of step n is that from step n - 1."""
        if address.step > 0 and not self._follows(address):
            before = (address.sequence, address.step - 1)
            yield from self._rendering(next(a for a in self.session.addresses if (a.sequence, a.step) == before), write=False)

    def _is_written(self, address: Any) -> bool:
        return any(request.fires(address) for request in self.session.writer_requests)

    def _follows(self, address: Any) -> bool:
        """Return whether ``address`` is the step after what was shown last."""
        last = self._last
        return last is not None and address.step > 0 and (last.sequence, last.step) == (address.sequence, address.step - 1)

    def _attach(self, request: Any) -> Any:
        parameters = dict(request.init_params or {})
        folder = str(parameters.pop("output_dir", None) or "")
        where = f"{request.line}: " if request.line else ""
        if os.path.isabs(folder) or ".." in Path(folder).parts:
            raise DatasetInputError(
                f"{where}writer {request.name}: output_dir '{folder}' leaves the dataset folder. Give one below it, or use -o."
            )
        try:
            writer = create_writer(request.name)
            initialize_writer(writer, WriterBackend(self.backend, folder), parameters)
            colour_segmentation(self.session.recipe.ontology, writer, parameters)
            augment_writer(writer, chain_of(self.session.recipe.settings.camera_image))
        except (TypeError, ValueError) as error:
            raise DatasetInputError(f"{where}writer {request.name}: {error}") from error
        writer.attach([self.session.cameras[name] for name in request.cameras], trigger=None)
        return writer

    def _commit(self, frame: FrameFiles) -> None:
        address, drawn, seconds, stages = frame.extra
        if self._part is None:
            raise DatasetRunError("Frames were made before the dataset was opened.")
        common = dict(self.backend.common.files)
        if common != self._known_common:
            self._part.append_common(common)
            self._known_common = common
        entry = LedgerEntry(address.index, address.sequence, address.step, self.seed, frame.files, drawn, frame.notes)
        self._part.append(entry)
        stages = {name: round(value, 4) for name, value in {**stages, "encode and write": frame.seconds}.items()}
        row = {"frame": address.index, "seconds": round(seconds, 4), "stages": stages, "process": os.getpid()}
        with open(self.root / PRIVATE_FOLDER / "log.jsonl", "a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")
        if self._on_frame is not None:
            self._on_frame(address.index)
