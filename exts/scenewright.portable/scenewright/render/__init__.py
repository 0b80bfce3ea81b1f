"""USD stage in, buffers out: a ray tracer for labelled images on any CUDA GPU or plain CPU.

Needs pxr, numpy and warp alone and can be used by itself::

    from pxr import Usd
    from scenewright.render import Renderer

    renderer = Renderer(Usd.Stage.Open("scene.usda"))
    frame = renderer.render("/World/Camera", (640, 360), ["ldr_color", "distance_to_camera", "prim_id"])
"""

import warp as _wp

if _wp.config.log_level == 20:  # Warp's own default: it reports each kernel that it loads on stdout
    _wp.config.log_level = 30

from scenewright.render.buffers import BUFFERS, BufferSpec, buffer_spec
from scenewright.render.coverage import EntityCoverage
from scenewright.render.flow import FLOW_STATES, FlowImage
from scenewright.render.frame import Frame
from scenewright.render.renderer import Renderer, compile_kernels
from scenewright.render.scene.labels import LabelTable
from scenewright.render.settings import Fog, RenderSettings

__all__ = ["BUFFERS", "FLOW_STATES", "BufferSpec", "EntityCoverage", "FlowImage", "Fog", "Frame", "LabelTable",
           "RenderSettings", "Renderer", "buffer_spec", "compile_kernels"]
