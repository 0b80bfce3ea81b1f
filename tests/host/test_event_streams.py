"""Event streams as scripts of Isaac Sim 5 and before subscribe to them."""

import carb
import omni.kit.app
import omni.timeline
import omni.usd
import pytest


@pytest.fixture
def timeline():
    omni.usd.get_context().new_stage()
    timeline = omni.timeline.get_timeline_interface()
    yield timeline
    timeline.stop()
    timeline.commit()
    omni.usd.get_context().close_stage()


def test_the_timeline_tells(timeline):
    seen, every = [], []
    stream = timeline.get_timeline_event_stream()
    ticked = int(omni.timeline.TimelineEventType.CURRENT_TIME_TICKED)
    ticks = stream.create_subscription_to_pop_by_type(
        ticked, lambda event: seen.append((event.type, event.payload["currentTime"])))
    everything = stream.create_subscription_to_pop(lambda event: every.append(event.type), name="all")
    timeline.play()
    omni.kit.app.get_app().update()
    omni.kit.app.get_app().update()
    timeline.pause()
    omni.kit.app.get_app().update()
    assert [kind for kind, _ in seen] == [ticked] * 2 and seen[1][1] == pytest.approx(2 / 60)
    kinds = omni.timeline.TimelineEventType
    assert every == [kinds.PLAY, ticked, ticked, kinds.PAUSE]
    ticks.unsubscribe()
    everything = None  # noqa: F841 - letting go ends it too
    timeline.play()
    omni.kit.app.get_app().update()
    assert len(seen) == 2 and len(every) == 4
    with pytest.raises(ValueError, match="no events of type 99"):
        stream.create_subscription_to_pop_by_type(99, print)


def test_the_stage_tells(timeline):
    seen = []
    context = omni.usd.get_context()
    closing = context.get_stage_event_stream().create_subscription_to_pop_by_type(
        int(omni.usd.StageEventType.CLOSING), lambda event: seen.append(omni.usd.StageEventType(event.type).name))
    context.new_stage()
    assert seen == ["CLOSING"]
    closing.unsubscribe()


def test_the_message_bus_and_updates(timeline):
    number, app, seen = carb.events.type_from_string("my.event"), omni.kit.app.get_app(), []
    assert number == carb.events.type_from_string("my.event") != carb.events.type_from_string("my.evend")
    bus = app.get_message_bus_event_stream()

    def hear(event: carb.events.IEvent) -> None:
        seen.append(event.payload["value"])
    subscription = bus.create_subscription_to_pop_by_type(number, hear)
    bus.push(number, payload={"value": 3})
    updates = app.get_update_event_stream().create_subscription_to_pop(lambda event: seen.append("update"))
    app.update()
    assert seen == [3, "update"]
    subscription.unsubscribe()
    updates.unsubscribe()
