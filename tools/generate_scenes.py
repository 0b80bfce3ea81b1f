"""Make `usd_scenes/warehouse`, `usd_scenes/shelf` and `usd_scenes/room` again: their parametric assets and their layers.

Usage: python tools/generate_scenes.py [-o FOLDER] [NAME ...]
"""

import argparse
from pathlib import Path

from scene_generator.scenes import WRITERS

SCENES = Path(__file__).resolve().parent.parent / "usd_scenes"


def main() -> None:
    """Parse the command line and write the scenes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*WRITERS, []], help="scenes to make; all when none is named")
    parser.add_argument("-o", "--output", type=Path, default=SCENES, help="folder that holds the scenes")
    given = parser.parse_args()
    for name in given.names or WRITERS:
        WRITERS[name](given.output / name)


if __name__ == "__main__":
    main()
