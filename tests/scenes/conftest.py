"""Fixtures of the scene tests: the committed scenes, the generator, and a fresh run of it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))  # the generator is a tool, not part of the distribution


@pytest.fixture(scope="session")
def scenes() -> Path:
    return ROOT / "usd_scenes"


@pytest.fixture(scope="session")
def regenerated(tmp_path_factory) -> Path:
    """A folder with both scenes, made again by the command that the scenes' READMEs name."""
    folder = tmp_path_factory.mktemp("regenerated")
    subprocess.run([sys.executable, str(ROOT / "tools" / "generate_tabletop.py"), "-o", str(folder)], check=True, timeout=300)
    return folder
