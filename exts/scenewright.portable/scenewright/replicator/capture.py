"""What one render product saw in one step: the seam between the orchestrator (which renders) and annotators (which reduce)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pxr import Usd

from scenewright.render import Frame, LabelTable, Renderer

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenewright.replicator.render_product import RenderProduct

__all__ = ["Capture"]


@dataclass(eq=False)
class Capture:
    """One rendered frame of one render product, with what annotators need to reduce it.

    ``memo`` is shared by all annotators of this capture: a reduction that two of them need is computed once.
    """

    render_product: "RenderProduct"
    stage: Usd.Stage
    renderer: Renderer
    frame: Frame
    reference_time: tuple[int, int]
    meters_per_unit: float
    memo: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, compute: "Callable[[], Any]") -> Any:
        """Return ``compute()``, calling it only for the first annotator that asks for ``key``."""
        if key not in self.memo:
            self.memo[key] = compute()
        return self.memo[key]

    def labels(self, semantic_filter: "Callable[[dict[str, list[str]]], dict[str, list[str]]] | None", key: Any,
               per_subset: bool) -> LabelTable:
        """Return the label table of this frame under a filter; ``key`` identifies the filter."""
        return self.once(("labels", key, per_subset), lambda: self.frame.labels(semantic_filter, per_subset=per_subset))
