"""Fields that show a value of the model and set it, without answering their own echo."""

from collections.abc import Callable
from typing import Any

__all__ = ["Bound"]


class Bound:
    """A widget's value model tied to a value of ours.

    Args:
        widget: A widget with a value model.
        kind: str, int or bool.
        set_value: Called with what the user has entered.
        at_end: Whether to wait until the field is left, rather than calling with every key.
    """

    def __init__(self, widget: Any, kind: type, set_value: Callable[[Any], None], *, at_end: bool = False):
        self.widget = widget
        self._kind = kind
        self._set_value: Callable[[Any], None] | None = set_value
        self._showing = False
        model = widget.model
        self._subscription = (model.subscribe_end_edit_fn if at_end else model.subscribe_value_changed_fn)(self._on_change)

    @property
    def value(self) -> Any:
        """What the widget shows."""
        model = self.widget.model
        return {str: model.get_value_as_string, int: model.get_value_as_int, bool: model.get_value_as_bool}[self._kind]()

    def show(self, value: Any) -> None:
        """Show a value without setting it."""
        if self.value != value:
            self._showing = True
            try:
                self.widget.model.set_value(value)
            finally:
                self._showing = False

    def destroy(self) -> None:
        """Let go of the widget."""
        self._subscription = self._set_value = self.widget = None

    def _on_change(self, model: Any) -> None:
        if not self._showing and self._set_value is not None:
            self._set_value(self.value)
