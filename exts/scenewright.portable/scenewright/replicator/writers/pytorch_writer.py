"""PytorchWriter: the images of all render products as one batch of a PyTorch tensor, for a listener."""

import importlib.util
import logging
from typing import Any

import numpy as np
import warp as wp

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.writer import Writer

__all__ = ["PytorchListener", "PytorchWriter"]

_log = logging.getLogger(__name__)


class PytorchListener:
    """Keeps the latest batch of a PytorchWriter. Deprecated in Isaac Sim."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}

    def write_data(self, data: dict[str, Any]) -> None:
        """Take what a writer sends."""
        self.data.update(data)

    def get_rgb_data(self) -> Any:
        """Return the images as a uint8 tensor (B, 3, H, W), None before the first."""
        images = self.data.get("pytorch_rgb")
        return None if images is None else images[..., :3].permute(0, 3, 1, 2)


class PytorchWriter(Writer):
    """Send the images of each frame to ``listener`` as a uint8 tensor (B, H, W, 4), one image for each render product.

    On a CUDA device the images never leave it. All products need the same resolution. Deprecated in Isaac Sim.

    Args:
        listener: Gets ``write_data({"pytorch_rgb": tensor, "device": device})``.
        output_dir: Also write ``rgb_<frame>_<product>.png`` to this folder.
        tiled_sensor: The product is a tiled one: one image of all cameras, written as ``rgb_<frame>.png``.
        device: Where the tensor is: "cpu", "cuda", "cuda:N"; without CUDA in PyTorch it is the CPU, after a warning.

    Raises:
        TypeError: ``listener`` has no ``write_data``, or a parameter is not known.
        ImportError: PyTorch is not installed.
    """

    def __init__(self, listener: Any, output_dir: str | None = None, tiled_sensor: bool = False, device: str = "cuda") -> None:
        if not callable(getattr(listener, "write_data", None)):
            raise TypeError(f"PytorchWriter's listener is a PytorchListener (write_data(dict)), got {type(listener).__name__}.")
        if importlib.util.find_spec("torch") is None:
            raise ImportError("PytorchWriter needs PyTorch: pip install torch.")
        self.version = "0.0.1"
        self.data_structure = "renderProduct"
        self.listener = listener
        self.device = _torch_device(device)
        self._tiled = tiled_sensor
        self._frame_id = 0
        self.backend = self._backend = chosen_backend("PytorchWriter", output_dir) if output_dir else None
        on = self.device if self.device.startswith("cuda") else None
        self.annotators = [AnnotatorRegistry.get_annotator("LdrColor", device=on, do_array_copy=False)]

    def write(self, data: dict[str, Any]) -> None:
        """Send one frame."""
        import torch

        images = {product: content["LdrColor"]["data"] for product, content in data["renderProducts"].items()}
        if len({tuple(image.shape) for image in images.values()}) > 1:
            sizes = ", ".join(f"{product} {tuple(image.shape[1::-1])}" for product, image in images.items())
            raise ValueError(f"PytorchWriter needs render products of one resolution, got {sizes}.")
        tensors = [wp.to_torch(image) if isinstance(image, wp.array) else torch.from_numpy(np.array(image))
                   for image in images.values()]
        batch = torch.stack([tensor.to(self.device) for tensor in tensors])
        if self.backend is not None:
            for product, image in images.items():
                file = f"rgb_{self._frame_id}.png" if self._tiled else f"rgb_{self._frame_id}_{product}.png"
                self.backend.write_image(file, np.array(image.numpy() if isinstance(image, wp.array) else image))
        self.listener.write_data({"pytorch_rgb": batch, "device": self.device})
        self._frame_id += 1


def _torch_device(device: Any) -> str:
    import torch

    if str(device).startswith("cuda") and not torch.cuda.is_available():
        _log.warning("PytorchWriter: PyTorch has no CUDA device here; its tensors stay in main memory, not on %r.", device)
        return "cpu"
    return str(device)
