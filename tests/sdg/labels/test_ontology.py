import pytest

from scenewright.sdg.labels import BUILT_IN
from scenewright.sdg.labels.ontology import open_ontology
from scenewright.sdg.recipe.findings import RecipeError


@pytest.fixture
def ontology(tmp_path):
    def read(text):
        (tmp_path / "o.yaml").write_text(text)
        return open_ontology(tmp_path / "o.yaml")

    return read


def test_names_synonyms_and_case_lead_to_the_class(ontology):
    found = ontology("classes:\n  sofa: {supercategory: furniture, synonyms: [couch], wikidata: Q131514}\n  box:\n")
    assert [found.class_of(label) for label in ("sofa", "couch", "Couch", "SOFA", "box", "bed")] == ["sofa"] * 4 + ["box", None]
    assert "Nearest: sofa" in found.unknown("soffa")
    assert found.table() == {
        "sofa": {"id": 1, "supercategory": "furniture", "color": list(found.colour("sofa")), "wikidata": "Q131514"},
        "box": {"id": 2, "supercategory": "object", "color": list(found.colour("box"))}}


def test_colours_are_given_or_made_from_the_id(ontology):
    found = ontology('classes: {a: {colour: "#0102ff"}, b: , c: }')
    assert found.colour("a") == (1, 2, 255) and found.colour("b") != found.colour("c")


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("classes: {}\n", 1, "maps names to classes"),
        ("class: {a: }\n", 1, "unknown key 'class'"),
        ("classes:\n  a: {supercat: x}\n", 2, "supercat"),
        ("classes:\n  a: {colour: red}\n", 2, "'#rrggbb'"),
        ("classes:\n  a: {wikidata: 42}\n", 2, "wikidata"),
        ("classes:\n  a: {wikidata: X42}\n", 2, "wikidata"),
        ("classes:\n  a: {synonyms: [x]}\n  b: {synonyms: [X]}\n", 3, "two classes, a and b"),
        ("classes:\n  a: {synonyms: [b]}\n  b: {}\n", 3, "two classes, a and b"),
        ("classes:\n  a: {colour: '#000001'}\n  b: {colour: '#000001'}\n", 3, "same colour"),
        ("classes:\n  a: {wikidata: Q1}\n  b: {wikidata: Q1}\n", 3, "same wikidata"),
        ("classes:\n  'a,b': {}\n", 2, "commas"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(ontology, tmp_path, text, line, told):
    with pytest.raises(RecipeError) as caught:
        ontology(text)
    assert f"{tmp_path / 'o.yaml'}:{line}:" in str(caught.value) and told in str(caught.value)


def test_the_one_that_comes_along_names_what_our_scenes_show():
    found = open_ontology(BUILT_IN)
    for name in "apple vase rack pallet box drum forklift shelf bottle can chair table sofa bed lamp".split():
        assert found.class_of(name) == name
    colours = [found.colour(name) for name in found.classes]
    assert len(set(colours)) == len(colours) and (0, 0, 0) not in colours
    assert found.classes["chair"].wikidata == "Q15026" and found.class_of("couch") == "sofa"
