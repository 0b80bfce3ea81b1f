"""newton's SensorCamera: a Warp ray tracer whose CPU form runs on one thread."""

import sys

import numpy as np

from tools.benchmark.render_scene import benchmark_scene
from tools.benchmark.render_workers.serve import claim_stdout, serve


def main(_threads: int) -> None:
    """Serve the modes primary and colour."""
    answers = claim_stdout()
    import newton
    import warp as wp
    from newton.sensors import SensorCamera

    wp.config.quiet = True
    scene = benchmark_scene()
    with wp.ScopedDevice("cpu"):
        builder = newton.ModelBuilder(up_axis=newton.Axis.Z)
        mesh = newton.Mesh(scene.points, scene.triangles.ravel(), compute_inertia=False)
        for position, radius, color in zip(scene.positions, scene.radii, scene.colors, strict=True):
            builder.add_shape_mesh(-1, xform=wp.transform(wp.vec3(*position), wp.quat_identity()), mesh=mesh,
                                   scale=wp.vec3(radius, radius, radius), color=tuple(float(c) for c in color))
        half = scene.ground
        corners = np.array([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], np.float32)
        ground = newton.Mesh(corners, np.array([0, 1, 2, 0, 2, 3], np.int32), compute_inertia=False)
        builder.add_shape_mesh(-1, mesh=ground, color=scene.ground_color)
        model = builder.finalize()
        state = model.state()
        camera = SensorCamera(model)
        camera.create_default_light(enable_shadows=True, direction=wp.vec3(*scene.sun_direction))
        camera.default_render_config.enable_shadows = True
        pose = scene.camera_matrix
        rotation = wp.quat_from_matrix(wp.mat33(*pose[:3, :3].ravel()))
        poses = wp.array([wp.transform(wp.vec3(*pose[:3, 3]), rotation)], dtype=wp.transformf)
        rays: dict[tuple[int, int], wp.array] = {}

        def render(order: dict, with_color: bool) -> dict[str, np.ndarray]:
            width, height = order["size"]
            if (width, height) not in rays:
                fov = 2.0 * np.arctan(np.tan(np.radians(0.5 * scene.field_of_view)) * height / width)
                rays[width, height] = SensorCamera.compute_camera_rays_pinhole(width, height, camera_fov=float(fov))
            images = {"depth_image": camera.allocate_image_depth(1, width, height),
                      "normal_image": camera.allocate_image_normal(1, width, height),
                      "shape_index_image": camera.allocate_image_shape_index(1, width, height)}
            if with_color:
                images["color_image"] = camera.allocate_image_color(1, width, height)
            camera.update(state, poses, rays[width, height], **images)
            return {name: image.numpy()[0] for name, image in images.items()} if order.get("save") else {}

        serve(answers, f"newton {newton.__version__} SensorCamera (1 thread)", {
            "primary": lambda order: render(order, False), "colour": lambda order: render(order, True)})


if __name__ == "__main__":
    main(int(sys.argv[1]))
