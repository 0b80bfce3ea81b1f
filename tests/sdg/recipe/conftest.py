"""Recipes written to temporary files, checked or opened."""

import textwrap

import pytest


@pytest.fixture
def write_recipe(tmp_path):
    """Return a function that writes a recipe (dedented text) and returns its path."""

    def write(text, name="recipe.yaml"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text).lstrip("\n"))
        return path

    return write


@pytest.fixture
def problems(write_recipe):
    """Return a function from recipe text to its findings."""
    from scenewright.sdg.recipe import find_recipe_problems

    def find(text, overrides=()):
        return find_recipe_problems(write_recipe(text), overrides)

    return find


@pytest.fixture
def load(write_recipe):
    """Return a function from recipe text to the checked recipe."""
    from scenewright.sdg.recipe import load_recipe

    def read(text, overrides=()):
        return load_recipe(write_recipe(text), overrides)

    return read


@pytest.fixture
def open_session(load):
    """Return a function from recipe text to an open session; all are closed at the end."""
    from scenewright.sdg.recipe import RecipeSession

    sessions = []

    def start(text, overrides=()):
        session = RecipeSession(load(text, overrides))
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()


@pytest.fixture
def write_usd(tmp_path):
    """Return a function that writes a layer, with the line breaks that closing braces need, and returns its path."""

    def write(name, text):
        path = tmp_path / name
        path.write_text("#usda 1.0\n" + text.replace("}", "\n}"))
        return path

    return write
