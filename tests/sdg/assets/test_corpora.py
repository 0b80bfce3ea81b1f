"""Real models: every one is imported or refused with a reason, at the size its library states, and validates.

Debian's sweethome3d-furniture and assimp-testmodels and npm's @webxr-input-profiles/assets lie unpacked below the folder that
SCENEWRIGHT_CORPORA names (sweethome3d/, assimp/, webxr/); without it these tests are skipped.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from pxr import Usd, UsdGeom, UsdValidation

from scenewright.sdg.assets.furniture import read_furniture
from scenewright.sdg.assets.importer import import_assets
from scenewright.sdg.assets.jobs import ImportChoices
from scenewright.sdg.assets.pack import open_pack
from scenewright.sdg.assets.sources import ZipFiles

pytestmark = pytest.mark.verify
PLAIN = ImportChoices(thumbnail=False)


def corpus(name):
    folder = Path(os.environ.get("SCENEWRIGHT_CORPORA", "corpora")) / name
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder}: unpack the corpus there, or set SCENEWRIGHT_CORPORA")
    return folder


@pytest.fixture(scope="module")
def furniture(tmp_path_factory):
    libraries = sorted(corpus("sweethome3d").rglob("*.sh3f"))
    pack = tmp_path_factory.mktemp("furniture")
    return libraries, import_assets(libraries, pack / "pack", PLAIN, None, os.cpu_count()), pack / "pack"


def errors_of(path):
    context = UsdValidation.ValidationContext(UsdValidation.ValidationRegistry().GetOrLoadAllValidators())
    found = (error.GetErrorAsString() for error in context.Validate(Usd.Stage.Open(str(path))))
    return [text for text in found if "OmniPBR.mdl" not in text and "'mdl'" not in text]  # which only Kit has


def test_all_furniture_is_imported_at_its_size(furniture):
    libraries, report, pack = furniture
    assert report.refused == [] and len(report.made) == 820
    stated = {}
    for path in libraries:
        with ZipFiles(path) as files:
            stated |= {f"{path.name}/{files.find(row.model)}": row for row in read_furniture(files)}
    for record in open_pack(pack).records:
        row = stated[record.source]
        stage = Usd.Stage.Open(str(pack / record.file))
        cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"])
        box = cache.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange()
        size, low = np.array(box.GetSize()), np.array(box.GetMin())
        assert size == pytest.approx(row.size, rel=0.01), record.id
        assert size == pytest.approx(record.size, rel=1e-3), record.id
        assert low[2] == pytest.approx(0.0, abs=1e-6) and low[:2] == pytest.approx(-0.5 * size[:2], abs=1e-5), record.id
        assert record.licence.startswith("CC") and record.attribution, record.id


def test_imported_furniture_validates(furniture):
    _, report, pack = furniture
    for record in report.made[::20]:
        assert errors_of(pack / record.file) == [], record.id


def test_nvidias_validators_find_no_fault_of_ours(furniture):
    engine = pytest.importorskip("omni.asset_validator").ValidationEngine(init_rules=True)
    _, report, pack = furniture
    for record in report.made[7::60]:
        issues = [issue for issue in engine.validate(str(pack / record.file)).issues() if "WARNING" not in str(issue.severity)]
        texts = [str(issue.message) for issue in issues]
        assert [text for text in texts if "OmniPBR" not in text and "'mdl'" not in text] == [], record.id


def test_all_controllers_are_imported_and_validate(tmp_path):
    report = import_assets([corpus("webxr")], tmp_path / "pack", PLAIN, None, os.cpu_count())
    assert report.refused == [] and len(report.made) == 82
    for record in report.made[::4]:
        assert errors_of(tmp_path / "pack" / record.file) == []
        assert 0.03 < record.longest < 0.5, record.id  # metres, and held in a hand


def test_damaged_models_are_refused_with_a_reason_and_nothing_crashes(tmp_path):
    pytest.importorskip("DracoPy")
    report = import_assets([corpus("assimp") / "usr/share/assimp/models"], tmp_path / "pack", PLAIN, None, 2)
    reasons = {refusal.source: refusal.reason for refusal in report.refused}
    assert (len(report.made), len(reasons)) == (44, 34)
    assert not [reason for reason in reasons.values() if "reader" in reason]
    assert json.dumps(reasons).count("it is glTF 1") == 6
