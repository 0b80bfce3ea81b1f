"""Rigid bodies: UsdPhysics on the stage, simulated with Newton while the timeline plays; poses come back to the stage.

`stage_bodies` reads the stage, `hull` makes collision geometry, `newton_world` is the only file that knows Newton, `pose_layer`
writes poses, and `engine` ties them to the timeline. Importing this package imports none of Newton.
"""

from scenewright.replicator.simulation.records import BodyRecord, PhysicsError, SceneRecord, ShapeRecord

__all__ = ["BodyRecord", "PhysicsError", "SceneRecord", "ShapeRecord"]
