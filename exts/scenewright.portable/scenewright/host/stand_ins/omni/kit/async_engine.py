"""``omni.kit.async_engine``: starts coroutines from synchronous code."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from scenewright.host.app import get_app

__all__ = ["run_coroutine"]


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Schedule ``coroutine`` on the application's loop; it advances with each update."""
    return get_app().loop.create_task(coroutine)
