"""What the writer ``ground_truth`` wrote, made again from BasicWriter's files: flow, disparity, NOCS, keypoints, parts."""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.dataset_validation.basic_checks import FrameLabels
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.dataset_validation.geometry_checks import (
    FLOWS,
    check_disparity_array,
    check_flow_array,
    plane_depth,
)
from scenewright.sdg.dataset_validation.keypoint_checks import check_keypoint_records
from scenewright.sdg.dataset_validation.part_checks import check_parts
from scenewright.sdg.reading.arrays import read_array

__all__ = ["TruthFile", "check_truth", "find_truth"]

CHECKED = ("keypoints", "nocs", "optical_flow_backward", "optical_flow_forward", "part_segmentation", "stereo_disparity")
_FILE = re.compile(r"^(?:(?P<camera>.+)_)?(?P<frame>\d{4,})\.(?:npy|json)$")
_NOCS_TOLERANCE = 1e-3


@dataclass(frozen=True)
class TruthFile:
    """One file of the writer ``ground_truth``.

    Attributes:
        name: path relative to the dataset.
        annotator: what it holds.
        camera: name of the camera, "" where there is one only.
        frame: number of the frame.
    """

    name: str
    annotator: str
    camera: str
    frame: int

    def info(self, root: Path) -> Any:
        """Return what is beside the array; an empty mapping where there is nothing.

        Raises:
            ValueError: if it is damaged.
        """
        path = (root / self.name).with_suffix(".json")
        return json.loads(path.read_bytes()) if path.is_file() else {}


def find_truth(root: Path) -> list[TruthFile]:
    """Return the files that `check_truth` knows, in the order of annotators, cameras and frames."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        annotator = os.path.basename(folder)
        if annotator not in CHECKED:
            continue
        ending = ".json" if annotator == "keypoints" else ".npy"
        for name in names:
            match = _FILE.match(name)
            if match and name.endswith(ending):
                relative = Path(folder, name).relative_to(root).as_posix()
                found.append(TruthFile(relative, annotator, match["camera"] or "", int(match["frame"])))
    return sorted(found, key=lambda file: (file.annotator, file.camera, file.frame))


def check_truth(
    root: Path, file: TruthFile, labels: FrameLabels, before: FrameLabels | None, others: Iterable[FrameLabels], log: CheckLog
) -> None:
    """Compare one file with what it follows from.

    Args:
        root: the dataset.
        file: the file.
        labels: BasicWriter's files of the same frame and camera.
        before: those of the step before; None = it is the first step of its sequence.
        others: those of the same frame and other cameras.
        log: takes the findings.
    """
    depth = plane_depth(labels)
    try:
        if file.annotator == "keypoints":
            check_keypoint_records(file.info(root), file.name, labels, depth, log)
            return
        array = read_array(root / file.name)
        if labels.camera is not None and array.shape[:2] != (labels.camera.height, labels.camera.width):
            log.error(
                "shapes", file.name, "", f"it is {array.shape[:2]}; the camera has {labels.camera.height, labels.camera.width}."
            )
        elif file.annotator in FLOWS:
            check_flow_array(array, file.name, file.annotator, labels, before, depth, log)
        elif file.annotator == "stereo_disparity":
            check_disparity_array(array, file.name, labels, others, depth, log)
        elif file.annotator == "part_segmentation":
            check_parts(array, file.info(root)["idToParts"], file.name, labels, log)
        else:
            _check_nocs(file, array, labels, depth, log)
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError) as error:
        log.error("damaged files", file.name, "", f"it cannot be read ({error!r}).")


def _check_nocs(file: TruthFile, nocs: np.ndarray, labels: FrameLabels, depth: np.ndarray | None, log: CheckLog) -> None:
    """Make coordinates again: the point of a pixel in its prim's scaled space, about the box's centre, per diagonal."""
    camera = labels.camera
    rows, _, paths = labels.boxes("bounding_box_3d")
    if depth is None or camera is None or labels.ids is None or not len(rows):
        log.skipped.setdefault("NOCS", "they need camera_params, a distance, bounding_box_3d and instance_segmentation")
        return
    for row, path in zip(rows, paths, strict=True):
        pixels = labels.pixels_of(path)
        matrix = np.array(row["transform"], np.float64)
        low, high = (np.array([float(row[f"{axis}_{end}"]) for axis in "xyz"]) for end in ("min", "max"))
        scale = np.linalg.norm(matrix[:3, :3], axis=1)
        diagonal = float(np.linalg.norm((high - low) * scale))
        if pixels is None or diagonal <= 0.0 or np.linalg.det(matrix[:3, :3]) == 0.0:
            continue
        world, seen = camera.unproject(depth, *pixels)
        local = (np.c_[world, np.ones(len(world))] @ np.linalg.inv(matrix))[:, :3]
        expected = 0.5 + (local - (low + high) / 2.0) * scale / diagonal
        off = np.abs(nocs[pixels[0][seen], pixels[1][seen]] - expected)
        log.compared["NOCS against depth and poses"] += 1
        if len(off) and off.max() > _NOCS_TOLERANCE:
            log.error("NOCS", file.name, path, f"coordinates are up to {off.max():.4f} off what depth and pose give.")
