"""What an annotator computes: the base class of the one-file-each annotators, and what they return."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import warp as wp

from scenewright.render import BUFFERS

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["AnnotatorError", "AnnotatorOutput", "AnnotatorTemplate", "BufferTemplate"]


class AnnotatorError(ValueError):
    """An annotator was used in a way it cannot serve."""


@dataclass(eq=False)
class AnnotatorOutput:
    """What one annotator saw in one capture.

    Attributes:
        data: The array, or None for annotators that are a flat dict (``camera_params``).
        info: What accompanies the array (``idToLabels``, ``primPaths`` …), or the flat dict itself.
    """

    data: Any = None
    info: dict[str, Any] = field(default_factory=dict)


class AnnotatorTemplate:
    """Base class of annotators: a pure function of a capture.

    Args:
        name: The registered name.
        fast: The ``_fast`` twin of an annotator: its label dictionaries have int (or tuple) keys instead of strings.
    """

    names: ClassVar[tuple[str, ...]] = ()
    """Registered names; the first is the main one."""
    fast_names: ClassVar[tuple[str, ...]] = ()
    """Names of the ``_fast`` twins."""
    parameters: ClassVar[Mapping[str, Any]] = {}
    """Parameters of ``init_params`` and their defaults."""
    per_camera: ClassVar[bool] = False
    """Whether the result belongs to one camera: on a tiled render product it is made for each tile and joined."""

    def __init__(self, name: str, fast: bool = False) -> None:
        self.name = name
        self.fast = fast

    @property
    def docs(self) -> str:
        """The annotator's manual page."""
        return (type(self).__doc__ or "").strip()

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults.

        Raises:
            AnnotatorError: A parameter is not known or its value is not usable.
        """
        unknown = sorted(set(given) - set(self.parameters))
        if unknown:
            allowed = ", ".join(self.parameters) or "none"
            names = ", ".join(map(repr, unknown))
            raise AnnotatorError(f"Annotator '{self.name}' has no parameter {names}. Available: {allowed}.")
        return {**self.parameters, **given}

    def key(self, params: Mapping[str, Any]) -> Any:
        """Return what identifies the result within one capture."""
        return type(self).__name__, self.fast, json.dumps(params, sort_keys=True, default=str)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the names of the render buffers that :meth:`compute` reads."""
        raise NotImplementedError

    def looks_back(self, params: Mapping[str, Any]) -> bool:
        """Return whether the result needs the whole scene of the step before."""
        return False

    def wants_masks(self, params: Mapping[str, Any]) -> bool:
        """Return whether the result needs masks of what entities would cover without occluders."""
        return False

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Reduce one capture."""
        raise NotImplementedError

    def compute_on(self, capture: "Capture", params: Mapping[str, Any], device: wp.Device) -> AnnotatorOutput | None:
        """Return the output with ``data`` as a ``wp.array`` on ``device``, or None when it is made on the CPU."""
        return None


class BufferTemplate(AnnotatorTemplate):
    """Base class of annotators that are one render buffer."""

    buffer: ClassVar[str]

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the one buffer."""
        return frozenset((self.buffer,))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Take the buffer; on the CPU that is the renderer's own memory, which nothing writes to after the frame."""
        return AnnotatorOutput(np.asarray(capture.frame[self.buffer]))

    def compute_on(self, capture: "Capture", params: Mapping[str, Any], device: wp.Device) -> AnnotatorOutput | None:
        """Copy the buffer from device to device: shape (H, W) or (H, W, channels)."""
        spec, (width, height) = BUFFERS[self.buffer], capture.frame.resolution
        source = capture.frame.array(self.buffer)
        image = wp.array(ptr=source.ptr, shape=spec.shape(width, height), dtype=wp.dtype_from_numpy(spec.dtype),
                         device=source.device)
        return AnnotatorOutput(wp.clone(image, device=device))
