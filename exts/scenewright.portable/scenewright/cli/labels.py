"""``scenewright labels``: semantic labels by path rule."""

import typer

__all__ = ["app"]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
                  help="Semantic labels of a scene.")


@app.callback()
def _group() -> None:
    pass
