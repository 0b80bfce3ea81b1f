"""Misspelt keyword arguments, commands and files: what the command line proposes."""

import sys

import pytest

from scenewright.cli.keyword_hint import keyword_hint


class Lamp:
    def __init__(self, color=1, *, strength=2):
        self.strength = strength

    def turn(self, /, angle):
        return angle

    def reset(self, **values):
        self.__init__(**values)


def failure(call):
    with pytest.raises(TypeError) as caught:
        call()
    return caught.value


# Python 3.13 proposes the name itself, and then nothing is appended
PROPOSES = sys.version_info >= (3, 13)


@pytest.mark.parametrize(("call", "hint"), [
    (lambda: Lamp(colour=1), ". Did you mean 'color'? Allowed: color, strength."),
    (lambda: Lamp().reset(strenght=3), ". Did you mean 'strength'? Allowed: color, strength."),
    (lambda: ("é", Lamp().turn(angel=3)), ""),  # the object is a call's result, and calls are not made again
    (lambda: [Lamp][0](q=3), ""),
    (lambda: "x".zfill(width=3), ""),
])  # fmt: skip
def test_the_name_that_was_meant(call, hint):
    error = failure(call)
    assert keyword_hint(error) == ("" if "Did you mean" in str(error) else hint)


@pytest.mark.skipif(PROPOSES, reason="Python proposes the name itself")
def test_names_across_lines_and_beside_other_letters():
    lamp = Lamp()
    hint = keyword_hint(failure(lambda: ("ééé", lamp.turn(
        angel=3,
    ))))  # fmt: skip
    assert hint == ". Did you mean 'angle'? Allowed: angle."
    assert keyword_hint(failure(lambda: len(1, 2))) == "" and keyword_hint(ValueError("x")) == ""


def test_exec_names_the_argument_that_was_meant(scenewright, tmp_path):
    script = tmp_path / "s.py"
    script.write_text("import omni.replicator.core as rep\nw = rep.writers.get('BasicWriter')\nw.initialize(rgbb=True)\n")
    status, _, err = scenewright("exec", script)
    assert status == 1 and f"{script}:3: TypeError: BasicWriter.__init__() got an unexpected keyword" in err
    assert "Did you mean 'rgb'?" in err


def test_what_is_no_script_no_command_and_no_folder(scenewright, tmp_path):
    for name, text in (("a.yaml", "is a recipe; `scenewright generate "), ("a.usda", "is a scene; give a script")):
        (tmp_path / name).write_text("")
        status, _, err = scenewright("exec", tmp_path / name)
        assert status == 2 and text in err
    assert "is a folder; give a Python file" in scenewright("exec", tmp_path)[2]
    status, _, err = scenewright("gnerate", "x")
    assert status == 2 and "No such command 'gnerate'. Did you mean 'generate'?" in err
    assert "Commands: generate, finalise" in scenewright("qqqq")[2]
    assert "There is no file or folder" in scenewright("validate", tmp_path / "gone")[2]
    status, _, err = scenewright("generate", tmp_path / "a.yaml", "-o", tmp_path / "a.yaml" / "out")
    assert status == 2 and "a.yaml is a file, not a folder" in err


def test_a_package_that_is_not_there(scenewright, tmp_path):
    (tmp_path / "s.py").write_text("import no_such_package\n")
    status, _, err = scenewright("exec", tmp_path / "s.py")
    assert status == 1 and f"No module named 'no_such_package'; install the package that has it for {sys.executable}." in err
