"""``isaacsim.core.api.scenes``: objects by name."""

from typing import Any

import numpy as np
from isaacsim.core.api.materials import PhysicsMaterial
from isaacsim.core.api.objects import GroundPlane
from isaacsim.core.utils.bounds import compute_aabb, create_bbox_cache
from isaacsim.core.utils.prims import delete_prim
from pxr import Usd

from scenewright.host.stage_context import get_context

__all__ = ["Scene"]


class Scene:
    """What a world knows by name: single prims, views of several, ground planes."""

    def __init__(self) -> None:
        self._objects: dict[str, Any] = {}

    @property
    def stage(self) -> Usd.Stage:
        """The current stage."""
        return get_context().get_stage()

    def add(self, obj: Any) -> Any:
        """Add an object of ``isaacsim.core.prims`` or ``isaacsim.core.api.objects`` and return it.

        Raises:
            ValueError: There is one of its name already, or it has no name.
        """
        name = getattr(obj, "name", None)
        if not name:
            raise ValueError(f"Scene.add: an object with a name, got {obj!r}.")
        if name in self._objects:
            raise ValueError(f"Scene.add: there is an object named {name!r} already; give each its own name.")
        self._objects[name] = obj
        return obj

    def add_ground_plane(self, size: float | None = None, z_position: float = 0, name: str = "ground_plane",
                         prim_path: str = "/World/groundPlane", static_friction: float = 0.5, dynamic_friction: float = 0.5,
                         restitution: float = 0.8, color: np.ndarray | None = None) -> GroundPlane:
        """Add a ground plane: see ``GroundPlane``; friction and restitution go to a physics material of its own."""
        material = PhysicsMaterial(f"{prim_path}/physicsMaterial", static_friction=static_friction,
                                   dynamic_friction=dynamic_friction, restitution=restitution)
        return self.add(GroundPlane(prim_path, name, size, z_position, color=color, physics_material=material))

    def add_default_ground_plane(self, z_position: float = 0, name: str = "default_ground_plane",
                                 prim_path: str = "/World/defaultGroundPlane", static_friction: float = 0.5,
                                 dynamic_friction: float = 0.5, restitution: float = 0.8) -> GroundPlane:
        """Add a plain ground plane; Isaac Sim's has a grid on it, which is an asset."""
        return self.add_ground_plane(None, z_position, name, prim_path, static_friction, dynamic_friction, restitution)

    def get_object(self, name: str) -> Any:
        """Return the object of a name, None where there is none."""
        return self._objects.get(name)

    def object_exists(self, name: str) -> bool:
        """Return whether there is an object of a name."""
        return name in self._objects

    def remove_object(self, name: str, registry_only: bool = False) -> None:
        """Forget an object and, unless ``registry_only``, remove its prims.

        Raises:
            ValueError: There is none of that name.
        """
        if name not in self._objects:
            raise ValueError(f"Scene.remove_object: no object is named {name!r}. "
                             f"There are: {', '.join(self._objects) or 'none'}.")
        entry = self._objects.pop(name)
        if not registry_only:
            for path in getattr(entry, "prim_paths", None) or [entry.prim_path]:
                delete_prim(path)

    def clear(self, registry_only: bool = False) -> None:
        """Forget all objects and, unless ``registry_only``, remove their prims."""
        for name in list(self._objects):
            self.remove_object(name, registry_only)

    def post_reset(self) -> None:
        """Bring all objects back to their default poses."""
        for entry in self._objects.values():
            entry.post_reset()

    def enable_bounding_boxes_computations(self) -> None:
        """Return at once: boxes are always to be had."""

    disable_bounding_boxes_computations = enable_bounding_boxes_computations

    def compute_object_AABB(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the greatest corner of an object in the world, (3,) each."""
        box = compute_aabb(create_bbox_cache(), self._objects[name].prim_path, include_children=True)
        return box[:3], box[3:]
