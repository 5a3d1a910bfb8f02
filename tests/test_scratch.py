"""Arrays that take up memory only where they are written."""

import sys
from pathlib import Path

import numpy as np
import pytest

from geo.scratch import scratch

LARGE = 8_000_000  # 64 MB


def held_mb():
    """Return the memory that this process holds."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


@pytest.mark.parametrize("dtype", [np.float64, np.int32])
def test_zeros_to_write_to(dtype):
    array = scratch(5000, dtype)
    assert array.dtype == dtype
    assert array.shape == (5000,)
    assert not array.any()
    array[4999] = 7
    assert array.sum() == 7
    assert scratch(0, dtype).shape == (0,)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of its processes")
def test_what_is_not_written_takes_no_memory_and_what_is_dropped_is_given_back():
    before = held_mb()
    array = scratch(LARGE)
    assert not array.any()
    assert held_mb() - before < 16
    array[: LARGE // 2] = 1.0
    assert held_mb() - before > 24
    del array
    assert held_mb() - before < 16
