"""A light that changes colour on an event, a box that the script moves itself, coloured segmentation."""

from isaacsim import SimulationApp

app = SimulationApp({"headless": True})

import os  # noqa: E402
import random  # noqa: E402

import omni.replicator.core as rep  # noqa: E402
import omni.usd  # noqa: E402

omni.usd.get_context().new_stage()
rep.orchestrator.set_capture_on_play(False)
random.seed(3)
rep.set_global_seed(3)

rep.functional.create.xform(name="World")
box = rep.functional.create.cube(parent="/World", name="Box", semantics={"class": "box"})
with rep.trigger.on_custom_event(event_name="other_light"):
    rep.create.light(light_type="Dome", color=rep.distribution.uniform((0, 0, 0), (1, 1, 1)))

view = rep.functional.create.camera(parent="/World", name="View", position=(4, 4, 4), look_at=(0, 0, 0))
product = rep.create.render_product(view, (48, 48))
backend = rep.backends.get("DiskBackend")
backend.initialize(output_dir=os.path.join(os.getcwd(), "light_event"))
writer = rep.writers.get("BasicWriter")
writer.initialize(backend=backend, rgb=True, semantic_segmentation=True, colorize_semantic_segmentation=True)
writer.attach(product)

for step in range(3):
    if step == 1:
        rep.utils.send_og_event(event_name="other_light")
    rep.functional.modify.position(box, tuple(random.uniform(-0.5, 0.5) for _ in range(3)))
    rep.orchestrator.step(rt_subframes=2)
rep.orchestrator.wait_until_complete()
writer.detach()
product.destroy()
app.close()
