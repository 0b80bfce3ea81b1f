"""``isaacsim.test.utils.image_capture``: what an annotator sees from a camera that is made for it, or from a given one.

Screenshots of Kit's window have no counterpart here. Names and arguments are those of Isaac Sim's module (Apache-2.0).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["capture_annotator_data_async", "capture_depth_data_async", "capture_rgb_data_async"]


async def capture_annotator_data_async(annotator_name: str, camera_position: Sequence[float] = (5, 5, 5),
                                       camera_look_at: Sequence[float] = (0, 0, 0), resolution: tuple[int, int] = (1280, 720),
                                       camera_prim_path: str | None = None, render_product: Any = None,
                                       do_array_copy: bool = True) -> Any:
    """Step once and return the data of an annotator.

    Args:
        annotator_name: Any registered annotator.
        camera_position: Position of a camera that is made for the purpose [stage units].
        camera_look_at: Point that it looks at.
        resolution: (width, height).
        camera_prim_path: Camera to use instead.
        render_product: Render product to use instead; the arguments before do not count then.
        do_array_copy: False returns the live buffer.

    Raises:
        AnnotatorRegistryError: There is no such annotator.
    """
    import omni.replicator.core as rep
    import omni.usd

    camera = product = None
    if render_product is None:
        if camera_prim_path is None:
            camera = rep.functional.create.camera(position=camera_position, look_at=camera_look_at)
        product = rep.create.render_product(camera_prim_path or camera.GetPath(), resolution)
    annotator = rep.AnnotatorRegistry.get_annotator(annotator_name)
    annotator.attach(render_product or product)
    try:
        await rep.orchestrator.step_async()
        return annotator.get_data(do_array_copy=do_array_copy)
    finally:
        annotator.detach()
        if product is not None:
            product.destroy()
        if camera is not None:
            omni.usd.get_context().get_stage().RemovePrim(camera.GetPath())


async def capture_rgb_data_async(camera_position: Sequence[float] = (5, 5, 5), camera_look_at: Sequence[float] = (0, 0, 0),
                                 resolution: tuple[int, int] = (1280, 720), camera_prim_path: str | None = None,
                                 render_product: Any = None) -> np.ndarray:
    """Return the colour picture (H, W, 4) uint8 of `capture_annotator_data_async`."""
    return await capture_annotator_data_async("rgb", camera_position, camera_look_at, resolution, camera_prim_path,
                                              render_product)


async def capture_depth_data_async(depth_type: str = "distance_to_camera", camera_position: Sequence[float] = (5, 5, 5),
                                   camera_look_at: Sequence[float] = (0, 0, 0), resolution: tuple[int, int] = (1280, 720),
                                   camera_prim_path: str | None = None, render_product: Any = None) -> np.ndarray:
    """Return the distances (H, W) float32 [m] of `capture_annotator_data_async`.

    Raises:
        ValueError: ``depth_type`` is neither "distance_to_camera" nor "distance_to_image_plane".
    """
    if depth_type not in ("distance_to_camera", "distance_to_image_plane"):
        raise ValueError(f"depth_type is 'distance_to_camera' or 'distance_to_image_plane', got {depth_type!r}.")
    return await capture_annotator_data_async(depth_type, camera_position, camera_look_at, resolution, camera_prim_path,
                                              render_product)
