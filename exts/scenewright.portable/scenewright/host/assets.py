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

__all__ = ["ASSET_ROOT_SETTING", "ASSET_ROOT_VARIABLE", "MISSING_ASSETS_SETTING", "MissingAssetsError", "assets_root",
           "available_asset", "blame_missing_assets", "proxies_wanted", "proxy_listing", "stand_in_for"]

ASSET_ROOT_SETTING = "/persistent/isaac/asset_root/default"
ASSET_ROOT_VARIABLE = "ISAACSIM_ASSET_ROOT"
MISSING_ASSETS_SETTING = "/scenewright/missingAssets"

_log = logging.getLogger(__name__)
_folder: list[tempfile.TemporaryDirectory[str]] = []
_refused: list[str] = []
_stood_in: list[str] = []


class MissingAssetsError(TypeError):
    """A script computes with the assets root, and there is none; or looks for parts that a proxy does not have."""

    exit_status = 1


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
    refusal = (f"There is no assets root{f' at {root}' if root else ''}: give 'scenewright exec --assets-root DIR', set "
               f"{ASSET_ROOT_VARIABLE}, or let boxes stand in with '--missing-assets=proxy'.")
    _refused[:] = [refusal]
    _log.error("%s", refusal)
    return None


def blame_missing_assets(error: Exception) -> MissingAssetsError | None:
    """Return a readable error where ``error`` comes of an assets root that is None or of what proxies lack, else None."""
    text = str(error)
    if "NoneType" not in text and "invalid prim" not in text and "null prim" not in text:
        return None
    if _refused and not proxies_wanted():
        return MissingAssetsError(f"{_refused[0]} The script goes on with None in its place ({error}).")
    if _stood_in and proxies_wanted():
        more = f" and {len(_stood_in) - 3} more" if len(_stood_in) > 3 else ""
        return MissingAssetsError(
            f"The script looks for something that is not on the stage ({error}). Boxes without parts stand in for "
            f"{', '.join(_stood_in[:3])}{more}; with 'scenewright exec --assets-root DIR' the real files come in.")
    return None


def available_asset(path: str) -> str:
    """Return ``path``, or the path of a proxy where the file is missing and proxies are wanted."""
    return stand_in_for(path) or path


def proxy_listing(folder: str) -> list[str] | None:
    """Return names of USD files that stand in for what a missing folder holds, None where nothing is to stand in."""
    is_file = PurePosixPath(folder).suffix.lower() in USD_SUFFIXES | IMAGE_SUFFIXES
    if not proxies_wanted() or is_file or Path(folder).exists():
        return None
    _log.warning("There is no folder %r: three proxies stand in for what it holds (--missing-assets=proxy).", folder)
    name = PurePosixPath(folder).name or "object"
    return [f"{name}_{number:02d}.usd" for number in (1, 2, 3)]


def stand_in_for(path: str) -> str | None:
    """Return the path of a proxy where the file ``path`` is missing and proxies are wanted, else None.

    There are proxies for USD files and for pictures, told by their names, in the units of the current stage. The proxy
    of a file below the assets root of `assets_root` is that file itself, made now.
    """
    if not proxies_wanted() or not path or path.startswith("anon:"):
        return None
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in USD_SUFFIXES | IMAGE_SUFFIXES or Path(path).is_file() or _is_resolved(path):
        return None
    proxy = _proxy_path(path)
    if not proxy.is_file():
        proxy.parent.mkdir(parents=True, exist_ok=True)
        said = write_proxy_usd(proxy, path, _metre()) if suffix in USD_SUFFIXES else write_proxy_image(proxy)
        if suffix in USD_SUFFIXES:
            _stood_in.append(PurePosixPath(path).name)
        _log.warning("There is no file %r: %s stands in for it (--missing-assets=proxy).", path, said)
    return str(proxy)


def _metre() -> float:
    """Return how many units of the current stage, or of new ones, a metre has."""
    from pxr import UsdGeom

    from scenewright.host.stage_context import get_context

    context = get_context()
    unit = UsdGeom.GetStageMetersPerUnit(context.get_stage()) if context.has_stage() else 0.0
    return 1.0 / (unit or get_settings().get_as_float("/scenewright/newStage/metersPerUnit") or 1.0)


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
