"""``omni.graph.core``: OmniGraph does not exist here; scripts that only ask for evaluation go on."""

from scenewright.host.app import get_app

__all__ = ["Controller"]


class Controller:
    """Evaluates. Anything else of OmniGraph's controller is missing by name."""

    @staticmethod
    def evaluate_sync(graph_id: object = None) -> None:
        """Run one update of the application: what waits for an evaluation has happened afterwards."""
        get_app().update()

    @staticmethod
    async def evaluate(graph_id: object = None) -> None:
        """Wait for one update of the application."""
        await get_app().next_update_async()

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"'omni.graph.core.Controller.{name}' has no stand-in: the portable host has no OmniGraph.")
