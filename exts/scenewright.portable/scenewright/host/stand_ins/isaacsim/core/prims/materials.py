"""Materials of prims."""

from pxr import Usd, UsdShade

__all__ = ["bind_material"]


def bind_material(prim: Usd.Prim, material: UsdShade.Material, weaker_than_descendants: bool = False,
                  purpose: str = UsdShade.Tokens.allPurpose) -> None:
    """Bind ``material`` to ``prim``, over or under what its descendants bind."""
    strength = UsdShade.Tokens.weakerThanDescendants if weaker_than_descendants else UsdShade.Tokens.strongerThanDescendants
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(material, strength, purpose)
