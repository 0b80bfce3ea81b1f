"""Runs ``exts/scenewright.sdg/scripts/generate.py``, from a checkout: for ``kit --exec`` and ``scenewright exec``."""

import runpy
from pathlib import Path

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).resolve().parents[1] / "exts/scenewright.sdg/scripts/generate.py"), run_name="__main__")
