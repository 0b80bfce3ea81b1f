"""`scenewright generate` as a process: killed, resumed, with workers; exit statuses and what is printed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scenewright.sdg.dataset.files import dataset_files

RECIPE = Path(__file__).parents[1] / "sdg" / "dataset" / "data" / "small.yaml"


def _command(*arguments):
    return [sys.executable, "-m", "scenewright.cli", *map(str, arguments)]


def _run(*arguments, cwd=None):
    return subprocess.run(_command(*arguments), capture_output=True, text=True, timeout=240, cwd=cwd, check=False)


def _start(*arguments):
    return subprocess.Popen(_command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def _committed(out):
    ledgers = [*out.glob(".scenewright/parts/*"), *out.glob("ledger.jsonl")]
    return sum(path.read_bytes().count(b'"kind":"frame"') for path in ledgers)


def _kill_when(process, condition):
    """SIGKILL the process alone (not its workers) when the condition holds; return whether it was still running."""
    deadline = time.monotonic() + 120
    while process.poll() is None and not condition() and time.monotonic() < deadline:
        time.sleep(0.001)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


def test_killed_and_started_again_the_bytes_are_the_same(tmp_path):
    frames = ("--frames", "40")
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for goal in (1, 12):
        assert _kill_when(_start("generate", RECIPE, "-o", killed, *frames), lambda goal=goal: _committed(killed) >= goal)
    assert not (killed / "annotations").exists()
    resumed = _run("generate", RECIPE, "-o", killed, *frames)
    assert resumed.returncode == 0, resumed.stderr
    assert "were there" in resumed.stdout
    two = _run("generate", RECIPE, "-o", whole, *frames, "--workers", "2")
    assert (two.returncode, two.stderr) == (0, "")
    assert dataset_files(killed) == dataset_files(whole)


@pytest.mark.verify
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_random_moments(tmp_path, workers):
    rng = random.Random(5)
    options = ("--frames", "120", "--workers", workers)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    assert _run("generate", RECIPE, "-o", whole, "--frames", "120").returncode == 0
    rounds = 0
    while True:
        process = _start("generate", RECIPE, "-o", killed, *options)
        end = time.monotonic() + rng.uniform(0.2, 4.0)
        if not _kill_when(process, lambda end=end: time.monotonic() > end):
            assert process.returncode == 0
            break
        rounds += 1
        if rounds == 15:
            assert _run("generate", RECIPE, "-o", killed, *options).returncode == 0
            break
    assert dataset_files(killed) == dataset_files(whole)


def test_workers_end_with_their_parent(tmp_path):
    process = _start("generate", RECIPE, "-o", tmp_path / "out", "--frames", "4000", "--workers", "2")
    assert _kill_when(process, lambda: _committed(tmp_path / "out") >= 2)  # the first one is the parent's own
    time.sleep(0.5)
    before = _committed(tmp_path / "out")
    time.sleep(0.5)
    assert _committed(tmp_path / "out") == before


def test_a_killed_worker_ends_the_run_readably(tmp_path):
    psutil = pytest.importorskip("psutil")
    process = subprocess.Popen(_command("generate", RECIPE, "-o", tmp_path / "out", "--frames", "4000", "--workers", "2"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while _committed(tmp_path / "out") < 2 and process.poll() is None:
        time.sleep(0.01)
    workers = [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    workers[0].send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("error: A worker process ended unexpectedly (signal SIGKILL)")
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([RECIPE, "--device", "cuda:7"], "--device cuda:7: this machine has"),
        ([RECIPE, "--set", "sampels=2"], "samples"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(tmp_path, arguments, message):
    result = _run("generate", *arguments, "-o", "out", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert os.listdir(tmp_path) == []


def test_a_file_size_limit_stands_in_for_a_full_disk(tmp_path):
    assert _run("generate", RECIPE, "-o", tmp_path / "whole").returncode == 0  # leaves compiled kernels, too
    script = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); "
        "from scenewright.cli.__main__ import main; main()"
    )
    command = [sys.executable, "-c", script, "generate", str(RECIPE), "-o", str(tmp_path / "out")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert result.returncode == 1
    assert "File too large" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert _run("generate", RECIPE, "-o", tmp_path / "out").returncode == 0
    assert dataset_files(tmp_path / "out") == dataset_files(tmp_path / "whole")


def test_finalise_reproduce_and_preview(tmp_path):
    for shard in ("1/2", "2/2"):
        assert _run("generate", RECIPE, "-o", tmp_path / shard[0], "--frames", "4", "--shard", shard).returncode == 0
    joined = _run("finalise", tmp_path / "1", tmp_path / "2")
    assert (joined.returncode, joined.stderr) == (0, "")
    assert "4 frames" in joined.stdout
    again = _run("reproduce", tmp_path / "1", "--frame", "3")
    assert again.returncode == 0, again.stdout + again.stderr
    assert all(line.startswith("equal ") for line in again.stdout.splitlines())
    (tmp_path / "1" / "rgb_0003.png").write_bytes(b"changed")
    assert _run("finalise", tmp_path / "1").returncode == 1
    sheet = _run("preview", RECIPE, "-o", tmp_path / "sheet.png", "-n", "2")
    assert sheet.returncode == 0, sheet.stderr
    assert (tmp_path / "sheet.png").stat().st_size > 1000
