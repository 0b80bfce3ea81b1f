"""The user's stage while a recipe runs on its own: put aside, and given back as it was."""

import omni.usd
from pxr import Usd

__all__ = ["StageGuard"]


class StageGuard:
    """Remembers the open stage and gives it back; edits that nobody has saved are still there.

    Holding on to the stage keeps its layers in memory, with whatever has been edited in them.
    """

    def __init__(self) -> None:
        context = omni.usd.get_context()
        self._stage: Usd.Stage | None = context.get_stage()

    async def give_back(self) -> None:
        """Open the stage again; harmless where there was none."""
        stage, self._stage = self._stage, None
        if stage is None:
            return
        context = omni.usd.get_context()
        if context.get_stage() != stage:
            await context.attach_stage_async(stage)
