"""``isaacsim.core.experimental.utils.app``: updates, the timeline, extensions."""

from collections.abc import Callable

from scenewright.host.app import get_app
from scenewright.host.extensions import get_extension_manager
from scenewright.host.timeline import get_timeline_interface

__all__ = ["enable_extension", "get_extension_path", "is_extension_enabled", "is_paused", "is_playing", "is_stopped", "pause",
           "play", "stop", "update_app", "update_app_async"]

Callback = Callable[[int, int], bool | None]


def update_app(*, steps: int = 1, callback: Callback | None = None) -> None:
    """Run ``steps`` updates; ``callback(step, steps)`` after each ends the loop by returning False."""
    for step in range(1, steps + 1):
        get_app().update()
        if callback is not None and callback(step, steps) is False:
            return


async def update_app_async(*, steps: int = 1, callback: Callback | None = None) -> None:
    """Wait for ``steps`` updates: see ``update_app``."""
    for step in range(1, steps + 1):
        await get_app().next_update_async()
        if callback is not None and callback(step, steps) is False:
            return


def play(*, commit: bool | None = True) -> None:
    """Play the timeline."""
    get_timeline_interface().play()
    _commit(commit)


def pause(*, commit: bool | None = True) -> None:
    """Pause the timeline."""
    get_timeline_interface().pause()
    _commit(commit)


def stop(*, commit: bool | None = True) -> None:
    """Stop the timeline and rewind it."""
    get_timeline_interface().stop()
    _commit(commit)


def is_playing() -> bool:
    """Return whether the timeline plays."""
    return get_timeline_interface().is_playing()


def is_stopped() -> bool:
    """Return whether the timeline is stopped."""
    return get_timeline_interface().is_stopped()


def is_paused() -> bool:
    """Return whether the timeline is neither playing nor stopped."""
    return not is_playing() and not is_stopped()


def enable_extension(name: str, *, enabled: bool = True) -> bool:
    """Enable or disable an extension; return whether it is available here."""
    return get_extension_manager().set_extension_enabled_immediate(name, enabled)


def is_extension_enabled(name: str) -> bool:
    """Return whether an extension is enabled."""
    return get_extension_manager().is_extension_enabled(name)


def get_extension_path(name: str) -> str:
    """Return the folder of an extension; empty when it is not known."""
    return get_extension_manager().get_extension_path(name)


def _commit(wanted: bool | None) -> None:
    if wanted:
        get_timeline_interface().commit()
