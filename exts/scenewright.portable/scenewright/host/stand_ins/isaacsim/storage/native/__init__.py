"""``isaacsim.storage.native``: where Isaac Sim's asset library is."""

from pathlib import Path

from scenewright.host.assets import ASSET_ROOT_VARIABLE as ASSET_ROOT_ENV_VAR
from scenewright.host.assets import assets_root, available_asset

__all__ = ["ASSET_ROOT_ENV_VAR", "get_assets_root_path", "get_assets_root_path_async", "is_file"]


def get_assets_root_path(*, skip_check: bool = False) -> str | None:
    """Return the folder that mirrors Isaac Sim's assets, None when none is configured.

    It is ``scenewright exec --assets-root``, the setting ``/persistent/isaac/asset_root/default`` or the environment variable
    ``ISAACSIM_ASSET_ROOT``.
    """
    return assets_root(skip_check)


async def get_assets_root_path_async(*, skip_check: bool = False) -> str | None:
    """Return what ``get_assets_root_path`` returns."""
    return assets_root(skip_check)


def is_file(path: str) -> bool:
    """Return whether there is a file at ``path``."""
    return Path(available_asset(path)).is_file()
