"""Mitsuba 3 in a given variant."""

import sys
from functools import cache

import numpy as np

from tools.benchmark.render_scene import BenchmarkScene, benchmark_scene
from tools.benchmark.render_workers.serve import claim_stdout, serve


def scene_dict(mi, scene: BenchmarkScene) -> dict:
    """Return the scene as instances of one shape group; each sphere is a mesh of its own where its colour differs."""
    # An instance cannot override its shape's BSDF, so every sphere gets a group; the geometry is as large for every renderer.
    parts: dict = {"type": "scene"}
    for i, (position, radius, color) in enumerate(zip(scene.positions, scene.radii, scene.colors, strict=True)):
        mesh = mi.Mesh(f"sphere{i}", len(scene.points), len(scene.triangles), props=diffuse(mi, color))
        values = mi.traverse(mesh)
        values["vertex_positions"] = (scene.points * radius + position).astype(np.float32).ravel()
        values["faces"] = scene.triangles.ravel().astype(np.uint32)
        values.update()
        parts[f"sphere{i}"] = mesh
    up = mi.ScalarTransform4f().scale([scene.ground, scene.ground, 1.0])
    parts["ground"] = {"type": "rectangle", "to_world": up,
                       "bsdf": {"type": "diffuse", "reflectance": {"type": "rgb", "value": list(scene.ground_color)}}}
    parts["sun"] = {"type": "directional", "direction": scene.sun_direction.tolist(),
                    "irradiance": {"type": "rgb", "value": [scene.sun_irradiance] * 3}}
    parts["sky"] = {"type": "constant", "radiance": {"type": "rgb", "value": [scene.sky_radiance] * 3}}
    return parts


def diffuse(mi, color: np.ndarray):
    """Return the properties of a mesh with a two-sided diffuse surface."""
    props = mi.Properties()
    props["mesh_bsdf"] = mi.load_dict({"type": "twosided", "bsdf": {
        "type": "diffuse", "reflectance": {"type": "rgb", "value": [float(c) for c in color]}}})
    props["face_normals"] = True
    return props


def main(threads: int, variant: str) -> None:
    """Serve the modes primary and path-traced."""
    answers = claim_stdout()
    import drjit as dr
    import mitsuba as mi

    mi.set_variant(variant)
    mi.Thread.set_thread_count(threads) if hasattr(mi.Thread, "set_thread_count") else dr.set_thread_count(threads)
    scene = benchmark_scene()
    loaded = mi.load_dict(scene_dict(mi, scene))
    # Mitsuba looks along +Z and has X on its left
    to_world = mi.ScalarTransform4f(scene.camera_matrix @ np.diag([-1.0, 1.0, -1.0, 1.0]))

    @cache
    def sensor_of(width: int, height: int):
        return mi.load_dict({"type": "perspective", "fov": scene.field_of_view, "fov_axis": "x", "to_world": to_world,
                             "near_clip": 0.01, "far_clip": 1000.0, "sampler": {"type": "independent"},
                             "film": {"type": "hdrfilm", "width": width, "height": height, "rfilter": {"type": "box"},
                                      "component_format": "float32"}})

    def primary(order: dict) -> dict[str, np.ndarray]:
        width, height = order["size"]
        index = dr.arange(mi.UInt32, width * height)
        x = (mi.Float(index % width) + 0.5) / width
        y = (mi.Float(index // width) + 0.5) / height
        ray, _ = sensor_of(width, height).sample_ray(0.0, 0.5, mi.Point2f(x, y), mi.Point2f(0.5))
        hit = loaded.ray_intersect(ray, mi.RayFlags.Minimal | mi.RayFlags.ShadingFrame, True)
        outputs = {"distance": hit.t, "normal": hit.sh_frame.n, "shape": dr.reinterpret_array(mi.UInt32, hit.shape),
                   "face": hit.prim_index}
        dr.eval(*outputs.values())
        dr.sync_thread()
        return {name: np.array(value) for name, value in outputs.items()} if order.get("save") else {}

    def path_traced(order: dict) -> dict[str, np.ndarray]:
        integrator = mi.load_dict({"type": "path", "max_depth": order["bounces"] + 2, "rr_depth": 1000})
        image = mi.render(loaded, sensor=sensor_of(*order["size"]), integrator=integrator, spp=order["samples"],
                          seed=order.get("seed", 0))
        return {"hdr_color": np.array(image)[..., :3]}

    modes = {"path-traced": path_traced}
    if "llvm" in variant:
        modes["primary"] = primary
    serve(answers, f"mitsuba {mi.__version__} {variant}", modes)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
