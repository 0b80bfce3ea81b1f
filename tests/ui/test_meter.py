import pytest

from scenewright.ui.model.meter import RunMeter, duration_text


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_the_rate_leaves_out_preparation_and_pauses():
    clock = Clock()
    meter = RunMeter(clock)
    meter.start(11)
    clock.now += 60  # compiling
    meter.update(1)
    assert meter.rate is None and meter.seconds_left is None
    clock.now += 2
    meter.update(5)
    assert meter.rate == pytest.approx(2.0)
    meter.pause()
    clock.now += 1000
    meter.resume()
    assert meter.elapsed == pytest.approx(62)
    assert meter.seconds_left == pytest.approx(3.0)
    clock.now += 1
    meter.update(7)
    assert meter.rate == pytest.approx(2.0)
    assert meter.text() == "7 of 11 frames · 2.0 frames/s · 2 s left"
    assert meter.fraction == pytest.approx(7 / 11)


def test_time_left_runs_down_between_frames_and_never_below_zero():
    clock = Clock()
    meter = RunMeter(clock)
    meter.start(3)
    meter.update(1)
    clock.now += 10
    meter.update(2)
    clock.now += 4
    assert meter.seconds_left == pytest.approx(6)
    clock.now += 40
    assert meter.seconds_left == 0.0
    assert "10.0 s per frame" in meter.text()


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (3725, "1 h 02 min")])
def test_durations_as_people_say_them(seconds, text):
    assert duration_text(seconds) == text
