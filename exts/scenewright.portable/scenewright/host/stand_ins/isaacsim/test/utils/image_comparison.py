"""``isaacsim.test.utils.image_comparison``: pictures against reference pictures, within tolerances.

Names, arguments and the keys of the results are those of Isaac Sim's module of that name (Apache-2.0).
"""

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

__all__ = ["compare_arrays_within_tolerances", "compare_images_in_directories", "compare_images_within_tolerances",
           "compute_difference_metrics", "print_difference_statistics"]

_logger = logging.getLogger(__name__)
_PERCENTILES = (50, 75, 90, 95, 99)


def compute_difference_metrics(golden_array: np.ndarray, test_array: np.ndarray, *, percentiles: Sequence[float] = _PERCENTILES,
                               allclose_rtol: float = 1e-05, allclose_atol: float = 1e-08,
                               ignore_blank_pixels: bool = False) -> dict[str, Any]:
    """Return ``allclose``, ``rtol``, ``atol``, ``mean_abs``, ``max_abs``, ``rmse`` and ``percentiles`` of two pictures.

    Values that are not finite in either picture, and with ``ignore_blank_pixels`` those that are zero in either, count for
    nothing but ``allclose``.

    Raises:
        ValueError: The shapes differ.
    """
    if golden_array.shape != test_array.shape:
        raise ValueError(f"Image shapes do not match: golden {golden_array.shape} vs test {test_array.shape}")
    golden, test = golden_array.astype(np.float64), test_array.astype(np.float64)
    valid = np.isfinite(golden) & np.isfinite(test)
    if ignore_blank_pixels:
        valid &= (golden != 0.0) & (test != 0.0)
    difference = np.abs(golden[valid] - test[valid]) if valid.any() else np.zeros(1)
    return {"allclose": bool(np.allclose(golden, test, rtol=allclose_rtol, atol=allclose_atol, equal_nan=True)),
            "rtol": float(allclose_rtol), "atol": float(allclose_atol), "mean_abs": float(difference.mean()),
            "max_abs": float(difference.max()), "rmse": float(np.sqrt(np.mean(difference**2))),
            "percentiles": {rank: float(np.percentile(difference, rank)) for rank in sorted(set(percentiles))}}


def print_difference_statistics(metrics: dict[str, Any]) -> None:
    """Log what `compute_difference_metrics` has found."""
    ranks = ", ".join(f"{rank:g} % of the differences up to {value:.3f}" for rank, value in metrics["percentiles"].items())
    _logger.info("allclose (rtol %g, atol %g): %s; mean difference %.3f, largest %.3f, RMSE %.3f; %s", metrics["rtol"],
                 metrics["atol"], metrics["allclose"], metrics["mean_abs"], metrics["max_abs"], metrics["rmse"], ranks)


def compare_arrays_within_tolerances(
        golden_array: np.ndarray, test_array: np.ndarray, allclose_rtol: float | None = 1e-05,
        allclose_atol: float | None = 1e-08, mean_tolerance: float | None = None, max_tolerance: float | None = None,
        absolute_tolerance: float | None = None, percentile_tolerance: tuple[float, float] | None = None,
        rmse_tolerance: float | None = None, print_all_stats: bool = False) -> dict[str, Any]:
    """Compare two pictures; every tolerance that is given must hold.

    Args:
        golden_array: Reference.
        test_array: Picture of the same shape.
        allclose_rtol: Relative tolerance of ``np.allclose``; None with ``allclose_atol=None`` leaves that test out.
        allclose_atol: Absolute tolerance of ``np.allclose``.
        mean_tolerance: Largest allowed mean of the absolute differences.
        max_tolerance: Largest allowed absolute difference.
        absolute_tolerance: The same.
        percentile_tolerance: (percentile, largest allowed value there).
        rmse_tolerance: Largest allowed root mean square error.
        print_all_stats: Log all measures.

    Returns:
        ``passed``, ``criteria`` (name to bool), ``metrics`` and ``thresholds``.

    Raises:
        ValueError: The shapes differ, or ``percentile_tolerance`` is no pair.
    """
    is_pair = isinstance(percentile_tolerance, tuple | list) and len(percentile_tolerance) == 2
    if percentile_tolerance is not None and not is_pair:
        raise ValueError("percentile_tolerance must be a tuple of (percentile, tolerance)")
    rank, limit = (float(value) for value in percentile_tolerance or (50.0, 0.0))
    metrics = compute_difference_metrics(
        golden_array, test_array.astype(golden_array.dtype), percentiles=(*_PERCENTILES, rank),
        allclose_rtol=1e-05 if allclose_rtol is None else allclose_rtol,
        allclose_atol=1e-08 if allclose_atol is None else allclose_atol)
    criteria = {} if allclose_rtol is None and allclose_atol is None else {"allclose": metrics["allclose"]}
    thresholds: dict[str, Any] = {"rtol": metrics["rtol"], "atol": metrics["atol"]}
    limits = {"mean": (mean_tolerance, "mean_abs"), "max": (max_tolerance, "max_abs"),
              "absolute": (absolute_tolerance, "max_abs"), "rmse": (rmse_tolerance, "rmse")}
    for name, (tolerance, measure) in limits.items():
        if tolerance is not None:
            criteria[name] = metrics[measure] <= float(tolerance)
            thresholds[f"{name}_tolerance"] = float(tolerance)
    if percentile_tolerance is not None:
        criteria[f"percentile_{int(rank)}"] = metrics["percentiles"][rank] <= limit
        thresholds["percentile_tolerance"] = (rank, limit)
    if print_all_stats:
        print_difference_statistics(metrics)
    return {"passed": all(criteria.values()), "criteria": criteria, "metrics": metrics, "thresholds": thresholds}


