"""``rep.writers``: what receives the annotators' data frame by frame."""

from scenewright.replicator.writers.basic_writer import BasicWriter
from scenewright.replicator.writers.coco_writer import CocoWriter
from scenewright.replicator.writers.cosmos_writer import CosmosWriter
from scenewright.replicator.writers.data_visualization_writer import DataVisualizationWriter
from scenewright.replicator.writers.dope_writer import DOPEWriter
from scenewright.replicator.writers.fps_writer import FPSWriter
from scenewright.replicator.writers.kitti_writer import KittiWriter
from scenewright.replicator.writers.pose_writer import PoseWriter
from scenewright.replicator.writers.pytorch_writer import PytorchListener, PytorchWriter
from scenewright.replicator.writers.registry import (
    WriterRegistry,
    WriterRegistryError,
    get,
    register_node_writer,
    register_writer,
    unregister_writer,
)
from scenewright.replicator.writers.writer import Writer, WriterError
from scenewright.replicator.writers.ycb_video_writer import YCBVideoWriter

__all__ = ["BasicWriter", "CocoWriter", "CosmosWriter", "DOPEWriter", "DataVisualizationWriter", "FPSWriter", "KittiWriter",
           "PoseWriter", "PytorchListener", "PytorchWriter", "Writer", "WriterError", "WriterRegistry", "WriterRegistryError",
           "YCBVideoWriter", "get", "register_node_writer", "register_writer", "unregister_writer"]
