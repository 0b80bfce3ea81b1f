"""Kernels that annotators use are compiled before workers start: none of them waits for a compiler in its first frames."""

import omni.replicator.core as rep
import pytest
import warp as wp
from pxr import Sdf, UsdGeom

import scenewright.sdg.annotators as annotators
from scenewright.render import compile_kernels, renderer


@pytest.fixture
def ahead(monkeypatch):
    """Names of the Warp modules that are compiled ahead."""
    found = set()
    monkeypatch.setattr(renderer, "load_kernels", lambda kernels, device: found.update(k.module.name for k in kernels))
    load = wp.load_module
    monkeypatch.setattr(wp, "load_module", lambda module, **options: (found.add(module.name), load(module, **options)))
    compile_kernels("cpu")
    annotators.compile_kernels()
    monkeypatch.undo()
    return found


def test_no_annotator_uses_a_kernel_that_is_not_compiled_ahead(ahead, stage, monkeypatch):
    thing = rep.functional.create.sphere(name="Ball", semantics={"class": "ball"})
    rep.functional.create.torus(name="Ring", position=(0.4, -0.6, 0), semantics={"class": "ring"})  # a mesh
    tip = stage.DefinePrim("/Ball/Tip", "Xform")
    tip.CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set("tip")
    rep.functional.create.dome_light(intensity=400)
    camera = rep.functional.create.camera(name="Eye", position=(0, -4, 0), look_at=(0, 0, 0))
    right = stage.DefinePrim("/Eye/Right", "Camera")
    for attribute in stage.GetPrimAtPath("/Eye").GetAuthoredAttributes():
        if not attribute.GetName().startswith("xformOp"):
            right.CreateAttribute(attribute.GetName(), attribute.GetTypeName()).Set(attribute.Get())
    UsdGeom.XformCommonAPI(right).SetTranslate((0.1, 0, 0))
    product = rep.create.render_product(camera, (24, 16))
    annotators.register_annotators()
    used, launch = set(), wp.launch

    def noted(kernel, *args, **options):
        used.add(kernel.module.name)
        return launch(kernel, *args, **options)

    monkeypatch.setattr(wp, "launch", noted)
    parameters = {"stereo_disparity": {"right": "/Eye/Right"}}
    names = [name for name in rep.AnnotatorRegistry.get_registered_annotators()
             if not any(special in name.lower() for special in ("correspond", "attribute"))]
    assert set(annotators.derived_names()) | set(annotators.traced_names()) <= set(names)
    made = [rep.AnnotatorRegistry.get_annotator(name, init_params=parameters.get(name, {})) for name in names]
    for annotator in made:
        annotator.attach(product)
    for step in range(2):
        UsdGeom.XformCommonAPI(thing).SetTranslate((0.1 * step, 0, 0))
        rep.orchestrator.step(delta_time=0.0)
    for annotator in made:
        annotator.detach()
    assert any("flow" in name for name in used) and any("nocs" in name for name in used)
    assert used <= ahead, sorted(used - ahead)
