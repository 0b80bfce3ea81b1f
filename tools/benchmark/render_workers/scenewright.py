"""This project."""

import sys
from collections.abc import Callable

import numpy as np

from tools.benchmark.render_scene import benchmark_scene, write_stage
from tools.benchmark.render_workers.serve import claim_stdout, serve

CAMERA = "/World/Camera"
LABELS = ["distance_to_camera", "normals", "prim_id"]


def main(threads: int) -> None:
    """Serve the modes primary, colour, real-time (denoised by Intel's filter where pyoidn is installed) and path-traced."""
    answers = claim_stdout()
    from scenewright.render import Renderer
    from scenewright.render.oidn import has_oidn
    from scenewright.render.settings import RenderSettings

    renderer = Renderer(write_stage(benchmark_scene()), threads=threads)

    def rendered(buffers: list[str], settings: Callable[[dict], RenderSettings]) -> Callable[[dict], dict[str, np.ndarray]]:
        def render(order: dict) -> dict[str, np.ndarray]:
            frame = renderer.render(CAMERA, tuple(order["size"]), buffers, settings(order))
            return {name: frame[name] for name in buffers}
        return render

    denoiser = "oidn" if has_oidn() else "filter"

    def real_time(order: dict) -> RenderSettings:
        return RenderSettings(samples=order["samples"], light_samples=order.get("light_samples", 1),
                              edge_samples=order.get("edge_samples", 0), bounces=order["bounces"], denoise=True,
                              denoiser=denoiser, seed=order.get("seed", 0))

    def path_traced(order: dict) -> RenderSettings:
        return RenderSettings(mode="path-traced", samples=order["samples"], bounces=order["bounces"], seed=order.get("seed", 0),
                              indirect_limit=float("inf"))

    serve(answers, "scenewright", {
        "primary": rendered(LABELS, lambda _: RenderSettings()),
        "colour": rendered(["ldr_color", *LABELS], lambda _: RenderSettings(samples=1, bounces=0)),
        "real-time": rendered(["hdr_color"], real_time),
        "path-traced": rendered(["hdr_color"], path_traced),
    })


if __name__ == "__main__":
    main(int(sys.argv[1]))
