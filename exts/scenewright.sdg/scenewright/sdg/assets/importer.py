"""Importing many models into a pack: finds them, goes on where an earlier run ended, and keeps the catalogue."""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenewright.sdg.assets.errors import AssetError, writing_to
from scenewright.sdg.assets.importing import WORKING, Thumbnailer
from scenewright.sdg.assets.jobs import ImportChoices, Job, find_jobs
from scenewright.sdg.assets.pack import ASSETS, CATALOGUE, RECORD, AssetRecord, Refusal, open_pack, read_record, write_catalogue
from scenewright.sdg.assets.workers import import_or_refuse, run_jobs
from scenewright.sdg.dataset.files import PRIVATE_FOLDER
from scenewright.sdg.dataset.lock import DatasetLock

__all__ = ["ImportReport", "import_assets"]


@dataclass
class ImportReport:
    """What an import did."""

    made: list[AssetRecord] = field(default_factory=list)
    kept: list[AssetRecord] = field(default_factory=list)
    """Those that were there, of the same bytes and by the same choices."""
    refused: list[Refusal] = field(default_factory=list)


def import_assets(sources: Sequence[Path], pack: Path, choices: ImportChoices, draw: Thumbnailer | None = None,
                  workers: int = 1, progress: Callable[[int, int], None] | None = None) -> ImportReport:
    """Import every model of the sources into a pack, which is made where there is none.

    What is there already, made of the same bytes by the same choices, is kept. The catalogue is written at the end, also of
    a run that is interrupted: each asset is whole or not there.

    Args:
        sources: Model files, archives, furniture libraries, and folders of any of them.
        pack: The pack's folder.
        choices: For all of them.
        draw: Draws thumbnails; a function of a module where there are workers.
        workers: Processes; 0 = in this one, which a damaged USD file can then take down.
        progress: Called with (done, all) after each model.

    Raises:
        AssetError: A source is not there, or the folder cannot be a pack.
        PackWriteError: The disk is full or the folder read-only; what was imported before is whole.
    """
    jobs, refused = find_jobs(sources, {})  # what cannot be found is said before anything is written
    root = _opened(pack)
    with writing_to(root):
        lock = DatasetLock(root, "import").acquire()
    try:
        shutil.rmtree(root / WORKING, ignore_errors=True)
        there = _records(root)
        jobs, refused = find_jobs(sources, {record.source: record.id for record in there.values()})
        if not jobs and not refused:
            raise AssetError(f"there is no model in {', '.join(str(source) for source in sources)}.")
        report = ImportReport(refused=refused)
        try:
            _run(jobs, root, choices, draw, workers, progress or (lambda done, total: None), report)
        finally:
            _finish(root, jobs, report)
    finally:
        lock.release()
    return report


def _run(jobs: list[Job], root: Path, choices: ImportChoices, draw: Thumbnailer | None, workers: int,
         progress: Callable[[int, int], None], report: ImportReport) -> None:
    outcomes = (run_jobs(jobs, root, choices, draw, min(workers, len(jobs))) if workers and jobs
                else ((job, import_or_refuse(job, root, choices, draw)) for job in jobs))
    progress(0, len(jobs))
    for done, (_, outcome) in enumerate(outcomes, 1):
        if isinstance(outcome, Refusal):
            report.refused.append(outcome)
        else:
            (report.kept if outcome.kept else report.made).append(outcome.record)
        progress(done, len(jobs))


def _finish(root: Path, jobs: Iterable[Job], report: ImportReport) -> None:
    """Write the catalogue of what is there, and forget assets whose source is refused now."""
    shutil.rmtree(root / WORKING, ignore_errors=True)
    ids = {job.source: job.id for job in jobs}
    for refusal in report.refused:
        if refusal.source in ids:
            shutil.rmtree(root / ASSETS / ids[refusal.source], ignore_errors=True)
    records = _records(root)
    report.made.sort(key=lambda record: record.id)
    report.kept.sort(key=lambda record: record.id)
    report.refused.sort(key=lambda refusal: refusal.source)
    earlier = open_pack(root).refused if (root / CATALOGUE).is_file() else ()
    now = {record.source for record in records.values()} | {refusal.source for refusal in report.refused}
    write_catalogue(root, records.values(), [*report.refused, *(refusal for refusal in earlier if refusal.source not in now)])


def _opened(pack: Path) -> Path:
    root = pack.absolute()
    if root.exists() and not root.is_dir():
        raise AssetError(f"-o {pack}: there is a file of that name. Give a folder.")
    there = {path.name for path in root.iterdir()} if root.is_dir() else set()
    if there and not there & {CATALOGUE, ASSETS, PRIVATE_FOLDER}:
        raise AssetError(f"-o {pack}: this folder holds something else. Give a new one, or an asset pack.")
    try:
        with writing_to(root):
            root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssetError(f"-o {pack}: {error.strerror or error}.") from error
    return root


def _records(root: Path) -> dict[str, AssetRecord]:
    """Return the records of the assets that stand in a pack, by id."""
    found = {}
    for path in sorted((root / ASSETS).glob(f"*/{RECORD}")):
        try:
            record = read_record(json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            continue  # no asset of ours; it is imported again
        if record.id == path.parent.name:
            found[record.id] = record
    return found
