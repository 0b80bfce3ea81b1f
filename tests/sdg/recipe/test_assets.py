"""Files that are not there: one error that names them, or stand-ins where the recipe asks for them."""

import pytest
from pxr import Usd, UsdGeom

from scenewright.sdg.recipe import RecipeError

REMOTE = """
    scenewright: {frames: 2, resolution: [32, 24], ASSETS}
    sky: {create.light: {light_type: dome, texture: 'omniverse://host/sky.hdr'}}
    mug: {create.from_usd: {usd: 'https://host/props/mug.usd', name: mug}}
    any: {randomizer.instantiate: {paths: ['s3://host/a/box.usd', 'none/bottle.usd'], size: 2}}
    ball: {create.sphere: {name: ball}}
    eye: {create.camera: null}
    t: {trigger.on_frame: null}
    go: {with.t: {with.ball: {randomizer.texture: {textures: ['http://host/wood.png', 'none/stone.jpg']}}}}
"""


def test_each_missing_file_is_named_with_what_to_do(open_session):
    with pytest.raises(RecipeError) as caught:
        open_session(REMOTE.replace("ASSETS", "samples: 1"))
    findings = caught.value.findings
    assert sorted(finding.line for finding in findings) == [2, 3, 4, 4, 8, 8]
    assert sum("remote file" in finding.message for finding in findings) == 4
    assert all("assets: {missing: proxy}" in finding.remedy for finding in findings)


def test_stand_ins_are_labelled_boxes_and_grey_pictures(open_session, caplog):
    session = open_session(REMOTE.replace("ASSETS", "assets: {missing: proxy}"))
    drawn = [session.apply(address) for address in session.addresses]
    assert drawn == [session.apply(address) for address in session.addresses]
    mug = session.stage.GetPrimAtPath("/Replicator/mug/Ref")
    assert list(mug.GetAttribute("semantics:labels:class").Get()) == ["mug"]
    assert any(prim.IsA(UsdGeom.Gprim) for prim in Usd.PrimRange(mug, Usd.TraverseInstanceProxies()))
    assert "stands in for" in caplog.text and "https://host/props/mug.usd" in caplog.text
    session.close()
    with pytest.raises(RecipeError, match=r"no file 'none/bottle\.usd'"):  # and the next recipe is asked anew
        open_session("scenewright: {frames: 1}\nb: {create.from_usd: {usd: none/bottle.usd}}\ne: {create.camera: null}")
