"""glTF 2.0 as checked models: container, JSON schema, and the numbers of accessors.

The JSON is validated with pydantic instead of read by pygltflib (1.16), whose objects take any type and whose loader fails
with AttributeError and the like on the damaged files of assimp's corpus. Specification: Khronos glTF 2.0.
"""

import base64
import binascii
import json
import struct
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.sources import Source

__all__ = ["Document", "Material", "Node", "Primitive", "TextureInfo", "read_document"]

_EXTENSIONS = {
    "KHR_texture_transform", "KHR_mesh_quantization", "EXT_texture_webp", "KHR_materials_unlit", "KHR_materials_ior",
    "KHR_materials_specular", "KHR_materials_clearcoat", "KHR_materials_transmission", "KHR_materials_volume",
    "KHR_materials_emissive_strength", "KHR_materials_pbrSpecularGlossiness", "KHR_materials_sheen", "KHR_lights_punctual",
    "KHR_materials_variants", "KHR_draco_mesh_compression",
}
_MAGIC, _JSON, _BIN = b"glTF", 0x4E4F534A, 0x004E4942
_COMPONENTS = {5120: np.dtype("<i1"), 5121: np.dtype("<u1"), 5122: np.dtype("<i2"), 5123: np.dtype("<u2"),
               5125: np.dtype("<u4"), 5126: np.dtype("<f4")}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_JSON_BYTES = 64 << 20

_Index = Annotated[int, Field(ge=0)]
_Vec3 = Annotated[list[float], Field(min_length=3, max_length=3)]
_Vec4 = Annotated[list[float], Field(min_length=4, max_length=4)]
_Factor = Annotated[float, Field(ge=0.0, le=1.0)]


