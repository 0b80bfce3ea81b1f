"""Making git merge and show layers with scenewright: attributes of the repository and settings of the clone."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import write_bytes

__all__ = ["ATTRIBUTES", "install_git_driver"]

#: Lines of ``.gitattributes``. Crates are shown as text; git never touches their line ends.
ATTRIBUTES = (
    "*.usda merge=scenewright",
    "*.usdc merge=scenewright diff=scenewright -text",
    "*.usd merge=scenewright diff=scenewright -text",
)


def install_git_driver(folder: Path) -> list[str]:
    """Set up the merge and diff drivers in the git repository that holds ``folder``; doing it again changes nothing.

    ``.gitattributes`` is shared with everyone by committing it. Git keeps commands in each clone's own settings, so everybody
    runs this once per clone; in a clone without it git merges text layers line by line and crates not at all.

    Returns:
        What was written, a line each.

    Raises:
        LayerError: There is no git, or ``folder`` lies in no repository.
    """
    root = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
    attributes = root / ".gitattributes"
    lines = attributes.read_text(encoding="utf-8").splitlines() if attributes.exists() else []
    missing = [line for line in ATTRIBUTES if line not in lines]
    if missing:
        write_bytes("\n".join([*lines, *missing, ""]).encode(), attributes)
    program = _program()
    settings = {
        "merge.scenewright.name": "USD layers, property by property",
        "merge.scenewright.driver": f"{program} layers merge %O %A %B -o %A --name %P",
        "diff.scenewright.textconv": f"{program} layers cat",
        "diff.scenewright.cachetextconv": "true",
    }
    for key, value in settings.items():
        _git(root, "config", "--local", key, value)
    told = [f"{attributes}: {line}" for line in missing] or [f"{attributes}: has its lines already"]
    return told + [f"git config {key} = {value}" for key, value in settings.items()]


def _program() -> str:
    """Return how a shell calls this program, whatever its PATH is."""
    beside = Path(sys.executable).with_name("scenewright")
    found = str(beside) if beside.exists() else shutil.which("scenewright")
    return shlex.quote(found) if found else f"{shlex.quote(sys.executable)} -m scenewright.cli"


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        if not folder.is_dir():
            raise LayerError(f"{folder}: there is no such folder.") from None
        raise LayerError("git is not installed, or not on PATH.") from None
    except NotADirectoryError:
        raise LayerError(f"{folder}: this is no folder.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise LayerError(f"{folder}: git {arguments[0]} failed: {said[0] if said else 'no message'}")
    return done.stdout
