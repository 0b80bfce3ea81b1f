"""Writers by name: ``rep.WriterRegistry.get("BasicWriter")``."""

import difflib
import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from scenewright.replicator.availability import unsupported
from scenewright.replicator.writers.basic_writer import BasicWriter
from scenewright.replicator.writers.coco_writer import CocoWriter
from scenewright.replicator.writers.cosmos_writer import CosmosWriter
from scenewright.replicator.writers.data_visualization_writer import DataVisualizationWriter
from scenewright.replicator.writers.dope_writer import DOPEWriter
from scenewright.replicator.writers.fps_writer import FPSWriter
from scenewright.replicator.writers.kitti_writer import KittiWriter
from scenewright.replicator.writers.pose_writer import PoseWriter
from scenewright.replicator.writers.pytorch_writer import PytorchWriter
from scenewright.replicator.writers.writer import EVERY_FRAME, Writer
from scenewright.replicator.writers.ycb_video_writer import YCBVideoWriter

__all__ = ["UNAVAILABLE_WRITERS", "WriterRegistry", "WriterRegistryError", "get", "register_node_writer", "register_writer",
           "unregister_writer"]

_log = logging.getLogger(__name__)

UNAVAILABLE_WRITERS: frozenset[str] = frozenset((
    "IRABasicWriter", "CosmosIRAWriter", "TaoWriter", "RTSPWriter"))
"""Writers of Replicator and Isaac Sim that the portable host does not have yet."""


_BUILT_IN: tuple[type[Writer], ...] = (BasicWriter, CocoWriter, CosmosWriter, DataVisualizationWriter, DOPEWriter, FPSWriter,
                                       KittiWriter, PoseWriter, PytorchWriter, YCBVideoWriter)


class WriterRegistryError(ValueError):
    """There is no writer of that name, or it cannot be registered."""


class WriterRegistry:
    """The writer classes by class name."""

    _writers: ClassVar[dict[str, tuple[type[Writer], str | None]]] = {
        cls.__name__: (cls, None) for cls in _BUILT_IN}
    _node_writers: ClassVar[dict[str, str]] = {}
    _default_writers: ClassVar[list[str]] = [cls.__name__ for cls in _BUILT_IN]

    @staticmethod
    def register(cls: type[Writer], category: str | None = None) -> type[Writer]:
        """Make a writer class gettable by its class name; a later one replaces an earlier. Usable as a decorator.

        Raises:
            WriterRegistryError: It is not a subclass of Writer.
        """
        if not (isinstance(cls, type) and issubclass(cls, Writer)):
            raise WriterRegistryError(f"A writer is a subclass of rep.Writer, got {cls!r}.")
        writers = WriterRegistry._writers
        if cls.__name__ in writers and writers[cls.__name__][0] is not cls:
            _log.warning("Writer '%s' replaces the writer that was registered under this name.", cls.__name__)
        writers[cls.__name__] = (cls, category)
        return cls

    @classmethod
    def get(cls, name: str, init_params: Mapping[str, Any] | None = None, render_products: Any = None,
            trigger: Any = EVERY_FRAME) -> Writer:
        """Return a new writer that is not initialised yet.

        Args:
            name: A registered class name.
            init_params: Where given, the writer is initialised with them.
            render_products: Where given, the writer is attached to them.
            trigger: As in ``Writer.attach``.

        Raises:
            WriterRegistryError: There is no writer of that name.
            FeatureUnavailableError: Replicator has it and the portable Replicator does not have it yet.
        """
        if name not in cls._writers:
            cls._refuse(name)
        writer_class = cls._writers[name][0]
        writer = writer_class.__new__(writer_class)
        if init_params is not None:
            writer.initialize(**init_params)
        if render_products is not None:
            writer.attach(render_products, trigger)
        return writer

    @classmethod
    def get_writers(cls, category: str | None = None) -> dict[str, type[Writer]]:
        """Return the writer classes by name, of one category where it is given."""
        return {name: writer for name, (writer, own) in sorted(cls._writers.items()) if category in (None, own)}

    @classmethod
    def unregister_writer(cls, name: str | type[Writer]) -> None:
        """Forget a writer.

        Raises:
            WriterRegistryError: There is none of that name.
        """
        key = name if isinstance(name, str) else name.__name__
        if cls._writers.pop(key, None) is None and cls._node_writers.pop(key, None) is None:
            raise WriterRegistryError(f"Unknown writer {key!r}. Registered: {', '.join(sorted(cls._writers))}.")

    @classmethod
    def _refuse(cls, name: str) -> None:
        if name in cls._node_writers:
            unsupported(f"The writer '{name}', which is bound to the OmniGraph node '{cls._node_writers[name]}',")
        registered = ", ".join(sorted(cls._writers))
        if name in UNAVAILABLE_WRITERS:
            unsupported(f"The writer '{name}'", f"Available: {registered}.")
        near = difflib.get_close_matches(str(name), sorted({*cls._writers, *UNAVAILABLE_WRITERS}), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise WriterRegistryError(f"Unknown writer {name!r}. Registered: {registered}.{hint}")


def get(name: str, init_params: Mapping[str, Any] | None = None, render_products: Any = None,
        trigger: Any = EVERY_FRAME) -> Writer:
    """Return a new writer by name; see :meth:`WriterRegistry.get`."""
    return WriterRegistry.get(name, init_params, render_products, trigger)


def register_writer(cls: type[Writer], category: str | None = None) -> type[Writer]:
    """Register a writer class; see :meth:`WriterRegistry.register`."""
    return WriterRegistry.register(cls, category)


def unregister_writer(name_or_cls: str | type[Writer]) -> None:
    """Forget a writer; see :meth:`WriterRegistry.unregister_writer`."""
    WriterRegistry.unregister_writer(name_or_cls)


def register_node_writer(name: str, node_type_id: str, annotators: Any, category: str | None = None,
                         **kwargs: Any) -> None:
    """Accept a writer bound to an OmniGraph node; getting it raises, since there is no OmniGraph outside Kit."""
    WriterRegistry._node_writers[name] = node_type_id
