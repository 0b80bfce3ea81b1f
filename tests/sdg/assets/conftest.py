"""Small models made by the tests themselves, and one-line imports of them."""

import base64
import io
import json
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image
from pxr import Usd

from scenewright.sdg.assets.importing import import_asset
from scenewright.sdg.assets.jobs import ImportChoices, find_jobs
from scenewright.sdg.assets.sources import FolderFiles, Source

CUBE = """mtllib cube.mtl
o Box
v 0 0 0
v 2 0 0
v 2 1 0
v 0 1 0
v 0 0 3
v 2 0 3
v 2 1 3
v 0 1 3
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl red
f 4/4 3/3 2/2 1/1
f 5/1 6/2 7/3 8/4
f 1/1 2/2 6/3 5/4
usemtl wood
f 2/1 3/2 7/3 6/4
f 3/1 4/2 8/3 7/4
f 4/1 1/2 5/3 8/4
"""
MTL = """newmtl red
Kd 1 0 0
Ks 0 0 0
Ns 10
newmtl wood
Kd 0.64 0.64 0.64
map_Kd textures/grain.png
"""


def _png(color=(200, 120, 40), mode="RGB", size=(4, 4)):
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.fixture
def png():
    """A function from a colour to an encoded PNG."""
    return _png


@pytest.fixture
def cube(tmp_path):
    """A folder with a box 2 x 1 x 3 in OBJ (y up), two materials, one texture."""
    folder = tmp_path / "cube"
    (folder / "textures").mkdir(parents=True)
    (folder / "cube.obj").write_text(CUBE)
    (folder / "cube.mtl").write_text(MTL)
    (folder / "textures" / "grain.png").write_bytes(_png())
    return folder


@pytest.fixture
def source():
    """A function from a file to the source that a reader takes."""
    return lambda path: Source(FolderFiles(path.parent), path.name)


@pytest.fixture
def obj_source(tmp_path, source):
    """A function from OBJ text to its source."""

    def write(text):
        path = tmp_path / "model.obj"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return source(path)

    return write


@pytest.fixture
def import_one(tmp_path):
    """A function that imports one model without workers and returns (record, stage)."""

    def run(path, draw=None, **choices):
        pack = tmp_path / "pack"
        chosen = ImportChoices(thumbnail=draw is not None, **choices)
        job = find_jobs([path], {})[0][0]
        record = import_asset(job, pack, chosen, draw).record
        return record, Usd.Stage.Open(str(pack / record.file))

    return run


class Gltf:
    """Builds a glTF document with one buffer."""

    def __init__(self):
        self.data = bytearray()
        self.json = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
                     "meshes": [{"primitives": [{"attributes": {}}]}], "accessors": [], "bufferViews": [], "buffers": []}

    @property
    def primitive(self):
        return self.json["meshes"][0]["primitives"][0]

    def view(self, data):
        self.data += b"\0" * (-len(self.data) % 4)
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)})
        self.data += data
        return len(self.json["bufferViews"]) - 1

    def accessor(self, values, kind, component):
        dtype = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}[component]
        array = np.ascontiguousarray(values, dtype)
        self.json["accessors"].append({"bufferView": self.view(array.tobytes()), "componentType": component, "type": kind,
                                       "count": len(array)})
        return len(self.json["accessors"]) - 1

    def triangles(self, points, indices, st=None):
        self.primitive["attributes"]["POSITION"] = self.accessor(points, "VEC3", 5126)
        self.primitive["indices"] = self.accessor(indices, "SCALAR", 5123)
        if st is not None:
            self.primitive["attributes"]["TEXCOORD_0"] = self.accessor(st, "VEC2", 5126)
        return self

    def texture(self, data):
        self.json.setdefault("images", []).append({"bufferView": self.view(data), "mimeType": "image/png", "name": "skin"})
        self.json.setdefault("textures", []).append({"source": len(self.json["images"]) - 1})
        return {"index": len(self.json["textures"]) - 1}

    def material(self, **material):
        self.json["materials"] = [material]
        self.primitive["material"] = 0

    def glb(self):
        document = {**self.json, "buffers": [{"byteLength": len(self.data)}]}
        text = json.dumps(document).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self.data) + b"\0" * (-len(self.data) % 4)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(data), 0x004E4942) + data
        return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks

    def gltf(self, uri=None):
        embedded = "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
        return json.dumps({**self.json, "buffers": [{"byteLength": len(self.data), "uri": uri or embedded}]}).encode()


TETRAHEDRON = ([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2],
               [[0, 0], [1, 0], [0, 1], [1, 1]])


@pytest.fixture
def gltf():
    """A glTF document of one tetrahedron."""
    return Gltf().triangles(*TETRAHEDRON)


@pytest.fixture
def glb_file(tmp_path):
    """A function that writes a document as a .glb file."""

    def write(document, name="model.glb"):
        path = tmp_path / name
        path.write_bytes(document if isinstance(document, bytes) else document.glb())
        return path

    return write


@pytest.fixture
def zip_file(tmp_path):
    """A function from file names and contents to an archive."""

    def write(files, name="models.zip", compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", compression) as archive:
            for member, data in files.items():
                archive.writestr(member, data)
        return path

    return write


CATALOGUE = r"""# a comment
id=Test
name=Test library
license=Creative Commons Attribution 3.0 license

id#1=Test#chairOne
name#1=Office chair
tags#1=Seat, Office
category#1=Office
icon#1=/chair.png
model#1=/chair/chair.obj
width#1=60
depth#1=90
height#1=45.5
creator#1=Ada L\u00f8v
"""


@pytest.fixture
def library(zip_file, png):
    """A furniture library (.sh3f) of one model."""

    def write(extra="", obj=CUBE, name="Test.sh3f"):
        files = {"PluginFurnitureCatalog.properties": (CATALOGUE + extra).encode("latin-1"), "chair/chair.obj": obj,
                 "chair/cube.mtl": MTL, "chair/textures/grain.png": png(), "chair.png": png()}
        return zip_file(files, name)

    return write
