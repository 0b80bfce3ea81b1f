"""The graph of one stage: nodes in authoring order, the contexts they are made in, and what runs when."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pxr import Sdf, Usd

from scenewright.replicator.graph.layers import RandomizationLayers
from scenewright.replicator.graph.node import ActionNode, Node
from scenewright.replicator.seeds import get_global_seed

if TYPE_CHECKING:
    from scenewright.replicator.graph.decals import Decal

__all__ = ["Graph", "Trigger"]

_log = logging.getLogger(__name__)


class Trigger(Node):
    """Decides when the nodes that were made inside ``with trigger:`` run. Also a value for ``writer.attach(trigger=…)``.

    Args:
        graph: The graph that it joins.
        kind: "trigger.on_frame" and the like.
        name: Key of its execution count in the writers' payload.
        limit: Executions after which it never fires again; 0 = unlimited.
        rt_subframes: Accumulation passes that its frames ask for.
    """

    def __init__(self, graph: "Graph", kind: str, name: str, *, limit: int = 0, rt_subframes: int = 1) -> None:
        super().__init__(graph, kind, name=name)
        self.limit = int(limit)
        self.rt_subframes = int(rt_subframes)
        self.executions = 0
        self.fired = False

    @property
    def exhausted(self) -> bool:
        """Whether the limit has been reached."""
        return 0 < self.limit <= self.executions

    @property
    def finished(self) -> bool:
        """Whether a run need not wait for it any more."""
        return self.exhausted

    @property
    def output(self) -> int | None:
        """Its entry in the writers' payload of the present frame, None where it has none."""
        return self.executions - 1 if self.fired else None

    needs_time = False
    """Whether it goes by simulated time."""

    def prepare(self) -> None:
        """Called when it fires, before what was made inside it runs."""

    def due(self, frame: int) -> bool:
        """Return whether it fires at captured frame number ``frame`` (0-based since the streams started)."""
        return False

    def restart(self) -> None:
        """Forget all executions."""
        super().restart()
        self.executions = 0
        self.fired = False


class Graph:
    """Nodes and triggers of one stage."""

    def __init__(self, stage: Usd.Stage) -> None:
        self.stage = stage
        self.layers = RandomizationLayers(stage)
        self.context: list[Node] = []
        self.distribution_outputs: dict[str, Any] = {}
        self.turned_cameras: set[Sdf.Path] = set()
        """Xforms of graph cameras whose zero rotation is not USD's: see ``graph.posing``."""
        self.started = False
        self.closed = False
        self.frame = 0
        self.clock = 0.0
        """Seconds that the timeline has played since the streams started."""
        self.pass_number = 0
        self.decals: dict[Sdf.Path, Decal] = {}
        """Projections by the path of their mesh."""
        self.followers: list[Callable[[], None]] = []
        """Called before a frame is rendered: what follows from prims that nodes, scripts or physics have changed."""
        self.seed = get_global_seed()
        self._nodes: list[Node] = []
        self._kinds: Counter[str] = Counter()
        self._events: list[Trigger] = []

    def add(self, node: Node) -> int:
        """Take in a node; return its index among the nodes of its kind that have no seed of their own."""
        self._nodes.append(node)
        if node.seed is not None:
            return -1
        self._kinds[node.kind] += 1
        return self._kinds[node.kind] - 1

    @property
    def triggers(self) -> list[Trigger]:
        """All triggers in authoring order."""
        return [node for node in self._nodes if isinstance(node, Trigger)]

    @property
    def plays_timeline(self) -> bool:
        """Whether a trigger goes by simulated time, so that runs play the timeline."""
        return any(trigger.needs_time for trigger in self.triggers)

    def push(self, node: Node) -> None:
        """Enter the context of a trigger or of prims."""
        self.context.append(node)

    def pop(self, node: Node) -> None:
        """Leave the context of ``node``."""
        if node in self.context:
            del self.context[len(self.context) - 1 - self.context[::-1].index(node):]

    def current_trigger(self) -> Trigger | None:
        """Return the innermost trigger context."""
        return next((node for node in reversed(self.context) if isinstance(node, Trigger)), None)

    def current_targets(self) -> Node | None:
        """Return the node of the innermost prims context."""
        return next((node for node in reversed(self.context) if not isinstance(node, Trigger)), None)

    def start(self) -> None:
        """Begin, where not begun: streams at their first value, counters at zero; then run what no trigger holds."""
        if not self.started:
            self.started = True
            self.frame = 0
            self.clock = 0.0
            self.seed = get_global_seed()
            self.distribution_outputs.clear()
            for node in self._nodes:
                node.restart()
        waiting = [node for node in self._actions(None) if node.execution < 0]
        if waiting:
            self.pass_number += 1
            for action in waiting:
                action.execute()

    def stop(self) -> None:
        """End: the next ``start`` begins anew."""
        self.started = False
        self._events.clear()

    def close(self) -> None:
        """The stage is closed: nothing runs any more."""
        self.stop()
        self.closed = True
        self.context.clear()
        self.followers.clear()
        self.decals.clear()
        self.layers.close()

    def send_event(self, name: str) -> None:
        """Ask the ``on_custom_event`` triggers called ``name`` to fire with the next update or step."""
        listening = [trigger for trigger in self.triggers if getattr(trigger, "event_name", None) == name]
        if not listening:
            known = sorted({trigger.event_name for trigger in self.triggers if hasattr(trigger, "event_name")})
            _log.warning("No rep.trigger.on_custom_event waits for event %r. Events of this stage: %s.",
                         name, ", ".join(map(repr, known)) or "none")
        self._events.extend(listening)

    @property
    def has_events(self) -> bool:
        """Whether an event is waiting to be handled."""
        return bool(self._events)

    def run_events(self) -> None:
        """Fire the triggers of the events sent since the last call, in the order sent."""
        events, self._events = self._events, []
        for trigger in events:
            self.fire(trigger)

    def fire_due(self) -> list[Trigger]:
        """Fire the triggers that are due at the present frame; return them."""
        due = [trigger for trigger in self.triggers if not trigger.exhausted and trigger.due(self.frame)]
        for trigger in due:
            self.fire(trigger)
        return due

    def fire(self, trigger: Trigger) -> None:
        """Run everything made inside ``trigger``, in authoring order."""
        self.pass_number += 1
        trigger.executions += 1
        trigger.fired = True
        trigger.prepare()
        for action in self._actions(trigger):
            action.execute()

    def settle(self) -> None:
        """Bring what follows other prims up to them."""
        for follow in self.followers:
            follow()

    def end_frame(self) -> None:
        """Count one captured frame."""
        self.frame += 1
        for trigger in self.triggers:
            trigger.fired = False

    def trigger_outputs(self) -> dict[str, int]:
        """Return how often each trigger of this frame has fired before, by name; of time triggers the present sequence."""
        return {trigger.name: number for trigger in self.triggers if (number := trigger.output) is not None}

    def _actions(self, trigger: Trigger | None) -> list[ActionNode]:
        return [node for node in self._nodes if isinstance(node, ActionNode) and node.trigger is trigger]
