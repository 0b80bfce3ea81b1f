"""Two views at once: a writer of our own, PoseWriter, and annotators that the script reads itself."""

from isaacsim import SimulationApp

app = SimulationApp({"headless": True})

import json  # noqa: E402
import os  # noqa: E402

import numpy as np  # noqa: E402
import omni.replicator.core as rep  # noqa: E402
import omni.usd  # noqa: E402
from omni.replicator.core import Writer  # noqa: E402

SEEN = []


class Notebook(Writer):
    """Note what each view saw."""

    def __init__(self, boxes=True, cameras=True):
        self.data_structure = "renderProduct"
        self.annotators = [rep.annotators.get(name)
                           for name, wanted in (("bounding_box_3d", boxes), ("camera_params", cameras)) if wanted]
        self.page = 0

    def write(self, data):
        """Take down one frame."""
        for name, view in sorted(data["renderProducts"].items()):
            transform = np.asarray(view["camera_params"]["cameraViewTransform"]).reshape(4, 4)
            boxes = view["bounding_box_3d"]["data"]
            SEEN.append({"page": self.page, "view": name, "camera": transform.tolist(), "boxes": len(boxes),
                         "extent": [float(boxes[0]["x_min"]), float(boxes[0]["x_max"])]})
        self.page += 1


rep.writers.register_writer(Notebook)

omni.usd.get_context().new_stage()
rep.orchestrator.set_capture_on_play(False)
rep.functional.create.xform(name="World")
rep.functional.create.dome_light(parent="/World", intensity=600)
rep.functional.create.cube(parent="/World", name="Box", semantics={"class": "box"})
above = rep.functional.create.camera(parent="/World", name="Above", position=(0, 0, 6), look_at=(0, 0, 0))
aside = rep.functional.create.camera(parent="/World", name="Aside", position=(4, 4, 4), look_at=(0, 0, 0))
products = [rep.create.render_product(above.GetPath(), (40, 40), name="above"),
            rep.create.render_product(aside.GetPath(), (48, 48), name="aside")]

pictures = []
for product in products:
    picture = rep.annotators.get("rgb")
    picture.attach(product)
    pictures.append(picture)
notebook = rep.writers.get("Notebook")
notebook.initialize(boxes=True, cameras=True)
notebook.attach(products)
poses = rep.WriterRegistry.get("PoseWriter")
poses.initialize(output_dir=os.path.join(os.getcwd(), "poses"), write_debug_images=True)
poses.attach(products)

shapes = []
for _ in range(3):
    rep.orchestrator.step()
    shapes.append([picture.get_data().shape for picture in pictures])
rep.orchestrator.wait_until_complete()
for attached in (poses, notebook, *pictures):
    attached.detach()
for product in products:
    product.destroy()
with open("notes.json", "w", encoding="utf-8") as file:
    json.dump({"seen": SEEN, "shapes": shapes}, file)
app.close()
