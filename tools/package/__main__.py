"""``python tools/package``: checks the workspace, makes the build files of NVIDIA's tools and one zip per Kit extension.

``--check`` checks and generates without writing anything and without the network; status 1 where something is wrong.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.package.archive import build_zip
from tools.package.build_files import build_files
from tools.package.manifest import Workspace, read_workspace

ROOT = Path(__file__).resolve().parents[2]


def prebundle(workspace: Workspace, extension_path: Path) -> None:
    """Download the wheels that Kit does not carry, for each of its Pythons, into the extension's ``pip_prebundle``.

    Binary modules carry their Python in their names, so one folder serves all of them.

    Raises:
        subprocess.CalledProcessError: pip could not get a wheel.
    """
    target = extension_path / "pip_prebundle"
    target.mkdir(exist_ok=True)
    for version in workspace.kit_pythons:
        with tempfile.TemporaryDirectory() as staging:
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
                            "--only-binary=:all:", "--python-version", version, "--platform", "manylinux2014_x86_64",
                            "--implementation", "cp", "--target", staging, *workspace.prebundle], check=True)
            for file in sorted(Path(staging).rglob("*")):
                copy = target / file.relative_to(staging)
                if file.is_file() and "bin" not in file.relative_to(staging).parts[:1]:
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(file.read_bytes())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools/package", description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--no-prebundle", action="store_true", help="leave pip_prebundle as it is: no network")
    parser.add_argument("--out", type=Path, default=ROOT / "dist/kit", help="folder of what is made")
    options = parser.parse_args(arguments)
    workspace = read_workspace(ROOT)
    for problem in workspace.problems:
        print(f"error: {problem}", file=sys.stderr)
    if workspace.problems:
        return 1
    files = build_files(workspace)
    if options.check:
        counts = f"{len(workspace.extensions)} extensions and {len(files)} build files"
        print(f"{workspace.name} {workspace.version}: {counts} are fine.")
        return 0
    for name, text in files.items():
        target = options.out / "build_files" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for extension in workspace.extensions:
        if extension.prebundle and not options.no_prebundle:
            prebundle(workspace, extension.path)
        print(build_zip(extension, options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
