"""Reading recipe files: places, safety, variables."""

import pytest

from scenewright.sdg.recipe import RecipeError
from scenewright.sdg.recipe.document import insert_variables, read_document, read_text


def finding_of(text):
    with pytest.raises(RecipeError) as caught:
        read_text(text, "r.yaml")
    return caught.value.findings[0]


def inserted(text):
    findings = []
    return insert_variables(read_text(text, "r.yaml"), findings).plain(), findings


def test_values_know_line_and_column():
    document = read_text("a: 1\nb:\n  - x\n  - {c: 2.5}\n", "r.yaml")
    node = document.find("b", 1, "c")
    assert (node.value, node.mark.line, node.mark.column) == (2.5, 4, 9)
    assert document.value["b"].mark.line == 2


def test_scalars_follow_yaml_1_2():
    plain = read_text("a: yes\nb: true\nc: 0x10\nd: 1e3\ne: ~\nf: .inf\ng: 010\nh: 2024-01-01\ni: '3'\n").plain()
    assert plain == {
        "a": "yes",
        "b": True,
        "c": 16,
        "d": 1000.0,
        "e": None,
        "f": float("inf"),
        "g": 10,
        "h": "2024-01-01",
        "i": "3",
    }


def test_broken_yaml_is_reported_where_it_breaks():
    finding = finding_of("a: 1\nb: [1, 2\nc: 3\n")
    assert (finding.file, finding.line) == ("r.yaml", 3)
    assert "not valid YAML" in finding.message


def test_duplicate_keys_are_findings_with_both_lines():
    finding = finding_of("a: 1\nb:\n  c: 1\n  c: 2\n")
    assert (finding.line, finding.column) == (4, 3)
    assert "'c'" in finding.message and "line 3" in finding.message


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['true']", "!!python/name:os.system ''", "!own x"])
def test_tags_are_never_executed(tag):
    with pytest.raises(RecipeError):
        read_text(f"a: {tag}\n")


def test_anchors_and_merge_keys_work():
    plain = read_text("base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}\nsame: *b\n").plain()
    assert plain["more"] == {"x": 1, "y": 3}
    assert plain["same"] == {"x": 1, "y": 2}


def test_alias_bombs_are_bounded():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert "expands to more than" in finding_of("\n".join(lines)).message
    assert "nested deeper" in finding_of("a: &a [*a]").message


def test_missing_file_and_wrong_encoding(tmp_path):
    with pytest.raises(RecipeError, match="cannot read the recipe"):
        read_document(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(RecipeError, match=r"latin.yaml:2:1: .*UTF-8"):
        read_document(tmp_path / "latin.yaml")


def test_the_top_level_is_a_mapping():
    assert "mapping" in finding_of("- a\n- b\n").message
    assert read_text("").plain() == {}


def test_whole_variables_keep_their_type_and_parts_become_text():
    plain, findings = inserted(
        "scenewright: {variables: {n: 3, size: [64, 48], name: mug}}\n"
        "a: ${n}\nb: [${n}, ${n}]\nc: '${name}_${n}.png'\nd: ${size}\n${name}: 1\ne: $${n}\n"
    )
    assert not findings
    assert plain["a"] == 3 and plain["b"] == [3, 3] and plain["d"] == [64, 48]
    assert plain["c"] == "mug_3.png" and plain["mug"] == 1 and plain["e"] == "${n}"


def test_variables_may_use_each_other_but_not_in_a_circle():
    plain, findings = inserted("scenewright: {variables: {a: '${b}', b: 2}}\nx: ${a}\n")
    assert plain["x"] == 2 and not findings
    _, findings = inserted("scenewright: {variables: {a: '${b}', b: '${a}'}}\nx: ${a}\n")
    assert any("circle" in finding.message for finding in findings)


def test_unknown_variables_are_reported_at_their_place():
    _, findings = inserted("scenewright: {variables: {width: 3}}\nx:\n  y: ${widht}\n")
    assert [(f.line, f.column) for f in findings] == [(3, 6)]
    assert "Did you mean 'width'?" in findings[0].remedy


def test_a_list_cannot_be_written_inside_text():
    _, findings = inserted("scenewright: {variables: {v: [1, 2]}}\nx: 'a ${v}'\n")
    assert "is a list" in findings[0].message
