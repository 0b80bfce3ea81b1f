"""``omni.kit.test``: the base class of asynchronous tests."""

import unittest

__all__ = ["AsyncTestCase", "AsyncTestCaseFailOnLogError"]


class AsyncTestCase(unittest.IsolatedAsyncioTestCase):
    """A test case whose methods may await updates of the application."""


AsyncTestCaseFailOnLogError = AsyncTestCase
