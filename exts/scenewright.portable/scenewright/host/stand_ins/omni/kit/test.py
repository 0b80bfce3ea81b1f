"""``omni.kit.test``: the base class of asynchronous tests."""

import inspect
import unittest
from collections.abc import Callable
from typing import Any

__all__ = ["AsyncTestCase", "AsyncTestCaseFailOnLogError"]


class AsyncTestCase(unittest.IsolatedAsyncioTestCase):
    """A test case whose methods, ``setUp`` and ``tearDown`` too, may await updates of the application."""

    def _callSetUp(self) -> None:
        self._asyncioRunner.get_loop()
        self._call(self.setUp)
        self._callAsync(self.asyncSetUp)

    def _callTearDown(self) -> None:
        self._callAsync(self.asyncTearDown)
        self._call(self.tearDown)

    def _call(self, method: Callable[[], Any]) -> None:
        if inspect.iscoroutinefunction(method):
            self._callAsync(method)
        else:
            self._asyncioTestContext.run(method)


AsyncTestCaseFailOnLogError = AsyncTestCase
