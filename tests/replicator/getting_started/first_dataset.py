"""A labelled box under a dome light, three frames of images and 2D boxes through BasicWriter."""

from isaacsim import SimulationApp

app = SimulationApp({"headless": True})

import os  # noqa: E402

import carb.settings  # noqa: E402
import omni.replicator.core as rep  # noqa: E402
import omni.usd  # noqa: E402

SIZE = (48, 40)

omni.usd.get_context().new_stage()
rep.orchestrator.set_capture_on_play(False)
carb.settings.get_settings().set("rtx/post/dlss/execMode", 2)

world = rep.functional.create.xform(name="World")
rep.functional.create.dome_light(name="Sky", parent=world, intensity=600)
box = rep.functional.create.cube(name="Box", parent=world)
rep.functional.modify.semantics(box, {"class": "box"}, mode="add")
view = rep.functional.create.camera(name="View", parent=world, position=(4, 3, 3), look_at=box)
product = rep.create.render_product(view, SIZE, name="Main")

backend = rep.backends.get("DiskBackend")
backend.initialize(output_dir=os.path.join(os.getcwd(), "first_dataset"))
writer = rep.writers.get("BasicWriter")
writer.initialize(backend=backend, rgb=True, bounding_box_2d_tight=True)
writer.attach(product)
for _ in range(3):
    rep.orchestrator.step()
rep.orchestrator.wait_until_complete()
writer.detach()
product.destroy()
app.close()
