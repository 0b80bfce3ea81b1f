"""The images themselves: there, whole, of the stated size, not empty, and no two the same."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.images import TooLargeImage, UnreadableImage, read_image

__all__ = ["SeenImages", "check_image"]


@dataclass
class SeenImages:
    """Which pictures have been seen: the first of each, by folder and contents.

    Attributes:
        first: name of the first picture by folder and digest of its pixels.
    """

    first: dict[tuple[str, bytes], str] = field(default_factory=dict)

    def check(self, pictures: Iterable[tuple[str, bytes | None]], log: CheckLog) -> None:
        """Warn about pictures that are the same as one before, within their folder.

        Args:
            pictures: name and digest, None = not readable.
            log: takes the findings.
        """
        for name, digest in pictures:
            if digest is None:
                continue
            before = self.first.setdefault((name.rpartition("/")[0], digest), name)
            if before != name:
                log.warning("duplicates", name, "", f"it shows the same, pixel by pixel, as {before}.")


def check_image(path: Path, name: str, size: tuple[int, int] | None, log: CheckLog) -> bytes | None:
    """Read one picture.

    Args:
        path: the file.
        name: its path relative to the dataset.
        size: width and height that its labels state; None = they state none.
        log: takes the findings.

    Returns:
        A digest of its pixels; None where it cannot be read.
    """
    try:
        pixels = read_image(path)
    except TooLargeImage as error:
        log.warning("images", name, "", f"the image {error}; it was not compared.")
        return None
    except UnreadableImage as error:
        log.error("images", name, "", f"the image {error}.")
        return None
    log.compared["images"] += 1
    height, width = pixels.shape[:2]
    if size is not None and (width, height) != tuple(size):
        log.error("images", name, "", f"it is {width} × {height}; its labels say {size[0]} × {size[1]}.")
    if (pixels == pixels[:1, :1]).all():
        log.warning("empty images", name, "", f"every pixel has the same colour, {tuple(pixels[0, 0].tolist())}.")
    return hashlib.blake2b(pixels.tobytes(), digest_size=16, salt=f"{width}x{height}".encode()[:16]).digest()
