"""Two boxes that turn on their own events and move by plain USD calls between captures."""

from isaacsim import SimulationApp

app = SimulationApp({"headless": True})

import os  # noqa: E402

import omni.replicator.core as rep  # noqa: E402
import omni.usd  # noqa: E402

omni.usd.get_context().new_stage()
rep.set_global_seed(17)
rep.orchestrator.set_capture_on_play(False)
rep.functional.create.xform(name="World")
rep.functional.create.distant_light(parent="/World", intensity=4000, rotation=(-45, 20, 0))
boxes = {"near": rep.functional.create.cube(parent="/World", name="Near", position=(1.5, -1.5, 0), scale=1.2),
         "far": rep.functional.create.cube(parent="/World", name="Far", position=(-1.5, 1.5, 0), scale=0.8)}
for name, box in boxes.items():
    with rep.trigger.on_custom_event(event_name=f"turn_{name}"), rep.get.prim_at_path(box.GetPath()):
        rep.randomizer.rotation()

backend = rep.backends.get("DiskBackend")
backend.initialize(output_dir=os.path.join(os.getcwd(), "turning_boxes"))
view = rep.functional.create.camera(parent="/World", position=(6, 6, 6), look_at=(0, 0, 0))
product = rep.create.render_product(view, (64, 64))
writer = rep.WriterRegistry.get("BasicWriter")
writer.initialize(backend=backend, rgb=True)
writer.attach(product)

rep.orchestrator.step(rt_subframes=2)
for name, place in (("far", (-1.5, 1.5, -1)), ("near", (1.5, -1.5, 1))):
    rep.utils.send_og_event(event_name=f"turn_{name}")
    rep.orchestrator.step(rt_subframes=2)
    boxes[name].GetAttribute("xformOp:translate").Set(place)
    rep.orchestrator.step(rt_subframes=2)
rep.orchestrator.wait_until_complete()
writer.detach()
product.destroy()
app.close()
