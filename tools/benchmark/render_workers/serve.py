"""The loop of a worker: orders come as JSON lines on stdin, answers go as JSON lines to stdout."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

import numpy as np

__all__ = ["claim_stdout", "serve"]


def claim_stdout() -> TextIO:
    """Return a stream to stdout and send everything else that is printed to stderr: renderers chatter."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def serve(answers: TextIO, name: str, modes: dict[str, Callable[[dict], dict[str, np.ndarray]]]) -> None:
    """Answer orders until stdin ends.

    An order holds ``mode`` (a key of ``modes``), what the mode needs, and maybe ``save``, a path for the images (.npz). The
    answer holds wall and CPU seconds of the call.

    Args:
        answers: Where answers go, from :func:`claim_stdout`.
        name: What to call the renderer, with its version.
        modes: Functions that render and return images by name.
    """
    def answer(**values: Any) -> None:
        answers.write(json.dumps(values) + "\n")
        answers.flush()

    answer(name=name, modes=sorted(modes))
    for line in sys.stdin:
        order = json.loads(line)
        try:
            begin, begin_cpu = time.perf_counter(), time.process_time()
            images = modes[order["mode"]](order)
            seconds, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
        except Exception as error:  # the table says what a renderer could not do
            answer(error=f"{type(error).__name__}: {error}".splitlines()[0][:200])
            continue
        if order.get("save"):
            np.savez(order["save"], **images)
        answer(seconds=seconds, cpu=cpu)
