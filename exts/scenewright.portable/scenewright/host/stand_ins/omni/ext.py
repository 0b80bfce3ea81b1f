"""``omni.ext``: the base class of extensions."""

__all__ = ["IExt"]


class IExt:
    """Base of an extension's entry point; the host calls ``on_startup`` and ``on_shutdown``."""

    def on_startup(self, ext_id: str) -> None:
        """Begin."""

    def on_shutdown(self) -> None:
        """End and let go of everything."""
