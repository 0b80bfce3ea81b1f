"""Blocks that the Python API has and that recipes take over: volumes, parts of meshes, pairs and grids of cameras, folders."""

import numpy as np
import pytest
from pxr import UsdGeom, UsdShade


def positions(session, paths):
    cache = UsdGeom.XformCache()
    return np.array([cache.GetLocalToWorldTransform(session.stage.GetPrimAtPath(path)).ExtractTranslation() for path in paths])


def test_scatter_3d_fills_volumes_and_spares_others(open_session):
    session = open_session(
        """
        scenewright: {frames: 6, resolution: [32, 24]}
        room: {create.sphere: {name: room, scale: 4}}
        hole: {create.cube: {name: hole, scale: 1.5}}
        dots: {create.cube: {name: dot, count: 40, scale: 0.05}}
        eye: {create.camera: null}
        t: {trigger.on_frame: null}
        go:
          with.t:
            with.dots:
              randomizer.scatter_3d: {volume_prims: room, volume_excl_prims: hole, max_samp: [null, null, 1]}
              modify.pose: {rotation_z: {distribution.uniform: {lower: 0, upper: 90}}}
        """
    )
    paths = [f"/Replicator/dot{'' if i == 0 else f'_{i:02d}'}" for i in range(40)]
    seen = {}
    for index in (0, 3, 0, 5, 3):
        drawn = session.apply(session.addresses[index])
        places = positions(session, paths)
        assert np.linalg.norm(places, axis=1).max() <= 2.0 + 1e-6 and places[:, 2].max() <= 1.0
        assert (np.abs(places).max(axis=1) >= 0.75 - 1e-6).all()
        assert np.allclose(places, drawn["go/with.t/with.dots/randomizer.scatter_3d"])
        assert seen.setdefault(index, places.tobytes()) == places.tobytes()
    assert len(set(seen.values())) == 3


def test_materials_reach_the_parts_of_a_mesh(open_session, write_usd):
    scene = write_usd(
        "parts.usda",
        """def Mesh "Strip" {
            int[] faceVertexCounts = [3, 3]
            int[] faceVertexIndices = [0, 1, 2, 1, 3, 2]
            point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)]
            def GeomSubset "Left" { int[] indices = [0]
                uniform token elementType = "face"
                uniform token familyName = "materialBind" }
            def GeomSubset "Right" { int[] indices = [1]
                uniform token elementType = "face"
                uniform token familyName = "materialBind" }
        }
        def Camera "Eye" {}
        """,
    )
    session = open_session(
        f"""
        scenewright: {{scene: {scene}, frames: 2}}
        t: {{trigger.on_frame: null}}
        strip: {{get.prims: {{path_pattern: Strip$}}}}
        go: {{with.t: {{with.strip: {{randomizer.color: {{per_sub_mesh: true,
              colors: {{distribution.uniform: {{lower: [0, 0, 0], upper: [1, 1, 1]}}}}}}}}}}}}
        """
    )
    session.apply(session.addresses[1])
    bound = [
        UsdShade.MaterialBindingAPI(session.stage.GetPrimAtPath(f"/Strip/{side}")).ComputeBoundMaterial()[0].GetPath()
        for side in ("Left", "Right")
    ]
    assert bound[0] != bound[1] and not any(path.isEmpty for path in bound)


def test_stereo_cameras_stand_apart_and_make_two_products(open_session):
    session = open_session(
        """
        scenewright: {frames: 2}
        pair: {create.stereo_camera: {stereo_baseline: 0.4, position: [0, 0, 2], focal_length: 30, name: pair}}
        tv: {create.render_product: {camera: pair, resolution: [32, 24], name: tv}}
        """
    )
    assert list(session.cameras) == ["tv_L", "tv_R"]
    sides = positions(session, ["/Replicator/pair/pair_Left", "/Replicator/pair/pair_Right"])
    assert np.allclose(sides, [[-0.2, 0, 2], [0.2, 0, 2]])
    lens = UsdGeom.Camera(session.stage.GetPrimAtPath("/Replicator/pair/pair_Right"))
    assert lens.GetFocalLengthAttr().Get() == 30.0


