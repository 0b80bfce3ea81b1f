import pytest
from pxr import Sdf, Vt

from scenewright.sdg.layers.apply import merge_layers
from scenewright.sdg.layers.files import write_layer
from scenewright.sdg.layers.snapshot import take_snapshot
from scenewright.sdg.layers.values import same_value

BASE = """(
    customLayerData = {
        dictionary made = { int64 count = 3; half share = 0.5; float by = 1.25 }
    }
    subLayers = [@./a.usda@]
)
def Xform "W" (
    prepend apiSchemas = ["A"]
    customData = { int64 k = 1; float z = 2 }
) {
    float a = 1
    float b = 2
    rel one = </W/x>
    def Sphere "x" { double radius = 1 }
    def Sphere "y" { double radius = 2 }
    def "z" { }
    variantSet "v" = {
        "p" { float q = 1 }
        "r" { }
    }
}"""


def merged(base, ours, theirs):
    """The merged layer, having checked that the other order gives the same bytes or conflicts at the same places."""
    layer, plan = merge_layers(base, ours, theirs)
    other, back = merge_layers(base, theirs, ours)
    assert [(c.path, c.field) for c in plan.conflicts] == [(c.path, c.field) for c in back.conflicts]
    if not plan.conflicts:
        assert layer.ExportToString() == other.ExportToString()
    return layer, plan.conflicts


def edited(layer, text, change):
    made = layer(text)
    change(made)
    return made


def places(conflicts):
    return [(c.path, c.field) for c in conflicts]


def set_default(path, value):
    def change(made):
        made.GetAttributeAtPath(path).default = value

    return change


def test_edits_of_different_fields_of_one_prim_merge_with_their_types(layer):
    def ours(made):
        made.GetPrimAtPath("/W").SetInfoDictionaryValue("customData", "k", Vt.Int64(7))
        made.GetAttributeAtPath("/W.a").default = 5

    def theirs(made):
        made.GetPrimAtPath("/W").SetInfoDictionaryValue("customData", "z", Vt.Float(9))
        made.GetPrimAtPath("/W").SetInfoDictionaryValue("customData", "h", Vt.Half(0.25))
        made.GetAttributeAtPath("/W.a").documentation = "said"

    found, conflicts = merged(layer(BASE), edited(layer, BASE, ours), edited(layer, BASE, theirs))
    text = found.ExportToString()
    assert not conflicts
    for line in ("int64 k = 7", "float z = 9", "half h = 0.25", "float a = 5", 'doc = "said"'):
        assert line in text


def test_entries_of_nested_dictionaries_merge_one_by_one_with_their_types(layer):
    ours = layer(BASE.replace("int64 count = 3;", ""))
    theirs = layer(BASE.replace("float by = 1.25", "float by = 1.5; uchar new = 4"))
    text = merged(layer(BASE), ours, theirs)[0].ExportToString()
    assert "count" not in text and "float by = 1.5" in text and "uchar new = 4" in text and "half share = 0.5" in text


def test_a_dictionary_inside_a_variant_merges(layer):
    base = BASE.replace("float q = 1", "float q = 1 ( customData = { int64 a = 1; float b = 1; half c = 1 } )")
    ours, theirs = layer(base.replace("int64 a = 1", "int64 a = 2")), layer(base.replace("float b = 1;", ""))
    text = merged(layer(base), ours, theirs)[0].ExportToString()
    assert "int64 a = 2" in text and "float b = 1" not in text and "half c = 1" in text


def test_the_same_value_set_differently_is_a_conflict_that_keeps_ours(layer):
    base = layer(BASE)
    ours, theirs = (edited(layer, BASE, set_default("/W.a", value)) for value in (5, 6))
    found, conflicts = merged(base, ours, theirs)
    assert places(conflicts) == [("/W.a", "")] and "ours 5, theirs 6, base 1" in str(conflicts[0])
    assert found.GetAttributeAtPath("/W.a").default == 5


def test_a_default_against_time_samples_is_a_conflict(layer):
    theirs = edited(layer, BASE, lambda made: made.SetTimeSample("/W.a", 1, 3.0))
    assert places(merged(layer(BASE), edited(layer, BASE, set_default("/W.a", 2)), theirs)[1]) == [("/W.a", "")]


def test_the_same_edit_on_both_sides_is_none(layer):
    sides = [edited(layer, BASE, set_default("/W.a", 5)) for _ in range(2)]
    found, conflicts = merged(layer(BASE), *sides)
    assert not conflicts and found.GetAttributeAtPath("/W.a").default == 5


