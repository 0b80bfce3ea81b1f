"""The device that a command renders on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from scenewright.cli.failures import InputError
from scenewright.host.settings import get_settings

__all__ = ["choose_device", "silent_stderr"]


def choose_device(device: str) -> None:
    """Make ``device`` the one that frames are rendered on.

    Raises:
        InputError: if this machine has no such device.
    """
    import warp as wp

    import scenewright.render  # noqa: F401 - sets how much Warp says about itself

    wp.config.quiet = True
    with silent_stderr():  # without a driver Warp complains there, whatever its log level
        available = [str(candidate) for candidate in wp.get_devices()]
    if device == "cuda" and any(name.startswith("cuda") for name in available):
        device = "cuda:0"
    if device not in available:
        raise InputError(f"--device {device}: this machine has {', '.join(available)}. See `scenewright doctor`.")
    get_settings().set("/scenewright/device", device)


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Drop what is written to the process's standard error, by libraries that know no log level."""
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
