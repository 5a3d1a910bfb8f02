"""Ways put together out of lines, for sources that draw them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.errors import SourceError
from geo.ways import WAY_KEYS, Ways

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

UNITS_PER_DEGREE = 10_000_000
"""OpenStreetMap keeps positions to 1e-7 degrees, about a centimetre."""

CREDIT = "© OpenStreetMap contributors, ODbL"
"""What everything made of OpenStreetMap carries; https://www.openstreetmap.org/copyright."""

UNKNOWN_KIND = "road"
"""Value of ``highway`` that mappers give to a road of a kind unknown."""

_LON_MAX, _LAT_MAX = 180 * UNITS_PER_DEGREE, 90 * UNITS_PER_DEGREE
_LAT_BITS = 31


def rounded(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return positions as OpenStreetMap keeps them, to 1e-7 degrees."""
    kept: NDArray[np.float64] = np.round(degrees * UNITS_PER_DEGREE) / UNITS_PER_DEGREE
    return kept


def position_ids(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """
    Return an identifier for each position, the same for the same 1e-7 degrees.

    Parameters
    ----------
    lon, lat
        Positions in EPSG:4326, shape (nodes,), finite and on the globe.

    Returns
    -------
    ids
        Shape (nodes,); negative, so that none is an identifier of OpenStreetMap.

    Examples
    --------
    >>> there = np.array([-0.1, -0.1 + 4e-8, -0.1 + 6e-8]), np.array([51.5, 51.5, 51.5])
    >>> ids = position_ids(*there)
    >>> bool(ids[0] == ids[1]), bool(ids[0] == ids[2]), bool((ids < 0).all())
    (True, False, True)
    """
    east = np.round(lon * UNITS_PER_DEGREE).astype(np.int64) + _LON_MAX
    north = np.round(lat * UNITS_PER_DEGREE).astype(np.int64) + _LAT_MAX
    ids: NDArray[np.int64] = -1 - ((east << _LAT_BITS) | north)
    return ids


def tags_frame(tags: Mapping[str, Sequence[str | None]], ways: int) -> pd.DataFrame:
    """
    Return the tags of ways with the columns that `geo.ways.Ways` has.

    Parameters
    ----------
    tags
        For some of the keys the value of each way, None where untagged; other keys are left.
    ways
        How many there are.

    Returns
    -------
    frame
        One row per way, columns `geo.ways.WAY_KEYS`, null where untagged.
    """
    import pandas as pd

    dtype = pd.StringDtype(na_value=np.nan)
    blank: Sequence[str | None] = [None] * ways
    columns = {key: pd.array(list(tags.get(key, blank)), dtype=dtype) for key in WAY_KEYS}
    return pd.DataFrame(columns, columns=list(WAY_KEYS))


def ways_of_lines(
    lines: NDArray[np.object_],
    *,
    way_ids: NDArray[np.int64],
    tags: pd.DataFrame,
    name: str,
) -> Ways:
    """
    Return lines as ways that meet where they share a position.

    Parameters
    ----------
    lines
        LineStrings in EPSG:4326, shape (ways,); heights are dropped.
    way_ids
        Identifier of each, shape (ways,).
    tags
        One row for each, columns `geo.ways.WAY_KEYS`.
    name
        The source's name, for the message.

    Returns
    -------
    ways
        Nodes numbered by their position to 1e-7 degrees. A position said twice running counts
        once, and a line of fewer than two positions is left out.

    Raises
    ------
    SourceError
        If a position is not on the globe.
    """
    spots, rows = shapely.get_coordinates(lines, return_index=True)
    _require_on_globe(spots, name)
    lon, lat = rounded(spots[:, 0]), rounded(spots[:, 1])
    ids = position_ids(lon, lat)
    fresh = np.ones(len(ids), dtype=bool)
    fresh[1:] = (ids[1:] != ids[:-1]) | (rows[1:] != rows[:-1])
    counts = np.bincount(rows[fresh], minlength=len(lines))
    fresh &= counts[rows] > 1
    kept = np.flatnonzero(counts > 1)
    starts = np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int64)
    return Ways(
        way_ids[kept], starts, ids[fresh], lon[fresh], lat[fresh],
        tags.iloc[kept].reset_index(drop=True),
    )  # fmt: skip


def _require_on_globe(spots: NDArray[np.float64], name: str) -> None:
    on = (np.abs(spots[:, 0]) <= 180) & (np.abs(spots[:, 1]) <= 90)  # noqa: PLR2004
    if not on.all():
        lon, lat = spots[~on][0]
        msg = (
            f"{name} has a position that is not on the globe (longitude {lon:.6g}, latitude "
            f"{lat:.6g}), so the reference system it declares is not the one it is in. Export "
            "it again, stating the right one."
        )
        raise SourceError(msg)
