import asyncio

import pytest

from scenewright.host.app import App


@pytest.fixture
def app():
    application = App()
    yield application
    application.shutdown()


def test_each_await_of_next_update_sees_one_update(app):
    seen = []

    async def watch():
        for _ in range(3):
            await app.next_update_async()
            seen.append(app.get_update_number())
        return "done"

    assert app.run_coroutine(watch()) == "done"
    assert seen == [seen[0], seen[0] + 1, seen[0] + 2]


def test_pending_tasks_are_run_to_their_end_and_their_errors_surface(app):

    async def fail():
        await app.next_update_async()
        raise RuntimeError("in a task")

    app.loop.create_task(fail())
    with pytest.raises(RuntimeError, match="in a task"):
        app.run_pending_tasks()


def test_update_inside_a_task_does_not_pump_asyncio(app):
    order = []

    async def other():
        order.append("other")

    async def nested():
        app.loop.create_task(other())
        app.update()
        order.append("nested")

    app.run_coroutine(nested())
    app.run_pending_tasks()
    assert order == ["nested", "other"]


def test_next_update_works_on_a_foreign_loop(app):

    async def main():
        await app.next_update_async()
        return app.get_update_number()

    assert asyncio.run(main()) == 1


def test_shutdown_hooks_run_once_last_added_first(app):
    order = []
    app.add_shutdown_hook(lambda: order.append("first"))
    app.add_shutdown_hook(lambda: order.append("second"))
    app.shutdown()
    app.shutdown()
    assert order == ["second", "first"]


def test_a_loop_that_waits_for_a_window_to_be_closed_is_told_of_once(app, caplog):
    for _ in range(999):
        assert app.is_running()
        app.update()
    assert "Ctrl-C" not in caplog.text

    async def work():
        await app.next_update_async()

    app.loop.create_task(work())
    app.update()
    assert app.is_running()  # somebody waits for an update: the count begins anew
    for _ in range(2500):
        app.update()
        assert app.is_running()
    assert caplog.text.count("there is no window here: press Ctrl-C") == 1
