"""One randomized frame with its labels drawn, as bytes that an image widget shows."""

import asyncio
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["PreviewImage", "image_of", "make_preview"]


@dataclass(frozen=True)
class PreviewImage:
    """A picture and what it shows.

    Attributes:
        width: [pixel].
        height: [pixel].
        rgba: sRGB, row by row from the top, 4 bytes a pixel.
        caption: Frame and camera.
        legend: How many of each category are in view, by name.
    """

    width: int
    height: int
    rgba: bytes
    caption: str
    legend: tuple[tuple[str, int], ...]


def image_of(panel: Any) -> PreviewImage:
    """Return the picture of a `Panel` with masks, boxes and names drawn."""
    from scenewright.sdg.dataset.drawing import category_colors, draw_labels

    names = sorted({item.name for item in panel.shown})
    picture = draw_labels(panel, category_colors(names)).convert("RGBA")
    legend = tuple((name, sum(item.name == name for item in panel.shown)) for name in names)
    return PreviewImage(picture.width, picture.height, np.asarray(picture).tobytes(), panel.caption, legend)


async def make_preview(recipe: Any, frame: int = 0, width: int = 640) -> PreviewImage:
    """Open a recipe on the application's stage, render one frame of it, and close it again; nothing is written.

    Args:
        recipe: A checked recipe.
        frame: Which frame; counted round where the recipe has fewer.
        width: Width of the picture [pixel].

    Raises:
        RecipeError: The recipe cannot be carried out.
        RecipeRunError: A block of it failed for this frame.
    """
    from scenewright.sdg.dataset.frames import OpenScene
    from scenewright.sdg.dataset.preview import previewing
    from scenewright.sdg.jobs import perform
    from scenewright.sdg.recipe import open_session

    session = open_session(recipe, await perform(OpenScene(recipe)))
    try:
        chosen = [session.addresses[frame % len(session.addresses)]]
        steps = previewing(session, chosen, 1, width)
        try:
            panels = await _carried_out(steps)
        finally:
            steps.close()
    finally:
        session.close()
    return await asyncio.to_thread(image_of, panels[0])


async def _carried_out(steps: Any) -> Any:
    from scenewright.sdg.jobs import perform

    answer = None
    while True:
        try:
            wanted = steps.send(answer)
        except StopIteration as end:
            return end.value
        answer = await perform(wanted)
