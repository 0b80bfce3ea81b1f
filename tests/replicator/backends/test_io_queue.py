"""The queue: bounded, loud about failures, drained at exit."""

import errno
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from scenewright.replicator.backends.io_queue import IoQueue, WriteError


@pytest.fixture
def make_queue():
    queues = []

    def make(**kwargs):
        queues.append(IoQueue(**kwargs))
        return queues[-1]

    yield make
    for queue in queues:
        queue.close()


def test_runs_everything(make_queue):
    queue, done = make_queue(threads=3), []
    futures = [queue.schedule(lambda i: done.append(i) or i * i, i) for i in range(50)]
    queue.wait_until_done()
    assert sorted(done) == list(range(50)) and [f.result() for f in futures] == [i * i for i in range(50)]
    assert queue.is_done_writing() and queue.pending_bytes() == 0


@pytest.mark.parametrize(("limits", "admitted"), [({"entries": 3}, 3), ({"max_bytes": 2 * 2**20 + 5000}, 2)])
def test_blocks_at_its_bound(make_queue, limits, admitted):
    queue = make_queue(threads=1, **limits)
    gate, scheduled = threading.Event(), []

    def produce():
        for i in range(6):
            queue.schedule(lambda data: gate.wait(10), np.zeros(2**20, np.uint8))
            scheduled.append(i)

    producer = threading.Thread(target=produce)
    producer.start()
    producer.join(0.3)
    assert len(scheduled) == admitted and not queue.is_done_writing()
    gate.set()
    producer.join(10)
    queue.wait_until_done()
    assert len(scheduled) == 6


def test_a_call_larger_than_the_bound_is_admitted_alone(make_queue):
    queue = make_queue(threads=1, max_bytes=10)
    queue.schedule(lambda data: None, np.zeros(10**6, np.uint8))
    queue.schedule(lambda data: None, np.zeros(10**6, np.uint8))
    queue.wait_until_done()


def test_failures_are_raised_once_with_path_and_remedy(make_queue):
    queue = make_queue(threads=1)

    def fail(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    gate = threading.Event()
    queue.schedule(gate.wait, 10)
    for name in ("rgb_0000.png", "rgb_0001.png"):
        queue.schedule(fail, path=name)
    gate.set()
    with pytest.raises(WriteError, match=r"rgb_0000\.png: No space left on device.*free some space.*1 more") as error:
        queue.wait_until_done()
    assert error.value.errno == errno.ENOSPC and error.value.path == "rgb_0000.png" and error.value.failures == 2
    queue.wait_until_done()


def test_a_failure_stops_the_next_schedule(make_queue):
    queue, ran = make_queue(threads=1), []
    queue.schedule(lambda: 1 / 0)
    while not queue.is_done_writing():
        pass
    with pytest.raises(WriteError, match="division by zero"):
        queue.schedule(ran.append, 1)
    queue.schedule(ran.append, 2)
    queue.wait_until_done()
    assert ran == [2]


def test_a_call_may_schedule_calls(make_queue):
    queue, ran = make_queue(threads=1, entries=1), []
    queue.schedule(lambda: queue.schedule(ran.append, 1))
    queue.wait_until_done()
    assert ran == [1]


@pytest.mark.parametrize("limits", [{"threads": 0}, {"entries": 0}, {"max_bytes": 0}])
def test_bounds_are_at_least_one(limits):
    with pytest.raises(ValueError, match=">= 1"):
        IoQueue(**limits)


def test_the_interpreter_drains_the_queue_when_it_exits(tmp_path):
    script = ("import sys, time\n"
              "from scenewright.replicator.backends import DiskBackend\n"
              "backend = DiskBackend(output_dir=sys.argv[1])\n"
              "def slow(path, data):\n"
              "    time.sleep(0.02)\n"
              "    open(path, 'w').write(data)\n"
              "for i in range(20):\n"
              "    backend.schedule(slow, path=f'{i}.txt', data='x')\n"
              "def fail(path):\n"
              "    raise OSError(28, 'No space left on device')\n"
              "backend.schedule(fail, path='last.txt')\n")
    result = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0
    assert len(os.listdir(tmp_path)) == 20
    assert "last.txt: No space left on device" in result.stderr


def test_discarding_drops_whole_frames_and_finishes_the_one_that_has_begun(make_queue):
    queue, gate, done = make_queue(threads=1), threading.Event(), []
    begun = threading.Event()
    with queue.hold():
        queue.schedule(lambda: begun.set() or gate.wait(10))
        queue.schedule(done.append, "rest of frame 0")
    with queue.hold():
        waiting = [queue.schedule(done.append, name) for name in ("frame 1", "more of frame 1")]
    alone = queue.schedule(done.append, "frame 2")
    assert begun.wait(10)
    assert queue.discard() == 3
    gate.set()
    queue.wait_until_done()
    assert done == ["rest of frame 0"] and all(future.cancelled() for future in [*waiting, alone])
    queue.schedule(done.append, "later")
    queue.wait_until_done()
    assert done == ["rest of frame 0", "later"] and queue.pending_bytes() == 0
