"""``isaacsim.test.utils.file_validation``: counts the files that a script has written."""

import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["get_folder_file_summary", "validate_folder_contents"]

_logger = logging.getLogger(__name__)


def get_folder_file_summary(path: str, *, recursive: bool = False) -> dict[str, Any]:
    """Return ``{"total_files", "extensions": {extension: count}, "empty_files": [...]}`` of a folder."""
    files = [file for file in (Path(path).rglob("*") if recursive else Path(path).glob("*")) if file.is_file()]
    return {"total_files": len(files),
            "extensions": dict(Counter(file.suffix.lstrip(".").lower() for file in files)),
            "empty_files": sorted(str(file) for file in files if file.stat().st_size == 0)}


def validate_folder_contents(path: str, expected_counts: dict[str, int], *, recursive: bool = False,
                             fail_on_empty_files: bool = False, allowed_extra_extensions: Iterable[str] | None = None,
                             min_file_size_bytes: int = 0, exact_match: bool = True) -> bool:
    """Return whether a folder holds the expected number of files per extension; every deviation is logged.

    ``exact_match=False`` accepts more than expected. With ``allowed_extra_extensions`` any other extension fails.
    """
    if not Path(path).is_dir():
        _logger.error("%s is not a folder.", path)
        return False
    summary = get_folder_file_summary(path, recursive=recursive)
    problems = []
    for extension, expected in expected_counts.items():
        found = summary["extensions"].get(extension.lstrip(".").lower(), 0)
        if found < expected or (exact_match and found != expected):
            problems.append(f"{found} .{extension} files, expected {expected}")
    if allowed_extra_extensions is not None:
        allowed = {name.lstrip(".").lower() for name in [*expected_counts, *allowed_extra_extensions]}
        problems += [f"unexpected .{name} files" for name in summary["extensions"] if name not in allowed]
    if fail_on_empty_files and summary["empty_files"]:
        problems.append(f"empty files {summary['empty_files']}")
    if min_file_size_bytes:
        files = Path(path).rglob("*") if recursive else Path(path).glob("*")
        problems += [f"{file} is smaller than {min_file_size_bytes} bytes" for file in files
                     if file.is_file() and file.stat().st_size < min_file_size_bytes]
    for problem in problems:
        _logger.error("%s: %s", path, problem)
    return not problems
