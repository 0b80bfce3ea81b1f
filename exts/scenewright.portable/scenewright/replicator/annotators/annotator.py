"""Annotator: one annotation attached to render products, and its latest data."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import warp as wp

from scenewright.replicator.annotators.array_device import array_device, device_record
from scenewright.replicator.annotators.augmentation import Augmentation, AugmentationStep, frame_number
from scenewright.replicator.annotators.template import AnnotatorError, AnnotatorOutput, AnnotatorTemplate
from scenewright.replicator.annotators.tiles import compute_tiled
from scenewright.replicator.live_view import catch_up
from scenewright.replicator.render_product import RenderProduct, find_render_products

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["Annotator"]


class Annotator:
    """One annotation of one or more render products; made by ``rep.annotators.get``.

    Args:
        name: Key of the annotation in a writer's payload.
        template: What computes it.
        init_params: Its parameters.
        device: Where ``get_data`` puts arrays: None or "cpu" gives numpy arrays, "cuda" or "cuda:N" ``wp.array`` there, in main
            memory where there is no CUDA.
        do_array_copy: Whether ``get_data`` copies. Without a copy the array is shared with other readers of the same frame.

    Attributes:
        follows_updates: Whether ``get_data`` shows what application updates between captures show too, as a camera sensor does.

    Raises:
        AnnotatorError: A parameter is not known or not usable.
    """

    def __init__(self, name: str, template: AnnotatorTemplate, init_params: Mapping[str, Any] | None = None,
                 device: str | None = None, do_array_copy: bool = True, steps: Sequence[AugmentationStep] = ()) -> None:
        self._name = name
        self._template = template
        self._params = template.check_parameters(init_params or {})
        self._device = array_device(device)
        self._do_array_copy = do_array_copy
        self._steps = list(steps)
        self._render_products: list[RenderProduct] = []
        self._outputs: dict[str, AnnotatorOutput] = {}
        self._captured: set[str] = set()
        self.follows_updates = False
        self._ordinals: dict[str, int] = {}

    def __repr__(self) -> str:
        where = ", ".join(product.path for product in self._render_products) or "not attached"
        return f"<Annotator '{self._name}' ({where})>"

    @property
    def template_name(self) -> str:
        """The registered name of the annotation, whatever the annotator is called."""
        return self._template.name

    @property
    def docs(self) -> str:
        """The manual page of the annotation."""
        return self._template.docs

    @property
    def is_attached(self) -> bool:
        """Whether the annotator is attached to a render product."""
        return bool(self._render_products)

    @property
    def buffers(self) -> frozenset[str]:
        """Names of the render buffers that the annotation needs."""
        return self._template.buffers(self._params)

    @property
    def looks_back(self) -> bool:
        """Whether the annotation needs the whole scene of the step before."""
        return self._template.looks_back(self._params)

    @property
    def wants_masks(self) -> bool:
        """Whether the annotation needs masks of what entities would cover without occluders."""
        return self._template.wants_masks(self._params)

    def get_name(self) -> str:
        """Return the name under which writers find the data."""
        return self._name

    def initialize(self, **init_params: Any) -> "Annotator":
        """Set parameters; the others keep their values.

        Raises:
            AnnotatorError: The annotator is attached, or a parameter is not usable.
        """
        if self._render_products:
            raise AnnotatorError(f"Annotator '{self._name}' is attached. Call initialize before attach, or detach it first.")
        self._params = self._template.check_parameters({**self._params, **init_params})
        return self

    def attach(self, render_products: Any) -> "Annotator":
        """Attach to one render product: an object, a path, or a list with one of them. May be called for further ones.

        Raises:
            AnnotatorError: The list holds none or several products.
            ValueError: The product does not exist.
        """
        products = find_render_products(render_products)
        if len(products) != 1:
            raise AnnotatorError(f"Annotator.attach takes one render product, got {len(products)}. Make one annotator for "
                                 "each, or call attach for each.")
        self._attach(products)
        return self

    def detach(self, render_products: Any = None) -> "Annotator":
        """Detach from ``render_products``, or from all of them; their data is dropped."""
        products = list(self._render_products) if render_products is None else find_render_products(render_products)
        self._detach(products)
        return self

    def get_data(self, device: str | None = None, do_array_copy: bool | None = None, use_legacy_structure: bool = True) -> Any:
        """Return the latest data of the render product that was attached first.

        Until the first capture serves it, an annotator shows what application updates show.

        Args:
            device: Overrides the annotator's device.
            do_array_copy: Overrides the annotator's choice.
            use_legacy_structure: True gives the array itself, or ``{"data": array, "info": {…}}`` where there is info, or the
                flat dict of dict annotators; False always gives a dict with the info beside "data".

        Returns:
            The data; None before the first capture or update ({} for dict annotators: see the annotation's page).

        Raises:
            AnnotatorError: The annotator is not attached.
        """
        if not self._render_products:
            raise AnnotatorError(f"Annotator '{self._name}' is not attached. Call attach(render_product) before the step.")
        catch_up(self._render_products[0])
        return self.data_of(self._render_products[0].path, use_legacy_structure, device, do_array_copy)

    def data_of(self, render_product_path: str, use_legacy_structure: bool, device: str | None = None,
                do_array_copy: bool | None = None) -> Any:
        """Return the latest data of one attached render product; see :meth:`get_data`."""
        output = self._outputs.get(render_product_path)
        if output is None:
            return None
        if output.data is None:
            return dict(output.info)
        copy = self._do_array_copy if do_array_copy is None else do_array_copy
        data = _on_device(output.data, self._device if device is None else array_device(device), copy)
        if not use_legacy_structure:
            return {"data": data, **output.info}
        return {"data": data, "info": dict(output.info)} if output.info else data

    def augment(self, augmentation: Any, data_out_shape: tuple[int, ...] | None = None, name: str | None = None,
                device: str | None = None, **kwargs: Any) -> "Annotator":
        """Apply ``augmentation`` to the array of every capture, after those added before.

        Args:
            augmentation: An :class:`Augmentation`, a registered name, a function ``(data_in, **kwargs) -> array`` or a Warp
                kernel.
            data_out_shape: Shape of a kernel's output; -1 takes the input's dimension. None: as the augmentation says.
            name: New name of the annotator. BasicWriter writes what it knows by prefix ("rgb", "distance_to_camera" …).
            device: Where a kernel runs; None is where the annotator's arrays are.
            **kwargs: Override the augmentation's parameters; ``seed=None`` draws a seed for each capture.

        Returns:
            The annotator itself.

        Raises:
            AnnotatorError: It is no augmentation, or a parameter is missing or not known.
        """
        chosen = Augmentation.of(augmentation)
        chosen.check(kwargs)
        self._steps.append(AugmentationStep(chosen, data_out_shape, self._device if device is None else device, kwargs))
        self._name = name or self._name
        return self

    def augment_compose(self, augmentations: Sequence[Any], name: str | None = None) -> "Annotator":
        """Apply several augmentations in order; see :meth:`augment`."""
        for augmentation in augmentations:
            self.augment(augmentation)
        self._name = name or self._name
        return self

    def clone(self, name: str | None = None, init_params: Mapping[str, Any] | None = None, device: str | None = None,
              do_array_copy: bool | None = None) -> "Annotator":
        """Return a new, unattached annotator of the same annotation, parameters and augmentations, with these changes."""
        return Annotator(name or self._name, self._template, {**self._params, **(init_params or {})}, device or self._device,
                         self._do_array_copy if do_array_copy is None else do_array_copy, self._steps)

    def _attach(self, products: Sequence[RenderProduct]) -> None:
        for product in products:
            if self not in product.annotators:
                taken = {other._ordinals.get(product.path) for other in product.annotators if other._name == self._name}
                self._ordinals[product.path] = next(i for i in range(len(taken) + 1) if i not in taken)
                product.annotators.append(self)
            if product not in self._render_products:
                self._render_products.append(product)

    def _detach(self, products: Sequence[RenderProduct]) -> None:
        for product in products:
            if self in product.annotators:
                product.annotators.remove(self)
            if product in self._render_products:
                self._render_products.remove(product)
            self._outputs.pop(product.path, None)
            self._captured.discard(product.path)

    def is_live(self, product: RenderProduct) -> bool:
        """Return whether application updates are shown: no capture of ``product`` has served it, or it follows updates."""
        return self.follows_updates or product.path not in self._captured

    def _update(self, capture: "Capture") -> None:
        """Take in one capture; the orchestrator calls it."""
        self._captured.add(capture.render_product.path)
        self.take(capture)

    def take(self, capture: "Capture") -> None:
        """Make the data of one rendered frame."""
        output = None
        make = compute_tiled if self._template.per_camera and capture.render_product.tiles else type(self._template).compute
        if self._device is not None and not self._steps and make is not compute_tiled:
            output = self._template.compute_on(capture, self._params, self._device)
        if output is None:
            output = capture.once(self._template.key(self._params), lambda: make(self._template, capture, self._params))
        if self._steps and output.data is not None:
            data = output.data
            for index, step in enumerate(self._steps):
                path = capture.render_product.path
                data = step.apply(data, (self._name, self._ordinals[path], path, frame_number(), index))
            output = AnnotatorOutput(data, output.info)
        self._outputs[capture.render_product.path] = output


def _on_device(data: Any, device: wp.Device | None, copy: bool) -> Any:
    if device is None:
        data = data if isinstance(data, np.ndarray) else data.numpy()
        return data.copy() if copy else data
    if isinstance(data, np.ndarray):
        record = device_record(data.dtype)
        if record is not None:
            return wp.array(data, dtype=record, device=device)
        if data.dtype.names:
            return data.copy() if copy else data  # boxes stay on the CPU, as in Replicator
        return wp.array(data, dtype=wp.dtype_from_numpy(data.dtype), device=device)  # (H, W, 4), not vectors (H, W)
    return wp.clone(data, device=device) if copy or data.device != device else data
