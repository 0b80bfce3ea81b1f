"""The writer of any annotation as it is: arrays as NumPy files, records and dictionaries as JSON."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import omni.replicator.core as rep

from scenewright.sdg.annotators import get
from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.writers.rle import mask_rle

__all__ = ["WriterGroundTruth"]


class WriterGroundTruth(rep.Writer):
    """Annotations as they are: ``ground_truth`` in a recipe's ``writers``.

    ==================== ============ ======================================================================================
    Parameter            Default      Meaning
    ==================== ============ ======================================================================================
    annotators           (needed)     names, or ``{name: {parameter: value}}``: Replicator's own and Scenewright's
    output_dir, backend  None         folder to write to, or the backend that `generate` gives
    frame_padding        6            digits of the frame index in file names
    ==================== ============ ======================================================================================

    ================================== =====================================================================================
    Output                             Contents
    ================================== =====================================================================================
    ``nocs/000007.npy``                an array, of the shape, dtype and unit that the annotator's page states; with several
                                       cameras ``nocs/<camera>_000007.npy``
    ``nocs/000007_valid.npy``          an array of its info
    ``keypoints/000007.json``          ``records`` (a list, fields by name; null for what is not a number) and the rest of
                                       the info; masks as COCO run lengths of the whole image
    ================================== =====================================================================================

    Example::

        scenewright:
          writers:
            ground_truth: {annotators: {nocs: {}, amodal_segmentation: {}, stereo_disparity: {right: /World/Right}}}

    Raises:
        ValueError: if no annotators are named, or a name or parameter is not known.
        NoTracerError: if one needs Scenewright's own tracer, in Kit.
    """

    version = "0.1.0"

    def __init__(
        self,
        annotators: Sequence[str] | Mapping[str, Mapping[str, Any] | None] = (),
        output_dir: str | None = None,
        backend: Any = None,
        frame_padding: int = 6,
    ):
        if isinstance(annotators, str) or not annotators:
            raise ValueError(f"The writer ground_truth: `annotators` is a list or mapping of annotators, got {annotators!r}.")
        if backend is None and output_dir is None:
            raise ValueError("The writer ground_truth needs an output_dir or a backend; neither was given.")
        wanted = annotators if isinstance(annotators, Mapping) else dict.fromkeys(annotators)
        self.backend = self._backend = backend or rep.backends.get("DiskBackend", init_params={"output_dir": output_dir})
        self.data_structure = "renderProduct"
        self._frame_padding = frame_padding
        self._frame_id = 0
        self._names = list(wanted)
        self.annotators = [get(name, params) for name, params in wanted.items()]

    def write(self, data: dict[str, Any]) -> None:
        """Write one frame."""
        products = data["renderProducts"]
        number = f"{self._frame_id:0{self._frame_padding}d}"
        for camera, product in sorted(products.items()):
            stem = f"{camera}_{number}" if len(products) > 1 else number
            width, height = product["resolution"]
            for name in self._names:
                self._write(f"{name}/{stem}", product[name], (height, width))
        self._frame_id += 1

    def _write(self, path: str, value: Any, shape: tuple[int, int]) -> None:
        info = {key: entry for key, entry in value.items() if key != "data"} if isinstance(value, Mapping) else {}
        array = array_of(value) if not isinstance(value, Mapping) or "data" in value else None
        facts: dict[str, Any] = {}
        if array is not None and array.dtype.names:
            facts["records"] = [{name: _plain(row[name]) for name in array.dtype.names} for row in array]
            if "masks" in info:
                info["masks"] = [mask_rle(mask, (int(row["x_min"]), int(row["y_min"])), shape)
                                 for row, mask in zip(array, info["masks"], strict=True)]
        elif array is not None:
            self.backend.schedule(rep.functional.write_np, data=array, path=f"{path}.npy")
        for key, entry in info.items():
            if isinstance(entry, np.ndarray) and entry.ndim >= 2 and entry.shape[:2] == shape:
                self.backend.schedule(rep.functional.write_np, data=entry, path=f"{path}_{key}.npy")
            else:
                facts[key] = _plain(entry)
        if facts:
            self.backend.schedule(rep.functional.write_json, data=facts, path=f"{path}.json", sort_keys=True)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; None for what is no finite number."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
