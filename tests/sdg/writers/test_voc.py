"""Pascal VOC files, read by supervision and by an XML parser."""

from xml.etree import ElementTree

import numpy as np
import pytest

IDS = np.zeros((12, 16), np.uint32)
IDS[2:8, 3:9] = 2
IDS[9:12, :] = 3
LABELS = {2: 'a "b" <c> & \x07', 3: "floor"}


@pytest.mark.filterwarnings("ignore")  # of the reader
def test_supervision_reads_the_same_boxes(write_frames, make_product):
    supervision = pytest.importorskip("supervision")
    frames = [make_product(IDS, LABELS), make_product(np.zeros_like(IDS), {})]
    folder = write_frames("voc", frames, image_output_format="png")
    dataset = supervision.DetectionDataset.from_pascal_voc(str(folder / "JPEGImages"), str(folder / "Annotations"))
    assert sorted(dataset.classes) == ['a "b" <c> & \ufffd', "floor"]
    found = {path.rpartition("/")[2]: detections for path, _, detections in dataset}
    assert [len(found[name]) for name in ("000000.png", "000001.png")] == [2, 0]
    assert np.allclose(found["000000.png"].xyxy, [[3, 2, 9, 8], [0, 9, 16, 12]])


def test_boxes_count_from_one_and_flags_say_what_is_cut_off(write_frames, make_product):
    boxes = np.zeros(1, [("occlusionRatio", "<f4")])
    boxes["occlusionRatio"] = 0.25
    hidden = {"bounding_box_2d_tight": {"data": boxes, "bboxIds": np.array([2], np.uint32)}}
    folder = write_frames("voc", [make_product(IDS, LABELS, **hidden)])
    root = ElementTree.parse(folder / "Annotations" / "000000.xml").getroot()
    assert (root.findtext("filename"), root.findtext("size/width"), root.findtext("size/depth")) == ("000000.jpg", "16", "3")
    rows = [{child.tag: child.text for child in element.iter() if child.text.strip()} for element in root.iter("object")]
    corners = [[int(row[side]) for side in ("xmin", "ymin", "xmax", "ymax")] for row in rows]
    assert corners == [[4, 3, 9, 8], [1, 10, 16, 12]]
    assert [(row["truncated"], row["occluded"]) for row in rows] == [("0", "1"), ("1", "0")]
    assert (folder / "ImageSets" / "Main" / "trainval.txt").read_text() == "000000\n"
