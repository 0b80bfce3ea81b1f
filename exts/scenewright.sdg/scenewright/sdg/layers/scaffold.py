"""A new scene as a stack of layers, one owner each.

The stack is that of Omniverse productions: the root layer has metadata and no opinions, each sublayer one concern.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pxr import Sdf

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import write_layer
from scenewright.sdg.layers.remit import Remit

__all__ = ["LAYERS", "PlannedLayer", "new_stack"]


@dataclass(frozen=True)
class PlannedLayer:
    """One layer of a new stack.

    Attributes:
        name: Its name, and that of its file.
        purpose: What it is for, kept as the layer's comment.
        remit: What it may say.
        content: What it starts with, as USD text; ``/World`` is there for all.
    """

    name: str
    purpose: str
    remit: Remit
    content: str = ""


#: The layers of a new stack, strongest first.
LAYERS = (
    PlannedLayer("overrides", "Fixes for a shot; always strongest.", Remit()),
    PlannedLayer("randomization", "Baked randomization; generated, never edited by hand.", Remit()),
    PlannedLayer(
        "cameras",
        "Cameras, other sensors, and what they render.",
        Remit(prims=("/World/Cameras", "/Render")),
        'over "World"\n{\n    def Scope "Cameras"\n    {\n    }\n}\n',
    ),
    PlannedLayer(
        "lighting",
        "Lights.",
        Remit(prims=("/World/Lights",)),
        'over "World"\n{\n    def Scope "Lights"\n    {\n    }\n}\n',
    ),
    PlannedLayer(
        "semantics",
        "Labels, and nothing else.",
        Remit(properties=("semantics:labels:*",), metadata=("apiSchemas",), specifiers=("over",)),
    ),
    PlannedLayer(
        "layout",
        "What stands where: references to assets, poses, variant selections.",
        Remit(prims=("/World/Objects",)),
        'over "World"\n{\n    def Xform "Objects" (\n        kind = "group"\n    )\n    {\n    }\n}\n',
    ),
    PlannedLayer(
        "base",
        "The environment's shell, its materials, and physics.",
        Remit(prims=("/World/Environment", "/World/Looks", "/World/PhysicsScene")),
        'def Xform "World" (\n    kind = "assembly"\n)\n{\n    def Xform "Environment" (\n        kind = "group"\n    )\n'
        '    {\n    }\n\n    def PhysicsScene "PhysicsScene"\n    {\n    }\n}\n',
    ),
)
_METADATA = 'defaultPrim = "World"\n    metersPerUnit = 1\n    upAxis = "Z"'


def new_stack(folder: str | os.PathLike[str], owners: Mapping[str, str] | None = None) -> list[Path]:
    """Write a new scene: ``scene.usda`` and one layer each for the concerns of `LAYERS` under ``layers/``.

    Args:
        folder: Where; made if it is not there.
        owners: Owner by name of layer, ``scene`` among them.

    Returns:
        The files, the root layer first.

    Raises:
        LayerError: A file is there already, or an owner is given for a layer that there is none of; nothing was written.
    """
    place, owners = Path(folder), dict(owners or {})
    names = ["scene", *(layer.name for layer in LAYERS)]
    unknown = sorted(set(owners) - set(names))
    if unknown:
        raise LayerError(f"There is no layer '{unknown[0]}' to own. Allowed: {', '.join(names)}.")
    files = [place / "scene.usda", *(place / "layers" / f"{layer.name}.usda" for layer in LAYERS)]
    there = [path for path in files if path.exists()]
    if there:
        raise LayerError(f"{there[0]}: there is a file already. Give a folder without a scene.")
    try:
        (place / "layers").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LayerError(f"{place}: the folder cannot be made: {error.strerror}.") from None
    listed = ",\n".join(f"        @./layers/{layer.name}.usda@" for layer in LAYERS)
    root = _layer(f"#usda 1.0\n(\n    {_METADATA}\n    subLayers = [\n{listed}\n    ]\n)\n", owners.get("scene"))
    Remit(prims=()).record(root)
    for planned, path in zip(LAYERS, files[1:], strict=True):
        layer = _layer(f"#usda 1.0\n(\n    {_METADATA}\n)\n\n{planned.content}", owners.get(planned.name))
        layer.comment = planned.purpose
        planned.remit.record(layer)
        write_layer(layer, path)
    write_layer(root, files[0])
    return files


def _layer(text: str, owner: str | None) -> Sdf.Layer:
    layer = Sdf.Layer.CreateAnonymous(".usda")
    layer.ImportFromString(text)
    if owner:
        layer.owner = owner
    return layer
