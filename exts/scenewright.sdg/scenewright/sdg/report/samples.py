"""The pictures that the report shows: evenly taken, the extremes, near-duplicates; small, with layers for their labels."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape

import numpy as np
from PIL import Image

from scenewright.sdg.dataset.drawing import Shown, label_layer, name_places, sheet_font
from scenewright.sdg.reading.images import UnreadableImage, read_image
from scenewright.sdg.reading.pictures import Picture, Seen
from scenewright.sdg.report.image_measures import ImageMeasures

__all__ = ["Chosen", "SampleChooser", "data_uri", "sample_figure", "thumbnail_uri"]

_WIDTH = 640
_QUALITY = 82
_EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b).bit_count() == 1]


@dataclass(frozen=True)
class Chosen:
    """A picture to show.

    Attributes:
        picture: the picture.
        why: what it is an example of; "" = of nothing in particular.
    """

    picture: Picture
    why: str = ""


@dataclass
class SampleChooser:
    """Chooses while a dataset is gone through.

    Args:
        total: number of pictures.
        count: how many to take evenly.
        extremes: take the darkest, the most crowded and so on, too.
    """

    total: int
    count: int
    extremes: bool = True
    _even: dict[int, Picture] = field(default_factory=dict)
    _extremes: dict[str, tuple[float, int, Picture]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._wanted = {round(i) for i in np.linspace(0, max(0, self.total - 1), max(0, min(self.count, self.total)))}

    def look(self, number: int, picture: Picture, measures: ImageMeasures | None) -> None:
        """Consider a picture."""
        if number in self._wanted:
            self._even[number] = picture
        if measures is None or not self.extremes:
            return
        self._consider("most objects", float(len(picture.objects)), number, picture)
        self._consider("darkest", -measures.brightness, number, picture)
        self._consider("brightest", measures.brightness, number, picture)
        if not picture.objects:
            self._consider("without objects", 0.0, number, picture)
        hidden = [1.0 - item.visible for item in picture.objects if item.visible is not None and item.visible > 0]
        if hidden:
            self._consider("most hidden", float(np.mean(hidden)), number, picture)

    def chosen(self) -> list[Chosen]:
        """Return what was chosen: evenly taken ones in order, then extremes that are not among them."""
        found = [Chosen(self._even[number]) for number in sorted(self._even)]
        if self.total <= len(self._even):
            names = {picture.name: why for why, (_, _, picture) in self._extremes.items()}
            return [replace(item, why=names.get(item.picture.name, "")) for item in found]
        taken = set(self._even)
        for why, (_, number, picture) in self._extremes.items():
            if number not in taken:
                taken.add(number)
                found.append(Chosen(picture, why))
        return found

    def _consider(self, why: str, value: float, number: int, picture: Picture) -> None:
        if why not in self._extremes or value > self._extremes[why][0]:
            self._extremes[why] = (value, number, picture)


def sample_figure(chosen: Chosen, colors: Mapping[str, tuple[int, int, int]], classes: Mapping[str, int], number: int) -> str:
    """Return a figure of one picture with its layers; a picture that cannot be read is one sentence instead."""
    picture = chosen.picture
    badge = f'<span class="badge">{escape(chosen.why)}</span>' if chosen.why else ""
    caption = f"<figcaption><span>{escape(_caption(picture))}</span>{badge}</figcaption>"
    try:
        pixels = read_image(picture.path, _WIDTH)
    except UnreadableImage as error:
        return f'<figure class="sample gone"><p>{escape(picture.name)} {escape(str(error))}.</p>{caption}</figure>'
    height, width = pixels.shape[:2]
    if not picture.width:  # labels of a YOLO file are shares of the image
        picture = replace(picture, objects=())
    masks = _mask_layer(picture, colors, (height, width))
    name = f"{picture.name}: " + (", ".join(_spoken(picture)) or "no objects")
    parts = [f'<img class="picture" src="{_photo(pixels)}" width="{width}" height="{height}" alt="{escape(name, quote=True)}">']
    if masks is not None:
        parts.append(f'<img class="layer masks" src="{_layer_uri(masks)}" alt="">')
    parts.append(_drawing(picture, classes, round(_WIDTH * height / width)))
    frame = (
        f'<button type="button" class="frame" aria-label="Enlarge {escape(picture.name, quote=True)}">{"".join(parts)}</button>'
    )
    return f'<figure class="sample" id="sample-{number}">{frame}{caption}</figure>'


def data_uri(data: bytes, kind: str) -> str:
    """Return bytes as a data URI."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def thumbnail_uri(pixels: np.ndarray, width: int = 176) -> str:
    """Return a small picture as a data URI."""
    image = Image.fromarray(pixels)
    return _photo(np.asarray(image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.BOX)))


def _photo(pixels: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=_QUALITY, method=3)
    return data_uri(buffer.getvalue(), "image/webp")


