"""Semantic labels as the stage declares them: UsdSemantics.LabelsAPI and Kit's older SemanticsAPI."""

from pxr import Usd

__all__ = ["is_label_property", "read_labels"]

_SCHEMA = "SemanticsLabelsAPI:"
_OLD_TYPE = ":params:semanticType"


def is_label_property(name: str) -> bool:
    """Return whether a property called ``name`` holds labels."""
    return name.startswith(("semantics:labels:", "semantic:"))


def read_labels(prim: Usd.Prim, schemas: list[str], time: Usd.TimeCode) -> tuple[dict[str, list[str]], bool]:
    """Return what ``prim`` itself declares, {semantic type: [labels]}, and whether it has time samples.

    New: each applied ``SemanticsLabelsAPI:<taxonomy>`` with its ``semantics:labels:<taxonomy>`` tokens. Old: each authored
    pair ``semantic:<instance>:params:semanticType`` and ``…:semanticData``; usd-core does not know that schema, so the
    attributes are found by name. A taxonomy without labels is left out; a label given twice counts once.

    Args:
        prim: Any prim, instance proxies included.
        schemas: Its applied schemas.
        time: Where to sample.
    """
    found: dict[str, list[str]] = {}
    animated = False
    for schema in schemas:
        if schema.startswith(_SCHEMA):
            taxonomy = schema[len(_SCHEMA) :]
            attribute = prim.GetAttribute(f"semantics:labels:{taxonomy}")
            if attribute:
                animated = animated or attribute.ValueMightBeTimeVarying()
                _add(found, taxonomy, attribute.Get(time) or ())
    for attribute in prim.GetAuthoredPropertiesInNamespace("semantic"):
        name = attribute.GetName()
        if name.endswith(_OLD_TYPE):
            data = prim.GetAttribute(name[: -len("Type")] + "Data")
            if data and attribute.Get(time):
                animated = animated or attribute.ValueMightBeTimeVarying() or data.ValueMightBeTimeVarying()
                _add(found, str(attribute.Get(time)), [data.Get(time)])
    return found, animated


def _add(found: dict[str, list[str]], taxonomy: str, labels: object) -> None:
    for label in labels:
        if label and str(label) not in found.setdefault(taxonomy, []):
            found[taxonomy].append(str(label))
    if not found.get(taxonomy):
        found.pop(taxonomy, None)
