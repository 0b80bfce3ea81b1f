"""Augmentations: functions on an annotator's array, in Python over numpy or as Warp kernels."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import warp as wp

from scenewright.host.settings import get_settings
from scenewright.replicator.annotators.array_device import array_device
from scenewright.replicator.annotators.template import AnnotatorError
from scenewright.replicator.augmentations_default import AUGMENTATION_NODES, DEFAULT_AUGMENTATIONS
from scenewright.replicator.availability import unsupported
from scenewright.replicator.seeds import get_global_seed, stream
from scenewright.replicator.session import open_session

__all__ = ["Augmentation", "AugmentationStep", "frame_number"]


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
            **kwargs: Parameters. ``seed=None`` is replaced by an integer that follows from the global seed, the annotator and
                the frame; an integer is passed as it is, so every frame gets the same numbers.

        Raises:
            AnnotatorError: ``fn`` is neither.
        """
        return cls(fn, data_out_shape, **kwargs)

    @classmethod
    def from_node(cls, node_type_id: str, attributes_mapping: Mapping[str, str] | None = None, **kwargs: Any) -> "Augmentation":
        """Return the built-in augmentation that does what an OmniGraph node of Replicator does.

        Args:
            node_type_id: Such as "omni.replicator.core.AugPixellateExp".
            attributes_mapping: Accepted for compatibility.
            **kwargs: The node's parameters.

        Raises:
            FeatureUnavailableError: It is another node; there is no OmniGraph outside Kit.
            AnnotatorError: The augmentation has no such parameter.
        """
        if node_type_id not in AUGMENTATION_NODES:
            unsupported(f"Augmentation.from_node('{node_type_id}')", "Use Augmentation.from_function(function or Warp kernel), "
                        f"or one of the nodes {', '.join(AUGMENTATION_NODES)}.")
        name, renamed = AUGMENTATION_NODES[node_type_id]
        return cls.built_in(name, **{renamed.get(key, key): value for key, value in kwargs.items()})

    @classmethod
    def built_in(cls, name: str, **kwargs: Any) -> "Augmentation":
        """Return the built-in augmentation called ``name``; one that draws does so anew for each capture."""
        fn = DEFAULT_AUGMENTATIONS[name]
        drawn = {"seed": None} if "seed" in inspect.signature(fn).parameters else {}
        augmentation = cls(fn, None, **(drawn | kwargs))
        augmentation.name = name
        return augmentation

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
            device: Where a kernel runs and leaves its array; None or "cpu" gives a numpy array.
            key: What a drawn seed depends on, beside the global seed.
            **kwargs: Override the augmentation's parameters.

        Raises:
            AnnotatorError: A kernel's parameter has no value, or there is no such parameter.
        """
        params = {**self._kernel_defaults(), **self._kwargs, **kwargs}
        self.check(params)
        if "seed" in params and params["seed"] is None:
            params["seed"] = int(stream("augmentation", get_global_seed(), self.name, *key).integers(2**31))
        shape = self._data_out_shape if data_out_shape is None else data_out_shape
        if isinstance(self._fn, wp.Kernel):
            return self._launch(data, shape, array_device(device), params)
        result = self._fn(np.array(data if isinstance(data, np.ndarray) else data.numpy()), **params)
        if result is None:
            raise AnnotatorError(f"The augmentation '{self.name}' returned None. Return the augmented array.")
        return result if isinstance(result, wp.array) else np.asarray(result)

    def check(self, kwargs: Mapping[str, Any]) -> None:
        """Check that the function or kernel can be called with the augmentation's parameters and ``kwargs``.

        Raises:
            AnnotatorError: A parameter has no value, or there is no such parameter.
        """
        params = {**self._kwargs, **kwargs}
        if isinstance(self._fn, wp.Kernel):
            names = [argument.label for argument in self._fn.adj.args]
            if len(names) < 2:
                raise AnnotatorError(f"Warp kernel '{self.name}' needs the arguments (data_in, data_out, …).")
            names = names[2:]
            needed = [name for name in names if name not in self._kernel_defaults()]
            kind = f"Warp kernel '{self.name}'"
        else:
            kind = f"The augmentation '{self.name}'"
            try:
                parameters = list(inspect.signature(self._fn).parameters.values())
            except (TypeError, ValueError):
                return
            if any(p.kind is p.VAR_KEYWORD for p in parameters):
                return
            names = [p.name for p in parameters[1:] if p.kind is not p.VAR_POSITIONAL]
            needed = [p.name for p in parameters[1:] if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        missing, unknown = [n for n in needed if n not in params], sorted(set(params) - set(names))
        if missing or unknown:
            raise AnnotatorError(f"{kind} takes the parameters {', '.join(names) or 'none'}; "
                                 f"missing: {', '.join(missing) or 'none'}, unknown: {', '.join(unknown) or 'none'}.")

    def _kernel_defaults(self) -> dict[str, Any]:
        """Return the values that a kernel's source gives its parameters."""
        if not isinstance(self._fn, wp.Kernel):
            return {}
        parameters = inspect.signature(self._fn.func).parameters.values()
        return {entry.name: entry.default for entry in parameters if entry.default is not entry.empty}

    def _launch(self, data: Any, shape: tuple[int, ...] | None, chosen: wp.Device | None,
                params: dict[str, Any]) -> Any:
        arguments, device = self._fn.adj.args, chosen or wp.get_device("cpu")
        out_shape = tuple(data.shape[i] if size == -1 else int(size) for i, size in enumerate(shape or data.shape))
        in_type, out_type = (argument.type.dtype for argument in arguments[:2])
        if isinstance(data, np.ndarray) or data.dtype != in_type:
            source = data if isinstance(data, np.ndarray) else data.numpy()
            data_in = wp.array(source, dtype=None if in_type is Any else in_type, device=device)
        else:
            data_in = data.to(device)
        data_out = wp.zeros(out_shape[: arguments[1].type.ndim], dtype=data_in.dtype if out_type is Any else out_type,
                            device=device)
        inputs = [data_in, data_out, *(params[argument.label] for argument in arguments[2:])]
        wp.launch(self._fn, dim=out_shape[:2], inputs=inputs, device=device)
        return data_out.numpy() if chosen is None else data_out


@dataclass(eq=False)
class AugmentationStep:
    """One augmentation in an annotator's chain, with what overrides its own settings."""

    augmentation: Augmentation
    data_out_shape: tuple[int, ...] | None = None
    device: Any = None
    kwargs: dict[str, Any] = field(default_factory=dict)

    def apply(self, data: Any, key: Any) -> Any:
        """Return the augmented array."""
        return self.augmentation.apply(data, self.data_out_shape, self.device, key, **self.kwargs)


def frame_number() -> int:
    """Return the number of the frame being captured: carb ``/scenewright/step``, or captures since the streams started."""
    step, session = get_settings().get("/scenewright/step"), open_session()
    return int(step) if step is not None else session.graph.frame if session is not None else 0
