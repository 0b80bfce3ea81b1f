"""A dataset as a rerun recording: pictures with their labels, cameras, 3D boxes and points, along a time line."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.dataset.drawing import category_colors
from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.files import HEADER_FILE
from scenewright.sdg.dataset.header import read_header
from scenewright.sdg.reading.arrays import read_array
from scenewright.sdg.reading.find import open_source
from scenewright.sdg.reading.images import UnreadableImage, read_image
from scenewright.sdg.reading.pictures import Picture, PictureSource, Seen

__all__ = ["MissingViewer", "record_dataset"]

_ENCODED = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_POINTS = 20_000


class MissingViewer(ImportError):
    """The extra [viz] is not installed."""

    exit_status = 2


def record_dataset(
    dataset: str | os.PathLike,
    save: str | os.PathLike | None = None,
    *,
    images: int = 300,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Open a dataset in the rerun viewer, or write it as a recording that the viewer opens.

    ===================================== ============================ =====================================================
    Entity                                Archetype                    Contents
    ===================================== ============================ =====================================================
    world/cameras/<name>                  Transform3D, Pinhole         pose of the camera [m] and its lens
    world/cameras/<name>/image            EncodedImage, Image          the picture
    …/image/segmentation                  SegmentationImage            class of each pixel; 0 = none
    …/image/boxes, …/image/keypoints      Boxes2D, Points2D            with class and name
    world/objects                         Boxes3D                      3D boxes [m]
    world/points                          Points3D                     points of the depth [m], with the picture's colours
    objects                               Scalars                      number of objects
    ===================================== ============================ =====================================================

    Pictures without a known camera lie at ``images/<name>``. The time line is ``frame``.

    Args:
        dataset: what `generate` made, a COCO or YOLO folder, or BasicWriter's files.
        save: recording to write, ``.rrd``; absent = open the viewer.
        images: how many pictures at most, evenly taken.
        progress: called with the number of pictures done and of all.

    Returns:
        The number of pictures in the recording.

    Raises:
        DatasetInputError: if ``dataset`` cannot be read or has no images.
        DatasetRunError: if the recording cannot be written.
        MissingViewer: if the extra [viz] is not installed.
    """
    try:
        import rerun as rr
    except ImportError:
        raise MissingViewer(
            "Viewing datasets needs the extra 'viz': pip install 'scenewright[viz]' (package rerun-sdk)."
        ) from None
    source = open_source(dataset)
    if not len(source):
        raise DatasetInputError(f"{dataset} has no images ({source.layout}), so there is nothing to view.")
    stream = rr.RecordingStream("scenewright")
    if save is None:
        stream.spawn()
    else:
        try:
            Path(save).parent.mkdir(parents=True, exist_ok=True)
            stream.save(str(save))
        except (OSError, RuntimeError) as error:
            raise DatasetRunError(f"Cannot write {save}: {error}. Give another place with --save.") from error
    recorder = _Recorder(rr, stream, source)
    wanted = {round(i) for i in np.linspace(0, len(source) - 1, min(images, len(source)))}
    done = 0
    for number, picture in enumerate(source.pictures()):
        if number in wanted:
            recorder.add(picture)
            done += 1
            if progress is not None:
                progress(done, len(wanted))
    stream.send_blueprint(recorder.blueprint())
    stream.disconnect()
    return done


def _ontology_of(root: Path) -> dict[str, Any]:
    """Return what the ontology of a dataset of this project says of its classes; nothing where there is none."""
    try:
        return dict(read_header(root).get("ontology", {})) if (root / HEADER_FILE).is_file() else {}
    except DatasetInputError:
        return {}


