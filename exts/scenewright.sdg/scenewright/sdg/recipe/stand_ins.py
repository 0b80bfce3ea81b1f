"""Stand-ins for files that are not there, where a recipe asks for them by ``assets: {missing: proxy}``.

The host makes them (a labelled box of plausible size for a USD file, a grey picture for a texture) and warns of each; they
depend on the missing file's name alone.
"""

import omni.replicator.core as rep
from pxr import Usd

__all__ = ["allow_stand_ins", "stand_in_for"]

_SETTING = "/scenewright/missingAssets"


def allow_stand_ins(wanted: bool) -> None:
    """Choose for the stages opened from now on whether missing files are replaced."""
    rep.settings.carb_settings(_SETTING, "proxy" if wanted else "error")


def stand_in_for(path: str) -> str:
    """Return the file that stands in for a missing one; ``path`` itself where there is none for its kind."""
    stage = Usd.Stage.CreateInMemory()
    prim = stage.DefinePrim("/Asked")  # the host replaces missing files as they are written
    rep.functional.modify.attribute([prim], "file", path, attribute_type="asset")
    return prim.GetAttribute("file").Get().path
