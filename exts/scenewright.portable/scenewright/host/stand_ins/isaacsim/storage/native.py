"""``isaacsim.storage.native``: where Isaac Sim's asset library is."""

import os
from pathlib import Path

from scenewright.host.settings import get_settings

__all__ = ["ASSET_ROOT_ENV_VAR", "get_assets_root_path", "get_assets_root_path_async"]

ASSET_ROOT_ENV_VAR = "ISAACSIM_ASSET_ROOT"


def get_assets_root_path(*, skip_check: bool = False) -> str | None:
    """Return the folder that mirrors Isaac Sim's assets, None when none is configured.

    It is the setting ``/persistent/isaac/asset_root/default`` or the environment variable ``ISAACSIM_ASSET_ROOT``.
    """
    root = get_settings().get("/persistent/isaac/asset_root/default") or os.environ.get(ASSET_ROOT_ENV_VAR)
    return str(root).rstrip("/") if root and (skip_check or Path(root).is_dir()) else None


async def get_assets_root_path_async(*, skip_check: bool = False) -> str | None:
    """Return what ``get_assets_root_path`` returns."""
    return get_assets_root_path(skip_check=skip_check)