def test_nan_that_nobody_touched_is_no_edit(layer):
    base = BASE.replace("float a = 1", "float a = nan").replace("float b = 2", "float b = 2\nfloat[] c = [nan, 1]")
    ours, theirs = edited(layer, base, set_default("/W.b", 3)), edited(layer, base, set_default("/W/x.radius", 3))
    assert not merged(layer(base), ours, theirs)[1]


def test_a_value_changes_its_type_on_one_side(layer):
    ours = layer(BASE.replace("float a = 1", "double3 a = (1, 2, 3)"))
    theirs = edited(layer, BASE, lambda made: setattr(made.GetAttributeAtPath("/W.a"), "documentation", "kept"))
    found, _ = merged(layer(BASE), ours, theirs)
    spec = found.GetAttributeAtPath("/W.a")
    assert spec.typeName == Sdf.ValueTypeNames.Double3 and spec.default == (1, 2, 3) and spec.documentation == "kept"


def test_deletion_against_an_edit_below_is_a_conflict(layer):
    ours = layer(BASE.replace('def Sphere "x" { double radius = 1 }', ""))
    theirs = edited(layer, BASE, set_default("/W/x.radius", 3))
    found, conflicts = merged(layer(BASE), ours, theirs)
    assert places(conflicts) == [("/W/x", "")] and "</W/x.radius>" in str(conflicts[0])
    assert not found.GetPrimAtPath("/W/x")
    kept, _ = merged(layer(BASE), theirs, ours)
    assert kept.GetAttributeAtPath("/W/x.radius").default == 3


def test_deletion_against_no_edit_deletes_and_both_may_delete(layer):
    ours = layer(BASE.replace('def Sphere "x" { double radius = 1 }', ""))
    theirs = edited(layer, BASE, set_default("/W/y.radius", 3))
    found, conflicts = merged(layer(BASE), ours, theirs)
    assert not conflicts and not found.GetPrimAtPath("/W/x") and found.GetAttributeAtPath("/W/y.radius").default == 3
    assert not merged(layer(BASE), ours, ours)[1]


def test_renames(layer):
    first, second = (layer(BASE.replace('Sphere "x"', f'Sphere "{name}"')) for name in ("left", "right"))
    gone = layer(BASE.replace('def Sphere "x" { double radius = 1 }', ""))
    base = layer(BASE)
    found, conflicts = merged(base, first, second)
    assert places(conflicts) == [("/W/x", "")] and "</W/left>" in str(conflicts[0])
    assert found.GetPrimAtPath("/W/left") and not found.GetPrimAtPath("/W/right")
    assert places(merged(base, first, gone)[1]) == [("/W/x", "")]
    edit = edited(layer, BASE, set_default("/W/x.radius", 3))
    found, conflicts = merged(base, edit, first)
    assert "theirs renamed it to </W/left>" in str(conflicts[0])
    assert found.GetPrimAtPath("/W/x") and not found.GetPrimAtPath("/W/left")
    below = edited(layer, BASE, lambda made: made.GetPrimAtPath("/W/x").RemoveProperty(made.GetPropertyAtPath("/W/x.radius")))
    assert places(merged(base, first, below)[1]) == [("/W/x", "")]
    assert not merged(base, first, edited(layer, BASE, set_default("/W/y.radius", 3)))[1]


def test_two_prims_renamed_to_one_name_are_a_conflict(layer):
    ours, theirs = layer(BASE.replace('"x"', '"same"')), layer(BASE.replace('"y"', '"same"'))
    assert ("/W/same", "") in places(merged(layer(BASE), ours, theirs)[1])


def test_a_prim_that_both_add_merges_by_field(layer):
    def with_lamp(body):
        return layer(BASE.replace('def "z" { }', f'def "z" {{ }}\ndef Sphere "lamp" {{ {body} }}'))

    base, one = layer(BASE), with_lamp("double radius = 1\nfloat a = 1")
    found, conflicts = merged(base, one, with_lamp("double radius = 1\nfloat b = 1"))
    assert not conflicts and {p.name for p in found.GetPrimAtPath("/W/lamp").properties} == {"radius", "a", "b"}
    assert places(merged(base, one, with_lamp("double radius = 2"))[1]) == [("/W/lamp.radius", "")]
    assert places(merged(base, one, with_lamp("rel radius = </W>"))[1]) == [("/W/lamp.radius", "")]


