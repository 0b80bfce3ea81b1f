"""Files that a script names: where Isaac Sim's assets are, and boxes in place of those that are not there.

The assets root is the setting ``/persistent/isaac/asset_root/default`` or the environment variable ``ISAACSIM_ASSET_ROOT``.
The setting ``/scenewright/missingAssets`` says what a missing file means: "error" (the default; whoever opens it says so) or
"proxy": a USD file becomes a labelled box of plausible size, a picture becomes grey, each with a warning.
"""

import hashlib
import logging
import os
import tempfile
from pathlib import Path, PurePosixPath

from scenewright.host.proxy_assets import IMAGE_SUFFIXES, USD_SUFFIXES, write_proxy_image, write_proxy_usd
from scenewright.host.settings import get_settings

__all__ = ["ASSET_ROOT_SETTING", "ASSET_ROOT_VARIABLE", "MISSING_ASSETS_SETTING", "assets_root", "available_asset",
           "proxies_wanted"]

ASSET_ROOT_SETTING = "/persistent/isaac/asset_root/default"
ASSET_ROOT_VARIABLE = "ISAACSIM_ASSET_ROOT"
MISSING_ASSETS_SETTING = "/scenewright/missingAssets"

_log = logging.getLogger(__name__)
_folder: list[tempfile.TemporaryDirectory[str]] = []


def proxies_wanted() -> bool:
    """Return whether missing files are to be replaced by proxies."""
    return get_settings().get(MISSING_ASSETS_SETTING) == "proxy"


def assets_root(skip_check: bool = False) -> str | None:
    """Return the folder that mirrors Isaac Sim's assets.

    None where none is configured, except with proxies: then it is the folder in which they appear as they are asked for.
    """
    root = get_settings().get(ASSET_ROOT_SETTING) or os.environ.get(ASSET_ROOT_VARIABLE)
    if root and (skip_check or Path(str(root)).is_dir()):
        return str(root).rstrip("/")
    if proxies_wanted():
        return str(_proxy_folder())
    _log.error("There is no assets root%s: give 'scenewright exec --assets-root DIR', set %s, or let boxes stand in with "
               "'--missing-assets=proxy'.", f" at {root}" if root else "", ASSET_ROOT_VARIABLE)
    return None


def available_asset(path: str) -> str:
    """Return ``path``, or the path of a proxy where the file is missing and proxies are wanted.

    What is neither a USD file nor a picture by its name is returned as it is, and so is everything without proxies.
    """
    if not proxies_wanted() or not path or path.startswith("anon:"):
        return path
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in USD_SUFFIXES | IMAGE_SUFFIXES or Path(path).is_file() or _is_resolved(path):
        return path
    proxy = _proxy_path(path)
    if not proxy.is_file():
        proxy.parent.mkdir(parents=True, exist_ok=True)
        said = write_proxy_usd(proxy, path) if suffix in USD_SUFFIXES else write_proxy_image(proxy)
        _log.warning("There is no file %r: %s stands in for it (--missing-assets=proxy).", path, said)
    return str(proxy)


def _is_resolved(path: str) -> bool:
    from pxr import Ar

    return bool(Ar.GetResolver().Resolve(path))


def _proxy_path(path: str) -> Path:
    """Return where the proxy of ``path`` goes: there itself if that is in the proxy folder, else below it."""
    folder = _proxy_folder()
    if Path(path).is_relative_to(folder):
        return Path(path)
    digest = hashlib.blake2b(path.encode(), digest_size=4).hexdigest()
    return folder / digest / PurePosixPath(path).name


def _proxy_folder() -> Path:
    """Return the folder of this process's proxies; it goes with the process."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="scenewright-proxy-assets-"))
    return Path(_folder[0].name)
