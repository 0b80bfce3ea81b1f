"""``isaacsim.core.experimental.utils.semantics``: labels on prims (``UsdSemantics.LabelsAPI``)."""

from collections.abc import Iterable

from isaacsim.core.experimental.utils.prim import get_prim_at_path
from isaacsim.core.utils import semantics as legacy
from pxr import Usd, UsdSemantics

__all__ = ["add_labels", "get_labels", "remove_all_labels", "remove_labels", "upgrade_prim_semantics_to_labels"]


def add_labels(prim: str | Usd.Prim, *, labels: str | list[str], taxonomy: str = "class") -> None:
    """Add labels of a taxonomy to those that ``prim`` has."""
    legacy.add_labels(get_prim_at_path(prim), [labels] if isinstance(labels, str) else list(labels), taxonomy, overwrite=False)


def get_labels(prim: str | Usd.Prim, *, include_descendants: bool = False) -> dict[str, list[str]]:
    """Return the labels by taxonomy, sorted, of ``prim`` or of it and everything below it."""
    found: dict[str, set[str]] = {}
    for target in _targets(prim, include_descendants):
        for name, labels in legacy.get_labels(target).items():
            found.setdefault(name, set()).update(labels)
    return {name: sorted(labels) for name, labels in found.items()}


def remove_labels(prim: str | Usd.Prim, *, labels: str | list[str], taxonomy: str | None = None,
                  include_descendants: bool = False) -> None:
    """Remove certain labels, of one taxonomy or of all."""
    gone = {labels} if isinstance(labels, str) else set(labels)
    for target in _targets(prim, include_descendants):
        for name in UsdSemantics.LabelsAPI.GetDirectTaxonomies(target):
            if taxonomy in (None, name):
                attribute = UsdSemantics.LabelsAPI(target, name).GetLabelsAttr()
                attribute.Set([label for label in attribute.Get() or [] if label not in gone])


def remove_all_labels(prim: str | Usd.Prim, *, remove_taxonomies: bool = False, include_descendants: bool = False) -> None:
    """Remove all labels, and with ``remove_taxonomies`` the schemas that hold them."""
    for target in _targets(prim, include_descendants):
        if remove_taxonomies:
            legacy.remove_labels(target)
            continue
        for name in UsdSemantics.LabelsAPI.GetDirectTaxonomies(target):
            UsdSemantics.LabelsAPI(target, name).GetLabelsAttr().Set([])


def upgrade_prim_semantics_to_labels(prim: str | Usd.Prim, *, include_descendants: bool = False) -> list[str]:
    """Replace ``Semantics.SemanticsAPI`` by ``UsdSemantics.LabelsAPI``; return the paths of the prims that had it."""
    return [str(target.GetPath()) for target in _targets(prim, include_descendants)
            if legacy.upgrade_prim_semantics_to_labels(target)]


def _targets(prim: str | Usd.Prim, include_descendants: bool) -> Iterable[Usd.Prim]:
    root = get_prim_at_path(prim)
    return Usd.PrimRange(root) if include_descendants else [root]
