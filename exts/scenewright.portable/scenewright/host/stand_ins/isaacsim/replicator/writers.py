"""``isaacsim.replicator.writers``: the writers that Isaac Sim adds to Replicator's."""

from omni.replicator.core.writers import (
    DataVisualizationWriter,
    DOPEWriter,
    PoseWriter,
    PytorchListener,
    PytorchWriter,
    YCBVideoWriter,
)

__all__ = ["DOPEWriter", "DataVisualizationWriter", "PoseWriter", "PytorchListener", "PytorchWriter", "YCBVideoWriter"]
