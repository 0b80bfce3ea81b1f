"""Which writers take a captured frame, and handing it to them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scenewright.replicator.graph.errors import OrchestratorError
from scenewright.replicator.graph.schedule import Graph, Trigger

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["EVERY_FRAME", "attached_writers", "due_writers", "write_frame"]

#: Writers that receive frames, in the order attached. ``Writer.attach`` appends and ``Writer.detach`` removes.
attached_writers: list[Any] = []

#: What ``Writer.attach`` takes for "every captured frame".
EVERY_FRAME = "omni.replicator.core.OgnOnFrame"


def due_writers(graph: Graph, captures: "dict[str, Capture]") -> "Iterator[tuple[Any, list[Capture]]]":
    """Yield the writers whose trigger fired and that have an enabled product, with the captures of their products."""
    for writer in list(attached_writers):
        mine = [captures[path] for path in _product_paths(writer) if path in captures] if _fires(writer, graph) else []
        if mine:
            yield writer, mine


def write_frame(writer: Any, captures: "list[Capture]", frame: int) -> None:
    """Call ``write`` of a writer; nothing of a frame stays when that fails.

    Raises:
        OrchestratorError: ``write`` raised.
        WriteError: A file of an earlier frame could not be written.
    """
    from scenewright.replicator.backends.io_queue import WriteError, whole_frame
    from scenewright.replicator.writers.payload import build_payload

    try:
        writer._scheduled = False
        payload = build_payload(writer, captures)
        with whole_frame():
            writer.write(payload)
    except WriteError:
        raise
    except Exception as error:
        raise OrchestratorError(f"Writer '{type(writer).__name__}' failed at frame {frame}: "
                                f"{type(error).__name__}: {error}") from error


def _fires(writer: Any, graph: Graph) -> bool:
    """Return whether a writer is to write this frame."""
    if getattr(writer, "_scheduled", False):
        return True
    trigger = getattr(writer, "_trigger", EVERY_FRAME)
    trigger = getattr(trigger, "node", trigger)
    if trigger is None:
        return False
    if isinstance(trigger, Trigger):
        return trigger.fired
    if trigger == EVERY_FRAME:
        return True
    if callable(trigger):
        return bool(trigger())
    raise OrchestratorError(f"Writer '{type(writer).__name__}' has the trigger {trigger!r}. Allowed: None, a trigger of "
                            f"rep.trigger, a callable, or {EVERY_FRAME!r}.")


def _product_paths(writer: Any) -> list[str]:
    return [getattr(product, "path", str(product)) for product in writer._render_products]
