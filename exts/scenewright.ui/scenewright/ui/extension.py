"""The Kit extension: its menu entry and its window are there while it is enabled, and nothing of them afterwards."""

import logging
from typing import Any

from scenewright.ui.pick import is_there

try:
    from omni.ext import IExt
except ImportError:
    IExt = object

__all__ = ["ScenewrightUiExtension"]

logger = logging.getLogger(__name__)

_NAME = "scenewright.ui"
_ACTION = "toggle_window"
_SETTINGS = "/exts/scenewright.ui"


class ScenewrightUiExtension(IExt):
    """Adds the window *Tools › Replicator › Scenewright*."""

    def on_startup(self, ext_id: str) -> None:
        """Add the action, the menu entry and the window's name; the window itself is made when it is first shown."""
        self._ext_id = ext_id
        self._window: Any = None
        self._model: Any = None
        self._menu: list[Any] = []
        self._actions: Any = None
        self._has_ui = is_there("omni.ui")
        if not self._has_ui:
            logger.warning("%s: this application has no omni.ui, so there is no window.", ext_id)
            return
        import omni.ui

        self._add_action()
        self._add_menu()
        omni.ui.Workspace.set_show_window_fn("Scenewright", self.show)
        if _settings().get(f"{_SETTINGS}/showOnStartup"):
            self.show(True)

    def on_shutdown(self) -> None:
        """End what the window has started, and take everything out again."""
        if self._model is not None:
            self._model.close()
            self._model = None
        if self._window is not None:
            self._window.destroy()
            self._window = None
        if self._menu:
            import omni.kit.menu.utils

            omni.kit.menu.utils.remove_menu_items(self._menu, "Tools")
            self._menu = []
        if self._actions is not None:
            self._actions.deregister_all_actions_for_extension(_NAME)
            self._actions = None
        if self._has_ui:
            import omni.ui

            omni.ui.Workspace.set_show_window_fn("Scenewright", None)
            self._has_ui = False

    @property
    def window(self) -> Any:
        """The window; None until it is first shown."""
        return self._window

    def visible(self) -> bool:
        """Return whether the window can be seen."""
        return self._window is not None and self._window.window.visible

    def toggle(self) -> None:
        """Show the window, or hide it."""
        self.show(not self.visible())

    def show(self, visible: bool) -> None:
        """Show or hide the window."""
        if visible and self._window is None:
            from scenewright.ui.model.window_model import WindowModel
            from scenewright.ui.notices import notify
            from scenewright.ui.window import ScenewrightWindow

            self._model = WindowModel(_settings(), notify, float(_settings().get(f"{_SETTINGS}/checkDelay") or 0.0))
            self._window = ScenewrightWindow(self._model, self._on_visibility)
        if self._window is not None:
            self._window.window.visible = visible

    def _on_visibility(self, visible: bool) -> None:
        if self._menu:
            import omni.kit.menu.utils

            omni.kit.menu.utils.refresh_menu_items("Tools")

    def _add_action(self) -> None:
        if not is_there("omni.kit.actions.core"):
            return
        import omni.kit.actions.core as actions

        self._actions = actions.get_action_registry()
        self._actions.register_action(actions.Action(
            _NAME, _ACTION, self.toggle, display_name="Scenewright", description="Show or hide the Scenewright window.",
            tag="Scenewright"))

    def _add_menu(self) -> None:
        if not is_there("omni.kit.menu.utils"):
            logger.info("%s: no menus here; the action %s/%s shows the window.", self._ext_id, _NAME, _ACTION)
            return
        import omni.kit.menu.utils as menus

        entry = menus.MenuItemDescription(
            name="Scenewright", ticked=True, ticked_fn=self.visible,
            onclick_action=(_NAME, _ACTION) if self._actions is not None else None,
            onclick_fn=None if self._actions is not None else self.toggle)
        self._menu = [menus.MenuItemDescription(name="Replicator", sub_menu=[entry])]
        menus.add_menu_items(self._menu, "Tools")


def _settings() -> Any:
    import carb.settings

    return carb.settings.get_settings()
