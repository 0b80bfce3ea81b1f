import json

from scenewright.sdg.layers.diff import diff_layers

BASE = """( metersPerUnit = 1 )
def Xform "A" ( prepend apiSchemas = ["X"]
 customData = { int k = 1 }
 variants = { string v = "p" } ) {
    float x = 1
    float y.timeSamples = { 1: 2, 2: 3, }
    float z.connect = </A.x>
    rel r = </A/b>
    def Sphere "b" { double radius = 1 }
    def "c" { }
    variantSet "v" = { "p" { float q = 1 } }
}"""


def lines(layer, *replacements):
    text = BASE
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return [str(change) for change in diff_layers(layer(BASE), layer(text))]


def test_equal_layers_do_not_differ(layer):
    assert lines(layer) == []


def test_every_kind_of_change_is_a_line(layer):
    assert lines(layer, ("metersPerUnit = 1", "metersPerUnit = 0.01")) == ["~ layer metersPerUnit: 1 -> 0.01"]
    assert lines(layer, ("x = 1", "x = 2")) == ["~ attribute </A.x>: 1 -> 2"]
    assert lines(layer, ("2: 3", "2: 4, 3: 5")) == [
        "~ attribute </A.y> timeSamples[2]: 3 -> 4", "~ attribute </A.y> timeSamples[3]: nothing -> 5"]
    assert lines(layer, ("</A.x>", "</A.y>")) == ["~ attribute </A.z> connectionPaths: [</A.x>] -> [</A.y>]"]
    assert lines(layer, ("= </A/b>", "= [</A/b>, </A/c>]")) == [
        "~ relationship </A.r> targetPaths: [</A/b>] -> [</A/b>, </A/c>]"]
    assert lines(layer, ('["X"]', '["X", "Y"]')) == ['~ prim </A> apiSchemas: prepended ["X"] -> prepended ["X", "Y"]']
    assert lines(layer, ("int k = 1", "int k = 2")) == ["~ prim </A> customData:k: 1 -> 2"]
    assert lines(layer, ('string v = "p"', 'string v = "o"')) == ['~ prim </A> variantSelection:v: "p" -> "o"']
    assert lines(layer, ("q = 1", "q = 2")) == ["~ attribute </A{v=p}.q>: 1 -> 2"]
    assert lines(layer, ("rel r = </A/b>", "")) == ["- relationship </A.r> = [</A/b>]"]
    assert lines(layer, ("float x", "double x")) == ['~ attribute </A.x> typeName: "float" -> "double"']


def test_prims_are_told_when_added_moved_or_reordered(layer):
    assert lines(layer, ('def "c" { }', 'def "c" { }\ndef Cube "n" { double size = 3 }')) == [
        "+ prim </A/n>", "+ attribute </A/n.size> = 3"]
    moved = ('def "c" { }', ""), ('def Sphere "b"', 'def "c" { }\ndef Sphere "b"')
    assert lines(layer, *moved) == ['~ prim </A> order of prims: ["b", "c"] -> ["c", "b"]']
    assert lines(layer, ('Sphere "b"', 'Sphere "ball"')) == ["> prim </A/b> -> </A/ball>"]


def test_json_says_the_same(layer):
    changes = diff_layers(layer(BASE), layer(BASE.replace("x = 1", "x = 2").replace("</A/b>", "</A/c>")))
    rows = json.loads(json.dumps([change.as_json() for change in changes]))
    assert rows == [
        {"path": "/A.r", "what": "changed", "kind": "relationship", "field": "targetPaths",
         "before": {"explicit": ["/A/b"]}, "after": {"explicit": ["/A/c"]}},
        {"path": "/A.x", "what": "changed", "kind": "attribute", "before": 1.0, "after": 2.0}]
    long = diff_layers(layer(""), layer('def "A" { float[] x = [' + ", ".join(["1"] * 100) + "] }"))
    assert long[1].as_json()["after"]["count"] == 100
