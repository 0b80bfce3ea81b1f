"""Writer: the base class of everything that receives frames."""

import logging
from collections.abc import Sequence
from typing import Any

from scenewright.replicator.annotators.annotator import Annotator
from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.backends import io_queue
from scenewright.replicator.backends.io_functions import write_json
from scenewright.replicator.frame_writing import EVERY_FRAME, attached_writers
from scenewright.replicator.render_product import RenderProduct, find_render_products
from scenewright.replicator.seeds import get_global_seed

__all__ = ["EVERY_FRAME", "Writer", "WriterError"]

_STRUCTURES = ("legacy", "renderProduct", "annotator")
_log = logging.getLogger(__name__)


class WriterError(ValueError):
    """A writer was used in a way it cannot serve."""


class Writer:
    """Base class of writers. Subclasses set ``annotators`` in ``__init__`` and implement :meth:`write`.

    ``__init__`` takes the parameters of ``initialize`` and need not call ``super().__init__()``.

    Attributes:
        annotators: Names or Annotator objects.
        data_structure: How the payload is ordered: "legacy" (the default), "renderProduct" or "annotator".
        backend: Where files go; None for a writer without files.
        version: Goes into metadata.txt.

    Example::

        class DepthRange(Writer):
            def __init__(self):
                self.annotators = ["distance_to_camera"]

            def write(self, data):
                self.nearest = data["distance_to_camera"].min()

        rep.WriterRegistry.register(DepthRange)
        writer = rep.WriterRegistry.get("DepthRange")
        writer.initialize()
        writer.attach(render_product)
    """

    annotators: Sequence[Any] = ()
    backend: Any = None
    data_structure: str = "legacy"
    version: str = "0.0.0"

    _render_products: Sequence[RenderProduct] = ()
    _trigger: Any = EVERY_FRAME
    _scheduled: bool = False
    _payload: dict[str, Any] | None = None
    _metadata_written: bool = False
    _initialized: bool = False

    def __init__(self) -> None:
        self._initialized = True

    def initialize(self, **kwargs: Any) -> None:
        """Take the writer's parameters: runs ``__init__`` with them. May be called again after :meth:`detach`.

        Raises:
            WriterError: The writer is attached.
            TypeError: A parameter is not known.
        """
        if self._render_products:
            raise WriterError(f"Writer '{type(self).__name__}' is attached. Call detach before initialize.")
        self._metadata_written = False
        self.__init__(**kwargs)  # type: ignore[misc]
        self._initialized = True

    def attach(self, render_products: Any, trigger: Any = EVERY_FRAME) -> None:
        """Receive the frames of one or several render products.

        Args:
            render_products: An object, a path, or a list of them.
            trigger: The default writes every captured frame; a trigger of ``rep.trigger`` writes when that fires; a callable
                when it returns true; None only after :meth:`schedule_write`.

        Raises:
            WriterError: The writer needs initialize first, or its attributes are not usable.
            ValueError: A render product does not exist.
        """
        products = list(dict.fromkeys(find_render_products(render_products)))
        if not products:
            raise WriterError("There is no render product to attach to. Make one: rep.create.render_product(camera, (w, h)).")
        if not self._initialized and "annotators" not in vars(self):  # writers made by hand have run their own __init__
            raise WriterError(f"Writer '{type(self).__name__}' is not initialised. Call initialize(...) before attach.")
        if self.data_structure not in _STRUCTURES:
            raise WriterError(f"Writer '{type(self).__name__}' has data_structure {self.data_structure!r}. "
                              f"Available: {', '.join(_STRUCTURES)}.")
        self.annotators = self._resolved_annotators()
        for annotator in self.annotators:
            annotator._attach(products)
        self._render_products = [*self._render_products, *(p for p in products if p not in self._render_products)]
        self._trigger = trigger
        if self not in attached_writers:
            attached_writers.append(self)

    async def attach_async(self, render_products: Any, trigger: Any = EVERY_FRAME) -> None:
        """Attach from a coroutine; see :meth:`attach`."""
        self.attach(render_products, trigger)

    def detach(self) -> None:
        """Receive no more frames, and wait until what was scheduled is written. May be attached again.

        Raises:
            WriteError: A file could not be written.
        """
        if self in attached_writers:
            attached_writers.remove(self)
        for annotator in self.annotators:
            if isinstance(annotator, Annotator):
                annotator._detach(self._render_products)
        self._render_products = []
        self._scheduled = False
        io_queue.wait_until_done()

    def write(self, data: dict[str, Any]) -> None:
        """Take one frame of all attached render products; subclasses implement it.

        Args:
            data: The payload, see :mod:`scenewright.replicator.writers.payload`.

        Raises:
            NotImplementedError: The subclass does not implement it.
        """
        raise NotImplementedError(f"Writer '{type(self).__name__}' does not implement write(data).")

    def schedule_write(self) -> None:
        """Ask for the next captured frame, whatever the trigger."""
        self._scheduled = True

    def on_final_frame(self) -> None:
        """Hook: a run has ended, or somebody waits for everything to be written."""

    def get_data(self) -> dict[str, Any] | None:
        """Return the last payload, None before the first."""
        return self._payload

    def get_annotators(self) -> list[Any]:
        """Return the writer's annotators: objects once it is attached."""
        return list(self.annotators)

    def get_annotator(self, name: str) -> Annotator:
        """Return the writer's annotator called ``name``.

        Raises:
            WriterError: There is none.
        """
        self.annotators = self._resolved_annotators()
        for annotator in self.annotators:
            if name in (annotator.get_name(), annotator.template_name):
                return annotator
        names = ", ".join(annotator.get_name() for annotator in self.annotators) or "none"
        raise WriterError(f"Writer '{type(self).__name__}' has no annotator {name!r}. It has: {names}.")

    def add_annotator(self, annotator_or_name: Annotator | str) -> None:
        """Add an annotator; one of the same name is replaced. An attached writer's products get it as well."""
        added = _resolved(annotator_or_name)
        resolved = self._resolved_annotators()
        for old in [a for a in resolved if a.get_name() == added.get_name()]:
            old._detach(self._render_products)
            resolved.remove(old)
        self.annotators = [*resolved, added]
        if self._render_products:
            added._attach(self._render_products)

    def augment_annotator(self, name: str, augmentation: Any, **kwargs: Any) -> Annotator:
        """Augment the writer's annotator called ``name``; see ``Annotator.augment``.

        Raises:
            WriterError: There is no such annotator.
        """
        return self.get_annotator(name).augment(augmentation, **kwargs)

    def write_metadata(self) -> None:
        """Schedule ``metadata.txt`` at the backend's root: name, version and global seed as one line of JSON.

        It is written with the first frame by itself; a writer without a backend writes none.
        """
        self._metadata_written = True
        backend = self.backend or getattr(self, "_backend", None)
        if hasattr(backend, "schedule"):
            # The stray colon is part of the format.
            metadata = {"name": type(self).__name__, "version": self.version, "replicator_global_seed:": get_global_seed()}
            backend.schedule(write_json, data=metadata, path="metadata.txt")

    def _resolved_annotators(self) -> list[Annotator]:
        """Return the annotators as objects, the last of each name."""
        given = self.annotators
        if isinstance(given, (str, Annotator)) or not isinstance(given, Sequence):
            raise WriterError(f"Writer '{type(self).__name__}': annotators is a list of names or annotators, got {given!r}.")
        return list({annotator.get_name(): annotator for annotator in map(_resolved, given)}.values())

    def _receive(self, payload: dict[str, Any]) -> None:
        """Keep the payload of the frame that is about to be written."""
        self._payload = payload
        if not self._metadata_written:
            self.write_metadata()


def _resolved(annotator: Any) -> Annotator:
    if isinstance(annotator, str):
        return AnnotatorRegistry.get_annotator(annotator)
    if isinstance(annotator, Annotator):
        return annotator
    raise WriterError(f"An annotator is a name or an Annotator, got {type(annotator).__name__}.")
