"""What can be wrong with layers that a command is given."""

__all__ = ["LayerError"]


class LayerError(ValueError):
    """A layer cannot be read or must not be written, or a request makes no sense for it; nothing was written."""

    exit_status = 2
