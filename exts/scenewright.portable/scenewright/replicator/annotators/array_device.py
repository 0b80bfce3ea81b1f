"""Where an annotator's arrays are: what ``device=`` means, on machines with CUDA and without."""

import logging
from typing import Any

import numpy as np
import warp as wp

from scenewright.host.settings import get_settings
from scenewright.replicator.annotators.template import AnnotatorError

__all__ = ["array_device", "device_record"]

_log = logging.getLogger(__name__)
_told: set[str] = set()


def array_device(device: Any) -> wp.Device | None:
    """Return the Warp device of ``wp.array`` data, None for numpy arrays.

    Args:
        device: None or "cpu" means numpy; "cuda" the GPU that renders, or the first; "cuda:N" that one; also a Warp device. On
            a machine without CUDA any of the last gives ``wp.array`` in main memory, after one warning, so that scripts which
            call ``.numpy()`` or ``wp.to_torch`` on the data run everywhere.

    Raises:
        AnnotatorError: It is another word, or there is CUDA and no such device.
    """
    if isinstance(device, wp.Device):
        return device
    if device is None or str(device) == "cpu":
        return None
    name = str(device)
    kind, _, ordinal = name.partition(":")
    if kind != "cuda" or (ordinal and not ordinal.isdecimal()):
        raise AnnotatorError(f"A device is None, 'cpu', 'cuda' or 'cuda:N', got {device!r}.")
    gpus = [gpu.alias for gpu in wp.get_cuda_devices()]
    if not gpus:
        _tell(f"device={name!r}: this machine has no CUDA device; the data comes as wp.array in main memory.")
        return wp.get_device("cpu")
    if kind == name:
        renders_on = str(get_settings().get("/scenewright/device"))
        name = renders_on if renders_on in gpus else gpus[0]
    if name not in gpus:
        raise AnnotatorError(f"device={name!r}: this machine has {', '.join(gpus)}.")
    return wp.get_device(name)


@wp.struct
class OcclusionRecord:
    """A row of the "occlusion" annotator."""

    instanceId: wp.uint32
    semanticId: wp.uint32
    occlusionRatio: wp.float32


def device_record(dtype: np.dtype) -> Any:
    """Return the Warp struct of records that Replicator has on a device, None for others: boxes stay on the CPU."""
    return OcclusionRecord if dtype == OcclusionRecord.numpy_dtype() else None


def _tell(message: str) -> None:
    if message not in _told:
        _told.add(message)
        _log.warning(message)
