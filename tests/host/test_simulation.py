"""The physics that a timeline drives, with an engine that only counts."""

import pytest

from scenewright.host.settings import get_settings
from scenewright.host.simulation import Simulation
from scenewright.host.timeline import Timeline


class Counting:
    def __init__(self, rate=60.0):
        self.rate, self.steps, self.published, self.resets = rate, [], 0, 0

    def steps_per_second(self):
        return self.rate

    def step(self, seconds):
        self.steps.append(seconds)

    def publish(self):
        self.published += 1

    def reset(self):
        self.resets += 1


@pytest.fixture
def driven():
    engine, timeline = Counting(), Timeline()
    return engine, timeline, Simulation(timeline, lambda: engine)


def test_steps_are_never_longer_than_the_scene_asks_for(driven):
    engine, timeline, _ = driven
    timeline.set_time_codes_per_second(30)
    timeline.play()
    timeline.tick()
    assert engine.steps == pytest.approx([1 / 60, 1 / 60])
    assert engine.published == 1
    timeline.advance(0.02)
    assert engine.steps[2:] == pytest.approx([0.01, 0.01])


def test_nothing_moves_while_the_timeline_stands_still(driven):
    engine, timeline, _ = driven
    timeline.tick()
    timeline.forward_one_frame()
    timeline.play()
    timeline.pause()
    timeline.tick()
    assert engine.steps == []


def test_a_stop_resets_and_a_pause_does_not(driven):
    engine, timeline, simulation = driven
    timeline.play()
    timeline.tick()
    timeline.pause()
    timeline.commit()
    assert (engine.resets, simulation.time) == (0, pytest.approx(1 / 60))
    timeline.stop()
    timeline.commit()
    assert (engine.resets, simulation.time) == (1, 0.0)


def test_subscribers_hear_of_each_step_in_order_until_they_leave(driven):
    _, timeline, simulation = driven
    heard = []
    simulation.subscribe(lambda dt, context: heard.append(("late", dt)), order=5)
    early = simulation.subscribe(lambda dt, context: heard.append(("early", dt)), order=1)
    simulation.subscribe(lambda dt, context: heard.append(("before", context.simulation_time)), pre_step=True)
    timeline.play()
    timeline.tick()
    assert heard == [("before", pytest.approx(1 / 60)), ("early", pytest.approx(1 / 60)), ("late", pytest.approx(1 / 60))]
    early.unsubscribe()
    early.unsubscribe()
    timeline.tick()
    assert [name for name, _ in heard[3:]] == ["before", "late"]


def test_simulations_can_be_switched_off(driven):
    engine, timeline, _ = driven
    get_settings().set("/app/player/playSimulations", False)
    try:
        timeline.play()
        timeline.tick()
    finally:
        get_settings().set("/app/player/playSimulations", True)
    assert engine.steps == []


def test_without_an_engine_steps_are_told_all_the_same():
    timeline, heard = Timeline(), []
    Simulation(timeline, lambda: None).subscribe(lambda dt, context: heard.append(dt))
    timeline.play()
    timeline.tick()
    assert heard == pytest.approx([1 / 60])
