"""Definition of any number of new prims with all their first values, as specs in one change block."""

import itertools
from collections.abc import Sequence

from pxr import Sdf, Tf, Usd

from scenewright.replicator.functional.layer_writes import AttributeColumn, edit_target, new_spec

__all__ = ["add_api_schemas", "define_prims", "unique_paths"]


def unique_paths(stage: Usd.Stage, parent: Sdf.Path, name: str, count: int = 1) -> list[Sdf.Path]:
    """Return paths of prims that do not exist yet: ``name``, then ``name_01``, ``name_02``, …

    Characters that a prim name cannot hold become underscores.

    Args:
        stage: Where the names must be free.
        parent: Path of the parent, which need not exist.
        name: Wanted name.
        count: Number of paths.

    Raises:
        ValueError: The count is negative or the name is empty.
    """
    if count < 0:
        raise ValueError(f"count={count}; it must be 0 or more")
    if not isinstance(name, str) or not name:
        raise ValueError(f"name={name!r}; give a word such as 'Cube', or None for the default")
    name = Tf.MakeValidIdentifier(name)
    owner = stage.GetPrimAtPath(parent)
    taken = set(owner.GetAllChildrenNames()) if owner else set()
    candidates = itertools.chain([name], (f"{name}_{index:02d}" for index in itertools.count(1)))
    free = (candidate for candidate in candidates if candidate not in taken)
    return [parent.AppendChild(candidate) for candidate in itertools.islice(free, count)]


def define_prims(stage: Usd.Stage, paths: Sequence[Sdf.Path], type_name: str, columns: Sequence[AttributeColumn] = (), *,
                 api_schemas: Sequence[str] = (), reference: Sdf.Reference | None = None,
                 layer: Sdf.Layer | None = None) -> list[Usd.Prim]:
    """Define N new prims with first values of their attributes, recomposing the stage once.

    Missing ancestors are defined as Xform.

    Args:
        stage: Where to define.
        paths: N free paths, see `unique_paths`.
        type_name: USD type; "" = none.
        columns: Attributes to author, N values each.
        api_schemas: Applied schemas, with instance names.
        reference: What each prim references.
        layer: Where to write; the stage's current edit target by default.

    Returns:
        The N prims.

    Raises:
        ValueError: A path lies inside an instance.
    """
    target = edit_target(stage, layer)
    for parent in dict.fromkeys(path.GetParentPath() for path in paths):
        _define_ancestors(stage, parent, target)
    with Sdf.ChangeBlock():
        specs = []
        for path in paths:
            spec = Sdf.CreatePrimInLayer(target.GetLayer(), target.MapToSpecPath(path))
            spec.specifier = Sdf.SpecifierDef
            spec.typeName = type_name
            if api_schemas:
                add_api_schemas(spec, api_schemas)
            if reference is not None:
                spec.referenceList.prependedItems = [reference]
            specs.append(spec)
        for column in columns:
            for spec, value in zip(specs, column.values, strict=False):
                new_spec(spec, column.type_name, column).default = value
    return [stage.GetPrimAtPath(path) for path in paths]


def add_api_schemas(spec: Sdf.PrimSpec, names: Sequence[str]) -> None:
    """Apply API schemas in a prim spec, behind those that it already applies."""
    listed = spec.GetInfo("apiSchemas") if spec.HasInfo("apiSchemas") else Sdf.TokenListOp()
    if listed.isExplicit:
        listed.explicitItems = _joined(listed.explicitItems, names)
    else:
        listed.prependedItems = _joined(listed.prependedItems, names)
        listed.deletedItems = [item for item in listed.deletedItems if item not in names]
    spec.SetInfo("apiSchemas", listed)


def _joined(present: Sequence[str], names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*present, *names]))


def _define_ancestors(stage: Usd.Stage, parent: Sdf.Path, target: Usd.EditTarget) -> None:
    prim = stage.GetPrimAtPath(parent)
    if prim:
        if prim.IsInstance() or prim.IsInstanceProxy() or prim.IsInPrototype():
            raise ValueError(f"Cannot create a prim under {parent}: it is (in) an instance. Choose a parent outside it, "
                             "or make the instance not instanceable")
        if prim.IsDefined():
            return
    if parent.IsAbsoluteRootPath():
        return
    _define_ancestors(stage, parent.GetParentPath(), target)
    with Usd.EditContext(stage, target):
        stage.DefinePrim(parent, "Xform")
