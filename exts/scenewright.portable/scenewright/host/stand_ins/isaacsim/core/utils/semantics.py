"""``isaacsim.core.utils.semantics``: labels on prims (``UsdSemantics.LabelsAPI``)."""

from pxr import Usd, UsdSemantics

__all__ = ["add_labels", "get_labels", "remove_labels", "upgrade_prim_semantics_to_labels"]


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


def upgrade_prim_semantics_to_labels(prim: Usd.Prim, include_descendants: bool = False) -> int:
    """Replace ``Semantics.SemanticsAPI`` by ``UsdSemantics.LabelsAPI``; return how many prims had it.

    The old schema is ``SemanticsAPI:<instance>`` with ``semantic:<instance>:params:semanticType`` and ``…:semanticData``.
    """
    upgraded = 0
    for target in Usd.PrimRange(prim) if include_descendants else [prim]:
        schemas = target.GetMetadata("apiSchemas")
        names = [name for name in (schemas.GetAddedOrExplicitItems() if schemas else ()) if name.startswith("SemanticsAPI:")]
        for name in names:
            base = f"semantic:{name.partition(':')[2]}:params"
            kind = target.GetAttribute(f"{base}:semanticType").Get()
            label = target.GetAttribute(f"{base}:semanticData").Get()
            if kind and label:
                add_labels(target, [label], kind, overwrite=False)
            target.RemoveAppliedSchema(name)
            for part in ("semanticType", "semanticData"):
                target.RemoveProperty(f"{base}:{part}")
        upgraded += bool(names)
    return upgraded
