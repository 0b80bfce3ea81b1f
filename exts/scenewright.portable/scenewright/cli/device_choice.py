"""The device that a command renders on."""

from scenewright.cli.failures import InputError
from scenewright.host.settings import get_settings

__all__ = ["choose_device"]


def choose_device(device: str) -> None:
    """Make ``device`` the one that frames are rendered on.

    Raises:
        InputError: if this machine has no such device.
    """
    import warp as wp

    wp.config.quiet = True
    available = [str(candidate) for candidate in wp.get_devices()]
    if device == "cuda" and any(name.startswith("cuda") for name in available):
        device = "cuda:0"
    if device not in available:
        raise InputError(f"--device {device}: this machine has {', '.join(available)}. See `scenewright doctor`.")
    get_settings().set("/scenewright/device", device)