def _layer_uri(layer: np.ndarray) -> str:
    """Return a layer of few colours as a data URI: a PNG with a palette."""
    flat = np.ascontiguousarray(layer).view(np.uint32)[..., 0]
    colors, places = np.unique(flat, return_inverse=True)
    buffer = io.BytesIO()
    if len(colors) > 256:
        Image.fromarray(layer).save(buffer, "WEBP", lossless=True, method=2)
        return data_uri(buffer.getvalue(), "image/webp")
    palette = colors.view(np.uint8).reshape(-1, 4)
    image = Image.fromarray(places.reshape(flat.shape).astype(np.uint8), "L")
    image.putpalette(palette[:, :3].tobytes())
    image.save(buffer, "PNG", transparency=palette[:, 3].tobytes(), optimize=True)
    return data_uri(buffer.getvalue(), "image/png")


def _mask_layer(picture: Picture, colors: Mapping[str, tuple[int, int, int]], size: tuple[int, int]) -> np.ndarray | None:
    ids = np.zeros(size, np.uint32)
    shown = []
    for number, item in enumerate(sorted(picture.objects, key=lambda item: -item.box[2] * item.box[3]), start=2):
        if item.mask is None:
            continue
        try:
            mask = item.mask.decode(picture.height, picture.width)
        except (ValueError, OSError):
            continue  # validate tells
        if mask.shape != size:
            image = Image.fromarray(mask.astype(np.uint8) * 255).resize((size[1], size[0]), Image.Resampling.BOX)
            mask = np.asarray(image) > 127
        ids[mask] = number
        shown.append(Shown(item.name, number, (0, 0, 0, 0)))
    return label_layer(ids, shown, colors) if shown else None


def _drawing(picture: Picture, classes: Mapping[str, int], height: int) -> str:
    """Return boxes, names, keypoints and 3D boxes as SVG over the picture, `_WIDTH` wide whatever the picture is."""
    scale = _WIDTH / picture.width if picture.width else 1.0
    boxes, cuboids, points = [], [], []
    shown = [Shown(item.name, i, _scaled(item.box, scale)) for i, item in enumerate(picture.objects)]
    for item, box in zip(picture.objects, shown, strict=True):
        style = f'class="c{classes[item.name]}"'
        x, y, right, bottom = box.box
        title = f"<title>{escape(_tooltip(item))}</title>"
        boxes.append(f'<rect {style} x="{x}" y="{y}" width="{right - x + 1}" height="{bottom - y + 1}">{title}</rect>')
        if item.corners is not None and np.abs(item.corners * scale).max() < 20_000:
            ends = (item.corners * scale).round(1)
            path = " ".join(f"M{ends[a][0]:g} {ends[a][1]:g}L{ends[b][0]:g} {ends[b][1]:g}" for a, b in _EDGES)
            cuboids.append(f'<path {style} d="{path}"/>')
        for x, y, state in [] if item.keypoints is None else (item.keypoints * (scale, scale, 1)).tolist():
            if state:
                points.append(f'<circle class="c{classes[item.name]} s{state:.0f}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>')
    layers = [("boxes", boxes), ("cuboids", cuboids), ("points", points)]
    # Small pictures have room for few names, in large letters; enlarged ones for more.
    layers += [(f"names {kind}", _names(shown, classes, (_WIDTH, height), font)) for kind, font in (("few", 25), ("all", 12))]
    body = "".join(f'<g class="{name}">{"".join(rows)}</g>' for name, rows in layers if rows)
    return f'<svg class="layer" viewBox="0 0 {_WIDTH} {height}" aria-hidden="true">{body}</svg>'


def _names(shown: list[Shown], classes: Mapping[str, int], size: tuple[int, int], font: int) -> list[str]:
    return [
        f'<g class="c{classes[item.name]}"><rect x="{x}" y="{y}" width="{right - x + 1}" height="{bottom - y + 1}"/>'
        f'<text x="{x + 4}" y="{bottom - font // 4}" font-size="{font}" textLength="{right - x - 7}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(item.name)}</text></g>'
        for item, (x, y, right, bottom) in name_places(shown, size, sheet_font(font).getbbox)
    ]


def _scaled(box: tuple[float, float, float, float], scale: float) -> tuple[int, int, int, int]:
    x, y, width, height = (value * scale for value in box)
    return round(x), round(y), max(round(x), round(x + width) - 1), max(round(y), round(y + height) - 1)


def _tooltip(item: Seen) -> str:
    parts = [item.name, f"{item.box[2]:g} × {item.box[3]:g} px"]
    parts += [f"{100 * item.visible:.0f} % visible"] if item.visible is not None else []
    parts += [f"{item.distance:.2f} m"] if item.distance is not None else []
    return " · ".join([*parts, item.prim_path] if item.prim_path else parts)


def _caption(picture: Picture) -> str:
    count = len(picture.objects)
    return f"{picture.name.rpartition('/')[2]} · {count} object{'' if count == 1 else 's'}"


def _spoken(picture: Picture) -> list[str]:
    counts: dict[str, int] = {}
    for item in picture.objects:
        counts[item.name] = counts.get(item.name, 0) + 1
    return [f"{count} {name}" for name, count in sorted(counts.items(), key=lambda pair: -pair[1])[:8]]
