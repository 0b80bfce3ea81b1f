"""The Kit extension: registers the writers while it is enabled."""

import logging

try:  # Kit, or the portable host; as a plain library there is no extension interface to implement
    from omni.ext import IExt
except ImportError:
    IExt = object

__all__ = ["ScenewrightSdgExtension"]

logger = logging.getLogger(__name__)


class ScenewrightSdgExtension(IExt):
    """Makes Scenewright's writers known to the Replicator."""

    def on_startup(self, ext_id: str) -> None:
        """Register the writers; without the Replicator the extension offers its libraries only."""
        try:
            from scenewright.sdg.writers import register_writers
        except ImportError as error:
            logger.warning("%s: the Replicator is not there (%s); no writers were registered.", ext_id, error)
            return
        register_writers()

    def on_shutdown(self) -> None:
        """Take the writers out again."""
        try:
            from scenewright.sdg.writers import unregister_writers
        except ImportError:
            return
        unregister_writers()