def compare_images_within_tolerances(golden_file_path: str, test_file_path: str, *tolerances: Any,
                                     **named_tolerances: Any) -> dict[str, Any]:
    """Compare two picture files as `compare_arrays_within_tolerances` does; alpha that only one has does not count.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The shapes differ.
    """
    for path, word in ((golden_file_path, "Golden"), (test_file_path, "Test")):
        if not Path(path).is_file():
            raise FileNotFoundError(f"{word} image file not found: {path}")
    golden, test = (np.array(Image.open(path)) for path in (golden_file_path, test_file_path))
    golden, test = (array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array for array in (golden, test))
    if golden.ndim == test.ndim == 3 and {golden.shape[2], test.shape[2]} == {3, 4}:
        golden, test = golden[:, :, :3], test[:, :, :3]
    return compare_arrays_within_tolerances(golden, test, *tolerances, **named_tolerances)


def compare_images_in_directories(golden_dir: str, test_dir: str, path_pattern: str | None = None, *tolerances: Any,
                                  print_per_file_results: bool = True, **named_tolerances: Any) -> dict[str, Any]:
    """Compare the pictures that two folders have in common; a file that only one has is a failure.

    Args:
        golden_dir: Folder of references.
        test_dir: Folder of pictures.
        path_pattern: Regular expression searched in the file names; None = all files.
        *tolerances: Those of `compare_arrays_within_tolerances`, in its order.
        print_per_file_results: Log each comparison.
        **named_tolerances: The same by name.

    Returns:
        ``all_passed``, ``file_results`` (name to result), ``passed_count``, ``failed_count``, ``golden_files``, ``test_files``,
        ``file_list_match``, ``golden_only_files`` and ``test_only_files``. Without a common file nothing has passed.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: The shapes of two pictures differ.
    """
    names = []
    for folder, word in ((golden_dir, "Golden"), (test_dir, "Test")):
        if not Path(folder).is_dir():
            raise FileNotFoundError(f"{word} directory not found: {folder}")
        names.append(sorted(file.name for file in Path(folder).iterdir() if re.search(path_pattern or "", file.name)))
    golden_files, test_files = names
    results = {}
    for name in sorted(set(golden_files) & set(test_files)):
        results[name] = compare_images_within_tolerances(str(Path(golden_dir, name)), str(Path(test_dir, name)), *tolerances,
                                                         **named_tolerances)
        if print_per_file_results:
            _logger.info("%s: %s, mean difference %.3f", name, "passed" if results[name]["passed"] else "FAILED",
                         results[name]["metrics"]["mean_abs"])
    passed = sum(result["passed"] for result in results.values())
    return {"all_passed": bool(results) and passed == len(results) and golden_files == test_files, "file_results": results,
            "passed_count": passed, "failed_count": len(results) - passed, "golden_files": golden_files,
            "test_files": test_files, "file_list_match": golden_files == test_files,
            "golden_only_files": sorted(set(golden_files) - set(test_files)),
            "test_only_files": sorted(set(test_files) - set(golden_files))}
