"""Writers beyond the Replicator's own, by the names that recipes use."""

from typing import Any

import omni.replicator.core as rep

from scenewright.sdg.writers.coco import WriterCoco

__all__ = ["WRITERS", "WriterCoco", "create_writer", "register_writers", "unregister_writers"]

WRITERS: dict[str, type] = {"coco": type("coco", (WriterCoco,), {"__doc__": WriterCoco.__doc__})}
"""Writers of this extension by registered name; the Replicator's registry knows a writer by the name of its class."""


def register_writers() -> None:
    """Make the writers known to ``rep.WriterRegistry``; doing it twice is harmless."""
    known = rep.WriterRegistry.get_writers()
    for name, writer in WRITERS.items():
        if name not in known:
            rep.WriterRegistry.register(writer, category="Scenewright")


def unregister_writers() -> None:
    """Take the writers out of ``rep.WriterRegistry`` again."""
    known = rep.WriterRegistry.get_writers()
    for name in WRITERS:
        if name in known:
            rep.WriterRegistry.unregister_writer(name)


def create_writer(name: str) -> Any:
    """Return a new writer that has not been initialised.

    Args:
        name: a name of the Replicator's registry, or one of this extension.

    Raises:
        ValueError: if no writer has that name.
    """
    register_writers()
    return rep.WriterRegistry.get(name)
