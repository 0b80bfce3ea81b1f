"""A drawing board in millimetres for packaging: shapes and typography, drawn at twice the size and scaled down."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

__all__ = ["Canvas"]

_OVERSAMPLING = 2


class Canvas:
    """An RGB picture of ``width`` x ``height`` millimetres, origin top left, y downwards.

    The one typeface is the font that Pillow carries; weights come from stroking it.
    """

    def __init__(self, width: float, height: float, density: float, ground: str):
        self.width, self.height = width, height
        self._size = (round(width * density), round(height * density))
        self._scale = density * _OVERSAMPLING
        self._image = Image.new("RGB", (self._size[0] * _OVERSAMPLING, self._size[1] * _OVERSAMPLING), ground)
        self._draw = ImageDraw.Draw(self._image)

    def image(self) -> Image.Image:
        """Return the finished picture."""
        return self._image.resize(self._size, Image.Resampling.BOX)

    def paste(self, other: Image.Image, x: float, y: float, width: float, height: float) -> None:
        """Lay a picture over the rectangle whose top left corner is (x, y)."""
        size = (round(width * self._scale), round(height * self._scale))
        self._image.paste(other.resize(size, Image.Resampling.BICUBIC), (round(x * self._scale), round(y * self._scale)))

    def rectangle(self, x: float, y: float, width: float, height: float, color: str, radius: float = 0.0) -> None:
        """Fill a rectangle with optional round corners."""
        box = [x * self._scale, y * self._scale, (x + width) * self._scale, (y + height) * self._scale]
        self._draw.rounded_rectangle(box, radius * self._scale, fill=color)

    def ellipse(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """Fill an ellipse centred at (x, y)."""
        half = (0.5 * width, 0.5 * height)
        self._draw.ellipse([(x - half[0]) * self._scale, (y - half[1]) * self._scale,
                            (x + half[0]) * self._scale, (y + half[1]) * self._scale], fill=color)

    def ring(self, x: float, y: float, diameter: float, color: str, line: float) -> None:
        """Draw a circle's outline, ``line`` mm thick inwards."""
        half = 0.5 * diameter
        self._draw.ellipse([(x - half) * self._scale, (y - half) * self._scale, (x + half) * self._scale,
                            (y + half) * self._scale], outline=color, width=max(1, round(line * self._scale)))

    def polygon(self, points: Sequence[Sequence[float]], color: str) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=color)

    def text(self, x: float, y: float, text: str, size: float, color: str, *, weight: float = 0.0, spacing: float = 0.0,
             anchor: str = "m") -> None:
        """Write one line whose vertical middle is at y.

        Args:
            x: Of the anchor [mm].
            y: Of the middle of the line [mm].
            text: What to write.
            size: Height of the em [mm].
            color: Fill.
            weight: Stroke that thickens the letters, in ems.
            spacing: Extra space between letters, in ems.
            anchor: "l", "m" or "r": which end of the line x is.
        """
        font = ImageFont.load_default(size * self._scale)
        stroke = round(weight * size * self._scale)
        advances = [font.getlength(letter) + spacing * size * self._scale for letter in text]
        total = sum(advances) - spacing * size * self._scale
        at = x * self._scale - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor] * total
        for letter, advance in zip(text, advances, strict=True):
            self._draw.text((at, y * self._scale), letter, fill=color, font=font, anchor="lm", stroke_width=stroke,
                            stroke_fill=color)
            at += advance

    def paragraph(self, x: float, y: float, width: float, lines: int, size: float, color: str) -> None:
        """Grey type: ``lines`` ragged rules that read as small print from arm's length."""
        for i in range(lines):
            share = 1.0 if i % 4 != 3 else 0.6
            self.rectangle(x, y + i * size * 1.7, width * share * (0.93 + 0.07 * ((i * 7) % 3) / 2), 0.55 * size, color)

    def barcode(self, x: float, y: float, width: float, height: float, seed: int) -> None:
        """Draw bars of uneven width on white."""
        self.rectangle(x, y, width, height, "#ffffff")
        at, state = x + 2.0, seed
        while at < x + width - 2.5:
            state = (state * 1103515245 + 12345) % 2147483648
            bar = 0.35 * (1 + (state >> 8) % 3)
            self.rectangle(at, y + 1.5, bar, height - 3.0, "#111111")
            at += bar + 0.35 * (1 + (state >> 12) % 3)