def test_list_operations_merge_item_by_item(layer):
    base = BASE.replace('["A"]', '["A", "B"]')
    ours, theirs = layer(base.replace('["A", "B"]', '["A", "B", "D"]')), layer(base.replace('["A", "B"]', '["C", "B"]'))
    found, conflicts = merged(layer(base), ours, theirs)
    assert not conflicts and list(found.GetPrimAtPath("/W").GetInfo("apiSchemas").prependedItems) == ["C", "B", "D"]


def test_a_target_that_both_replace_is_a_conflict(layer):
    ours, theirs = (layer(BASE.replace("rel one = </W/x>", f"rel one = </W/{name}>")) for name in "yz")
    assert places(merged(layer(BASE), ours, theirs)[1]) == [("/W.one", "targetPaths")]
    ours, theirs = (layer(BASE.replace("rel one = </W/x>", f"rel one = [</W/x>, </W/{name}>]")) for name in "yz")
    found, conflicts = merged(layer(BASE), ours, theirs)
    targets = found.GetPropertyAtPath("/W.one").targetPathList.explicitItems
    assert not conflicts and list(map(str, targets)) == ["/W/x", "/W/y", "/W/z"]


def test_sublayers_merge_with_their_offsets(layer):
    ours = layer(BASE.replace("[@./a.usda@]", "[@./a.usda@, @./b.usda@ (offset = 3)]"))
    theirs = layer(BASE.replace("[@./a.usda@]", "[@./c.usda@, @./a.usda@ (scale = 2)]"))
    found, conflicts = merged(layer(BASE), ours, theirs)
    assert not conflicts and list(found.subLayerPaths) == ["./c.usda", "./a.usda", "./b.usda"]
    assert [(o.offset, o.scale) for o in (found.subLayerOffsets[i] for i in range(3))] == [(0, 1), (0, 2), (3, 1)]


def test_children_keep_the_order_of_the_side_that_changed_it(layer):
    moved = BASE.replace('def "z" { }', "").replace('def Sphere "x"', 'def "z" { }\ndef Sphere "x"')
    added = BASE.replace('def "z" { }', 'def "z" { }\ndef "n" { }')
    found, conflicts = merged(layer(BASE), layer(moved), layer(added))
    assert not conflicts and list(found.GetPrimAtPath("/W").nameChildren.keys()) == ["z", "n", "x", "y"]


def test_variants_merge(layer):
    ours = layer(BASE.replace("float q = 1", "float q = 1\nfloat new = 2"))
    theirs = layer(BASE.replace('"r" { }', '"r" { float t = 1 }\n"s" { }'))
    found, conflicts = merged(layer(BASE), ours, theirs)
    assert not conflicts
    assert found.GetAttributeAtPath("/W{v=p}.new").default == 2 and found.GetAttributeAtPath("/W{v=r}.t")
    assert found.GetObjectAtPath("/W{v=s}")
    dropped = layer(BASE.replace('"p" { float q = 1 }', ""))
    assert places(merged(layer(BASE), ours, dropped)[1]) == [("/W{v=p}", "")]


def test_without_a_base_both_sides_are_additions(layer):
    empty = layer("")
    found, conflicts = merged(empty, layer('def "A" { float x = 1 }'), layer('def "A" { float y = 1 }\ndef "B" { }'))
    assert not conflicts and found.GetAttributeAtPath("/A.x") and found.GetAttributeAtPath("/A.y") and found.GetPrimAtPath("/B")


@pytest.mark.parametrize("seeds", [range(30), pytest.param(range(30, 230), marks=pytest.mark.verify)], ids=["30", "200"])
def test_random_pairs_of_edits_conflict_exactly_when_they_do(tabletop, edits, conflicting, seeds, tmp_path):
    base = Sdf.Layer.OpenAsAnonymous(str(tabletop / "layers" / "layout.usda"))
    met = 0
    for seed in seeds:
        draw = edits(base, seed)
        lists = draw.side(), draw.side()
        sides = []
        for chosen in lists:
            side = Sdf.Layer.CreateAnonymous(".usda")
            side.TransferContent(base)
            for edit in chosen:
                edit.apply(side)
            sides.append(side)
        found, conflicts = merged(base, *sides)
        expected = conflicting(*lists)
        met += expected
        told = [[edit.name for edit in chosen] for chosen in lists]
        assert bool(conflicts) == expected, (seed, told, [str(c) for c in conflicts])
        if not expected:
            assert_has_both(found, base, *lists, (seed, told))
            crates = [tmp_path / "one.usdc", tmp_path / "other.usdc"]
            for crate, order in zip(crates, (sides, sides[::-1]), strict=True):
                write_layer(merge_layers(base, *order)[0], crate)
            assert crates[0].read_bytes() == crates[1].read_bytes(), (seed, told)
    assert 0.25 < met / len(seeds) < 0.75  # both cases are tried


