"""CosmosWriter: the control pictures of Cosmos Transfer, frame by frame and as clips."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from scenewright.host.timeline import get_timeline_interface
from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.annotators.shading import shade
from scenewright.replicator.augmentations.filters import canny_edges
from scenewright.replicator.backends import io_queue
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.io_functions import write_image
from scenewright.replicator.palette import palette
from scenewright.replicator.tools import colorize_depth
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.video import check_video_support, encode_mp4
from scenewright.replicator.writers.writer import Writer

__all__ = ["CosmosWriter"]

_MODALITIES = ("rgb", "depth", "segmentation", "shaded_seg", "edges")
_UNMAPPED = (0, 0, 0, 255)
_FIRST = 2  # ids below are background and unlabelled


class CosmosWriter(Writer):
    """Write rgb, depth, segmentation, shaded segmentation and edges as PNG frames and MP4 clips.

    Files: ``clip_NNNN/<modality>/<modality>_NNNN.png`` and ``clip_NNNN/<modality>.mp4``, below ``<product>/`` with several
    render products. A clip ends with :meth:`next_clip`, with the next sequence of an ``on_time`` trigger, when a run ends, when
    somebody waits for the output, and on detach; frames that follow without a new clip extend it. Its rate is the timeline's
    time codes per second. Needs the ``[video]`` extra.

    ============  ====================================================================================================
    rgb           the image
    depth         distance to the image plane from 0.1 m (white) to 100 m (black) on a logarithmic scale
    segmentation  a colour for each labelled prim; with ``segmentation_mapping`` its label's colour
    shaded_seg    the segmentation, darker where the surface turns away from the camera
    edges         Canny edges of the image, white on black
    ============  ====================================================================================================

    Args:
        backend: Where to write.
        output_dir: Output folder; unused where ``backend`` is given.
        segmentation_mapping: ``{label: [r, g, b, a]}``; labels without an entry are black.
        use_instance_id: False gives all prims of one label one colour.
        canny_threshold_low: Gradient from which a pixel continues an edge; see ``rep.augmentations_default.aug_canny``.
        canny_threshold_high: Gradient from which a pixel begins an edge.

    Raises:
        ValueError: There is nowhere to write, or the thresholds are out of order.
        TypeError: ``backend`` is no backend, or a parameter is not known.
        ImportError: The ``[video]`` extra is not installed.
    """

    def __init__(self, backend: BaseBackend | None = None, output_dir: str | None = None,
                 segmentation_mapping: Mapping[str, Sequence[int]] | None = None, use_instance_id: bool = True,
                 canny_threshold_low: float = 10, canny_threshold_high: float = 100) -> None:
        if not 0 <= canny_threshold_low <= canny_threshold_high:
            raise ValueError("CosmosWriter needs 0 <= canny_threshold_low <= canny_threshold_high, got "
                             f"{canny_threshold_low} and {canny_threshold_high}.")
        check_video_support("CosmosWriter")
        self.version = "0.0.1"
        self.data_structure = "renderProduct"
        self.backend = self._backend = chosen_backend("CosmosWriter", output_dir, backend)
        self._metadata_written = True  # this writer has no metadata.txt
        self._mapping = {str(label): [*color, 255][:4] for label, color in (segmentation_mapping or {}).items()}
        self._thresholds = (canny_threshold_low, canny_threshold_high)
        self._clip_id = 0
        self._frame_id = 0
        self._sequence: int | None = None
        self._open: dict[str, list[str]] = {}
        self._changed = False
        by_instance = use_instance_id and not self._mapping
        self._segmentation = "instance_segmentation_fast" if by_instance else "semantic_segmentation"
        self.annotators = [AnnotatorRegistry.get_annotator(name, do_array_copy=False) for name in
                           ("rgb", "distance_to_image_plane", self._segmentation, "normals", "camera_params")]

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the pictures of one frame."""
        sequence = (data.get("trigger_outputs") or {}).get("on_time")
        if self._sequence is not None and sequence != self._sequence:
            self.next_clip()
        self._sequence = sequence
        several = max(len(self._render_products), len(data["renderProducts"])) > 1
        for product, content in data["renderProducts"].items():
            clip = f"{product}/clip_{self._clip_id:04}" if several else f"clip_{self._clip_id:04}"
            for modality, image in self._pictures(content).items():
                path = f"{clip}/{modality}/{modality}_{self._frame_id:04}.png"
                self.backend.schedule(write_image, data=image, path=path)
                self._open.setdefault(f"{clip}/{modality}.mp4", []).append(path)
        self._frame_id += 1
        self._changed = True

    def next_clip(self) -> None:
        """End the clip: write its videos; the next frame is the first of a new one. Nothing where the clip is empty."""
        self._write_videos()
        if self._frame_id:
            self._clip_id += 1
            self._frame_id = 0
        self._open.clear()

    def on_final_frame(self) -> None:
        """Write the videos of the clip so far."""
        self._write_videos()

    def detach(self) -> None:
        """End the clip and receive no more frames."""
        if self._initialized:
            self.next_clip()
        super().detach()

    def _pictures(self, content: Mapping[str, Any]) -> dict[str, np.ndarray]:
        rgb = content["rgb"]["data"]
        segmentation = self._colors(content[self._segmentation])
        view = np.asarray(content["camera_params"]["cameraViewTransform"]).reshape(4, 4)
        return dict(zip(_MODALITIES, (
            rgb, colorize_depth(content["distance_to_image_plane"]["data"]), segmentation,
            shade(segmentation, content["normals"]["data"], view), canny_edges(rgb, *self._thresholds)), strict=True))

    def _colors(self, segmentation: Mapping[str, Any]) -> np.ndarray:
        ids = segmentation["data"]
        colors = palette(max(int(ids.max(initial=0)) + 1, _FIRST)).copy()
        if self._mapping:
            colors[1:] = _UNMAPPED
            for key, labels in segmentation["idToLabels"].items():
                names = [name for text in labels.values() for name in (text, *text.split(","))]
                color = next((self._mapping[name] for name in names if name in self._mapping), None)
                if color is not None and _FIRST <= int(key) < len(colors):
                    colors[int(key)] = color
        return colors[ids]

    def _write_videos(self) -> None:
        """Encode the frames that lie on the backend; the images of a clip are never all in memory."""
        if not self._changed:
            return
        self._changed = False
        io_queue.wait_until_done()
        fps = get_timeline_interface().get_time_codes_per_seconds()
        for path, frames in self._open.items():
            self.backend.write_blob(path, encode_mp4((self._frame(name) for name in frames), fps))

    def _frame(self, path: str) -> np.ndarray:
        with Image.open(io.BytesIO(self.backend.read_blob(path))) as image:
            return np.asarray(image.convert("RGB"))
