"""Ontologies: the classes that labels mean, one file for annotators, writers, scenes and people.

.. code-block:: yaml

    classes:
      sofa: {supercategory: furniture, colour: "#8f5fbf", synonyms: [couch, settee], wikidata: Q131514}
      box:  {supercategory: container}

Ids count from 1 in the order of the file, so they are the same in every dataset: add classes at the end.
"""

import colorsys
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scenewright.sdg.labels import BUILT_IN
from scenewright.sdg.labels.rules import LabelRule
from scenewright.sdg.recipe.document import Node, read_document
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError

__all__ = ["Ontology", "OntologyClass", "named_rules", "open_ontology"]

_FILE = Path(__file__).with_name("ontology.yaml")
_HEX = re.compile(r"^#[0-9a-fA-F]{6}$")


class OntologyClass(BaseModel):
    """One class of an ontology."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    supercategory: str = Field("object", min_length=1, description="What COCO calls the class above.")
    colour: str | None = Field(None, description="'#rrggbb' in segmentation images; absent = one made from the id.")
    synonyms: list[str] = Field(default_factory=list, description="Other labels that mean this class.")
    wikidata: str | None = Field(None, pattern=r"^Q[1-9]\d*$", description="Wikidata's code of the concept.")

    @field_validator("colour")
    @classmethod
    def _hex(cls, value: str | None) -> str | None:
        if value is not None and not _HEX.match(value):
            raise ValueError("a colour is '#rrggbb', in quotes")
        return value


@dataclass(frozen=True)
class Ontology:
    """Classes by name, in the order of their ids.

    Attributes:
        file: Where it comes from.
        classes: The classes.
        marks: Places of the classes in the file.
    """

    file: str
    classes: Mapping[str, OntologyClass]
    marks: Mapping[str, Mark] = field(default_factory=dict, compare=False)

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {synonym.casefold(): name for name, known in self.classes.items() for synonym in known.synonyms}
        return names | {name.casefold(): name for name in self.classes}

    def class_of(self, label: str) -> str | None:
        """Return the class that a label means: by its name or a synonym, in any case; None for an unknown one."""
        return label if label in self.classes else self._names.get(label.casefold())

    def unknown(self, label: str) -> str:
        """Return what to say about a label that is no class: the nearest names."""
        close = get_close_matches(label.casefold(), self._names, n=3, cutoff=0.6)
        nearest = list(dict.fromkeys(self._names[name] for name in close))
        return f"'{label}' is no class of {os.path.basename(self.file)}." + (
            f" Nearest: {', '.join(nearest)}." if nearest else " Nothing is near it: add the class, or use another label."
        )

    def colour(self, name: str) -> tuple[int, int, int]:
        """Return the colour of a class, 0 to 255."""
        given = self.classes[name].colour
        if given:
            return int(given[1:3], 16), int(given[3:5], 16), int(given[5:7], 16)
        number = list(self.classes).index(name) + 1
        saturation, brightness = (0.65, 0.9, 0.45)[number % 3], (0.95, 0.7, 0.5)[number // 3 % 3]
        red, green, blue = colorsys.hsv_to_rgb(number * 0.618034 % 1.0, saturation, brightness)
        return round(255 * red), round(255 * green), round(255 * blue)

    def table(self) -> dict[str, dict[str, Any]]:
        """Return what a dataset keeps of the classes, as JSON values by name: id, supercategory, color and wikidata."""
        rows = {}
        for number, (name, known) in enumerate(self.classes.items(), 1):
            rows[name] = {"id": number, "supercategory": known.supercategory, "color": list(self.colour(name))}
            if known.wikidata:
                rows[name]["wikidata"] = known.wikidata
        return rows


def open_ontology(path: str | os.PathLike[str]) -> Ontology:
    """Read an ontology file, or the one that comes along (`BUILT_IN`).

    Raises:
        RecipeError: The file cannot be read, or classes are wrong; all findings are in it.
    """
    place = _FILE if os.fspath(path) == BUILT_IN else Path(path)
    document = read_document(place)
    findings: list[Finding] = []
    listed = document.find("classes")
    for key, entry in document.value.items():
        if key != "classes":
            findings.append(Finding.at(entry.mark, f"unknown key '{key}'.", "An ontology has `classes` only."))
    if listed is None or not listed.is_map or not listed.value:
        findings.append(Finding.at(listed.mark if listed else document.mark, "`classes` maps names to classes.", _EXAMPLE))
        raise RecipeError(findings)
    classes: dict[str, OntologyClass] = {}
    marks = {}
    for name, entry in listed.value.items():
        marks[name] = entry.mark
        try:
            classes[name] = OntologyClass.model_validate(entry.node.plain() if entry.node.value is not None else {})
        except ValidationError as error:
            findings += [_finding(name, entry.mark, entry.node, detail) for detail in error.errors()]
        if not name.strip() or "," in name:
            findings.append(Finding.at(entry.mark, f"'{name}' is no label: labels are not empty and have no commas."))
    findings += _ambiguous(classes, marks)
    if findings:
        raise RecipeError(sorted(findings, key=lambda finding: (finding.line, finding.column)))
    return Ontology(os.fspath(place), classes, marks)


_EXAMPLE = "For example: `classes: {mug: {supercategory: tableware, synonyms: [coffee mug]}}`."


def _finding(name: str, mark: Mark, node: Node, detail: dict) -> Finding:
    place = node.find(*detail["loc"])
    key = ".".join(str(part) for part in (name, *detail["loc"]))
    message = detail["msg"].removeprefix("Value error, ")
    return Finding.at(place.mark if place else mark, f"'{key}': {message[0].lower() + message[1:]}.", _EXAMPLE)


def _ambiguous(classes: Mapping[str, OntologyClass], marks: Mapping[str, Mark]) -> Iterable[Finding]:
    names: dict[str, str] = {}
    colours: dict[str, str] = {}
    codes: dict[str, str] = {}
    for name, known in classes.items():
        for label in dict.fromkeys(text.casefold() for text in (name, *known.synonyms)):
            if names.setdefault(label, name) != name:
                message = f"'{label}' means two classes, {names[label]} and {name}."
                yield Finding.at(marks[name], message, "Leave it with one of them.")
        for kind, held, value in (("colour", colours, (known.colour or "").lower()), ("wikidata", codes, known.wikidata or "")):
            if value and held.setdefault(value, name) != name:
                yield Finding.at(marks[name], f"{held[value]} and {name} have the same {kind}, {value}.", "Give each its own.")


def named_rules(rules: Iterable[tuple[LabelRule, Mark]], ontology: Ontology) -> list[tuple[LabelRule, Mark]]:
    """Return label rules with the classes that their labels mean.

    Raises:
        RecipeError: A label of type ``class`` is no class of the ontology.
    """
    named, findings = [], []
    for rule, mark in rules:
        labels = rule.by_type()
        wanted = [(label, ontology.class_of(label)) for label in labels.get("class", ())]
        findings += [Finding.at(mark, ontology.unknown(label)) for label, known in wanted if known is None]
        if wanted:
            labels["class"] = [known or label for label, known in wanted]
        named.append((LabelRule.model_validate({"path": rule.path, "path_pattern": rule.path_pattern, "labels": labels}), mark))
    if findings:
        raise RecipeError(findings)
    return named
