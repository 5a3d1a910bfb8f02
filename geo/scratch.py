"""Arrays that take up memory only where they are written, and give it back when dropped."""

from __future__ import annotations

from mmap import ACCESS_COPY, mmap
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOBODYS = -1
"""What `mmap` takes for memory that is no file's."""


def scratch(size: int, dtype: type[np.generic] = np.float64) -> NDArray[Any]:
    """
    Return zeros straight from the system.

    Parameters
    ----------
    size
        How many.
    dtype
        Of what kind.

    Returns
    -------
    zeros
        Shape (size,). `numpy.zeros` may use memory that was used before and hold on to it, all
        of it resident; of these only the pages written to are, and none once they are dropped.

    Examples
    --------
    >>> scratch(3).tolist()
    [0.0, 0.0, 0.0]
    """
    # a copy of its own: of memory shared with children even reading takes up pages
    room = mmap(NOBODYS, max(size, 1) * np.dtype(dtype).itemsize, access=ACCESS_COPY)
    return np.frombuffer(room, dtype=dtype, count=size)
