"""``pxr.PhysxSchema``: PhysX attributes by name, for usd-core, which does not have these schemas.

``Apply`` adds the schema's name to the prim. ``Get<Name>Attr`` and ``Create<Name>Attr`` give ordinary attributes called
``<prefix>:<name>``; one that the prim does not have yet is created with PhysX's default.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from pxr import Sdf, Usd

from scenewright.host.python_schemas import PythonSchema, teach_prims

__all__ = ["PhysxCollisionAPI", "PhysxConvexHullCollisionAPI", "PhysxMaterialAPI", "PhysxRigidBodyAPI", "PhysxSceneAPI"]

_T = Sdf.ValueTypeNames

teach_prims()


class _PhysxAPI(PythonSchema):
    """One applied schema on one prim."""

    PREFIX: ClassVar[str] = ""
    ATTRIBUTES: ClassVar[dict[str, tuple[Sdf.ValueTypeName, Any]]] = {}

    def __init__(self, prim: Any = None) -> None:
        self._prim = prim.GetPrim() if hasattr(prim, "GetPrim") else prim

    @classmethod
    def Apply(cls, prim: Usd.Prim) -> "_PhysxAPI":
        """Apply the schema to ``prim`` and return it."""
        prim.AddAppliedSchema(cls.__name__)
        return cls(prim)

    @classmethod
    def Get(cls, stage: Usd.Stage, path: Sdf.Path | str) -> "_PhysxAPI":
        """Return the schema on the prim at ``path``."""
        return cls(stage.GetPrimAtPath(path))

    @classmethod
    def CanApply(cls, prim: Usd.Prim) -> bool:
        """Return whether ``prim`` exists."""
        return bool(prim)

    def GetPrim(self) -> Usd.Prim:
        """Return the prim."""
        return self._prim

    def GetPath(self) -> Sdf.Path:
        """Return the prim's path."""
        return self._prim.GetPath()

    def __bool__(self) -> bool:
        return bool(self._prim) and type(self).__name__ in self._prim.GetPrimTypeInfo().GetAppliedAPISchemas()

    def __getattr__(self, name: str) -> Callable[..., Usd.Attribute]:
        for verb in ("Get", "Create"):
            if name.startswith(verb) and name.endswith("Attr"):
                return self._accessor(name[len(verb):-len("Attr")], verb)
        raise AttributeError(f"'PhysxSchema.{type(self).__name__}' has no '{name}'. It has Apply, Get, GetPrim, GetPath, "
                             "and Get…Attr and Create…Attr of its attributes.")

    def _accessor(self, name: str, verb: str) -> Callable[..., Usd.Attribute]:
        """Return ``Get<Name>Attr`` or ``Create<Name>Attr``; only the first letter's case differs from the attribute's."""
        known = {key[0].upper() + key[1:]: key for key in self.ATTRIBUTES}
        if name not in known:
            raise AttributeError(f"'PhysxSchema.{type(self).__name__}.{verb}{name}Attr' has no stand-in. "
                                 f"Attributes: {', '.join(sorted(self.ATTRIBUTES))}.")
        key = known[name]
        type_name, default = self.ATTRIBUTES[key]

        def access(value: Any = None, writeSparsely: bool = False) -> Usd.Attribute:
            attribute = self._prim.GetAttribute(f"{self.PREFIX}:{key}")
            if not attribute:
                attribute = self._prim.CreateAttribute(f"{self.PREFIX}:{key}", type_name, custom=False)
                attribute.Set(default)
            if value is not None:
                attribute.Set(value)
            return attribute

        return access


class PhysxSceneAPI(_PhysxAPI):
    """PhysX options of a physics scene."""

    PREFIX = "physxScene"
    ATTRIBUTES: ClassVar = {
        "timeStepsPerSecond": (_T.UInt, 60), "enableCCD": (_T.Bool, False), "enableGPUDynamics": (_T.Bool, True),
        "enableStabilization": (_T.Bool, False), "broadphaseType": (_T.Token, "GPU"), "solverType": (_T.Token, "TGS"),
        "collisionSystem": (_T.Token, "PCM"), "frictionType": (_T.Token, "patch"), "updateType": (_T.Token, "Synchronous"),
        "bounceThreshold": (_T.Float, 0.2), "maxPositionIterationCount": (_T.UInt, 255),
        "minPositionIterationCount": (_T.UInt, 1),
    }


class PhysxRigidBodyAPI(_PhysxAPI):
    """PhysX options of a rigid body."""

    PREFIX = "physxRigidBody"
    ATTRIBUTES: ClassVar = {
        "disableGravity": (_T.Bool, False), "enableCCD": (_T.Bool, False), "enableGyroscopicForces": (_T.Bool, True),
        "retainAccelerations": (_T.Bool, False), "linearDamping": (_T.Float, 0.0), "angularDamping": (_T.Float, 0.05),
        "maxLinearVelocity": (_T.Float, float("inf")), "maxAngularVelocity": (_T.Float, 5729.58),
        "maxDepenetrationVelocity": (_T.Float, 3.0), "maxContactImpulse": (_T.Float, float("inf")),
        "sleepThreshold": (_T.Float, 0.00005), "stabilizationThreshold": (_T.Float, 0.00001),
        "solverPositionIterationCount": (_T.Int, 16), "solverVelocityIterationCount": (_T.Int, 1),
        "lockedPosAxis": (_T.Int, 0), "lockedRotAxis": (_T.Int, 0), "cfmScale": (_T.Float, 0.025),
    }


class PhysxCollisionAPI(_PhysxAPI):
    """PhysX options of a collider."""

    PREFIX = "physxCollision"
    ATTRIBUTES: ClassVar = {
        "contactOffset": (_T.Float, float("-inf")), "restOffset": (_T.Float, float("-inf")),
        "torsionalPatchRadius": (_T.Float, 0.0), "minTorsionalPatchRadius": (_T.Float, 0.0),
    }


class PhysxConvexHullCollisionAPI(_PhysxAPI):
    """PhysX options of a convex hull."""

    PREFIX = "physxConvexHullCollision"
    ATTRIBUTES: ClassVar = {"hullVertexLimit": (_T.Int, 64), "minThickness": (_T.Float, 0.001)}


class PhysxMaterialAPI(_PhysxAPI):
    """PhysX options of a physics material."""

    PREFIX = "physxMaterial"
    ATTRIBUTES: ClassVar = {
        "frictionCombineMode": (_T.Token, "average"), "restitutionCombineMode": (_T.Token, "average"),
        "compliantContactStiffness": (_T.Float, 0.0), "compliantContactDamping": (_T.Float, 0.0),
    }
