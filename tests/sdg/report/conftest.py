"""Small datasets with known statistics, and a reader of the page that is not ours."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image


class Page(HTMLParser):
    """What a page holds: its elements, its text, and every address that it names."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.addresses, self.open = [], "", [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        self.addresses += [attrs[key] for key in ("src", "href", "action", "data") if key in attrs]
        if tag not in ("img", "meta", "input", "br", "circle", "rect", "line", "path", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text += data


@pytest.fixture
def read_page():
    return lambda path: Page(path.read_text("utf-8"))


def write_coco(root, images=6, gain=1.0, names=("dog", "cat"), box=(4, 6, 16, 12)):
    (root / "images").mkdir(parents=True)
    rng = np.random.default_rng(5)
    rows, annotations = [], []
    for n in range(images):
        pixels = rng.integers(0, 200, (30, 40, 3)).astype(np.float64) * gain
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / f"images/{n}.png")
        rows.append({"id": n, "file_name": f"images/{n}.png", "width": 40, "height": 30})
        for k in range(n % 3):
            x, y, w, h = box
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": n,
                    "category_id": k + 1,
                    "bbox": [x + k, y, w, h],
                    "area": w * h,
                    "iscrowd": 0,
                    "segmentation": [[x + k, y, x + k + w, y, x + k + w, y + h, x + k, y + h]],
                }
            )
    categories = [{"id": i, "name": name} for i, name in enumerate(names, 1)]
    (root / "instances.json").write_text(json.dumps({"images": rows, "annotations": annotations, "categories": categories}))
    return root


@pytest.fixture
def coco(tmp_path):
    return write_coco(tmp_path / "ours")


@pytest.fixture
def make_coco(tmp_path):
    return lambda name, **options: write_coco(tmp_path / name, **options)
