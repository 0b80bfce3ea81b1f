"""The façade: what it accepts, what it refuses, what it repeats exactly."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

import scenewright.render
from scenewright.render import BUFFERS, Fog, Renderer, RenderSettings
from scenewright.render.tiles import thread_count

ROOM = Path(scenewright.render.__file__).parent


def still_life(studio):
    for i, kind in enumerate(("Cube", "Sphere", "Cylinder", "Cone", "Capsule")):
        studio.shape(kind, f"/World/{kind}", translate=(2.2 * i - 4.4, 0, 0.3 * i), rotate=(10 * i, 20, 30), label=kind.lower(),
                     color=(0.2 * i, 0.5, 1 - 0.2 * i))
    studio.quad("/World/Floor", half=20.0, translate=(0, 0, -1.5))
    studio.light("DistantLight", "/World/Sun", rotate=(30, 20, 0), intensity=2000.0, angle=2.0)
    studio.light("DomeLight", "/World/Dome", intensity=300.0)
    studio.light("RectLight", "/World/Panel", translate=(0, 0, 6), intensity=200.0, width=2.0, height=2.0)
    studio.camera((0, -9, 3), (0, 0, 0))


def test_every_buffer_as_the_table_says(studio):
    still_life(studio)
    frame = studio.render(list(BUFFERS), size=(50, 30))
    assert set(frame.buffers) == set(BUFFERS)
    for name, spec in BUFFERS.items():
        assert frame[name].shape == spec.shape(50, 30)
        assert frame[name].dtype == spec.dtype
        assert frame[name].any() or name == "motion_vectors"
        assert np.array_equal(frame[name], frame.array(name).numpy().reshape(frame[name].shape))
    assert frame.resolution == (50, 30) and frame.camera.path == "/Camera" and frame.prim_paths[0] == ""


def test_the_last_pixels_are_there(studio):
    """Of an image whose pixels no number of two divides."""
    studio.quad("/World/Wall", half=9.0)
    studio.camera((0, 0, 3), (0, 0, 0), up=(0, 1, 0))
    frame = studio.render(["normals", "distance_to_image_plane", "prim_id", "roughness"], size=(117, 75))
    assert (frame["normals"] == (0, 0, 1, 0)).all()
    assert np.allclose(frame["distance_to_image_plane"], 3.0) and (frame["prim_id"] == 1).all()
    assert (frame["roughness"] == 0.5).all()


def test_results_do_not_depend_on_the_number_of_threads(studio):
    """Large enough for several tiles; every byte of every buffer and of the coverage is compared."""
    still_life(studio)
    settings = RenderSettings(samples=2, bounces=1)
    frames = [studio.render(list(BUFFERS), size=(200, 150), settings=settings, threads=threads) for threads in (1, 2, 5)]
    for name in BUFFERS:
        assert frames[0][name].tobytes() == frames[1][name].tobytes() == frames[2][name].tobytes(), name
    coverages = [frame.coverage(frame.labels(), masks=True) for frame in frames]
    for other in coverages[1:]:
        assert np.array_equal(other.pixels, coverages[0].pixels) and np.array_equal(other.boxes, coverages[0].boxes)
        assert all(np.array_equal(a, b) for a, b in zip(other.masks, coverages[0].masks, strict=True))


def test_colour_does_not_depend_on_frames_before(studio):
    """A frame after many others is the frame of a fresh renderer."""
    still_life(studio)
    used = studio.renderer()
    settings = RenderSettings(samples=2, step=7)
    for i in range(3):
        studio.place(UsdGeom.Xformable(studio.stage.GetPrimAtPath("/World/Cube")), (i, i, 0))
        studio.camera((i, -9, 3), (0, 0, 0))
        used.begin_step()
        used.render("/Camera", (40, 30), ["ldr_color"])
    names = [name for name in BUFFERS if name != "motion_vectors"]
    late = used.render("/Camera", (40, 30), names, settings)
    fresh = studio.render(names, size=(40, 30), settings=settings)
    for name in names:
        assert late[name].tobytes() == fresh[name].tobytes(), name


def test_noise_follows_seed_and_step(studio):
    still_life(studio)
    images = [studio.render(["hdr_color"], size=(40, 30), settings=RenderSettings(seed=seed, step=step))["hdr_color"]
              for seed, step in ((0, 0), (0, 0), (1, 0), (0, 1))]
    assert np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2]) and not np.array_equal(images[0], images[3])


def test_only_what_is_asked_for_is_kept(studio):
    still_life(studio)
    frame = studio.render(["prim_id"], size=(8, 6))
    assert frame.buffers == ("prim_id",)
    with pytest.raises(KeyError, match="was not rendered"):
        frame["normals"]
    with pytest.raises(ValueError, match="Unknown render buffer"):
        frame["nonsense"]


def test_an_unknown_camera_is_an_error_that_lists_the_cameras(studio):
    still_life(studio)
    with pytest.raises(ValueError, match="/Camera"):
        studio.render(["prim_id"], camera="/World/Nope")
    with pytest.raises(ValueError, match="Cube"):
        studio.render(["prim_id"], camera="/World/Cube")


@pytest.mark.parametrize("buffers, error", [(["rgb"], ValueError), ("normals", TypeError)])
def test_bad_buffer_names(studio, buffers, error):
    studio.camera((0, 0, 0), (0, 1, 0))
    with pytest.raises(error):
        studio.render(buffers)


@pytest.mark.parametrize("resolution", [(0, 10), (10, -1), (1.5, 2), (20000, 1), (10,), None, "ab"])
def test_bad_resolutions(studio, resolution):
    studio.camera((0, 0, 0), (0, 1, 0))
    with pytest.raises(ValueError, match="resolution"):
        studio.renderer().render("/Camera", resolution, ["prim_id"])


@pytest.mark.parametrize("choice", [{"mode": "fast"}, {"samples": 0}, {"bounces": -1}, {"bounces": 65}, {"exposure": 0.0},
                                    {"tone_map": "x"}, {"indirect_limit": 0.0}, {"sample_limit": -1.0}])
def test_bad_settings(choice):
    with pytest.raises(ValueError, match=next(iter(choice)).replace("_", "[ _]")):
        RenderSettings(**choice)


@pytest.mark.parametrize("choice", [{"density": -1.0}, {"density": float("nan")}, {"anisotropy": 1.0}, {"albedo": (1, 1.2, 1)},
                                    {"reach": 0.0}, {"color": (0.0, -1.0, 0.0)}])
def test_bad_fog(choice):
    with pytest.raises(ValueError, match=f"Fog: .*{next(iter(choice))}"):
        Fog(**{"density": 0.1, **choice})


def test_modes_have_their_own_limits():
    fast, right = RenderSettings(), RenderSettings(mode="path-traced")
    assert (fast.bounces, fast.indirect_limit) == (1, 4.0)
    assert (right.bounces, right.indirect_limit) == (64, float("inf"))
    assert RenderSettings(mode="path-traced", bounces=3, indirect_limit=2.0).bounces == 3


@pytest.mark.parametrize("threads", [0, -1])
def test_bad_thread_counts(threads):
    with pytest.raises(ValueError, match="SCENEWRIGHT_THREADS"):
        thread_count(threads)


def test_threads_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SCENEWRIGHT_THREADS", "3")
    assert thread_count(None) == 3 and thread_count(5) == 5
    monkeypatch.setenv("SCENEWRIGHT_THREADS", "many")
    with pytest.raises(ValueError, match="many"):
        thread_count(None)


def test_stage_edits_are_followed(studio):
    ball = studio.shape("Sphere", "/World/Ball", translate=(0, 5, 0), color=(1, 0, 0))
    studio.camera((0, 0, 0), (0, 1, 0))
    renderer = studio.renderer()

    def look():
        frame = renderer.render("/Camera", (21, 21), ["distance_to_camera", "albedo"])
        return frame["distance_to_camera"][10, 10], frame["albedo"][10, 10, :3].tolist()

    assert look() == (pytest.approx(4.0), [1, 0, 0])
    studio.place(ball, (0, 7, 0))
    assert look()[0] == pytest.approx(6.0)
    ball.GetDisplayColorAttr().Set([Gf.Vec3f(0, 1, 0)])
    assert look()[1] == [0, 1, 0]
    ball.GetRadiusAttr().Set(2.0)
    assert look()[0] == pytest.approx(5.0)
    UsdGeom.Imageable(ball).MakeInvisible()
    assert look()[0] == np.inf


def test_time_samples_are_played(studio):
    ball = studio.shape("Sphere", "/World/Ball", radius=1.0)
    translate = ball.GetPrim().GetAttribute("xformOp:translate")
    translate.Set(Gf.Vec3d(0, 5, 0), 0.0)
    translate.Set(Gf.Vec3d(0, 9, 0), 10.0)
    studio.camera((0, 0, 0), (0, 1, 0))
    renderer = studio.renderer()
    for time, depth in ((0.0, 4.0), (5.0, 6.0), (10.0, 8.0)):
        renderer.sync(Usd.TimeCode(time))
        frame = renderer.render("/Camera", (21, 21), ["distance_to_camera"])
        assert frame["distance_to_camera"][10, 10] == pytest.approx(depth, rel=1e-5)


def test_an_empty_stage_renders_nothing():
    stage = Usd.Stage.CreateInMemory()
    UsdGeom.Camera.Define(stage, "/Camera")
    frame = Renderer(stage).render("/Camera", (8, 6), list(BUFFERS))
    assert not frame["prim_id"].any() and not frame["ldr_color"].any()
    assert frame.coverage(frame.labels()).pixels.shape == (0,)


def test_kernels_share_nothing():
    """No atomics and no append: Warp's CPU atomics lose updates, and results must not depend on threads."""
    files = sorted((ROOM / "kernels").glob("*.py"))
    assert len(files) > 8
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                shared = node.attr.startswith(("atomic", "tile_atomic")) or node.attr == "append"
                assert not shared, f"{file.name}:{node.lineno}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                assert not any(name.split(".")[0] in ("pxr", "os", "pathlib") for name in names), f"{file.name}:{node.lineno}"
            if isinstance(node, ast.AugAssign):
                assert not isinstance(node.target, ast.Subscript), f"{file.name}:{node.lineno}: read-modify-write of an array"


