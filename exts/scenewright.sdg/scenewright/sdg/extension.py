"""The Kit extension: writers and actions are there while it is enabled, and nothing of it is left afterwards."""

import importlib.util
import logging
from typing import Any

try:  # Kit, or the portable host; as a plain library there is no extension interface to implement
    from omni.ext import IExt
except ImportError:
    IExt = object

__all__ = ["ScenewrightSdgExtension"]

logger = logging.getLogger(__name__)


class ScenewrightSdgExtension(IExt):
    """Makes Scenewright's writers known to the Replicator and its actions to Kit."""

    def on_startup(self, ext_id: str) -> None:
        """Register writers and actions; what this Kit lacks is named in the log and left out."""
        self._ext_id = ext_id
        self._writers = _register_writers(ext_id)
        self._actions = _register_actions()

    def on_shutdown(self) -> None:
        """End the runs in progress and take the actions and writers out again."""
        from scenewright.sdg.jobs import stop_all_jobs

        stop_all_jobs(f"the extension {self._ext_id} was disabled")
        if self._actions is not None:
            self._actions.deregister_all_actions_for_extension("scenewright.sdg")
            self._actions = None
        if self._writers:
            from scenewright.sdg.annotators import unregister_annotators
            from scenewright.sdg.writers import unregister_writers

            unregister_writers()
            unregister_annotators()
            self._writers = False


def _register_writers(ext_id: str) -> bool:
    try:
        import omni.replicator.core  # noqa: F401
    except ImportError as error:
        logger.warning("%s: the Replicator is not there (%s); no writers were registered. Recipes can be checked, but not run, "
                       "until omni.replicator.core is enabled.", ext_id, error)
        return False
    from scenewright.sdg.annotators import register_annotators
    from scenewright.sdg.variation.registration import register_variation
    from scenewright.sdg.writers import register_writers

    register_writers()
    register_annotators()
    register_variation()
    return True


def _register_actions() -> Any:
    """Register the actions and return the registry; None where this Kit has none."""
    try:
        if importlib.util.find_spec("omni.kit.actions.core") is None:
            return None
    except ModuleNotFoundError:
        return None
    import omni.kit.actions.core

    from scenewright.sdg import actions

    registry = omni.kit.actions.core.get_action_registry()
    for name, function, title in actions.TABLE:
        registry.register_action(omni.kit.actions.core.Action(
            "scenewright.sdg", name, function, display_name=title, description=(function.__doc__ or "").partition("\n")[0],
            tag="Scenewright"))
    return registry
