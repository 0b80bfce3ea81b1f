"""Attributes whose values are of another type than their schema says: looked for once reading a stage has failed."""

from collections.abc import Iterator
from contextlib import contextmanager

from pxr import Tf, Usd

from scenewright.render.scene.errors import SceneError

__all__ = ["naming_false_types"]

_MOST_NAMED = 5

#: Attributes that no schema declares, yet everyone reads: the types of value that they may have.
_CUSTOMARY = {"primvars:displayColor": "Vec3", "primvars:st": "Vec2", "primvars:normals": "Vec3",
              "primvars:skel:jointIndices": "IntArray", "primvars:skel:jointWeights": "FloatArray",
              "primvars:skel:geomBindTransform": "Matrix4", "xformOp:translate": "Vec3", "xformOp:scale": "Vec3",
              "xformOp:transform": "Matrix4"}


@contextmanager
def naming_false_types(stage: Usd.Stage) -> Iterator[None]:
    """Turn errors that values of the wrong type cause into one that names the attributes, and what USD itself refuses.

    USD hands out whatever a layer holds: a string where the schema says float. Checking each value would cost every frame;
    a failure can afford to look through the stage.

    Raises:
        SceneError: Some attribute has a value of another type than declared, or USD reported an error.
    """
    try:
        yield
    except SceneError:
        raise
    except Tf.ErrorException as error:
        if "expired" in str(error):  # a prim that we should have let go of
            raise
        refused = str(error).rpartition(" : ")[2].strip().strip("'.")
        raise SceneError(_false_types(stage) or f"USD refuses the stage: {refused}. Repair that property.") from error
    except (TypeError, ValueError, IndexError, AttributeError, KeyError, OverflowError) as error:
        found = _false_types(stage)
        if not found:
            raise
        raise SceneError(found) from error


def _false_types(stage: Usd.Stage) -> str:
    """Return a message that names what has a value of the wrong type, "" where there is nothing."""
    found = []
    for prim in Usd.PrimRange.Stage(stage, Usd.TraverseInstanceProxies()):
        for attribute in prim.GetAuthoredAttributes():
            wanted = _declared(prim, attribute)
            got = [type(value).__name__ for value in _values(attribute) if not _fits(value, wanted)] if wanted else []
            if got:
                found.append(f"{attribute.GetPath()} holds {got[0]}, its type is {wanted}")
    if not found:
        return ""
    more = f" (and {len(found) - _MOST_NAMED} more)" if len(found) > _MOST_NAMED else ""
    return "; ".join(found[:_MOST_NAMED]) + f"{more}. Author values of the declared type."


def _declared(prim: Usd.Prim, attribute: Usd.Attribute) -> str:
    """Return the name of the Python type that a value should have, "" where nothing says so."""
    name = attribute.GetName()
    spec = prim.GetPrimDefinition().GetSchemaAttributeSpec(name)
    if spec is not None:
        return type(spec.typeName.defaultValue).__name__
    return _CUSTOMARY.get(name, "")


def _values(attribute: Usd.Attribute) -> list[object]:
    """Return the default value and those of all samples."""
    times = [Usd.TimeCode.Default(), *map(Usd.TimeCode, attribute.GetTimeSamples())]
    values = [attribute.Get(time) for time in times]
    return [value for value in values if value is not None]


def _fits(value: object, wanted: str) -> bool:
    numbers = ("int", "float", "bool")
    kind = type(value).__name__
    if wanted in _CUSTOMARY.values():
        return kind.startswith(wanted)
    return kind == wanted or (kind in numbers and wanted in numbers)
