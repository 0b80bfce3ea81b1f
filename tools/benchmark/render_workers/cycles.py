"""Blender's Cycles on the CPU, by the bpy module."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from tools.benchmark.render_scene import benchmark_scene
from tools.benchmark.render_workers.serve import claim_stdout, serve


def build(bpy, threads: int) -> None:
    """Make the scene."""
    from mathutils import Matrix, Vector

    scene = benchmark_scene()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    world = bpy.context.scene
    mesh = bpy.data.meshes.new("sphere")
    mesh.from_pydata(scene.points.tolist(), [], scene.triangles.tolist())
    mesh.materials.append(None)
    for i, (position, radius, color) in enumerate(zip(scene.positions, scene.radii, scene.colors, strict=True)):
        thing = bpy.data.objects.new(f"sphere{i}", mesh)
        thing.location, thing.scale = position, (radius,) * 3
        thing.material_slots[0].link = "OBJECT"
        thing.material_slots[0].material = diffuse(bpy, color)
        world.collection.objects.link(thing)
    half = scene.ground
    ground = bpy.data.meshes.new("ground")
    ground.from_pydata([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], [], [(0, 1, 2, 3)])
    ground.materials.append(diffuse(bpy, scene.ground_color))
    world.collection.objects.link(bpy.data.objects.new("ground", ground))
    sun = bpy.data.lights.new("sun", "SUN")
    sun.energy, sun.angle = scene.sun_irradiance, 0.0
    lamp = bpy.data.objects.new("sun", sun)
    lamp.rotation_euler = Vector(scene.sun_direction).to_track_quat("-Z", "Y").to_euler()
    world.collection.objects.link(lamp)
    sky = world.world = bpy.data.worlds.new("sky")
    sky.use_nodes = True
    sky.node_tree.nodes["Background"].inputs["Strength"].default_value = scene.sky_radiance
    sky.node_tree.nodes["Background"].inputs["Color"].default_value = (1, 1, 1, 1)
    camera = bpy.data.cameras.new("camera")
    camera.sensor_fit, camera.angle = "HORIZONTAL", np.radians(scene.field_of_view)
    eye = bpy.data.objects.new("camera", camera)
    eye.matrix_world = Matrix(scene.camera_matrix.tolist())
    world.collection.objects.link(eye)
    world.camera = eye
    world.render.engine = "CYCLES"
    world.render.threads_mode, world.render.threads = "FIXED", threads
    world.render.use_persistent_data = True
    world.render.image_settings.file_format = "OPEN_EXR"
    world.render.image_settings.color_depth = "32"
    world.cycles.device = "CPU"
    world.cycles.pixel_filter_type = "BOX"
    world.cycles.sample_clamp_indirect = world.cycles.sample_clamp_direct = 0.0
    world.cycles.use_adaptive_sampling = False
    world.cycles.caustics_reflective = world.cycles.caustics_refractive = True


def diffuse(bpy, color):
    """Return a diffuse material."""
    material = bpy.data.materials.new("diffuse")
    material.use_nodes = True
    nodes = material.node_tree.nodes
    nodes.clear()
    shader = nodes.new("ShaderNodeBsdfDiffuse")
    shader.inputs["Color"].default_value = (*(float(c) for c in color), 1.0)
    material.node_tree.links.new(shader.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs[0])
    return material


def main(threads: int) -> None:
    """Serve the modes real-time (denoised) and path-traced."""
    answers = claim_stdout()
    import bpy

    build(bpy, threads)

    def render(order: dict, denoise: bool) -> dict[str, np.ndarray]:
        scene = bpy.context.scene
        scene.render.resolution_x, scene.render.resolution_y = order["size"]
        scene.render.resolution_percentage = 100
        scene.cycles.samples, scene.cycles.seed = order["samples"], order.get("seed", 0)
        scene.cycles.max_bounces = scene.cycles.diffuse_bounces = scene.cycles.glossy_bounces = order["bounces"]
        scene.cycles.use_denoising = denoise
        if denoise:
            scene.cycles.denoiser = "OPENIMAGEDENOISE"
        bpy.ops.render.render()
        if not order.get("save"):
            return {}
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "image.exr")
            bpy.data.images["Render Result"].save_render(path)
            image = bpy.data.images.load(path)
            image.colorspace_settings.name = "Linear Rec.709"
            pixels = np.array(image.pixels[:], np.float32).reshape(image.size[1], image.size[0], -1)[::-1, :, :3]
            bpy.data.images.remove(image)
        return {"hdr_color": pixels}

    serve(answers, f"Cycles (bpy {bpy.app.version_string})", {"real-time": lambda order: render(order, True),
                                                     "path-traced": lambda order: render(order, False)})


if __name__ == "__main__":
    main(int(sys.argv[1]))
