"""``isaacsim.benchmark.services.metrics``."""

from isaacsim.benchmark.services.metrics import measurements

__all__ = ["measurements"]
