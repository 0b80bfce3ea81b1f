"""Draws the icon and the preview picture of ``exts/scenewright.sdg``: ``python tools/draw_extension_pictures.py``."""

from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[1]
DATA = ROOT / "exts/scenewright.sdg/data"

_GROUND, _EDGE = (24, 29, 33, 255), (118, 185, 0, 255)
_FACES = ((236, 240, 233, 255), (118, 185, 0, 255), (58, 104, 20, 255))  # top, left and right of the cube


def draw_icon(size: int = 256) -> Image.Image:
    """Return a labelled cube: a cube in the corners of a bounding box."""
    scale = 4
    image = Image.new("RGBA", (size * scale, size * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * size * scale, y * size * scale) for x, y in points]

    draw.rounded_rectangle(at((0.02, 0.02), (0.98, 0.98)), radius=0.16 * size * scale, fill=_GROUND)
    top, left, right, middle, low = (0.5, 0.25), (0.27, 0.38), (0.73, 0.38), (0.5, 0.51), (0.5, 0.77)
    draw.polygon(at(top, right, middle, left), fill=_FACES[0])
    draw.polygon(at(left, middle, low, (0.27, 0.64)), fill=_FACES[1])
    draw.polygon(at(right, middle, low, (0.73, 0.64)), fill=_FACES[2])
    for x, dx in ((0.16, 0.15), (0.84, -0.15)):
        for y, dy in ((0.15, 0.15), (0.86, -0.15)):
            draw.line(at((x + dx, y), (x, y), (x, y + dy)), fill=_EDGE, width=int(0.03 * size * scale), joint="curve")
    return image.resize((size, size), Image.Resampling.LANCZOS)


def draw_preview(size: tuple[int, int] = (960, 540)) -> Image.Image:
    """Return the rendered picture of the tabletop scene, cut to a wide format, with the icon in a corner."""
    with Image.open(ROOT / "usd_scenes/tabletop/preview.png") as source:
        picture = source.convert("RGB")
    scale = max(size[0] / picture.width, size[1] / picture.height)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    left, top = (picture.width - size[0]) // 2, (picture.height - size[1]) // 2
    picture = picture.crop((left, top, left + size[0], top + size[1]))
    icon = draw_icon(128)
    picture.paste(icon, (24, 24), icon)
    return picture


def main() -> None:
    DATA.mkdir(exist_ok=True)
    draw_icon().save(DATA / "icon.png", optimize=True)
    draw_preview().save(DATA / "preview.png", optimize=True)


if __name__ == "__main__":
    main()
