"""One render product, one frame: the union of buffers that its annotators need, a capture."""

from fractions import Fraction
from typing import TYPE_CHECKING

from pxr import Usd, UsdGeom

from scenewright.host.timeline import get_timeline_interface
from scenewright.replicator.capture import Capture
from scenewright.replicator.render_keys import render_settings
from scenewright.replicator.session import Session
from scenewright.replicator.tiled_frame import TiledFrame, tile_grid

if TYPE_CHECKING:
    from scenewright.replicator.render_product import RenderProduct

__all__ = ["render_product_frame"]


def render_product_frame(session: Session, product: "RenderProduct", subframes: int) -> Capture:
    """Render what the annotators of ``product`` need and return it as a capture."""
    timeline = get_timeline_interface()
    seconds = timeline.get_current_time()
    stage = session.stage
    time = Usd.TimeCode(seconds * stage.GetTimeCodesPerSecond())
    buffers = frozenset().union(*(annotator.buffers for annotator in product.annotators))
    session.renderer.follows_flow = session.looks_back()
    session.renderer.sync(time)
    settings = render_settings(subframes, session.graph.frame)
    if product.tiles:
        rows, columns = tile_grid(len(product.tiles))
        size = (product.resolution[0] // columns, product.resolution[1] // rows)
        frame = TiledFrame(session.renderer.render_tiles(product.tiles, size, sorted(buffers), settings))
    else:
        frame = session.renderer.render(product.camera_path, product.resolution, sorted(buffers), settings)
    moment = Fraction(seconds).limit_denominator(1_000_000)
    return Capture(product, stage, session.renderer, frame, (moment.numerator, moment.denominator),
                   UsdGeom.GetStageMetersPerUnit(stage))