def test_tiles_and_prims_placed_in_the_picture(open_session):
    session = open_session(
        """
        scenewright: {frames: 2}
        eyes: {create.camera: {position: [0, 0, 5], count: 4, name: eye, focal_length: 10, horizontal_aperture: 20}}
        first: {get.prim_at_path: {path: /Replicator/eye}}
        grid: {create.render_product_tiled: {cameras: eyes, tile_resolution: [16, 8], name: grid}}
        one: {create.render_product: {camera: first, resolution: [32, 16], name: one}}
        dot: {create.cube: {name: dot}}
        t: {trigger.on_frame: null}
        go:
          with.t:
            with.dot:
              modify.pose_camera_relative:
                camera: first
                render_product: one
                distance: {distribution.sequence: {items: [2, 4]}}
                horizontal_location: 1
                vertical_location: -1
        """
    )
    assert list(session.cameras["grid"].resolution) == [32, 16]
    for address, depth in zip(session.addresses, (2.0, 4.0), strict=True):
        session.apply(address)
        # Half the picture is as wide as the distance with f = a / 2, and half as high.
        assert np.allclose(positions(session, ["/Replicator/dot"]), [[depth, -depth / 2.0, 5.0 - depth]])


def test_a_folder_of_assets(open_session, write_usd):
    for name in ("a", "b"):
        file = write_usd(f"{name}.usda", '(defaultPrim = "Root") def Xform "Root" { def Sphere "Ball" {} }')
    session = open_session(
        f"""
        scenewright: {{frames: 1}}
        all: {{create.from_dir: {{dir_path: {file.parent}, path_filter: .usda, semantics: {{class: thing}}}}}}
        eye: {{create.camera: null}}
        """
    )
    for name in ("a", "b"):
        assert session.stage.GetPrimAtPath(f"/Replicator/{name}/Ref/Ball")
        assert list(session.stage.GetPrimAtPath(f"/Replicator/{name}").GetAttribute("semantics:labels:class").Get()) == [
            "thing"
        ]


@pytest.mark.parametrize("mode", ["point_instance", "scene_instance", "reference"])
def test_instances_in_every_mode(open_session, write_usd, mode):
    file = write_usd("thing.usda", '(defaultPrim = "Root") def Xform "Root" { def Sphere "Ball" {} }')
    session = open_session(
        f"""
        scenewright: {{frames: 1}}
        some: {{randomizer.instantiate: {{paths: ['{file}'], size: 3, mode: {mode}, name: Some}}}}
        eye: {{create.camera: null}}
        """
    )
    made = [p for p in session.stage.Traverse() if p.GetName() == "Ref" and "Some" in str(p.GetPath())]
    assert len(made) == 3 and {prim.IsInstance() for prim in made} == {mode != "reference"}


def test_writers_that_were_registered_before(load):
    import omni.replicator.core as rep

    from scenewright.sdg.recipe import RecipeError

    text = "scenewright: {writers: {MyOwnWriter: {anything: 3}}}\na: 1"
    with pytest.raises(RecipeError, match="unknown writer 'MyOwnWriter'"):
        load(text)
    rep.WriterRegistry.register(type("MyOwnWriter", (rep.Writer,), {"write": lambda self, data: None}))
    try:
        assert load(text).settings.writers == {"MyOwnWriter": {"anything": 3}}
    finally:
        rep.WriterRegistry.unregister_writer("MyOwnWriter")


def test_each_frame_shows_its_own_time(open_session, write_usd):
    import omni.timeline

    scene = write_usd("clock.usda", 'def Camera "Eye" {}')
    session = open_session(
        f"""
        scenewright: {{scene: {scene}, frames: 3}}
        t: {{trigger.on_frame: null}}
        when: {{distribution.sequence: {{items: [30, 6, 12]}}}}
        go: {{with.t: {{modify.timeline: {{value: when, modify_type: set_frame}}}}}}
        """
    )
    timeline = omni.timeline.get_timeline_interface()
    for index, seconds in ((0, 0.5), (2, 0.2), (1, 0.1), (0, 0.5)):
        session.apply(session.addresses[index])
        assert timeline.get_current_time() == pytest.approx(seconds)
