"""`generate`: from a request to a finished dataset, in this process or shared out among workers."""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.finalise import derive_files
from scenewright.sdg.dataset.folder import DatasetFolder
from scenewright.sdg.dataset.frames import FrameMaker, OpenScene, Steps, carry_out
from scenewright.sdg.dataset.header import build_header
from scenewright.sdg.dataset.ledger import read_ledger
from scenewright.sdg.dataset.origin import write_origin
from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.dataset.selection import parse_frames, parse_shard, share_out
from scenewright.sdg.recipe import Recipe, load_recipe, open_session
from scenewright.sdg.recipe.recipe import MAX_FRAMES

__all__ = ["GenerateResult", "LaunchWorkers", "generate", "generating", "make_share", "recipe_of"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GenerateResult:
    """What a run came to.

    Attributes:
        root: the dataset folder.
        made: frames that this run made.
        kept: frames that were asked for and already there.
        finalised: whether the ledger was merged and the annotations written; False while other shards are being made.
    """

    root: Path
    made: int
    kept: int
    finalised: bool


LaunchWorkers = Callable[[GenerateRequest, Path, list[list[int]], Callable[[int], None]], None]
"""Runs `make_share` in one process per list of frames; raises when one of them fails."""


def generate(
    request: GenerateRequest,
    *,
    launch: LaunchWorkers | None = None,
    on_start: Callable[[int, int], None] | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> GenerateResult:
    """Make the frames of a recipe that are not there yet, and finalise the dataset.

    Args:
        request: what to make.
        launch: starts worker processes; needed for ``workers > 1``.
        on_start: called with the number of frames to make and of those already there.
        on_frame: called with the index of each committed frame, from whichever thread.

    Raises:
        RecipeError: if the recipe or its scene cannot be used; nothing was written.
        DatasetInputError: if the request or the output folder cannot be used; nothing was written.
        DatasetRunError: if something failed on the way; every committed frame is intact.
    """
    return carry_out(generating(request, launch=launch, on_start=on_start, on_frame=on_frame))


def generating(
    request: GenerateRequest,
    *,
    launch: LaunchWorkers | None = None,
    on_start: Callable[[int, int], None] | None = None,
    on_frame: Callable[[int], None] | None = None,
    on_session: Callable[[Any], None] | None = None,
) -> Steps:
    """Do what `generate` does, and leave opening the scene and each capture to the caller, who may await them.

    Closing the generator ends the run: committed frames stay, and the stage and the folder are let go of.

    Args:
        request: what to make.
        launch: starts worker processes; needed for ``workers > 1``.
        on_start: called with the number of frames to make and of those already there.
        on_frame: called with the index of each committed frame, from whichever thread.
        on_session: called with the session once it is open.
    """
    shard = parse_shard(request.shard)
    if request.workers < 1 or (request.workers > 1 and launch is None):
        raise DatasetInputError(f"--workers {request.workers}: give a number from 1.")
    recipe = recipe_of(request)
    folder = DatasetFolder(_output_folder(request, recipe), shard)
    folder.check()
    session = open_session(recipe, (yield OpenScene(recipe)))
    maker = None
    try:
        if on_session is not None:
            on_session(session)
        maker = FrameMaker(session, folder.root, recipe.seed, on_frame)
        wanted = _wanted(session.addresses, request, shard)
        if wanted:
            session.apply(wanted[0])  # what only shows when values are drawn is an error before anything is written
        header = build_header(session, request.device)
        first = folder.first_missing(wanted, header, overwrite=request.overwrite)
        if first is not None:
            yield from maker.rendering(first)  # and so is what only shows when the scene is rendered
        done = folder.open(header, overwrite=request.overwrite).rows
        write_origin(folder.root, recipe.path)
        todo = [address for address in wanted if address.index not in done]
        if on_start is not None:
            on_start(len(todo), len(wanted) - len(todo))
        if todo:
            maker.open()
            yield from maker.making(())  # the first one is committed
        rest = [address for address in todo if first is None or address.index != first.index]
        shares = [share for share in share_out(rest, request.workers) if share]
        if len(shares) > 1 and launch is not None:
            launch(request, folder.root, [[address.index for address in share] for share in shares], on_frame or _ignore)
        else:
            yield from maker.making(rest)
        maker.close()
        finalised = folder.alone()
        if finalised:
            derive_files(folder.root, read_ledger(folder.root), header)
        else:
            logger.warning("Another shard is still being made in %s; the last one to end writes the annotations.", folder.root)
        return GenerateResult(folder.root, len(todo), len(wanted) - len(todo), finalised)
    finally:
        if maker is not None:
            maker.close()
        session.close()
        folder.close()


def make_share(
    request: GenerateRequest, root: str | os.PathLike, frames: Sequence[int], on_frame: Callable[[int], None]
) -> None:
    """Make some frames of a dataset that another process has opened: what a worker does.

    Args:
        request: what was asked for.
        root: the dataset folder.
        frames: indices of the frames to make.
        on_frame: called with the index of each committed frame.

    Raises:
        DatasetRunError: if a file could not be written or a writer failed.
    """
    recipe = recipe_of(request)
    session = open_session(recipe)
    maker = None
    try:
        maker = FrameMaker(session, root, recipe.seed, on_frame)
        maker.open()
        mine = set(frames)
        maker.make(address for address in session.addresses if address.index in mine)
    finally:
        if maker is not None:
            maker.close()
        session.close()


def recipe_of(request: GenerateRequest) -> Recipe:
    """Return the recipe of a request, with ``--set``, ``--seed`` and ``--frames N`` applied.

    Raises:
        RecipeError: if it cannot be used.
        DatasetInputError: if ``frames`` is malformed.
    """
    overrides = list(request.overrides)
    if request.seed is not None:
        overrides.append(f"scenewright.seed={request.seed}")
    recipe = load_recipe(request.recipe, overrides)
    end = parse_frames(request.frames)[1]
    if (end or 0) > MAX_FRAMES:
        raise DatasetInputError(f"--frames {request.frames}: at most {MAX_FRAMES} frames make one dataset. Make several.")
    if end is not None and ":" not in str(request.frames) and isinstance(recipe.frames, int):
        recipe = replace(recipe, settings=recipe.settings.model_copy(update={"frames": end}))
    return recipe


def _output_folder(request: GenerateRequest, recipe: Recipe) -> str:
    if request.output is not None:
        return os.fspath(request.output)
    return (request.default_output if "output" not in recipe.settings.model_fields_set else "") or recipe.settings.output


def _wanted(addresses: Sequence[Any], request: GenerateRequest, shard: tuple[int, int] | None) -> list[Any]:
    """Return the addresses that this process is to see to."""
    first, end = parse_frames(request.frames)
    if (end or 0) > len(addresses) or first >= len(addresses):
        raise DatasetInputError(
            f"--frames {request.frames}: the recipe has {len(addresses)} frames, 0 to {len(addresses) - 1}. "
            "Choose among them, or set scenewright.frames."
        )
    mine = addresses if shard is None else share_out(addresses, shard[1])[shard[0]]
    return [address for address in mine if first <= address.index and (end is None or address.index < end)]


def _ignore(frame: int) -> None:
    pass
