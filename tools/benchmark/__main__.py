"""``python tools/benchmark CASE``: measures the project on this machine. Nothing here asserts a time."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tools.benchmark import annotators, memory, render, sdg, variation, writes, writing

CASES = {"sdg": sdg, "annotators": annotators, "render": render, "memory": memory, "variation": variation,
         "writes": writes, "writing": writing}


def main() -> None:
    """Run one case with its options."""
    parser = argparse.ArgumentParser(prog="tools/benchmark", description=__doc__)
    cases = parser.add_subparsers(dest="case", required=True)
    for name, module in CASES.items():
        module.add_options(cases.add_parser(name, help=module.__doc__.splitlines()[0]))
    options = parser.parse_args()
    CASES[options.case].run(options)


if __name__ == "__main__":
    main()
