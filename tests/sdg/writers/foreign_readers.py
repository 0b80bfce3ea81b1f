"""Opens datasets with readers that are not ours and prints what they read as JSON; run by another Python than the tests'.

usage: foreign_readers.py READER FOLDER [CHECKOUT]
"""

import json
import sys
from pathlib import Path


def datumaro(folder, kind):
    """Return per image stem the label, x, y, width, height and, for masks, the area of each annotation."""
    import datumaro as dm

    dataset = dm.Dataset.import_from(str(folder), kind)
    names = [label.name for label in dataset.categories()[dm.AnnotationType.label]]
    read = {}
    for item in dataset:
        rows = []
        for one in item.annotations:
            kind_of = one.type.name
            if kind_of in ("bbox", "mask", "polygon"):
                row = [kind_of, names[one.label], *[float(value) for value in one.get_bbox()], float(one.get_area())]
                plain = {key: value for key, value in one.attributes.items() if isinstance(value, bool | int | float)}
                rows.append([*row, plain])
            elif kind_of == "points":
                rows.append([kind_of, names[one.label], [float(value) for value in one.points],
                             [int(getattr(value, "value", value)) for value in one.visibility]])
        read[item.id.rpartition("/")[2]] = rows
    return read


def panopticapi(folder, checkout):
    """Return the panoptic quality of the dataset against itself, and the area of each segment by panopticapi's own ids."""
    sys.path.insert(0, checkout)
    import numpy as np
    from panopticapi.evaluation import pq_compute
    from panopticapi.utils import rgb2id
    from PIL import Image

    file = folder / "annotations" / "panoptic.json"
    result = pq_compute(str(file), str(file), str(folder / "panoptic"), str(folder / "panoptic"))
    areas = {}
    for entry in json.loads(file.read_text())["annotations"]:
        ids = rgb2id(np.array(Image.open(folder / "panoptic" / entry["file_name"]), np.uint32))
        numbers, counts = np.unique(ids, return_counts=True)
        areas[entry["file_name"]] = dict(zip(map(str, numbers.tolist()), counts.tolist(), strict=True))
    return {"All": {key: float(result["All"][key]) for key in ("pq", "sq", "rq", "n")}, "areas": areas}


def bop(folder, checkout):
    """Return poses, cameras, models and projected boxes as bop_toolkit sees them."""
    sys.path.insert(0, checkout)
    import numpy as np
    from bop_toolkit_lib import inout, misc, pycoco_utils

    scene = folder / "train_pbr" / "000000"
    poses = inout.load_scene_gt(str(scene / "scene_gt.json"))
    cameras = inout.load_scene_camera(str(scene / "scene_camera.json"))
    info = inout.load_json(str(scene / "scene_gt_info.json"), keys_to_int=True)
    models, objects = {}, []
    for path in sorted((folder / "models").glob("obj_*.ply")):
        model = inout.load_ply(str(path))
        models[int(path.stem.split("_")[1])] = model
    for image, rows in poses.items():
        depth = inout.load_depth(str(scene / "depth" / f"{image:06d}.png")) * cameras[image]["depth_scale"]
        for index, row in enumerate(rows):
            pixels = misc.project_pts(models[row["obj_id"]]["pts"], cameras[image]["cam_K"], row["cam_R_m2c"], row["cam_t_m2c"])
            masks = [inout.load_im(str(scene / kind / f"{image:06d}_{index:06d}.png")) for kind in ("mask", "mask_visib")]
            y, x = np.nonzero(masks[0])
            objects.append({
                "obj_id": row["obj_id"], "translation": row["cam_t_m2c"].ravel().tolist(), "info": info[image][index],
                "projected": [*(pixels.min(axis=0) + 0.5).tolist(), *(pixels.max(axis=0) + 0.5).tolist()],
                "mask_box": misc.calc_2d_bbox(x, y, masks[0].shape[::-1]) if len(x) else None,
                "counts": [int((mask > 0).sum()) for mask in masks], "image": image, "index": index,
                "runs": [pycoco_utils.binary_mask_to_rle(mask > 0) for mask in masks],
                "nearest": float(depth[masks[1] > 0].min()) if masks[1].any() else None,
            })
    diameters = {key: float(misc.calc_pts_diameter(model["pts"])) for key, model in models.items()}
    stated = inout.load_json(str(folder / "models" / "models_info.json"), keys_to_int=True)
    spans = {key: [model["pts"].min(axis=0).tolist(), np.ptp(model["pts"], axis=0).tolist()] for key, model in models.items()}
    sizes = {key: len(model["faces"]) for key, model in models.items()}
    return {"objects": objects, "diameters": diameters, "sizes": sizes, "spans": spans, "models_info": stated}


def ultralytics(folder, task):
    """Return per image stem class, image size, box (relative centre and extent), outline and keypoints of each object."""
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    data = check_det_dataset(str(folder / "data.yaml"), autodownload=False)
    read = {}
    for row in YOLODataset(img_path=data["train"], data=data, task=task, augment=False, imgsz=160).get_labels():
        points = row["keypoints"]
        height, width = row["shape"]
        read[Path(row["im_file"]).stem] = [
            [data["names"][int(row["cls"][place, 0])], [width, height], row["bboxes"][place].tolist(),
             row["segments"][place].tolist() if row["segments"] else None, None if points is None else points[place].tolist()]
            for place in range(len(row["cls"]))
        ]
    return read


def torchvision(folder, kind):
    """Return per image, in order, what torchvision's reader of VOC or KITTI says."""
    import torch

    if torch.version.cuda is None:  # beside torch for CPUs its compiled operators do not load; readers need none
        operators = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            operators.define(f"{name}(Tensor a, Tensor b, float c) -> Tensor")
    from torchvision.datasets import Kitti, VOCDetection

    if kind == "kitti":
        return [[size_of(image), rows] for image, rows in Kitti(str(folder), train=True)]
    found = VOCDetection(str(folder), year="2012", image_set="trainval")
    return [[size_of(image), rows["annotation"]] for image, rows in found]


def size_of(image):
    """Return width and height of a picture."""
    return list(image.size)


if __name__ == "__main__":
    reader, place, *rest = sys.argv[1:]
    readers = {"datumaro": datumaro, "panopticapi": panopticapi, "bop": bop, "ultralytics": ultralytics}
    found = {**readers, "torchvision": torchvision}[reader](Path(place), *rest)
    sys.stdout.write("\n" + json.dumps(found, default=float))
