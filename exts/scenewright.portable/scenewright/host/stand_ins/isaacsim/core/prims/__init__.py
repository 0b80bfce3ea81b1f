"""``isaacsim.core.prims``: prims with poses as NumPy arrays, one (``Single…``) or several by regular expression.

Positions are in stage units, quaternions (w, x, y, z). Cloth, deformables and particles have no stand-in.
"""

from typing import NoReturn

from isaacsim.core.prims.articulations import Articulation, SingleArticulation
from isaacsim.core.prims.materials import bind_material
from isaacsim.core.prims.single_prims import SingleGeometryPrim, SingleRigidPrim, SingleXFormPrim
from isaacsim.core.prims.views import GeometryPrim, RigidPrim, XFormPrim

__all__ = ["Articulation", "GeometryPrim", "RigidPrim", "SingleArticulation", "SingleGeometryPrim", "SingleRigidPrim",
           "SingleXFormPrim", "XFormPrim", "bind_material"]


def __getattr__(name: str) -> NoReturn:
    """Tell what has no stand-in and why."""
    if name.removeprefix("Single") in ("ClothPrim", "DeformablePrim", "ParticleSystem", "SdfShapePrim"):
        raise ImportError(f"isaacsim.core.prims.{name} has no stand-in: rigid bodies and joints are simulated here, no more.")
    raise AttributeError(f"'{__name__}.{name}' has no stand-in on the portable host. Available in {__name__}: "
                         f"{', '.join(__all__)}.")
