"""The WebDataset writer: images and, per frame, a fragment from which `finalise` makes tar shards."""

from typing import Any

from scenewright.sdg.writers.labelled import WriterLabelled

__all__ = ["WriterWebDataset"]


class WriterWebDataset(WriterLabelled):
    """WebDataset shards: ``webdataset`` in a recipe's ``writers``. Parameters are those of ``coco`` up to ``classes``, and:

    ==================== ============ ======================================================================================
    Parameter            Default      Meaning
    ==================== ============ ======================================================================================
    samples_per_shard    1000         images of a shard
    ==================== ============ ======================================================================================

    ================================== =====================================================================================
    Output                             Contents
    ================================== =====================================================================================
    ``images/000007.png``              colour, RGB 8 bit; the ledger's own files, from which shards are made
    ``shards/train-000000.tar``        samples ``000007.png`` and ``000007.json``, in frame order; ``data-…`` without a split
    ================================== =====================================================================================

    The JSON holds the image's keys and ``annotations`` as in COCO, with ``category`` (name) and ``category_id``. Dots in a
    camera's name become ``_``, for a sample's name ends at its first dot. Shards are the same bytes on any machine.

    Example::

        scenewright:
          writers: {webdataset: {image_output_format: jpg}}

    Raises:
        ValueError: if a parameter is out of range.
    """

    format = "webdataset"

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "png",
        frame_padding: int = 6,
        classes: Any = None,
        samples_per_shard: int = 1000,
    ):
        if not isinstance(samples_per_shard, int) or samples_per_shard < 1:
            raise ValueError(f"The writer webdataset: `samples_per_shard` is a whole number from 1, got {samples_per_shard!r}.")
        self._samples = samples_per_shard
        super().__init__(output_dir, backend, semantic_type, image_output_format, frame_padding, classes)

    def constants(self) -> dict[str, Any]:
        """Return the parameters that the shards depend on."""
        return {"classes": self.classes, "samples_per_shard": self._samples}
