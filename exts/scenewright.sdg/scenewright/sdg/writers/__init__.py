"""Writers beyond the Replicator's own, by the names that recipes use; the mask code in here needs no Replicator."""

import importlib
from functools import cache
from typing import Any

__all__ = ["create_writer", "register_writers", "unregister_writers", "writer_classes"]

_WRITERS = {
    "bop": "bop:WriterBop",
    "coco": "coco:WriterCoco",
    "ground_truth": "ground_truth:WriterGroundTruth",
    "huggingface": "huggingface:WriterHuggingFace",
    "object_description": "object_description:WriterObjectDescription",
    "voc": "voc:WriterVoc",
    "webdataset": "webdataset:WriterWebDataset",
    "yolo": "yolo:WriterYolo",
}


@cache
def writer_classes() -> dict[str, type]:
    """Return the writers of this extension by registered name (the Replicator knows a writer by the name of its class)."""
    named = {}
    for name, place in _WRITERS.items():
        module, _, writer = place.partition(":")
        named[name] = getattr(importlib.import_module(f"scenewright.sdg.writers.{module}"), writer)
    return {name: type(name, (writer,), {"__doc__": writer.__doc__}) for name, writer in named.items()}


def register_writers() -> None:
    """Make the writers known to ``rep.WriterRegistry``; doing it twice is harmless."""
    import omni.replicator.core as rep

    known = rep.WriterRegistry.get_writers()
    for name, writer in writer_classes().items():
        if name not in known:
            rep.WriterRegistry.register(writer, category="Scenewright")


def unregister_writers() -> None:
    """Take the writers out of ``rep.WriterRegistry`` again."""
    import omni.replicator.core as rep

    known = rep.WriterRegistry.get_writers()
    for name in writer_classes():
        if name in known:
            rep.WriterRegistry.unregister_writer(name)


def create_writer(name: str) -> Any:
    """Return a new writer that has not been initialised.

    Args:
        name: a name of the Replicator's registry, or one of this extension.

    Raises:
        ValueError: if no writer has that name.
    """
    import omni.replicator.core as rep

    from scenewright.sdg.annotators import register_annotators

    register_writers()
    register_annotators()
    return rep.WriterRegistry.get(name)
