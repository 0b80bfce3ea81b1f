"""The command line as a function."""

import pytest

from scenewright.cli.__main__ import main


@pytest.fixture
def scenewright(capsys):
    """Return a function from arguments to (status, standard output, standard error)."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return run
