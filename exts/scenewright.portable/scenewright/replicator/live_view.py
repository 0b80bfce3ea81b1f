"""What plain application updates show: frames for annotators that no capture has served, made when somebody asks for the data.

In Kit every update renders every product, so image annotators have data without the orchestrator. Here such a frame is rendered
when ``get_data`` asks for it: once for each update, without triggers, writers or motion.
"""

from typing import TYPE_CHECKING

from scenewright.host.app import get_app
from scenewright.replicator.session import current_session

if TYPE_CHECKING:
    from scenewright.replicator.render_product import RenderProduct

__all__ = ["catch_up"]


def catch_up(product: "RenderProduct") -> None:
    """Render ``product`` for its live annotators if the application has updated since the product's last frame."""
    live = [annotator for annotator in product.annotators if annotator.is_live(product)]
    update = get_app().get_update_number()
    if not live or not product.enabled or product.last_update >= update:
        return
    from scenewright.replicator.frame_render import render_product_frame

    product.last_update = update
    capture = render_product_frame(current_session(), product, 1)
    for annotator in live:
        annotator.take(capture)
