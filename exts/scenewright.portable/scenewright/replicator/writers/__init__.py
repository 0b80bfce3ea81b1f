"""``rep.writers``: what receives the annotators' data frame by frame."""

from scenewright.replicator.writers.basic_writer import BasicWriter
from scenewright.replicator.writers.coco_writer import CocoWriter
from scenewright.replicator.writers.cosmos_writer import CosmosWriter
from scenewright.replicator.writers.data_visualization_writer import DataVisualizationWriter
from scenewright.replicator.writers.fps_writer import FPSWriter
from scenewright.replicator.writers.kitti_writer import KittiWriter
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

__all__ = ["BasicWriter", "CocoWriter", "CosmosWriter", "DataVisualizationWriter", "FPSWriter", "KittiWriter", "PoseWriter",
           "Writer", "WriterError", "WriterRegistry", "WriterRegistryError", "get", "register_node_writer", "register_writer",
           "unregister_writer"]
