"""``rep.new_layer`` and ``rep.open_stage``."""

from collections.abc import Iterator
from contextlib import contextmanager

from pxr import Sdf

from scenewright.host.stage_context import get_context
from scenewright.replicator.session import current_session

__all__ = ["new_layer", "open_stage"]


@contextmanager
def new_layer(name: str | None = None) -> Iterator[Sdf.Layer]:
    """Author into a layer of its own inside the ``with``: created prims, and what the graph made there writes later.

    The layer is anonymous, sits in the session layer, and is cleared if this stage has one of that name. Leaving the ``with``
    puts the edit target back.

    Args:
        name: Display name of the layer; None = "Replicator".

    Raises:
        ValueError: The name is empty or no string.
    """
    title = "Replicator" if name is None else name
    if not isinstance(title, str) or not title:
        raise ValueError(f"rep.new_layer: name is a non-empty string, got {name!r}.")
    with current_session().graph.layers.entered(title) as layer:
        yield layer


def open_stage(path: str) -> None:
    """Open a stage and make it the current one; the graph and the render products of the stage before it end.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read as USD.
    """
    get_context().open_stage(str(path))
