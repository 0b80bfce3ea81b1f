"""A recipe's ontology: labels are given its names, writers its classes, segmentation images its colours.

Labels of the type ``class`` that stand on the stage are named once they are made: synonyms become their class, and unknown
labels are errors. Whatever reads labels afterwards, annotators and writers of either host, sees classes of the ontology only.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import omni.replicator.core as rep
from pxr import Usd

from scenewright.sdg.labels.ontology import Ontology
from scenewright.sdg.labels.rules import LABELS, RuleError, fitting_prims, labels_of
from scenewright.sdg.layers.stack import with_mutes
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError
from scenewright.sdg.recipe.prims import label_pairs
from scenewright.sdg.recipe.program import Call, Items, Literal, Value, calls_of
from scenewright.sdg.recipe.recipe import Recipe

__all__ = ["colour_segmentation", "find_label_problems", "name_labels", "with_classes"]

_CLASS = "class"
#: Writers that take the classes that count.
_WITH_CLASSES = ("bop", "coco", "huggingface", "voc", "webdataset", "yolo")
_MANY = 20


def find_label_problems(recipe: Recipe) -> list[Finding]:
    """Return the labels in a recipe and its scene that its ontology does not know; nothing where it has none.

    Blocks that choose prims by label or change labels while frames are made must name classes; others may use synonyms.
    """
    ontology = recipe.ontology
    if ontology is None:
        return []
    found = [
        Finding.at(recipe.mark("labels", index), ontology.unknown(label))
        for index, rule in enumerate(recipe.settings.labels)
        for label in rule.by_type().get(_CLASS, ())
        if ontology.class_of(label) is None
    ]
    for call in (call for block in recipe.program for call in calls_of(block)):
        for keyword in ("semantics", "semantics_exclusion"):
            found += _in_call(call, keyword, ontology)
    return [*found, *_in_scene(recipe, ontology)]


def _in_call(call: Call, keyword: str, ontology: Ontology) -> Iterator[Finding]:
    value = call.args.get(keyword)
    if value is None or isinstance(value, Call):
        return
    for kind, label in label_pairs(_plain(value)):
        known = ontology.class_of(label) if kind == _CLASS else label
        if known is None:
            yield Finding.at(value.mark, ontology.unknown(label))
        elif known != label and not call.function.startswith("create."):
            message = f"`{call.function}`: '{label}' is a synonym of '{known}', and labels are called by their class here."
            yield Finding.at(value.mark, message, f"Write '{known}'.")


def _plain(value: Value) -> Any:
    if isinstance(value, Items):
        return [_plain(item) for item in value.items]
    return value.value if isinstance(value, Literal) else []


def _in_scene(recipe: Recipe, ontology: Ontology) -> Iterator[Finding]:
    """Yield unknown labels of the scene, but for prims that the recipe labels anew."""
    if recipe.scene_path is None or not recipe.scene_path.is_file():
        return
    stage = with_mutes(Usd.Stage.Open(str(recipe.scene_path), Usd.Stage.LoadAll))
    anew: set[Any] = set()
    for rule in recipe.settings.labels:
        if _CLASS in rule.by_type():
            try:
                anew.update(prim.GetPath() for prim in fitting_prims(rule, stage.GetPseudoRoot()))
            except RuleError:
                continue  # the session says so at the rule
    for prim in _labelled(stage.GetPseudoRoot()):
        if prim.GetPath() not in anew:
            for label in labels_of(prim).get(_CLASS, ()):
                if ontology.class_of(label) is None:
                    yield Finding.at(recipe.mark("ontology"), f"{prim.GetPath()}: {ontology.unknown(label)}")


def name_labels(ontology: Ontology, mark: Mark, roots: Sequence[Usd.Prim]) -> None:
    """Give the labels at and below prims the names of their classes.

    Raises:
        RecipeError: A label is unknown, or a synonym stands where it cannot be written over.
    """
    findings = []
    for prim in (prim for root in roots for prim in _labelled(root)):
        labels = labels_of(prim).get(_CLASS, [])
        named = [ontology.class_of(label) for label in labels]
        unknown = [label for label, name in zip(labels, named, strict=True) if name is None]
        if unknown:
            findings.append(Finding.at(mark, f"{prim.GetPath()}: {ontology.unknown(unknown[0])}"))
        elif named != labels and not _writable(prim):
            remedy = f"Write '{', '.join(map(str, named))}' in its file; `scenewright labels migrate` upgrades the old schema."
            what = f"the label '{', '.join(labels)}' is a synonym that cannot be written over"
            where = "inside an instance" if prim.IsInPrototype() else "in the old label schema"
            findings.append(Finding.at(mark, f"{prim.GetPath()}: {what}, as it stands {where}.", remedy))
        elif named != labels:
            rep.functional.modify.semantics([prim], {_CLASS: named}, mode="replace")
    if findings:
        raise RecipeError(findings[:_MANY])


def _labelled(root: Usd.Prim) -> Iterator[Usd.Prim]:
    """Yield the prims with labels at and below a prim; what instances share comes once."""
    ranges: list[Iterable[Usd.Prim]] = [Usd.PrimRange(root)]
    if root.IsPseudoRoot():
        ranges += [Usd.PrimRange(prototype) for prototype in root.GetStage().GetPrototypes()]
    for prim in (prim for found in ranges for prim in found):
        if prim.IsPseudoRoot():
            continue
        if prim.HasAttribute(LABELS + _CLASS) or prim.GetAuthoredPropertiesInNamespace("semantic"):
            yield prim


def _writable(prim: Usd.Prim) -> bool:
    return not prim.IsInPrototype() and not prim.GetAuthoredPropertiesInNamespace("semantic")


def with_classes(ontology: Ontology | None, writer: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return a writer's parameters with the ontology's classes, in order, where it takes classes and is given none."""
    takes = writer in _WITH_CLASSES and parameters.get("classes") is None and parameters.get("task") != "pose"
    if ontology is None or not takes or parameters.get("semantic_type", _CLASS) != _CLASS:
        return parameters
    return parameters | {"classes": list(ontology.classes)}


def colour_segmentation(ontology: Ontology | None, writer: Any, parameters: dict[str, Any]) -> None:
    """Let the semantic segmentation of a writer that has just been initialised show the ontology's colours."""
    held = getattr(writer, "annotators", None)
    if ontology is None or not isinstance(held, list) or not parameters.get("colorize_semantic_segmentation", True):
        return
    mapping = {f"{_CLASS}:{name}": [*ontology.colour(name), 255] for name in ontology.classes}
    for index, annotator in enumerate(held):
        name = annotator if isinstance(annotator, str) else annotator.get_name()
        if name == "semantic_segmentation":
            wanted = {"colorize": True, "mapping": json.dumps(mapping), "semanticTypes": parameters.get("semantic_types")}
            predicate = parameters.get("semantic_filter_predicate")
            if predicate:
                wanted["semanticFilter"] = predicate
            elif not wanted["semanticTypes"]:
                wanted["semanticTypes"] = [_CLASS]
            held[index] = rep.AnnotatorRegistry.get_annotator("semantic_segmentation", init_params=wanted)
