"""The image chain of a recipe: ``camera_image`` of its settings, put on what its writers call ``rgb``."""

from typing import Any

import omni.replicator.core as rep

from scenewright.sdg.variation.image_chain import CameraImage, camera_image, parameters_of

__all__ = ["augment_writer", "chain_of"]


def chain_of(settings: dict[str, bool | int | float]) -> CameraImage | None:
    """Return the image chain of a recipe's settings, None where they ask for none.

    Raises:
        ValueError: There is no such step, or a value is wrong.
    """
    if not settings:
        return None
    known = CameraImage.__dataclass_fields__
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise ValueError(f"camera_image has no step '{unknown[0]}'. It has: {', '.join(known)}.")
    return CameraImage(**settings)


def augment_writer(writer: Any, chain: CameraImage | None) -> None:
    """Put an image chain on the ``rgb`` annotator of a writer, where it has one; noise differs from frame to frame."""
    names = {given if isinstance(given, str) else given.get_name() for given in writer.get_annotators()}
    if chain is None or "rgb" not in names:
        return
    values = {"seed": None, **parameters_of(chain)}  # Replicator puts a number of the frame in place of None
    augmentation = rep.annotators.Augmentation.from_function(camera_image, **values)
    writer.augment_annotator("rgb", augmentation)
