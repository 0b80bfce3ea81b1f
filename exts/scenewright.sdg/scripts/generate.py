"""Makes the dataset of a recipe inside Kit, and ends Kit with an exit code: 0 done, 1 failed while running, 2 wrong input.

kit scenewright.sdg.headless.kit --no-window --ext-folder exts --exec "generate.py --recipe R.yaml --out /data/out"
python.sh generate.py --standalone --recipe R.yaml --out /data/out
scenewright exec generate.py --recipe R.yaml --out out                       (the portable host)
"""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

_EXTENSION = "scenewright.sdg"


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options; what is wrong with them ends the script with status 2."""
    parser = argparse.ArgumentParser(prog="generate.py", description="Make the dataset of a recipe inside Kit.")
    parser.add_argument("--recipe", required=True, help="recipe file (YAML)")
    parser.add_argument("--out", help="dataset folder; default: the recipe's output, below the working directory")
    parser.add_argument("--set", action="append", default=[], metavar="KEY.PATH=VALUE", help="change the recipe; repeatable")
    parser.add_argument("--frames", help="how many frames (20), or which (5:8 is 5, 6 and 7)")
    parser.add_argument("--seed", type=int, help="seed, instead of the recipe's")
    parser.add_argument("--overwrite", action="store_true", help="throw away what an earlier run made")
    parser.add_argument("--timeout", type=float, help="seconds without progress after which to give up")
    parser.add_argument("--standalone", action="store_true", help="start SimulationApp: for python.sh")
    return parser.parse_args(arguments)


async def generate(options: argparse.Namespace) -> int:
    """Make the dataset and return the exit code; never raises."""
    try:
        await _application_ready(options.timeout or 300.0)
        _enable_extensions()
        from scenewright.sdg.dataset.request import GenerateRequest
        from scenewright.sdg.jobs import start_job

        # Kit does not resolve relative paths against the caller's directory everywhere.
        output = None if options.out is None else os.path.abspath(options.out)
        request = GenerateRequest(Path(options.recipe).absolute(), output, options.frames, options.seed, tuple(options.set),
                                  overwrite=options.overwrite)
        result = await start_job(request, options.timeout).task
    except asyncio.CancelledError:
        return _failed("the run was cancelled", 1)
    except Exception as error:
        # Errors of the input are told apart by their class: Kit's `sys.modules` may hold the extension anew by now.
        status = getattr(error, "exit_status", 2 if type(error).__name__ == "RecipeError" else 1)
        if status == 1 and type(error).__name__ != "JobStoppedError":
            logging.getLogger(_EXTENSION).error("generate.py failed", exc_info=error)
        return _failed(str(error) or type(error).__name__, status)
    kept = f", {result.kept} were there" if result.kept else ""
    print(f"{result.root}: {result.made} frames made{kept}.", flush=True)
    return 0


async def _application_ready(timeout: float) -> None:
    import omni.kit.app

    app = omni.kit.app.get_app()
    end = asyncio.get_running_loop().time() + timeout
    while not app.is_app_ready():
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(f"The application is not ready after {timeout:g} s. Look at its log for what it waits for.")
        await app.next_update_async()
    await app.next_update_async()


def _enable_extensions() -> None:
    """Enable this extension and the Replicator, where the command line has not.

    Raises:
        RuntimeError: One of them is not there.
    """
    import omni.kit.app

    manager = omni.kit.app.get_app().get_extension_manager()
    for name in ("omni.replicator.core", _EXTENSION):
        if manager.is_extension_enabled(name):
            continue
        if name == _EXTENSION and not manager.get_extension_path(name):
            manager.add_path(str(Path(__file__).resolve().parents[2]))
        manager.set_extension_enabled_immediate(name, True)
        if not manager.is_extension_enabled(name):
            raise RuntimeError(f"The extension {name} cannot be enabled. Start Kit with --ext-folder <folder of extensions> "
                               f"--enable {name}, and look at the log for what it lacks.")


def _failed(message: str, status: int) -> int:
    print(f"error: {message}", file=sys.stderr, flush=True)
    return status


async def _generate_and_quit(options: argparse.Namespace) -> None:
    import omni.kit.app

    status = 1
    try:
        status = await generate(options)
    finally:  # nothing else ends Kit
        omni.kit.app.get_app().post_quit(status)


def _standalone(options: argparse.Namespace) -> None:
    from isaacsim import SimulationApp

    app = SimulationApp({"headless": True})
    status = app.run_coroutine(generate(options))
    if status:  # a failing close does not wait for the writers, but the run has
        import omni.kit.app

        omni.kit.app.get_app().post_quit(status)
    try:
        app.close(exit_code=status)
    except TypeError:  # Isaac Sim 5 has no such parameter
        app.close()


def main() -> None:
    """Parse the command line and start; in a running application this returns at once."""
    try:
        options = parse(sys.argv[1:])
    except SystemExit as request:
        if "omni.kit.app" in sys.modules:
            sys.modules["omni.kit.app"].get_app().post_quit(int(request.code or 0))
        raise
    if options.standalone:
        _standalone(options)
    else:
        import omni.kit.app  # noqa: F401  (there is an application)

        main.task = asyncio.ensure_future(_generate_and_quit(options))  # held: asyncio itself keeps tasks weakly


if __name__ == "__main__":
    main()
