"""``isaacsim.core.utils.render_product``: what a render product on the stage shows."""

from pxr import Gf, Sdf, Usd, UsdRender

from scenewright.host.stage_context import get_context

__all__ = ["get_camera_prim_path", "get_resolution", "set_camera_prim_path", "set_resolution"]


def get_camera_prim_path(render_product_path: str) -> Sdf.Path:
    """Return the path of the camera of a render product.

    Raises:
        RuntimeError: There is no such render product.
    """
    return _product(render_product_path).GetCameraRel().GetTargets()[0]


def set_camera_prim_path(render_product_path: str, camera_prim_path: str) -> None:
    """Look through another camera.

    Raises:
        RuntimeError: There is no such render product, or no such prim.
    """
    product = _product(render_product_path)
    if not get_context().get_stage().GetPrimAtPath(camera_prim_path):
        raise RuntimeError(f"set_camera_prim_path: there is no prim at {camera_prim_path!r}.")
    with _where_authored(product):
        product.GetCameraRel().SetTargets([camera_prim_path])


def get_resolution(render_product_path: str) -> Gf.Vec2i:
    """Return (width, height) of a render product.

    Raises:
        RuntimeError: There is no such render product.
    """
    return _product(render_product_path).GetResolutionAttr().Get()


def set_resolution(render_product_path: str, resolution: tuple[int, int]) -> None:
    """Set (width, height) of a render product.

    Raises:
        RuntimeError: There is no such render product.
    """
    product = _product(render_product_path)
    with _where_authored(product):
        product.GetResolutionAttr().Set(Gf.Vec2i(int(resolution[0]), int(resolution[1])))


def _product(path: str) -> UsdRender.Product:
    product = UsdRender.Product(get_context().get_stage().GetPrimAtPath(path))
    if not product:
        raise RuntimeError(f"There is no render product at {path!r}.")
    return product


def _where_authored(product: UsdRender.Product) -> Usd.EditContext:
    stage = product.GetPrim().GetStage()
    strongest = product.GetPrim().GetPrimStack()[0].layer
    return Usd.EditContext(stage, strongest if strongest in stage.GetLayerStack() else stage.GetEditTarget())
