"""``rep.writers``: what receives the annotators' data frame by frame."""

from scenewright.replicator.writers.basic_writer import BasicWriter
from scenewright.replicator.writers.pose_writer import PoseWriter
from scenewright.replicator.writers.registry import (
    WriterRegistry,
    WriterRegistryError,
    get,
    register_node_writer,
    register_writer,
    unregister_writer,
)
from scenewright.replicator.writers.writer import Writer, WriterError

__all__ = ["BasicWriter", "PoseWriter", "Writer", "WriterError", "WriterRegistry", "WriterRegistryError", "get",
           "register_node_writer", "register_writer", "unregister_writer"]
