"""Which material every slot of every leaf is bound to."""

from pxr import Usd

from scenewright.render.scene.leaves import Leaf
from scenewright.render.scene.materials import MaterialLibrary, bound_materials

__all__ = ["bind_leaves"]


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
    for material in bound_materials(prims):
        if not material:
            keys.append("")
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
