"""Wavefront OBJ: polygons with objects, groups, smoothing groups and materials, in numpy.

Our own reader, because trimesh (5.2) triangulates polygons, joins what wears one material, drops smoothing groups and the
opacity map, and decodes textures to pixels. Format: Wavefront, Object Files, Appendix B1 of the Advanced Visualizer manual.
"""

from dataclasses import dataclass, field

import numpy as np

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import Limits
from scenewright.sdg.assets.model import Model, Part
from scenewright.sdg.assets.mtl import read_materials
from scenewright.sdg.assets.sources import Source

__all__ = ["read_obj"]

_CREASES = {"": 40.0, "off": 0.0}
_SMOOTH = 80.0
"""[deg] Crease angle inside a smoothing group; without groups, 40."""
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CURVES = ("curv", "curv2", "surf", "sp", "vp")


@dataclass
class _Lines:
    """The lines of a file by what they say; the state of a face is that of the last run that begins at or before it."""

    points: list[str] = field(default_factory=list)
    coordinates: list[str] = field(default_factory=list)
    normals: list[str] = field(default_factory=list)
    faces: list[str] = field(default_factory=list)
    runs: list[tuple[int, str, str, str, str]] = field(default_factory=list)  # first face, object, group, material, smoothing
    libraries: list[str] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)


def read_obj(source: Source) -> Model:
    """Return the model of an OBJ file with its MTL files and textures.

    Faces of one object (without objects: of one group) are one part. OBJ says nothing about the unit; Y is up by custom.

    Raises:
        AssetError: The file is damaged, hostile, or has no faces.
    """
    limits = source.limits
    text = _text(source.read(limit=limits.text_bytes))
    if text.count("\nv ") > limits.points or text.count("\nf ") > limits.corners // 3:  # before it becomes many small objects
        raise AssetError(f"it has more than {limits.points:,} points or {limits.corners // 3:,} faces.")
    lines = _sorted_lines(text)
    if not lines.faces:
        raise AssetError("it has no faces.")
    _check_counts(lines, limits)
    points, colors = _points(lines.points)
    counts, corners = _corners(lines, len(lines.points), len(lines.coordinates), len(lines.normals), limits)
    st = _rows(lines.coordinates, 2, "texture coordinates")
    normals = _rows(lines.normals, 3, "normals")
    parts = _parts(lines, points, colors, st, normals, counts, corners)
    used = [name for part in parts for name in part.looks]
    looks, images, notes = read_materials(source, lines.libraries, used)
    if lines.ignored:
        notes.append(f"left out: {', '.join(sorted(lines.ignored))}")
    return Model(parts, looks, images, None, "Y", notes)


def _text(data: bytes) -> str:
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "")
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeError:
        text = data.decode("latin-1")
    if "\0" in text[:4096]:
        raise AssetError("it is no OBJ text.")
    return text.replace("\\\r\n", " ").replace("\\\n", " ")


def _sorted_lines(text: str) -> _Lines:
    found = _Lines()
    state = {"o": "", "g": "", "usemtl": "", "s": ""}
    kinds = {"v": found.points, "vt": found.coordinates, "vn": found.normals}
    faces = found.faces
    changed = True
    for line in text.split("\n"):
        key, _, rest = line.strip().partition(" ") if "\t" not in line else line.replace("\t", " ").strip().partition(" ")
        rows = kinds.get(key)
        if rows is not None:
            rows.append(rest)
        elif key in ("f", "fo"):
            if changed:
                found.runs.append((len(faces), state["o"], state["g"], state["usemtl"], state["s"]))
                changed = False
            if "-" in rest:
                rest = _absolute(rest, len(found.points), len(found.coordinates), len(found.normals))
            faces.append(rest)
        elif key in state:
            value = rest.strip()
            changed = changed or state[key] != value
            state[key] = value
        elif key == "mtllib":
            found.libraries.append(rest.strip())
        elif key in ("l", "p"):
            found.ignored.add("lines" if key == "l" else "points")
        elif key in _CURVES:
            found.ignored.add("free-form curves and surfaces")
    return found


def _absolute(face: str, *totals: int) -> str:
    """Return a face's corners with relative (negative) indices counted from the start."""
    corners = []
    for corner in face.split():
        fields = corner.split("/")
        for place, text in enumerate(fields[:3]):
            if text.startswith("-"):
                fields[place] = str(totals[place] + 1 + _integer(text))
        corners.append("/".join(fields))
    return " ".join(corners)


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise AssetError(f"'{text[:20]}' stands where a face needs a whole number.") from None


def _check_counts(lines: _Lines, limits: Limits) -> None:
    if max(len(lines.points), len(lines.coordinates), len(lines.normals)) > limits.points:
        raise AssetError(f"it has more than {limits.points:,} points.")
    if len(lines.runs) > limits.corners // 16:
        raise AssetError("its groups change too often.")


