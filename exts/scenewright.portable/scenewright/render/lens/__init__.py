"""Camera models in float64: image position to ray and back, whatever the lens.

Positions are pixels (origin top left, centres at half-integers), rays and points are in the camera's own axes (+X right, +Y up,
looking along -Z). The tracer follows the same models in float32 (``kernels.rays``).
"""

from scenewright.render.lens.models import Lens, lens_of

__all__ = ["Lens", "lens_of"]