class _Item(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class _SparseIndices(_Item):
    bufferView: _Index
    byteOffset: _Index = 0
    componentType: Literal[5121, 5123, 5125]


class _SparseValues(_Item):
    bufferView: _Index
    byteOffset: _Index = 0


class _Sparse(_Item):
    count: Annotated[int, Field(ge=1)]
    indices: _SparseIndices
    values: _SparseValues


class _Accessor(_Item):
    bufferView: _Index | None = None
    byteOffset: _Index = 0
    componentType: int
    normalized: bool = False
    count: _Index
    type: str
    sparse: _Sparse | None = None


class _BufferView(_Item):
    buffer: _Index
    byteOffset: _Index = 0
    byteLength: _Index
    byteStride: Annotated[int, Field(ge=4, le=252)] | None = None


class _Buffer(_Item):
    uri: str | None = None
    byteLength: _Index


class _Image(_Item):
    uri: str | None = None
    bufferView: _Index | None = None
    name: str = ""


class _Texture(_Item):
    source: _Index | None = None
    extensions: dict[str, Any] = {}


class TextureInfo(_Item):
    """Which texture a material reads, and how."""

    index: _Index
    texCoord: _Index = 0
    scale: float = 1.0
    extensions: dict[str, Any] = {}


class _Metallic(_Item):
    baseColorFactor: _Vec4 = [1.0, 1.0, 1.0, 1.0]
    baseColorTexture: TextureInfo | None = None
    metallicFactor: _Factor = 1.0
    roughnessFactor: _Factor = 1.0
    metallicRoughnessTexture: TextureInfo | None = None


class Material(_Item):
    """A material."""

    name: str = ""
    pbrMetallicRoughness: _Metallic = _Metallic()
    normalTexture: TextureInfo | None = None
    emissiveTexture: TextureInfo | None = None
    emissiveFactor: _Vec3 = [0.0, 0.0, 0.0]
    alphaMode: str = "OPAQUE"
    alphaCutoff: Annotated[float, Field(ge=0.0)] = 0.5
    doubleSided: bool = False
    extensions: dict[str, Any] = {}


class Primitive(_Item):
    """A run of triangles, lines or points of one material."""

    attributes: dict[str, _Index]
    indices: _Index | None = None
    material: _Index | None = None
    mode: Annotated[int, Field(ge=0, le=6)] = 4
    targets: list[dict[str, _Index]] = []
    extensions: dict[str, Any] = {}


class _Mesh(_Item):
    name: str = ""
    primitives: list[Primitive]
    weights: list[float] = []


class Node(_Item):
    """A node of the scene graph."""

    name: str = ""
    children: list[_Index] = []
    mesh: _Index | None = None
    skin: _Index | None = None
    matrix: Annotated[list[float], Field(min_length=16, max_length=16)] | None = None
    translation: _Vec3 = [0.0, 0.0, 0.0]
    rotation: _Vec4 = [0.0, 0.0, 0.0, 1.0]
    scale: _Vec3 = [1.0, 1.0, 1.0]
    weights: list[float] = []


class _Skin(_Item):
    joints: Annotated[list[_Index], Field(min_length=1)]
    inverseBindMatrices: _Index | None = None


class _Scene(_Item):
    nodes: list[_Index] = []


class _Asset(_Item):
    version: str
    generator: str = ""
    copyright: str = ""


class _Json(_Item):
    asset: _Asset
    scene: _Index | None = None
    scenes: list[_Scene] = []
    nodes: list[Node] = []
    meshes: list[_Mesh] = []
    materials: list[Material] = []
    textures: list[_Texture] = []
    images: list[_Image] = []
    skins: list[_Skin] = []
    accessors: list[_Accessor] = []
    bufferViews: list[_BufferView] = []
    buffers: list[_Buffer] = []
    extensionsRequired: list[str] = []


class Document:
    """A glTF file whose JSON is of the right form; indices are checked as they are followed."""

    def __init__(self, content: _Json, source: Source, chunk: bytes | None) -> None:
        self.content = content
        self.source = source
        self._chunk = chunk
        self._buffers: dict[int, bytes] = {}
        self._filled: dict[int, np.ndarray] = {}

    def item(self, kind: str, index: int) -> Any:
        """Return an entry of one of the document's lists.

        Raises:
            AssetError: There is no such entry.
        """
        entries = getattr(self.content, kind)
        if index >= len(entries):
            raise AssetError(f"it refers to {kind}[{index}] of {len(entries)}.")
        return entries[index]

    def has_data(self, index: int) -> bool:
        """Tell whether an accessor has its values in a buffer view, or by `fill`."""
        return index in self._filled or self.item("accessors", index).bufferView is not None

    def fill(self, index: int, values: np.ndarray) -> None:
        """Give an accessor the values, (count, width), that an extension has decoded for it.

        Raises:
            AssetError: They are not as many as the accessor says.
        """
        accessor = self.item("accessors", index)
        shape = (accessor.count, _WIDTHS.get(accessor.type, 0))
        if values.shape != shape:
            raise AssetError(f"accessors[{index}] is said to have {shape[0]:,} x {shape[1]} numbers; {values.shape[0]:,} x "
                             f"{values.shape[-1]} were decoded.")
        self._filled[index] = values

    def numbers(self, index: int, *kinds: str) -> np.ndarray:
        """Return an accessor's values, (count, width); float64 where normalized or floating, else int64.

        Raises:
            AssetError: It is of another kind, or reaches outside of its buffer.
        """
        accessor = self.item("accessors", index)
        dtype, width = _COMPONENTS.get(accessor.componentType), _WIDTHS.get(accessor.type)
        if dtype is None or width is None or (kinds and accessor.type not in kinds):
            raise AssetError(f"accessors[{index}] holds {accessor.type} of {accessor.componentType}; "
                             f"wanted: {', '.join(kinds) or 'a glTF type'}.")
        if accessor.count > self.source.limits.corners:
            raise AssetError(f"accessors[{index}] has {accessor.count:,} entries; at most {self.source.limits.corners:,} fit.")
        if accessor.type.startswith("MAT") and (accessor.type, dtype.itemsize) not in (("MAT4", 4), ("MAT3", 4)):
            raise AssetError(f"accessors[{index}] holds matrices of {dtype.itemsize} byte numbers.")
        if index in self._filled:
            values = self._filled[index].astype(dtype)
        elif accessor.bufferView is None:
            values = np.zeros((accessor.count, width), dtype)
        else:
            values = self._strided(accessor.bufferView, accessor.byteOffset, dtype, accessor.count, width)
        if accessor.sparse is not None:
            values = self._with_sparse(values, accessor.sparse, dtype, width, index)
        if dtype.kind == "f":
            return values.astype(np.float64)
        if accessor.normalized:
            return np.maximum(values / float(np.iinfo(dtype).max), -1.0)
        return values.astype(np.int64)

    def view(self, index: int) -> bytes:
        """Return the bytes of a buffer view."""
        view = self.item("bufferViews", index)
        data = self._buffer(view.buffer)
        if view.byteOffset + view.byteLength > len(data):
            raise AssetError(f"bufferViews[{index}] ends at byte {view.byteOffset + view.byteLength:,} of {len(data):,}.")
        return data[view.byteOffset: view.byteOffset + view.byteLength]

    def image(self, index: int) -> tuple[bytes, str]:
        """Return an image's encoded bytes and what it is called."""
        image = self.item("images", index)
        title = image.name or f"image_{index}"
        if image.bufferView is not None:
            return self.view(image.bufferView), title
        if image.uri is None:
            raise AssetError(f"images[{index}] has neither a URI nor a buffer view.")
        if image.uri.startswith("data:"):
            return self._data_uri(image.uri), title
        return self._file(image.uri, f"images[{index}]"), image.uri

    def _with_sparse(self, values: np.ndarray, sparse: _Sparse, dtype: np.dtype, width: int, index: int) -> np.ndarray:
        places = self._strided(sparse.indices.bufferView, sparse.indices.byteOffset,
                               _COMPONENTS[sparse.indices.componentType], sparse.count, 1)[:, 0].astype(np.int64)
        if sparse.count > len(values) or places.max() >= len(values):
            raise AssetError(f"accessors[{index}] replaces entries that it does not have.")
        values = values.copy()
        values[places] = self._strided(sparse.values.bufferView, sparse.values.byteOffset, dtype, sparse.count, width)
        return values

    def _strided(self, view_index: int, offset: int, dtype: np.dtype, count: int, width: int) -> np.ndarray:
        view, data = self.item("bufferViews", view_index), self.view(view_index)
        size = dtype.itemsize * width
        stride = view.byteStride or size
        end = offset + stride * (count - 1) + size if count else offset
        if end > len(data) or stride < size:
            raise AssetError(f"bufferViews[{view_index}] has {len(data):,} bytes; an accessor reaches to byte {end:,}.")
        if not count:
            return np.zeros((0, width), dtype)
        return np.ndarray((count, width), dtype, data, offset, (stride, dtype.itemsize))

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            buffer = self.item("buffers", index)
            if buffer.uri is None:
                if index != 0 or self._chunk is None:
                    raise AssetError(f"buffers[{index}] has no data.")
                data = self._chunk
            elif buffer.uri.startswith("data:"):
                data = self._data_uri(buffer.uri)
            else:
                data = self._file(buffer.uri, f"buffers[{index}]")
            if len(data) < buffer.byteLength:
                raise AssetError(f"buffers[{index}] has {len(data):,} of its {buffer.byteLength:,} bytes: it is truncated.")
            self._buffers[index] = data
        return self._buffers[index]

    def _file(self, uri: str, what: str) -> bytes:
        name = self.source.locate(uri, is_uri=True)
        if name is None:
            raise AssetError(f"{what} is in '{uri[:80]}', which is not there.")
        return self.source.read(name)

    def _data_uri(self, uri: str) -> bytes:
        head, comma, body = uri.partition(",")
        if not comma or not head.endswith(";base64"):
            raise AssetError("a data URI is not base64.")
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise AssetError(f"a data URI is damaged: {error}.") from None


def read_document(source: Source) -> Document:
    """Return the document of a .gltf or .glb file.

    Raises:
        AssetError: It is damaged, of another version, or needs an extension that is not read.
    """
    data = source.read()
    text, chunk = _chunks(data) if data[:4] == _MAGIC else (data, None)
    if text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        raise AssetError("it is no glTF: it begins with neither 'glTF' nor a JSON object.")
    if len(text) > _JSON_BYTES:
        raise AssetError(f"its JSON has {len(text):,} bytes; at most {_JSON_BYTES:,} are read.")
    try:
        plain = json.loads(text)
        asset = plain.get("asset") if isinstance(plain, dict) else None
        version = str(asset.get("version", "")) if isinstance(asset, dict) else ""
        if not version.startswith("2."):
            raise AssetError(f"it is glTF {version or 'of no version'}; version 2 is read.")
        content = _Json.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise AssetError(f"its JSON is wrong at {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}.") from None
    except (UnicodeError, RecursionError) as error:
        raise AssetError(f"its JSON cannot be read: {type(error).__name__}.") from None
    except ValueError as error:
        if isinstance(error, AssetError):
            raise
        raise AssetError(f"its JSON cannot be read: {str(error)[:120]}.") from None
    if unknown := sorted(set(content.extensionsRequired) - _EXTENSIONS):
        raise AssetError(f"it needs the extension {unknown[0]}, which is not read. Export it without.")
    return Document(content, source, chunk)


def _chunks(data: bytes) -> tuple[bytes, bytes | None]:
    """Return the JSON and the binary chunk of a GLB container."""
    if len(data) < 20:
        raise AssetError(f"it is a GLB of {len(data)} bytes: it is truncated.")
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise AssetError(f"it is a GLB of version {version}; version 2 is read.")
    if length > len(data):
        raise AssetError(f"it has {len(data):,} of its {length:,} bytes: it is truncated.")
    found: dict[int, bytes] = {}
    offset = 12
    while offset + 8 <= length:
        size, kind = struct.unpack_from("<II", data, offset)
        if offset + 8 + size > length:
            raise AssetError("a chunk reaches beyond its end.")
        found.setdefault(kind, data[offset + 8: offset + 8 + size])
        offset += 8 + size
    if _JSON not in found:
        raise AssetError("it has no JSON chunk.")
    return found[_JSON], found.get(_BIN)