class _Recorder:
    """Logs pictures to a recording.

    Args:
        rr: the module of rerun.
        stream: the recording.
        source: the dataset.
    """

    def __init__(self, rr: Any, stream: Any, source: PictureSource):
        self.rr, self.stream = rr, stream
        self.classes = {name: number for number, name in enumerate(source.classes, start=1)}
        self.places: dict[str, bool] = {}
        self._described = 0
        self._known = _ontology_of(source.root)

    def add(self, picture: Picture) -> None:
        """Log one picture at its frame."""
        rr, stream = self.rr, self.stream
        stream.set_time("frame", sequence=picture.frame)
        self._describe(picture)
        name = re.sub(r"[^\w.-]+", "_", picture.camera) or "camera"
        known = picture.view is not None and picture.view.intrinsics is not None
        base = f"world/cameras/{name}" if known else f"images/{name}"
        if not self.places:
            stream.log("world", self._axes(picture), static=True)
        self.places[base] = known
        stream.log("objects", rr.Scalars(len(picture.objects)))
        if known:
            self._camera(base, picture)
        pixels = self._image(f"{base}/image", picture)
        self._labels(f"{base}/image", picture)
        self._cuboids(picture)
        if known and pixels is not None:
            self._points(picture, pixels)

    def blueprint(self) -> Any:
        """Return how the viewer shows the recording: the world on the left, pictures on the right."""
        import rerun.blueprint as rrb

        pictures = [rrb.Spatial2DView(origin=f"{place}/image", name=place.rpartition("/")[2]) for place in sorted(self.places)]
        views: list[Any] = [rrb.Spatial3DView(origin="world", name="world")] if any(self.places.values()) else []
        views.append(rrb.Vertical(*pictures[:4]) if len(pictures) > 1 else pictures[0])
        return rrb.Blueprint(rrb.Horizontal(*views), rrb.TimePanel(state="expanded"), collapse_panels=True)

    def _describe(self, picture: Picture) -> None:
        """Name and colour the classes; a class that nothing declared is added when it is first seen."""
        for item in picture.objects:
            self.classes.setdefault(item.name, len(self.classes) + 1)
        if len(self.classes) == self._described:
            return
        self._described = len(self.classes)
        colors = category_colors(list(self.classes), self._known)
        rows = [self.rr.AnnotationInfo(number, name, colors[name]) for name, number in self.classes.items()]
        self.stream.log("/", self.rr.AnnotationContext(rows), static=True)

    def _axes(self, picture: Picture) -> Any:
        """Return the world's up axis, guessed from the first camera: datasets do not say it."""
        if picture.view is None:
            return self.rr.ViewCoordinates.RIGHT_HAND_Z_UP
        up = -picture.view.to_world[1, :3]
        coordinates = self.rr.ViewCoordinates
        return coordinates.RIGHT_HAND_Y_UP if abs(up[1]) > abs(up[2]) else coordinates.RIGHT_HAND_Z_UP

    def _camera(self, base: str, picture: Picture) -> None:
        view = picture.view
        to_world = view.to_world
        position = to_world[3, :3] * view.meters_per_unit
        self.stream.log(base, self.rr.Transform3D(translation=position, mat3x3=to_world[:3, :3].T))
        lens = self.rr.Pinhole(
            image_from_camera=view.intrinsics,
            resolution=[view.width, view.height],
            camera_xyz=self.rr.ViewCoordinates.RDF,
            image_plane_distance=0.3,
        )
        self.stream.log(f"{base}/image", lens)

    def _image(self, place: str, picture: Picture) -> np.ndarray | None:
        try:
            pixels = read_image(picture.path)
        except UnreadableImage as error:
            self.stream.log("notes", self.rr.TextLog(f"{picture.name} {error}.", level="WARN"))
            self.stream.log(place, self.rr.Clear(recursive=False))
            return None
        kind = _ENCODED.get(picture.path.suffix.lower())
        if kind is not None:
            self.stream.log(place, self.rr.EncodedImage(contents=picture.path.read_bytes(), media_type=kind))
        else:
            self.stream.log(place, self.rr.Image(pixels))
        return pixels

    def _labels(self, place: str, picture: Picture) -> None:
        rr, stream = self.rr, self.stream
        ids = self._class_image(picture)
        if ids is not None:
            stream.log(f"{place}/segmentation", rr.SegmentationImage(ids, opacity=0.4))
        boxes = np.array([item.box for item in picture.objects], np.float64).reshape(-1, 4)
        if not picture.width:  # labels of a YOLO file whose image is missing are shares
            boxes = boxes[:0]
        numbers = [self.classes[item.name] for item in picture.objects][: len(boxes)]
        stream.log(f"{place}/boxes", rr.Boxes2D(array=boxes, array_format=rr.Box2DFormat.XYWH, class_ids=numbers))
        points = [
            (point, item) for item in picture.objects if item.keypoints is not None for point in item.keypoints if point[2]
        ]
        if points:
            where = [point[:2] for point, _ in points]
            stream.log(
                f"{place}/keypoints", rr.Points2D(where, class_ids=[self.classes[item.name] for _, item in points], radii=3)
            )

    def _class_image(self, picture: Picture) -> np.ndarray | None:
        ids, found = np.zeros((picture.height, picture.width), np.uint16), False
        for item in sorted(picture.objects, key=lambda item: -item.box[2] * item.box[3]):
            if item.mask is None:
                continue
            try:
                ids[item.mask.decode(picture.height, picture.width)] = self.classes[item.name]
                found = True
            except (ValueError, OSError):
                continue  # validate tells
        if not found:
            return None
        return ids.astype(np.uint8) if len(self.classes) < 256 else ids

    def _cuboids(self, picture: Picture) -> None:
        posed = [item for item in picture.objects if item.cuboid is not None]
        if not posed or picture.view is None:
            return
        boxes = [_oriented(item, picture.view.meters_per_unit) for item in posed]
        centers, halves, rotations = (np.array(rows) for rows in zip(*boxes, strict=True))
        numbers = [self.classes[item.name] for item in posed]
        labels = [item.prim_path or item.name for item in posed]
        drawn = self.rr.Boxes3D(
            centers=centers, half_sizes=halves, quaternions=rotations, class_ids=numbers, labels=labels, show_labels=False
        )
        self.stream.log("world/objects", drawn)

    def _points(self, picture: Picture, pixels: np.ndarray) -> None:
        view, path = picture.view, picture.depth
        if path is None:
            return
        try:
            depth = read_array(path).squeeze()
        except (OSError, ValueError, EOFError):
            return  # validate tells
        if depth.shape != (view.height, view.width) or depth.shape != pixels.shape[:2]:
            return
        if path.name.startswith("distance_to_camera"):
            depth = depth / view.ray_lengths()
        step = max(1, int(np.ceil(np.sqrt(depth.size / _POINTS))))
        rows, columns = (grid.reshape(-1) for grid in np.mgrid[0 : view.height : step, 0 : view.width : step])
        world, seen = view.unproject(depth, rows, columns)
        colors = pixels[rows[seen], columns[seen]]
        self.stream.log(
            "world/points", self.rr.Points3D(world * view.meters_per_unit, colors=colors, radii=self.rr.Radius.ui_points(1.5))
        )


