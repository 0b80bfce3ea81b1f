"""The Hugging Face writer: images and, per frame, a fragment from which `finalise` makes an image folder or parquet files."""

import importlib.util
from typing import Any

from scenewright.sdg.writers.labelled import LabelledView, WriterLabelled

__all__ = ["WriterHuggingFace"]

_FORMS = ("imagefolder", "parquet")


class WriterHuggingFace(WriterLabelled):
    """Hugging Face ``datasets``: ``huggingface`` in a recipe's ``writers``. Parameters are those of ``coco``, and:

    ==================== ============= =====================================================================================
    Parameter            Default       Meaning
    ==================== ============= =====================================================================================
    form                 "imagefolder" imagefolder, or parquet with the images inside (needs the extra ``[parquet]``)
    ==================== ============= =====================================================================================

    ================================== =====================================================================================
    Output                             Contents
    ================================== =====================================================================================
    ``images/000007.png``              colour, RGB 8 bit; the ledger's own files
    ``data/train/000007.png``          the same files (hard links where the file system has them), by split
    ``data/train/metadata.jsonl``      a row for each image
    ``data/train-00000.parquet``       instead of the folders, with ``form: parquet``
    ================================== =====================================================================================

    A row has image_id, width, height, frame, camera and ``objects``: lists of id, bbox ([x, y, width, height] [pixel]), area,
    category (name), category_id and prim_path. Without a split all rows are in train. Open with ``load_dataset("imagefolder",
    data_dir="OUT/data")`` or ``load_dataset("parquet", data_dir="OUT/data")``.

    Example::

        scenewright:
          writers: {huggingface: {form: parquet}}

    Raises:
        ValueError: if ``form`` is none of the above.
        ImportError: if parquet is asked for and the extra is not installed.
    """

    format = "huggingface"

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "png",
        frame_padding: int = 6,
        classes: Any = None,
        form: str = "imagefolder",
    ):
        if form not in _FORMS:
            raise ValueError(f"Unknown form {form!r} of huggingface. Allowed: {', '.join(_FORMS)}.")
        if form == "parquet" and importlib.util.find_spec("pyarrow") is None:
            raise ImportError(
                "The writer huggingface needs the 'parquet' extra for form parquet: pip install 'scenewright[parquet]' "
                "(package pyarrow), or form: imagefolder."
            )
        self._form = form
        super().__init__(output_dir, backend, semantic_type, image_output_format, frame_padding, classes)

    def constants(self) -> dict[str, Any]:
        """Return the parameters that the dataset's files depend on."""
        return {"classes": self.classes, "form": self._form}

    def annotate(self, view: LabelledView, annotation: dict[str, Any]) -> None:
        """Take the mask out: rows have boxes."""
        del annotation["segmentation"]
