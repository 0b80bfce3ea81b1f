"""Kit's file dialog, where this application has it."""

import importlib.util
import posixpath
from collections.abc import Callable
from typing import Any

__all__ = ["FilePicker", "is_there"]


def is_there(name: str) -> bool:
    """Return whether a module of Kit can be imported: whether the extension that it belongs to is enabled."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ModuleNotFoundError, ValueError):
        return False


class FilePicker:
    """Asks for a file or a folder with ``omni.kit.window.file_importer``.

    Attributes:
        usable: Whether there is a dialog; without one, paths are typed.
    """

    def __init__(self) -> None:
        self._importer: Any = None
        if is_there("omni.kit.window.file_importer"):
            import omni.kit.window.file_importer

            self._importer = omni.kit.window.file_importer.get_file_importer()
        self.usable = self._importer is not None

    def pick_file(self, title: str, types: list[tuple[str, str]], chosen: Callable[[str], Any]) -> None:
        """Ask for a file; ``chosen`` is called with its path."""
        self._show(title, chosen, types, folders=False)

    def pick_folder(self, title: str, chosen: Callable[[str], Any]) -> None:
        """Ask for a folder; ``chosen`` is called with its path."""
        self._show(title, chosen, None, folders=True)

    def close(self) -> None:
        """Close a dialog that is still open."""
        if self._importer is not None:
            self._importer.hide_window()
            self._importer = None

    def _show(self, title: str, chosen: Callable[[str], Any], types: Any, *, folders: bool) -> None:
        if self._importer is None:
            return

        def on_import(filename: str, dirname: str, selections: list[str]) -> None:
            name = selections[0] if selections else posixpath.join(dirname or "", filename or "")
            if name:
                chosen(name.removeprefix("file://"))

        self._importer.show_window(
            title=title, import_handler=on_import, file_extension_types=types, show_only_folders=folders,
            import_button_label="Choose",
        )
