"""Three cameras of different resolution, a box that changes colour with every frame, images written in two ways."""

from isaacsim import SimulationApp

app = SimulationApp({"headless": True})

import os  # noqa: E402

import omni.replicator.core as rep  # noqa: E402
import omni.usd  # noqa: E402
from omni.replicator.core import Writer  # noqa: E402
from omni.replicator.core.backends import DiskBackend  # noqa: E402
from omni.replicator.core.functional import write_image  # noqa: E402

FRAMES = 5


def recolour():
    """Give every box another colour."""
    found = rep.get.prims(path_pattern="Box")
    with found:
        rep.randomizer.color(colors=rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
    return found.node


class Album(Writer):
    """Keep the picture of every view."""

    def __init__(self, rgb=True):
        self.data_structure = "renderProduct"
        self.annotators = [rep.annotators.get("rgb")] if rgb else []
        self.backend = DiskBackend(output_dir=os.path.join(os.getcwd(), "album"), overwrite=True)
        self.frame = 0

    def write(self, data):
        """Queue the pictures of one frame."""
        for name, view in data["renderProducts"].items():
            self.backend.schedule(write_image, data=view["rgb"]["data"], path=f"{name}_{self.frame}.png")
        self.frame += 1


rep.WriterRegistry.register(Album)
omni.usd.get_context().new_stage()
rep.set_global_seed(23)
rep.orchestrator.set_capture_on_play(False)
rep.functional.create.xform(name="World")
rep.functional.create.dome_light(parent="/World", intensity=900)
rep.functional.create.cube(parent="/World", name="Box", semantics={"class": "box"})
rep.randomizer.register(recolour)
with rep.trigger.on_frame():
    rep.randomizer.recolour()

products = []
for name, place, size in (("Top", (0, 0, 5), 32), ("Side", (3, 3, 0), 40), ("Corner", (4, 4, 4), 48)):
    camera = rep.functional.create.camera(parent="/World", name=name, position=place, look_at=(0, 0, 0))
    products.append(rep.create.render_product(camera, resolution=(size, size), name=name))
album = rep.WriterRegistry.get("Album")
album.initialize(rgb=True)
album.attach(products)
pictures = [rep.annotators.get("rgb") for _ in products]
for picture, product in zip(pictures, products, strict=True):
    picture.attach(product)

folder = os.path.join(os.getcwd(), "direct")
os.makedirs(folder, exist_ok=True)
for frame in range(FRAMES):
    rep.orchestrator.step(rt_subframes=2)
    for index, picture in enumerate(pictures):
        write_image(path=os.path.join(folder, f"{products[index].name}_{frame}.png"), data=picture.get_data())
rep.orchestrator.wait_until_complete()
album.detach()
for picture in pictures:
    picture.detach()
for product in products:
    product.destroy()
app.close()
