import json
import struct
import subprocess
import sys

import numpy as np
import pytest
from pxr import Sdf, Usd, UsdGeom, Vt

from scenewright.sdg.assets.crates import check_crate
from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import Limits
from scenewright.sdg.assets.usd_source import read_usd


@pytest.fixture(scope="module")
def crate(tmp_path_factory):
    """The bytes of a crate with arrays, strings, tokens and time samples."""
    path = tmp_path_factory.mktemp("crate") / "a.usdc"
    stage = Usd.Stage.CreateNew(str(path))
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/A").GetPrim())
    random = np.random.default_rng(0)
    for index in range(3):
        mesh = UsdGeom.Mesh.Define(stage, f"/A/M{index}")
        mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(random.random((300, 3), np.float32)))
        mesh.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(100, 3, np.int32)))
        mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(np.arange(300, dtype=np.int32)))
        UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, "vertex").Set(
            Vt.Vec2fArray.FromNumpy(random.random((300, 2), np.float32)))
        mesh.GetPrim().CreateAttribute("names", Sdf.ValueTypeNames.StringArray).Set([f"n{i}" for i in range(40)])
        for time in range(5):
            mesh.GetPrim().CreateAttribute("w", Sdf.ValueTypeNames.FloatArray).Set([float(time)] * 20, time)
    stage.GetRootLayer().Save()
    return path.read_bytes()


def sections(data):
    place = struct.unpack_from("<q", data, 16)[0]
    entries = [place + 8 + 32 * index for index in range(struct.unpack_from("<Q", data, place)[0])]
    rows = [(entry, *struct.unpack_from("<16sqq", data, entry)) for entry in entries]
    return {name.rstrip(b"\0").decode(): (entry, start) for entry, name, start, _ in rows}


def with_word(data, place, value):
    changed = bytearray(data)
    struct.pack_into("<Q", changed, place, value % (1 << 64))
    return bytes(changed)


def test_sound_crates_and_text_pass(crate):
    check_crate(crate)
    check_crate(b"#usda 1.0\n")
    assert set(sections(crate)) == {"TOKENS", "STRINGS", "FIELDS", "FIELDSETS", "PATHS", "SPECS"}


@pytest.mark.parametrize(("section", "offset"), [("TOKENS", 0), ("TOKENS", 8), ("STRINGS", 0), ("FIELDS", 0), ("FIELDSETS", 0),
                                                 ("PATHS", 0), ("PATHS", 8), ("SPECS", 0)])
def test_counts_that_do_not_fit_are_refused_before_usd_reserves_memory_for_them(crate, section, offset):
    place = sections(crate)[section][1] + offset
    for count in (10**6, 2**31 - 1, 2**40, 2**64 - 1):
        with pytest.raises(AssetError, match=f"its section {section} claims {count:,} .* at most .* fit"):
            check_crate(with_word(crate, place, count))


def test_more_entries_than_are_read_are_refused(crate):
    with pytest.raises(AssetError, match=r"has \d+ entries; at most 5 are read"):
        check_crate(crate, Limits(crate_entries=5))


def test_sections_outside_the_file_are_refused(crate):
    entry, _ = sections(crate)["PATHS"]
    for value in (len(crate), -8):
        with pytest.raises(AssetError, match="damaged: its table of contents"):
            check_crate(with_word(crate, 16, value))
    for place, value in ((entry + 16, 2**40), (entry + 16, 0), (entry + 24, 2**40), (entry + 24, -1)):
        with pytest.raises(AssetError, match="damaged: its section PATHS"):
            check_crate(with_word(crate, place, value))
    table = struct.unpack_from("<q", crate, 16)[0]
    with pytest.raises(AssetError, match="lists 1,099,511,627,776 sections"):
        check_crate(with_word(crate, table, 2**40))
    for length in (8, 50, 88, table, len(crate) - 1):
        with pytest.raises(AssetError, match="damaged"):
            check_crate(crate[:length])


def test_the_reader_looks_before_it_opens(crate, tmp_path, source):
    (tmp_path / "a.usdc").write_bytes(with_word(crate, sections(crate)["SPECS"][1], 2**31))
    (tmp_path / "b.usda").write_text('#usda 1.0\n(subLayers = [@a.usdc@])\n')
    with pytest.raises(AssetError, match=r"^it is damaged: its section SPECS"):
        read_usd(source(tmp_path / "a.usdc"))
    with pytest.raises(AssetError, match=r"^a\.usdc: it is damaged: its section SPECS"):
        read_usd(source(tmp_path / "b.usda"))


def damaged(crate, random, count):
    """Yield crates with a byte, a word, a count or an end that is wrong; words with huge values at every kind of place."""
    huge = [2**62, 2**40, 2**33, 2**31 - 1, 2**30, 10**9, 10**7, 2**64 - 1]
    known = dict(sections(crate).values())
    values = range(88, min(known.values()) - 8)
    heads = [place for place in values if 5 <= struct.unpack_from("<Q", crate, place)[0] <= 300]  # mostly counts of arrays
    for index in range(count):
        kind = index % 5
        value = int(huge[random.integers(len(huge))] % 2**64)
        if kind == 0:
            place = int(random.integers(len(crate)))
            yield crate[:place] + bytes([random.integers(256)]) + crate[place + 1 :]
        elif kind == 1:
            yield with_word(crate, int(random.integers(88, len(crate) - 8)), value)
        elif kind == 2:
            yield crate[: random.integers(len(crate))]
        elif kind == 3:
            yield with_word(crate, list(known.values())[random.integers(len(known))] + 8 * int(random.integers(4)), value)
        else:
            yield with_word(crate, heads[random.integers(len(heads))], value)


IMPORT = """
import json, resource, sys, time
from pathlib import Path
from scenewright.sdg.assets.importer import import_assets
from scenewright.sdg.assets.jobs import ImportChoices

if __name__ == "__main__":
    ends = [time.monotonic()]
    report = import_assets([Path(sys.argv[1])], Path(sys.argv[2]), ImportChoices(thumbnail=False, collision="none"), None, 1,
                           lambda done, of: ends.append(time.monotonic()))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"made": len(report.made), "reasons": [r.reason for r in report.refused], "longest": max(
        b - a for a, b in zip(ends[2:], ends[3:])), "cpu": used.ru_utime + used.ru_stime, "kib": used.ru_maxrss}))
"""


@pytest.mark.verify
@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
def test_fuzz_damaged_crates_take_little_memory_and_time_and_name_a_reason(crate, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for index, data in enumerate(damaged(crate, np.random.default_rng(7), 600)):
        (folder / f"c{index:04d}.usdc").write_bytes(data)
    script = tmp_path / "import_all.py"
    script.write_text(IMPORT)
    done = subprocess.run([sys.executable, str(script), str(folder), str(tmp_path / "pack")], capture_output=True, text=True,
                          timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["made"] + len(told["reasons"]) == 600 and 50 < len(told["reasons"]) < 550
    assert told["kib"] < 1.5 * 2**20, told["kib"]  # one GiB on top of what a worker takes anyway
    assert told["cpu"] < 120.0 and told["longest"] < 60.0, told
    assert not [reason for reason in told["reasons"] if not reason.strip() or "reader failed" in reason or "@" in reason]
    print({key: value for key, value in told.items() if key != "reasons"}, sorted({reason[:70] for reason in told["reasons"]}))
