"""The timeline of a running recipe: simulated time from step to step, and rewinding."""

import omni.timeline

from scenewright.sdg.recipe.clock import RATE
from scenewright.sdg.recipe.physics import simulate
from scenewright.sdg.recipe.runtime import Invocation, Operation
from scenewright.sdg.recipe.sampling import Draws

__all__ = ["Playback", "timeline_operation"]


class Playback:
    """Moves simulated time and the bodies of the stage.

    Steps are 1 / `RATE` seconds long, and step n shows the time (n + 1) / `RATE`, as captured frames of a run do.
    """

    def __init__(self) -> None:
        self._timeline = omni.timeline.get_timeline_interface()

    def rewind(self) -> None:
        """Bring bodies back to where blocks put them, and the timeline to its start."""
        self._timeline.play()  # a timeline that stands still tells nobody that it stops
        self._timeline.commit()
        self._timeline.stop()
        self._timeline.commit()

    def show(self, step: int) -> None:
        """Go to the time of a step, without moving any body; time starts again at the timeline's end."""
        start, end = self._timeline.get_start_time(), self._timeline.get_end_time()
        time = (step + 1) / RATE
        if end > start and time > end - start + 1e-9:
            time %= end - start
        self._timeline.set_current_time(start + time)

    def advance(self, step: int) -> None:
        """Play from the step before to a step."""
        self.show(step)
        simulate(1.0 / RATE)


def timeline_operation(call: Invocation) -> Operation:
    """Return ``modify.time`` or ``modify.timeline``: the frame shows its scene at a time [s], or at a frame of the timeline."""
    timeline = omni.timeline.get_timeline_interface()

    def run(draws: Draws) -> None:
        value = float(call.rows("value", 1, draws, "number", 1)[0, 0])
        in_frames = call.args.get("modify_type") == "set_frame"
        timeline.set_current_time(value / timeline.get_time_codes_per_seconds() if in_frames else value)

    return Operation(call.call, call.trigger, run)
