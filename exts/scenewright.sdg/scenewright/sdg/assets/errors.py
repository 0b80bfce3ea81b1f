"""Why an asset is not imported."""

__all__ = ["AssetError", "missing_extra"]


class AssetError(ValueError):
    """A source or a pack that cannot be used; the message says why and, where there is one, the remedy.

    An importer that goes through many sources notes it as the reason for one refusal and goes on.
    """

    exit_status = 2


def missing_extra(module: str, purpose: str) -> AssetError:
    """Return the error for a library that is not installed."""
    return AssetError(f"{purpose} needs {module}, which is not installed. Install it with: pip install 'scenewright[mesh]'.")
