import pytest

from scenewright.host.timeline import Timeline


def test_time_advances_only_while_playing():
    timeline = Timeline()
    timeline.tick()
    assert timeline.get_current_time() == 0.0
    timeline.play()
    timeline.tick()
    timeline.tick()
    assert timeline.get_current_time() == pytest.approx(2 / 60)
    timeline.pause()
    timeline.tick()
    assert timeline.get_current_time() == pytest.approx(2 / 60)
    timeline.stop()
    timeline.commit()
    assert timeline.get_current_time() == 0.0


def test_looping_wraps_and_not_looping_pauses_at_the_end():
    timeline = Timeline()
    timeline.set_end_time(1.0)
    timeline.play()
    timeline.commit()
    timeline.advance(1.25)
    assert timeline.get_current_time() == pytest.approx(0.25)
    timeline.set_looping(False)
    timeline.advance(5.0)
    assert timeline.get_current_time() == 1.0
    assert not timeline.is_playing()


def test_a_rate_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="positive"):
        Timeline().set_time_codes_per_second(0)
