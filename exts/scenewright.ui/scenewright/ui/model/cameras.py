"""The cameras that a recipe makes images with, as far as can be told before it runs."""

from typing import Any

from pxr import Usd, UsdGeom

from scenewright.sdg.layers.stack import with_mutes
from scenewright.sdg.recipe.program import Literal

__all__ = ["camera_names"]


def camera_names(recipe: Any) -> tuple[str, ...]:
    """Return the names of a recipe's render products, or else those of the cameras in its scene, in stage order.

    The scene is opened without its payloads, apart from the application's stage.
    """
    calls = getattr(recipe, "calls", None)
    products = list(calls("create.render_product")) if calls is not None else []
    names = [call.args["name"].value for call in products if isinstance(call.args.get("name"), Literal)]
    if products:
        return tuple(dict.fromkeys(str(name) for name in names))
    if recipe.scene_path is None:
        return ()
    try:
        stage = with_mutes(Usd.Stage.Open(str(recipe.scene_path), Usd.Stage.LoadNone))
    except RuntimeError:  # Tf.ErrorException; the check of the recipe says what is wrong
        return ()
    return tuple(dict.fromkeys(prim.GetName() for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera)))
