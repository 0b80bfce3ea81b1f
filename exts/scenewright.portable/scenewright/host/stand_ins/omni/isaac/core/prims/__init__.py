"""``omni.isaac.core.prims``: ``isaacsim.core.prims`` under the names that it had before Isaac Sim 4.5."""

from isaacsim.core.prims import GeometryPrim as GeometryPrimView
from isaacsim.core.prims import RigidPrim as RigidPrimView
from isaacsim.core.prims import SingleGeometryPrim as GeometryPrim
from isaacsim.core.prims import SingleRigidPrim as RigidPrim
from isaacsim.core.prims import SingleXFormPrim as XFormPrim
from isaacsim.core.prims import XFormPrim as XFormPrimView

__all__ = ["GeometryPrim", "GeometryPrimView", "RigidPrim", "RigidPrimView", "XFormPrim", "XFormPrimView"]
