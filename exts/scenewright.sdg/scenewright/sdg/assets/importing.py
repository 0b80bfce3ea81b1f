"""One source becomes one asset: read, clean, place, write beside the pack's others, and rename into place."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from scenewright.sdg.assets.asset_files import AssetContent, write_asset_files
from scenewright.sdg.assets.collision import collision_pieces
from scenewright.sdg.assets.errors import writing_to
from scenewright.sdg.assets.gltf import read_gltf
from scenewright.sdg.assets.jobs import ImportChoices, Job, label_of
from scenewright.sdg.assets.meshes import checked_parts, cleaned_parts
from scenewright.sdg.assets.model import Model
from scenewright.sdg.assets.obj import read_obj
from scenewright.sdg.assets.pack import ASSETS, RECORD, AssetRecord, canonical_record, read_record, thumbnail_path
from scenewright.sdg.assets.placing import UNITS, Placing, place_parts, read_size
from scenewright.sdg.assets.sources import Source

__all__ = ["IMPLAUSIBLE", "WORKING", "Imported", "Thumbnailer", "import_asset", "placing_of", "prepare", "read_model"]

WORKING = ".importing"
"""Folder of a pack in which assets are made before they are renamed into place."""

IMPLAUSIBLE = "few objects are of its size"
"""How the note begins on an asset whose size is the file's own, and outside of what is usual [m]."""
_PLAUSIBLE = (0.002, 60.0)

Thumbnailer = Callable[[Path, Path], None]
"""Draws the asset (first path) as an image (second path)."""


@dataclass(frozen=True)
class Imported:
    """What came of one job."""

    record: AssetRecord
    kept: bool
    """Whether it was there already, made of the same bytes by the same choices."""


def import_asset(job: Job, pack: Path, choices: ImportChoices, draw: Thumbnailer | None = None,
                 own_threads: int = 0) -> Imported:
    """Import one model into a pack, or find that it is there.

    The asset's folder appears whole or not at all.

    Args:
        job: What to import.
        pack: The pack's folder.
        choices: How.
        draw: Draws thumbnails; None leaves them out whatever the choices say.
        own_threads: As of `Source`.

    Raises:
        AssetError: The model is refused; the message says why.
        PackWriteError: The pack cannot be written.
    """
    files = job.files()
    there = _unchanged(job, pack, choices, files)
    if there is not None:
        return Imported(there, True)
    source = Source(files, job.name, scratch=pack / WORKING, own_threads=own_threads)
    model = read_model(source)
    content, record = prepare(model, job, choices)
    record = replace(record, inputs=source.read_files, fingerprint=choices.fingerprint())
    working = pack / WORKING / f"{job.id}.{os.getpid()}"
    shutil.rmtree(working, ignore_errors=True)
    try:
        with writing_to(pack):
            working.mkdir(parents=True)
            path = write_asset_files(content, working)
            if choices.thumbnail and draw is not None:
                picture = thumbnail_path(path)
                picture.parent.mkdir(parents=True)
                draw(path, picture)
            (working / RECORD).write_text(canonical_record(record), encoding="utf-8")
            _put_in_place(working, pack / ASSETS / job.id)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return Imported(record, False)


def read_model(source: Source) -> Model:
    """Return the model of a file, by the ending of its name.

    Raises:
        AssetError: It is refused.
    """
    ending = PurePosixPath(source.name).suffix.lower()
    if ending == ".obj":
        return read_obj(source)
    if ending in (".gltf", ".glb"):
        return read_gltf(source)
    from scenewright.sdg.assets.usd_source import read_usd

    return read_usd(source)


def prepare(model: Model, job: Job, choices: ImportChoices) -> tuple[AssetContent, AssetRecord]:
    """Return what an asset's files shall say, and its record.

    Raises:
        AssetError: The model has nothing to show, or no plausible size.
    """
    parts = checked_parts(model)
    placing = placing_of(model, job, choices)
    parts, stretch = place_parts(parts, placing)
    parts = cleaned_parts(parts)
    row = job.row
    name = row.name if row is not None and row.name else PurePosixPath(job.name).stem
    label = choices.label or model.facts.get("label", "") or label_of(row.name if row is not None and row.name else job.id)
    licence = choices.licence or (row.licence if row is not None else "") or model.facts.get("licence", "")
    attribution = choices.attribution or (row.creator if row is not None else "") or model.facts.get("attribution", "")
    notes = list(model.notes)
    if stretch > 0.02:
        notes.append(f"the size given changes its proportions by {100 * stretch:.0f} %")
    points = [part.points for part in parts]
    size = np.max([p.max(axis=0) for p in points], axis=0) - np.min([p.min(axis=0) for p in points], axis=0)
    if placing.how in ("file", "assumed") and not _PLAUSIBLE[0] <= size.max() <= _PLAUSIBLE[1]:
        notes.append(f"{IMPLAUSIBLE} ({size.max():.3g} m)")
    collision = collision_pieces(parts, choices.collision)
    data = {"licence": licence, "attribution": attribution, "source": job.source}
    content = AssetContent(job.id, label, parts, model.looks, model.images, collision, data)
    used = {look for part in parts for look in part.looks if look in model.looks}
    record = AssetRecord(
        id=job.id, label=label, size=tuple(round(float(side), 5) for side in size), name=name,
        category=row.category if row is not None else "", tags=row.tags if row is not None else (), licence=licence,
        attribution=attribution, source=job.source, size_from=placing.how, points=sum(len(p) for p in points),
        faces=sum(len(part.counts) for part in parts), textures=len(model.images) if used else 0, collision=len(collision),
        notes=tuple(notes),
    )
    return content, record


def placing_of(model: Model, job: Job, choices: ImportChoices) -> Placing:
    """Return how a model is placed: ``--size`` before the catalogue's size before ``--unit`` before the file's own unit."""
    row = job.row
    up = (choices.up or model.up).upper()
    rotation = row.rotation if row is not None else None
    if choices.size:
        return Placing(up, 1.0, rotation, read_size(choices.size), "size")
    if row is not None and row.size is not None:
        return Placing(up, 1.0, rotation, row.size, "catalogue")
    if choices.unit:
        return Placing(up, UNITS[choices.unit], rotation, None, "unit")
    return Placing(up, model.unit or 1.0, rotation, None, "file" if model.unit else "assumed")


def _unchanged(job: Job, pack: Path, choices: ImportChoices, files: Any) -> AssetRecord | None:
    """Return the record of an asset that is there, made of the same bytes by the same choices."""
    try:
        record = read_record(json.loads((pack / ASSETS / job.id / RECORD).read_bytes()))
        if record.source != job.source or record.fingerprint != choices.fingerprint():
            return None
        again = Source(files, job.name)
        for name in record.inputs:
            again.read(name)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return record if again.read_files == dict(record.inputs) and record.inputs else None


def _put_in_place(working: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    old = working.with_name(working.name + ".old")
    if target.exists():
        os.replace(target, old)
    os.replace(working, target)
    shutil.rmtree(old, ignore_errors=True)