def _rows(texts: list[str], width: int, what: str) -> np.ndarray:
    """Return the first ``width`` numbers of each line, (N, width) float64."""
    if not texts:
        return np.zeros((0, width))
    try:
        numbers = np.array([float(word) for word in " ".join(texts).split()])
        size = len(numbers) // len(texts)
        if size * len(texts) == len(numbers) and size >= width and len(texts[0].split()) == len(texts[-1].split()) == size:
            return numbers.reshape(len(texts), size)[:, :width]
        rows = [[float(word) for word in text.split()[:width]] for text in texts]
        return np.array([row + [0.0] * (width - len(row)) for row in rows]).reshape(len(texts), width)
    except (ValueError, OverflowError) as error:
        raise AssetError(f"its {what} are damaged: {error}.") from error


def _points(texts: list[str]) -> tuple[np.ndarray, np.ndarray | None]:
    """Return points (V, 3) and, where the file has x y z r g b on each line, colours (V, 3)."""
    points = _rows(texts, 3, "points")
    if texts and len(texts[0].split()) == 6 and len(texts[-1].split()) == 6:
        colors = _rows(texts, 6, "points")[:, 3:]
        if ((colors >= 0.0) & (colors <= 1.0)).all():
            return points, colors
    return points, None


def _corners(lines: _Lines, points: int, coordinates: int, normals: int, limits: Limits) -> tuple[np.ndarray, np.ndarray]:
    """Return corners of each face (F,) and the point, coordinate and normal of each corner, (C, 3); -1 = none."""
    text = " ".join(lines.faces)
    counts = np.array([len(face.split()) for face in lines.faces])
    total = int(counts.sum())
    if total > limits.corners:
        raise AssetError(f"its faces have more than {limits.corners:,} corners.")
    slashes, doubled = text.count("/"), text.count("//")
    table = np.full((total, 3), 0)
    columns = {(0, 0): [0], (total, 0): [0, 1], (2 * total, 0): [0, 1, 2], (2 * total, total): [0, 2]}.get((slashes, doubled))
    try:
        if columns is None:
            raise ValueError("mixed corners")
        table[:, columns] = np.array([int(word) for word in text.replace("/", " ").split()]).reshape(total, len(columns))
    except (ValueError, OverflowError):
        table = _mixed_corners(text)
    if not len(table) == total:
        raise AssetError("its faces are damaged.")
    for column, (what, limit) in enumerate((("point", points), ("texture coordinate", coordinates), ("normal", normals))):
        worst = table[:, column].max(initial=0)
        if worst > limit or table[:, column].min(initial=0) < 0 or (column == 0 and table[:, 0].min(initial=1) < 1):
            bad = worst if worst > limit else table[:, column].min()
            raise AssetError(f"a face refers to {what} {bad} of {limit}.")
    return counts, table - 1


def _mixed_corners(text: str) -> np.ndarray:
    rows = []
    for corner in text.split():
        fields = [*corner.split("/"), "", ""][:3]
        rows.append([_integer(part) if part else 0 for part in fields])
    try:
        return np.array(rows, dtype=np.int64).reshape(-1, 3)
    except OverflowError:
        raise AssetError("a face refers to a point that no file could hold.") from None


def _parts(lines: _Lines, points: np.ndarray, colors: np.ndarray | None, st: np.ndarray, normals: np.ndarray,
           counts: np.ndarray, corners: np.ndarray) -> list[Part]:
    starts = np.array([run[0] for run in lines.runs])
    run_of_face = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(counts))))
    by_object = any(run[1] for run in lines.runs)
    titles = [(run[1] if by_object else run[2]) for run in lines.runs]
    order = {title: index for index, title in enumerate(dict.fromkeys(titles))}
    part_of_face = np.array([order[title] for title in titles])[run_of_face]
    creases = np.array([_CREASES.get("off" if run[4] in ("off", "0") else run[4], _SMOOTH) for run in lines.runs])
    materials = [run[3] for run in lines.runs]
    face_of_corner = np.repeat(np.arange(len(counts)), counts)
    parts = []
    for title, index in order.items():
        faces = np.flatnonzero(part_of_face == index)
        chosen = corners[part_of_face[face_of_corner] == index] if len(order) > 1 else corners
        kept, local = np.unique(chosen[:, 0], return_inverse=True)
        runs = run_of_face[faces]
        looks = list(dict.fromkeys(materials[run] for run in np.unique(runs)))
        look_of_run = np.array([looks.index(name) if name in looks else 0 for name in materials])
        has_st, has_normals = (chosen[:, 1] >= 0).any(), (chosen[:, 2] >= 0).any()
        parts.append(Part(
            name=title.split(" ")[0] if title else "",
            points=points[kept], counts=counts[faces], indices=local.reshape(-1), looks=looks, face_looks=look_of_run[runs],
            normals=np.where(chosen[:, 2:] >= 0, normals[chosen[:, 2]], 0.0) if has_normals else None,
            st=np.where(chosen[:, 1:2] >= 0, st[chosen[:, 1]], 0.0) if has_st else None,
            colors=None if colors is None else colors[chosen[:, 0]],
            creases=creases[runs],
        ))
    return parts
