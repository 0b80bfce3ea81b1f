import pytest

from scenewright.host.settings import Settings


def test_the_leading_slash_is_optional_and_unknown_paths_are_accepted():
    settings = Settings()
    settings.set("rtx/post/dlss/execMode", 2)
    assert settings.get("/rtx/post/dlss/execMode") == 2
    assert settings.get("/no/such/setting") is None
    assert settings.get_as_int("/no/such/setting") == 0
    assert settings.get("/rtx/post") == {"dlss": {"execMode": 2}}


def test_subscriptions_see_changes_until_they_end():
    settings, seen = Settings(), []
    subscription = settings.subscribe_to_tree_change_events("/rtx", lambda path, kind: seen.append(path))
    settings.set("/rtx/a", 1)
    settings.set("/other", 1)
    settings.unsubscribe_to_change_events(subscription)
    settings.set("/rtx/a", 2)
    assert seen == ["/rtx/a"]


def test_an_empty_path_is_refused():
    with pytest.raises(ValueError, match="setting path"):
        Settings().set("/", 1)
