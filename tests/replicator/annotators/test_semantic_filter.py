"""The grammar of semantic filters."""

import pytest

from scenewright.replicator.annotators.semantic_filter import make_filter, parse_filter

CAR = {"class": ["car"], "color": ["red"]}


@pytest.mark.parametrize(("text", "labels", "kept"), [
    ("class:*", CAR, {"class": ["car"]}),
    ("*:*", CAR, CAR),
    ("class: car | truck", CAR, {"class": ["car"]}),
    ("class:truck", CAR, {}),
    ("class: !car", CAR, {}),
    ("class: !truck", CAR, {"class": ["car"]}),
    ("class: !truck", {"color": ["red"]}, {}),
    ("class: c*r", CAR, {"class": ["car"]}),
    ("class: ca", CAR, {}),
    ("class: car & !rusty", {"class": ["car", "rusty"]}, {}),
    ("class: car & fast", {"class": ["car", "fast", "old"]}, {"class": ["car", "fast"]}),
    ("class: a & b | c", {"class": ["c"]}, {"class": ["c"]}),
    ("class: car, color: red", CAR, CAR),
    ("class: car, color: blue", CAR, {}),
    ("class: truck ; color: red", CAR, {"color": ["red"]}),
    ("class: car ; color: red", CAR, CAR),
    ("class: wheel", {"class": ["wheel", "car"]}, {"class": ["wheel"]}),
    ("class: a.b", {"class": ["axb"]}, {}),
])
def test_what_passes(text, labels, kept):
    assert parse_filter(text)({k: list(v) for k, v in labels.items()}) == kept


@pytest.mark.parametrize("text", ["car", "class:", ": car", "class: car |", "class: !", "class: (a | b) & c", "class: a, ",
                                  "a:b:c"])
def test_what_is_no_filter_is_quoted(text):
    with pytest.raises(ValueError, match="Semantic filter"):
        parse_filter(text)


def test_types_and_predicate_restrict_together():
    assert make_filter(["class"], None)(CAR) == {"class": ["car"]}
    assert make_filter(["color"], "class:car")(CAR) == {}
    assert make_filter(None, "") is None and make_filter([], None) is None


def test_equal_filters_are_one_object():
    assert make_filter(["b", "a"], "class:car") is make_filter(["a", "b"], "class:car")
