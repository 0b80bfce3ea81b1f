"""``isaacsim.core.prims``: prims with poses as NumPy arrays, one (``Single…``) or several by regular expression.

Positions are in stage units, quaternions (w, x, y, z). Cloth, deformables and particles have no stand-in.
"""

from isaacsim.core.prims.materials import bind_material
from isaacsim.core.prims.single_prims import SingleGeometryPrim, SingleRigidPrim, SingleXFormPrim
from isaacsim.core.prims.views import GeometryPrim, RigidPrim, XFormPrim

__all__ = ["GeometryPrim", "RigidPrim", "SingleGeometryPrim", "SingleRigidPrim", "SingleXFormPrim", "XFormPrim",
           "bind_material"]
