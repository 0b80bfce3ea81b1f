"""Make `usd_scenes/tabletop` and the stage of `usd_scenes/turntable` again from their parametric models.

Usage: python tools/generate_tabletop.py [-o FOLDER]
"""

import argparse
from pathlib import Path

from tabletop_generator.tabletop import write_tabletop
from tabletop_generator.turntable import write_turntable

SCENES = Path(__file__).resolve().parent.parent / "usd_scenes"


def main() -> None:
    """Parse the command line and write the scenes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=SCENES, help="folder that holds tabletop/ and turntable/")
    output = parser.parse_args().output
    write_tabletop(output / "tabletop")
    write_turntable(output / "turntable")


if __name__ == "__main__":
    main()
