"""omni.kit.test: test cases as Kit runs them."""

import unittest

import omni.kit.app
from omni.kit.test import AsyncTestCase

steps = []


class Case(AsyncTestCase):
    __test__ = False  # run below, not by pytest

    async def setUp(self):
        await omni.kit.app.get_app().next_update_async()
        steps.append("set up")

    async def test_one(self):
        await omni.kit.app.get_app().next_update_async()
        steps.append("run")

    async def tearDown(self):
        await omni.kit.app.get_app().next_update_async()
        steps.append("torn down")


class Plain(AsyncTestCase):
    __test__ = False

    def setUp(self):
        steps.append("plain")

    def test_one(self):
        self.fail("on purpose")


def test_set_up_and_tear_down_may_be_coroutines():
    steps.clear()
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert result.wasSuccessful() and steps == ["set up", "run", "torn down"]
    unittest.defaultTestLoader.loadTestsFromTestCase(Plain).run(result)
    assert len(result.failures) == 1 and steps[-1] == "plain"
