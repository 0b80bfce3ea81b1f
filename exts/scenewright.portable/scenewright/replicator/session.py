"""What belongs to one open stage: its graph, its render products and its renderer. Closing the stage ends all of it."""

import logging
from typing import TYPE_CHECKING

from pxr import Usd

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context
from scenewright.replicator.graph.schedule import Graph

if TYPE_CHECKING:
    from scenewright.render import Renderer
    from scenewright.replicator.render_product import RenderProduct

__all__ = ["Session", "current_session", "open_session"]

_log = logging.getLogger(__name__)


class Session:
    """State of the Replicator on one stage."""

    def __init__(self, stage: Usd.Stage) -> None:
        self.stage = stage
        self.graph = Graph(stage)
        self.render_products: dict[str, RenderProduct] = {}
        self.captured = False
        self._renderer: Renderer | None = None
        self._sequence: object = None
        self._jumped = False

    @property
    def renderer(self) -> "Renderer":
        """The renderer of the stage on the device that ``/scenewright/device`` names (default "cpu"), made on first use."""
        if self._renderer is None:
            from scenewright.render import Renderer

            self._renderer = Renderer(self.stage, device=get_settings().get("/scenewright/device") or "cpu")
        return self._renderer

    def begin_step(self) -> None:
        """Make the present poses the previous ones of the motion vectors; nothing where nothing was rendered yet.

        Frames of different sequences (carb ``/scenewright/sequence``, any value) have no motion between them.
        """
        self.captured = True
        sequence = get_settings().get("/scenewright/sequence")
        goes_on, self._sequence = sequence == self._sequence and not self._jumped, sequence
        self._jumped = False
        if self._renderer is not None and goes_on:
            self._renderer.follows_flow = self.looks_back()
            self._renderer.begin_step()
        elif self._renderer is not None:
            self._renderer.reset_motion()

    def looks_back(self) -> bool:
        """Return whether an annotator in use needs the whole scene of the step before."""
        return any(annotator.looks_back for product in self.render_products.values() for annotator in product.annotators)

    def forget_motion(self) -> None:
        """The stage has jumped, as when the timeline rewinds: the next frame has no motion."""
        self._jumped = True

    def close(self) -> None:
        """Release the renderer and everything that points to the stage."""
        self.graph.close()
        for product in self.render_products.values():
            product.invalidate()
        self.render_products.clear()
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None


_session: Session | None = None


def current_session() -> Session:
    """Return the session of the current stage; the first call on a stage makes it."""
    global _session
    stage = get_context().get_stage()
    if _session is None or _session.stage != stage:
        from scenewright.replicator.capture_loop import install_hooks

        _end_session()
        install_hooks()
        get_context().add_stage_hook(_on_stage)
        _session = Session(stage)
    return _session


def open_session() -> Session | None:
    """Return the session if there is one, without making one."""
    return _session


def _on_stage(event: str, stage: Usd.Stage) -> None:
    if event == "closing" and _session is not None and _session.stage == stage:
        _end_session()


def _end_session() -> None:
    global _session
    if _session is not None:
        from scenewright.replicator.capture_loop import loop

        loop.abandon()
        session, _session = _session, None
        session.close()
