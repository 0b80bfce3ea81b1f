"""The actions of the extension: what menus, hotkeys and other extensions call by name through ``omni.kit.actions.core``."""

from pathlib import Path

from scenewright.sdg.jobs import GenerateJob, start_job, stop_all_jobs

__all__ = ["TABLE", "generate", "stop", "validate"]


def validate(recipe: str) -> list[str]:
    """Return what is wrong with a recipe file, a finding each; empty when it can be run."""
    from scenewright.sdg.recipe import find_recipe_problems

    return [str(finding) for finding in find_recipe_problems(Path(recipe).absolute())]


def generate(recipe: str, output: str | None = None, frames: str | None = None, seed: int | None = None,
             overwrite: bool = False) -> GenerateJob:
    """Start making the dataset of a recipe and return the job at once.

    Args:
        recipe: recipe file.
        output: dataset folder; None = the recipe's.
        frames: "N" or "A:B"; None = all.
        seed: replaces the recipe's seed.
        overwrite: throw away what an earlier run made.
    """
    from scenewright.sdg.dataset.request import GenerateRequest

    folder = None if output is None else Path(output).absolute()
    return start_job(GenerateRequest(Path(recipe).absolute(), folder, frames, seed, overwrite=overwrite))


def stop() -> int:
    """Stop every run in progress, keeping its finished frames; return how many there were."""
    return stop_all_jobs("it was stopped by the action scenewright.sdg/stop")


TABLE = (
    ("validate", validate, "Validate recipe"),
    ("generate", generate, "Generate dataset"),
    ("stop", stop, "Stop generating"),
)
"""Name, function and title of each action."""
