"""Augmentations: functions on an annotator's array, in Python over numpy or as Warp kernels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import warp as wp

from scenewright.replicator.annotators.template import AnnotatorError
from scenewright.replicator.availability import unsupported
from scenewright.replicator.seeds import get_global_seed, stream

__all__ = ["Augmentation", "AugmentationStep"]


class Augmentation:
    """A function from array to array with parameters; made by :meth:`from_function`.

    Attributes:
        name: Name of the function.
    """

    def __init__(self, fn: Callable[..., Any] | wp.Kernel, data_out_shape: tuple[int, ...] | None = None,
                 **kwargs: Any) -> None:
        if not isinstance(fn, wp.Kernel) and not callable(fn):
            raise AnnotatorError(f"An augmentation is a function (data_in, **kwargs) or a Warp kernel, got {fn!r}.")
        self._fn = fn
        self._data_out_shape = data_out_shape
        self._kwargs = kwargs
        self.name = fn.key if isinstance(fn, wp.Kernel) else getattr(fn, "__name__", type(fn).__name__)

    @classmethod
    def from_function(cls, fn: Callable[..., Any] | wp.Kernel, data_out_shape: tuple[int, ...] | None = None,
                      **kwargs: Any) -> "Augmentation":
        """Return an augmentation that calls ``fn``.

        Args:
            fn: A function ``(data_in, **kwargs) -> array`` that gets a numpy copy and may change it in place, or a Warp kernel
                ``(data_in, data_out, <parameters>)`` that is launched with dim = (H, W) of the output.
            data_out_shape: Shape of a kernel's output, such as ``(-1, -1, 3)``; -1 takes the input's dimension. None: the
                input's shape.
            **kwargs: Parameters. ``seed=None`` is replaced by a new integer for each capture, derived from the global seed.

        Raises:
            AnnotatorError: ``fn`` is neither.
        """
        return cls(fn, data_out_shape, **kwargs)

    @classmethod
    def from_node(cls, node_type_id: str, attributes_mapping: Mapping[str, str] | None = None, **kwargs: Any) -> "Augmentation":
        """Raise: there is no OmniGraph outside Kit."""
        unsupported(f"Augmentation.from_node('{node_type_id}')", "Use Augmentation.from_function(function or Warp kernel).")

    @classmethod
    def of(cls, given: Any) -> "Augmentation":
        """Return ``given`` as an augmentation: itself, a registered name, a function or a kernel."""
        if isinstance(given, Augmentation):
            return given
        if isinstance(given, str):
            from scenewright.replicator.annotators.registry import AnnotatorRegistry

            return AnnotatorRegistry.get_augmentation(given)
        return cls.from_function(given)

    def apply(self, data: Any, data_out_shape: tuple[int, ...] | None = None, device: str | None = None, key: Any = (),
              **kwargs: Any) -> Any:
        """Return the augmented array.

        Args:
            data: Array of shape (H, W) or (H, W, C).
            data_out_shape: Overrides the augmentation's own.
            device: Where a kernel runs; None is the CPU.
            key: What a drawn seed depends on, beside the global seed.
            **kwargs: Override the augmentation's parameters.

        Raises:
            AnnotatorError: A kernel's parameter has no value, or there is no such parameter.
        """
        params = {**self._kwargs, **kwargs}
        if "seed" in params and params["seed"] is None:
            params["seed"] = int(stream("augmentation", get_global_seed(), self.name, *key).integers(2**31))
        shape = self._data_out_shape if data_out_shape is None else data_out_shape
        if isinstance(self._fn, wp.Kernel):
            return self._launch(data, shape, device or "cpu", params)
        return np.asarray(self._fn(np.array(data if isinstance(data, np.ndarray) else data.numpy()), **params))

    def _launch(self, data: Any, shape: tuple[int, ...] | None, device: str, params: dict[str, Any]) -> Any:
        arguments = self._fn.adj.args
        if len(arguments) < 2:
            raise AnnotatorError(f"Warp kernel '{self.name}' needs the arguments (data_in, data_out, …).")
        names = [argument.label for argument in arguments[2:]]
        missing, unknown = [n for n in names if n not in params], sorted(set(params) - set(names))
        if missing or unknown:
            raise AnnotatorError(f"Warp kernel '{self.name}' takes the parameters {', '.join(names) or 'none'}; "
                                 f"missing: {', '.join(missing) or 'none'}, unknown: {', '.join(unknown) or 'none'}.")
        source = data if isinstance(data, np.ndarray) else data.numpy()
        out_shape = tuple(source.shape[i] if size == -1 else size for i, size in enumerate(shape or source.shape))
        data_in = wp.array(source, dtype=arguments[0].type.dtype, device=device)
        data_out = wp.zeros(out_shape[: arguments[1].type.ndim], dtype=arguments[1].type.dtype, device=device)
        wp.launch(self._fn, dim=out_shape[:2], inputs=[data_in, data_out, *(params[n] for n in names)], device=device)
        return data_out.numpy()


@dataclass(eq=False)
class AugmentationStep:
    """One augmentation in an annotator's chain, with what overrides its own settings."""

    augmentation: Augmentation
    data_out_shape: tuple[int, ...] | None = None
    device: str | None = None
    kwargs: dict[str, Any] = field(default_factory=dict)

    def apply(self, data: Any, key: Any) -> Any:
        """Return the augmented array."""
        return self.augmentation.apply(data, self.data_out_shape, self.device, key, **self.kwargs)
