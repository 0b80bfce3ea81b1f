"""``rep.vp_manager``: the textures behind render products."""

from typing import Any

from scenewright.replicator.render_product import HydraTexture, find_render_product
from scenewright.replicator.session import open_session

__all__ = ["attach_hydra_texture", "destroy_hydra_textures"]


def attach_hydra_texture(render_product: Any) -> HydraTexture:
    """Return the switch of a render product (object or path); here every product has one from the beginning.

    Raises:
        ValueError: There is no such product.
    """
    return find_render_product(render_product).hydra_texture


def destroy_hydra_textures(helper_name: str = "Replicator") -> None:
    """Destroy all render products that scripts have made.

    Args:
        helper_name: Whose they are; those of others than "Replicator" do not exist here.
    """
    session = open_session()
    if session is not None and helper_name == "Replicator":
        for product in list(session.render_products.values()):
            product.destroy()
