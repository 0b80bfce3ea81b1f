"""COCO masks: compared byte for byte with pycocotools, the format's reference implementation."""

import numpy as np
import pytest

from scenewright.sdg.writers.rle import InstanceRuns, rle_compress, rle_decode, rle_runs


def _id_images():
    rng = np.random.default_rng(3)
    yield rng.integers(0, 5, (7, 9)).astype(np.uint32)  # noise: the shortest runs
    yield np.kron(rng.integers(0, 6, (3, 5)), np.ones((20, 30), int)).astype(np.uint32)
    yield np.full((6, 4), 2, np.uint32)  # a mask without a background run
    yield np.full((1, 1), 7, np.uint32)
    wide = np.zeros((700, 900), np.uint32)  # long runs and large differences of both signs
    wide[1:-1, 300] = 2
    wide[400, ::2] = 3
    wide[650:, 800:] = 2
    yield wide


@pytest.mark.parametrize("ids", list(_id_images()))
def test_every_mask_equals_pycocotools_byte_for_byte(ids):
    mask_api = pytest.importorskip("pycocotools.mask")
    instances = InstanceRuns(ids)
    assert instances.ids.tolist() == [int(i) for i in np.unique(ids) if i >= 2]
    for row, instance in enumerate(instances.ids):
        mask = ids == instance
        expected = mask_api.encode(np.asfortranarray(mask.astype(np.uint8)))
        counts = rle_compress(instances.runs(row))
        assert counts == expected["counts"].decode()
        assert instances.area(row) == int(mask_api.area(expected)) == int(mask.sum())
        assert np.array_equal(rle_decode(counts, *ids.shape), mask)
        ys, xs = np.nonzero(mask)
        assert instances.box(row) == (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1)


def test_runs_survive_the_round_trip_at_32_bit_sizes():
    runs = np.array([0, 1, 2**31 - 1, 5, 1, 2**31 - 1, 2**30, 31, 32, 15, 16])
    assert rle_runs(rle_compress(runs)).tolist() == runs.tolist()


def test_an_image_without_instances_has_no_rows():
    assert InstanceRuns(np.ones((4, 4), np.uint32)).ids.size == 0


@pytest.mark.parametrize("counts", ["\n", "P"])
def test_a_damaged_string_is_an_error(counts):
    with pytest.raises(ValueError, match="Not a compressed COCO mask"):
        rle_runs(counts)


def test_a_mask_of_another_size_is_an_error():
    counts = rle_compress(np.array([3, 3]))
    with pytest.raises(ValueError, match="2 x 4 = 8 were expected"):
        rle_decode(counts, 2, 4)
