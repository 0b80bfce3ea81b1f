"""Boxes made and moved in batches, with the same generator in three capture configurations."""

from isaacsim import SimulationApp

app = SimulationApp({"headless": True})

import os  # noqa: E402

import carb.settings  # noqa: E402
import omni.replicator.core as rep  # noqa: E402
import omni.usd  # noqa: E402

BOXES, FRAMES = 20, 10


def capture(folder, wait, fabric):
    """Capture the same ten frames."""
    omni.usd.get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)
    carb.settings.get_settings().set("/exts/omni.replicator.core/enableWriteToFabric", fabric)
    rng = rep.rng.ReplicatorRNG(seed=9)
    rep.functional.create.xform(name="World")
    rep.functional.create.dome_light(parent="/World", intensity=600)
    boxes = rep.functional.create_batch.cube(count=BOXES, parent="/World", name="Box", semantics={"class": "box"})
    rep.functional.modify.scale(boxes, (0.3, 0.3, 0.3))
    view = rep.functional.create.camera(parent="/World", position=(6, 6, 6), look_at=(0, 0, 0))
    product = rep.create.render_product(view, (48, 48))
    backend = rep.backends.get("DiskBackend")
    backend.initialize(output_dir=os.path.join(os.getcwd(), folder))
    writer = rep.writers.get("BasicWriter")
    writer.initialize(backend=backend, rgb=True)
    writer.attach(product)
    for _ in range(FRAMES):
        rep.functional.modify.pose(boxes, position_value=rng.generator.uniform(-2.0, 2.0, (BOXES, 3)),
                                   rotation_value=rng.generator.uniform(0.0, 360.0, (BOXES, 3)),
                                   scale_value=rng.generator.uniform(0.2, 0.6, (BOXES, 3)))
        rep.functional.randomizer.display_color(boxes, rng=rng)
        rep.orchestrator.step(wait_for_render=wait)
    rep.orchestrator.wait_until_complete()
    writer.detach()
    product.destroy()


capture("waiting", wait=True, fabric=False)
capture("running", wait=False, fabric=False)
capture("fabric", wait=False, fabric=True)
app.close()
