"""What goes wrong while a stage is read: one error type whose message names the prim."""

__all__ = ["SceneError"]


class SceneError(ValueError):
    """The stage holds something that cannot be rendered: a broken mesh, a missing texture, an unsupported camera.

    The message says which prim and attribute, what was found, what is allowed and what to do.
    """
