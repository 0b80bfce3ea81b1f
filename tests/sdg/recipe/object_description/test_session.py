"""Object descriptions on a stage and as datasets."""

import json

import numpy as np
import pytest
import yaml
from pxr import UsdGeom

from scenewright.sdg.recipe import load_recipe, open_session

SCENE = """isaacsim.replicator.object:
  version: 0.4.0
  num_frames: 3
  seed: 4
  screen_width: 48
  screen_height: 32
  gravity: 981
  simulation_time: 0.1
  output_name: $[seed]_$[camera]
  eye:
    type: camera
    camera_parameters: {screen_width: 48, screen_height: 32, focal_length: 20, horizontal_aperture: 20, near_clip: 1,
                        far_clip: 999}
    transform_operators: [{translate: [0, 0, 100]}]
  sky: {type: light, subtype: dome, intensity: 500}
  ball:
    type: geometry
    subtype: sphere
    count: 2
    tracked: true
    PHYSICS
    color: {distribution_type: range, start: [0, 0, 0], end: [1, 1, 1]}
    transform_operators:
    - translate: {distribution_type: range, start: ["$[index] * 30 - 25", -5, -5], end: ["$[index] * 30 - 10", 5, 5]}
    - scale: [0.1, 0.1, 0.1]
  jar: {type: geometry, subtype: bottle, neck_effector: 1.5, transform_operators: [{translate: [0, -30, -40]}]}
scenewright: {samples: 1, denoise: false}
"""  # fmt: skip


@pytest.fixture
def start(tmp_path):
    """Return a function that opens a session of the scene; all are closed at the end."""
    sessions = []

    def opened(physics="physics: null"):
        path = tmp_path / "description.yaml"
        path.write_text(SCENE.replace("PHYSICS", physics))
        sessions.append(open_session(load_recipe(path)))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


def place(session, name):
    prim = session.stage.GetPrimAtPath(f"/World/{name}")
    return np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim).ExtractTranslation())


def test_the_stage_shows_what_was_drawn_in_any_order(start):
    session = start()
    assert UsdGeom.GetStageUpAxis(session.stage) == "Y" and UsdGeom.GetStageMetersPerUnit(session.stage) == 0.01
    for index in (0, 2, 1, 0):
        drawn = session.apply(session.addresses[index])
        for name in ("ball_0", "ball_1"):
            assert np.allclose(place(session, name), drawn[f"{name}/transform_operators/0/translate"])
    again = [session.apply(address) for address in session.addresses]
    assert again == [session.apply(address) for address in session.addresses] and again[0] != again[1]


def test_bodies_fall_for_the_simulated_time(start):
    pytest.importorskip("newton")
    session = start("physics: rigidbody")
    seen = {}
    for index in (0, 1, 2, 0, 2):
        drawn = session.apply(session.addresses[index])
        start_at = np.array(drawn["ball_0/transform_operators/0/translate"])
        fallen = place(session, "ball_0") - start_at
        assert abs(fallen[0]) < 1e-3 and fallen[1] == pytest.approx(-0.5 * 981 * 0.1**2, rel=0.06)
        assert seen.setdefault(index, fallen.tobytes()) == fallen.tobytes()


def test_a_dataset_has_every_output_and_frames_can_be_made_alone(tmp_path):
    from scenewright.sdg.dataset.request import GenerateRequest
    from scenewright.sdg.dataset.run import generate

    path = tmp_path / "description.yaml"
    path.write_text(SCENE.replace("PHYSICS", "physics: null"))
    generate(GenerateRequest(recipe=path, output=tmp_path / "all"))
    generate(GenerateRequest(recipe=path, output=tmp_path / "one", frames="2:3"))
    folders = {"images", "labels", "3d_labels", "descriptions", "segmentation", "depth", "normal"}
    assert {entry.name for entry in (tmp_path / "all").iterdir() if entry.is_dir()} - {".scenewright"} == folders
    for file in (tmp_path / "one").rglob("6_eye.*"):
        assert file.read_bytes() == (tmp_path / "all" / file.relative_to(tmp_path / "one")).read_bytes()
    lines = (tmp_path / "all/labels/5_eye.txt").read_text().splitlines()
    assert lines and all(line.split()[0] == "ball" and len(line.split()) == 15 for line in lines)
    record = json.loads((tmp_path / "all/3d_labels/5_eye.json").read_text())
    for line, item in zip(sorted(lines), record["objects"], strict=False):
        assert item["class"] == line.split()[0] and len(item["projected_cuboid"]) == 9
    corners = np.array([corner for item in record["objects"] for corner in item["projected_cuboid"]])
    boxes = np.array([line.split()[4:8] for line in lines], dtype=int)
    assert corners[:, 0].min() - 1 <= boxes[:, 0].min() and boxes[:, 2].max() <= corners[:, 0].max() + 1
    # A frame's own description makes the same scene again.
    again = yaml.safe_load((tmp_path / "all/descriptions/5_eye.yaml").read_text())
    again["scenewright"] = {"samples": 1, "denoise": False}
    (tmp_path / "again.yaml").write_text(yaml.safe_dump(again))
    generate(GenerateRequest(recipe=tmp_path / "again.yaml", output=tmp_path / "again"))
    for name in ("labels/5_eye.txt", "depth/5_eye.npy", "segmentation/5_eye.png"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "all" / name).read_bytes(), name


def test_a_description_without_a_camera_says_so(tmp_path):
    from scenewright.sdg.recipe import RecipeError

    path = tmp_path / "description.yaml"
    head = SCENE.split("  eye:")[0]
    path.write_text(head + "  sky: {type: light, subtype: dome}\n")
    with pytest.raises(RecipeError, match="no camera"):
        open_session(load_recipe(path))
