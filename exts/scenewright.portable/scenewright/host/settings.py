"""The settings tree behind ``carb.settings``: any path is accepted, a leading slash is optional."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ChangeSubscription", "Settings", "get_settings", "parsed_setting"]


def _canonical(path: str) -> str:
    if not isinstance(path, str) or not path.strip("/"):
        raise ValueError(f"A setting path is a non-empty string such as '/rtx/rendermode', got {path!r}.")
    return "/" + path.strip("/")


@dataclass(eq=False)
class ChangeSubscription:
    """Handle of one subscription; pass it to ``unsubscribe_to_change_events``."""

    path: str
    callback: Callable[..., Any]
    tree: bool


@dataclass(eq=False)
class Settings:
    """A flat store of setting values with the access methods of Carbonite's ``ISettings``.

    Values are kept as they were given; an absent setting reads as None (or the type's zero through ``get_as_*``).
    """

    _values: dict[str, Any] = field(default_factory=dict)
    _subscriptions: list[ChangeSubscription] = field(default_factory=list)

    def get(self, path: str) -> Any:
        """Return the value at ``path``, a dict for an inner node, None when nothing is set there."""
        path = _canonical(path)
        if path in self._values:
            return self._values[path]
        return self.get_settings_dictionary(path)

    def set(self, path: str, value: Any) -> None:
        """Set ``path``; a dict sets one leaf per entry."""
        path = _canonical(path)
        if isinstance(value, dict):
            for key, item in value.items():
                self.set(f"{path}/{key}", item)
            return
        self._values[path] = value
        for subscription in list(self._subscriptions):
            if path == subscription.path or (subscription.tree and path.startswith(subscription.path + "/")):
                subscription.callback(path, "CHANGED")

    def set_default(self, path: str, value: Any) -> None:
        """Set ``path`` only where nothing is set yet."""
        if self.get(path) is None:
            self.set(path, value)

    set_default_bool = set_default_float = set_default_int = set_default_string = set_default
    set_bool = set_float = set_int = set_string = set
    set_bool_array = set_float_array = set_int_array = set_string_array = set

    def get_as_bool(self, path: str) -> bool:
        """Return the value as a bool; False when absent. The strings "0", "false" and "" are False."""
        value = self.get(path)
        return value.strip().lower() not in ("", "0", "false") if isinstance(value, str) else bool(value)

    def get_as_int(self, path: str) -> int:
        """Return the value as an int; 0 when absent."""
        return int(float(self.get(path) or 0))

    def get_as_float(self, path: str) -> float:
        """Return the value as a float; 0.0 when absent."""
        return float(self.get(path) or 0.0)

    def get_as_string(self, path: str) -> str:
        """Return the value as a string; empty when absent."""
        value = self.get(path)
        return "" if value is None else str(value)

    def get_settings_dictionary(self, path: str = "") -> dict[str, Any] | None:
        """Return the settings below ``path`` as nested dicts, None when there are none."""
        prefix = _canonical(path) + "/" if path.strip("/") else "/"
        tree: dict[str, Any] = {}
        for key, value in self._values.items():
            if key.startswith(prefix):
                node = tree
                *parents, leaf = key[len(prefix):].split("/")
                for name in parents:
                    node = node.setdefault(name, {})
                node[leaf] = value
        return tree or None

    create_dictionary_from_settings = get_settings_dictionary

    def destroy_item(self, path: str) -> None:
        """Remove ``path`` and everything below it."""
        path = _canonical(path)
        for key in [key for key in self._values if key == path or key.startswith(path + "/")]:
            del self._values[key]

    def subscribe_to_node_change_events(self, path: str, callback: Callable[..., Any]) -> ChangeSubscription:
        """Call ``callback(path, "CHANGED")`` whenever ``path`` is set."""
        return self._subscribe(path, callback, tree=False)

    def subscribe_to_tree_change_events(self, path: str, callback: Callable[..., Any]) -> ChangeSubscription:
        """Call ``callback(path, "CHANGED")`` whenever ``path`` or anything below it is set."""
        return self._subscribe(path, callback, tree=True)

    def unsubscribe_to_change_events(self, id: ChangeSubscription) -> None:
        """End a subscription; ending it twice is harmless."""
        if id in self._subscriptions:
            self._subscriptions.remove(id)

    def _subscribe(self, path: str, callback: Callable[..., Any], tree: bool) -> ChangeSubscription:
        subscription = ChangeSubscription(_canonical(path), callback, tree)
        self._subscriptions.append(subscription)
        return subscription


def parsed_setting(text: str) -> bool | int | float | str:
    """Return the value that ``--/path=text`` on a command line stands for."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


_settings = Settings()


def get_settings() -> Settings:
    """Return the settings of this process."""
    return _settings
