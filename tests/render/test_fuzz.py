"""Thousands of damaged stages: each ends in finite buffers or in a SceneError, and following edits equals reading anew."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

_WORKER = Path(__file__).parent / "fuzz" / "fuzz_worker.py"
_SECONDS_A_CASE = 10


def run_cases(first, count):
    """Run cases in a process of their own; return their faults, a crash or a hang with the seed that it was at."""
    environment = os.environ | {"SCENEWRIGHT_THREADS": "1"}
    command = [sys.executable, str(_WORKER), str(first), str(count)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120 + _SECONDS_A_CASE * count)
        lines, end = done.stdout.splitlines(), f"ended with status {done.returncode}\n{done.stderr[-2000:]}"
    except subprocess.TimeoutExpired as error:
        lines, end = (error.stdout or b"").decode().splitlines(), "did not end"
    results = [json.loads(line) for line in lines if line.startswith("{")]
    faults = [f"seed {result['seed']}: {fault}" for result in results for fault in result["faults"]]
    if len(results) < count:
        faults.append(f"{lines[-1] if lines else f'seed {first}'}: {end}")
    return faults, results


def test_a_few_damaged_stages():
    faults, results = run_cases(0, 12)
    assert not faults, "\n".join(faults)
    assert sum(result["frames"] for result in results) > 12  # most are drawn in spite of the damage


@pytest.mark.verify
@pytest.mark.parametrize("first", range(10_000, 14_000, 500))
def test_thousands_of_damaged_stages(first):
    workers = os.cpu_count() or 1
    each = -(-500 // workers)
    starts = range(first, first + 500, each)
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda start: run_cases(start, min(each, first + 500 - start)), starts))
    faults = [fault for part, _ in parts for fault in part]
    assert not faults, "\n".join(faults)
    assert any(result["errors"] for _, part in parts for result in part)  # the damage is felt
