"""``omni.usd.commands``: scripts import it so that its commands are there; they run by name through ``omni.kit.commands``."""

from omni.kit.commands import execute

__all__ = ["execute"]
