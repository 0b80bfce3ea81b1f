"""Where on this machine the recipe of a dataset lies: a note beside the dataset, not part of its bytes."""

import json
import os
from pathlib import Path

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import PRIVATE_FOLDER, write_file_atomic

__all__ = ["read_origin", "write_origin"]

_NAME = "origin.json"


def write_origin(root: str | os.PathLike, recipe: str | os.PathLike) -> None:
    """Note the recipe file of a dataset."""
    write_file_atomic(Path(root) / PRIVATE_FOLDER / _NAME, json.dumps({"recipe": str(Path(recipe).absolute())}).encode())


def read_origin(root: str | os.PathLike) -> Path:
    """Return the recipe file that a dataset was made from.

    Raises:
        DatasetInputError: if the note is missing.
    """
    path = Path(root) / PRIVATE_FOLDER / _NAME
    try:
        return Path(json.loads(path.read_bytes())["recipe"])
    except (OSError, ValueError, KeyError) as error:
        raise DatasetInputError(f"{path} does not say where the recipe lies ({error}). Give --recipe.") from error