def assert_has_both(found, base, ours, theirs, told):
    """The merged layer says what doing all the edits to one layer says."""
    both = Sdf.Layer.CreateAnonymous(".usda")
    both.TransferContent(base)
    done = set()
    for edit in sorted([*ours, *theirs], key=lambda edit: bool(edit.gone)):
        key = edit.name
        if key not in done:
            edit.apply(both)
            done.add(key)
    one, other = take_snapshot(found), take_snapshot(both)
    assert one.keys() == other.keys(), told
    for path, record in one.items():
        for key in {*record.fields, *other[path].fields}:
            a, b = record.fields.get(key), other[path].fields.get(key)
            if key[0] in ("apiSchemas", "targetPaths"):  # items of both, in canonical order
                a, b = sorted(a.prependedItems, key=str), sorted(b.prependedItems, key=str)
            if key[0] != "primOrder":
                assert same_value(a, b), (told, path, key, a, b)


def test_a_variant_set_that_both_add_merges(layer):
    base = 'def "W" { }'
    ours = layer('def "W" ( prepend variantSets = "v" ) { variantSet "v" = { "a" { float x = 1 } } }')
    theirs = layer('def "W" ( prepend variantSets = "v" ) { variantSet "v" = { "a" { float y = 1 } "b" { float x = 2 } } }')
    found, conflicts = merged(layer(base), ours, theirs)
    assert not conflicts
    assert [bool(found.GetAttributeAtPath(path)) for path in ("/W{v=a}.x", "/W{v=a}.y", "/W{v=b}.x")] == [True] * 3
    again = layer('def "W" ( prepend variantSets = "v" ) { variantSet "v" = { "a" { float x = 3 } } }')
    assert places(merged(layer(base), ours, again)[1]) == [("/W{v=a}.x", "")]


def test_deletions_renames_types_and_orders_inside_variants(layer):
    base = """def "W" ( prepend variantSets = "v" ) { variantSet "v" = { "a" {
        float x = 1
        float y = 1
        def "p" { float z = 1 }
        def "q" { }
        variantSet "n" = { "i" { float k = 1 } }
    } } }"""
    ours = layer(base.replace("float x = 1", "").replace('def "q" { }', ""))
    theirs = base.replace("float y = 1", "double y = 2").replace('def "p"', 'def "new" { }\ndef "p"')
    theirs = layer(theirs.replace("k = 1", "k = 2"))
    found, conflicts = merged(layer(base), ours, theirs)
    assert not conflicts
    inside = found.GetObjectAtPath("/W{v=a}").primSpec
    assert list(inside.nameChildren.keys()) == ["new", "p"] and list(inside.properties.keys()) == ["y"]
    assert inside.properties["y"].default == 2 and found.GetAttributeAtPath("/W{v=a}{n=i}.k").default == 2
    assert places(merged(layer(base), ours, layer(base.replace("float x = 1", "float x = 2")))[1]) == [("/W{v=a}.x", "")]
    renamed = layer(base.replace('def "p"', 'def "r"'))
    assert places(merged(layer(base), renamed, layer(base.replace("z = 1", "z = 2")))[1]) == [("/W{v=a}p", "")]


def test_from_any_layer_to_any_other_is_a_merge(tabletop):
    paths = sorted(tabletop.glob("assets/*/*.usda"))[:12] + sorted(tabletop.glob("layers/*.usda")) + [tabletop / "scene.usda"]
    layers = [Sdf.Layer.OpenAsAnonymous(str(path)) for path in paths]
    for path, base, side in zip(paths, layers, layers[1:] + layers[:1], strict=True):
        found, conflicts = merged(base, side, base)
        assert not conflicts
        one, other = take_snapshot(found), take_snapshot(side)
        assert one.keys() == other.keys(), path
        for where, record in one.items():
            assert same_value(record.fields, other[where].fields) and record.children == other[where].children, (path, where)
