"""``omni.kit.actions.core``: functions that extensions offer by name."""

from collections.abc import Callable
from typing import Any

__all__ = ["Action", "IActionRegistry", "acquire_action_registry", "execute_action", "get_action_registry"]


class Action:
    """A function with the extension and the name by which it is called."""

    def __init__(self, extension_id: str, action_id: str, python_object: Callable[..., Any], display_name: str = "",
                 description: str = "", icon_url: str = "", tag: str = "") -> None:
        self.extension_id, self.id, self.display_name = extension_id, action_id, display_name
        self.description, self.icon_url, self.tag = description, icon_url, tag
        self._function: Callable[..., Any] | None = python_object

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; an action that was taken out does nothing."""
        return self._function(*args, **kwargs) if self._function is not None else None

    def invalidate(self) -> None:
        """Let go of the function."""
        self._function = None


class IActionRegistry:
    """The actions of the application by extension and name."""

    def __init__(self) -> None:
        self._actions: dict[tuple[str, str], Action] = {}

    def register_action(self, action: Any, *args: Any, **kwargs: Any) -> Action:
        """Add an action, or what makes one: ``(extension_id, action_id, python_object, …)``.

        Raises:
            ValueError: There is one of that name.
        """
        action = action if isinstance(action, Action) else Action(action, *args, **kwargs)
        key = (action.extension_id, action.id)
        if key in self._actions:
            raise ValueError(f"There is an action {'/'.join(key)} already. Deregister it first.")
        self._actions[key] = action
        return action

    def deregister_action(self, action: Any, invalidate: bool = True) -> Action | None:
        """Take an action out; None where it was not there."""
        found = self._actions.pop((action.extension_id, action.id), None)
        if found is not None and invalidate:
            found.invalidate()
        return found

    def deregister_all_actions_for_extension(self, extension_id: str, invalidate: bool = True) -> None:
        """Take the actions of an extension out."""
        for action in self.get_all_actions_for_extension(extension_id):
            self.deregister_action(action, invalidate)

    def execute_action(self, extension_id: str, action_id: str, *args: Any, **kwargs: Any) -> Any:
        """Call an action and return what it returns; None where there is none of that name."""
        action = self.get_action(extension_id, action_id)
        return action.execute(*args, **kwargs) if action is not None else None

    def get_action(self, extension_id: str, action_id: str) -> Action | None:
        """Return an action, None where there is none."""
        return self._actions.get((extension_id, action_id))

    def get_all_actions(self) -> list[Action]:
        """Return every action."""
        return list(self._actions.values())

    def get_all_actions_for_extension(self, extension_id: str) -> list[Action]:
        """Return the actions of one extension."""
        return [action for action in self._actions.values() if action.extension_id == extension_id]


_registry = IActionRegistry()


def get_action_registry() -> IActionRegistry:
    """Return the registry of this process."""
    return _registry


acquire_action_registry = get_action_registry


def execute_action(extension_id: str, action_id: str, *args: Any, **kwargs: Any) -> Any:
    """Call an action by name."""
    return _registry.execute_action(extension_id, action_id, *args, **kwargs)