def test_every_kernel_module_turns_the_backward_pass_off():
    for file in (ROOM / "kernels").glob("*.py"):
        text = file.read_text()
        assert ("@wp.kernel" in text) == ('"enable_backward": False' in text), file.name


def test_the_room_imports_only_pxr_numpy_and_warp():
    """Anything else that is importable here must stay unimported; the standard library is free."""
    code = (
        "import sys; before = set(sys.modules); import scenewright.render\n"
        "top = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(top - set(sys.stdlib_module_names)))\n"
        "own = {name for name in sys.modules if name.startswith('scenewright.')}\n"
        "print(sorted(name for name in own if not name.startswith('scenewright.render')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    packages, own = done.stdout.splitlines()
    assert set(ast.literal_eval(packages)) <= {"pxr", "numpy", "warp", "scenewright"}
    assert ast.literal_eval(own) == []


def test_a_camera_may_vanish_and_come_back(studio):
    still_life(studio)
    studio.camera((0, -9, 3), (0, 0, 0), path="/Second")
    renderer = studio.renderer()
    first = renderer.render("/Second", (20, 15), ["prim_id"])
    studio.stage.RemovePrim("/Second")
    renderer.begin_step()
    renderer.sync()
    with pytest.raises(ValueError, match="/Second"):
        renderer.render("/Second", (20, 15), ["prim_id"])
    studio.camera((0, -9, 3), (0, 0, 0), path="/Second")
    again = renderer.render("/Second", (20, 15), ["prim_id", "motion_vectors"])
    assert np.array_equal(first["prim_id"], again["prim_id"]) and not again["motion_vectors"].any()
