"""What a run was asked for: plain values that travel to worker processes, before any host is active there."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["GenerateRequest"]


@dataclass(frozen=True)
class GenerateRequest:
    """What `scenewright generate` was asked for.

    Attributes:
        recipe: recipe file.
        output: dataset folder; None = the recipe's ``output``, below the working directory.
        frames: "N" or "A:B"; None = all.
        seed: replaces the recipe's seed.
        overrides: ``key.path=value`` texts.
        device: "cpu" or "cuda:N".
        workers: processes that share the frames.
        shard: "I/N": make only the I-th of N parts.
        overwrite: throw away what an earlier run made.
        default_output: dataset folder where neither ``output`` nor the recipe says; "" = ``out``.
    """

    recipe: Path
    output: Path | str | None = None
    frames: str | None = None
    seed: int | None = None
    overrides: tuple[str, ...] = ()
    device: str = "cpu"
    workers: int = 1
    shard: str | None = None
    overwrite: bool = False
    default_output: str = ""
