"""What users are told outside the window: a notification where Kit has them; the log has every message anyway."""

import logging
import subprocess
import sys
from pathlib import Path

from scenewright.ui.pick import is_there

__all__ = ["notify", "open_path"]

logger = logging.getLogger(__name__)


def notify(message: str, warning: bool) -> None:
    """Show a message for a while.

    Args:
        message: One or a few lines.
        warning: Whether something went wrong.
    """
    (logger.warning if warning else logger.info)("%s", message)
    if is_there("omni.kit.notification_manager"):
        import omni.kit.notification_manager as notices

        status = notices.NotificationStatus.WARNING if warning else notices.NotificationStatus.INFO
        notices.post_notification(message, hide_after_timeout=True, duration=8 if warning else 4, status=status)


def open_path(path: Path) -> None:
    """Show a folder in the file browser, or a page in the web browser, of this computer."""
    command = {"win32": ["explorer"], "darwin": ["open"]}.get(sys.platform, ["xdg-open"])
    try:
        subprocess.Popen([*command, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as error:
        notify(f"{path} cannot be shown here ({error.strerror or error}). Open it yourself.", True)
