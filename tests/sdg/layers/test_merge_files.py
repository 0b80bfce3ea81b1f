import pytest

from scenewright.sdg.layers.comments import merged_head
from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import layer_format, read_layer, write_layer
from scenewright.sdg.layers.merge_files import merge_files

BASE = 'def "A" { float x = 1\nfloat y = 1\n custom asset z = @a.png@ }'


@pytest.fixture
def files(tmp_path, layer):
    """Write base, ours and theirs with an ending; return their paths."""

    def write(ending, ours=BASE.replace("x = 1", "x = 2"), theirs=BASE.replace("y = 1", 'y = 2\nfloat w = 1 ( doc = "d" )')):
        paths = []
        for name, text in (("base", BASE), ("ours", ours), ("theirs", theirs)):
            paths.append(tmp_path / f"{name}.{ending}")
            write_layer(layer(text), paths[-1])
        return paths

    return write


@pytest.mark.parametrize("ending", ["usda", "usdc", "usd"])
def test_both_orders_give_equal_bytes(files, tmp_path, ending):
    base, ours, theirs = files(ending)
    one, other = tmp_path / f"one.{ending}", tmp_path / f"other.{ending}"
    assert not merge_files(base, ours, theirs, one).conflicts and not merge_files(base, theirs, ours, other).conflicts
    assert one.read_bytes() == other.read_bytes()
    found = read_layer(one)
    assert [found.GetAttributeAtPath(f"/A.{name}").default for name in "xyw"] == [2, 2, 1]


def test_usd_keeps_the_form_of_the_side_that_changed_it(files, tmp_path, layer):
    base, ours, theirs = files("usd")
    assert layer_format(base) == "usdc"
    theirs.unlink()
    write_layer(layer(BASE.replace("y = 1", "y = 2")), theirs, "usda")
    for first, second in ((ours, theirs), (theirs, ours)):
        merge_files(base, first, second, tmp_path / "out.usd")
        assert layer_format(tmp_path / "out.usd") == "usda"


def test_git_s_temporary_files_take_the_form_of_the_named_layer(files, tmp_path):
    base, ours, theirs = files("usdc")
    bare = tmp_path / ".merge_file_a"
    bare.write_bytes(ours.read_bytes())
    merge_files(base, bare, theirs, bare, name="layers/a.usdc")
    assert layer_format(bare) == "usdc" and read_layer(bare).GetAttributeAtPath("/A.y").default == 2


def test_a_side_that_alone_changed_is_taken_as_it_is(files, tmp_path):
    base, ours, _ = files("usda")
    ours.write_text(ours.read_text() + "# a comment\n")
    for sides in ((ours, base), (base, ours)):
        merge_files(base, *sides, tmp_path / "out.usda")
        assert (tmp_path / "out.usda").read_bytes() == ours.read_bytes()


def test_comments_that_go_are_counted_and_those_of_the_head_stay(files, tmp_path):
    base, ours, theirs = files("usda")
    for path in (base, ours, theirs):
        first, _, rest = path.read_text().partition("\n")
        path.write_text(f"{first}\n# licence: CC0-1.0\n#   kept by Ada\n\n{rest}")
    theirs.write_text(theirs.read_text().replace("CC0", "CC-BY"))
    ours.write_text(ours.read_text().replace("float x", "# twice # as long\n    float x") + "/* the\nend */\n// yes\n")
    ours.write_text(ours.read_text().replace("@a.png@", "@a#b//c.png@"))
    written = []
    for sides in ((ours, theirs), (theirs, ours)):
        (note,) = merge_files(base, *sides, tmp_path / "out.usda").notes
        assert "3 comments are not kept" in note
        written.append((tmp_path / "out.usda").read_bytes())
    assert written[0] == written[1]
    assert written[0].startswith(b"#usda 1.0\n# licence: CC-BY-1.0\n#   kept by Ada\n") and b"twice" not in written[0]
    assert read_layer(tmp_path / "out.usda").GetAttributeAtPath("/A.x").default == 2
    crate = merge_files(base, ours, theirs, tmp_path / "out.usdc").notes
    assert "5 comments" in crate[0] and "kept by Ada" in crate[0]


def test_a_merge_that_keeps_all_comments_says_nothing(files, tmp_path):
    base, ours, theirs = files("usda")
    theirs.write_text(theirs.read_text().replace("#usda 1.0\n", "#usda 1.0\n# new\n"))
    assert merge_files(base, ours, theirs, tmp_path / "out.usda").notes == []
    assert (tmp_path / "out.usda").read_text().startswith("#usda 1.0\n# new\n")


@pytest.mark.parametrize(("ours", "theirs", "kept"), [
    ("ab", "ab", "ab"), ("abc", "ab", "abc"), ("ab", "b", "b"), ("b", "abc", "b"), ("xb", "yb", "b"), ("", "abc", "")])
def test_heads_that_both_sides_changed_keep_what_neither_touched(ours, theirs, kept):
    base, mine, other = (list(text) for text in ("ab", ours, theirs))
    assert merged_head(base, mine, other) == merged_head(base, other, mine) == list(kept)


def test_nothing_is_written_when_a_side_is_broken(files, tmp_path):
    base, ours, theirs = files("usda")
    theirs.write_text("#usda 1.0\ndef {")
    for sides in ((ours, theirs), (base, theirs)):
        with pytest.raises(LayerError, match=r"theirs\.usda:2:"):
            merge_files(base, *sides, tmp_path / "out.usda")
    assert not (tmp_path / "out.usda").exists()
