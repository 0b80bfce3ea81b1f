"""BasicWriter's files of one frame: boxes and classes are made again from the segmentation images."""

from itertools import pairwise
from typing import Any

import numpy as np

from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.basic import BasicFrame, instance_ids, label_of
from scenewright.sdg.reading.basic_folder import BasicView, frame_key
from scenewright.sdg.reading.masks import id_image
from scenewright.sdg.writers.rle import InstanceRuns

__all__ = ["FrameLabels", "check_frame", "check_view"]

_SIDES = ("x_min", "y_min", "x_max", "y_max")
_SAMPLES = 1024
_RESERVED = ("BACKGROUND", "UNLABELLED")


class FrameLabels:
    """What one frame says about its objects; damaged files are findings and count as missing.

    Attributes:
        frame: the frame.
        ids: instance segmentation as one number per pixel, shape (H, W), uint32; None = there is none.
        numbers: its number by prim path.
        camera: the camera; None = not known.
    """

    def __init__(self, frame: BasicFrame, log: CheckLog):
        self.frame = frame
        self._log = log
        path = frame.path("instance_segmentation")
        self.ids = self.read("instance_segmentation", lambda: id_image(path)) if path is not None else None
        self.numbers: dict[str, int] = self.read("instance_segmentation_mapping", lambda: instance_ids(frame)) or {}
        self.camera = self.read("camera_params", frame.camera)
        self._boxes: dict[str, Any] = {}

    def boxes(self, item: str) -> tuple[np.ndarray, list[str], list[str]]:
        """Return records, classes and prim paths of a box annotator; nothing where it is missing or damaged."""
        if item not in self._boxes:
            self._boxes[item] = self.read(item, lambda: self.frame.boxes(item)) or (np.zeros(0), [], [])
        return self._boxes[item]

    def pixels_of(self, path: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Return rows and columns of up to about a thousand pixels of a prim, evenly taken; None where it has none."""
        number = self.numbers.get(path)
        if self.ids is None or number is None:
            return None
        at = np.flatnonzero(self.ids.reshape(-1) == number)
        at = at[:: max(1, len(at) // _SAMPLES)]
        return np.divmod(at, self.ids.shape[1]) if len(at) else None

    def array(self, item: str) -> np.ndarray | None:
        """Return the array of an item; None where it is missing or damaged."""
        return self.read(item, lambda: self.frame.array(item))

    def json(self, item: str) -> Any:
        """Return the contents of a JSON item; None where it is missing or damaged."""
        return self.read(item, lambda: self.frame.json(item))

    def name(self, item: str) -> str:
        """Return the path of an item for findings."""
        return self.frame.view.place(self.frame.frame, item)

    def read(self, item: str, read: Any) -> Any:
        """Return what ``read`` returns; None, and a finding, where the file is damaged."""
        try:
            return read()
        except FileNotFoundError:
            return None  # told where files are counted
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, SyntaxError) as error:
            self._log.error("damaged files", self.name(item), "", f"it cannot be read ({error}).")
            return None


def check_view(view: BasicView, log: CheckLog) -> None:
    """Look for files that single frames lack, and for gaps in the numbering; for folders without a ledger."""
    frames = view.sorted_frames()
    for item in view.items():
        missing = [frame for frame in frames if not view.has(frame, item)]
        for frame in missing:
            log.error("missing files", view.place(frame, item), "", f"it is missing; frame {frame} has other files.")
    numbers = [frame_key(frame) for frame in frames]
    for before, after in pairwise(numbers):
        if before[:-1] == after[:-1] and after[-1] > before[-1] + 1:
            log.warning("gaps", view.name, f"frames {before[-1] + 1} to {after[-1] - 1}", "they are missing between others.")


def check_frame(labels: FrameLabels, log: CheckLog, *, exact: bool) -> None:
    """Compare the boxes and classes of a frame with its segmentation images.

    Args:
        labels: the frame.
        log: takes the findings.
        exact: boxes fit to the pixel; else one pixel is allowed, as other renderers round.
    """
    _check_tight(labels, log, 0 if exact else 1)
    _check_loose(labels, log)
    _check_classes(labels, log)
    _check_occlusion(labels, log)


def _check_tight(labels: FrameLabels, log: CheckLog, slack: int) -> None:
    rows, names, paths = labels.boxes("bounding_box_2d_tight")
    if labels.ids is None or "bounding_box_2d_tight" not in labels.frame.view.items():
        return
    file = labels.name("bounding_box_2d_tight")
    runs = InstanceRuns(labels.ids, first=0)
    extents = {int(number): runs.box(place) for place, number in enumerate(runs.ids)}
    classes = {path: label_of(value) for path, value in _classes_by_path(labels).items()}
    for row, name, path in zip(rows, names, paths, strict=True):
        log.compared["boxes against masks"] += 1
        item = path or f"class {name}"
        extent = extents.pop(labels.numbers.get(path, -1), None)
        if extent is None:
            log.error("boxes", file, item, "it has a box, but no pixel of the instance segmentation image.")
            continue
        x, y, width, height = extent
        truth = (x, y, x + width - 1, y + height - 1)
        box = tuple(int(row[side]) for side in _SIDES)
        if max(abs(one - two) for one, two in zip(box, truth, strict=True)) > slack:
            log.error("boxes", file, item, f"its box is {list(box)}; its mask spans {list(truth)} (x and y from, x and y to).")
        if classes.get(path, name) != name:
            log.error("classes", file, item, f"its box says '{name}', its mask '{classes[path]}'.")
    boxed = set(paths)
    for path, number in labels.numbers.items():
        if path not in boxed and path not in _RESERVED and number in extents and classes.get(path, "") not in ("", *_RESERVED):
            log.error("boxes", file, path, "it has pixels in the instance segmentation image, but no box.")


def _check_loose(labels: FrameLabels, log: CheckLog) -> None:
    tight = dict(zip(labels.boxes("bounding_box_2d_tight")[2], labels.boxes("bounding_box_2d_tight")[0], strict=True))
    rows, _, paths = labels.boxes("bounding_box_2d_loose")
    for row, path in zip(rows, paths, strict=True):
        inner = tight.get(path)
        if not path or inner is None:
            continue
        log.compared["visible boxes within whole ones"] += 1
        inside = all(row[low] <= inner[low] for low in _SIDES[:2]) and all(row[high] >= inner[high] for high in _SIDES[2:])
        if not inside:
            given, seen = ([int(box[side]) for side in _SIDES] for box in (row, inner))
            log.error("boxes", labels.name("bounding_box_2d_loose"), path, f"{given} does not hold the visible box {seen}.")


def _check_occlusion(labels: FrameLabels, log: CheckLog) -> None:
    for item in ("bounding_box_2d_tight", "bounding_box_2d_loose"):
        rows, _, paths = labels.boxes(item)
        for row, path in zip(rows, paths, strict=True):
            ratio = float(row["occlusionRatio"])
            if not (0.0 <= ratio <= 1.0 or ratio == -1.0 or np.isnan(ratio)):
                log.error("occlusion", labels.name(item), path, f"occlusionRatio is {ratio:g}; 0 to 1 is allowed.")


def _check_classes(labels: FrameLabels, log: CheckLog) -> None:
    """Compare the semantic with the instance segmentation image, class by class."""
    path = labels.frame.path("semantic_segmentation")
    semantics = labels.json("instance_segmentation_semantics_mapping")
    if path is None or labels.ids is None or not semantics:
        return
    pixels = labels.read("semantic_segmentation", lambda: id_image(path))
    known = labels.json("semantic_segmentation_labels")
    if pixels is None or known is None:
        return
    if pixels.shape != labels.ids.shape:
        sizes = " and ".join(f"{image.shape[1]} × {image.shape[0]}" for image in (pixels, labels.ids))
        log.error("classes", labels.name("semantic_segmentation"), "", f"the segmentation images are {sizes}.")
        return
    of_instance, of_semantic = _by_number(semantics), _by_number(known)
    pairs = labels.ids.astype(np.uint64).reshape(-1) << np.uint64(32) | pixels.reshape(-1)
    starts = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])))
    log.compared["semantic against instance segmentation"] += 1
    for pair in np.unique(pairs[starts]).tolist():
        one, two = of_instance.get(pair >> 32), of_semantic.get(pair & 0xFFFFFFFF)
        if one != two:
            count = int(np.count_nonzero(pairs == pair))
            log.error(
                "classes",
                labels.name("semantic_segmentation"),
                f"{count} pixels",
                f"they are '{two}'; the instance there is '{one}'.",
            )


def _classes_by_path(labels: FrameLabels) -> dict[str, Any]:
    semantics = labels.json("instance_segmentation_semantics_mapping") or {}
    by_number = {_number(key): value for key, value in semantics.items()}
    return {path: by_number.get(number) for path, number in labels.numbers.items()}


def _by_number(mapping: dict[str, Any]) -> dict[int, str]:
    return {_number(key): label_of(value) if isinstance(value, dict) else str(value) for key, value in mapping.items()}


def _number(key: str) -> int:
    numbers = [int(part) for part in str(key).strip("()").split(",") if part.strip()]
    return numbers[0] if len(numbers) == 1 else sum(part << 8 * place for place, part in enumerate(numbers))
