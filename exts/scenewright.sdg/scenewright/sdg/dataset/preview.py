"""A few frames of a recipe, small and with what their labels say, for a contact sheet; nothing is written."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import omni.replicator.core as rep
from pxr import Usd

from scenewright.sdg.dataset.frames import Capture, Steps, carry_out
from scenewright.sdg.dataset.sheet import Panel, Shown

__all__ = ["preview_panels", "previewing"]


def preview_panels(
    session: Any, count: int = 6, width: int = 480, on_panel: Callable[[int, int], None] | None = None
) -> list[Panel]:
    """Render frames spread evenly over a recipe, through its cameras in turn.

    Args:
        session: an open `RecipeSession`.
        count: how many images.
        width: width of an image [pixel]; the height follows from the camera.
        on_panel: called with the number of images made and of all.
    """
    addresses = session.addresses
    chosen = [addresses[round(i)] for i in np.linspace(0, len(addresses) - 1, min(count, len(addresses)))]
    return carry_out(previewing(session, chosen, count, width, on_panel))


def previewing(
    session: Any, chosen: Sequence[Any], count: int, width: int = 480, on_panel: Callable[[int, int], None] | None = None
) -> Steps:
    """Make images of chosen frames through a recipe's cameras in turn, and leave each capture to the caller, who may await it.

    Closing the generator removes what it has added to the stage.

    Args:
        session: an open `RecipeSession`.
        chosen: addresses of the frames.
        count: how many images at most.
        width: width of an image [pixel]; the height follows from the camera.
        on_panel: called with the number of images made and of all.
    """
    rep.orchestrator.set_capture_on_play(False)
    views = [_View(name, product, session.stage, width) for name, product in session.cameras.items()]
    # Few frames and several cameras: show the frames from each side.
    laps = range(len(views))
    pairs = [(address, views[(number + lap) % len(views)]) for lap in laps for number, address in enumerate(chosen)]
    panels = []
    try:
        for address, view in sorted(pairs[:count], key=lambda pair: pair[0].index):
            panels.append((yield from view.taking(session, address)))
            if on_panel is not None:
                on_panel(len(panels), min(count, len(pairs)))
    finally:
        for view in views:
            view.close()
    return panels


class _View:
    """A small render product beside one of the recipe's, with the annotators of a panel."""

    def __init__(self, name: str, product: Any, stage: Usd.Stage, width: int):
        self.name = name
        full = product.resolution
        size = (min(width, full[0]), max(1, round(full[1] * min(width, full[0]) / full[0])))
        self.product = rep.create.render_product(_camera_path(product, stage), size, name=f"preview_{name}")
        self.color = rep.AnnotatorRegistry.get_annotator("rgb")
        self.ids = rep.AnnotatorRegistry.get_annotator("instance_segmentation", init_params={"colorize": False})
        self.boxes = rep.AnnotatorRegistry.get_annotator("bounding_box_2d_tight")
        self._annotators = (self.color, self.ids, self.boxes)

    def taking(self, session: Any, address: Any) -> Steps:
        """Ask for the capture of one frame and return its panel."""
        for annotator in self._annotators:
            annotator.attach(self.product)
        session.apply(address)
        rep.settings.carb_settings("/scenewright/step", address.index)
        yield Capture(session.rt_subframes(address))
        boxes, ids = self.boxes.get_data(), self.ids.get_data()
        shown = _shown(boxes["data"], boxes["info"]["idToLabels"], boxes["info"]["bboxIds"])
        image = np.array(self.color.get_data()[..., :3])
        for annotator in self._annotators:
            annotator.detach()
        return Panel(f"frame {address.index} · {self.name}", image, np.array(ids["data"]), shown)

    def close(self) -> None:
        """Remove the render product."""
        self.product.destroy()


def _shown(rows: np.ndarray, labels: dict[Any, dict[str, str]], instances: Sequence[int]) -> list[Shown]:
    names = {int(key): value.get("class") for key, value in labels.items()}
    found = []
    for row, instance in zip(rows, instances, strict=True):
        name = names.get(int(row["semanticId"]))
        if name:
            box = tuple(int(row[side]) for side in ("x_min", "y_min", "x_max", "y_max"))
            found.append(Shown(name.split(",")[0], int(instance), box))
    return found


def _camera_path(product: Any, stage: Usd.Stage) -> str:
    """Return the camera of a render product: the portable host's objects know it, Kit's are paths of prims that do."""
    if hasattr(product, "camera_path"):
        return str(product.camera_path)
    prim = stage.GetPrimAtPath(str(getattr(product, "path", product)))
    return str(prim.GetRelationship("camera").GetTargets()[0])
