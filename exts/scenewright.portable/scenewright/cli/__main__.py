"""``scenewright``: dispatches to one module per command and turns exceptions into exit statuses.

Exit status: 0 done, 1 failed while running, 2 the input or the command line is wrong (nothing was written).
"""

import difflib
import importlib
import logging
import os
import sys
from typing import Any

import typer
import typer.core

from scenewright.cli.failures import report_failure

__all__ = ["main"]

#: Command name -> (module, one-line help). A module is imported when its command runs, so ``--help`` is quick.
COMMANDS = {
    "generate": ("generate", "make a labelled dataset from a recipe; resumes by default"),
    "finalise": ("finalise", "check ledgers, join shards and write COCO files"),
    "reproduce": ("reproduce", "make one frame again from its ledger entry and compare"),
    "exec": ("exec_script", "run a Replicator or Isaac Sim standalone script, unmodified"),
    "preview": ("preview", "draw a contact sheet of a recipe with its labels"),
    "validate": ("validate", "check a recipe, a scene or a dataset and print every finding"),
    "assets": ("assets", "import models as USD assets, list and show packs"),
    "layers": ("layers", "compare, merge and check layers that several people share"),
    "labels": ("labels", "write, list and migrate semantic labels by path rule"),
    "report": ("report", "write a page about a dataset, and how far another one is"),
    "view": ("view", "show a dataset in rerun, or save it as a recording"),
    "schema": ("schema", "print the JSON Schema of recipes, for editors"),
    "doctor": ("doctor", "show devices, versions and what works here"),
}


class _Commands(typer.core.TyperGroup):
    """The commands of the table, each imported when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"scenewright.cli.{COMMANDS[cmd_name][0]}")
        if hasattr(module, "app"):  # a command with subcommands
            return typer.main.get_group(module.app)
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(cmd_name, context_settings=getattr(module, "CONTEXT_SETTINGS", None))(module.command)
        return typer.main.get_command(single)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, 1)
            meant = f"Did you mean '{close[0]}'?" if close else f"Commands: {', '.join(COMMANDS)}."
            ctx.fail(f"No such command '{args[0]}'. {meant}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            again = " `generate` goes on when the same command is given again." if "generate" in sys.argv[1:] else ""
            typer.echo(f"interrupted: what was written is intact.{again}", err=True)
            raise SystemExit(130) from None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


app = typer.Typer(cls=_Commands, add_completion=False, no_args_is_help=True, rich_markup_mode=None,
                  pretty_exceptions_enable=False, help="Labelled synthetic data from USD scenes, on any machine.")


@app.callback()
def _options(debug: bool = typer.Option(False, "--debug", help="Show tracebacks and debug messages."),
             quiet: bool = typer.Option(False, "--quiet", "-q", help="Show errors only.")) -> None:
    level = logging.DEBUG if debug else logging.ERROR if quiet else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s: %(message)s", stream=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=arguments, prog_name="scenewright")
    except BrokenPipeError:  # the reader of our output has gone; leave quietly
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if "--debug" in arguments:
            raise
        sys.exit(report_failure(error))


if __name__ == "__main__":
    main()
