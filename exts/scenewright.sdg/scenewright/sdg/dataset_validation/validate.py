"""`validate_dataset`: every check that a folder's contents allow."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import fragments_in
from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import HEADER_FILE, LEDGER_FILE, PRIVATE_FOLDER
from scenewright.sdg.dataset.finalise import join_context
from scenewright.sdg.dataset.header import read_header
from scenewright.sdg.dataset.ledger import Ledger, parts_in_use, read_ledger
from scenewright.sdg.dataset_validation.basic_checks import FrameLabels, check_frame, check_view
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.dataset_validation.coco_checks import check_coco_file
from scenewright.sdg.dataset_validation.fragment_checks import check_fragment
from scenewright.sdg.dataset_validation.geometry_checks import (
    FLOWS,
    check_cameras,
    check_cuboids,
    check_depths,
    check_disparity,
    check_motion,
    plane_depth,
)
from scenewright.sdg.dataset_validation.ground_truth_checks import TruthFile, check_truth, find_truth
from scenewright.sdg.dataset_validation.image_checks import SeenImages, check_image
from scenewright.sdg.dataset_validation.kitti_checks import KITTI_DEFAULTS, check_kitti
from scenewright.sdg.dataset_validation.ledger_checks import check_derived, check_end, check_files, check_frames
from scenewright.sdg.dataset_validation.yolo_checks import check_label_file, check_pairs
from scenewright.sdg.reading.basic import BasicFrame, BasicSource
from scenewright.sdg.reading.basic_folder import frame_key
from scenewright.sdg.reading.coco import find_coco_files
from scenewright.sdg.reading.in_order import in_order
from scenewright.sdg.reading.kitti import KittiFrame, find_kitti
from scenewright.sdg.reading.yolo import find_yolo

__all__ = ["validate_dataset"]

Progress = Callable[[int, int], None]


def validate_dataset(path: str | os.PathLike, progress: Progress | None = None) -> CheckLog:
    """Check a dataset: what `generate` made, BasicWriter's files, a COCO, YOLO or KITTI folder, or several in one.

    Nothing is written, and memory does not grow with the number of frames, except for what a COCO file of elsewhere holds.

    Args:
        path: the folder, or a COCO file.
        progress: called with what is done and of how much, once for each pass over the dataset.

    Returns:
        Findings, what was compared, and what could not be.

    Raises:
        DatasetInputError: if it is no dataset, or its header or ledger are damaged.
    """
    root = Path(path)
    log = CheckLog()
    if root.is_file():
        _check_coco_files(root.parent.parent if root.parent.name == "annotations" else root.parent, [root], log, progress)
        return log
    if not root.is_dir():
        raise DatasetInputError(f"{root} does not exist. Give the folder of a dataset.")
    contents = _Contents.of(root)
    if contents.header is not None:
        _check_ledger(contents, log, progress)
    if contents.fragments:
        _check_fragments(contents, log, progress)
    elif contents.coco:
        _check_coco_files(root, contents.coco, log, progress)
    elif contents.yolo is not None:
        _check_yolo(contents, log, progress)
    if contents.basic is not None:
        _check_basic(contents, log, progress)
        _check_truth(contents, log, progress)
    if contents.kitti:
        _check_kitti(contents, log, progress)
    return log


@dataclass
class _Contents:
    """What lies in a folder."""

    root: Path
    header: dict[str, Any] | None = None
    ledger: Ledger = field(default_factory=Ledger)
    fragments: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    coco: list[Path] = field(default_factory=list)
    yolo: Any = None
    basic: BasicSource | None = None
    kitti: list[KittiFrame] = field(default_factory=list)

    @classmethod
    def of(cls, root: Path) -> "_Contents":
        found = cls(root, basic=BasicSource.open(root), kitti=find_kitti(root))
        if (root / HEADER_FILE).is_file():
            found.header, found.ledger = read_header(root), read_ledger(root)
            named: Iterable[str] = found.ledger.files()
        else:
            named = (path.relative_to(root).as_posix() for path in root.rglob(f"{PRIVATE_FOLDER}/*/*.json"))
        found.fragments = fragments_in(name for name in named if (root / name).is_file())
        if found.header is None and not found.fragments:
            found.coco = find_coco_files(root)
            found.yolo = None if found.coco else find_yolo(root)
            if not found.coco and found.yolo is None and found.basic is None and not found.kitti:
                raise DatasetInputError(
                    f"{root} is no dataset that can be checked. Known are what `generate` makes, COCO (annotations/*.json), "
                    "YOLO (data.yaml or labels/*.txt), KITTI (label_2/*.txt) and BasicWriter's files (rgb_0000.png, …)."
                )
        return found

    def step_before(self, frame: BasicFrame) -> str | None:
        """Return the frame one step earlier, "" where the frame is a sequence's first step, None where that is not known."""
        key = frame_key(frame.frame)
        names = {frame_key(name): name for name in (_renumbered(frame.frame, key[-1] - 1),) if name in frame.view.frames}
        if self.header is None:
            return next(iter(names.values()), None)
        row = self.ledger.rows.get(key[-1])
        if row is None:
            return None
        entry = row.entry()
        if entry.step == 0:
            return ""
        before = self.ledger.rows.get(key[-1] - 1)
        follows = before is not None and before.entry().sequence == entry.sequence and before.entry().step == entry.step - 1
        return next(iter(names.values()), None) if follows else None

    def writer(self, name: str) -> Mapping[str, Any] | None:
        """Return the parameters that the recipe gives a writer; None where it names none by that name."""
        if self.header is None:
            return None
        writers = json.loads(self.header["recipe"]["plan"]).get("scenewright", {}).get("writers", {})
        if not isinstance(writers, dict) or name not in writers:
            return None
        return writers[name] if isinstance(writers[name], dict) else {}

    def keypoints(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the keypoints that the recipe gave a writer, by class and name."""
        classes = (self.writer(name) or {}).get("keypoints")
        named = classes.items() if isinstance(classes, dict) else ()
        # Names of locators are points on the stage, which a dataset does not have.
        return {label: points for label, points in named if isinstance(points, dict) and all(points.values())}


def _check_ledger(contents: _Contents, log: CheckLog, progress: Progress | None) -> None:
    root, ledger = contents.root, contents.ledger
    files = ledger.files()
    check_end(root, log)
    check_files(root, files, log, progress)
    check_frames(ledger, log)
    finalised = (root / LEDGER_FILE).is_file() and not any((root / PRIVATE_FOLDER / "parts").glob("*.jsonl"))
    if not finalised:
        state = "it is being written" if parts_in_use(root) else "it has not been finalised; run `finalise`"
        log.warning("frames", LEDGER_FILE, "", f"{state}, so annotation files are not compared.")
    context = replace(join_context(ledger, contents.header), quiet=True) if finalised else None
    check_derived(root, files, context, log)


def _check_fragments(contents: _Contents, log: CheckLog, progress: Progress | None) -> None:
    """Check the fragments, and the pictures that they name."""
    beside = {(frame_key(frame.frame)[-1], frame.view.name.rpartition("/")[2]): frame for frame in _frames(contents.basic)}
    for (folder, name), fragments in contents.fragments.items():
        points = contents.keypoints(name)
        seen = SeenImages()

        def one(fragment: str, folder: str = folder, name: str = name, points: Any = points) -> tuple[CheckLog, list]:
            return check_fragment(contents.root, folder, name, fragment, beside, points)

        for done, (part, pictures) in enumerate(in_order(one, fragments), start=1):
            log.merge(part)
            seen.check(pictures, log)
            if progress is not None:
                progress(done, len(fragments))


def _check_coco_files(root: Path, files: list[Path], log: CheckLog, progress: Progress | None) -> None:
    stated: dict[Path, tuple[int, int]] = {}
    for file in files:
        stated |= {path: (width, height) for path, width, height in check_coco_file(root, file, log)}
    _check_images(root, stated, log, progress)


def _check_yolo(contents: _Contents, log: CheckLog, progress: Progress | None) -> None:
    data, root = contents.yolo, contents.root
    check_pairs(data, root, log)
    for image in data.images:
        check_label_file(image, data, root, log)
    _check_images(root, dict.fromkeys(data.images), log, progress)


def _check_images(root: Path, stated: Mapping[Path, Any], log: CheckLog, progress: Progress | None) -> None:
    seen = SeenImages()

    def one(pair: tuple[Path, Any]) -> tuple[CheckLog, str, bytes | None]:
        part = CheckLog()
        name = pair[0].relative_to(root).as_posix() if pair[0].is_relative_to(root) else str(pair[0])
        return part, name, check_image(pair[0], name, pair[1], part)

    for done, (part, name, digest) in enumerate(in_order(one, stated.items()), start=1):
        log.merge(part)
        seen.check([(name, digest)], log)
        if progress is not None:
            progress(done, len(stated))


def _check_basic(contents: _Contents, log: CheckLog, progress: Progress | None) -> None:
    """Check BasicWriter's files frame by frame."""
    if contents.header is None:
        for view in contents.basic.views:
            check_view(view, log)
    seen = SeenImages()

    def one(frame: BasicFrame) -> tuple[CheckLog, str, bytes | None]:
        part = CheckLog()
        return part, *_check_basic_frame(contents, frame, part)

    for done, (part, name, digest) in enumerate(in_order(one, contents.basic.frames()), start=1):
        log.merge(part)
        seen.check([(name, digest)], log)
        if progress is not None:
            progress(done, len(contents.basic))


def _check_basic_frame(contents: _Contents, frame: BasicFrame, log: CheckLog) -> tuple[str, bytes | None]:
    labels = FrameLabels(frame, log)
    size = (labels.camera.width, labels.camera.height) if labels.camera else None
    name, digest, path = "", None, frame.path("rgb")
    if path is not None and path.suffix != ".exr":
        name = labels.name("rgb")
        digest = check_image(path, name, size, log)
    check_cameras(labels, labels.ids.shape[::-1] if labels.ids is not None else None, log)
    check_frame(labels, log, exact=contents.header is not None)
    if labels.camera is not None and labels.camera.intrinsics is None:
        log.skipped.setdefault("geometry", f"cameras of type '{labels.camera.model}' are not checked, pinholes are")
        return name, digest
    depth = plane_depth(labels)
    check_depths(labels, log)
    check_cuboids(labels, depth, log)
    if any(frame.view.has(frame.frame, item) for item in FLOWS):
        _check_motion(contents, labels, depth, log)
    if frame.view.has(frame.frame, "stereo_disparity"):
        beside = (view for view in contents.basic.views if view is not frame.view and frame.frame in view.frames)
        others = (FrameLabels(BasicFrame(contents.root, view, frame.frame), CheckLog()) for view in beside)
        check_disparity(labels, others, depth, log)
    return name, digest


def _check_motion(contents: _Contents, labels: FrameLabels, depth: Any, log: CheckLog) -> None:
    before = contents.step_before(labels.frame)
    if before is None and contents.header is None and frame_key(labels.frame.frame)[-1] == 0:
        return  # what was there before a script's first frame is not known
    if before is None:
        log.skipped.setdefault("motion", "frames one step apart are not both in the dataset")
        return
    if contents.header is None:  # steps may lie between the frames of a script: said, but no proof of an error
        part = CheckLog()
        check_motion(labels, FrameLabels(BasicFrame(contents.root, labels.frame.view, before), CheckLog()), depth, part)
        for finding in part.findings:
            log.warning(
                "motion", finding.file, finding.item, f"{finding.message} Right only if steps lie between the two frames."
            )
        log.compared += part.compared
        return
    earlier = FrameLabels(BasicFrame(contents.root, labels.frame.view, before), CheckLog()) if before else None
    check_motion(labels, earlier, depth, log)


def _check_truth(contents: _Contents, log: CheckLog, progress: Progress | None) -> None:
    """Check what the writer ``ground_truth`` wrote beside BasicWriter."""
    files = find_truth(contents.root)
    beside = {(frame.view.name.rpartition("/")[2], frame_key(frame.frame)[-1]): frame for frame in contents.basic.frames()}

    def one(file: TruthFile) -> CheckLog:
        part = CheckLog()
        frame = beside.get((file.camera, file.frame)) or beside.get(("", file.frame))
        if frame is None:
            part.skipped.setdefault(file.annotator, "BasicWriter wrote nothing of the same frames")
            return part
        before = contents.step_before(frame)
        if before is None and file.annotator in FLOWS:
            part.skipped.setdefault("motion", "frames one step apart are not both in the dataset")
            return part
        earlier = FrameLabels(BasicFrame(contents.root, frame.view, before), CheckLog()) if before else None
        others = (view for view in contents.basic.views if view is not frame.view and frame.frame in view.frames)
        pair = (FrameLabels(BasicFrame(contents.root, view, frame.frame), CheckLog()) for view in others)
        check_truth(contents.root, file, FrameLabels(frame, CheckLog()), earlier, pair, part)
        return part

    for done, part in enumerate(in_order(one, files), start=1):
        log.merge(part)
        if progress is not None:
            progress(done, len(files))


def _check_kitti(contents: _Contents, log: CheckLog, progress: Progress | None) -> None:
    beside = {(frame.view.name.rpartition("/")[2], frame_key(frame.frame)[-1]): frame for frame in _frames(contents.basic)}
    given = contents.writer("kitti") or contents.writer("KittiWriter")
    options = {**KITTI_DEFAULTS, **given} if given is not None else {} if contents.header is not None else None

    def one(frame: KittiFrame) -> CheckLog:
        part = CheckLog()
        other = beside.get((frame.camera, frame.number)) or beside.get(("", frame.number))
        check_kitti(contents.root, frame, options, FrameLabels(other, CheckLog()) if other else None, part)
        return part

    for done, part in enumerate(in_order(one, contents.kitti), start=1):
        log.merge(part)
        if progress is not None:
            progress(done, len(contents.kitti))
    if contents.header is None and contents.basic is None:
        pictures = [frame.picture for frame in contents.kitti if frame.picture is not None]
        _check_images(contents.root, dict.fromkeys(pictures), log, progress)


def _renumbered(frame: str, number: int) -> str:
    head, _, last = frame.rpartition("_")
    text = f"{number:0{len(last)}d}"
    return f"{head}_{text}" if head else text


def _frames(source: BasicSource | None) -> Iterator[BasicFrame]:
    if source is not None:
        yield from source.frames()
