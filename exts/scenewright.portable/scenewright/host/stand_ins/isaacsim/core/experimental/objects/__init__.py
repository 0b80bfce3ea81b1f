"""``isaacsim.core.experimental.objects``: shapes, lights and ground planes, several as one object."""

from isaacsim.core.experimental.objects.ground_plane import GroundPlane
from isaacsim.core.experimental.objects.lights import (
    CylinderLight,
    DiskLight,
    DistantLight,
    DomeLight,
    Light,
    RectLight,
    SphereLight,
)
from isaacsim.core.experimental.objects.shapes import Capsule, Cone, Cube, Cylinder, Mesh, Plane, Shape, Sphere

__all__ = ["Capsule", "Cone", "Cube", "Cylinder", "CylinderLight", "DiskLight", "DistantLight", "DomeLight", "GroundPlane",
           "Light", "Mesh", "Plane", "RectLight", "Shape", "Sphere", "SphereLight"]
