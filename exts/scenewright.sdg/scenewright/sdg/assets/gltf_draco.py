"""Primitives of glTF that are compressed with Draco (Khronos, KHR_draco_mesh_compression), decoded by DracoPy.

One buffer view holds the triangles and all attributes of a primitive; each attribute is named by its Draco id, and the
accessors say what comes out: how many entries of which type.
"""

import numpy as np

from scenewright.sdg.assets.errors import AssetError, missing_extra
from scenewright.sdg.assets.gltf_document import Document, Primitive
from scenewright.sdg.assets.memory import MemoryBound

__all__ = ["DRACO", "unpack_draco"]

DRACO = "KHR_draco_mesh_compression"
_TRIANGLES = 4


def unpack_draco(document: Document, primitive: Primitive) -> None:
    """Decode a primitive's triangles and attributes and give them to the document as the contents of their accessors.

    Primitives that are not compressed, or bring the same uncompressed, are left as they are.

    Raises:
        AssetError: DracoPy is missing, or the data are damaged or none that fit the accessors.
    """
    given = primitive.extensions.get(DRACO)
    wanted = [*primitive.attributes.values(), *([] if primitive.indices is None else [primitive.indices])]
    if given is None or all(document.has_data(index) for index in wanted):
        return
    view, ids = (given.get("bufferView"), given.get("attributes")) if isinstance(given, dict) else (None, None)
    if not (_is_index(view) and isinstance(ids, dict) and all(map(_is_index, ids.values()))):
        raise AssetError(f"its {DRACO} names no buffer view and attributes.")
    if primitive.mode != _TRIANGLES or primitive.indices is None:
        raise AssetError(f"a primitive with {DRACO} is no list of indexed triangles.")
    mesh = _decoded(document, view)
    by_id = {attribute["unique_id"]: attribute["data"] for attribute in mesh.attributes}
    document.fill(primitive.indices, np.asarray(mesh.faces).reshape(-1, 1))
    for name, accessor in primitive.attributes.items():
        if name in ids:
            if ids[name] not in by_id:
                raise AssetError(f"its Draco data have no attribute {ids[name]} for {name}.")
            document.fill(accessor, by_id[ids[name]])


def _decoded(document: Document, view: int) -> object:
    try:
        import DracoPy
    except ImportError:
        raise missing_extra("DracoPy", "A model compressed with Draco") from None
    data = document.view(view)
    threads = document.source.own_threads
    with MemoryBound(threads > 0, threads) as bound:
        bound.allow(len(data))
        try:
            mesh = DracoPy.decode(data)
        except MemoryError:
            raise AssetError("to decode it takes more memory than Draco data of that size can need.") from None
        except Exception as error:  # DracoPy raises classes of its own below Exception, and what its C++ throws
            raise AssetError(f"its Draco data are damaged: {str(error)[:120]}.") from None
    if getattr(mesh, "faces", None) is None:
        raise AssetError("its Draco data are points without triangles.")
    return mesh


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
