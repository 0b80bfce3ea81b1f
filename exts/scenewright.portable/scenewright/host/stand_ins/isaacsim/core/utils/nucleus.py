"""``isaacsim.core.utils.nucleus``: the old name of ``isaacsim.storage.native``."""

from isaacsim.storage.native import get_assets_root_path, get_assets_root_path_async, is_file

__all__ = ["get_assets_root_path", "get_assets_root_path_async", "is_file"]
