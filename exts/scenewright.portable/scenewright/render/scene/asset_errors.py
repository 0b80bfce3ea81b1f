"""References, payloads and sublayers that could not be found, from the stage's composition errors."""

import re
from typing import NamedTuple

from pxr import Usd

__all__ = ["UnresolvedAsset", "describe_unresolved", "unresolved_assets"]

# The Python classes of composition errors carry no fields, so their messages are taken apart.
_ARC = re.compile(r"Could not open asset @(?P<asset>[^@]*)@ for \w+ introduced by @(?P<layer>[^@]*)@<(?P<prim>[^>]*)>")
_SUBLAYER = re.compile(r"Could not load sublayer @(?P<asset>[^@]*)@ of layer @(?P<layer>[^@]*)@")
_TARGET = re.compile(
    r"Unresolved .*prim path @(?P<asset>[^@]*)@(?P<target><[^>]*>) introduced by @(?P<layer>[^@]*)@<(?P<prim>[^>]*)>"
)


class UnresolvedAsset(NamedTuple):
    """One composition arc that leads nowhere."""

    layer: str
    """Identifier of the layer that authored it."""
    prim_path: str
    """Prim that bears the arc; "/" for a sublayer."""
    asset_path: str
    """What was asked for; with "<prim>" where the file exists and the prim does not."""


def unresolved_assets(stage: Usd.Stage) -> list[UnresolvedAsset]:
    """Return every reference, payload and sublayer of the composed stage that could not be opened, sorted, each once.

    Payloads that are not loaded are not looked at.
    """
    found = set()
    for error in stage.GetCompositionErrors():
        message = str(error)
        match = _ARC.search(message) or _SUBLAYER.search(message) or _TARGET.search(message)
        if match is not None:
            parts = match.groupdict()
            found.add(UnresolvedAsset(parts["layer"], parts.get("prim") or "/", parts["asset"] + (parts.get("target") or "")))
    return sorted(found)


def describe_unresolved(assets: list[UnresolvedAsset]) -> str:
    """Return one readable line for each unresolved asset."""
    lines = (f"{layer}: {prim}: @{asset}@ not found. Correct the path or add the file." for layer, prim, asset in assets)
    return "\n".join(lines)
