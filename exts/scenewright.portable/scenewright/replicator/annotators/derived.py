"""Annotations that are functions of other annotations; extensions register theirs by ``AnnotatorRegistry.register_derived``."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenewright.replicator.annotators.template import AnnotatorError, AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["DerivedTemplate"]

Inputs = Callable[[Mapping[str, Any]], Mapping[str, tuple]]


class DerivedTemplate(AnnotatorTemplate):
    """An annotation that a function makes of others.

    Args:
        name: The registered name.
        inputs: From the parameters to ``{key: (annotation, its parameters)}``, or ``(annotation, its parameters, camera)`` for
            one that is seen by another camera, given by its prim path.
        function: Called with ``{key: {"data": array, **info}}`` (a flat dict for annotations that are one), the parameters as
            keywords; returns an array, (array, info), or a dict.
        parameters: Parameters and their defaults.
        docs: The manual page.
        find: From a name to the template of an annotation.
    """

    per_camera = True

    def __init__(self, name: str, inputs: Inputs, function: Callable[..., Any], parameters: Mapping[str, Any], docs: str,
                 find: Callable[[str], AnnotatorTemplate]) -> None:
        super().__init__(name)
        self.parameters = dict(parameters)
        self._inputs, self._function, self._docs, self._find = inputs, function, docs, find

    @property
    def docs(self) -> str:
        """The annotation's manual page."""
        return self._docs

    def looks_back(self, params: Mapping[str, Any]) -> bool:
        """Return whether an input needs the step before."""
        return any(template.looks_back(own) for template, own, _ in self._resolved(params).values())

    def wants_masks(self, params: Mapping[str, Any]) -> bool:
        """Return whether an input needs masks of what entities would cover without occluders."""
        return any(template.wants_masks(own) for template, own, _ in self._resolved(params).values())

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults.

        Raises:
            AnnotatorError: A parameter, of the annotation or of one of its inputs, is not known or not usable.
        """
        params = super().check_parameters(given)
        try:
            self._resolved(params)
        except AnnotatorError:
            raise
        except (TypeError, ValueError) as error:
            raise AnnotatorError(f"Annotator '{self.name}': {error}") from error
        return params

    def key(self, params: Mapping[str, Any]) -> Any:
        """Return what identifies the result within one capture."""
        return self.name, super().key(params)

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the buffers of the inputs that the same camera sees."""
        return frozenset().union(*(template.buffers(own) for template, own, camera in self._resolved(params).values()
                                   if camera is None))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Make the inputs and call the function."""
        resolved = self._resolved(params)
        captures = {None: capture}
        for camera in sorted({camera for _, _, camera in resolved.values() if camera is not None}):
            buffers = frozenset().union(*(t.buffers(own) for t, own, other in resolved.values() if other == camera))
            captures[camera] = _seen_by(capture, camera, buffers)
        payload = {}
        for key, (template, own, camera) in resolved.items():
            source = captures[camera]
            output = source.once(template.key(own), lambda t=template, p=own, s=source: t.compute(s, p))
            payload[key] = dict(output.info) if output.data is None else {"data": output.data, **output.info}
        result = self._function(payload, **params)
        if isinstance(result, Mapping):
            return AnnotatorOutput(None, dict(result))
        data, info = result if isinstance(result, tuple) else (result, {})
        return AnnotatorOutput(data, dict(info))

    def _resolved(self, params: Mapping[str, Any]) -> dict[str, tuple[AnnotatorTemplate, dict[str, Any], str | None]]:
        """Return template, parameters and camera of each input."""
        found = {}
        for key, (name, given, *camera) in self._inputs(params).items():
            template = self._find(name)
            found[key] = (template, template.check_parameters(given), str(camera[0]) if camera else None)
        return found


def _seen_by(capture: "Capture", camera: str, buffers: frozenset[str]) -> "Capture":
    """Return a capture of the same moment by another camera at the same resolution."""

    def render() -> "Capture":
        frame = capture.renderer.render(camera, capture.frame.resolution, sorted(buffers))
        return replace(capture, frame=frame, memo={})

    return capture.once(("camera", camera, buffers), render)
