"""Which material every slot of every leaf is bound to."""

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.render.scene.leaves import Leaf
from scenewright.render.scene.materials import MaterialLibrary, bound_materials

__all__ = ["bind_leaves"]


def display_opacity(prim: Usd.Prim, time: Usd.TimeCode, inherited: dict[Sdf.Path, float]) -> float:
    """Return the displayOpacity of a prim, its own or one inherited; its mean where it varies, 1 where there is none.

    ``inherited`` remembers what the prims above have, by path.
    """
    attribute = prim.GetAttribute("primvars:displayOpacity")
    if attribute and attribute.HasAuthoredValue():
        return _mean_opacity(attribute, time)
    above = prim.GetParent()
    path = above.GetPath()
    if path not in inherited:
        found = UsdGeom.PrimvarsAPI(above).FindPrimvarWithInheritance("displayOpacity").GetAttr() if above else None
        inherited[path] = _mean_opacity(found, time) if found else 1.0
    return inherited[path]


def _mean_opacity(attribute: Usd.Attribute, time: Usd.TimeCode) -> float:
    values = attribute.Get(time)
    return 1.0 if values is None or not len(values) else float(np.mean(np.asarray(values)))


def bind_leaves(leaves: list[Leaf], library: MaterialLibrary, time: Usd.TimeCode) -> set[str]:
    """Set ``materials`` of each leaf, read materials that are new, and return the paths of leaves whose binding changed.

    A material inside a native instance is keyed by the path it has below the first instance seen, so that all instances
    of one prototype share its record.

    Raises:
        SceneError: A texture of a bound material is missing or broken.
    """
    prims = [prim for leaf in leaves for prim in (leaf.prim, *(subset.GetPrim() for subset in leaf.subsets))]
    keys: list[str] = []
    key_in_prototype: dict[str, str] = {}
    inherited: dict[Sdf.Path, float] = {}
    for holder, material in zip(prims, bound_materials(prims), strict=True):
        if not material:
            keys.append(library.unbound(display_opacity(holder, time, inherited)))
            continue
        prim = material.GetPrim()
        key = str(prim.GetPath())
        if prim.IsInstanceProxy():
            key = key_in_prototype.setdefault(str(prim.GetPrimInPrototype().GetPath()), key)
        library.load(key, material, time)
        keys.append(key)
    changed = set()
    at = 0
    for leaf in leaves:
        slots = tuple(keys[at : at + 1 + len(leaf.subsets)])
        at += len(slots)
        if slots != leaf.materials:
            leaf.materials = slots
            changed.add(leaf.path)
    return changed