def _oriented(item: Seen, meters: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return centre and half sizes [m], and rotation as quaternion x, y, z, w, of a 3D box."""
    corners = item.cuboid * meters
    axes = np.array([corners[1] - corners[0], corners[2] - corners[0], corners[4] - corners[0]])
    sizes = np.linalg.norm(axes, axis=1)
    rotation = (axes / np.maximum(sizes, 1e-12)[:, None]).T
    if np.linalg.det(rotation) < 0:  # a mirrored prim: the box is the same with one axis turned round
        rotation[:, 2] *= -1
    return corners.mean(axis=0), sizes / 2.0, _quaternion(rotation)


def _quaternion(rotation: np.ndarray) -> np.ndarray:
    """Return the quaternion x, y, z, w of a rotation matrix for column vectors.

    The eigenvector of the largest eigenvalue; source: I. Bar-Itzhack, New Method for Extracting the Quaternion from a Rotation
    Matrix, Journal of Guidance, Control, and Dynamics 23 (6), 2000.
    """
    r = rotation
    k = np.array(
        [
            [r[0, 0] - r[1, 1] - r[2, 2], r[1, 0] + r[0, 1], r[2, 0] + r[0, 2], r[2, 1] - r[1, 2]],
            [r[1, 0] + r[0, 1], r[1, 1] - r[0, 0] - r[2, 2], r[2, 1] + r[1, 2], r[0, 2] - r[2, 0]],
            [r[2, 0] + r[0, 2], r[2, 1] + r[1, 2], r[2, 2] - r[0, 0] - r[1, 1], r[1, 0] - r[0, 1]],
            [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], r[0, 0] + r[1, 1] + r[2, 2]],
        ]
    )
    return np.linalg.eigh(k)[1][:, -1]
