"""``isaacsim.core.utils.semantics``: labels on prims, as ``UsdSemantics.LabelsAPI`` and as Kit's older ``SemanticsAPI``."""

from pxr import Sdf, Usd, UsdGeom, UsdSemantics

from scenewright.host.stage_context import get_context

__all__ = ["add_labels", "add_update_semantics", "check_missing_labels", "check_missing_semantics", "count_labels_in_scene",
           "count_semantics_in_scene", "get_labels", "get_semantics", "remove_all_semantics", "remove_labels",
           "upgrade_prim_semantics_to_labels"]

_OLD = "SemanticsAPI:"


def add_labels(prim: Usd.Prim, labels: list[str], instance_name: str = "class", overwrite: bool = True) -> None:
    """Put ``labels`` on ``prim`` under the taxonomy ``instance_name``, in place of or after those it has."""
    api = UsdSemantics.LabelsAPI.Apply(prim, instance_name)
    present = [] if overwrite else list(api.GetLabelsAttr().Get() or [])
    api.CreateLabelsAttr().Set(present + [label for label in labels if label not in present])


def get_labels(prim: Usd.Prim) -> dict[str, list[str]]:
    """Return the labels declared on ``prim`` itself, by taxonomy."""
    return {name: list(UsdSemantics.LabelsAPI(prim, name).GetLabelsAttr().Get() or [])
            for name in UsdSemantics.LabelsAPI.GetDirectTaxonomies(prim)}


def remove_labels(prim: Usd.Prim, instance_name: str | None = None, include_descendants: bool = False) -> None:
    """Remove the labels of one taxonomy, or of all, from ``prim`` and, if wanted, from everything below it."""
    for target in Usd.PrimRange(prim) if include_descendants else [prim]:
        for name in UsdSemantics.LabelsAPI.GetDirectTaxonomies(target):
            if instance_name in (None, name):
                UsdSemantics.LabelsAPI(target, name).GetLabelsAttr().Clear()
                target.RemoveAPI(UsdSemantics.LabelsAPI, name)


def check_missing_labels(prim_path: str | None = None) -> list[str]:
    """Return the paths of the meshes that have no labels, below ``prim_path`` or on the whole stage."""
    return [str(prim.GetPath()) for prim in _below(prim_path) if prim.IsA(UsdGeom.Mesh) and not get_labels(prim)]


def count_labels_in_scene(prim_path: str | None = None) -> dict[str, int]:
    """Return how many meshes bear each label, and how many bear none as "missing_labels"."""
    counts = {"missing_labels": 0}
    for prim in _below(prim_path):
        if prim.IsA(UsdGeom.Mesh):
            labels = [label for values in get_labels(prim).values() for label in values]
            for label in labels or ["missing_labels"]:
                counts[label] = counts.get(label, 0) + 1
    return counts


def add_update_semantics(prim: Usd.Prim, semantic_label: str, type_label: str = "class", suffix: str = "") -> None:
    """Put a label on ``prim`` in the older schema, in place of one that the same ``suffix`` has put there."""
    instance = f"Semantics{suffix}"
    if f"{_OLD}{instance}" not in _old_schemas(prim):
        prim.AddAppliedSchema(f"{_OLD}{instance}")
    for part, value in (("semanticType", type_label), ("semanticData", semantic_label)):
        prim.CreateAttribute(f"semantic:{instance}:params:{part}", Sdf.ValueTypeNames.String).Set(str(value))


def get_semantics(prim: Usd.Prim) -> dict[str, tuple[str, str]]:
    """Return (type, label) of the older schema by the name of its instance."""
    return {name: (kind, label) for name in (schema[len(_OLD):] for schema in _old_schemas(prim))
            for kind, label in [_old_values(prim, name)]}


def remove_all_semantics(prim: Usd.Prim, recursive: bool = False) -> None:
    """Remove the labels of the older schema from ``prim`` and, if wanted, from everything below it."""
    for target in Usd.PrimRange(prim) if recursive else [prim]:
        for schema in _old_schemas(target):
            _remove_old(target, schema)


def check_missing_semantics(prim_path: str | None = None) -> list[str]:
    """Return the paths of the meshes without labels of the older schema."""
    return [str(prim.GetPath()) for prim in _below(prim_path) if prim.IsA(UsdGeom.Mesh) and not _old_schemas(prim)]


def count_semantics_in_scene(prim_path: str | None = None) -> dict[str, int]:
    """Return how many meshes bear each label of the older schema, and how many bear none as "missing_semantics"."""
    counts = {"missing_semantics": 0}
    for prim in _below(prim_path):
        if prim.IsA(UsdGeom.Mesh):
            for label in [label for _, label in get_semantics(prim).values()] or ["missing_semantics"]:
                counts[label] = counts.get(label, 0) + 1
    return counts


def upgrade_prim_semantics_to_labels(prim: Usd.Prim, include_descendants: bool = False) -> int:
    """Replace ``Semantics.SemanticsAPI`` by ``UsdSemantics.LabelsAPI``; return how many prims had it.

    The old schema is ``SemanticsAPI:<instance>`` with ``semantic:<instance>:params:semanticType`` and ``…:semanticData``.
    """
    upgraded = 0
    for target in Usd.PrimRange(prim) if include_descendants else [prim]:
        schemas = _old_schemas(target)
        for schema in schemas:
            kind, label = _old_values(target, schema[len(_OLD):])
            if kind and label:
                add_labels(target, [label], kind, overwrite=False)
            _remove_old(target, schema)
        upgraded += bool(schemas)
    return upgraded


def _below(prim_path: str | None) -> Usd.PrimRange:
    stage = get_context().get_stage()
    return Usd.PrimRange(stage.GetPrimAtPath(prim_path) if prim_path else stage.GetPseudoRoot())


def _old_schemas(prim: Usd.Prim) -> list[str]:
    schemas = prim.GetMetadata("apiSchemas")
    return [name for name in (schemas.GetAddedOrExplicitItems() if schemas else ()) if name.startswith(_OLD)]


def _old_values(prim: Usd.Prim, instance: str) -> tuple[str, str]:
    base = f"semantic:{instance}:params"
    return prim.GetAttribute(f"{base}:semanticType").Get(), prim.GetAttribute(f"{base}:semanticData").Get()


def _remove_old(prim: Usd.Prim, schema: str) -> None:
    prim.RemoveAppliedSchema(schema)
    for part in ("semanticType", "semanticData"):
        prim.RemoveProperty(f"semantic:{schema[len(_OLD):]}:params:{part}")
