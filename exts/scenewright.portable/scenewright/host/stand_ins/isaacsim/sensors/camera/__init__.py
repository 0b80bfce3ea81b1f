"""``isaacsim.sensors.camera``: cameras that have pictures and labels as they look, step by step.

Batches of cameras (``CameraView``, which hands out PyTorch tensors) and RTX's depth sensor have no stand-in.
"""

from typing import NoReturn

from isaacsim.sensors.camera.camera import Camera, get_all_camera_objects

__all__ = ["Camera", "get_all_camera_objects"]

_INSTEAD = {"CameraView": "Make one render product of several cameras with rep.create.render_product_tiled.",
            **dict.fromkeys(("SingleViewDepthSensor", "SingleViewDepthSensorAsset"),
                            "Its noise is RTX's; Camera.add_distance_to_image_plane_to_frame() gives exact depth.")}


def __getattr__(name: str) -> NoReturn:
    """Tell what has no stand-in and what to use."""
    if name in _INSTEAD:
        raise ImportError(f"isaacsim.sensors.camera.{name} has no stand-in on the portable host. {_INSTEAD[name]}")
    raise AttributeError(f"'{__name__}.{name}' has no stand-in on the portable host. Available in {__name__}: "
                         f"{', '.join(__all__)}.")
